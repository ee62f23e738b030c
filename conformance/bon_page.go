package conformance

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/bonify"
)

// bonReading is what a check comes after that needs customers to be read,
// bonTurning one that needs a second page, and bonListing one that needs whole
// lists.
var (
	bonReading = append([]string{"BON-TYPE-01", "BON-TYPE-03"}, bonCalling...)
	bonTurning = append([]string{"BON-PAGE-02", "BON-PAGE-03"}, bonReading...)
	bonListing = append([]string{"BON-PAGE-01", "BON-PAGE-04", "BON-PAGE-05"}, bonTurning...)
)

func bonListAll(r *bonRun) { bon(r).list() }

// bonQuery is the query of a request.
func bonQuery(x fake.Exchange) url.Values {
	u, err := url.Parse(x.URL)
	if err != nil {
		return url.Values{}
	}
	return u.Query()
}

// bonCursorNames are the parameters that a cursor may be in, of either kind.
var bonCursorNames = []string{"next_page", "prev_page"}

// bonCursor is the cursor that a list was asked with, "" for the first page.
func bonCursor(x fake.Exchange) string {
	query := bonQuery(x)
	return query.Get("next_page") + query.Get("prev_page")
}

// bonGiven is a cursor that an answer gave.
func bonGiven(x fake.Exchange, name string) string { return gjson.GetBytes(x.ReplyBody, name).String() }

// secondPage is the prerequisite that a page behind the first was asked for.
func secondPage(w *wire) string {
	for _, x := range w.of(bonify.ListCustomers) {
		if bonCursor(x) != "" {
			return ""
		}
	}
	return "a list of more than one page; no second page was asked for"
}

func bonPage() []bonCheck {
	return []bonCheck{
		bonPage01(), bonPage02(), bonPage03(), bonPage04(), bonPage05(), bonPage06(),
		bonPage07(), bonPage08(), bonPage09(), bonPage10(), bonPage11(),
	}
}

func bonPage01() bonCheck {
	return bonCheck{
		id: "BON-PAGE-01", title: "all pages, by the cursor to the next",
		clause: "bonify:12-15,39,45-46", level: must,
		summary: "A list comes in pages of 50 at most; the cursor next_page of one, passed on, leads to the next.",
		needs:   []string{"List"},
		after:   bonTurning,
		limits:  []limit{{50, 51, "customers in a list", "bonify:39", allOf(bonify.ListCustomers, given("customers.#"))}},
		scenes: []bonScene{
			{name: "120 customers", state: bonPeople(120)},
			{name: "51 customers", state: bonPeople(51)},
			{name: "50 customers", state: bonPeople(50)},
		},
		drive:  bonListAll,
		seen:   asked(bonify.ListCustomers),
		judge:  bonAllListed,
		backed: "BON-PAGE-10",
		mutants: []mutant{
			{"a", "reads the first page only", "customers-missing"},
		},
	}
}

func bonPage02() bonCheck {
	return bonCheck{
		id: "BON-PAGE-02", title: "a cursor arrives as it was given",
		clause: "bonify:15", level: must,
		summary: "A cursor is a text that goes into a query, where + is a blank and & ends a parameter.",
		needs:   []string{"List"},
		after:   bonReading,
		scenes: []bonScene{
			{name: "cursors with +, / and =", state: bonPeople(120)},
			{name: "cursors with &, % and é", state: func(r *bonRun) {
				bonPeople(120)(r)
				bonAlias(r, func(n int, _ string) string { return fmt.Sprintf("p&q=%%41+é/%d", n) })
			}},
		},
		drive: bonListAll,
		seen:  secondPage,
		judge: func(r *bonRun) Finding {
			given := ""
			for _, x := range r.of(bonify.ListCustomers) {
				if got := bonCursor(x); got != "" && given != "" && got != given {
					return found("cursor-changed", fmt.Sprintf("next_page is read as %q", given), "%q, from %s", got, x.URL).at(x)
				}
				given = bonGiven(x, "next_page")
			}
			return bonAllListed(r)
		},
		backed: "BON-PAGE-01",
		mutants: []mutant{
			{"a", "glues the cursor into the URL unescaped", "cursor-changed"},
			{"b", "escapes it twice", "cursor-changed"},
		},
	}
}

// bonAlias gives the cursors of a list other texts, by the number of the answer,
// and knows them again. It comes between the journal and the list, so that the
// journal shows what was given and asked.
func bonAlias(r *bonRun, name func(n int, real string) string) {
	var mu sync.Mutex
	real, n := map[string]string{}, 0
	r.fake.Intercept(fake.Matched, func(c *fake.Call) {
		if c.Op != bonify.ListCustomers {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		request, target := *c.Request, *c.Request.URL
		query := target.Query()
		for _, name := range bonCursorNames {
			if cursor, known := real[query.Get(name)]; known {
				query.Set(name, cursor)
				target.RawQuery = query.Encode()
				request.URL = &target
				c.Request = &request
			}
		}
	})
	edit(r.fake, bonify.ListCustomers, func(_ *fake.Call, reply *fake.Reply) {
		given := gjson.GetBytes(reply.Body, "next_page")
		if reply.Status != http.StatusOK || !given.Exists() {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		n++
		alias := name(n, given.String())
		real[alias] = given.String()
		reply.Body = bytes.Replace(slices.Clone(reply.Body), []byte(given.Raw), fake.AppendString(nil, alias), 1)
	})
}

func bonPage03() bonCheck {
	return bonCheck{
		id: "BON-PAGE-03", title: "next_page is passed on, prev_page is not",
		clause: "bonify:12-15,43-46", level: must,
		summary: "The next page is no number but a cursor out of the answer before; prev_page points to the page before.",
		needs:   []string{"List"},
		after:   bonReading,
		scenes:  []bonScene{{state: bonPeople(120)}},
		drive:   bonListAll,
		seen:    secondPage,
		wire:    bonCursors,
		backed:  "BON-PAGE-01",
		mutants: []mutant{
			{"a", "counts pages: 2, 3", "invented-cursor"},
			{"b", "parses the cursor as a number", "invented-cursor"},
			{"c", "follows prev_page", "prev-page"},
		},
	}
}

// bonCursors finds a cursor that no answer to this shop gave as next_page. What
// a test asks for before it has read a list is its own business.
func bonCursors(w *wire) Finding {
	given := map[string]string{}
	begun := map[string]bool{}
	for _, x := range w.of(bonify.ListCustomers) {
		shop := x.Header.Get(bonDomain) + " "
		if cursor := bonCursor(x); cursor != "" && begun[shop] {
			switch given[shop+cursor] {
			case "next_page":
			case "prev_page":
				return found("prev-page", "the cursor next_page of an answer", "%s, with a prev_page", x.URL).at(x)
			default:
				if w.creds != nil && given[shop+bonMended(cursor)] != "" {
					continue // BON-PAGE-02 is about that
				}
				return found("invented-cursor", "the cursor next_page of an answer, as it came", "next_page=%q, which no answer gave", cursor).at(x)
			}
		}
		begun[shop] = begun[shop] || x.Status == http.StatusOK
		for _, name := range []string{"prev_page", "next_page"} {
			given[shop+bonGiven(x, name)] = name
		}
	}
	return Finding{}
}

// bonMended is a cursor that was not escaped, or twice, as it should have been.
func bonMended(cursor string) string {
	if twice, err := url.QueryUnescape(cursor); err == nil && strings.Contains(cursor, "%") {
		return twice
	}
	return strings.ReplaceAll(cursor, " ", "+")
}

func bonPage04() bonCheck {
	ends := func(name, member string) bonScene {
		return bonScene{name: name, state: func(r *bonRun) {
			bonPeople(60)(r)
			edit(r.fake, bonify.ListCustomers, func(_ *fake.Call, reply *fake.Reply) {
				if !gjson.GetBytes(reply.Body, "next_page").Exists() {
					reply.Body = append([]byte("{"+member), bytes.TrimPrefix(reply.Body, []byte("{"))...)
				}
			})
		}}
	}
	return bonCheck{
		id: "BON-PAGE-04", title: "the end is that there is no next_page",
		clause: "bonify:46", level: must,
		summary: "Where next_page is not there, there are no more pages.",
		needs:   []string{"List"},
		after:   bonTurning,
		scenes:  []bonScene{ends("absent", ""), ends("null", `"next_page":null,`), ends("empty", `"next_page":"",`)},
		drive:   bonListAll,
		seen: func(w *wire) string {
			for _, x := range w.of(bonify.ListCustomers) {
				if x.Status == http.StatusOK && bonGiven(x, "next_page") == "" {
					return ""
				}
			}
			return "the last page of a list; it was not asked for"
		},
		judge: func(r *bonRun) Finding {
			if n := len(r.of(bonify.ListCustomers)); n > 2 {
				return found("too-many-pages", "2 requests for 60 customers", "%d", n)
			}
			return bonAllListed(r)
		},
		mutants: []mutant{
			{"a", "asks again with an empty cursor, for ever", "runaway"},
		},
	}
}

func bonPage05() bonCheck {
	return bonCheck{
		id: "BON-PAGE-05", title: "there are no counts",
		clause: "bonify:2-6", level: must,
		summary: "An answer has neither page_count nor total_count, as it had in the version before.",
		needs:   []string{"List"},
		after:   bonTurning,
		scenes:  []bonScene{{state: bonPeople(60)}},
		drive:   bonListAll,
		seen: func(w *wire) string {
			for _, x := range w.of(bonify.ListCustomers) {
				if bonGiven(x, "next_page") != "" && !strings.Contains(string(x.ReplyBody), "_count") {
					return ""
				}
			}
			return "an answer with a next page and without counts; there was none"
		},
		judge:  bonAllListed,
		backed: "BON-PAGE-01",
		mutants: []mutant{
			{"a", "loops up to page_count, which is 0", "customers-missing"},
		},
	}
}

func bonPage06() bonCheck {
	return bonCheck{
		id: "BON-PAGE-06", title: "goes on after a short or an empty page",
		clause: "bonify:39,46", level: must,
		summary: "50 is the most that a page has; whether there is another, next_page says.",
		needs:   []string{"List"},
		after:   append([]string{"BON-PAGE-01", "BON-PAGE-05"}, bonTurning...),
		scenes: []bonScene{
			{name: "pages of 30", state: bonPeople(110), options: []fake.Option{bonify.WithPageSize(30)}},
			{name: "a page of 0 in the middle", state: func(r *bonRun) { bonPeople(110)(r); bonHole(r) }},
		},
		drive: bonListAll,
		seen:  asked(bonify.ListCustomers),
		judge: bonAllListed,
		mutants: []mutant{
			{"a", "takes a short page for the last", "customers-missing"},
			{"b", "takes an empty page for the last", "customers-missing"},
		},
	}
}

// bonHole puts an empty page between the first two, with a cursor of its own.
func bonHole(r *bonRun) {
	const hole = "hole "
	edit(r.fake, bonify.ListCustomers, func(c *fake.Call, reply *fake.Reply) {
		given := gjson.GetBytes(reply.Body, "next_page")
		query := c.Request.URL.Query()
		asked := query.Get("next_page") + query.Get("prev_page")
		if cursor, inside := strings.CutPrefix(asked, hole); inside {
			reply.Status, reply.Body = http.StatusOK, []byte(`{"status":"okay","next_page":`)
			reply.Body = append(fake.AppendString(reply.Body, cursor), `,"customers":[]}`...)
		} else if asked == "" && given.Exists() {
			reply.Body = bytes.Replace(slices.Clone(reply.Body), []byte(given.Raw), fake.AppendString(nil, hole+given.String()), 1)
		}
	})
}

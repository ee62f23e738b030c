package conformance

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cscart"
)

// cscFiltering is what a check comes after that needs lists of members.
var cscFiltering = append([]string{"CSC-TYPE-07"}, cscListing...)

func cscFilter() []cscCheck {
	return []cscCheck{
		cscFilt01(), cscFilt02(), cscFilt03(), cscFilt04(), cscFilt05(), cscFilt06(),
		cscFilt07(), cscFilt08(), cscFilt09(), cscFilt10(), cscFilt11(), cscFilt12(),
	}
}

// sentAny is the prerequisite that a list was asked for with one of these
// parameters. A client that was made to filter may do so by itself.
func sentAny(names ...string) prerequisite {
	return func(w *wire) string {
		for _, x := range w.of(cscart.ListCarts) {
			query := cscQuery(x)
			if w.creds != nil || slices.ContainsFunc(names, query.Has) {
				return ""
			}
		}
		return fmt.Sprintf("a call of ListCarts with one of %v; there was none", names)
	}
}

// cscParameters judges the parameters of each list.
func cscParameters(judge func(fake.Exchange, url.Values) Finding) func(*wire) Finding {
	return func(w *wire) Finding {
		for _, x := range w.of(cscart.ListCarts) {
			if f := judge(x, cscQuery(x)); f.Code != "" {
				return f.at(x)
			}
		}
		return Finding{}
	}
}

func cscFlag(b bool) *bool { return &b }

// cscFamily is a guest and two members, users 101 to 103.
func cscFamily(r *cscRun) {
	cscAdd(r, cscart.Cart{UserID: 101}, cscCup(1000))
	cscAdd(r, cscart.Cart{UserID: 102, User: cscOwner("Ann", "Lee", "ann@example.com")}, cscCup(2000))
	cscAdd(r, cscart.Cart{UserID: 103, User: cscOwner("Bob", "Abel", "bob@example.com")}, cscCup(3000))
}

func cscFilt01() cscCheck {
	return cscCheck{
		id: "CSC-FILT-01", title: "guests and members are asked for by users_type",
		clause: "cscart:73-76,136", level: must,
		summary: "The table has users_type with R and G; the example below it says user_type, which the shop ignores and echoes.",
		flags:   []string{"USERS_TYPE_SPELLING"},
		needs:   []string{"List"},
		after:   cscFiltering,
		scenes:  []cscScene{{state: cscFamily}},
		drive: func(r *cscRun) {
			csc(r).list(CscartFilter{Kind: "registered"})
			csc(r).list(CscartFilter{Kind: "guest"})
		},
		seen: sentAny("users_type", "user_type"),
		wire: cscParameters(func(x fake.Exchange, query url.Values) Finding {
			value := query.Get("users_type")
			switch {
			case query.Has("user_type"):
				return found("example-spelling", "users_type, as in the table", "%s, where user_type filters nothing", x.URL)
			case value != "" && value != "R" && value != "G":
				return found("unknown-value", "users_type=R or users_type=G", "users_type=%s, which filters nothing", value)
			}
			return Finding{}
		}),
		judge: func(r *cscRun) Finding {
			return firstOf(cscListed(r.nth(0), "102", "103"), cscListed(r.nth(1), "101"))
		},
		backed: "CSC-FILT-06",
		mutants: []mutant{
			{"a", "sends users_type=guest", "unknown-value"},
		},
	}
}

// cscCodes are the periods of the document's table.
var cscCodes = []string{"A", "D", "LD", "W", "LW", "M", "LM", "Y", "LY", "HH", "HW", "HM", "C"}

func cscFilt02() cscCheck {
	return cscCheck{
		id: "CSC-FILT-02", title: "periods by their codes, bounds with period C and in seconds",
		clause: "cscart:99-122", level: must,
		summary: "A period is one of 13 codes; time_from and time_to are UNIX times, and go with the code C.",
		needs:   []string{"List"},
		after:   cscListing,
		scenes: []cscScene{{state: func(r *cscRun) {
			r.pass(12 * time.Hour) // noon: what day it is does not depend on the zone
			now := time.Now().Truncate(time.Second)
			for i, age := range []time.Duration{0, 24 * time.Hour, 6 * 24 * time.Hour, 8 * 24 * time.Hour} {
				row := cscCup(1000)
				row.Timestamp = now.Add(-age)
				cscAdd(r, cscart.Cart{UserID: int64(101 + i)}, row)
			}
		}}},
		drive: func(r *cscRun) {
			now := time.Now()
			csc(r).list(CscartFilter{Today: true})
			csc(r).list(CscartFilter{From: now.AddDate(0, 0, -7)})
			csc(r).list(CscartFilter{From: now.AddDate(0, 0, -7), Until: now.Add(-12 * time.Hour)})
		},
		seen: sentAny("period", "time_from", "time_to"),
		wire: cscParameters(cscPeriod),
		judge: func(r *cscRun) Finding {
			return firstOf(cscListed(r.nth(0), "101"), cscListed(r.nth(1), "101", "102", "103"), cscListed(r.nth(2), "102", "103"))
		},
		mutants: []mutant{
			{"a", "sends milliseconds", "not-seconds"},
			{"b", "sends bounds without period=C", "inert-bounds"},
			{"c", "sends period=today", "unknown-period"},
		},
	}
}

var cscSeconds = regexp.MustCompile(`^[0-9]{1,10}$`) // up to the year 2286

// cscPeriod judges the period of one list.
func cscPeriod(x fake.Exchange, query url.Values) Finding {
	period := query.Get("period")
	if period != "" && period != "0" && !slices.Contains(cscCodes, period) {
		return found("unknown-period", "one of "+strings.Join(cscCodes, ", "), "period=%s, which the shop reads as C without bounds: everything", period)
	}
	for _, name := range []string{"time_from", "time_to"} {
		value := query.Get(name)
		switch {
		case value == "" || value == "0":
		case !cscSeconds.MatchString(value):
			return found("not-seconds", name+" as a UNIX time in whole seconds", "%s=%s", name, value)
		case period != "C":
			return found("inert-bounds", "period=C beside "+name, "%s, where the bound does nothing", x.URL)
		}
	}
	return Finding{}
}

func cscFilt03() cscCheck {
	return cscCheck{
		id: "CSC-FILT-03", title: "product ids as an array or as one text",
		clause: "cscart:124-128", level: must,
		summary: "There are two ways: p_ids[] once for each id, or p_ids once with commas between the ids.",
		needs:   []string{"List"},
		after:   cscListing,
		scenes:  []cscScene{{state: cscShelf}},
		drive:   func(r *cscRun) { csc(r).list(CscartFilter{Products: []int64{12, 13, 14}}) },
		seen:    sentAny("p_ids", "p_ids[]"),
		wire: cscParameters(func(x fake.Exchange, query url.Values) Finding {
			const want = "p_ids[] once for each id, or one p_ids=1,2,3"
			switch raw := x.URL; {
			case len(query["p_ids"]) > 1:
				return found("repeated", want, "%s, of which the shop reads the last one alone", raw)
			case query.Has("p_ids") && strings.Trim(query.Get("p_ids"), "0123456789,") != "":
				return found("ids-form", want, "p_ids=%s", query.Get("p_ids"))
			case strings.ContainsAny(raw, "[]"):
				return found("unescaped", "brackets as %5B and %5D", "%s", raw)
			}
			return Finding{}
		}),
		judge:  func(r *cscRun) Finding { return cscListed(r.nth(0), "101", "102", "103") },
		backed: "CSC-FILT-11",
		mutants: []mutant{
			{"a", "sends p_ids once for each id, without brackets", "repeated"},
		},
	}
}

// cscShelf are four guests, users 101 to 104, with products 12 to 15: user 103
// has 12 at 7.50 and three of 14 at 0.10.
func cscShelf(r *cscRun) {
	lid, pin := cscart.Product{ProductID: 13, Name: "Lid", Price: 500, Amount: 2}, cscart.Product{ProductID: 14, Name: "Pin", Price: 10, Amount: 3}
	cscAdd(r, cscart.Cart{UserID: 101}, cscCup(1000))
	cscAdd(r, cscart.Cart{UserID: 102}, lid)
	cscAdd(r, cscart.Cart{UserID: 103}, cscCup(750), pin)
	cscAdd(r, cscart.Cart{UserID: 104}, cscart.Product{ProductID: 15, Name: "Hat", Price: 900})
}

func cscFilt04() cscCheck {
	const name, email = "Ann & Bob", "a+b@example.com"
	return cscCheck{
		id: "CSC-FILT-04", title: "names and addresses arrive as they are",
		clause: "cscart:53-61", level: must,
		summary: "cname and email are parts of a query, where & ends a parameter and + is a blank.",
		needs:   []string{"List"},
		after:   cscFiltering,
		scenes: []cscScene{{state: func(r *cscRun) {
			cscFamily(r)
			cscAdd(r, cscart.Cart{UserID: 104, User: cscOwner(name, "Fox", email)}, cscCup(1000))
		}}},
		drive: func(r *cscRun) {
			csc(r).list(CscartFilter{Name: name})
			csc(r).list(CscartFilter{Email: email})
		},
		seen: sentAny("cname", "email"),
		judge: func(r *cscRun) Finding {
			for _, x := range r.of(cscart.ListCarts) {
				for parameter, want := range map[string]string{"cname": name, "email": email} {
					if query := cscQuery(x); query.Has(parameter) && query.Get(parameter) != want {
						return found("wrong-value", fmt.Sprintf("%s is read as %q", parameter, want), "%q, from %s", query.Get(parameter), x.URL).at(x)
					}
				}
			}
			return firstOf(cscListed(r.nth(0), "104"), cscListed(r.nth(1), "104"))
		},
		mutants: []mutant{
			{"a", "glues the query together unescaped", "wrong-value"},
		},
	}
}

var cscDecimal = regexp.MustCompile(`^[0-9]*\.?[0-9]*$`)

func cscFilt05() cscCheck {
	return cscCheck{
		id: "CSC-FILT-05", title: "totals with a decimal point, and a flag that is on",
		clause: "cscart:67-71,79-97", level: should,
		summary: "Totals are decimals; with_info_only is set to true to be on.",
		needs:   []string{"List"},
		after:   cscFiltering,
		scenes: []cscScene{{state: func(r *cscRun) {
			cscFamily(r)
			for i, total := range []cscart.Money{940, 950, 10000, 10001} {
				cscAdd(r, cscart.Cart{UserID: int64(201 + i)}, cscCup(total))
			}
		}}},
		drive: func(r *cscRun) {
			csc(r).list(CscartFilter{TotalFrom: "9.5", TotalTo: "100"})
			csc(r).list(CscartFilter{WithContact: cscFlag(true)})
		},
		seen: sentAny("total_from", "total_to", "with_info_only"),
		wire: cscParameters(func(_ fake.Exchange, query url.Values) Finding {
			for _, name := range []string{"total_from", "total_to"} {
				if value := query.Get(name); !cscDecimal.MatchString(value) {
					return found("number-form", name+" with a decimal point: 9.5", "%s=%s, which filters nothing", name, value)
				}
			}
			return Finding{}
		}),
		judge: func(r *cscRun) Finding {
			for _, x := range r.of(cscart.ListCarts) {
				if query := cscQuery(x); query.Has("with_info_only") && cscBlank(query.Get("with_info_only")) {
					return found("flag-off", "with_info_only=true, or any text but an empty one and 0", "%s, where it is off", x.URL).at(x)
				}
			}
			return firstOf(cscListed(r.nth(0), "101", "102", "103", "202", "203"), cscListed(r.nth(1), "102", "103"))
		},
		mutants: []mutant{
			{"a", "writes a decimal comma", "number-form"},
			{"b", "sends the flag as an empty text", "flag-off"},
		},
	}
}

// cscBlank tells whether a value switches a filter off.
func cscBlank(value string) bool { return value == "" || value == "0" }

func cscFilt06() cscCheck {
	return cscCheck{
		id: "CSC-FILT-06", title: "every page is of the same list",
		clause: "cscart:19,27", level: must,
		summary: "Each page is a call of its own, which knows of no filters but those that it is sent.",
		needs:   []string{"List"},
		after:   append([]string{"CSC-PAGE-04"}, cscFiltering...),
		scenes: []cscScene{{state: func(r *cscRun) {
			cscGuests(25)(r)
			cscCut(r, "10")
			for i := range 5 {
				cscAdd(r, cscart.Cart{UserID: int64(101 + i), User: cscOwner("Ann", "Lee", "ann@example.com")}, cscCup(1000))
			}
		}}},
		drive: func(r *cscRun) { csc(r).list(CscartFilter{Kind: "guest", TotalFrom: "0.5"}) },
		seen: func(w *wire) string {
			for _, x := range w.of(cscart.ListCarts) {
				if page := cscQuery(x).Get("page"); page != "" && page != "1" {
					return ""
				}
			}
			return "a list of more than one page; no second page was asked for"
		},
		wire: cscSamePages,
		judge: func(r *cscRun) Finding {
			return cscListed(r.nth(0), slices.DeleteFunc(cscAll(r), func(id string) bool { return len(id) == 3 })...)
		},
		mutants: []mutant{
			{"a", "sends the filters with the first page alone", "filters-differ"},
		},
	}
}

// cscSamePages finds a page that belongs to no list of which the page before was
// asked for. So it is right about several lists at the same time as well. A test
// that is only watched may want one page in the middle.
func cscSamePages(w *wire) Finding {
	seen := map[string]bool{}
	begun := false
	for _, x := range w.of(cscart.ListCarts) {
		query := cscQuery(x)
		page := query.Get("page")
		query.Del("page")
		query.Del("items_per_page")
		list := query.Encode()
		if page == "" || page == "1" || page == "0" {
			seen[list], begun = true, true
		} else if !seen[list] && begun {
			return found("filters-differ", "the filters of the first page on every page", "%s, a page of a list that was not begun", x.URL).at(x)
		}
	}
	return Finding{}
}

package vectors

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/bonify"
)

// paged is what a test of pages expects.
type paged struct {
	OK   bool     `json:"ok"`
	IDs  []string `json:"ids,omitempty"`
	Next string   `json:"next,omitempty"`
}

func pagedShape() shape {
	return shape{
		title: "Pages of Bonify's customers: which they are, and what is asked for next",
		group: opGroup(bonify.ListCustomers), input: answerInput(), needs: []string{"status", "body"},
		expect: object{
			"ok":   object{"type": "boolean", "description": "whether it is a page"},
			"ids":  object{"type": "array", "items": object{"type": "string", "pattern": "^[0-9]+$"}, "description": "exactly, in order; missing where there are none"},
			"next": object{"type": "string", "minLength": 1, "description": "what a server reads as next_page out of the next request; missing: there is none"},
		},
		wants: []string{"ok"},
	}
}

func pagedNotes() map[string]Note {
	return map[string]Note{
		"Escapes":  {"LOST_DATA", "a cursor with letters that mean something in a URL", "the cursor arrives changed, and the list ends or begins anew", "BON-PAGE-02", ""},
		"PrevPage": {"LOST_DATA", "a cursor that leads back beside the one that leads on", "the list is read in a circle", "BON-PAGE-03", ""},
		"LastPage": {"LOST_DATA", "no next_page, null or the empty text at the end", "the last page is asked for for ever", "BON-PAGE-04", ""},
		"FewerOne": {"LOST_DATA", "a page that is short or empty, and not the last", "the rest of the list is lost", "BON-PAGE-06", ""},
		"Refusal":  {"FALSE_SUCCESS", "a status that says no", "what was refused is taken for an empty list", "BON-PAGE-07", ""},
		"Failed":   {"FALSE_SUCCESS", "200 with another status word than okay", "what failed is taken for an empty list", "BON-ENV-01", ""},
		"BigID":    {"LOST_DATA", "an id beyond 32 and beyond 53 bits", "the client changes another customer", "BON-TYPE-01", ""},
	}
}

// page is what a fake with some customers, one a page, answers to a request for
// that page, from 1, as a test; its ids are those that the test gave.
func page(t *testing.T, comment string, number int, ids ...int64) Test {
	t.Helper()
	shop := bonify.New(fake.Frozen(), fake.At(time.Date(2025, 3, 1, 9, 0, 0, 0, time.UTC)), bonify.WithoutLimits(), bonify.WithPageSize(1))
	defer shop.Close()
	for i, id := range ids {
		shop.Customers.Add(bonify.Customer{ID: id, Email: fmt.Sprintf("c%d@example.com", i)})
	}
	query := ""
	for range number {
		var w struct {
			Next string `json:"next_page"`
		}
		readJSON(t, ask(t, shop, query), &w)
		query = "next_page=" + url.QueryEscape(w.Next)
	}
	return answerOf(t, comment, shop, bonify.ListCustomers)
}

// ask makes one request, without a client of any kind.
func ask(t *testing.T, shop *bonify.Server, query string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, shop.BaseURL()+"/customers?"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("x-shop-domain", shop.ShopDomain())
	r.Header.Set("x-api-key", shop.APIKey())
	answer, err := shop.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// cursorIn is the cursor that a page has.
func cursorIn(t *testing.T, test Test, name string) string {
	t.Helper()
	var w map[string]any
	readJSON(t, *test.Body, &w)
	text, _ := w[name].(string)
	return text
}

func TestBonifyCursorsFile(t *testing.T) {
	t.Parallel()
	m := making(t, "bonify_cursors_v1.json", Source{"bonify", "12-15,31-46", "11fb67b7d1147990f694a9710aba643e4652582478d250f2897ff81d9bb09ba0"}, pagedNotes())
	first := page(t, "a page, and a cursor as the shop makes them", 1, 11, 12, 13)
	second := page(t, "a page in the middle, with a cursor that leads back", 2, 11, 12, 13)
	last := page(t, "the last page", 1, 11)
	next := cursorIn(t, first, "next_page")
	if !strings.ContainsAny(next, "+/=") || cursorIn(t, second, "prev_page") == "" || cursorIn(t, second, "next_page") == "" || cursorIn(t, last, "next_page") != "" {
		t.Fatalf("the fake sends other pages: %s %s %s", *first.Body, *second.Body, *last.Body)
	}
	quotedNext, err := json.Marshal(next)
	if err != nil {
		t.Fatal(err)
	}
	scripted := func(comment, cursor string) Test {
		text, err := json.Marshal(cursor)
		if err != nil {
			t.Fatal(err)
		}
		return first.with(comment, string(quotedNext), string(text)).being("valid", paged{OK: true, IDs: []string{"11"}, Next: cursor}, "Escapes")
	}
	var w struct{ Customers []json.RawMessage }
	readJSON(t, *first.Body, &w)
	object := string(w.Customers[0])
	refused := first.saying("403")
	refused.Status, refused.Body = http.StatusForbidden, ptr(`{"status":"error","message":"invalid request"}`)
	failed := refused.saying("200, and it is an error")
	failed.Status = http.StatusOK
	m.group(Group{Op: bonify.ListCustomers, Tests: []Test{
		first.being("valid", paged{OK: true, IDs: []string{"11"}, Next: next}, "Escapes"),
		scripted("a cursor with & and =", "a&next_page=b"), scripted("a cursor with %", "100%25"), scripted("a cursor with # and ?", "a#b?c"),
		scripted("a cursor with a plus and a blank", "a+b c"), scripted("a cursor that is not ASCII", "é漢"), scripted("a cursor of digits", "0017"),
		second.being("valid", paged{OK: true, IDs: []string{"12"}, Next: cursorIn(t, second, "next_page")}, "PrevPage"),
		last.being("valid", paged{OK: true, IDs: []string{"11"}}, "LastPage"),
		first.with("the last page, with null", string(quotedNext), "null").being("valid", paged{OK: true, IDs: []string{"11"}}, "LastPage"),
		first.with("the last page, with an empty text", string(quotedNext), `""`).being("valid", paged{OK: true, IDs: []string{"11"}}, "LastPage"),
		first.with("an empty page, and there are more", object, "").being("valid", paged{OK: true, Next: next}, "FewerOne"),
		page(t, "an id beyond 32 bits", 1, 345345345345).being("valid", paged{OK: true, IDs: []string{"345345345345"}}, "BigID"),
		page(t, "an id beyond 53 bits", 1, 9007199254740993).being("valid", paged{OK: true, IDs: []string{"9007199254740993"}}, "BigID"),
		refused.being("invalid", paged{}, "Refusal"),
		failed.being("invalid", paged{}, "Failed"),
	}})
	m.end()
	m.endSchema(pagedShape())
}

// A walker reads pages: a right one, or one with the bug of this name.
type walker string

const (
	gluesIn      walker = "glues the cursor into the URL"
	escapesTwice walker = "escapes twice"
	countsPages  walker = "reads the cursor as a number"
	goesBack     walker = "follows prev_page"
	asksForever  walker = "asks again with an empty cursor"
	stopsShort   walker = "takes an empty page for the last"
	floats       walker = "reads ids as floats"
	shortIDs     walker = "reads ids in 32 bits"
	statusAlone  walker = "goes by the status code alone"
	asksNeither  walker = "looks at neither of them"
)

// read reads a page, and gives the query of the next request.
func (b walker) read(status int, body string) (ids []string, query string, err error) {
	var w struct {
		Status    string `json:"status"`
		Customers []struct {
			ID json.Number `json:"id"`
		} `json:"customers"`
		Next *string `json:"next_page"`
		Prev *string `json:"prev_page"`
	}
	if err := json.Unmarshal([]byte(body), &w); err != nil {
		return nil, "", err
	}
	if b != asksNeither && (status != http.StatusOK || w.Status != "okay" && b != statusAlone) {
		return nil, "", errors.New("it is no page")
	}
	for _, c := range w.Customers {
		ids = append(ids, b.id(c.ID))
	}
	next := w.Next
	if b == goesBack && w.Prev != nil {
		next = w.Prev
	}
	if (next == nil || *next == "") && b != asksForever || b == stopsShort && len(ids) == 0 {
		return ids, "", nil
	}
	if next == nil {
		next = new(string)
	}
	return ids, "next_page=" + b.escaped(*next), nil
}

func (b walker) id(n json.Number) string {
	switch b {
	case floats:
		f, _ := n.Float64()
		return strconv.FormatFloat(f, 'f', 0, 64)
	case shortIDs:
		i, _ := n.Int64()
		return strconv.Itoa(int(int32(i)))
	}
	return n.String()
}

func (b walker) escaped(cursor string) string {
	switch b {
	case gluesIn:
		return cursor
	case escapesTwice:
		return url.QueryEscape(url.QueryEscape(cursor))
	case countsPages:
		n, _ := strconv.Atoi(cursor)
		return strconv.Itoa(n)
	}
	return url.QueryEscape(cursor)
}

// walked reads a test, and tells what is wrong with what became of it.
func (b walker) walked(t *testing.T, c Case) error {
	ids, query, err := b.read(c.Test.Status, *c.Test.Body)
	want := wants[paged](t, c.Test)
	if err != nil || !want.OK {
		if (err == nil) != want.OK {
			return fmt.Errorf("error %v", err)
		}
		return nil
	}
	if !slices.Equal(ids, want.IDs) {
		return fmt.Errorf("ids %v", ids)
	}
	if (query == "") != (want.Next == "") {
		return fmt.Errorf("next is %q", query)
	}
	sent, err := url.ParseQuery(strings.SplitN(query, "#", 2)[0]) // as a server reads it
	if err != nil {
		return err
	}
	if got := sent["next_page"]; query != "" && !slices.Equal(got, []string{want.Next}) {
		return fmt.Errorf("the server reads %q", got)
	}
	return nil
}

func TestPagesOnVectors(t *testing.T) {
	t.Parallel()
	for bug, want := range map[walker]string{
		"":           "",
		gluesIn:      "Escapes 5, FewerOne 1, PrevPage 1",
		escapesTwice: "Escapes 6, FewerOne 1, PrevPage 1",
		countsPages:  "Escapes 7, FewerOne 1, PrevPage 1",
		goesBack:     "PrevPage 1",
		asksForever:  "BigID 2, LastPage 3",
		stopsShort:   "FewerOne 1",
		floats:       "BigID 1",
		shortIDs:     "BigID 2",
		statusAlone:  "Failed 1",
		asksNeither:  "Failed 1, Refusal 1",
	} {
		got := failing(t, "bonify_cursors_v1.json", nil, func(c Case) error { return bug.walked(t, c) })
		if got != want {
			t.Errorf("%q fails %s\nwant %s", bug, got, want)
		}
	}
}

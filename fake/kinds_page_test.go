package fake

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"
)

// paging reads pages until stop says so, and gives the titles of each.
func paging(p *faultPeer, most int, stop func(titles []gjson.Result) bool) string {
	var pages []string
	for page := 1; page <= most; page++ {
		titles := gjson.Get(p.send("GET", fmt.Sprintf("/books.json?page=%d", page), "").body, "#.title").Array()
		if len(titles) == 0 && stop(titles) {
			break
		}
		var words []string
		for _, title := range titles {
			words = append(words, title.Str)
		}
		pages = append(pages, strings.Join(words, ""))
		if stop(titles) {
			break
		}
	}
	return strings.Join(pages, " ")
}

// Whoever reads to the end sees every book once; who stops at a page that is not
// full, or at an empty one, does not.
func TestFaultShortPage(t *testing.T) {
	t.Parallel()
	untilShort := func(titles []gjson.Result) bool { return len(titles) < 3 }
	untilEmpty := func(titles []gjson.Result) bool { return len(titles) == 0 }
	toTheEnd := func([]gjson.Result) bool { return false }
	faultOver(t, func(t *testing.T, n faultNet) {
		for line, want := range map[string][3]string{ // all pages, until one is short, until one is empty
			"short-page size=1":           {"abc d efg h", "abc d", "abc d efg h"},
			"short-page size=2 at-page=1": {"ab cde fgh ", "ab", "ab cde fgh"},
			"short-page size=0":           {"abc  def gh", "abc", "abc"},
			"short-page size=rest":        {"abc de fgh ", "abc de", "abc de fgh"},
			"short-page size=0 at-page=4": {"abc def gh ", "abc def gh", "abc def gh"},
		} {
			p := n.start(t)
			for title := range strings.SplitSeq("abcdefgh", "") {
				p.Books.Add(book{Title: title})
			}
			p.Inject(faultLine(line).Optional())
			got := [3]string{paging(p, 4, toTheEnd), paging(p, 9, untilShort), paging(p, 9, untilEmpty)}
			require.Equal(t, want, got, line)
		}
	})
}

func TestFaultShortPageMarksTheCallsThatItChanged(t *testing.T) {
	t.Parallel()
	p := faultNets[0].start(t)
	for range 8 {
		p.Books.Add(book{Title: "a"})
	}
	armed := p.Inject(faultLine("short-page size=1"))
	paging(p, 3, func([]gjson.Result) bool { return false })
	require.Equal(t, 2, armed.Fired(), "the short page, and the one behind it")
	require.Empty(t, p.Calls()[0].Fault)
	require.Equal(t, "short-page size=1", p.Calls()[1].Fault)
	var s spy
	q := newMart(&s)
	t.Cleanup(s.cleanup)
	require.Equal(t, "mart: fault short-page: this API has no paged lists", s.run(func() { q.Inject(faultLine("short-page size=1")) }))
	require.Equal(t, "mart: fault unstable-order: this API has no paged lists", s.run(func() { q.Inject(faultLine("unstable-order")) }))
	require.Equal(t, "mart: fault short-page: size=all: want a whole number from 0, or rest: so many that the last page is full",
		s.run(func() { q.Inject(faultLine("short-page size=all")) }))
}

func TestFaultUnstableOrder(t *testing.T) {
	t.Parallel()
	p := faultNets[0].start(t)
	for title := range strings.SplitSeq("abcdef", "") {
		p.Books.Add(book{Title: title})
	}
	armed := p.Inject(faultLine("unstable-order"))
	require.Equal(t, "abc cba", paging(p, 2, func([]gjson.Result) bool { return false }), "three are seen twice, three never")
	require.Equal(t, 1, armed.Fired())
}

// A record that was listed is gone, for this id only and in the words that the API
// has for each status.
func TestFaultVanished(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"vanished":                 `404 "not-found" 404 "not-found" 404 "not-found"`,
		"vanished id=2":            `200 {"id":1,"title":"a"} 404 "not-found" 200 {"id":1,"title":"new"}`,
		"vanished id=1 status=403": `403 "out-of-scope" 200 {"id":2,"title":"b"} 403 "out-of-scope"`,
		"vanished on=RenameBook":   `200 {"id":1,"title":"a"} 200 {"id":2,"title":"b"} 404 "not-found"`,
	} {
		p := faultNets[0].start(t)
		p.Books.Add(book{Title: "a"})
		p.Books.Add(book{Title: "b"})
		p.Inject(faultLine(line))
		require.Contains(t, p.send("GET", "/books.json", "").body, `"id":2`)
		var got []string
		for _, c := range []faultAnswer{p.send("GET", "/books/1.json", ""), p.send("GET", "/books/2.json", ""), p.send("PATCH", "/books/1.json", `{"title":"new"}`)} {
			got = append(got, fmt.Sprint(c.status), c.body)
		}
		assert.Equal(t, want, strings.Join(got, " "), line)
	}
}

// A read that lags by calls does not see what the last of them have changed, also
// on a clock that stands.
func TestFaultStaleReadByCalls(t *testing.T) {
	t.Parallel()
	d := newDepot(t, Frozen())
	d.Goods.Add(good{Name: "a"})
	armed := d.Inject(faultLine("stale-read lag=2 on=List"))
	var got []string
	for _, what := range []string{"GET", `["b"]`, "GET", "GET", "GET", `["c"]`, "GET"} {
		if what != "GET" {
			d.ask(t, false, "POST", "/goods", what)
			continue
		}
		answer := d.ask(t, false, "GET", "/goods", "")
		got = append(got, strings.TrimSuffix(strings.TrimPrefix(answer, "200 "), " next="))
	}
	require.Equal(t, []string{"a", "a", "a", "a,b", "a,b"}, got, "what was there before it was armed stays")
	require.Equal(t, 5, armed.Fired())
	require.EqualError(t, faultLine("stale-read lag=0").Check(), "fault stale-read: lag=0: want a time such as 2s, or a number of calls")
	d.Advance(time.Hour)
}

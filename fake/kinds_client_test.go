package fake

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A seller is a client of the shelf: a small program that reads its titles, or
// puts Emma on it. It gives what it believes.
type seller func(p *faultPeer) ([]string, error)

// sellers are, for each fault of the wire, a client that is wrong in just the way
// that the fault is about, and one that is not.
var sellers = map[string]struct {
	line              string
	careless, careful seller
	judge             func(p *faultPeer, titles []string, err error) string
	http2             bool
}{
	"maintenance":          {"maintenance", readLax, readStrict, wrongRead, false},
	"method-or-route-gone": {"method-or-route-gone", readLax, readStrict, wrongRead, false},
	"early-hints":          {"early-hints", rawFirstLine, readStrict, refusedGood, false},
	"stall":                {"stall bytes=4 for=1h", readPatient, readStrict, wrongRead, false},
	"slow-accept":          {"slow-accept delay=1h", readPatient, readStrict, wrongRead, false},
	"refused":              {"refused", readLax, readStrict, wrongRead, false},
	"stale-keepalive":      {"stale-keepalive first=1", saveOnce, saveLooking, unsaved, false},
	"close-after":          {"close-after first=1", rawTwice, readTwice, refusedGood, false},
	"goaway":               {"goaway first=1", framesTwice, readTwice, refusedGood, true},
	"stream-error":         {"stream-error apply=after on=AddBook first=1", saveAgain, saveLooking, unsaved, true},
	"half-answer":          {"half-answer apply=after on=AddBook first=1", saveAgain, saveLooking, unsaved, false},
	"reset-during-upload":  {"reset-during-upload first=1", saveTrusting, saveLooking, unsaved, false},
	"wrong-body":           {"wrong-body text={\"error\":\"busy\"} on=AddBook first=1", saveByStatus, saveLooking, unsaved, false},
	"empty-body":           {"empty-body", readLax, readStrict, wrongRead, false},
	"gzip":                 {"gzip", readZipped, readUnzipped, refusedGood, false},
	"chunked":              {"chunked", readByLength, readStrict, refusedGood, false},
	"bad-chunk":            {"bad-chunk", readSome, readStrict, wrongRead, false},
	"wrong-length":         {"wrong-length by=-10", readSome, readStrict, wrongRead, false},
	"huge":                 {"huge", readAll, readStrict, tooMuch, false},
	"header-oddity":        {"header-oddity kind=lower-case", rawCase, readStrict, refusedGood, false},
	"raw":                  {`raw text=HTTP/1.1\x202`, rawPrefix, readStrict, wrongRead, false},
}

// sellersBefore are the same for the other faults of answers, time, connections and
// bodies.
var sellersBefore = map[string]struct {
	line              string
	careless, careful seller
	judge             func(p *faultPeer, titles []string, err error) string
	http2             bool
}{
	"server-error":       {"server-error status=503", readLax, readStrict, wrongRead, false},
	"burst":              {"burst for=1m mix=502,503", readLax, readStrict, wrongRead, false},
	"redirect":           {"redirect to=/v1/books.json on=AddBook first=1", saveByStatus, saveLooking, unsaved, false},
	"slow-headers":       {"slow-headers delay=1h", readPatient, readStrict, wrongRead, false},
	"hang":               {"hang", readPatient, readStrict, wrongRead, false},
	"slow-body":          {"slow-body over=1h", readPatient, readStrict, wrongRead, false},
	"reset":              {"reset on=AddBook first=1", saveTrusting, saveLooking, unsaved, false},
	"lost-response":      {"lost-response on=AddBook first=1", saveAgain, saveLooking, unsaved, false},
	"truncated":          {"truncated how=silent", readSome, readStrict, wrongRead, false},
	"malformed-json":     {"malformed-json kind=cut", readSome, readStrict, wrongRead, false},
	"wrong-content-type": {"wrong-content-type type=text/json", readStrict, readAll, refusedGood, false},
}

// A careless client is wrong under the fault and right without it; a careful one
// is right under the fault.
func TestCarelessClientsAreCaught(t *testing.T) {
	t.Parallel()
	for name := range wireKinds() {
		require.Contains(t, sellers, name)
	}
	all := maps.Clone(sellers)
	maps.Copy(all, sellersBefore)
	for name, c := range all {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := faultNets[slices.IndexFunc(faultNets, func(n faultNet) bool { return n.name == "pipe in a bubble" })]
			if c.http2 {
				n = faultNets[slices.IndexFunc(faultNets, func(n faultNet) bool { return n.name == "HTTP2" })]
			}
			judge := func(s seller, line string) (complaint string) {
				faultOverOne(t, n, func(t *testing.T) {
					p := n.start(t, Allow("blind-repeat"))
					p.Books.Add(book{Title: "Sanditon"})
					p.Books.Add(book{Title: "The Watsons"})
					require.Equal(t, 200, p.status("GET", "/books/1.json", ""), "the connection is warm")
					if line != "" {
						p.Inject(faultLine(line))
					}
					start := p.Now()
					titles, err := s(p)
					if complaint = c.judge(p, titles, err); p.Now().Sub(start) > time.Minute {
						complaint = "it waited for more than a minute"
					}
				})
				return complaint
			}
			require.NotEmpty(t, judge(c.careless, c.line), "the careless client is not caught")
			require.Empty(t, judge(c.careless, ""), "the careless client, where nothing goes wrong")
			require.Empty(t, judge(c.careful, c.line), "the careful client")
		})
	}
}

// wrongRead complains of titles that the client believes and that are not there.
func wrongRead(_ *faultPeer, titles []string, err error) string {
	if err == nil && !slices.Equal(titles, []string{"Sanditon", "The Watsons"}) {
		return fmt.Sprintf("it believes in %q", titles)
	}
	return ""
}

// refusedGood complains of that and of an error: the answer was good.
func refusedGood(p *faultPeer, titles []string, err error) string {
	if err != nil {
		return fmt.Sprintf("a good answer was too much for it: %v", err)
	}
	return wrongRead(p, titles, err)
}

// unsaved complains unless Emma is on the shelf once.
func unsaved(p *faultPeer, _ []string, _ error) string {
	emmas := 0
	for _, b := range p.Books.All() {
		if b.Title == "Emma" {
			emmas++
		}
	}
	if emmas != 1 {
		return fmt.Sprintf("Emma is there %d times", emmas)
	}
	return ""
}

func tooMuch(p *faultPeer, titles []string, err error) string {
	p.Settle()
	for _, f := range p.Findings() {
		if f.Kind == "no-limit" {
			return f.Detail
		}
	}
	return wrongRead(p, titles, err)
}

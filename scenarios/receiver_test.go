package scenarios_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake/cartly"
	"github.com/cartdouble/cartdouble/golden"
	"github.com/cartdouble/cartdouble/scenarios"
)

// A till is a receiver that books each order once. Its bugs have names.
type till struct {
	bug string
	now func() time.Time

	mu     sync.Mutex
	secret string
	former string
	until  time.Time // the former secret is good
	seen   map[string]bool
	booked []string // orders
	paid   []string
}

// newTill gives a run its receiver.
func newTill(run *scenarios.Run, bug string) *till {
	r := &till{bug: bug, now: run.Fake().Now, secret: run.Secret("hook"), seen: map[string]bool{}}
	run.OnRotate(r.rotate)
	run.Receiver(r)
	return r
}

func (r *till) rotate(secret string, overlap time.Duration) {
	if r.bug == "knows the first secret only" {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.former, r.until, r.secret = r.secret, r.now().Add(overlap), secret
}

func (r *till) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	switch err := r.verify(body, req.Header.Get(cartly.SignatureHeader)); {
	case err == nil || r.bug == "checks no signature":
	case r.bug == "fails over a wrong signature":
		w.WriteHeader(http.StatusInternalServerError)
		return
	default:
		http.Error(w, err.Error(), http.StatusUnauthorized)
		return
	}
	id := gjson.GetBytes(body, "data.id").Str
	key := string(body)
	switch r.bug {
	case "tells deliveries apart by the id of the subscription":
		key = req.Header.Get("X-Cartly-Webhook-Id")
	case "remembers nothing":
		key = ""
	}
	if key != "" && r.seen[key] {
		if r.bug == "refuses what it knows" {
			w.WriteHeader(http.StatusConflict)
		}
		return
	}
	r.seen[key] = true
	switch gjson.GetBytes(body, "event").Str {
	case "order.created":
		r.booked = append(r.booked, id)
	case "order.updated":
		if r.bug == "knows no order that it has not booked" && !slices.Contains(r.booked, id) {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		r.paid = append(r.paid, id)
	}
}

func (r *till) verify(body []byte, header string) error {
	err := cartly.Verify(r.secret, body, header)
	if err == nil || r.former == "" {
		return err
	}
	if r.now().Before(r.until) || r.bug == "keeps the old secret for ever" {
		return cartly.Verify(r.former, body, header)
	}
	return err
}

const overtaken = `clock    2025-03-01T09:00:00Z
hook     order.created,order.updated -> app secret={{secret.hook}} as=wh
deliveries held

# One delivery breaks off; a later event overtakes it; nothing may be booked twice
=> order.created @o7 as=first !! cut-post
<= none
=> order.updated @o7-paid
<= 2xx
advance 1s                      # now the first retry is due
=> first again
<= 2xx
=> first again                  # a plain duplicate: same bytes, same subscription id
<= 2xx

# Forged, and signed with yesterday's secret
=> order.created @o8 !! bad-signature
<= 401|403
rotate wh secret={{secret.hook2}} overlap=0s
=> order.created @o9 !! old-secret
<= 401|403
=> order.created @o9
<= 2xx

check app.accepted == 4
check app.refused == 2
check app.failed == 1

-- o7.json --
{"id": "ord_7", "email": "jane@example.com", "total_cents": 1250}
-- o7-paid.json --
{"id": "ord_7", "email": "jane@example.com", "total_cents": 1250, "payment_status": "paid"}
-- o8.json --
{"id": "ord_8"}
-- o9.json --
{"id": "ord_9"}
`

// The story sees what a receiver answers; what it books is for the test to see.
func TestDeliveriesInAStory(t *testing.T) {
	t.Parallel()
	s := storyOf(t, "cartly", overtaken)
	for bug, want := range map[string]string{
		"":                                      "",
		"checks no signature":                   "s.txtar:19: delivery #3 was not answered as the story wants",
		"fails over a wrong signature":          "s.txtar:19: delivery #3 was not answered as the story wants",
		"keeps the old secret for ever":         "s.txtar:22: delivery #4 was not answered as the story wants",
		"knows the first secret only":           "s.txtar:22: delivery #4 was not answered as the story wants",
		"refuses what it knows":                 "s.txtar:15: delivery #1 was not answered as the story wants",
		"knows no order that it has not booked": "s.txtar:10: delivery #2 was not answered as the story wants",
		"remembers nothing":                     "booked [ord_7 ord_7 ord_9], paid [ord_7]",
		"tells deliveries apart by the id of the subscription": "booked [], paid [ord_7]",
	} {
		t.Run(bug, func(t *testing.T) {
			t.Parallel()
			play := func(t *testing.T) {
				watched := watch(func(w *spy) {
					r := newTill(s.Start(w), bug)
					if got := fmt.Sprintf("booked %v, paid %v", r.booked, r.paid); got != "booked [ord_7 ord_9], paid [ord_7]" {
						w.Errorf("%s", got)
					}
				})
				if want == "" {
					assert.Empty(t, watched.failures())
					return
				}
				require.NotEmpty(t, watched.failures())
				assert.Contains(t, watched.failures()[0], want)
			}
			play(t)
			synctest.Test(t, play)
		})
	}
}

// misanswers are deliveries that a receiver answers in a wrong way, and what the
// test author is told.
var misanswers = []struct {
	name, story string // a story begins with the line of the clock, or below one that stands
	answer      http.HandlerFunc
}{
	{"forged and taken", "# Forged\n=> order.created @o7\n<= 2xx\n=> order.created @o7 !! bad-signature\n<= 401|403\n", answers(200)},
	{"unsigned and taken", "=> order.created @o7 !! no-signature\n<= 4xx\n", answers(204)},
	{"unsigned and a crash", "=> order.created @o7 !! no-signature\n<= 4xx\n", func(http.ResponseWriter, *http.Request) { panic("index out of range") }},
	{"old secret taken", "rotate app secret={{secret.hook2}}\n=> order.created @o7 !! old-secret\n<= 4xx\n", answers(200)},
	{"old secret refused too early", "rotate app secret={{secret.hook2}} overlap=1h\n=> order.created @o7 !! old-secret\n<= 2xx\n", answers(403)},
	{"odd form taken", "=> order.created @o7 !! signature-form form=base64\n<= 4xx\n", answers(200)},
	{"new secret refused", "rotate app secret={{secret.hook2}}\n=> order.created @o7\n<= 2xx\n", answers(401)},
	{"spelling refused", "=> order.created @o7 style=pretty\n<= 2xx\n", answers(401)},
	{"duplicate refused", "=> order.created @o7 as=a\n<= 2xx|409\n=> a again\n<= 2xx\n", answers(409)},
	{"unknown event refused", "=> order.created @o7 !! unknown-event topic=order.archived\n<= 2xx\n", answers(400)},
	{"redirect", "=> order.created @o7\n<= 2xx\n", answers(308)},
	{"no answer in time", "clock 2025-03-01T09:00:00Z\nhook * -> app\n=> order.created @o7\n<= 2xx\n", never},
	{"no answer while the clock stands", "=> order.created @o7\n<= 2xx\n", never},
	{"crash", "# The first\n=> order.created @o7\n<= 2xx\n", answers(500)},
	{"swallowed", "=> order.created @o7 !! dropped\n<= 2xx\n", answers(200)},
	{"refused", "=> order.created @o7\n<= 2xx\n", func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "wrong: "+r.Header.Get("X-Secret")+" the-hook-secret", http.StatusUnauthorized)
	}},
}

func answers(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }
}

func never(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func TestMisanswers(t *testing.T) {
	t.Parallel()
	for _, m := range misanswers {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			head := stands + "hook * -> app\n"
			if strings.HasPrefix(m.story, "clock") {
				head = ""
			}
			s := storyOf(t, "cartly", head+m.story+"-- o7.json --\n{\"id\": \"ord_7\"}\n")
			var text string
			synctest.Test(t, func(t *testing.T) {
				watched := watch(func(w *spy) { s.Start(w).Receiver(m.answer) })
				require.Len(t, watched.failures(), 1, watched.logged())
				text = watched.failures()[0]
			})
			assert.LessOrEqual(t, strings.Count(text, "\n"), 39)
			assert.NotContains(t, text, "the-hook-secret")
			golden.Text(t, "text", text)
		})
	}
}

// Deliveries that have ended with the credentials do not leave, whatever step
// stands for one.
func TestDeliveriesThatHaveEnded(t *testing.T) {
	t.Parallel()
	const text = stands + `hook * -> app
fault revoked hooks=%s on=GetMe call=1
=> order.created @o7 as=first
<= 2xx
-> GET ~/apps/api/me
<- live
=> order.created @o7
<= %s
=> first again
<= 2xx
check app.accepted == %s
-- o7.json --
{"id": "ord_7"}
`
	for _, want := range []struct{ hooks, answer, accepted, problem string }{
		{"off", "none", "2", ""},
		{"on", "2xx", "3", ""},
		{"off", "2xx", "2", "it never left"},
		{"on", "none", "3", `delivery #2 was not answered as the story wants`},
	} {
		t.Run(want.hooks+" "+want.answer, func(t *testing.T) {
			t.Parallel()
			s := storyOf(t, "cartly", fmt.Sprintf(text, want.hooks, want.answer, want.accepted))
			watched := watch(func(w *spy) {
				run := s.Start(w)
				run.Receiver(answers(200))
				newShopper(run).must(t, 401, "GET", "/apps/api/me", "")
				run.Settle()
			})
			if want.problem == "" {
				assert.Empty(t, watched.failures())
				return
			}
			require.NotEmpty(t, watched.failures())
			assert.Contains(t, watched.failures()[0], want.problem)
		})
	}
}

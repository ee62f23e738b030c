package scenarios_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/scenarios"
)

// followLostSave does what the shipped story of that name wants.
func followLostSave(t *testing.T, c shopper) {
	t.Helper()
	_, _, err := c.do("POST", "/customers.json", dora)
	require.Error(t, err)
	assert.Contains(t, c.must(t, 200, "GET", "/customers.json?page=1", ""), "dora@example.com")
	assert.Contains(t, c.must(t, 200, "PATCH", "/customers/2001.json", `{"customer":{"first_name":"Karl"}}`), "Customer is locked")
	assert.Contains(t, c.must(t, 200, "GET", "/customers/2001.json", ""), `"Carl"`)
}

func TestReplay(t *testing.T) {
	t.Parallel()
	run := scenarios.Replay(t, "library/cartfunnel/lost-save.txtar")
	followLostSave(t, newShopper(run))
	run.Settle()
	rep := run.Report()
	assert.Empty(t, rep.Problems)
	for _, s := range rep.Steps {
		assert.Equal(t, !strings.HasPrefix(s.Step, "check"), s.Done, "%s: the last checks come at the end", s.Step)
	}
}

// Over TLS and HTTP/2 the same story is told.
func TestOverOtherProtocols(t *testing.T) {
	t.Parallel()
	for _, opt := range []fake.Option{fake.TLS(), fake.HTTP2()} {
		run := scenarios.Replay(t, "library/cartfunnel/lost-save.txtar", scenarios.FakeOptions(opt))
		followLostSave(t, newShopper(run))
	}
}

func TestReplayOfWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "s.txtar")
	watched := watch(func(w *spy) { scenarios.Replay(w, file) })
	assert.Equal(t, []string{"scenarios: open " + file + ": no such file or directory"}, watched.failures())
	require.NoError(t, os.WriteFile(file, []byte("scenario 1 cartfunnel\nmode strikt\n"), 0o600))
	watched = watch(func(w *spy) { scenarios.Replay(w, file) })
	assert.Equal(t, []string{"scenarios: " + file + `:2: unknown word "strikt" (did you mean "strict"?); there are strict, per-resource, lenient`}, watched.failures())
	assert.True(t, watched.fatal)
}

// Over the port of the loopback interface the same story is told.
func TestOverLoopback(t *testing.T) {
	t.Parallel()
	run := scenarios.Replay(t, "library/cartfunnel/lost-save.txtar")
	c := shopper{&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, run.URL(), run.Credentials(), run}
	followLostSave(t, c)
}

// What happens between two requests happens over a port as well: before the
// second one is looked at.
func TestLoopbackWithStepsInBetween(t *testing.T) {
	t.Parallel()
	run := story(t, "clock 2025-03-01T09:00:00Z frozen\nstate customers=1\n-> GET ~/customers.json\n<- live\ncheck customers.# == 1\nadvance 1h\n-> GET ~/customers.json\n<- live\n").Start(t)
	c := shopper{&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, run.URL(), run.Credentials(), run}
	c.must(t, 200, "GET", "/customers.json", "")
	c.must(t, 200, "GET", "/customers.json", "")
	calls := run.Fake().Calls()
	assert.Equal(t, time.Hour, calls[1].At.Sub(calls[0].At))
}

func TestMissingIsTold(t *testing.T) {
	t.Parallel()
	s := story(t, `state customers=2
fault rate-limited on=ListCustomers call=2
fault server-error call=1,2,3
fault reset call=9 optional
-> GET ~/customers.json
<- live
-> GET ~/customers/1.json x2
<- live
-> GET ~/customers/2.json
<- live
check customers.# == 2
`)
	watched := watch(func(w *spy) { play(t, newShopper(s.Start(w)), "GET customers.json 500, GET customers/1.json 500") })
	assert.Equal(t, []string{
		"s.txtar:8: step reached only 1 of 2 times: -> GET ~/customers/1.json x2",
		"s.txtar:10: step never reached: -> GET ~/customers/2.json",
		"s.txtar:12: step never reached: check customers.# == 2",
		"s.txtar:3: fault never fired: rate-limited on=ListCustomers call=2 (1 call was made)",
		"s.txtar:4: fault fired only 2 times: server-error call=1,2,3 (2 calls were made)",
	}, watched.failures())
}

func TestFaultsOfTheHead(t *testing.T) {
	t.Parallel()
	s := story(t, "state customers=1\nfault rate-limited on=ListCustomers call=2\n-> GET ~/customers.json x3\n<- live\n")
	play(t, newShopper(s.Start(t)), "GET customers.json 200, GET customers.json 429, GET customers.json 200")
}

func TestChecks(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"check customers.# == 2":                             "",
		"check customers.# == 3":                             "s.txtar:3: check customers.# == 3: the state has 2",
		"check customers.# > 1":                              "",
		"check customers.0.email ~ '^customer1@'":            "",
		"check 'customers.#(email==\"x y\").id' != 1":        "",
		"check customers.7.email == x":                       "s.txtar:3: check customers.7.email == x: the state has nothing there",
		"check customers.0.note == ''":                       "",
		"check customers.0.email == customer1@example.com":   "",
		"check customers.0.email != customer1@example.com":   "s.txtar:3: check customers.0.email != customer1@example.com: the state has customer1@example.com",
		"check customers.1.email == '{{secret.other}}'":      "s.txtar:3: check customers.1.email == '{{secret.other}}': the state has customer2@example.com",
		"check 'customers.#(note==\"a b\")#|#' == 0":         "",
		"check 'customers.#(email==\"no one\").email' == ''": "s.txtar:3: check 'customers.#(email==\"no one\").email' == '': the state has nothing there",
	} {
		watched := watch(func(w *spy) { story(t, "state customers=2\n"+text+"\n").Start(w) })
		var got string
		if f := watched.failures(); len(f) > 0 {
			got = f[0]
		}
		assert.Equal(t, want, got, text)
	}
}

// A check happens when the steps before it are done, and sees what they did.
func TestChecksInTheMiddle(t *testing.T) {
	t.Parallel()
	s := story(t, "state customers=1\ncheck customers.# == 1\n-> POST ~/customers.json\n<- live id=id\ncheck customers.# == 2\ncheck customers.1.id == {{id}}\ncheck customers.#(id=={{id}}).email == dora@example.com\n-> POST ~/customers.json\n<- live\ncheck customers.# == 2\n")
	watched := watch(func(w *spy) {
		c := newShopper(s.Start(w))
		c.must(t, 200, "POST", "/customers.json", dora)
		c.must(t, 200, "POST", "/customers.json", annaMarries)
	})
	assert.Empty(t, watched.failures(), "the second has no address and is refused")
	watched = watch(func(w *spy) {
		c := newShopper(s.Start(w))
		c.must(t, 200, "POST", "/customers.json", annaMarries)
		c.must(t, 200, "POST", "/customers.json", dora)
	})
	assert.Equal(t, []string{"s.txtar:6: check customers.# == 2: the state has 1"}, watched.failures())
}

func TestAdvanceSettleRevoke(t *testing.T) {
	t.Parallel()
	s := story(t, "clock 2025-03-01T09:00:00Z frozen\nstate customers=1\n-> GET ~/customers/1.json\n<- live\nadvance 36h\nsettle\n-> GET ~/customers/1.json wait=36h..36h\n<- live\nrevoke\n-> GET ~/customers/1.json\n<- live\n")
	run := s.Start(t)
	c := newShopper(run)
	c.must(t, 200, "GET", "/customers/1.json", "")
	assert.Equal(t, "2025-03-01T09:00:00Z", run.Fake().Now().Format(time.RFC3339), "nothing is due before the next request")
	c.must(t, 200, "GET", "/customers/1.json", "")
	assert.Equal(t, "2025-03-02T21:00:00Z", run.Fake().Now().Format(time.RFC3339))
	assert.Contains(t, c.must(t, 403, "GET", "/customers/1.json", ""), "Forbidden")
}

func TestSettleDoesWhatIsDue(t *testing.T) {
	t.Parallel()
	run := story(t, "clock 2025-03-01T09:00:00Z frozen\nadvance 1h\n-> GET ~/a\n<- 211\n").Start(t)
	run.Settle()
	assert.Equal(t, "2025-03-01T10:00:00Z", run.Fake().Now().Format(time.RFC3339))
	newShopper(run).must(t, 211, "GET", "/a", "")
}

func TestAuth(t *testing.T) {
	t.Parallel()
	s := story(t, "state customers=1\nauth account=other secret={{secret.api}} may=customers:read\n-> GET ~/customers/1.json\n<- live\n-> POST ~/customers.json\n<- live\n")
	run := s.Start(t, scenarios.Secret("api", "s3cret"))
	assert.Equal(t, fake.Credentials{"account": "other", "secret": "s3cret"}, run.Credentials())
	assert.Equal(t, "s3cret", run.Secret("api"))
	c := newShopper(run)
	c.must(t, 200, "GET", "/customers/1.json", "")
	c.must(t, 403, "POST", "/customers.json", dora)

	plain := story(t, "-> GET ~/customers.json\n<- live\n").Start(t)
	assert.Equal(t, fake.Credentials{"account": "myshop", "secret": "your_api_secret"}, plain.Credentials())
	newShopper(plain).must(t, 200, "GET", "/customers.json", "")
}

func TestExplain(t *testing.T) {
	t.Parallel()
	run := story(t, stands+"-> POST ~/customers.json @dora\n<- live\nnever POST ~/customers.json\n-- dora.json --\n"+dora+"\n").Start(t)
	explain := func(method, path, body string) scenarios.Report {
		req, err := http.NewRequest(method, run.BaseURL()+path, strings.NewReader(body))
		require.NoError(t, err)
		req.Header.Set("X-Cartfunnel-Account", "myshop")
		req.Header.Set("X-Cartfunnel-Api-Secret", "your_api_secret")
		rep := run.Explain(req)
		again, err := io.ReadAll(req.Body)
		require.NoError(t, err)
		assert.Equal(t, body, string(again), "the body can be read again")
		return rep
	}
	fits := explain("POST", "/customers.json", dora)
	assert.Equal(t, []scenarios.StepReport{{At: "s.txtar:3", Step: "-> POST ~/customers.json @dora\n<- live"}}, fits.Steps)
	assert.Empty(t, fits.Problems)
	not := explain("POST", "/customers.json", carlMoves)
	assert.Empty(t, not.Steps)
	require.Len(t, not.Problems, 1)
	assert.Contains(t, not.Problems[0], `customer.email       want "dora@example.com"   got "carl@example.org"`)
	assert.Empty(t, run.Fake().Calls(), "nothing was sent")
	newShopper(run).must(t, 200, "POST", "/customers.json", dora)
	assert.Contains(t, explain("POST", "/customers.json", dora).Problems[0], "forbidden by   never POST ~/customers.json")
}

func TestReport(t *testing.T) {
	t.Parallel()
	watched := watch(func(w *spy) {
		run := story(t, stands+"mode lenient\n# One\n-> GET ~/customers.json\n<- live\n-> GET ~/customers/1.json optional\n<- 404\nnever GET ~/x\ncheck customers.# == 1\n").Start(w, noRouteIsFine)
		c := newShopper(run)
		play(t, c, "GET customers.json 200, GET y 404, GET x 501")
		rep := run.Report()
		text, err := json.Marshal(rep)
		require.NoError(t, err)
		assert.Contains(t, string(text), `{"scenario":"s.txtar","steps":[{"at":"s.txtar:5","phase":"One","step":"-\u003e GET ~/customers.json\n\u003c- live","done":true,"calls":[1]}`)
		assert.Equal(t, []string{"request #2 is not in the story; the fake answered it: GET /v1/y"}, rep.Notes)
		require.Len(t, rep.Problems, 1, "the check is due at the end")
		assert.Equal(t, `s.txtar
# One
✓ -> GET ~/customers.json   #1
  <- live
✓ -> GET ~/customers/1.json optional
  <- 404
✓ never GET ~/x
  check customers.# == 1
`, rep.String()[:strings.Index(rep.String(), "problem:")])
	})
	assert.Len(t, watched.failures(), 1)
	assert.Contains(t, watched.logged(), "check customers.# == 1: the state has 0")
}

// slow takes its time to hear of an error.
type slow struct{ *spy }

func (s slow) Errorf(format string, args ...any) {
	for range 1000 {
		runtime.Gosched()
	}
	s.spy.Errorf(format, args...)
}

// What did not fit is told before the client sees the answer: what the test says
// of its client follows, whoever of the goroutines is faster.
func TestMismatchIsToldBeforeItsAnswerIsSeen(t *testing.T) {
	t.Parallel()
	for range manyRuns / 10 {
		watched := watch(func(w *spy) {
			c := newShopper(story(t, "-> GET ~/customers.json optional\n<- live\n").Start(slow{w}))
			status, _, err := c.do("DELETE", "/customers/7.json", "")
			w.Errorf("client: %d, %v", status, err)
		})
		require.Len(t, watched.failures(), 2)
		require.Contains(t, watched.failures()[0], "request #1 does not fit the story")
		require.Equal(t, "client: 501, <nil>", watched.failures()[1])
	}
}

// curious asks how far the run has come when it hears of an error.
type curious struct {
	*spy
	run *scenarios.Run
	rep scenarios.Report
}

func (c *curious) Errorf(format string, args ...any) {
	c.spy.Errorf(format, args...)
	c.rep = c.run.Report()
}

// A test may ask for the report while it is told of a problem.
func TestReportWithinAnError(t *testing.T) {
	t.Parallel()
	var rep scenarios.Report
	watched := watch(func(w *spy) {
		asks := &curious{spy: w}
		asks.run = story(t, "-> GET ~/customers.json optional\n<- live\n").Start(asks)
		_, _, _ = newShopper(asks.run).do("DELETE", "/customers/7.json", "")
		rep = asks.rep
	})
	require.Len(t, rep.Problems, 1)
	require.Equal(t, watched.failures(), rep.Problems)
}

// SCENARIOS_TRACE shows how the story went.
func TestTrace(t *testing.T) {
	t.Setenv("SCENARIOS_TRACE", "1")
	watched := watch(func(w *spy) { story(t, "-> GET ~/a optional\n<- 211\n").Start(w) })
	assert.Contains(t, watched.logged(), "✓ -> GET ~/a optional")
}

func TestLenientLogsWhatIsMissing(t *testing.T) {
	t.Parallel()
	watched := watch(func(w *spy) { story(t, "mode lenient\n-> GET ~/a\n<- 211\n").Start(w) })
	assert.Empty(t, watched.failures())
	assert.Contains(t, watched.logged(), "s.txtar:3: step never reached: -> GET ~/a")
}

func TestDoubtsAreLogged(t *testing.T) {
	t.Parallel()
	watched := watch(func(w *spy) {
		story(t, "-> POST ~/customers.json optional\n<- 200\n-> GET ~/customers.json optional\n<- live\n").Start(w)
	})
	assert.Contains(t, watched.logged(), "scenarios: s.txtar:3: a fixed answer to a write")
}

// A fault that this run cannot do fails the test, with the line.
func TestFaultThatCannotBe(t *testing.T) {
	t.Parallel()
	watched := watch(func(w *spy) {
		run := story(t, "-> GET ~/customers.json\n<- live !! reset kind=fin\n").Start(w, scenarios.FakeOptions(fake.HTTP2()))
		newShopper(run).must(t, 200, "GET", "/customers.json", "")
	})
	require.Len(t, watched.failures(), 1)
	assert.Contains(t, watched.failures()[0], "s.txtar:3: fault reset: kind=fin")
}

// Each step of a sequence is answered exactly once, however many ask at once.
func TestSequenceIsTakenOnce(t *testing.T) {
	t.Parallel()
	const clients = 200
	test := func(t *testing.T, client func(*scenarios.Run) shopper) {
		s := story(t, "state customers=1\n-> GET ~/customers/1.json\n<- 211\n-> GET ~/customers/1.json\n<- live\n-> GET ~/customers/1.json\n<- 213\n")
		var got sync.Map
		watched := watch(func(w *spy) {
			c := client(s.Start(w))
			var all sync.WaitGroup
			for range clients {
				all.Go(func() {
					status, _, err := c.do("GET", "/customers/1.json", "")
					assert.NoError(t, err)
					n, _ := got.LoadOrStore(status, new(count))
					n.(*count).add()
				})
			}
			all.Wait()
		})
		for status, want := range map[int]int{211: 1, 200: 1, 213: 1, 501: clients - 3} {
			n, ok := got.Load(status)
			require.True(t, ok, status)
			assert.Equal(t, want, n.(*count).n, status)
		}
		assert.Len(t, watched.failures(), 1)
	}
	t.Run("in memory", func(t *testing.T) {
		t.Parallel()
		test(t, newShopper)
	})
	t.Run("in a bubble", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) { test(t, newShopper) })
	})
	t.Run("over loopback", func(t *testing.T) {
		t.Parallel()
		test(t, func(run *scenarios.Run) shopper {
			return shopper{&http.Client{Transport: &http.Transport{MaxConnsPerHost: 20}}, run.URL(), run.Credentials(), run}
		})
	})
}

type count struct {
	mu sync.Mutex
	n  int
}

func (c *count) add() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
}

// Two runs of one scenario know nothing of each other, and give the same bytes.
func TestRunsAreAlike(t *testing.T) {
	t.Parallel()
	s := story(t, stands+"state customers=3\n-> POST ~/customers.json\n<- live\n-> GET ~/x\n<- 200 @made\n-- made.json --\n{\"a\": \"{{:uuid}}\", \"b\": \"{{b:cursor}}\", \"c\": \"{{:int}}\"}\n")
	var texts [2]string
	var all sync.WaitGroup
	for i := range texts {
		all.Go(func() {
			run := s.Start(t)
			c := newShopper(run)
			texts[i] = c.must(t, 200, "POST", "/customers.json", dora) + c.must(t, 200, "GET", "/x", "") + string(run.Fake().Snapshot())
		})
	}
	all.Wait()
	assert.Equal(t, texts[0], texts[1])
}

// A story that is long costs no more for each request than a short one.
func BenchmarkReplay(b *testing.B) {
	for _, mode := range []string{"strict", "per-resource"} {
		for _, n := range []int{100, 10000} {
			b.Run(fmt.Sprintf("%s/%d", mode, n), func(b *testing.B) {
				var text strings.Builder
				fmt.Fprintf(&text, "mode %s\n", mode)
				for i := range n {
					fmt.Fprintf(&text, "-> GET ~/a/%d\n<- 200\n", i)
				}
				s := story(b, text.String())
				watch(func(w *spy) {
					run := s.Start(w)
					c := newShopper(run)
					b.ResetTimer()
					for i := range b.N {
						if i%n == 0 && i > 0 {
							b.StopTimer()
							c = newShopper(s.Start(w))
							b.StartTimer()
						}
						c.must(b, 200, "GET", fmt.Sprintf("/a/%d", i%n), "")
					}
				})
			})
		}
	}
}

package scenarios_test

import (
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/scenarios"
)

// story reads a scenario of Cartfunnel from what follows its first line.
func story(t testing.TB, text string) *scenarios.Scenario {
	t.Helper()
	s, err := scenarios.Load(fstest.MapFS{"s.txtar": {Data: []byte("scenario 1 cartfunnel\n" + text)}}, "s.txtar")
	require.NoError(t, err)
	return s
}

// The answers of these stories have statuses of their own, so that the status
// tells which step a request took. 501 is a request that does not fit.
var orders = []struct {
	name, story string
	requests    string // "GET a?page=1 211": what is sent, and the status that comes back
	missing     string // errors at the end that name steps, by their lines
}{
	{"one after the other", "-> GET ~/a\n<- 211\n-> GET ~/b\n<- 212\n", "GET a 211, GET b 212", ""},
	{"too early", "-> GET ~/a\n<- 211\n-> GET ~/b\n<- 212\n", "GET b 501, GET a 211, GET b 212", ""},
	{"too often", "-> GET ~/a\n<- 211\n", "GET a 211, GET a 501", ""},
	{"too few", "-> GET ~/a\n<- 211\n-> GET ~/b\n<- 212\n", "GET a 211", "4"},
	{"none", "-> GET ~/a\n<- 211\n-> GET ~/b optional\n<- 212\n-> GET ~/c x2..\n<- 213\n", "", "2 6"},
	{"optional taken", "-> GET ~/a optional\n<- 211\n-> GET ~/b\n<- 212\n", "GET a 211, GET b 212", ""},
	{"optional left out", "-> GET ~/a optional\n<- 211\n-> GET ~/b\n<- 212\n", "GET b 212, GET a 501", ""},
	{"same twice", "-> GET ~/a\n<- 211\n-> GET ~/a\n<- 212\n", "GET a 211, GET a 212, GET a 501", ""},
	{"x2", "-> GET ~/a x2\n<- 211\n-> GET ~/b\n<- 212\n", "GET a 211, GET b 501, GET a 211, GET b 212", ""},
	{"x2 once", "-> GET ~/a x2\n<- 211\n", "GET a 211", "2"},
	{"x1..3", "-> GET ~/a x1..3\n<- 211\n-> GET ~/a\n<- 212\n", "GET a 211, GET a 211, GET a 211, GET a 212, GET a 501", ""},
	{"x1.. has no end", "-> GET ~/a x1..\n<- 211\n-> GET ~/b\n<- 212\n", "GET a 211, GET a 211, GET b 212, GET a 501", ""},
	{"optional x2", "-> GET ~/a x2 optional\n<- 211\n-> GET ~/b\n<- 212\n", "GET a 211, GET b 212", ""},

	{"any order in par", "par {\n-> GET ~/a\n<- 211\n-> GET ~/b\n<- 212\n}\n-> GET ~/c\n<- 213\n", "GET b 212, GET c 501, GET a 211, GET c 213", ""},
	{"same in par", "par {\n-> GET ~/a\n<- 211\n-> GET ~/a\n<- 212\n}\n", "GET a 211, GET a 212, GET a 501", ""},
	{"par after optional", "-> GET ~/o optional\n<- 210\npar {\n-> GET ~/a\n<- 211\n-> GET ~/b optional\n<- 212\n}\n-> GET ~/c\n<- 213\n", "GET a 211, GET o 501, GET c 213, GET b 501", ""},
	{"two pars", "par {\n-> GET ~/a\n<- 211\n}\npar {\n-> GET ~/b\n<- 212\n}\n", "GET b 501, GET a 211, GET b 212", ""},
	{"par not done", "par {\n-> GET ~/a\n<- 211\n-> GET ~/b\n<- 212\n}\n", "GET b 212", "3"},

	{"query in any order", "-> GET ~/a query=x=1&y=2\n<- 211\n", "GET a?y=2&x=1 211", ""},
	{"query escaped", "-> GET ~/a query=x=a%20b\n<- 211\n", "GET a?x=a+b 211", ""},
	{"query too much", "-> GET ~/a query=x=1\n<- 211\n", "GET a?x=1&y=2 501, GET a?x=1&x=1 501, GET a 501, GET a?x=1 211", ""},
	{"query none", "-> GET ~/a\n<- 211\n", "GET a?x=1 501, GET a 211", ""},
	{"query any", "-> GET ~/a query=*\n<- 211\n", "GET a?x=1 211", ""},
	{"query ignored", "ignore query trace\n-> GET ~/a query=x=1\n<- 211\n", "GET a?trace=7&x=1 211", ""},
	{"query in two words", "-> GET ~/a query=x=1 query=y=2\n<- 211\n", "GET a?x=1&y=2 211", ""},
	{"path escaped", "-> GET '~/a b'\n<- 211\n-> GET ~/c%2Fd\n<- 212\n", "GET a%20b 211, GET c/d 501, GET c%2fd 212", ""},
	{"path with a name", "-> GET ~/a/{{id:int}}\n<- 211\n-> GET ~/b/{{id}}\n<- 212\n", "GET a/x 501, GET a/7 211, GET b/8 501, GET b/7 212", ""},
	{"method", "-> DELETE ~/a\n<- 211\n", "GET a 501, DELETE a 211", ""},

	{"never is over with its phase", "# one\n-> GET ~/a\n<- 211\nnever GET ~/n\n# two\n-> GET ~/n\n<- 212\n", "GET a 211, GET n 212", ""},
	{"never", "mode lenient\n# one\n-> GET ~/a optional\n<- 211\nnever GET ~/n\n# two\n-> GET ~/b optional\n<- 212\n", "GET n 501, GET b 212, GET n 404", ""},
	{"never ever", "mode lenient\n# one\nnever ever GET ~/n query=x=1\n# two\n-> GET ~/b optional\n<- 212\n", "GET n?x=1 501, GET b 212, GET n?x=1 501, GET n?x=2 404", ""},
	{"never holds from its line", "mode lenient\n-> GET ~/a\n<- 211\nnever GET ~/n\n", "GET n 404, GET a 211, GET n 501", ""},
	{"never leaves the step before it alone", "-> GET ~/a x1..2\n<- 211\nnever GET ~/a\n", "GET a 211, GET a 211, GET a 501", ""},

	{"per resource", "mode per-resource\n-> GET ~/a\n<- 211\n-> GET ~/b\n<- 212\n-> GET ~/a\n<- 213\n-> GET ~/a query=p=1\n<- 214\n", "GET a?p=1 214, GET b 212, GET a 211, GET a 213, GET a 501", ""},
	{"per resource keeps the order of one", "mode per-resource\n-> GET ~/a x2\n<- 211\n-> GET ~/b\n<- 212\n-> GET ~/a\n<- 213\n", "GET b 212, GET a 211, GET a 211, GET a 213", ""},
	{"per resource with names", "mode per-resource\n-> GET ~/a/{{x:int}}\n<- 211\n-> GET ~/b/{{x}}\n<- 212\n-> GET ~/c query=*\n<- 213\n", "GET c?z=1 213, GET a/7 211, GET b/8 501, GET b/7 212", ""},
	{"per resource ignores parameters", "mode per-resource\nignore query t\n-> GET ~/a query=p=1\n<- 211\n", "GET a?t=9&p=1 211", ""},
	{"per resource is the mode of recordings", "origin recorded 2025-03-01\n-> GET ~/a\n<- 211\n-> GET ~/b\n<- 212\n", "GET b 212, GET a 211", ""},
	{"per resource, an unknown request", "mode per-resource\n-> GET ~/a\n<- 211\n", "GET b 501", "3"},

	{"lenient has no order", "mode lenient\n-> GET ~/a\n<- 211\n-> GET ~/b\n<- 212\n-> GET ~/a\n<- 213\n", "GET b 212, GET a 211, GET a 213, GET a 404", ""},
	{"lenient takes more parameters", "mode lenient\n-> GET ~/a query=x=1\n<- 211\n", "GET a?y=1&x=1 211", ""},
	{"lenient, but in order", "mode lenient order=written\n-> GET ~/a\n<- 211\n-> GET ~/b\n<- 212\n", "GET b 404, GET a 211, GET b 212", ""},
	{"lenient, in order per resource", "mode lenient order=resource\n-> GET ~/a query=x=1\n<- 211\n-> GET ~/b\n<- 212\n-> GET ~/a query=x=2\n<- 213\n", "GET b 212, GET a?x=2 404, GET a?y=0&x=1 211, GET a?x=2 213", ""},
	{"lenient, but nothing unknown", "mode lenient unknown=fail\n-> GET ~/a\n<- 211\n", "GET b 501, GET a 211", ""},
	{"lenient, but with all of it", "mode lenient leftovers=fail\n-> GET ~/a\n<- 211\n-> GET ~/b\n<- 212\n", "GET b 212", "3"},
	{"lenient, but nothing more", "mode lenient body=equal\n-> GET ~/a query=x=1\n<- 211\n", "GET a?y=1&x=1 404, GET a?x=1 211", ""},
	{"strict, but in any order", "mode strict order=any\n-> GET ~/a\n<- 211\n-> GET ~/b\n<- 212\n", "GET b 212, GET c 501, GET a 211", ""},
	{"strict, but others are answered", "mode strict unknown=live\n-> GET ~/a\n<- 211\n", "GET c 404, GET a 211", ""},
	{"strict, but more is fine", "mode strict body=part\n-> GET ~/a query=x=1\n<- 211\n", "GET a?y=1&x=1 211", ""},
	{"strict, but what is missing is logged", "mode strict leftovers=log\n-> GET ~/a\n<- 211\n", "", ""},
	{"a recording with a dial", "origin recorded 2025-03-01\nmode per-resource leftovers=log\n-> GET ~/a\n<- 211\n-> GET ~/b\n<- 212\n", "GET b 212", ""},
	{"lenient fails for nothing that is missing", "mode lenient\n-> GET ~/a\n<- 211\n", "", ""},
}

func TestOrder(t *testing.T) {
	t.Parallel()
	for _, c := range orders {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := story(t, c.story)
			watched := watch(func(w *spy) {
				play(t, newShopper(s.Start(w, noRouteIsFine)), c.requests)
			})
			assert.Equal(t, c.missing, linesOf(watched))
			if strings.Contains(c.requests, " 501") {
				assert.Contains(t, watched.failures()[0], "does not fit the story")
			}
		})
	}
}

// play sends requests and compares the statuses of their answers.
func play(t testing.TB, c shopper, requests string) {
	for request := range strings.SplitSeq(requests, ", ") {
		if request == "" {
			continue
		}
		words := strings.Fields(request)
		status, _, err := c.do(words[0], "/"+words[1], "")
		assert.NoError(t, err, request)
		assert.Equal(t, words[2], itoa(status), request)
	}
}

// linesOf are the lines of the steps for which a watched test failed: as errors,
// or in the list after the first one.
func linesOf(s *spy) string {
	if !s.Failed() {
		return ""
	}
	var lines []string
	for _, text := range append(s.failures(), strings.Split(s.logged(), "\n")...) {
		if strings.Contains(text, "step never reached") || strings.Contains(text, "step reached only") {
			lines = append(lines, strings.Split(text, ":")[1])
		}
	}
	return strings.Join(lines, " ")
}

func TestWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := story(t, "clock 2025-03-01T09:00:00Z\n-> GET ~/a wait=5s..\n<- 211\n-> GET ~/b wait=2s..30s\n<- 212\n-> GET ~/c wait=..1s\n<- 213\n")
		watched := watch(func(w *spy) {
			c := newShopper(s.Start(w))
			play(t, c, "GET a 211") // nothing was answered before
			time.Sleep(1600 * time.Millisecond)
			play(t, c, "GET b 501")
			time.Sleep(2 * time.Second) // since the 501
			play(t, c, "GET b 212")
			time.Sleep(3 * time.Second)
			play(t, c, "GET c 501, GET c 213")
		})
		require.Len(t, watched.failures(), 1)
		assert.Contains(t, watched.failures()[0], "arrived 0.4 s too early: told to wait 2 s")
		assert.Contains(t, watched.failures()[0], "wait x")
		assert.Contains(t, watched.logged(), "arrived 2 s too late: told to wait at most 1 s")
	})
}

// A step that asks for what an answer is to tell is the last choice before it has
// been told: a recording of calls at once has many that differ in nothing else.
func TestStepsWithValuesThatAreStillToBeTold(t *testing.T) {
	t.Parallel()
	s := story(t, "mode per-resource\n-> GET ~/list\n<- 211 @one\n-> GET ~/x/{{id}}\n<- 212\n-> GET ~/x/7\n<- 213\n\n-- one.json --\n{\"id\": \"{{id:int}}\"}\n")
	failed := watch(func(w *spy) {
		c := newShopper(s.Start(w, noRouteIsFine))
		c.must(t, 213, "GET", "/x/7", "")
		id := strings.Trim(c.must(t, 211, "GET", "/list", ""), `{"id:} `)
		c.must(t, 212, "GET", "/x/"+id, "")
	})
	require.Empty(t, failed.failures())

	failed = watch(func(w *spy) {
		c := newShopper(s.Start(w, noRouteIsFine))
		c.must(t, 212, "GET", "/x/9", "") // the client has it from elsewhere
		assert.JSONEq(t, `{"id": 9}`, c.must(t, 211, "GET", "/list", ""))
		c.must(t, 213, "GET", "/x/7", "")
	})
	require.Empty(t, failed.failures())
}

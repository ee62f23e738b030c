package fake

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// faultMarks makes calls one after the other and marks those that failed.
func faultMarks(p *faultPeer, paths ...string) string {
	var marks strings.Builder
	for _, path := range paths {
		method, path, _ := strings.Cut(path, " ")
		if p.status(method, path, "{}") == 500 {
			marks.WriteByte('x')
		} else {
			marks.WriteByte('.')
		}
	}
	return marks.String()
}

func faultTimes(n int, path string) []string { return slices.Repeat([]string{path}, n) }

func TestTriggersCountCalls(t *testing.T) {
	t.Parallel()
	f := NewFault("server-error").Optional()
	for name, c := range map[string]struct {
		fault Fault
		want  string
	}{
		"none hits all":              {f, "xxxxxxxx"},
		"call":                       {f.Call(2), ".x......"},
		"several calls":              {f.Call(4, 2, 2), ".x.x...."},
		"first":                      {f.First(3), "xxx....."},
		"after":                      {f.After(5), ".....xxx"},
		"after none":                 {f.After(0), "xxxxxxxx"},
		"every":                      {f.Every(3), "..x..x.."},
		"attempt of one request":     {f.Attempt(2, 3), ".xx....."},
		"certain":                    {f.Rate(1), "xxxxxxxx"},
		"impossible":                 {f.Rate(0), "........"},
		"every, at most":             {f.Every(2).First(2), ".x.x...."},
		"every, later":               {f.Every(2).After(3), "...x.x.x"},
		"call, but not so early":     {f.Call(1, 2, 3).After(1), ".xx....."},
		"call, at most":              {f.Call(2, 3, 4).First(2), ".xx....."},
		"call that is an nth":        {f.Call(2, 3, 4).Every(2), ".x.x...."},
		"call and attempt":           {f.Call(2, 3).Attempt(3, 4), "..x....."},
		"call and attempt that miss": {f.Call(2).Attempt(1), "........"},
		"after and at most":          {f.After(2).First(1), "..x....."},
		"certain, at most":           {f.Rate(1).First(2), "xx......"},
		"all of them":                {f.Call(2, 4, 6, 8).Attempt(4, 6, 8).After(2).Every(2).First(2).Rate(1).Between(0, time.Hour).On("ListBooks"), "...x.x.."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := faultNets[0].start(t, Frozen())
			armed := p.Inject(c.fault)
			require.Equal(t, c.want, faultMarks(p, faultTimes(8, "GET /books.json")...))
			require.Equal(t, strings.Count(c.want, "x"), armed.Fired())
		})
	}
}

// A call that comes after the fault is counted from there, and each of several
// faults counts for itself.
func TestTriggersCountFromArming(t *testing.T) {
	t.Parallel()
	p := faultNets[0].start(t)
	require.Equal(t, "..", faultMarks(p, faultTimes(2, "GET /books.json")...))
	p.Inject(NewFault("server-error").Call(2))
	require.Equal(t, ".", faultMarks(p, "GET /books.json"))
	p.Inject(NewFault("server-error").Call(2), NewFault("server-error").Attempt(3))
	require.Equal(t, "xxx.", faultMarks(p, faultTimes(4, "GET /books.json")...))
}

func TestOnChoosesCalls(t *testing.T) {
	t.Parallel()
	calls := []string{"GET /books.json", "GET /books/1.json", "POST /books.json", "GET /books/2.json", "PATCH /books/1.json", "GET /books.json?page=2"}
	for name, c := range map[string]struct {
		on   []string
		want string
	}{
		"op":                  {[]string{"GetBook"}, ".x.x.."},
		"ops":                 {[]string{"AddBook", "RenameBook"}, "..x.x."},
		"method and path":     {[]string{"GET /v1/books.json"}, "x....x"},
		"star":                {[]string{"GET /v1/books/*"}, ".x.x.."},
		"star in the middle":  {[]string{"GET /v1/*s/1.*"}, ".x...."},
		"any method":          {[]string{"* /v1/books/1.json"}, ".x..x."},
		"below the base":      {[]string{"POST ~/books.json"}, "..x..."},
		"op or path":          {[]string{"ListBooks", "PATCH ~/*"}, "x...xx"},
		"all of them, by one": {[]string{"* /*"}, "xxxxxx"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := faultNets[0].start(t)
			p.Inject(NewFault("server-error").On(c.on...))
			require.Equal(t, c.want, faultMarks(p, calls...))
		})
	}
	t.Run("counts only those", func(t *testing.T) {
		t.Parallel()
		p := faultNets[0].start(t)
		p.Inject(NewFault("server-error").On("GetBook").Call(2))
		require.Equal(t, "...x..", faultMarks(p, calls...))
	})
}

// A call is a request that arrived; an attempt is one more sending of the same
// request. Method, query, body and idempotency key make it another.
func TestAttemptsAreCountedApart(t *testing.T) {
	t.Parallel()
	send := func(p *faultPeer, what ...string) bool {
		return p.status(what[0], what[1], what[2], what[3:]...) == 500
	}
	p := faultNets[0].start(t)
	p.Inject(NewFault("server-error").Attempt(2))
	for i, c := range []struct {
		call []string
		hit  bool
	}{
		{[]string{"POST", "/books.json", `{"title":"a"}`}, false},
		{[]string{"POST", "/books.json", `{"title":"b"}`}, false},
		{[]string{"POST", "/books.json?x=1", `{"title":"a"}`}, false},
		{[]string{"POST", "/books.json", `{"title":"a"}`, "Idempotency-Key", "1"}, false},
		{[]string{"POST", "/books.json", `{"title":"a"}`, "X-Idempotency-Key", "1"}, false},
		{[]string{"POST", "/books.json", `{"title":"a"}`, "X-Request-Id", "7"}, true},
		{[]string{"POST", "/books.json", `{"title":"a"}`}, false},
		{[]string{"POST", "/books.json", `{"title":"a"}`, "Idempotency-Key", "1"}, true},
		{[]string{"POST", "/books.json", `{"title":"b"}`}, true},
		{[]string{"GET", "/books.json", ""}, false},
		{[]string{"GET", "/books/9.json", ""}, false},
		{[]string{"GET", "/books/9.json", ""}, true},
	} {
		require.Equal(t, c.hit, send(p, c.call...), "call %d", i+1)
	}
}

func TestTriggersByTime(t *testing.T) {
	t.Parallel()
	f := NewFault("server-error").Optional()
	for name, c := range map[string]struct {
		fault Fault
		want  string // a call each second, the first right away
	}{
		"between":              {f.Between(2*time.Second, 5*time.Second), "..xxx..."},
		"from the beginning":   {f.Between(0, time.Second), "x......."},
		"after a time":         {f.Set("after", "6s"), "......xx"},
		"between, nth":         {f.Between(2*time.Second, 7*time.Second).Every(2), "...x.x.."},
		"between, first":       {f.Between(3*time.Second, time.Hour).First(2), "...xx..."},
		"between misses calls": {f.Between(3*time.Second, time.Hour).Call(1, 2, 3), "........"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := faultNets[0].start(t, Frozen())
			p.Advance(time.Hour) // what was before does not count
			p.Inject(c.fault)
			var marks strings.Builder
			for range c.want {
				marks.WriteString(faultMarks(p, "GET /books.json"))
				p.Advance(time.Second)
			}
			require.Equal(t, c.want, marks.String())
		})
	}
	t.Run("in a bubble", func(t *testing.T) {
		t.Parallel()
		faultBubble(t, func(t *testing.T, p *faultPeer) {
			p.Inject(f.Between(time.Hour, 2*time.Hour))
			require.Equal(t, ".", faultMarks(p, "GET /books.json"))
			time.Sleep(time.Hour)
			require.Equal(t, "x", faultMarks(p, "GET /books.json"))
			time.Sleep(time.Hour)
			require.Equal(t, ".", faultMarks(p, "GET /books.json"))
		})
	})
}

func TestWhenLooksAtTheRequest(t *testing.T) {
	t.Parallel()
	const body = `{"title":"Emma","n":10,"tags":["a","b"],"none":null}`
	for _, c := range []struct {
		path, op, value string
		hit             bool
	}{
		{"title", "==", "Emma", true},
		{"title", "!=", "Emma", false},
		{"title", "~", "^Em+a$", true},
		{"n", "==", "10.0", true},
		{"n", "<", "9", false},
		{"tags.#", ">=", "2", true},
		{"tags.1", "==", "b", true},
		{"none", "==", "null", true},
		{"gone", "==", "", false},
		{"gone", "!=", "x", true},
		{"query:page", "==", "2", true},
		{"query:page", ">", "1.5", true},
		{"query:page", "==", "2.0", true},
		{"query:page", "==", "20", false},
		{"query:blank", "==", "", true},
		{"query:gone", "==", "", false},
		{"query:gone", "!=", "x", true},
		{"query:word", "==", "a b", true},
		{"query:word", "<", "1", false},
		{"header:Accept", "~", "json", true},
		{"header:accept", "!=", "text/html", true},
		{"header:X-Gone", "==", "", false},
		{"header:X-Gone", "!=", "x", true},
		{"param:id", "==", "7", true},
		{"param:id", "<=", "6", false},
		{"param:gone", "==", "7", false},
		{"state:books.#", "==", "1", true},
		{"state:books.0.title", "==", "Persuasion", true},
		{"state:books.#(title==\"Sanditon Now\").id", "==", "1", false},
	} {
		t.Run(c.path+" "+c.op+" "+c.value, func(t *testing.T) {
			t.Parallel()
			p := faultNets[0].start(t)
			p.Books.Add(book{Title: "Persuasion"})
			p.Inject(NewFault("server-error").When(c.path, c.op, c.value).Optional())
			got := p.status("PATCH", "/books/7.json?page=2&blank=&word=a+b", body, "Accept", "application/json")
			require.Equal(t, c.hit, got == 500, "status %d", got)
		})
	}
}

func TestWhenChoosesWhatIsCounted(t *testing.T) {
	t.Parallel()
	list := func(page int) string { return fmt.Sprintf("GET /books.json?page=%d", page) }
	p := faultNets[0].start(t)
	p.Inject(NewFault("server-error").When("query:page", ">", "1").When("query:page", "<", "4").Call(2))
	require.Equal(t, "....x.", faultMarks(p, list(1), list(2), list(4), list(1), list(3), list(3)))

	p = faultNets[0].start(t)
	p.Inject(NewFault("server-error").When("state:books.#", "==", "2"))
	require.Equal(t, "..x", faultMarks(p, "POST /books.json", "POST /books.json", "POST /books.json"), "the state before the call")
	p.Books.Remove(1)
	require.Equal(t, ".x", faultMarks(p, "POST /books.json", "GET /books.json"))
}

// faultPages lists the pages of 1 to n whose first call a fault has hit. They
// are asked for by so many goroutines, forwards or backwards.
func faultPages(t *testing.T, f Fault, n, goroutines int, backwards bool, opts ...Option) []int {
	t.Helper()
	p := faultNets[0].start(t, opts...)
	p.Inject(f)
	next := make(chan int, n)
	for i := range n {
		if backwards {
			i = n - 1 - i
		}
		next <- i + 1
	}
	close(next)
	var (
		wait sync.WaitGroup
		mu   sync.Mutex
		hit  []int
	)
	for range goroutines {
		wait.Go(func() {
			for page := range next {
				if p.status("GET", fmt.Sprintf("/books.json?page=%d", page), "") == 500 {
					mu.Lock()
					hit = append(hit, page)
					mu.Unlock()
				}
			}
		})
	}
	wait.Wait()
	slices.Sort(hit)
	return hit
}

// It changes GOMAXPROCS, which all tests share, and so is not parallel.
func TestChanceDependsOnNothingButTheRequest(t *testing.T) {
	const n = 200
	f := NewFault("server-error").Rate(0.3)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	want := faultPages(t, f, n, 1, false)
	require.InDelta(t, 0.3*n, len(want), 20)
	for _, procs := range []int{1, 8} {
		runtime.GOMAXPROCS(procs)
		require.Equal(t, want, faultPages(t, f, n, 16, false))
		require.Equal(t, want, faultPages(t, f, n, 16, true))
	}
	require.Equal(t, want, faultPages(t, f, n, 1, false, Seed(1)), "the default seed")
	require.NotEqual(t, want, faultPages(t, f, n, 1, false, Seed(2)))
	require.NotEqual(t, want, faultPages(t, f.Set("status", "500"), n, 1, false), "another fault")

	rarer := faultPages(t, f.Rate(0.02), n, 1, false)
	require.Less(t, len(rarer), 20)
}

// The same request sent again has a chance of its own, which only its number
// decides.
func TestChanceOfOneRequest(t *testing.T) {
	t.Parallel()
	marks := func(opts ...Option) string {
		p := faultNets[0].start(t, opts...)
		p.Inject(NewFault("server-error").Rate(0.5))
		return faultMarks(p, faultTimes(40, "GET /books.json")...)
	}
	want := marks()
	require.InDelta(t, 20, strings.Count(want, "x"), 10)
	require.Equal(t, want, marks())
	require.NotEqual(t, want, marks(Seed(9)))
}

func TestSpent(t *testing.T) {
	t.Parallel()
	f := NewFault("server-error")
	for name, c := range map[string]struct {
		fault Fault
		calls int // after so many it is spent, not before
	}{
		"any":                    {f, 1},
		"one call":               {f.Call(3), 3},
		"calls":                  {f.Call(2, 4), 4},
		"attempts":               {f.Attempt(1, 3), 3},
		"first":                  {f.First(3), 3},
		"first of more calls":    {f.Call(1, 2, 3).First(2), 2},
		"first of fewer calls":   {f.Call(1, 2).First(5), 2},
		"after":                  {f.After(2), 3},
		"every":                  {f.Every(2), 2},
		"every, first":           {f.Every(2).First(2), 4},
		"times":                  {faultLine("rate-limited times=2"), 2},
		"calls of a burst":       {faultLine("burst calls=3"), 3},
		"burst for a time":       {faultLine("burst for=1m"), 1},
		"rate":                   {faultLine("rate-limited per=1m burst=3"), 4},
		"calls and attempts":     {f.Call(2, 3).Attempt(3), 3},
		"attempts, fewer wanted": {f.Attempt(1, 2).First(1), 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := faultNets[0].start(t, Frozen())
			armed := p.Inject(c.fault)
			for i := range c.calls {
				require.False(t, armed.Spent(), "before call %d", i+1)
				p.send("GET", "/books.json", "")
			}
			require.True(t, armed.Spent())
		})
	}
}

// Calls that come at once are counted one by one: each step is hit by one call.
func TestTriggersUnderManyCalls(t *testing.T) {
	t.Parallel()
	p := faultNets[0].start(t)
	p.Inject(faultLine("burst calls=3 mix=501,502,503 after=10"), faultLine("server-error status=599 call=5"))
	var (
		wait sync.WaitGroup
		mu   sync.Mutex
		got  = map[int]int{}
	)
	for range 100 {
		wait.Go(func() {
			status := p.status("GET", "/books.json", "")
			mu.Lock()
			got[status]++
			mu.Unlock()
		})
	}
	wait.Wait()
	require.Equal(t, map[int]int{200: 96, 501: 1, 502: 1, 503: 1, 599: 1}, got)
	for _, x := range p.Calls() {
		want := map[int]int{5: 599, 11: 501, 12: 502, 13: 503}[x.Seq]
		require.Equal(t, max(want, 200), x.Status, "call %d", x.Seq)
	}
}

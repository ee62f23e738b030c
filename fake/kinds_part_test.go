package fake

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// depot is the API that the tests of the faults serve in which an API package
// has a part: batches, cursors, tokens and two accounts.
type depot struct {
	*Server
	Goods, Others *Collection[int64, good]
	expired       map[string]time.Time // tokens, and when they end
	refreshes     []string
}

func newDepot(tb TB, opts ...Option) *depot {
	d := &depot{expired: map[string]time.Time{}}
	api := tinyAPI(
		Route{Op: "List", Pattern: "GET /goods", Clause: "List", Handle: d.list},
		Route{Op: "AddAll", Pattern: "POST /goods", Clause: "Add", Writes: true, Handle: d.addAll},
	)
	api.Error = func(c *Call, e *Error) Reply {
		status := map[Kind]int{Unauthenticated: 401, Invalid: 400, Limited: 429}[e.Kind]
		words := strings.Join(append([]string{string(e.Kind)}, e.Texts...), " ")
		if _, is := c.Fault("token-expired"); is {
			words += " (expired)"
		}
		return Reply{Status: status, Body: []byte(words)}
	}
	api.Auth = func(c *Call) (Caller, error) {
		token := c.Header("Token")
		if end, is := d.expired[token]; is && !c.Now().Before(end) {
			return Caller{}, &Error{Kind: Unauthenticated}
		}
		return Caller{Key: token, Tenant: d.Goods}, nil
	}
	api.Expire = func(c *Call, in time.Duration, refresh string) {
		d.expired[c.Caller.Key] = c.Now().Add(in)
		d.refreshes = append(d.refreshes, refresh)
	}
	api.Swap = func(account string) (any, error) {
		if account != "" && account != "other" {
			return nil, fmt.Errorf("there is no such account")
		}
		return d.Others, nil
	}
	d.Server = New(tb, api, nil, append([]Option{At(nine)}, opts...)...)
	d.Goods = NewCollection(d.First(), Spec[int64, good]{Name: "goods", Key: func(g *good) *int64 { return &g.ID }})
	d.Others = NewCollection(d.AddTenant("other"), Spec[int64, good]{Name: "goods", Key: func(g *good) *int64 { return &g.ID }})
	return d
}

// list gives two names, from a cursor on, and the next cursor.
func (d *depot) list(c *Call) (Reply, error) {
	goods, _ := c.Caller.Tenant.(*Collection[int64, good])
	from, next := 0, ""
	if cursor := c.Query().Get("cursor"); cursor != "" {
		if _, expired := c.Fault("cursor-expired"); expired {
			return Reply{}, &Error{Kind: Invalid, Texts: []string{"cursor"}}
		}
		_, _ = fmt.Sscan(cursor, &from)
		if _, loops := c.Fault("cursor-loop"); loops {
			next = cursor
		}
	}
	all := goods.AsOf(c.Now())
	if f, stale := c.Fault("stale-read"); stale {
		all = goods.Lagging(c, f)
	}
	var names []string
	for g := range all {
		names = append(names, g.Name)
	}
	if next == "" && len(names) > from+2 {
		next = fmt.Sprint(from + 2)
	}
	return Reply{Status: 200, Body: []byte(strings.Join(names[min(from, len(names)):min(from+2, len(names))], ",") + " next=" + next)}, nil
}

func (d *depot) addAll(c *Call) (Reply, error) {
	body, err := c.JSON()
	if err != nil {
		return Reply{}, err
	}
	for i, name := range body.Array() {
		if f, stops := c.Planned("batch-stops"); stops && f.int("n", 1) == i+1 {
			_, _ = c.Fault("batch-stops")
			return Reply{}, &Error{Kind: Invalid, Texts: []string{f.or("text", "bad")}}
		}
		if f, limited := c.Fault("limited-after-part"); limited && i == f.int("n", 1) {
			return Reply{}, &Error{Kind: Limited}
		}
		g := good{Name: name.Str}
		if f, drops := c.Fault("silently-dropped"); drops && f.Get("fields") == "name" {
			g.Name = "?"
		}
		d.Goods.Insert(c, g)
	}
	return Reply{Status: 200, Body: []byte("ok")}, nil
}

// ask gives status and body as one line.
func (d *depot) ask(t *testing.T, loopback bool, method, path, body string) string {
	t.Helper()
	client, base := d.Client(), d.BaseURL()
	if loopback {
		client, base = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, d.URL()
	}
	r, err := http.NewRequestWithContext(t.Context(), method, base+path, strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Token", "t1")
	answer, err := client.Do(r)
	require.NoError(t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return fmt.Sprintf("%d %s", answer.StatusCode, text)
}

func TestFaultsInWhichTheAPITakesPart(t *testing.T) {
	t.Parallel()
	const post, get = `POST /goods ["c","d","e"]`, "GET /goods"
	for fault, steps := range map[string][]string{ // what is asked, and what comes
		"":                                         {get, "200 a,b next=", post, "200 ok", get, "200 a,b next=2", get + "?cursor=2", "200 c,d next=4"},
		"batch-stops n=2 text=no":                  {post, "400 invalid no", get + "?cursor=2", "200 c next="},
		"batch-stops n=4 optional":                 {post, "200 ok", get, "200 a,b next=2"},
		"limited-after-part n=2":                   {post, "429 limited", get + "?cursor=2", "200 c,d next="},
		"silently-dropped fields=name":             {post, "200 ok", get + "?cursor=2", "200 ?,? next=4"},
		"cursor-expired times=1":                   {post, "200 ok", get, "200 a,b next=2", get + "?cursor=2", "400 invalid cursor", get + "?cursor=2", "200 c,d next=4"},
		"cursor-expired ttl=5m":                    {post, "200 ok", get, "200 a,b next=2", "+4m", get + "?cursor=2", "200 c,d next=4", "+5m", get + "?cursor=4", "400 invalid cursor", get + "?cursor=4", "400 invalid cursor", get, "200 a,b next=2", get + "?cursor=2", "200 c,d next=4"},
		"cursor-loop":                              {post, "200 ok", get, "200 a,b next=2", get + "?cursor=2", "200 c,d next=2", get + "?cursor=2", "200 c,d next=2"},
		"stale-read lag=5s":                        {get, "200 a,b next=", post, "200 ok", get, "200 a,b next=", "+4s", get, "200 a,b next=", "+1s", get, "200 a,b next=2"},
		"token-expired call=2":                     {get, "200 a,b next=", get, "401 unauthenticated (expired)", get, "401 unauthenticated"},
		"token-expired ttl=1h call=1 refresh=fail": {get, "200 a,b next=", "+59m", get, "200 a,b next=", "+1m", get, "401 unauthenticated"},
		"token-swapped call=1":                     {get, "200 z next=", get, "200 a,b next="},
		"token-swapped account=other":              {get, "200 z next="},
	} {
		run := func(t *testing.T, loopback bool) {
			d := newDepot(t, Frozen())
			for _, name := range []string{"a", "b"} {
				d.Goods.Add(good{Name: name})
			}
			d.Others.Add(good{Name: "z"})
			d.Advance(time.Hour)
			if fault != "" {
				d.Inject(faultLine(fault))
			}
			for i := 0; i < len(steps); i++ {
				if wait, is := strings.CutPrefix(steps[i], "+"); is {
					by, err := time.ParseDuration(wait)
					require.NoError(t, err)
					d.Advance(by)
					continue
				}
				words := strings.SplitN(steps[i]+" ", " ", 3)
				i++
				assert.Equal(t, steps[i], d.ask(t, loopback, words[0], words[1], words[2]), steps[i-1])
			}
		}
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			t.Run("in a bubble", func(t *testing.T) { synctest.Test(t, func(t *testing.T) { run(t, false) }) })
			t.Run("over loopback", func(t *testing.T) { run(t, true) })
		})
	}
}

// A fault that the API's code has not asked for has not hit.
func TestFaultNobodyAskedFor(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"batch-stops n=1", "limited-after-part n=1", "silently-dropped", "cursor-expired", "cursor-loop", "stale-read lag=1s"} {
		var s spy
		shelf := newShelf(&s)
		armed := shelf.Inject(faultLine(line))
		shelf.must(t, "POST", "/books.json", `{"title":"Emma"}`)
		shelf.must(t, "GET", "/books.json", "")
		assert.Zero(t, armed.Fired(), line)
		for _, x := range shelf.Calls() {
			assert.Empty(t, x.Fault, line)
		}
		s.cleanup()
		require.Len(t, s.errors, 1)
		assert.Equal(t, "shelf: unspent-fault: fault never fired: "+line+" (1 call was made that could be chosen by it)", s.errors[0])
	}
}

func TestFaultsThatAnAPICannotDo(t *testing.T) {
	t.Parallel()
	var s spy
	shelf := newShelf(&s)
	t.Cleanup(s.cleanup)
	assert.Equal(t, "shelf: fault token-expired: credentials of this API do not expire", s.run(func() { shelf.Inject(NewFault("token-expired")) }))
	assert.Equal(t, "shelf: fault token-swapped: this API has one account only", s.run(func() { shelf.Inject(NewFault("token-swapped")) }))
	assert.Equal(t, "shelf: fault stale-read: it needs lag=", s.run(func() { shelf.Inject(NewFault("stale-read")) }))
	d := newDepot(&s)
	assert.Equal(t, "tiny: fault token-swapped: account=third: there is no such account",
		s.run(func() { d.Inject(NewFault("token-swapped").Set("account", "third")) }))
}

func TestFaultTokenExpiredTellsOfRefreshing(t *testing.T) {
	t.Parallel()
	d := newDepot(t, Frozen())
	d.Inject(faultLine("token-expired refresh=rotate call=1"))
	d.ask(t, false, "GET", "/goods", "")
	assert.Equal(t, []string{"rotate"}, d.refreshes)
	assert.Equal(t, "token-expired refresh=rotate call=1", d.Calls()[0].Fault)
}

// Each of these faults is in the table above.
func TestEachPartFaultHasATest(t *testing.T) {
	t.Parallel()
	tested := "token-expired token-swapped batch-stops limited-after-part silently-dropped cursor-expired cursor-loop stale-read"
	for name := range partKinds {
		assert.Contains(t, strings.Fields(tested), name)
	}
}

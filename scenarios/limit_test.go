package scenarios_test

import (
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/scenarios"
)

// storyOf reads a scenario of any API from what follows its first line.
func storyOf(t testing.TB, api, text string) *scenarios.Scenario {
	t.Helper()
	s, err := scenarios.Load(fstest.MapFS{"s.txtar": {Data: []byte("scenario 1 " + api + "\n" + text)}}, "s.txtar")
	require.NoError(t, err)
	return s
}

const recordedPages = `origin   recorded 2025-03-01 rules=bonify+1
clock    2025-03-01T09:00:00Z
mode     per-resource

# The documented limit of one call a second is on; a call inside it is answered 429 and takes no step
-> GET ~/customers
<- 200 @page-1
-> GET ~/customers query=next_page={{cursor1}} wait=1s..
<- fault cursor-expired
-> GET ~/customers wait=1s..                         # must start over
<- 200 @page-1
-> GET ~/customers query=next_page={{cursor1}} wait=1s..
<- 200 @page-2

-- page-1.json --
{"status": "okay", "next_page": "{{cursor1:cursor}}", "customers": [
  {"id": "{{cust1:int}}", "email": "{{person1:email}}", "first_name": "Bob", "last_name": "Benning", "customer_fields": []}
]}
-- page-2.json --
{"status": "okay", "prev_page": "{{:cursor}}", "customers": [
  {"id": "{{cust2:int}}", "email": "{{person2:email}}", "first_name": null, "last_name": null, "customer_fields": []}
]}
`

// reader pages through the customers, and begins again once where a cursor is
// refused. pause is how long it waits between two calls.
func reader(t *testing.T, c shopper, pause time.Duration, escaped bool) (emails []string) {
	t.Helper()
	path := "/customers"
	for range 10 {
		status, text, err := c.do("GET", path, "")
		require.NoError(t, err)
		c.pass(pause)
		switch status {
		case 200:
		case 400:
			path, emails = "/customers", nil
			continue
		case 429:
			continue
		default:
			return nil
		}
		for _, email := range gjson.Get(text, "customers.#.email").Array() {
			emails = append(emails, email.Str)
		}
		cursor := gjson.Get(text, "next_page").Str
		if cursor == "" {
			return emails
		}
		assert.Contains(t, cursor, "eyJsYXN0X2lk", "a cursor in the API's own form")
		assert.True(t, strings.HasSuffix(cursor, "=="), cursor)
		if escaped {
			cursor = url.QueryEscape(cursor)
		}
		path = "/customers?next_page=" + cursor
	}
	return nil
}

func TestRecordedAndEdited(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		pause   time.Duration
		escaped bool
		limited int
		want    string // of the first failure
	}{
		"waits":                   {pause: time.Second, escaped: true},
		"waits too little":        {pause: 600 * time.Millisecond, escaped: true, limited: 3},
		"does not wait":           {pause: 0, escaped: true, limited: 9, want: "step never reached: -> GET ~/customers query=next_page={{cursor1}} wait=1s.. (the documented limit refused 9 calls)"},
		"does not escape cursors": {pause: time.Second, want: "request #2 does not fit the story"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := storyOf(t, "bonify v2", recordedPages)
				var run *scenarios.Run
				watched := watch(func(w *spy) {
					run = s.Start(w)
					if emails := reader(t, newShopper(run), c.pause, c.escaped); c.want == "" {
						assert.Len(t, emails, 2)
					}
				})
				notes := run.Report().Notes
				assert.Len(t, notes, c.limited)
				for _, note := range notes {
					assert.Regexp(t, `^request #\d+ came inside the documented limit; it was answered 429 and took no step: GET /apps/`, note)
				}
				if c.want == "" {
					assert.Empty(t, watched.failures())
					return
				}
				require.NotEmpty(t, watched.failures())
				assert.Contains(t, watched.failures()[0], c.want)
			})
		})
	}
}

// The limit is asked before a step is taken, whatever its answer is; and not for
// requests that never come so far.
func TestTheLimitComesFirst(t *testing.T) {
	t.Parallel()
	s := storyOf(t, "bonify", `clock 2025-03-01T09:00:00Z frozen
state customers=1
-> GET ~/customers
<- live !! lost-response
-> GET ~/nowhere
<- 418
-> GET ~/customers
<- fault server-error
-> GET ~/customers wait=1s..1s
<- 211
revoke
-> GET ~/customers
<- live !! wrong-content-type type=text/html
`)
	run := s.Start(t, noRouteIsFine)
	c := newShopper(run)
	_, _, err := c.do("GET", "/customers", "")
	require.Error(t, err)
	c.must(t, 429, "GET", "/customers", "")
	c.must(t, 418, "GET", "/nowhere", "")
	c.must(t, 429, "GET", "/customers", "")
	c.pass(time.Second)
	c.must(t, 500, "GET", "/customers", "")
	c.pass(500 * time.Millisecond)
	c.must(t, 429, "GET", "/customers", "")
	c.pass(500 * time.Millisecond)
	c.must(t, 211, "GET", "/customers", "")
	c.must(t, 403, "GET", "/customers", "")
	assert.Equal(t, "text/html", run.Fake().Calls()[7].ReplyHeader.Get("Content-Type"))
}

// A key that the test itself withdraws is no limit: the refusal is the answer of
// the step. What a fault was to do with the answer cannot happen any more.
func TestRefusedBeforeTheLimit(t *testing.T) {
	t.Parallel()
	s := storyOf(t, "bonify", "clock 2025-03-01T09:00:00Z frozen\nfault revoked\n-> GET ~/customers\n<- live\n")
	newShopper(s.Start(t)).must(t, 403, "GET", "/customers", "")

	s = storyOf(t, "bonify", "clock 2025-03-01T09:00:00Z frozen\n-> GET ~/customers\n<- live\n-> GET ~/customers\n<- live !! truncated\n")
	watched := watch(func(w *spy) {
		run := s.Start(w)
		run.Fake().Intercept(fake.Authenticated, func(c *fake.Call) { c.Answer(fake.Reply{Status: 403}) })
		c := newShopper(run)
		c.must(t, 403, "GET", "/customers", "")
		c.must(t, 403, "GET", "/customers", "")
	})
	assert.Equal(t, []string{"s.txtar:6: fault truncated: it cannot happen, for the fake itself refused request #2 before"}, watched.failures())
}

// Without the limit, the first call that comes has the step.
func TestWithoutTheLimit(t *testing.T) {
	t.Parallel()
	s := storyOf(t, "bonify", "with without-limits\nstate customers=2\n-> GET ~/customers x2\n<- live\n")
	c := newShopper(s.Start(t))
	c.must(t, 200, "GET", "/customers", "")
	c.must(t, 200, "GET", "/customers", "")
}

// A fault that the call of its step leaves no room for has not happened.
func TestFaultsThatHaveNoPlace(t *testing.T) {
	t.Parallel()
	s := storyOf(t, "bonify", stands+"with without-limits\nstate customers=2\n-> GET ~/customers\n<- live !! cursor-expired\n-> PUT ~/customers\n<- live !! batch-stops n=3\n-> GET ~/customers\n<- live !! truncated\n")
	watched := watch(func(w *spy) {
		c := newShopper(s.Start(w))
		c.must(t, 200, "GET", "/customers", "")
		c.must(t, 200, "PUT", "/customers", `{"customers":[{"id":345345345345,"note":"x"}]}`)
		_, _, err := c.do("GET", "/customers", "")
		require.Error(t, err)
	})
	assert.Equal(t, []string{
		"s.txtar:6: fault never fired: cursor-expired (request #1 is none that it can hit)",
		"s.txtar:8: fault never fired: batch-stops n=3 (request #2 is none that it can hit)",
	}, watched.failures())
}

package scenarios_test

import (
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/scenarios"
)

// A follower is a program under test: it plays its part in a story.
type follower func(t *testing.T, run *scenarios.Run)

// stories are, by name, a program that follows a shipped story and some with a bug.
type stories map[string]struct {
	good follower
	bad  map[string]follower
}

const (
	allThree  = `{"customers":[{"id":1001,"last_name":"Berg"},{"id":1002,"last_name":"Busch"},{"id":1003,"last_name":"Dorn"}]}`
	onlyThird = `{"customers":[{"id":1003,"last_name":"Dorn"}]}`
	newDora   = `{"customers":[{"email":"dora@example.com","first_name":"Dora"}]}`
	emptied   = `{"customers":[{"id":7,"customer_fields":{"colour":"","fit":""}}]}`
	calledUp  = `{"customers":[{"id":345345345345,"note":"called back"}]}`
)

// pager reads a list of Bonify to its end, one call a second. What it does with a
// cursor that is refused is for it to say: the path of the next call, "" to give up.
func pager(t *testing.T, run *scenarios.Run, refused func(path string) string) {
	c, path := newShopper(run), "/customers"
	for range 12 {
		status, text, err := c.do("GET", path, "")
		require.NoError(t, err)
		run.Fake().Advance(time.Second)
		switch cursor := gjson.Get(text, "next_page").Str; {
		case status == 400:
			path = refused(path)
		case status != 200 || cursor == "":
			return
		default:
			path = "/customers?next_page=" + url.QueryEscape(cursor)
		}
		if path == "" {
			return
		}
	}
}

// patient calls until it is no longer refused by the limit, with pauses.
func patient(t *testing.T, c shopper, method, path, body string, pause time.Duration, times int) string {
	t.Helper()
	for range times {
		status, text, err := c.do(method, path, body)
		require.NoError(t, err)
		if status != 429 {
			return text
		}
		c.pass(pause)
	}
	return ""
}

// emptying is a PUT that takes fields away, with the header that it needs or not.
func emptying(t *testing.T, run *scenarios.Run, header bool) int {
	t.Helper()
	req, err := http.NewRequest("PUT", run.BaseURL()+"/customers", strings.NewReader(emptied))
	require.NoError(t, err)
	credentials := run.Credentials()
	req.Header.Set("X-Shop-Domain", credentials["shop_domain"])
	req.Header.Set("X-Api-Key", credentials["api_key"])
	req.Header.Set("Content-Type", "application/json")
	if header {
		req.Header.Set("x-delete-empty-metafields", "true")
	}
	resp, err := run.Client().Do(req)
	require.NoError(t, err)
	resp.Body.Close()
	return resp.StatusCode
}

var bonifyStories = stories{
	"cursor-expires": {
		good: func(t *testing.T, run *scenarios.Run) {
			pager(t, run, func(string) string { return "/customers" })
		},
		bad: map[string]follower{
			"asks with the old cursor again": func(t *testing.T, run *scenarios.Run) {
				pager(t, run, func(path string) string { return path })
			},
			"takes the refusal for the end": func(t *testing.T, run *scenarios.Run) {
				pager(t, run, func(string) string { return "" })
			},
			"begins again once only": func(t *testing.T, run *scenarios.Run) {
				path := "/customers"
				pager(t, run, func(string) string {
					next := path
					path = ""
					return next
				})
			},
		},
	},
	"half-a-batch": {
		good: func(t *testing.T, run *scenarios.Run) {
			c := newShopper(run)
			assert.Contains(t, c.must(t, 400, "PUT", "/customers", allThree), "customer is locked")
			run.Fake().Advance(time.Second)
			assert.Contains(t, c.must(t, 200, "GET", "/customers/1002", ""), "Eich")
			run.Fake().Advance(time.Second)
			c.must(t, 200, "PUT", "/customers", onlyThird)
		},
		bad: map[string]follower{
			"sends all of it again": func(t *testing.T, run *scenarios.Run) {
				c := newShopper(run)
				c.must(t, 400, "PUT", "/customers", allThree)
				run.Fake().Advance(time.Second)
				c.must(t, 501, "PUT", "/customers", allThree)
			},
			"takes it for nothing done": func(t *testing.T, run *scenarios.Run) {
				newShopper(run).must(t, 400, "PUT", "/customers", allThree)
			},
		},
	},
	"lost-create": {
		good: func(t *testing.T, run *scenarios.Run) {
			c := newShopper(run)
			_, _, err := c.do("POST", "/customers", newDora)
			require.Error(t, err)
			run.Fake().Advance(time.Second)
			text := c.must(t, 200, "GET", "/customers?filters="+url.QueryEscape(`email|equals|"dora@example.com"`), "")
			run.Fake().Advance(time.Second)
			c.must(t, 200, "PUT", "/customers", `{"customers":[{"id":`+gjson.Get(text, "customers.0.id").Raw+`,"note":"from the fair"}]}`)
		},
		bad: map[string]follower{
			"posts again": func(t *testing.T, run *scenarios.Run) {
				c := newShopper(run)
				_, _, _ = c.do("POST", "/customers", newDora)
				run.Fake().Advance(time.Second)
				c.must(t, 501, "POST", "/customers", newDora)
			},
			"looks without quotes": func(t *testing.T, run *scenarios.Run) {
				c := newShopper(run)
				_, _, _ = c.do("POST", "/customers", newDora)
				run.Fake().Advance(time.Second)
				c.must(t, 501, "GET", "/customers?filters="+url.QueryEscape(`email|equals|dora@example.com`), "")
			},
			"reads the id as a float": func(t *testing.T, run *scenarios.Run) {
				c := newShopper(run)
				_, _, _ = c.do("POST", "/customers", newDora)
				run.Fake().Advance(time.Second)
				c.must(t, 200, "GET", "/customers?filters="+url.QueryEscape(`email|equals|"dora@example.com"`), "")
				run.Fake().Advance(time.Second)
				c.must(t, 501, "PUT", "/customers", `{"customers":[{"id":3.45345345347e+11,"note":"from the fair"}]}`)
			},
		},
	},
	"emptied-fields": {
		good: func(t *testing.T, run *scenarios.Run) {
			assert.Equal(t, 429, emptying(t, run, true))
			run.Fake().Advance(time.Second)
			assert.Equal(t, 200, emptying(t, run, true))
		},
		bad: map[string]follower{
			"leaves the header out":          func(t *testing.T, run *scenarios.Run) { emptying(t, run, false) },
			"takes the limit for the answer": func(t *testing.T, run *scenarios.Run) { emptying(t, run, true) },
			"waits too long": func(t *testing.T, run *scenarios.Run) {
				emptying(t, run, true)
				run.Fake().Advance(time.Minute)
				assert.Equal(t, 501, emptying(t, run, true))
			},
		},
	},
	"shared-limit": {
		good: func(t *testing.T, run *scenarios.Run) {
			c := newShopper(run)
			patient(t, c, "GET", "/customers", "", 1100*time.Millisecond, 5)
			run.Fake().Advance(time.Second)
			patient(t, c, "PUT", "/customers", calledUp, 1100*time.Millisecond, 5)
		},
		bad: map[string]follower{
			"does not wait": func(t *testing.T, run *scenarios.Run) {
				patient(t, newShopper(run), "GET", "/customers", "", 0, 10)
			},
			"tries once more only": func(t *testing.T, run *scenarios.Run) {
				patient(t, newShopper(run), "GET", "/customers", "", time.Second, 2)
			},
			"does not repeat a write": func(t *testing.T, run *scenarios.Run) {
				c := newShopper(run)
				patient(t, c, "GET", "/customers", "", time.Second, 5)
				run.Fake().Advance(time.Second)
				patient(t, c, "PUT", "/customers", calledUp, time.Second, 1)
			},
		},
	},
}

// libraryHolds reads each shipped story of an API, and plays it to the program
// that follows it and to those that do not. The others named are played to the
// clients of package conformance, which names those that are played here.
func libraryHolds(t *testing.T, api string, all stories, others ...string) {
	shipped := scenarios.Library(api)
	assert.Empty(t, scenarios.Vet(os.DirFS("library/"+api)))
	played := 0
	for _, s := range shipped {
		text, err := os.ReadFile("library/" + api + "/" + s.Name() + ".txtar")
		require.NoError(t, err)
		assert.Equal(t, string(text), string(s.Format()), s.Name())
		if _, ok := all[s.Name()]; !ok {
			assert.Contains(t, others, s.Name(), "nobody plays it")
			continue
		}
		played++
		t.Run(s.Name(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { all[s.Name()].good(t, s.Start(t)) })
		})
		for name, bad := range all[s.Name()].bad {
			t.Run(s.Name()+"/"+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					watched := watch(func(w *spy) { bad(t, s.Start(w)) })
					require.NotEmpty(t, watched.failures())
					assert.Contains(t, watched.failures()[0], "library/"+api+"/"+s.Name()+".txtar:")
				})
			})
		}
	}
	assert.Equal(t, len(all), played, "a story that is not shipped has programs")
}

func TestBonifyLibrary(t *testing.T) {
	t.Parallel()
	libraryHolds(t, "bonify", bonifyStories,
		"deleted-later", "edited-by-two", "gone-meanwhile", "met-twice", "not-yet-found", "okay-is-no-status", "plenty-left", "same-page-for-ever", "short-page", "told-to-wait", "two-shops-one-budget", "unknown-field")
}

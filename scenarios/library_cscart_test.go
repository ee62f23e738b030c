package scenarios_test

import (
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/scenarios"
)

// A clerk is a client of a shop with carts.
type clerk struct {
	http        *http.Client
	base        string
	credentials fake.Credentials
	run         *scenarios.Run
}

func newClerk(run *scenarios.Run) clerk {
	return clerk{run.Client(), run.BaseURL(), run.Credentials(), run}
}

func (c clerk) pass(d time.Duration) { c.run.Fake().Advance(d) }

// do sends a request and gives status and body; an error of the connection is
// given as it is.
func (c clerk) do(method, path string) (int, string, error) {
	req, err := http.NewRequest(method, c.base+"/api/carts/"+path, nil)
	if err != nil {
		return 0, "", err
	}
	req.SetBasicAuth(c.credentials["email"], c.credentials["api_key"])
	resp, err := c.http.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(text), err
}

// play makes requests, each with the status that it is to have, or "broken".
func (c clerk) play(t *testing.T, requests string) (last string) {
	t.Helper()
	for request := range strings.SplitSeq(requests, ", ") {
		words := strings.Fields(request)
		path := ""
		if len(words) == 3 {
			path = words[1]
		}
		status, text, err := c.do(words[0], path)
		if got := words[len(words)-1]; got == "broken" {
			require.Error(t, err, request)
		} else {
			require.NoError(t, err, request)
			assert.Equal(t, got, itoa(status), request)
		}
		last = text
	}
	return last
}

// clerks are, for some shipped stories, a client that follows it and clients with
// a bug.
var clerks = map[string]struct {
	good func(t *testing.T, c clerk)
	bad  map[string]func(t *testing.T, c clerk)
}{
	"lost-delete": {
		good: func(t *testing.T, c clerk) {
			c.play(t, "DELETE 4000000001 broken, DELETE 4000000001 404, DELETE 3 400")
			assert.Contains(t, c.play(t, "GET 3 200"), "ann@example.com")
		},
		bad: map[string]func(t *testing.T, c clerk){
			"repeats for ever": func(t *testing.T, c clerk) {
				c.play(t, "DELETE 4000000001 broken, DELETE 4000000001 404, DELETE 4000000001 501")
			},
			"stops at its own 404":  func(t *testing.T, c clerk) { c.play(t, "DELETE 4000000001 broken, DELETE 4000000001 404") },
			"repeats a refusal":     func(t *testing.T, c clerk) { c.play(t, "DELETE 4000000001 broken, DELETE 3 400, DELETE 3 501") },
			"takes a refusal as ok": func(t *testing.T, c clerk) { c.play(t, "DELETE 4000000001 broken, DELETE 3 400") },
		},
	},
	"shop-moves-on": {
		good: func(t *testing.T, c clerk) {
			c.play(t, "GET 200, GET ?page=2 200, GET ?page=3 200")
		},
		bad: map[string]func(t *testing.T, c clerk){
			"reads one page":                    func(t *testing.T, c clerk) { c.play(t, "GET 200") },
			"counts with the total of page one": func(t *testing.T, c clerk) { c.play(t, "GET 200, GET ?page=2 200") },
			"expects pages of ten":              func(t *testing.T, c clerk) { c.play(t, "GET 200, GET ?page=1 501") },
		},
	},
	"shop-closed": {
		good: func(t *testing.T, c clerk) {
			assert.Contains(t, c.play(t, "GET 503"), "<h1>Service unavailable</h1>")
			c.pass(5 * time.Minute)
			c.play(t, "GET 200, DELETE 4000000001 500, GET 4000000001 404")
		},
		bad: map[string]func(t *testing.T, c clerk){
			"does not wait": func(t *testing.T, c clerk) { c.play(t, "GET 503, GET 501") },
			"repeats the delete": func(t *testing.T, c clerk) {
				c.play(t, "GET 503")
				c.pass(5 * time.Minute)
				c.play(t, "GET 200, DELETE 4000000001 500, DELETE 4000000001 404, DELETE 4000000001 501")
			},
		},
	},
	"key-changed": {
		good: func(t *testing.T, c clerk) {
			c.play(t, "GET 4000000001 200, DELETE 4000000001 403, GET 4000000001 200, GET 4000000001 401")
		},
		bad: map[string]func(t *testing.T, c clerk){
			"stops at the first refusal": func(t *testing.T, c clerk) { c.play(t, "GET 4000000001 200, DELETE 4000000001 403") },
			"never stops": func(t *testing.T, c clerk) {
				c.play(t, "GET 4000000001 200, DELETE 4000000001 403, GET 4000000001 200, GET 4000000001 401, GET 4000000001 501")
			},
		},
	},
	"ids-as-list": {
		good: func(t *testing.T, c clerk) {
			text := c.play(t, "GET ?p_ids=13,14 200")
			assert.Contains(t, text, `"user_id":"4000000002"`)
			assert.Contains(t, text, `"user_id":"4000000003"`)
			assert.NotContains(t, text, `"user_id":"4000000001"`)
			assert.Contains(t, c.play(t, "GET ?p_ids=13,14 broken, GET ?p_ids=13,14 200"), `"user_id":"4000000003"`)
		},
		bad: map[string]func(t *testing.T, c clerk){
			"sends a list":        func(t *testing.T, c clerk) { c.play(t, "GET ?p_ids[]=13&p_ids[]=14 501") },
			"takes half for none": func(t *testing.T, c clerk) { c.play(t, "GET ?p_ids=13,14 200, GET ?p_ids=13,14 broken") },
		},
	},
	"half-answers": {
		good: func(t *testing.T, c clerk) {
			c.play(t, "GET ?page=1 broken")
			for range 3 {
				assert.False(t, isJSON(c.play(t, "GET ?page=1 200")))
			}
			assert.True(t, isJSON(c.play(t, "GET ?page=1 200")))
		},
		bad: map[string]func(t *testing.T, c clerk){
			"takes half a list for all": func(t *testing.T, c clerk) { c.play(t, "GET ?page=1 broken, GET ?page=1 200, GET 4000000001 501") },
		},
	},
}

func TestCscartLibraryWithClientsThatFollow(t *testing.T) {
	t.Parallel()
	for name, c := range clerks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := shipped(t, "cscart", name)
			synctest.Test(t, func(t *testing.T) { c.good(t, newClerk(s.Start(t))) })
		})
	}
}

func TestCscartLibraryWithClientsThatDoNot(t *testing.T) {
	t.Parallel()
	for story, c := range clerks {
		s := shipped(t, "cscart", story)
		for name, bad := range c.bad {
			t.Run(story+"/"+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					watched := watch(func(w *spy) { bad(t, newClerk(s.Start(w))) })
					require.NotEmpty(t, watched.failures())
					assert.Contains(t, watched.failures()[0], "library/cscart/"+s.Name()+".txtar:")
				})
			})
		}
	}
}

func TestCscartLibraryIsInOrder(t *testing.T) {
	t.Parallel()
	all := scenarios.Library("cscart")
	assert.GreaterOrEqual(t, len(all), len(clerks))
	for _, s := range all {
		text, err := os.ReadFile("library/cscart/" + s.Name() + ".txtar")
		require.NoError(t, err)
		assert.Equal(t, string(text), string(s.Format()), s.Name())
		assert.Equal(t, "cscart", s.API())
	}
}

// The words after "with", and those that they do not take.
func TestCscartOptionsInFiles(t *testing.T) {
	t.Parallel()
	const story = "scenario 1 cscart\nclock    2016-06-21T16:00:00Z\nstate    carts=3\nwith     %s\n\n-> GET ~/api/carts/ query=*\n<- live\n"
	for words, want := range map[string]string{
		"page-size 2":                     `"items_per_page":2`,
		"company 7":                       `"company_id":"7"`,
		"engine 4.20":                     `"storefront_id":"1"`,
		"edition multivendor":             `"company_id":0`,
		"default-sort customer asc":       `"sort_by":"customer"`,
		"addons":                          `"total_items":"3"`,
		"addons wishlist janrain":         `"total_items":"3"`,
		"timezone America/New_York":       `"total_items":"3"`,
		"day-first":                       `"total_items":"3"`,
		"array-ids no-match":              `"total_items":"3"`,
		"user a@example.com k view_users": `"total_items":"3"`,
	} {
		t.Run(words, func(t *testing.T) {
			t.Parallel()
			c := newClerk(startText(t, strings.Replace(story, "%s", words, 1)))
			assert.Contains(t, c.play(t, "GET 200"), want)
		})
	}
	for words, want := range map[string]string{
		"engine 5": `"5"`, "page-size x": "x", "timezone Nowhere/Else": "Nowhere/Else", "timezone": "the name of a zone", "default-sort date": "a key and a direction",
		"user a@example.com": "an e-mail address", "https-only yes": "no argument", "addons gifts": "gifts", "company 0": "company 0",
	} {
		t.Run(words, func(t *testing.T) {
			t.Parallel()
			watched := watch(func(w *spy) { startText(w, strings.Replace(story, "%s", words, 1)) })
			require.NotEmpty(t, watched.failures())
			assert.Contains(t, watched.failures()[0], want)
		})
	}
}

func startText(t fake.TB, text string) *scenarios.Run {
	s, err := scenarios.Load(fstest.MapFS{"story.txtar": {Data: []byte(text)}}, "story.txtar")
	if err != nil {
		t.Fatalf("%v", err)
	}
	return s.Start(t)
}

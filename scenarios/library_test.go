package scenarios_test

import (
	"fmt"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/scenarios"
)

const (
	dora        = `{"customer":{"email":"dora@example.com","first_name":"Dora"}}`
	carlMoves   = `{"customer":{"email":"carl@example.org"}}`
	carlIsKarl  = `{"customer":{"first_name":"Karl"}}`
	annaMarries = `{"customer":{"last_name":"Weber"}}`
	emma        = `{"customer":{"email":"emma@example.com","first_name":"Emma"}}`
	annaWrites  = `{"customer":{"note":"back in May"}}`
)

// shipped gives a story of the library. Those that have no clients here are played
// to clients in package conformance, as all are.
func shipped(t *testing.T, api, name string) *scenarios.Scenario {
	t.Helper()
	for _, s := range scenarios.Library(api) {
		if s.Name() == name {
			return s
		}
	}
	require.Fail(t, "there is no "+api+"/"+name)
	return nil
}

// clients are, for some shipped stories, a client that follows it and clients with
// a bug. They run in a bubble, so that waiting takes no time.
var clients = map[string]struct {
	good func(t *testing.T, c shopper)
	bad  map[string]func(t *testing.T, c shopper)
}{
	"lost-save": {
		good: func(t *testing.T, c shopper) {
			_, _, err := c.do("POST", "/customers.json", dora)
			require.Error(t, err)
			assert.Contains(t, c.must(t, 200, "GET", "/customers.json?page=1", ""), "dora@example.com")
			assert.Contains(t, c.must(t, 200, "PATCH", "/customers/2001.json", carlIsKarl), "Customer is locked")
			assert.Contains(t, c.must(t, 200, "GET", "/customers/2001.json", ""), `"Carl"`)
		},
		bad: map[string]func(t *testing.T, c shopper){
			"posts again": func(_ *testing.T, c shopper) {
				_, _, _ = c.do("POST", "/customers.json", dora)
				_, _, _ = c.do("POST", "/customers.json", dora)
			},
			"trusts the echoed values": func(t *testing.T, c shopper) {
				_, _, _ = c.do("POST", "/customers.json", dora)
				c.must(t, 200, "GET", "/customers.json?page=1", "")
				c.must(t, 200, "PATCH", "/customers/2001.json", carlIsKarl)
			},
			"gives up": func(_ *testing.T, c shopper) { _, _, _ = c.do("POST", "/customers.json", dora) },
		},
	},
	"limited-list": {
		good: func(t *testing.T, c shopper) {
			play(t, c, "GET customers.json?page=1 200, GET customers.json?page=2 429")
			c.pass(2 * time.Second)
			play(t, c, "GET customers.json?page=2 200, GET customers.json?page=3 200, GET customers/1.json 429")
			c.pass(time.Second)
			play(t, c, "GET customers/1.json 200")
		},
		bad: map[string]func(t *testing.T, c shopper){
			"does not wait": func(t *testing.T, c shopper) {
				play(t, c, "GET customers.json?page=1 200, GET customers.json?page=2 429, GET customers.json?page=2 501")
			},
			"takes the limit for the end": func(t *testing.T, c shopper) {
				play(t, c, "GET customers.json?page=1 200, GET customers.json?page=2 429")
			},
			"begins again": func(t *testing.T, c shopper) {
				play(t, c, "GET customers.json?page=1 200, GET customers.json?page=2 429")
				c.pass(2 * time.Second)
				play(t, c, "GET customers.json?page=1 501")
			},
		},
	},
	"shop-moves-on": {
		good: func(t *testing.T, c shopper) {
			play(t, c, "GET customers.json?page=1 200, GET customers.json?page=2 200, GET customers.json?page=3 200")
		},
		bad: map[string]func(t *testing.T, c shopper){
			"reads one page": func(t *testing.T, c shopper) { play(t, c, "GET customers.json?page=1 200") },
			"steps by a hundred": func(t *testing.T, c shopper) {
				play(t, c, "GET customers.json?page=1 200, GET customers.json?page=101 501")
			},
		},
	},
	"key-withdrawn": {
		good: func(t *testing.T, c shopper) {
			play(t, c, "POST customers.json 403, GET customers/1.json 200, GET customers/1.json 403")
		},
		bad: map[string]func(t *testing.T, c shopper){
			"stops at the first refusal": func(t *testing.T, c shopper) { play(t, c, "POST customers.json 403") },
			"never stops": func(t *testing.T, c shopper) {
				play(t, c, "POST customers.json 403, GET customers/1.json 200, GET customers/1.json 403, GET customers/1.json 501")
			},
		},
	},
	"half-answers": {
		good: func(t *testing.T, c shopper) {
			_, _, err := c.do("GET", "/customers.json?page=1", "")
			assert.ErrorContains(t, err, "unexpected EOF")
			for range 3 {
				text := c.must(t, 200, "GET", "/customers.json?page=1", "")
				assert.False(t, isJSON(text), text)
			}
			assert.True(t, isJSON(c.must(t, 200, "GET", "/customers.json?page=1", "")))
		},
		bad: map[string]func(t *testing.T, c shopper){
			"takes half a list for all": func(t *testing.T, c shopper) {
				_, _, _ = c.do("GET", "/customers.json?page=1", "")
				c.must(t, 200, "GET", "/customers.json?page=1", "")
				play(t, c, "GET customers/1.json 501")
			},
		},
	},
	"bad-day": {
		good: func(t *testing.T, c shopper) {
			play(t, c, "GET customers/1.json 503")
			c.pass(time.Second)
			_, _, err := c.do("GET", "/customers/1.json", "")
			require.Error(t, err)
			c.pass(time.Second)
			play(t, c, "GET customers/1.json 200")
			c.must(t, 500, "POST", "/customers.json", emma)
			assert.Contains(t, c.must(t, 200, "GET", "/customers.json", ""), "Emma")
			c.must(t, 200, "PATCH", "/customers/1.json", annaWrites)
		},
		bad: map[string]func(t *testing.T, c shopper){
			"does not pause": func(t *testing.T, c shopper) {
				play(t, c, "GET customers/1.json 503, GET customers/1.json 501")
			},
			"repeats the creation": func(t *testing.T, c shopper) {
				play(t, c, "GET customers/1.json 503")
				c.pass(time.Second)
				_, _, _ = c.do("GET", "/customers/1.json", "")
				c.pass(time.Second)
				play(t, c, "GET customers/1.json 200")
				c.must(t, 500, "POST", "/customers.json", emma)
				c.must(t, 501, "POST", "/customers.json", emma)
			},
			"takes what is slow for failed": func(t *testing.T, c shopper) {
				play(t, c, "GET customers/1.json 503")
				c.pass(time.Second)
				_, _, _ = c.do("GET", "/customers/1.json", "")
				c.pass(time.Second)
				play(t, c, "GET customers/1.json 200")
				c.must(t, 500, "POST", "/customers.json", emma)
				c.must(t, 200, "GET", "/customers.json", "")
				c.http.Timeout = 2 * time.Second
				_, _, err := c.do("PATCH", "/customers/1.json", annaWrites)
				require.Error(t, err)
				c.must(t, 501, "PATCH", "/customers/1.json", annaWrites)
			},
		},
	},
}

func TestLibraryWithClientsThatFollow(t *testing.T) {
	t.Parallel()
	for name, c := range clients {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := shipped(t, "cartfunnel", name)
			synctest.Test(t, func(t *testing.T) { c.good(t, newShopper(s.Start(t))) })
		})
	}
}

func TestLibraryWithClientsThatDoNot(t *testing.T) {
	t.Parallel()
	for story, c := range clients {
		s := shipped(t, "cartfunnel", story)
		for name, bad := range c.bad {
			t.Run(story+"/"+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					watched := watch(func(w *spy) { bad(t, newShopper(s.Start(w))) })
					require.NotEmpty(t, watched.failures())
					assert.Contains(t, watched.failures()[0], "library/cartfunnel/"+s.Name()+".txtar:")
				})
			})
		}
	}
}

func TestLibraryIsInOrder(t *testing.T) {
	t.Parallel()
	all := scenarios.Library("cartfunnel")
	assert.GreaterOrEqual(t, len(all), 6)
	for _, s := range all {
		text, err := os.ReadFile("library/cartfunnel/" + s.Name() + ".txtar")
		require.NoError(t, err)
		assert.Equal(t, string(text), string(s.Format()), s.Name())
		assert.Equal(t, "cartfunnel", s.API())
	}
	assert.Empty(t, scenarios.Vet(os.DirFS("library")))
	assert.Empty(t, scenarios.Library("nobody"))
	assert.Empty(t, scenarios.Library("["), "a name that is a broken pattern")
}

func ExampleLibrary() {
	for _, s := range scenarios.Library("cartfunnel") {
		fmt.Println(s.Name())
	}
	// Output:
	// address-taken
	// bad-day
	// clock-behind
	// dropped-note
	// half-answers
	// key-withdrawn
	// late-list
	// limited-list
	// lost-save
	// new-release
	// one-deploy
	// sent-to-login
	// shop-moves-on
	// worn-connection
	// wrong-account
}

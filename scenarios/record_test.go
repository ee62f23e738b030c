package scenarios_test

import (
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartfunnel"
	"github.com/cartdouble/cartdouble/scenarios"
)

// mode sets what Open does.
func mode(t *testing.T, word string) {
	t.Helper()
	t.Setenv("SCENARIOS", word)
	t.Setenv("SCENARIOS_TRACE", "")
	t.Setenv("CI", "")
}

// recordedTo is a file that does not exist yet.
func recordedTo(t *testing.T) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "story.txtar")
}

func text(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	return string(data)
}

// vets fails where a file is not what Vet wants.
func vets(t *testing.T, file string) {
	t.Helper()
	assert.Empty(t, scenarios.Vet(os.DirFS(filepath.Dir(file))))
}

// good runs a test that has to pass.
func good(t *testing.T, f func(*spy)) *spy {
	t.Helper()
	s := watch(f)
	require.Empty(t, s.failures(), s.logged())
	return s
}

const funnelSecret = "s3cret-of-the-shop"

// funnel is the service of a recording: a shop with a past of its own.
func funnel(t *testing.T, seed uint64, first int64) *cartfunnel.Server {
	t.Helper()
	shop := cartfunnel.Start(t, fake.Seed(seed), cartfunnel.WithAccount("myshop", funnelSecret))
	shop.Customers.Add(cartfunnel.Customer{ID: first, Email: "old@example.com", FirstName: "Olga"})
	shop.Customers.Add(cartfunnel.Customer{ID: first + 7, Email: "bob@example.com", FirstName: "Bob"})
	return shop
}

func funnelOptions(upstream string) []scenarios.Option {
	return []scenarios.Option{
		scenarios.API("cartfunnel"), scenarios.Upstream(upstream), scenarios.AllowWrites(),
		scenarios.Credential("account", "myshop"), scenarios.Secret("api", funnelSecret),
	}
}

// browse is a client that lists, makes, changes and reads.
func browse(t testing.TB, run *scenarios.Run) {
	c := newShopper(run)
	list := c.must(t, 200, "GET", "/customers.json?page=1", "")
	id := gjson.Get(list, "customers.1.id")
	if !id.Exists() {
		id = gjson.Get(list, "1.id")
	}
	require.True(t, id.Exists(), list)
	c.must(t, 200, "GET", "/customers/"+id.Raw+".json", "")
	made := c.must(t, 200, "POST", "/customers.json", `{"customer": {"email": "ann@example.com", "first_name": "Ann"}}`)
	c.must(t, 200, "PATCH", "/customers/"+gjson.Get(made, "id").Raw+".json", `{"customer": {"first_name": "Anna"}}`)
}

func TestRecordCartfunnel(t *testing.T) {
	file := recordedTo(t)
	mode(t, "record")
	shop := funnel(t, 1, 1001)
	good(t, func(s *spy) { browse(t, scenarios.Open(s, file, funnelOptions(shop.URL())...)) })
	first := text(t, file)
	assert.NotContains(t, first, funnelSecret)
	vets(t, file)

	mode(t, "")
	good(t, func(s *spy) { browse(t, scenarios.Open(s, file)) })

	mode(t, "record")
	other := funnel(t, 2, 880001)
	other.Advance(1000 * http.DefaultMaxIdleConnsPerHost)
	good(t, func(s *spy) { browse(t, scenarios.Open(s, file, funnelOptions(other.URL())...)) })
	assert.Equal(t, first, text(t, file), "new ids and dates change nothing")
}

// Calls at once are recorded whole, and a replay takes them in another order, where
// they are for different resources.
func TestRecordManyAtOnce(t *testing.T) {
	tell := func(host string, n int) func(testing.TB, shopper) {
		return func(t testing.TB, c shopper) {
			var all sync.WaitGroup
			for i := range n {
				made := c.must(t, 200, "POST", "/customers.json", `{"customer": {"email": "c`+itoa(i*7%n)+"@"+host+`"}}`)
				all.Go(func() {
					_, read, err := c.do("GET", "/customers/"+gjson.Get(made, "id").Raw+".json", "")
					assert.NoError(t, err)
					assert.Equal(t, "c"+itoa(i*7%n)+"@"+host, gjson.Get(read, "email").Str)
				})
			}
			all.Wait()
		}
	}
	for _, host := range []string{"example.com", "firm.de"} { // whose people are known, or stand-ins
		file := recordedTo(t)
		before := recordAgain(t, "record", file, 1, tell(host, 20))
		assert.Equal(t, 20, strings.Count(before, "-> GET"))
		replays(t, file, tell(host, 20))
		for seed := range uint64(3) {
			assert.Equal(t, before, recordAgain(t, "record", file, 2+seed, tell(host, 20)), "whatever came first")
		}
	}
}

// A story at once in which one call is new, among the others of its resource: the
// others stay, though they came in another order.
func TestRecordOneMoreAtOnce(t *testing.T) {
	file := recordedTo(t)
	tell := func(emails ...string) func(testing.TB, shopper) {
		return func(t testing.TB, c shopper) {
			var all sync.WaitGroup
			for _, email := range emails {
				made := c.must(t, 200, "POST", "/customers.json", `{"customer": {"email": "`+email+`@example.com"}}`)
				all.Go(func() {
					_, _, err := c.do("GET", "/customers/"+gjson.Get(made, "id").Raw+".json", "")
					assert.NoError(t, err)
				})
			}
			all.Wait()
		}
	}
	emails := strings.Fields("ann ben cem dora emil fay gus hana")
	before := recordAgain(t, "record", file, 1, tell(emails...))
	more := tell(slices.Insert(slices.Clone(emails), 4, "new")...)
	after := recordAgain(t, "record", file, 2, more)
	lost, got := lineDiff(before, after)
	assert.Empty(t, lost, after)
	assert.Contains(t, got, "-> POST ~/customers.json @create-customer-new-sent")
	replays(t, file, more)
	assert.Equal(t, before, recordAgain(t, "record", file, 3, tell(emails...)), "and out again")
}

// The order of requests for the same resource is part of the story.
func TestRecordAgainInAnotherOrder(t *testing.T) {
	file := recordedTo(t)
	tell := func(emails ...string) func(testing.TB, shopper) {
		return func(t testing.TB, c shopper) {
			for _, email := range emails {
				c.must(t, 200, "POST", "/customers.json", `{"customer": {"email": "`+email+`@example.com"}}`)
			}
		}
	}
	recordAgain(t, "record", file, 1, tell("ann", "bob"))
	after := recordAgain(t, "record", file, 2, tell("bob", "ann"))
	assert.Less(t, strings.Index(after, "@create-customer-bob-sent"), strings.Index(after, "@create-customer-ann-sent"))
	replays(t, file, tell("bob", "ann"))
}

// Record does not go by SCENARIOS, and its proxy can be given a place.
func TestRecordWhateverTheEnvironmentSays(t *testing.T) {
	file := recordedTo(t)
	mode(t, "replay")
	shop := funnel(t, 1, 1001)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	good(t, func(s *spy) {
		run := scenarios.Record(s, file, append(funnelOptions(shop.URL()), scenarios.On(l))...)
		assert.Equal(t, "http://"+l.Addr().String()+"/v1", run.URL())
		browse(t, run)
	})
	good(t, func(s *spy) { browse(t, scenarios.Open(s, file)) })
	assert.Error(t, l.Close(), "it is closed with the recording")

	t.Setenv("CI", "true")
	s := watch(func(s *spy) { scenarios.Record(s, file, funnelOptions(shop.URL())...) })
	require.Len(t, s.failures(), 1)
	assert.Contains(t, s.failures()[0], "nothing is recorded where CI is set")
	assert.True(t, s.fatal)
}

package scenarios_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake/cartfunnel"
	"github.com/cartdouble/cartdouble/scenarios"
)

// lineDiff gives the lines that a text has lost and those that it has got.
func lineDiff(before, after string) (lost, got []string) {
	a, b := strings.Split(before, "\n"), strings.Split(after, "\n")
	same := make([][]int, len(a)+1)
	for i := range same {
		same[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if same[i][j] = max(same[i+1][j], same[i][j+1]); a[i] == b[j] {
				same[i][j] = 1 + same[i+1][j+1]
			}
		}
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			i++
			j++
		case j == len(b) || i < len(a) && same[i+1][j] >= same[i][j+1]:
			lost = append(lost, a[i])
			i++
		default:
			got = append(got, b[j])
			j++
		}
	}
	return lost, got
}

// recordAgain records a story into a file, of a new shop.
func recordAgain(t *testing.T, word, file string, seed uint64, tell func(testing.TB, shopper), change ...func(*cartfunnel.Server)) string {
	t.Helper()
	mode(t, word)
	shop := funnel(t, seed, int64(seed)*1000+1)
	for _, f := range change {
		f(shop)
	}
	good(t, func(s *spy) { tell(t, newShopper(scenarios.Open(s, file, funnelOptions(shop.URL())...))) })
	return text(t, file)
}

func replays(t *testing.T, file string, tell func(testing.TB, shopper)) {
	t.Helper()
	vets(t, file)
	mode(t, "")
	good(t, func(s *spy) { tell(t, newShopper(scenarios.Open(s, file))) })
}

// twoOf lists, and reads both customers; between does what else there is.
func twoOf(between func(testing.TB, shopper, []string)) func(testing.TB, shopper) {
	return func(t testing.TB, c shopper) {
		list := c.must(t, 200, "GET", "/customers.json?page=1", "")
		var ids []string
		for _, id := range gjson.Get(list, "#.id").Array() {
			ids = append(ids, id.Raw)
		}
		require.Len(t, ids, 2)
		c.must(t, 200, "GET", "/customers/"+ids[0]+".json", "")
		between(t, c, ids)
		c.must(t, 200, "GET", "/customers/"+ids[1]+".json", "")
	}
}

func nothing(testing.TB, shopper, []string) {}

func adding(t testing.TB, c shopper, ids []string) {
	made := c.must(t, 200, "POST", "/customers.json", `{"customer": {"email": "new@example.com"}}`)
	c.must(t, 200, "GET", "/customers/"+gjson.Get(made, "id").Raw+".json", "")
	c.must(t, 200, "GET", "/customers/"+ids[1]+".json?again=1", "")
}

func TestRecordAgainWithACallInTheMiddle(t *testing.T) {
	file := recordedTo(t)
	before := recordAgain(t, "record", file, 1, twoOf(nothing))
	after := recordAgain(t, "record", file, 2, twoOf(adding))
	lost, got := lineDiff(before, after)
	assert.Empty(t, lost, after)
	assert.Contains(t, got, "-> POST ~/customers.json @create-customer-new-sent")
	assert.Contains(t, got, "-> GET ~/customers/{{customer3.id}}.json")
	assert.Less(t, strings.Index(after, "-> POST"), strings.LastIndex(after, "-> GET ~/customers/{{customer2.id}}.json"), "where it happened")
	replays(t, file, twoOf(adding))

	again := recordAgain(t, "record", file, 3, twoOf(nothing))
	assert.Equal(t, before, again, "and out again, with its sections")
}

func TestRecordAgainKeepsWhatWasEdited(t *testing.T) {
	file := recordedTo(t)
	first := recordAgain(t, "record", file, 1, twoOf(nothing))
	edited := regexp.MustCompile(`recorded 2[0-9-]+|    2[0-9-]+T`).ReplaceAllStringFunc(first, func(s string) string {
		return s[:strings.IndexByte(s, '2')] + "2025-03-01" + strings.Repeat("T", strings.Count(s, "T")) // recorded long ago
	})
	edited = strings.NewReplacer(
		"customer1.id", "olga",
		"customer2.id", "bob",
		"@list-customers-page-1-old", "@all-of-them   # the whole shop",
		"-- list-customers-page-1-old.json --", "-- all-of-them.json --",
		`"orders_count": 0`, `"orders_count": "{{:int}}"`,
		"\n\n-> GET ~/customers.json", "\nignore   header X-Odd\n\n# She looks around\n   # twice\n-> GET    ~/customers.json",
		"-- get-customer-bob.json --", "-- bob.json --",
		"@get-customer-bob", "@bob",
	).Replace(edited)
	require.Contains(t, edited, "clock    2025-03-01T")
	require.NoError(t, os.WriteFile(file, []byte(edited), 0o644))
	replays(t, file, twoOf(nothing))

	assert.Equal(t, edited, recordAgain(t, "record", file, 2, twoOf(nothing)))

	changed := recordAgain(t, "record", file, 3, twoOf(nothing), func(shop *cartfunnel.Server) {
		shop.Customers.Change(3008, func(c *cartfunnel.Customer) { c.Note = "moved" })
	})
	lost, got := lineDiff(edited, changed)
	for _, line := range append(lost, got...) {
		assert.Contains(t, line, `"note"`, "what else did not change")
	}
	assert.Len(t, got, 2, "in the list, and by itself")
	replays(t, file, twoOf(nothing))
}

func TestRecordAgainKeepsStepsMadeByHand(t *testing.T) {
	file := recordedTo(t)
	first := recordAgain(t, "record", file, 1, twoOf(nothing))
	at := strings.Index(first, "-> GET ~/customers/{{customer2.id}}.json")
	edited := first[:at] + "-> GET ~/customers/{{customer2.id}}.json\n<- fault server-error status=503\n" + first[at:]
	edited = strings.Replace(edited, "-> GET ~/customers/{{customer1.id}}.json", "-> GET ~/customers/{{customer1.id}}.json x1..3 wait=0s..1h", 1)
	require.NoError(t, os.WriteFile(file, []byte(edited), 0o644))
	assert.Equal(t, edited, recordAgain(t, "record", file, 2, twoOf(nothing)))
	assert.Equal(t, edited, recordAgain(t, "record", file, 3, twoOf(func(t testing.TB, c shopper, ids []string) {
		c.must(t, 200, "GET", "/customers/"+ids[0]+".json", "")
		c.must(t, 200, "GET", "/customers/"+ids[0]+".json", "")
	})), "three of one step")
}

func TestExtendAddsAndChangesNothing(t *testing.T) {
	file := recordedTo(t)
	before := recordAgain(t, "extend", file, 1, twoOf(nothing)) // there is no file: all is new
	after := recordAgain(t, "extend", file, 2, twoOf(adding), func(shop *cartfunnel.Server) {
		shop.Customers.Change(2008, func(c *cartfunnel.Customer) { c.Note = "moved" })
	})
	lost, got := lineDiff(before, after)
	assert.Empty(t, lost)
	assert.Contains(t, got, "-> POST ~/customers.json @create-customer-new-sent")
	assert.NotContains(t, strings.Join(got[:2], "\n"), "moved")
	replays(t, file, twoOf(adding))

	assert.Equal(t, after, recordAgain(t, "extend", file, 3, twoOf(nothing)), "what did not happen stays")
}

package vcr_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"os"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/scenarios"
	"github.com/cartdouble/cartdouble/scenarios/vcr"
)

const wantShop = `scenario 1 cartfunnel
origin   recorded rules=cartfunnel+1 from=go-vcr

-> GET ~/customers.json query=page=1
<- 200 @list-customers-page-1-person1
-> POST ~/customers.json @create-customer-person1-sent
<- 200 @create-customer-person1
-> DELETE ~/customers/7.json
<- 204

-- list-customers-page-1-person1.json --
Link: <https://api.cartfunnel.net/v1/customers.json?page=2>; rel="next"

[{"id": 7, "email": "person1@example.com"}]
-- create-customer-person1-sent.json --
{"customer": {"email": "person1@example.com"}}
-- create-customer-person1.json --
{"id": 8, "email": "person1@example.com", "persisted": "true"}
`

// Cassettes of both versions say the same.
func TestImport(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"v1.yaml", "v2.yaml"} {
		text, err := os.ReadFile("testdata/" + file)
		require.NoError(t, err)
		s, err := vcr.Import("cartfunnel", text, scenarios.Secret("api", "hunter2-hunter2"))
		require.NoError(t, err, file)
		assert.Equal(t, wantShop, string(s.Format()), file)
		_, err = scenarios.Load(fstest.MapFS{"s.txtar": {Data: s.Format()}}, "s.txtar")
		require.NoError(t, err)
	}
}

const one = "version: 2\ninteractions:\n- request: {method: POST, url: 'https://api.cartfunnel.net/v1/x'%s}\n  response: {code: 200%s}\n"

// A body may be bytes, a form, or compressed.
func TestBodies(t *testing.T) {
	t.Parallel()
	var zip bytes.Buffer
	w := gzip.NewWriter(&zip)
	_, err := w.Write([]byte(`{"a":1}`))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	text := fmt.Sprintf(one, ", form: {b: [2, x y], a: ['1']}", ", headers: {Content-Encoding: [gzip]}, body: !!binary "+base64.StdEncoding.EncodeToString(zip.Bytes()))
	s, err := vcr.Import("cartfunnel", []byte(text))
	require.NoError(t, err)
	assert.Contains(t, string(s.Format()), "<- 200 @post-x gzip\n\n-- post-x-sent.txt --\na=1&b=2&b=x+y\n-- post-x.json --\n{\"a\": 1}\n")

	s, err = vcr.Import("cartfunnel", fmt.Appendf(nil, one, ", body: !!binary /wAB", ""))
	require.NoError(t, err)
	assert.Contains(t, string(s.Format()), "-- post-x-sent.b64 --\n/wAB\n")
}

func TestImportNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"\t":                             "vcr: no cassette: yaml: found character that cannot start any token",
		"a: 1":                           "vcr: no cassette: it has no version",
		"version: 3":                     "vcr: cassettes of version 3 are not known; there are 1 and 2",
		"version: 2\ninteractions: []":   "scenarios: import: there is no call in it that was answered",
		"version: 2\ninteractions: 7":    "vcr: no cassette: yaml: unmarshal errors:\n  line 2: cannot unmarshal !!int `7` into []vcr.interaction",
		fmt.Sprintf(one, "", ", x: 1"):   "",
		"version: 1\ninteractions: [{}]": `scenarios: import: entry 1: it has no method, or no host in its URL ""`,
	} {
		_, err := vcr.Import("cartfunnel", []byte(text))
		if want == "" {
			assert.NoError(t, err)
			continue
		}
		assert.EqualError(t, err, want)
	}
}

func FuzzImport(f *testing.F) {
	f.Add([]byte(fmt.Sprintf(one, "", "")))
	f.Add([]byte("version: 2\ninteractions: &a [*a]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := vcr.Import("cartfunnel", text)
		if err != nil {
			return
		}
		_, err = scenarios.Load(fstest.MapFS{"s.txtar": {Data: s.Format()}}, "s.txtar")
		require.NoError(t, err, "%s", s.Format())
	})
}

func ExampleImport() {
	cassette := `
version: 2
interactions:
- request:
    method: GET
    url: https://api.cartfunnel.net/v1/customers/7.json
    headers: {X-Cartfunnel-Api-Secret: [Tr0ub4dor&3]}
  response:
    code: 404
`
	s, err := vcr.Import("cartfunnel", []byte(cassette))
	if err != nil {
		panic(err)
	}
	fmt.Printf("%s", s.Format())
	// Output:
	// scenario 1 cartfunnel
	// origin   recorded rules=cartfunnel+1 from=go-vcr
	//
	// -> GET ~/customers/7.json
	// <- 404
}

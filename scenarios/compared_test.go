package scenarios_test

import (
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/fake/cartfunnel"
	"github.com/cartdouble/cartdouble/scenarios"
)

// comparing opens a recording of twoOf, and compares it with a service.
func comparing(t *testing.T, file, upstream string, opts ...scenarios.Option) *spy {
	t.Helper()
	mode(t, "compare")
	t.Setenv("CI", "true") // where nothing is written, anything may run
	return watch(func(s *spy) {
		run := scenarios.Open(s, file, append(funnelOptions(upstream), opts...)...)
		assert.False(t, run.Recording(), "the test talks to the replay")
		twoOf(nothing)(t, newShopper(run))
	})
}

// The service of the recording is another shop by now, and says the same.
func TestCompareOpened(t *testing.T) {
	file := recordedTo(t)
	before := recordAgain(t, "record", file, 1, twoOf(nothing))
	shop := funnel(t, 2, 1001)
	s := comparing(t, file, shop.URL())
	assert.Empty(t, s.failures(), s.logged())
	assert.Len(t, shop.Calls(), 3, "each read is made once")
	assert.Equal(t, before, text(t, file))
	assert.Equal(t, []string{"story.txtar"}, beside(t, file))
}

// changed is a shop in front of which somebody changes the answers.
func changed(t *testing.T, shop *cartfunnel.Server, base string, replace ...string) string {
	return upstream(t, func(w http.ResponseWriter, r *http.Request) {
		path, below := strings.CutPrefix(r.URL.RequestURI(), base)
		if !below {
			w.WriteHeader(http.StatusTeapot)
			return
		}
		req, err := http.NewRequest(r.Method, shop.URL()+path, r.Body)
		assert.NoError(t, err)
		req.Header = r.Header.Clone()
		req.Header.Del("Accept-Encoding")
		resp, err := http.DefaultClient.Do(req)
		if !assert.NoError(t, err) {
			return
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		assert.NoError(t, err)
		w.Header().Set("Content-Type", resp.Header.Get("Content-Type"))
		w.WriteHeader(resp.StatusCode)
		_, _ = strings.NewReplacer(replace...).WriteString(w, string(body))
	})
}

func TestCompareOpenedTellsWhatHasChanged(t *testing.T) {
	file := recordedTo(t)
	before := recordAgain(t, "record", file, 1, twoOf(nothing))
	shop := funnel(t, 2, 1001)
	for name, c := range map[string]struct {
		replace        []string
		failed, logged string
	}{
		"another type": {[]string{`"orders_count":0`, `"orders_count":"0"`}, "failure: orders_count: recorded number, got string", ""},
		"gone":         {[]string{`"orders_count":0,`, ``}, "", "warning: orders_count: recorded number, got nothing"},
		"new":          {[]string{`"orders_count":0`, `"orders_count":0,"x":true`}, "", "note: x: recorded nothing, got boolean"},
	} {
		t.Run(name, func(t *testing.T) {
			// a base URL of its own takes the place of the documented one
			s := comparing(t, file, changed(t, shop, "/shops/7", c.replace...)+"/shops/7")
			if c.failed != "" {
				require.Len(t, s.failures(), 3, "in the list and in each customer")
				assert.Contains(t, s.failures()[1], "scenarios: "+file+":")
				assert.Contains(t, s.failures()[1], c.failed)
			} else {
				assert.Empty(t, s.failures())
				assert.Contains(t, s.logged(), c.logged)
			}
			assert.Equal(t, before, text(t, file))
		})
	}
}

// Writes are not made, whatever the test allows.
func TestCompareOpenedWritesNothing(t *testing.T) {
	file := recordedTo(t)
	recordAgain(t, "record", file, 1, twoOf(adding))
	shop := funnel(t, 2, 1001)
	mode(t, "compare")
	s := watch(func(s *spy) {
		twoOf(adding)(t, newShopper(scenarios.Open(s, file, funnelOptions(shop.URL())...)))
	})
	for _, call := range shop.Calls() {
		assert.Equal(t, "GET", call.Method)
	}
	assert.Contains(t, s.logged(), "note: the answer: recorded POST, got not asked: it may write")
}

func TestCompareOpenedIsAskedWrongly(t *testing.T) {
	file := recordedTo(t)
	recordAgain(t, "record", file, 1, twoOf(nothing))
	only := recordedTo(t)
	require.NoError(t, os.WriteFile(only, []byte(noAnswer), 0o600))
	secret := scenarios.Secret("api", funnelSecret)
	for name, c := range map[string]struct {
		file string
		opts []scenarios.Option
		want string
	}{
		"no service": {file, []scenarios.Option{secret}, "SCENARIOS=compare: there is no service to ask; the test has to give scenarios.Upstream(URL)"},
		"no file":    {recordedTo(t), []scenarios.Option{secret, scenarios.Upstream("http://127.0.0.1:1")}, "no such file or directory; SCENARIOS=record makes the file"},
		"no secret":  {file, []scenarios.Option{scenarios.Upstream("http://127.0.0.1:1")}, `the service wants a secret; the test has to give scenarios.Secret("api", …)`},
		"not there":  {file, []scenarios.Option{secret, scenarios.Upstream("http://127.0.0.1:1")}, "connection refused (compared with 127.0.0.1:1)"},
		"no answer":  {only, []scenarios.Option{secret, scenarios.Upstream("http://127.0.0.1:1")}, only + ": no answer of it stands in the file, so nothing is compared"},
	} {
		t.Run(name, func(t *testing.T) {
			mode(t, "compare")
			s := watch(func(s *spy) {
				run := scenarios.Open(s, c.file, c.opts...)
				if c.file == file {
					twoOf(nothing)(t, newShopper(run))
				}
			})
			require.NotEmpty(t, s.failures())
			assert.Contains(t, s.failures()[0], c.want)
		})
	}
}

const noAnswer = "scenario 1 cartfunnel\nauth secret={{secret.api}}\nadvance 1h\n"

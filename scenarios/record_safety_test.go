package scenarios_test

import (
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/scenarios"
)

// upstream serves a recording with whatever a test needs.
func upstream(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

// answering is an upstream that says the same to everything.
func answering(t *testing.T, body string) string {
	return upstream(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = io.WriteString(w, body)
	})
}

// beside lists the files of a folder.
func beside(t *testing.T, file string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(file))
	require.NoError(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestOpenRefuses(t *testing.T) {
	file := recordedTo(t)
	broken := filepath.Join(t.TempDir(), "broken.txtar")
	require.NoError(t, os.WriteFile(broken, []byte("scenario 1 cartfunnel\n-> GOT /x\n<- live\n"), 0o644))
	bonify := filepath.Join(t.TempDir(), "bonify.txtar")
	require.NoError(t, os.WriteFile(bonify, []byte("scenario 1 bonify\nauth api_key={{secret.mine}}\n-> GET ~/customers\n<- live\n"), 0o644))
	api, secret := scenarios.API("cartfunnel"), scenarios.Secret("api", funnelSecret)
	up := scenarios.Upstream("http://127.0.0.1:1")
	for name, c := range map[string]struct {
		word, ci, force, file string
		opts                  []scenarios.Option
		want                  string
	}{
		"an unknown word": {word: "recrod", want: `SCENARIOS=recrod: unknown word (did you mean "record"?)`},
		"CI":              {word: "record", ci: "true", want: "SCENARIOS=record: nothing is recorded where CI is set, unless SCENARIOS_FORCE=1"},
		"CI, extending":   {word: "extend", ci: "1", want: "SCENARIOS=extend: nothing is recorded where CI is set"},
		"forced":          {word: "record", ci: "true", force: "1", want: "the test has to give scenarios.Upstream(URL)"},
		"no upstream":     {word: "record", opts: []scenarios.Option{api, secret}, want: "SCENARIOS=record: there is no service to ask; the test has to give scenarios.Upstream(URL)"},
		"odd upstream":    {word: "record", opts: []scenarios.Option{scenarios.Upstream("api.example.com")}, want: `Upstream("api.example.com"): want a host such as https://api.vendor.example`},
		"no API":          {word: "record", opts: []scenarios.Option{up}, want: "a new recording has to know its API: scenarios.API(NAME); there are bonify, cartfunnel, cartly, cscart, fluidpay"},
		"unknown API":     {word: "record", opts: []scenarios.Option{up, scenarios.API("bonfy")}, want: `API("bonfy"): unknown API (did you mean "bonify"?)`},
		"other API":       {word: "record", file: bonify, opts: []scenarios.Option{up, api}, want: `API("cartfunnel"): the file is about bonify`},
		"no secret":       {word: "record", opts: []scenarios.Option{up, api, scenarios.Secret("api", "")}, want: `there is no secret to ask the service with; the test has to give scenarios.Secret("secret", …)`},
		"its secret":      {word: "record", file: bonify, opts: []scenarios.Option{up}, want: `the file needs scenarios.Secret("mine", …), and it is not given`},
		"unknown name":    {word: "record", opts: []scenarios.Option{up, api, secret, scenarios.Credential("acount", "x")}, want: `Credential("acount"): cartfunnel has no such credential (did you mean "account"?); it has account, secret`},
		"secret in plain": {word: "record", opts: []scenarios.Option{up, api, scenarios.Credential("secret", "x")}, want: `Credential("secret"): it is a secret, and would stand in the file; give it by Secret("secret", …)`},
		"short secret":    {word: "record", opts: []scenarios.Option{up, api, scenarios.Secret("api", "abc")}, want: "a secret has 3 bytes"},
		"unknown rule":    {word: "record", opts: []scenarios.Option{up, api, secret, scenarios.WithoutRules("people.9")}, want: `there is no rule "people.9" for cartfunnel`},
		"broken file":     {word: "record", file: broken, opts: []scenarios.Option{up, secret}, want: "the file cannot be brought up to date; mend or remove it"},
	} {
		t.Run(name, func(t *testing.T) {
			mode(t, c.word)
			t.Setenv("CI", c.ci)
			t.Setenv("SCENARIOS_FORCE", c.force)
			if c.file == "" {
				c.file = file
			}
			s := watch(func(s *spy) { scenarios.Open(s, c.file, c.opts...) })
			require.Len(t, s.failures(), 1)
			assert.Contains(t, s.failures()[0], "scenarios: "+c.file+": ")
			assert.Contains(t, s.failures()[0], c.want)
			assert.True(t, s.fatal)
		})
	}
	assert.Empty(t, beside(t, file))
}

func TestOpenFindsTheAPIByTheHost(t *testing.T) {
	mode(t, "record")
	file := recordedTo(t)
	good(t, func(s *spy) {
		run := scenarios.Open(s, file, scenarios.Upstream("https://api.cartfunnel.net"), scenarios.Secret("api", funnelSecret))
		assert.Equal(t, funnelSecret, run.Credentials()["secret"])
		assert.True(t, run.Recording())
	})
	assert.Empty(t, beside(t, file), "nothing was said, so nothing is written")
}

func TestWritesAreRefusedUnlessAllowed(t *testing.T) {
	mode(t, "record")
	shop := funnel(t, 1, 1001)
	file := recordedTo(t)
	s := watch(func(s *spy) {
		run := scenarios.Open(s, file, scenarios.API("cartfunnel"), scenarios.Upstream(shop.URL()), scenarios.Credential("account", "myshop"), scenarios.Secret("api", funnelSecret))
		c := newShopper(run)
		c.must(t, 200, "GET", "/customers.json", "")
		text := c.must(t, 501, "POST", "/customers.json", `{"customer": {"email": "ann@example.com"}}`)
		assert.Contains(t, text, "scenarios.AllowWrites()")
	})
	require.Len(t, s.failures(), 1)
	assert.Contains(t, s.failures()[0], "POST /v1/customers.json: it would change something at 127.0.0.1:")
	assert.Len(t, shop.Calls(), 1, "nothing was sent")
	assert.Equal(t, []string{"story.txtar.new"}, beside(t, file), "a failing test writes beside the file")
	assert.NotContains(t, text(t, file+".new"), "POST")

	good(t, func(s *spy) { browse(t, scenarios.Open(s, file, funnelOptions(shop.URL())...)) })
	assert.Equal(t, []string{"story.txtar"}, beside(t, file), "and a good one takes it away again")
}

func TestSearchesByPostAreNoWrites(t *testing.T) {
	mode(t, "record")
	up := answering(t, `{"status":"success","data":null}`)
	good(t, func(s *spy) {
		run := scenarios.Open(s, recordedTo(t), scenarios.API("fluidpay"), scenarios.Upstream(up), scenarios.Credential("merchant_id", "testmerchant12345678"), scenarios.Secret("api_key", "api_theKeyOfTheMerchant0001"))
		c := authorized{run, func(r *http.Request, c fake.Credentials) { r.Header.Set("Authorization", c["api_key"]) }}
		c.must(t, 200, "POST", "/api/merchant/testmerchant12345678/cart/search", `{"limit": 10}`)
	})
}

func TestFailingTestLeavesTheFileAlone(t *testing.T) {
	file := recordedTo(t)
	before := recordAgain(t, "record", file, 1, twoOf(nothing))
	shop := funnel(t, 2, 2001)
	s := watch(func(s *spy) {
		twoOf(adding)(t, newShopper(scenarios.Open(s, file, funnelOptions(shop.URL())...)))
		s.Errorf("an assertion")
	})
	assert.Contains(t, s.logged(), "the test has failed, so the recording is in "+file+".new")
	assert.Equal(t, before, text(t, file))
	assert.Contains(t, text(t, file+".new"), "-> POST")
}

func TestRulesInForceStandInTheFile(t *testing.T) {
	mode(t, "record")
	up := answering(t, `{"first_name": "Ann", "email": "ann@firm.de"}`)
	file := recordedTo(t)
	tell := func(rules ...string) string {
		good(t, func(s *spy) {
			run := scenarios.Open(s, file, append(funnelOptions(up), scenarios.WithoutRules(rules...))...)
			newShopper(run).must(t, 200, "GET", "/customers/1.json", "")
		})
		return text(t, file)
	}
	got := tell("people.3")
	assert.Contains(t, got, "rules=cartfunnel+1-people.3\n")
	assert.Contains(t, got, `"Ann"`)
	assert.Contains(t, got, "person1@example.com")
	lost, added := lineDiff(got, tell())
	assert.Contains(t, lost[0], "rules=cartfunnel+1-people.3")
	assert.Contains(t, added[0], "rules=cartfunnel+1")
	assert.Contains(t, text(t, file), `"First1"`)
}

func TestPeopleWhomTheClientNamesComeBackToIt(t *testing.T) {
	shop := funnel(t, 1, 1001)
	file := recordedTo(t)
	tell := func(t testing.TB, c shopper) {
		made := c.must(t, 200, "POST", "/customers.json", `{"customer": {"email": "ann.real@firm.de", "first_name": "Ann"}}`)
		assert.Contains(t, made, `"ann.real@firm.de"`, "what the client wrote, it reads")
		assert.Contains(t, made, `"Ann"`)
		c.must(t, 200, "GET", "/customers.json?query=ann.real%40firm.de", "")
	}
	mode(t, "record")
	good(t, func(s *spy) { tell(t, newShopper(scenarios.Open(s, file, funnelOptions(shop.URL())...))) })
	got := text(t, file)
	assert.NotContains(t, got, "firm.de")
	assert.Contains(t, got, `"email": "{{person1:email}}"`)
	assert.Contains(t, got, `query=query={{person1:email}}`)
	replays(t, file, tell)
}

func TestSecretOfTheRunIsComparedRedacted(t *testing.T) {
	mode(t, "record")
	file := recordedTo(t)
	opts := append(funnelOptions(answering(t, `{}`)), scenarios.Secret("partner", "the-partner-key-1"))
	tell := func(run *scenarios.Run) {
		newShopper(run).must(t, 200, "POST", "/customers.json", `{"note": "for `+run.Secret("partner")+`", "partner_token": "`+run.Secret("partner")+`"}`)
	}
	good(t, func(s *spy) { tell(scenarios.Open(s, file, opts...)) })
	assert.Contains(t, text(t, file), `{"note": "for redacted", "partner_token": "redacted"}`)
	mode(t, "")
	good(t, func(s *spy) { tell(scenarios.Open(s, file, scenarios.Secret("partner", "another-partner-key"))) })
}

func TestWhatMakesNoRecording(t *testing.T) {
	mode(t, "record")
	shop := funnel(t, 1, 1001)
	down := httptest.NewServer(nil)
	down.Close()
	cut := upstream(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, "{")
	})
	brotli := upstream(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "br")
		_, _ = io.WriteString(w, "odd")
	})
	hanging := make(chan struct{})
	hangs := upstream(t, func(_ http.ResponseWriter, r *http.Request) {
		close(hanging)
		<-r.Context().Done()
	})
	for name, c := range map[string]struct {
		up   string
		tell func(shopper)
		want string
	}{
		"a foreign host": {shop.URL(), func(c shopper) {
			_, err := c.http.Get("https://elsewhere.example.org/x?token=abc")
			assert.ErrorContains(t, err, "nothing else is called")
		}, "this recording is of [api.cartfunnel.net"},
		"other credentials": {shop.URL(), func(c shopper) {
			c.credentials = fake.Credentials{"account": "myshop", "secret": "another"}
			c.must(t, 501, "GET", "/customers.json", "")
		}, "GET /v1/customers.json: it does not carry the credentials of Run.Credentials"},
		"an odd method": {shop.URL(), func(c shopper) { c.must(t, 501, "BREW", "/customers.json", "") }, "BREW /v1/customers.json: a file cannot hold the method; there are GET"},
		"no service":    {down.URL, func(c shopper) { c.must(t, 502, "GET", "/customers.json", "") }, "request #1, GET /v1/customers.json: the service gave no whole answer"},
		"half an answer": {cut, func(c shopper) {
			_, _, err := c.do("GET", "/customers.json", "")
			assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
		}, "request #1, GET /v1/customers.json: the service gave no whole answer"},
		"an unknown coding": {brotli, func(c shopper) {
			text := c.must(t, 200, "GET", "/customers.json", "")
			assert.Equal(t, "odd", text, "the client gets what was sent")
		}, `the body is in the coding "br"`},
		"an impatient client": {hangs, func(c shopper) {
			ctx, cancel := context.WithCancel(context.Background())
			req, _ := http.NewRequestWithContext(ctx, "GET", c.base+"/customers.json", nil)
			req.Header.Set("X-Cartfunnel-Account", "myshop")
			req.Header.Set("X-Cartfunnel-Api-Secret", funnelSecret)
			go func() {
				<-hanging
				cancel()
			}()
			_, err := c.http.Do(req)
			assert.ErrorIs(t, err, context.Canceled)
		}, "request #1, GET /v1/customers.json: the client gave up before the service had answered"},
	} {
		t.Run(name, func(t *testing.T) {
			file := recordedTo(t)
			s := watch(func(s *spy) {
				run := scenarios.Open(s, file, funnelOptions(c.up)...)
				c.tell(newShopper(run))
				run.Settle()
				assert.Len(t, run.Report().Problems, 1)
			})
			require.Len(t, s.failures(), 1)
			assert.Contains(t, s.failures()[0], c.want)
			assert.NotContains(t, beside(t, file), "story.txtar")
		})
	}
}

func TestRecordingHasNoFake(t *testing.T) {
	mode(t, "record")
	for name, use := range map[string]func(*scenarios.Run){
		"Fake":    func(r *scenarios.Run) { r.Fake() },
		"Tenant":  func(r *scenarios.Run) { r.Tenant("other") },
		"Explain": func(r *scenarios.Run) { r.Explain(httptest.NewRequest("GET", "/", nil)) },
	} {
		s := watch(func(s *spy) { use(scenarios.Open(s, recordedTo(t), funnelOptions("http://127.0.0.1:1")...)) })
		require.Len(t, s.failures(), 1)
		assert.Contains(t, s.failures()[0], "Run."+name+": a recording talks to the service itself, and there is no fake behind it")
		assert.True(t, s.fatal)
	}
	s := watch(func(s *spy) { scenarios.Open(s, recordedTo(t), funnelOptions("http://127.0.0.1:1")...).HookURL() })
	require.Len(t, s.failures(), 1)
	assert.Contains(t, s.failures()[0], "cartfunnel sends no deliveries")
}

func TestRecordingOverLoopback(t *testing.T) {
	shop := funnel(t, 1, 1001)
	file := recordedTo(t)
	tell := func(t testing.TB, run *scenarios.Run) {
		c := newShopper(run)
		c.http, c.base = http.DefaultClient, run.URL()
		c.must(t, 200, "GET", "/customers.json", "")
		assert.NotContains(t, c.base, "cartfunnel.com")
	}
	mode(t, "record")
	good(t, func(s *spy) { tell(t, scenarios.Open(s, file, funnelOptions(shop.URL())...)) })
	mode(t, "")
	good(t, func(s *spy) { tell(t, scenarios.Open(s, file)) })
}

// Who looks at the status alone closes the body unread. What the service goes on to
// say is recorded all the same.
func TestAnswerThatTheClientDoesNotRead(t *testing.T) {
	file := recordedTo(t)
	closed := make(chan struct{})
	up := upstream(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = io.WriteString(w, `{"id":`)
		_ = http.NewResponseController(w).Flush()
		<-closed
		_, _ = io.WriteString(w, strings.Repeat(" ", 1<<20)+"2001}") // more than a connection takes in advance
	})
	mode(t, "record")
	good(t, func(s *spy) {
		run := scenarios.Open(s, file, funnelOptions(up)...)
		req, _ := http.NewRequest("GET", run.BaseURL()+"/customers/2001.json", nil)
		run.Authorize(req)
		resp, err := run.Client().Do(req)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		run.Client().CloseIdleConnections()
		close(closed)
	})
	assert.Contains(t, text(t, file), `{"id": 2001}`)
}

func TestZippedAndChunkedAnswers(t *testing.T) {
	file := recordedTo(t)
	up := upstream(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		if r.Header.Get("Accept-Encoding") == "gzip" {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			defer z.Close()
			_, _ = io.WriteString(z, `{"id":2001}`)
			return
		}
		_, _ = io.WriteString(w, `{"id":`)
		_ = http.NewResponseController(w).Flush()
		_, _ = io.WriteString(w, `2001}`)
	})
	tell := func(t testing.TB, run *scenarios.Run) {
		c := newShopper(run)
		assert.JSONEq(t, `{"id": 2001}`, c.must(t, 200, "GET", "/customers/2001.json", ""))
		req, _ := http.NewRequest("GET", run.BaseURL()+"/customers/2001.json?plain=1", nil)
		req.Header.Set("X-Cartfunnel-Account", c.credentials["account"])
		req.Header.Set("X-Cartfunnel-Api-Secret", c.credentials["secret"])
		req.Header.Set("Accept-Encoding", "identity")
		resp, err := c.http.Do(req)
		require.NoError(t, err)
		defer resp.Body.Close()
		assert.Equal(t, []string{"chunked"}, resp.TransferEncoding)
		assert.Empty(t, resp.Header.Get("Content-Encoding"))
		req.Header.Set("Accept-Encoding", "gzip") // by hand, so that nobody unzips
		req.URL.RawQuery = ""
		zipped, err := c.http.Do(req)
		require.NoError(t, err)
		defer zipped.Body.Close()
		assert.Equal(t, "gzip", zipped.Header.Get("Content-Encoding"))
		z, err := gzip.NewReader(zipped.Body)
		require.NoError(t, err)
		plain, err := io.ReadAll(z)
		require.NoError(t, err)
		assert.JSONEq(t, `{"id": 2001}`, string(plain))
	}
	mode(t, "record")
	good(t, func(s *spy) { tell(t, scenarios.Open(s, file, funnelOptions(up)...)) })
	got := text(t, file)
	assert.Contains(t, got, "<- 200 @get-customer gzip")
	assert.Contains(t, got, "<- 200 @get-customer chunked")
	mode(t, "")
	good(t, func(s *spy) { tell(t, scenarios.Open(s, file)) })
}

func TestTransportOfARecordingIsOrdinary(t *testing.T) {
	mode(t, "record")
	good(t, func(s *spy) {
		run := scenarios.Open(s, recordedTo(t), funnelOptions(answering(t, `{}`))...)
		c := run.Client()
		newShopper(run).must(t, 200, "GET", "/customers/1.json", "")
		c.CloseIdleConnections()
		assert.Equal(t, "-> GET /v1/customers/1.json", run.Report().Steps[0].Step)
	})
}

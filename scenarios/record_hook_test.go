package scenarios_test

import (
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake/cartly"
	"github.com/cartdouble/cartdouble/scenarios"
)

const hookSecret = "whsec_OfTheShop1"

func cartlyOptions(opts ...scenarios.Option) []scenarios.Option {
	return append([]scenarios.Option{
		scenarios.API("cartly"), scenarios.Upstream("http://127.0.0.1:1"), scenarios.Secret("token", "at_theTokenOfTheApp01"), scenarios.Secret("hook", hookSecret),
	}, opts...)
}

// deliverTo sends a delivery as the service would, and gives the status.
func deliverTo(t *testing.T, address, body, signature string) int {
	t.Helper()
	req, err := http.NewRequest("POST", address, strings.NewReader(body))
	require.NoError(t, err)
	if signature != "" {
		req.Header.Set(cartly.SignatureHeader, signature)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	return resp.StatusCode
}

func TestRecordedDeliveriesAreChecked(t *testing.T) {
	mode(t, "record")
	const order = `{"event":"order.created","data":{"id":"ord_7"}}`
	signed := cartly.Sign(hookSecret, []byte(order))
	for name, c := range map[string]struct {
		body, signature string
		opts            []scenarios.Option
		deaf            bool
		want            string // "": all is well
	}{
		"genuine":     {body: order, signature: signed},
		"bare digits": {body: order, signature: strings.TrimPrefix(signed, "sha256=")},
		"forged":      {body: order, signature: cartly.Sign("another", []byte(order)), want: `order.created: its signature belongs to another body or another secret than "hook"`},
		"unsigned":    {body: order, want: "order.created: it has no header X-Cartly-Hmac-Sha256"},
		"no topic":    {body: `{}`, signature: cartly.Sign(hookSecret, []byte(`{}`)), want: "it does not tell its topic"},
		"no secret":   {body: order, signature: signed, opts: []scenarios.Option{scenarios.Secret("hook", "")}, want: `the test has to give scenarios.Secret("hook", …)`},
		"no receiver": {body: order, signature: signed, deaf: true, want: "nobody receives it: the test calls Run.Receiver before"},
	} {
		t.Run(name, func(t *testing.T) {
			file := recordedTo(t)
			s := watch(func(s *spy) {
				run := scenarios.Open(s, file, cartlyOptions(c.opts...)...)
				var got string
				if !c.deaf {
					run.Receiver(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
						body, _ := io.ReadAll(r.Body)
						got = string(body) + r.Header.Get(cartly.SignatureHeader)
					}))
				}
				status := deliverTo(t, run.HookURL(), c.body, c.signature)
				if c.deaf {
					assert.Equal(t, 503, status)
				} else {
					assert.Equal(t, 200, status)
					assert.Equal(t, c.body+c.signature, got, "the receiver gets it as it came")
				}
			})
			if c.want == "" {
				require.Empty(t, s.failures())
				assert.Contains(t, text(t, file), "=> order.created raw @order-created\n<= 2xx")
				assert.NotContains(t, text(t, file), "sha256")
				return
			}
			require.Len(t, s.failures(), 1)
			assert.Contains(t, s.failures()[0], "a delivery")
			assert.Contains(t, s.failures()[0], c.want)
		})
	}
}

func TestAnswersOfTheReceiverAreRecorded(t *testing.T) {
	const order = `{"event":"order.created","data":{"id":"ord_7"}}`
	mode(t, "record")
	file := recordedTo(t)
	answers := []int{401, 500, 0, 204}
	receiver := func(answers []int) http.Handler {
		var calls atomic.Int32 // an answer that does not come orders nothing
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			answer := answers[calls.Add(1)-1]
			if answer == 0 {
				panic(http.ErrAbortHandler)
			}
			w.WriteHeader(answer)
		})
	}
	good(t, func(s *spy) {
		run := scenarios.Open(s, file, cartlyOptions()...)
		run.Receiver(receiver(answers))
		for _, want := range answers {
			assert.Equal(t, want, deliverTo(t, run.HookURL(), order, cartly.Sign(hookSecret, []byte(order))))
		}
	})
	got := text(t, file)
	for _, want := range []string{"<= 401", "<= 500", "<= none", "<= 2xx"} {
		assert.Contains(t, got, "=> order.created raw @order-created\n"+want+"\n")
	}
	vets(t, file)
	mode(t, "")
	good(t, func(s *spy) {
		run := scenarios.Open(s, file)
		assert.Equal(t, "https://hooks.example.com/app", run.HookURL())
		run.Receiver(receiver(answers))
		run.Settle()
	})

	mode(t, "record")
	other := strings.Replace(order, "order.created", "order.updated", 1)
	good(t, func(s *spy) {
		run := scenarios.Open(s, file, cartlyOptions()...)
		run.Receiver(receiver([]int{403, 401, 500, 0, 200}))
		for range answers {
			deliverTo(t, run.HookURL(), order, cartly.Sign(hookSecret, []byte(order)))
		}
		deliverTo(t, run.HookURL(), other, cartly.Sign(hookSecret, []byte(other)))
	})
	assert.Contains(t, text(t, file), "hook     order.created,order.updated -> app secret={{secret.hook}}")
	assert.Contains(t, text(t, file), "=> order.created raw @order-created\n<= 403\n")
}

// The second run of Twice is nobody's story: its deliveries are taken, and reach
// no receiver.
func TestTwiceHearsNothing(t *testing.T) {
	mode(t, "record")
	const order = `{"event":"order.created","data":{"id":"ord_7"}}`
	var address string
	sent := 0
	up := upstream(t, func(w http.ResponseWriter, _ *http.Request) {
		sent++
		assert.Equal(t, 200, deliverTo(t, address, order, cartly.Sign(hookSecret, []byte(order))))
		w.WriteHeader(http.StatusNoContent)
	})
	file := recordedTo(t)
	heard := 0
	good(t, func(s *spy) {
		run := scenarios.Open(s, file, cartlyOptions(scenarios.Upstream(up), scenarios.AllowWrites(), scenarios.Twice())...)
		address = run.HookURL()
		run.Receiver(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { heard++ }))
		newShopper(run).must(t, 204, "POST", "/apps/api/discounts", `{"code": "MUGS"}`)
	})
	assert.Equal(t, 2, sent)
	assert.Equal(t, 1, heard)
	assert.Equal(t, 1, strings.Count(text(t, file), "=> "))
}

// A token that the service gives is redacted, and still one that a client can use
// in a replay.
func TestTokensThatTheServiceGives(t *testing.T) {
	up := upstream(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		if r.URL.Path == "/oauth/token" {
			_, _ = io.WriteString(w, `{"access_token":"at_01H8REALTOKEN0000000001","token_type":"Bearer","refresh_token":"rt_01H8REALTOKEN0000000002"}`)
			return
		}
		_, _ = io.WriteString(w, `{"with":"`+r.Header.Get("Authorization")+`"}`)
	})
	tell := func(t testing.TB, run *scenarios.Run) {
		c := newShopper(run)
		c.credentials = nil
		given := c.must(t, 200, "POST", "/oauth/token", `{"grant_type": "authorization_code", "code": "code_01H8CODE000000000001"}`)
		c.credentials = map[string]string{"token": gjson.Get(given, "access_token").Str}
		c.must(t, 200, "GET", "/apps/api/customers", "")
		c.credentials = nil
		c.must(t, 200, "POST", "/oauth/token", `{"grant_type": "refresh_token", "refresh_token": "`+gjson.Get(given, "refresh_token").Str+`"}`)
	}
	file := recordedTo(t)
	mode(t, "record")
	good(t, func(s *spy) { tell(t, scenarios.Open(s, file, cartlyOptions(scenarios.Upstream(up))...)) })
	assert.NotContains(t, text(t, file), "01H8")
	assert.Contains(t, text(t, file), `"access_token": "at_redacted"`)
	vets(t, file)
	mode(t, "")
	good(t, func(s *spy) { tell(t, scenarios.Open(s, file)) })
}

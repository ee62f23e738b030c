package conformance

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/bonify"
	"github.com/cartdouble/cartdouble/fake/fluidpay"
)

// states are what became of the rules, by the last two digits of their ids.
func states(r *Report) map[State][]string {
	by := map[State][]string{}
	for _, res := range r.Results {
		by[res.State] = append(by[res.State], res.Rule.ID[len(res.Rule.ID)-2:])
	}
	return by
}

// Read-only means that nothing is sent that could change anything, and that
// what cannot be asked so says why.
func TestReadOnlyTargetsAreNotWrittenTo(t *testing.T) {
	t.Parallel()
	for api, want := range map[string]string{
		"cartfunnel": "map[NOT EXERCISED:[02 04 05 06 07 08] PASS:[01 03]]",
		"cscart":     "map[NOT EXERCISED:[07] PASS:[01 02 03 04 05 06 08]]",
		"fluidpay":   "map[NOT EXERCISED:[01 02 03 04 05 06] PASS:[07]]",
		"bonify":     "map[NOT EXERCISED:[02 03 05 06 07 08 10] PASS:[01 04 09]]",
		"cartly":     "map[NOT EXERCISED:[03 04 05 06 07] PASS:[01 02]]",
	} {
		t.Run(api, func(t *testing.T) {
			t.Parallel()
			s := serve(t, api)
			s.Write = false
			before := stateOf(t, s)
			r := judge(t, s.Target)
			if got := fmt.Sprint(states(r)); got != want {
				t.Errorf("states are %s\nwant %s", got, want)
			}
			for _, x := range s.fake.Calls() {
				if search := strings.HasSuffix(x.URL, "/search"); x.Method != http.MethodGet && !search {
					t.Errorf("%s %s was sent", x.Method, x.URL)
				}
			}
			if diff := fake.Diff(before, stateOf(t, s)); diff != "" {
				t.Errorf("the state has changed:\n%s", diff)
			}
			if r.Failed() != nil || r.Left != nil {
				t.Errorf("failures %v, left %v", r.Failed(), r.Left)
			}
			for _, res := range r.Results {
				if res.State == notExercised {
					contains(t, res.Note, "leave to write (Target.Write)")
				}
			}
			contains(t, r.text(false), "server: "+s.URL+"   read-only", "the target is read-only")
		})
	}
}

// With data in the shop, more can be asked without writing.
func TestReadOnlyTargetsAreAskedAboutWhatIsThere(t *testing.T) {
	t.Parallel()
	fluid := fluidpay.New(fake.At(time.Unix(1_700_000_000, 0)), fake.Frozen())
	t.Cleanup(fluid.Close)
	product := fluid.Products.Add(fluidpay.Product{SKU: "CUP", Name: "Cup"})
	fluid.Carts.Add(fluidpay.Cart{Name: "one", Products: []string{product.ID}})
	for range 120 {
		fluid.Products.Add(fluidpay.Product{SKU: "CUP", Name: "Cup"})
	}
	target := Target{API: "fluidpay", URL: fluid.BaseURL(), HTTP: fluid.Client(), Creds: fluid.Credentials()}
	if got := fmt.Sprint(states(judge(t, target))); got != "map[NOT EXERCISED:[01 02 03 04] PASS:[05 06 07]]" {
		t.Errorf("fluidpay: states are %s", got)
	}
	bon := bonify.New(fake.At(time.Unix(1_700_000_000, 0)), fake.Frozen())
	t.Cleanup(bon.Close)
	for i := range 120 {
		bon.Customers.Add(bonify.Customer{Email: fmt.Sprintf("c%d@example.com", i)})
	}
	target = Target{API: "bonify", URL: bon.BaseURL(), HTTP: bon.Client(), Creds: bon.Credentials(), Wait: bon.Advance}
	if got := fmt.Sprint(states(judge(t, target))); got != "map[NOT CLAIMED:[09] NOT EXERCISED:[02 05 07 08 10] PASS:[01 03 04 06]]" {
		t.Errorf("bonify: states are %s", got)
	}
}

// stateOf is what a fake holds, without its clock, its counters, and what a
// target says that may go.
func stateOf(t *testing.T, s served, without ...string) fake.Snapshot {
	t.Helper()
	var all map[string]json.RawMessage
	if err := json.Unmarshal(s.fake.Snapshot(), &all); err != nil {
		t.Fatal(err)
	}
	for _, key := range append(without, "clock", "counters") {
		if _, ok := all[key]; !ok {
			t.Errorf("the snapshot has no %s: %v", key, slices.Sorted(maps.Keys(all)))
		}
		delete(all, key)
	}
	text, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// A service on the network is judged as one in memory, and left as it was where
// the API allows that.
func TestServiceOnLoopbackIsLeftAsItWas(t *testing.T) {
	t.Parallel()
	for api, c := range map[string]struct {
		way    way
		left   []string
		others []string // collections that are not as before
	}{
		"cartfunnel": {left: []string{"253 customers of run"}, others: []string{"customers"}},
		"cscart":     {others: []string{"carts"}}, // the one that may be deleted
		"fluidpay":   {way: way{"", fluidpay.WithDeletes(fluidpay.DeletedForGood), []string{"DELETED_RECORD", "gone"}}},
		"bonify":     {},
		"cartly":     {left: []string{"5 customers of run", "1 discount of run", "1 note of run"}, others: []string{"customers", "discounts", "orders", "products", "carts"}},
	} {
		t.Run(api, func(t *testing.T) {
			t.Parallel()
			var opts []fake.Option
			if c.way.promise != nil {
				opts = append(opts, c.way.option)
			}
			s := serve(t, api, opts...)
			s.URL, s.HTTP = s.fake.URL(), nil
			s.Deliveries = func(h http.Handler) (string, error) {
				server := httptest.NewServer(h)
				t.Cleanup(server.Close)
				return server.URL, nil
			}
			before := stateOf(t, s, c.others...)
			r := judge(t, s.Target, c.way.chosen()...)
			allPass(t, r)
			if diff := fake.Diff(before, stateOf(t, s, c.others...)); diff != "" {
				t.Errorf("the state has changed:\n%s", diff)
			}
			if order := gjson.GetBytes(s.fake.Snapshot(), "orders.0"); api == "cartly" &&
				(order.Get("status").Str != "open" || order.Get("payment_status").Str != "pending" || order.Get("fulfillment_status").Str != "unfulfilled") {
				t.Errorf("the order is %s", order.Raw)
			}
			if !slices.Equal(r.Left, c.left) {
				t.Errorf("left is %q, want %q", r.Left, c.left)
			}
		})
	}
}

// Without another word the rate that is documented is kept, on whichever clock.
func TestDocumentedPaceIsKept(t *testing.T) {
	t.Parallel()
	reads := func(t *testing.T, s served, opts ...Option) {
		t.Helper()
		allPass(t, judge(t, s.Target, append(opts, Only("S-BON-01", "S-BON-04"))...))
		calls := s.fake.Calls()
		for i, x := range calls[1:] {
			if gap := x.At.Sub(calls[i].At); gap < s.Pace || gap < 1100*time.Millisecond && s.Pace == 0 {
				t.Errorf("call %d comes %v after the one before", x.Seq, gap)
			}
		}
		if len(calls) != 6 {
			t.Errorf("%d calls", len(calls))
		}
	}
	t.Run("a clock that stands", func(t *testing.T) { reads(t, serve(t, "bonify")) })
	t.Run("the pace of the target", func(t *testing.T) {
		s := serve(t, "bonify")
		s.Pace = 5 * time.Second
		reads(t, s)
	})
	t.Run("virtual time", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			shop := bonify.New()
			defer shop.Close()
			reads(t, served{Target{API: "bonify", URL: shop.BaseURL(), HTTP: shop.Client(), Creds: shop.Credentials()}, shop.Server})
		})
	})
	s := serve(t, "bonify", bonify.WithoutLimits())
	s.Pace = -1
	allPass(t, judge(t, s.Target, Only("S-BON-01")))
	if calls := s.fake.Calls(); !calls[0].At.Equal(calls[len(calls)-1].At) {
		t.Error("a pace below 0 waits")
	}
}

// Somebody else may use up the rate: a refusal is waited out.
func TestRefusalsForTheRateAreWaitedOut(t *testing.T) {
	t.Parallel()
	s := serve(t, "cartfunnel")
	s.fake.Inject(fake.NewFault("rate-limited").Set("retry-after", "7s").Call(1))
	start := s.fake.Now()
	allPass(t, judge(t, s.Target, Only("S-CFN-03")))
	if waited := s.fake.Now().Sub(start); waited != 7*time.Second {
		t.Errorf("waited %v", waited)
	}
	s.fake.Inject(fake.NewFault("rate-limited"))
	r := judge(t, s.Target, Only("S-CFN-03"))
	if r.Results[0].State != fail || r.Results[0].Finding.Code != "refused" {
		t.Errorf("a server that is always busy: %s", r.text(false))
	}
}

type tripper func(*http.Request) (*http.Response, error)

func (f tripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// A server that has nothing to do with the API passes nothing.
func TestTrivialServersPassNothing(t *testing.T) {
	t.Parallel()
	for name, serve := range map[string]func(*http.Request) *http.Response{
		"nothing":   func(r *http.Request) *http.Response { return answerTo(r, 200, nil, "") },
		"an object": func(r *http.Request) *http.Response { return answerTo(r, 200, nil, "{}") },
		"an array":  func(r *http.Request) *http.Response { return answerTo(r, 200, nil, "[]") },
		"a page":    func(r *http.Request) *http.Response { return answerTo(r, 200, nil, "<html>") },
		"not found": func(r *http.Request) *http.Response { return answerTo(r, 404, nil, `{"error":"not found"}`) },
		"forbidden": func(r *http.Request) *http.Response {
			return answerTo(r, 403, nil, `{"status":"error","message":"no"}`)
		},
		"crash":      func(r *http.Request) *http.Response { return answerTo(r, 500, nil, "") },
		"created":    func(r *http.Request) *http.Response { return answerTo(r, 201, nil, `{"id":1}`) },
		"no content": func(r *http.Request) *http.Response { return answerTo(r, 204, nil, "") },
		"a redirect": func(r *http.Request) *http.Response {
			return answerTo(r, 302, http.Header{"Location": {r.URL.String()}}, "")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, api := range serverAPIs {
				s := servedOnly(t, api)
				s.HTTP = &http.Client{Transport: tripper(func(r *http.Request) (*http.Response, error) { return serve(r), nil })}
				for _, res := range judge(t, s).Results {
					if res.State == pass || res.State == chosen || res.State == broke {
						t.Errorf("%s is %s %s", res.Rule.ID, res.State, res.Note)
					}
				}
			}
		})
	}
}

// servedOnly is the target of a fake on which time costs nothing.
func servedOnly(t *testing.T, api string) Target {
	t.Helper()
	s := serve(t, api)
	s.Wait = func(time.Duration) {}
	return s.Target
}

// A server that does not answer is no finding about it.
func TestDeadServersAreErrors(t *testing.T) {
	t.Parallel()
	s := serve(t, "cscart")
	s.fake.Down()
	for _, res := range judge(t, s.Target).Results {
		if res.State != broke || !strings.Contains(res.Note, "no answer: ") {
			t.Errorf("%s is %s: %s", res.Rule.ID, res.State, res.Note)
		}
	}
	s = serve(t, "cscart")
	s.fake.Inject(fake.NewFault("truncated").Set("at", "20"))
	r := judge(t, s.Target, Only("S-CSC-01"))
	contains(t, r.Results[0].Note, "breaks off")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := EvaluateServer(ctx, s.Target); !errors.Is(err, context.Canceled) {
		t.Errorf("a run that is over gives %v", err)
	}
}

func TestTargetsAndOptionsAreVetted(t *testing.T) {
	t.Parallel()
	good := serve(t, "bonify").Target
	for want, c := range map[string]struct {
		change func(*Target)
		opts   []Option
	}{
		`no rules for servers of "bonifi" (did you mean "bonify"?); want one of bonify, cartfunnel`: {change: func(x *Target) { x.API = "bonifi" }},
		`Target.URL is ""; want a base URL such as https://apps.bonify.io/`:                         {change: func(x *Target) { x.URL = "" }},
		`Target.URL is "apps.bonify.io"`:                                                            {change: func(x *Target) { x.URL = "apps.bonify.io" }},
		`Target.URL is "https://a/?b=c"`:                                                            {change: func(x *Target) { x.URL = "https://a/?b=c" }},
		"they belong into Target.Creds":                                                             {change: func(x *Target) { x.URL = "https://a:b@c" }},
		`Target.Creds has no "api_key", which every call`:                                           {change: func(x *Target) { x.Creds = fake.Credentials{"shop_domain": "a"} }},
		`Only("S-BON-99") fits no check of bonify`:                                                  {opts: []Option{Only("S-BON-99")}},
		`no such flag (did you mean "RATE_LIMIT"?)`:                                                 {opts: []Option{Choose("RATE_LIMITS", "none")}},
		`Choose("RATE_LIMIT", "off"): want one of documented`:                                       {opts: []Option{Choose("RATE_LIMIT", "off")}},
		`want a number such as 404`:                                                                 {opts: []Option{Choose("MISSING_RECORD", "gone")}},
	} {
		target := good
		if c.change != nil {
			c.change(&target)
		}
		if _, err := EvaluateServer(t.Context(), target, c.opts...); err == nil || !strings.HasPrefix(err.Error(), "conformance: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("error is %v\nwant %s", err, want)
		}
	}
}

// What a target does not give is told by name, after what could be asked.
func TestWhatATargetDoesNotGive(t *testing.T) {
	t.Parallel()
	for id, c := range map[string]struct {
		take func(*served)
		want string
	}{
		"S-CFN-02": {func(s *served) { delete(s.Creds, "read_only_secret") }, "[read_only_secret]"},
		"S-CSC-07": {func(s *served) { s.Records = nil }, "[cart]"},
		"S-FLP-07": {func(s *served) { delete(s.Creds, "public_key") }, "[public_key]"},
		"S-BON-09": {func(s *served) { delete(s.Creds, "other_api_key") }, "[other_api_key]"},
		"S-CLY-01": {func(s *served) { delete(s.Creds, "narrow_token") }, "[narrow_token]"},
		"S-CLY-04": {func(s *served) { s.Deliveries = nil }, "[Deliveries]"},
		"S-CLY-05": {func(s *served) { s.Cause = nil }, "[Cause]"},
		"S-CLY-07": {func(s *served) { delete(s.Records, "variant") }, "[variant]"},
	} {
		api := ruleAPI(id)
		s := serve(t, api)
		c.take(&s)
		r := judge(t, s.Target, Only(id))
		res := r.Results[0]
		if res.State != notClaimed || fmt.Sprint(res.Missing) != c.want || r.Failed() != nil {
			t.Errorf("%s is %s %v %s", id, res.State, res.Missing, res.Note)
		}
		if !slices.Contains(res.Rule.Needs, res.Missing[0]) {
			t.Errorf("%s does not say that it needs %s", id, res.Missing[0])
		}
		contains(t, r.text(false), "not given: "+res.Missing[0]+" (1 check)")
	}
}

func ruleAPI(id string) string {
	for _, api := range serverAPIs {
		if slices.ContainsFunc(ServerRules(api), func(r Rule) bool { return r.ID == id }) {
			return api
		}
	}
	return ""
}

func TestTargetFromEnv(t *testing.T) {
	shop := serve(t, "bonify")
	for word, value := range map[string]string{
		"URL": shop.fake.URL(), "SHOP_DOMAIN": shop.Creds["shop_domain"], "API_KEY": shop.Creds["api_key"],
		"WRITE": "true", "PACE": "1500ms", "PREFIX": "nightly", "RECORD_FIELD": "text",
	} {
		t.Setenv("CARTDOUBLE_BONIFY_"+word, value)
	}
	target, err := TargetFromEnv("bonify")
	if err != nil || !target.Write || target.Pace != 1500*time.Millisecond || target.Prefix != "nightly" || target.Records["field"] != "text" || len(target.Creds) != 2 {
		t.Fatalf("%+v, %v", target, err)
	}
	target.Wait = shop.fake.Advance
	allPass(t, judge(t, target, Only("S-BON-0[1-8]", "S-BON-10")))
	for word, want := range map[string]string{"WRITE": "WRITE=often: want true or false", "PACE": "PACE=often: want a time such as 1100ms"} {
		t.Run(word, func(t *testing.T) {
			t.Setenv("CARTDOUBLE_BONIFY_"+word, "often")
			if _, err := TargetFromEnv("bonify"); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("error is %v", err)
			}
		})
	}
	if _, err := TargetFromEnv("cartly"); err == nil || !strings.Contains(err.Error(), "the environment names no cartly service; want CARTDOUBLE_CARTLY_URL") {
		t.Errorf("error is %v", err)
	}
	if _, err := TargetFromEnv("shopify"); err == nil || !strings.Contains(err.Error(), `no rules for servers of "shopify"`) {
		t.Errorf("error is %v", err)
	}
}

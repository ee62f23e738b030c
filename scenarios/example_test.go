package scenarios_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing/fstest"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartfunnel"
	"github.com/cartdouble/cartdouble/fake/cartly"
	"github.com/cartdouble/cartdouble/scenarios"
	"github.com/tidwall/gjson"
)

// A printer stands for the *testing.T of a test, and prints what it is told.
type printer struct{ cleanups []func() }

func (p *printer) Helper()                      {}
func (p *printer) Name() string                 { return "TestCustomers" }
func (p *printer) Cleanup(f func())             { p.cleanups = append(p.cleanups, f) }
func (p *printer) Failed() bool                 { return false }
func (p *printer) Logf(string, ...any)          {}
func (p *printer) Errorf(f string, args ...any) { fmt.Printf(f+"\n", args...) }
func (p *printer) Fatalf(f string, args ...any) { panic(fmt.Sprintf(f, args...)) }
func (p *printer) end() {
	for i := len(p.cleanups) - 1; i >= 0; i-- {
		p.cleanups[i]()
	}
}

// send makes one request and prints how it ended.
func send(client *http.Client, method, url string, c fake.Credentials, body string) {
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		panic(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-CARTFUNNEL-ACCOUNT", c["account"])
	req.Header.Set("X-CARTFUNNEL-API-SECRET", c["secret"])
	resp, err := client.Do(req)
	if err != nil {
		fmt.Println(method, "failed")
		return
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	fmt.Println(method, resp.StatusCode, len(text) > 0, err)
}

// Faults work without a file on any fake: this save is applied, and its answer
// never arrives.
func Example() {
	t := &printer{} // in a test, its *testing.T
	defer t.end()

	shop := cartfunnel.Start(t)
	lost := shop.Inject(scenarios.LostResponse().On(cartfunnel.CreateCustomer).Call(1))

	url := shop.BaseURL() + "/customers.json"
	send(shop.Client(), "POST", url, shop.Credentials(), `{"customer": {"email": "ann@example.com"}}`)
	fmt.Println(lost.Fired(), "fault,", shop.Customers.Len(), "customer")
	// Output:
	// POST failed
	// 1 fault, 1 customer
}

func ExampleReplay() {
	t := &printer{} // in a test, its *testing.T
	defer t.end()

	run := scenarios.Replay(t, "library/cartfunnel/lost-save.txtar")
	url := run.BaseURL() + "/customers"
	send(run.Client(), "POST", url+".json", run.Credentials(), `{"customer": {"email": "dora@example.com", "first_name": "Dora"}}`)
	send(run.Client(), "GET", url+".json?page=1", run.Credentials(), "") // it looks before it posts again
	send(run.Client(), "PATCH", url+"/2001.json", run.Credentials(), `{"customer": {"first_name": "Karl"}}`)
	// Output:
	// POST failed
	// GET 200 true <nil>
	// PATCH 200 true <nil>
	// library/cartfunnel/lost-save.txtar:19: step never reached: -> GET /v1/customers/2001.json
	// library/cartfunnel/lost-save.txtar:22: step never reached: check customers.# == 3
	// library/cartfunnel/lost-save.txtar:23: step never reached: check 'customers.#(email=="carl@example.com").first_name' == Carl
}

func ExampleNew() {
	t := &printer{} // in a test, its *testing.T
	defer t.end()

	s := scenarios.New("cartfunnel", scenarios.State(`{"customers": [{"id": 1, "email": "ann@example.com"}]}`))
	s.Phase("One call too many")
	s.Expect("GET ~/customers/1.json").Fault(scenarios.RateLimited(scenarios.NoRetryAfter))
	s.Expect("GET ~/customers/1.json").Live()
	s.Check("customers.#", "==", "1")
	fmt.Printf("%s", s.Format())

	run := s.Start(t)
	url := run.BaseURL() + "/customers/1.json"
	send(run.Client(), "GET", url, run.Credentials(), "")
	send(run.Client(), "GET", url, run.Credentials(), "")
	// Output:
	// scenario 1 cartfunnel
	// state    @state
	//
	// # One call too many
	// -> GET ~/customers/1.json
	// <- fault rate-limited
	// -> GET ~/customers/1.json
	// <- live
	// check customers.# == 1
	//
	// -- state.json --
	// {"customers": [{"id": 1, "email": "ann@example.com"}]}
	// GET 429 true <nil>
	// GET 200 true <nil>
}

func ExampleLoad() {
	s, err := scenarios.Load(os.DirFS("library/cartfunnel"), "bad-day.txtar")
	fmt.Println(s.Name(), s.API(), err)

	files := fstest.MapFS{"flaky.txtar": {Data: []byte("scenario 1 cartfunnel\nfault rate_limited\n")}}
	_, err = scenarios.Load(files, "flaky.txtar")
	fmt.Println(err)
	// Output:
	// bad-day cartfunnel <nil>
	// scenarios: flaky.txtar:2: unknown fault "rate_limited" (did you mean "rate-limited"?)
}

func ExampleVet() {
	files := fstest.MapFS{"flaky.txtar": {Data: []byte("scenario 1 cartfunnel\n-> GET ~/customer.json\n<- 200\n<- 200\n")}}
	for _, problem := range scenarios.Vet(files) {
		fmt.Println(problem)
	}
	// Output:
	// scenarios: flaky.txtar:4: <- follows a request (->)
}

func ExampleParseFault() {
	f, err := scenarios.ParseFault("rate-limited retry-after=2s on=ListCustomers call=2,3")
	fmt.Println(f.Name(), f.Get("retry-after"), err)
	_, err = scenarios.ParseFault("rate-limited retry_after=2s")
	fmt.Println(err)
	// Output:
	// rate-limited 2s <nil>
	// scenarios: fault rate-limited: unknown parameter "retry_after" (did you mean "retry-after"?)
}

func ExampleRun_Explain() {
	t := &printer{} // in a test, its *testing.T
	s := scenarios.New("cartfunnel", scenarios.Clock("2025-03-01T09:00:00Z frozen"))
	s.Expect("GET ~/customers.json query=page=1 optional").Live()
	run := s.Start(t)
	defer t.end()

	req, err := http.NewRequest("GET", run.BaseURL()+"/customers.json?page=2", nil)
	if err != nil {
		panic(err)
	}
	req.Header.Set("X-CARTFUNNEL-ACCOUNT", run.Credentials()["account"])
	req.Header.Set("X-CARTFUNNEL-API-SECRET", run.Credentials()["secret"])
	for line := range strings.Lines(run.Explain(req).Problems[0]) {
		if strings.Contains(line, " x") {
			fmt.Println(strings.TrimSpace(line))
		}
	}
	// Output:
	// method +  path +  query x  auth +  1 difference
}

func ExampleSecret() {
	t := &printer{} // in a test, its *testing.T
	defer t.end()

	s := scenarios.New("cartfunnel", scenarios.Line("auth account=myshop secret={{secret.api}}"))
	run := s.Start(t, scenarios.Secret("api", "of this test"))
	fmt.Println(run.Credentials()["secret"])
	// Output: of this test
}

// A receiver that acknowledges whatever comes is found out by a delivery that no
// vendor has signed.
func ExampleRun_Receiver() {
	t := &printer{} // in a test, its *testing.T
	defer t.end()

	run := scenarios.Replay(t, "library/cartly/forged.txtar", scenarios.FakeOptions(fake.Frozen()))
	run.Receiver(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	// Output:
	// library/cartly/forged.txtar:7: delivery #1 was not answered as the story wants
	//
	//       phase   Whoever knows the address of a receiver can post to it  (0 of 7 steps done)
	//       sent    => order.created @o8 !! bad-signature                      forged.txtar:6
	//       want    <= 4xx                                                     forged.txtar:7
	//       got        200                                                     at 09:00:00.000, attempt 1
	//
	//       The signature did not fit the body (bad-signature), and the receiver took it: whoever
	//       knows its address can send it anything.   see CLY-SIG-02
	//       so far app: 1 accepted, 0 refused, 0 failed
}

func ExampleRun_OnRotate() {
	t := &printer{} // in a test, its *testing.T
	defer t.end()

	s := scenarios.New("cartly", scenarios.Clock("2025-03-01T09:00:00Z frozen"), scenarios.Line("hook order.created -> app"))
	s.Rotate("app", "second", time.Hour)
	s.Deliver("order.created", scenarios.Body(`{"id": "ord_7"}`)).Answered("2xx")

	run := s.Start(t, scenarios.Secret("hook", "spring"), scenarios.Secret("second", "summer"))
	secret := run.Secret("hook")
	run.OnRotate(func(next string, overlap time.Duration) {
		fmt.Println(secret, "is good for", overlap, "more; then it is", next)
		secret = next
	})
	run.Receiver(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		fmt.Println(err, cartly.Verify(secret, body, r.Header.Get(cartly.SignatureHeader)))
	}))
	// Output:
	// spring is good for 1h0m0s more; then it is summer
	// <nil> <nil>
}

// A tool reads a scenario as JSON, with the lines of its steps.
func ExampleScenario_MarshalJSON() {
	files := fstest.MapFS{"ann.txtar": {Data: []byte("scenario 1 cartfunnel\n-> GET ~/customers/1.json x1..\n<- live mail=email !! reset\n")}}
	s, err := scenarios.Load(files, "ann.txtar")
	if err != nil {
		panic(err)
	}
	text, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	step := gjson.GetBytes(text, "steps.0")
	fmt.Println(step.Get("line"), step.Get("request.op"), step.Get("request.path"), step.Get("answer.captures.mail"), step.Get("answer.faults"))
	// Output: 2 GetCustomer /v1/customers/1.json email ["reset"]
}

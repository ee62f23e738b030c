package scenarios_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartfunnel"
	"github.com/cartdouble/cartdouble/fake/cartly"
	"github.com/cartdouble/cartdouble/scenarios"
)

// with sets what Open does, as one would on the command line, and gives a file
// that is not there yet.
func with(word string) (file string, done func()) {
	dir, err := os.MkdirTemp("", "recorded")
	if err != nil {
		panic(err)
	}
	was := map[string]string{"SCENARIOS": os.Getenv("SCENARIOS"), "CI": os.Getenv("CI")}
	os.Setenv("SCENARIOS", word)
	os.Setenv("CI", "")
	return filepath.Join(dir, "customers.txtar"), func() {
		for name, value := range was {
			os.Setenv(name, value)
		}
		_ = os.RemoveAll(dir)
	}
}

// steps prints the requests, answers and deliveries of a file.
func steps(file string) {
	data, err := os.ReadFile(file)
	if err != nil {
		fmt.Println("no file")
		return
	}
	for line := range strings.Lines(string(data)) {
		if line[:1] == "-" && line[1:2] == ">" || line[:1] == "<" || line[:1] == "=" {
			fmt.Print(line)
		}
	}
}

// theService stands for the service itself, with two customers.
func theService() *cartfunnel.Server {
	shop := cartfunnel.New(cartfunnel.WithAccount("myshop", "secret-of-the-shop"))
	shop.Customers.Add(cartfunnel.Customer{ID: 880001, Email: "ann@example.com"})
	return shop
}

// A fake is recorded in the process, in a synctest bubble too: the file has the
// times of its clock.
func ExampleUpstreamFake() {
	shop := cartfunnel.New(cartfunnel.WithAccount("myshop", "secret-of-the-shop"), fake.At(time.Date(2025, 3, 1, 9, 0, 0, 0, time.UTC)))
	defer shop.Close()
	file, done := with("record")
	defer done()
	func() {
		t := &printer{} // in a test, its *testing.T
		defer t.end()
		run := scenarios.Open(t, file,
			scenarios.UpstreamFake(shop.Server),
			scenarios.Credential("account", "myshop"),
			scenarios.Secret("api", "secret-of-the-shop"))
		send(run.Client(), "GET", run.BaseURL()+"/customers.json", run.Credentials(), "")
	}()
	text, _ := os.ReadFile(file)
	fmt.Print(strings.Join(strings.SplitAfter(string(text), "\n")[:7], ""))
	// Output:
	// GET 200 true <nil>
	// scenario 1 cartfunnel
	// origin   recorded 2025-03-01 rules=cartfunnel+1
	// clock    2025-03-01T09:00:00Z
	// auth     account=myshop secret={{secret.api}}
	//
	// -> GET ~/customers.json
	// <- 200 @list-customers
}

// The same lines record, with SCENARIOS=record in the environment, and replay
// without it.
func ExampleOpen() {
	shop := theService()
	defer shop.Close()
	story := func(file string) {
		t := &printer{} // in a test, its *testing.T
		defer t.end()
		run := scenarios.Open(t, file,
			scenarios.API("cartfunnel"),
			scenarios.Upstream(shop.URL()),
			scenarios.Credential("account", "myshop"),
			scenarios.Secret("api", "secret-of-the-shop"))
		send(run.Client(), "GET", run.BaseURL()+"/customers.json", run.Credentials(), "")
	}
	file, done := with("record") // SCENARIOS=record go test
	defer done()
	story(file)
	steps(file)

	os.Setenv("SCENARIOS", "replay") // or nothing at all
	shop.Close()
	story(file)
	// Output:
	// GET 200 true <nil>
	// -> GET ~/customers.json
	// <- 200 @list-customers-ann
	// GET 200 true <nil>
}

// Values of the service that come back in a request become placeholders, so the
// next recording has the same file.
func ExampleUpstream() {
	shop := theService()
	defer shop.Close()
	file, done := with("record")
	defer done()
	t := &printer{} // in a test, its *testing.T
	run := scenarios.Open(t, file, scenarios.API("cartfunnel"), scenarios.Upstream(shop.URL()),
		scenarios.Credential("account", "myshop"), scenarios.Secret("api", "secret-of-the-shop"))
	send(run.Client(), "GET", run.BaseURL()+"/customers.json", run.Credentials(), "")
	send(run.Client(), "GET", run.BaseURL()+"/customers/880001.json", run.Credentials(), "")
	t.end()
	steps(file)
	// Output:
	// GET 200 true <nil>
	// GET 200 true <nil>
	// -> GET ~/customers.json
	// <- 200 @list-customers-ann
	// -> GET ~/customers/{{customer1.id}}.json
	// <- 200 @get-customer-ann
}

// quiet is a printer for errors that name a port, which differs each time.
type quiet struct{ printer }

func (*quiet) Errorf(string, ...any) {}

// Without AllowWrites nothing is changed where a recording is made of.
func ExampleAllowWrites() {
	shop := theService()
	defer shop.Close()
	file, done := with("record")
	defer done()
	create := func(opts ...scenarios.Option) {
		t := &quiet{} // in a test, its *testing.T
		defer t.end()
		run := scenarios.Open(t, file, append(opts, scenarios.API("cartfunnel"), scenarios.Upstream(shop.URL()),
			scenarios.Credential("account", "myshop"), scenarios.Secret("api", "secret-of-the-shop"))...)
		send(run.Client(), "POST", run.BaseURL()+"/customers.json", run.Credentials(), `{"customer": {"email": "bob@example.com"}}`)
		for _, problem := range run.Report().Problems {
			fmt.Println(regexp.MustCompile(`127.*?;`).ReplaceAllString(problem, "the service;"))
		}
	}
	create()
	fmt.Println(shop.Customers.Len(), "customer")
	create(scenarios.AllowWrites())
	fmt.Println(shop.Customers.Len(), "customers")
	steps(file)
	// Output:
	// POST 501 true <nil>
	// POST /v1/customers.json: it would change something at the service; scenarios.AllowWrites() lets the recording do that
	// 1 customer
	// POST 200 true <nil>
	// 2 customers
	// -> POST ~/customers.json @create-customer-bob-sent
	// <- 200 @create-customer-bob
}

// A service that sends deliveries is given Run.HookURL. They are passed on to the
// receiver, and written down where they happened; while the story is played, the
// fake sends and signs them.
func ExampleRun_HookURL() {
	shop := cartly.New(cartly.WithToken("at_theTokenOfTheApp1", cartly.Scopes()...), cartly.WithWebhookSecret("whsec_OfTheShop1"))
	defer shop.Close()
	story := func(file string) {
		t := &printer{} // in a test, its *testing.T
		defer t.end()
		run := scenarios.Open(t, file, scenarios.API("cartly"), scenarios.Upstream(shop.URL()), scenarios.AllowWrites(),
			scenarios.Secret("token", "at_theTokenOfTheApp1"), scenarios.Secret("hook", "whsec_OfTheShop1"))
		heard := make(chan error, 1)
		run.Receiver(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			heard <- cartly.Verify(run.Secret("hook"), body, r.Header.Get(cartly.SignatureHeader))
		}))
		call := func(path, body string) {
			req, _ := http.NewRequest("POST", run.BaseURL()+path, strings.NewReader(body))
			req.Header.Set("Authorization", "Bearer "+run.Credentials()["token"])
			req.Header.Set("Content-Type", "application/json")
			resp, err := run.Client().Do(req)
			if err != nil {
				panic(err)
			}
			resp.Body.Close()
		}
		call("/apps/api/webhooks", `{"url": "`+run.HookURL()+`", "events": ["customer.created"]}`)
		call("/apps/api/customers", `{"email": "ann@example.com"}`)
		fmt.Println("heard:", <-heard)
	}
	file, done := with("record")
	defer done()
	story(file)
	steps(file)

	os.Setenv("SCENARIOS", "")
	story(file)
	// Output:
	// heard: <nil>
	// -> POST ~/apps/api/webhooks @create-webhook-sent
	// <- 201 @create-webhook
	// -> POST ~/apps/api/customers @create-customer-ann-sent
	// <- 201 @create-customer-ann
	// => customer.created raw @customer-created-ann
	// <= 2xx
	// heard: <nil>
}

// Twice asks everything again at the end: what differs is volatile, even where it
// does not look so.
func ExampleTwice() {
	n := 41
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		n++
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		fmt.Fprintf(w, `{"queue": %d, "shop": "Mugs"}`, n)
	}))
	defer service.Close()
	file, done := with("record")
	defer done()
	t := &printer{} // in a test, its *testing.T
	run := scenarios.Open(t, file, scenarios.API("cartfunnel"), scenarios.Upstream(service.URL), scenarios.Twice(),
		scenarios.Secret("api", "secret-of-the-shop"), scenarios.Credential("account", "myshop"))
	send(run.Client(), "GET", run.BaseURL()+"/shop.json", run.Credentials(), "")
	t.end()
	data, err := os.ReadFile(file)
	_, section, _ := strings.Cut(string(data), ".json --\n")
	fmt.Print(section, err)
	// Output:
	// GET 200 true <nil>
	// {"queue": "{{:int}}", "shop": "Mugs"}
	// <nil>
}

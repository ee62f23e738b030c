package redact_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/cartdouble/cartdouble/internal/redact"
)

// A story is what one set of rules makes of bodies, one after the other.
func story(t *testing.T, api string, bodiesAndWants ...string) {
	t.Helper()
	r := rules(t, api, nil)
	for i := 0; i < len(bodiesAndWants); i += 2 {
		out := request(t, r, post(bodiesAndWants[i]))
		if got := string(out.Body); got != bodiesAndWants[i+1] {
			t.Errorf("body %d:\ngot  %s\nwant %s", i/2+1, got, bodiesAndWants[i+1])
		}
	}
}

func TestOnePersonHasOneStandIn(t *testing.T) {
	t.Parallel()
	story(t, "cartfunnel",
		`{"customer":{"email":"ann@firm.de","first_name":"Ann","last_name":"Real"}}`,
		`{"customer":{"email":"person1@example.com","first_name":"First1","last_name":"Last1"}}`,
		`{"id":7,"last_name":"Real","first_name":"Bob","phone":"0170 1234567","email":"bob@firm.de"}`,
		`{"id":7,"last_name":"Last1","first_name":"First2","phone":"0000 0000002","email":"person2@example.com"}`,
		`{"errors":["ann@firm.de has been taken by Ann Real, call 0170 1234567"]}`,
		`{"errors":["person1@example.com has been taken by First1 Last1, call 0000 0000002"]}`,
		`{"customer":{"first_name":"Anna"}}`,
		`{"customer":{"first_name":"First3"}}`,
		`{"email":"ann@firm.de","first_name":"Anna","last_name":"Real"}`,
		`{"email":"person1@example.com","first_name":"First3","last_name":"Last1"}`,
	)
}

func TestNamesInOnePieceAndInTwo(t *testing.T) {
	t.Parallel()
	story(t, "other",
		`{"first_name":"Ann","last_name":"van der Real"}`, `{"first_name":"First1","last_name":"Last1"}`,
		`{"full_name":"Ann van der Real"}`, `{"full_name":"First1 Last1"}`,
		`{"full_name":"van der Real, Ann"}`, `{"full_name":"Last1, First1"}`,
		`{"full_name":"Bob Ray Lane"}`, `{"full_name":"First2 Last2"}`,
		`{"first_name":"Bob Ray","last_name":"Lane"}`, `{"first_name":"First2","last_name":"Last2"}`,
		`{"full_name":"Lane"}`, `{"full_name":"Last2"}`,
		`{"full_name":"Cleo"}`, `{"full_name":"First3"}`,
		`{"first_name":"Cleo"}`, `{"first_name":"First3"}`,
	)
}

func TestLetterCaseAndPlusAddressesAreKept(t *testing.T) {
	t.Parallel()
	story(t, "other",
		`["ann@firm.de","Ann@Firm.de","ANN@FIRM.DE","ann@FIRM.de"]`,
		`["person1@example.com","Person1@Example.com","PERSON1@EXAMPLE.COM","person1@Example.com"]`,
		`["ann+shop@firm.de","ann+NEWS@firm.de","bob+shop@firm.de","4711@firm.de"]`,
		`["person1+tag1@example.com","person1+TAG2@example.com","person2+tag1@example.com","person3@example.com"]`,
		`{"first_name":"ANN","last_name":" real "}`,
		`{"first_name":"FIRST4","last_name":" last4 "}`,
	)
}

func TestAddressesInOddPlaces(t *testing.T) {
	t.Parallel()
	story(t, "other",
		`{"ann@firm.de":{"mailto":"mailto:ann%40firm.de?cc=bob%2bx@firm.de"}}`,
		`{"person1@example.com":{"mailto":"mailto:person1%40example.com?cc=person2%2btag1@example.com"}}`,
		`{"html":"<a href=\"mailto:ann&#64;firm.de\">ann@firm.de<\/a>"}`,
		`{"html":"<a href=\"mailto:person1&#64;example.com\">person1@example.com<\/a>"}`,
		`{"email":"o/real!x@firm.de","b":"d'real@firm.de, <ann@firm.de>;'bob@firm.de'"}`,
		`{"email":"person3@example.com","b":"person4@example.com, <person1@example.com>;'person2@example.com'"}`,
		`{"icon":"logo@2x.png","go":"x@v1.2.3","at":"@ann","url":"https://user@shop.example.com/"}`,
		`{"icon":"logo@2x.png","go":"x@v1.2.3","at":"@ann","url":"https://user@shop.example.com/"}`,
		`{"email":"ann","emails":"ann@example.org bob@x.test c@d.example.net"}`,
		`{"email":"ann","emails":"ann@example.org bob@x.test c@d.example.net"}`,
		`{"email":"bob@example.com.au"}`,
		`{"email":"person5@example.com"}`,
		`"ünal@straße.de"`,
		`"person6@example.com"`,
	)
}

// A stand-in that comes in is left, and its number is nobody else's.
func TestStandInsThatComeIn(t *testing.T) {
	t.Parallel()
	story(t, "other",
		`{"email":"person7@example.com","first_name":"First7","phone":"000 0009","zip":"00012","city":"City3"}`,
		`{"email":"person7@example.com","first_name":"First7","phone":"000 0009","zip":"00012","city":"City3"}`,
		`{"email":"ann@firm.de","first_name":"Ann","phone":"030 1234","zip":"10115","city":"Ulm"}`,
		`{"email":"person13@example.com","first_name":"First13","phone":"000 0013","zip":"00013","city":"City13"}`,
	)
}

func TestNameOfAPersonAndOfAThing(t *testing.T) {
	t.Parallel()
	story(t, "fluidpay",
		`{"name":"Mug","sku":"A-1","settings":{"name":"x"}}`, `{"name":"Mug","sku":"A-1","settings":{"name":"x"}}`,
		`{"name":"Ann Real","email":"ann@firm.de"}`, `{"name":"First1 Last1","email":"person1@example.com"}`,
	)
}

func TestWhatIsLeftOfAPerson(t *testing.T) {
	t.Parallel()
	story(t, "other",
		`{"phone":"","first_name":null,"city":" ","zip":"K1A 0B1","phones":["1","n/a","+1 617 555 0100"],"birthday":438393600,"birthdate":"Feb"}`,
		`{"phone":"","first_name":null,"city":" ","zip":"00001","phones":["00002","n/a","+0 000 000 0003"],"birthday":0,"birthdate":"redacted"}`,
		`{"first_name":{"op":"=","value":"Ann"},"country":"DE","state":"BW"}`,
		`{"first_name":{"op":"=","value":"First4"},"country":"DE","state":"BW"}`,
		`{"phone":"1234","fax":"12345"}`, // a bug once: four digits became 0001, which was taken for no stand-in
		`{"phone":"00005","fax":"00006"}`,
		`{"zip":89073,"phone":1.5,"age":44}`,
		`{"zip":10000007,"phone":1.5,"age":44}`,
	)
}

func TestFormsAndQueries(t *testing.T) {
	t.Parallel()
	r := rules(t, "other", nil)
	form := post("customer%5Bfirst_name%5D=Ann&customer[last_name]=van%20Real&email=ann%40firm.de&tag=a+b&tag=c", "Content-Type", "application/x-www-form-urlencoded")
	want := "customer%5Bfirst_name%5D=First1&customer[last_name]=Last1&email=person1%40example.com&tag=a+b&tag=c"
	if got := string(request(t, r, form).Body); got != want {
		t.Errorf("form:\ngot  %s\nwant %s", got, want)
	}
	got := request(t, r, get("/v1/people/ann@firm.de?street=Long+Lane+1&x=%zz&page=2&flag#top")).Target
	if want := "/v1/people/person1@example.com?street=2+Example+Street&x=%zz&page=2&flag#top"; got != want {
		t.Errorf("query:\ngot  %s\nwant %s", got, want)
	}
}

// A message keeps everything that is nobody's.
func TestBodiesStayAsTheyAre(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{ "a" : 1.50, "a": 1e400 , "\u00e9":"\/x\u00e9", "b":[ ] ,"c":{ },"n":-0, "t":true }` + "\n",
		"\ufeff{\"a\":1}", `[]`, `"x"`, `12345678901234567890`, "plain text, a=b: c", "\x00\xff\x80", "", "a=1&b=%2f&a=1",
		`{"id":"d0eda07svrvasm00000g","ref":"fe254495-bca4-4d2b-9960-da166ae5f36f","order":"ord_01H8XGJWBWBAQ4Z5ZJ3Q9Y7K2M"}`,
		`{"page_token":"abc1","public_hash":"` + strings.Repeat("0f3c", 16) + `","img":"data:image/png;base64,` + random + `"}`,
		`{"url":"https://customer-account-fields.docs.bonify.io/article/467-rest-api-v2","path":"/apps/cf_app/public-api/customer_fields/v2/customers"}`,
		`{"text":"product_subtitle_verbiage_and_customer-account-fields-2","at":"2025-03-01T09:00:00.000Z","n":"12345678901234567890123456"}`,
		`{"realm":"Bearer error=\"invalid_token\"","say":"Basic authentication needs a token: none given","tokens":[],"has_password":true}`,
	} {
		m := post(body)
		if out := request(t, rules(t, "bonify", map[string]string{"a": "hunter2"}), m); string(out.Body) != body {
			t.Errorf("got  %q\nwant %q", out.Body, body)
		}
	}
}

// Two sets of rules that see the same make the same.
func TestRedactionIsDeterministic(t *testing.T) {
	t.Parallel()
	const body = `{"b":{"email":"ann@firm.de","city":"Ulm","zip":"89073"},"a":[{"phone":"030 123456"},{"email":"bob@firm.de"}]}`
	first := request(t, rules(t, "other", nil), post(body))
	for range 20 {
		if again := request(t, rules(t, "other", nil), post(body)); string(again.Body) != string(first.Body) {
			t.Fatalf("got  %s\nthen %s", first.Body, again.Body)
		}
	}
}

// What is known of people later is found in what was finished before.
func TestScanFindsPeopleThatAreKnownByNow(t *testing.T) {
	t.Parallel()
	r := rules(t, "other", nil)
	early := redact.Message{Body: []byte(`{"note":"Ann Real, Long Lane 12, 0170/1234567"}`)}
	once := request(t, r, early)
	if err := r.Scan(once.Body); err != nil {
		t.Errorf("nobody is known yet: %v", err)
	}
	request(t, r, post(`{"first_name":"Ann","last_name":"Real","street":"Long Lane 12","phone":"0170/1234567"}`))
	want := "redact: line 1: people.2: what stands there should have been redacted\nredact: line 1: people.3: what stands there should have been redacted\nredact: line 1: people.4: what stands there should have been redacted"
	if err := r.Scan(once.Body); err == nil || err.Error() != want {
		t.Errorf("got error:\n%v\nwant:\n%s", err, want)
	}
	again := request(t, r, once)
	if got, want := string(again.Body), `{"note":"First1 Last1, 1 Example Street, 0000/0000001"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if err := r.Scan(again.Body); err != nil {
		t.Error(err)
	}
}

// Many goroutines may share one set of rules: each person has one stand-in.
func TestRulesAreShared(t *testing.T) {
	t.Parallel()
	r := rules(t, "other", nil)
	var all sync.WaitGroup
	made := make([]string, 16)
	for i := range made {
		all.Go(func() {
			out, err := r.Request(post(fmt.Sprintf(`{"email":"ann%d@firm.de","phone":"030 1234567"}`, i%4)))
			if err != nil {
				t.Error(err)
			}
			if err := r.Scan(out.Body); err != nil {
				t.Error(err)
			}
			made[i] = string(out.Body)
		})
	}
	all.Wait()
	different := map[string]bool{}
	for i, got := range made {
		different[got] = true
		if got != made[i%4] {
			t.Errorf("person %d is %s and %s", i%4, made[i%4], got)
		}
	}
	if len(different) != 4 {
		t.Errorf("four people have %d stand-ins", len(different))
	}
}

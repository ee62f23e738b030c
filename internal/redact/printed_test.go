package redact_test

import (
	"strings"
	"testing"

	"github.com/cartdouble/cartdouble/internal/redact"
)

// What a failing test prints has the people whom the test has made up, under the
// names of each API too, and none of the credentials.
func TestPeopleStayInWhatTestsPrint(t *testing.T) {
	t.Parallel()
	const key = "0123-key-of-the-shop"
	bodies := map[string][]string{
		"cscart": {`{"ip_address":"10.0.0.1","user_login":"ann","b_city":"Bonn","s_phone":"0228 1234","firstname":"Ann"}`},
		"bonify": {`{"first_name":"Ann","customer_fields":[{"machine_name":"phone","value":"0228 1234"}]}`},
		"cartly": {`{"email":"ann@firm.de","first_name":"Ann","address":{"city":"Bonn"}}`},
	}
	for api, texts := range bodies {
		r := redact.ForTests(api, map[string]string{"api_key": key})
		for _, body := range texts {
			out, err := r.Response(redact.Message{Body: []byte(body[:len(body)-1] + `,"note":"` + key + `"}`)})
			if want := body[:len(body)-1] + `,"note":"redacted"}`; err != nil || string(out.Body) != want {
				t.Errorf("%s: %v\ngot  %s\nwant %s", api, err, out.Body, want)
			}
		}
	}
	out, err := redact.ForTests("bonify", nil).Request(redact.Message{Method: "GET", Target: "/v2/customers?filters=first_name|equals|Ann"})
	if err != nil || !strings.Contains(out.Target, "|Ann") {
		t.Errorf("%v, %s", err, out.Target)
	}
}

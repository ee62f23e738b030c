package conformance

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/cartdouble/cartdouble/fake"
)

// fits checks a JSON text against one of the published schemas.
func fits(t *testing.T, schema string, text []byte) error {
	t.Helper()
	file, err := fs.ReadFile(Schemas, schema)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(schema, doc); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile(schema)
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return err
	}
	return compiled.Validate(value)
}

func written(t *testing.T, r *Report) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := r.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestJSONOfAReport(t *testing.T) {
	t.Parallel()
	text := written(t, everything())
	golden(t, "report.json", string(text))
	if err := fits(t, "report_v1.schema.json", text); err != nil {
		t.Error(err)
	}
}

// What is written is read again, whole.
func TestJSONIsReadAgain(t *testing.T) {
	t.Parallel()
	r := evaluate(t, Cartfunnel(), cartfunnelAdapter(bugged("CFN-SAVE-01a")), Client("shopkit v2"), Choose("BOOL_AS_STRING", "booleans"))
	for _, r := range []*Report{r, everything()} {
		text := written(t, r)
		if err := fits(t, "report_v1.schema.json", text); err != nil {
			t.Error(err)
		}
		again, err := ReadReport(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(text), string(written(t, again))); d != "" {
			t.Errorf("written, read and written differ (-first +second):\n%s", d)
		}
		if d := cmp.Diff(r.text(false), again.text(false)); d != "" {
			t.Errorf("its text is another (-first +second):\n%s", d)
		}
	}
}

func TestJSONHasNoSecrets(t *testing.T) {
	t.Parallel()
	r := evaluate(t, Cartfunnel(), cartfunnelAdapter(bugged("CFN-AUTH-03a")))
	text := string(written(t, r))
	if len(r.Failed()) == 0 || !strings.Contains(text, "***") {
		t.Fatal("the report shows no exchange with a secret to hide")
	}
	for _, secret := range []string{"your_api_secret", "wrong-secret"} {
		if strings.Contains(text, secret) {
			t.Errorf("%q stands in the report", secret)
		}
	}
}

func TestSchemaRefusesOtherReports(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(doc, check map[string]any){
		"no such state":        func(_, c map[string]any) { c["state"] = "GOOD" },
		"passing is no fail":   func(_, c map[string]any) { c["failure"] = true },
		"blocked by nothing":   func(_, c map[string]any) { c["state"] = "BLOCKED" },
		"an unknown member":    func(_, c map[string]any) { c["score"] = 7 },
		"an id of another way": func(_, c map[string]any) { c["id"] = "save-1" },
		"no verdict":           func(d, _ map[string]any) { delete(d, "verdict") },
		"another form":         func(d, _ map[string]any) { d["schema"] = "conformance_report_v2" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var doc map[string]any
			if err := json.Unmarshal(written(t, everything()), &doc); err != nil {
				t.Fatal(err)
			}
			change(doc, doc["checks"].([]any)[0].(map[string]any))
			text, err := json.Marshal(doc)
			if err != nil {
				t.Fatal(err)
			}
			if fits(t, "report_v1.schema.json", text) == nil {
				t.Error("the schema takes it")
			}
		})
	}
}

func TestReadReportSaysWhatItCannotRead(t *testing.T) {
	t.Parallel()
	with := func(old, new string) string { return strings.Replace(string(written(t, everything())), old, new, 1) }
	for want, text := range map[string]string{
		"this is no report: ":                                         "no",
		`a report of the form "" is not known; want`:                  "{}",
		`a report of the form "conformance_report_v9" is not known`:   with("conformance_report_v1", "conformance_report_v9"),
		`date: parsing time "soon"`:                                   with(`"date": "2026-11-30"`, `"date": "soon"`),
		`BON-URL-01: unknown state "GOOD"`:                            with(`"state": "PASS"`, `"state": "GOOD"`),
		`"x" is no id of a check`:                                     with(`"id": "BON-URL-01"`, `"id": "x"`),
		`BON-PAGE-06: the comment "two" of an exchange has no number`: with(`"comment": "#1"`, `"comment": "two"`),
		`does not begin with http://fake.test`:                        with("http://fake.test/v2/customers", "ftp://x/"),
		"illegal base64 data":                                         with(`"text": "/wA="`, `"text": "%%"`),
	} {
		_, err := ReadReport(strings.NewReader(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}

// someExchanges are the exchanges of the failure in everything.
func someExchanges() []fake.Exchange {
	at := time.Date(2025, 3, 1, 9, 0, 0, 0, time.UTC)
	return []fake.Exchange{
		{
			Seq: 1, At: at, Method: "GET", URL: "/v2/customers", Header: http.Header{"X-Api-Key": {"***"}},
			Status: 200, ReplyHeader: http.Header{"Content-Type": {"application/json"}}, ReplyBody: []byte(`{"next_page":"eyJ","customers":[{"id":1}]}`),
		},
		{
			Seq: 2, At: at.Add(1500 * time.Millisecond), Method: "GET", URL: "/v2/customers?next_page=eyJ&x=<b>", Header: http.Header{"X-Api-Key": {"***"}},
			Status: 200, ReplyHeader: http.Header{"Content-Type": {"application/json"}}, ReplyBody: []byte(`{"customers":[]}`), Fault: "slow-headers delay=1s",
		},
		{Seq: 3, At: at.Add(62 * time.Second), Method: "PUT", URL: "/v2/customers", Body: []byte{0xff, 0}, Header: http.Header{}},
	}
}

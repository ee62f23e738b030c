package redact_test

import (
	"bytes"
	"iter"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/golden"
	"github.com/cartdouble/cartdouble/internal/redact"
)

// credentials are what a client of each API sends with every call.
var credentials = map[string][]string{
	"cartfunnel": {"X-CARTFUNNEL-ACCOUNT", "myshop", "X-CARTFUNNEL-API-SECRET", "cf-secret-0001"},
	"cscart":     {"Authorization", "Basic YW5uQGZpcm0uZGU6Q2FydEtleTAwMDAx"},
	"fluidpay":   {"Authorization", "api_CartKeyOfTheShop00001"},
	"bonify":     {"X-Shop-Domain", "shop.myshopify.com", "X-Api-Key", "bonify-key-0001"},
	"cartly":     {"Authorization", "Bearer at_01H80000000000000000000001"},
}

var ofCredentials = []string{"cf-secret-0001", "YW5uQGZpcm0", "CartKey", "bonify-key-0001", "at_01H8"}

// exchanges reads the recorded exchanges of an API, as if people lived at the
// addresses in them.
func exchanges(t *testing.T, api string) map[string]golden.Transcript {
	t.Helper()
	files, err := filepath.Glob("../../fake/" + api + "/testdata/golden/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no samples of %s: %v", api, err)
	}
	all := map[string]golden.Transcript{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		transcript, err := golden.Parse(bytes.ReplaceAll(data, []byte("@example.com"), []byte("@firm.de")))
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		all[filepath.Base(file)] = transcript
	}
	return all
}

func header(fields []golden.Field, more ...string) http.Header {
	h := headers(more...)
	for _, f := range fields {
		h.Add(f.Name, f.Value)
	}
	return h
}

// messages are the requests and answers of a transcript, deliveries included.
func messages(api string, transcript golden.Transcript) []redact.Message {
	var all []redact.Message
	hook := func(h golden.Hook) {
		all = append(all, redact.Message{Method: h.Request.Method, Target: h.Request.Target, Header: header(h.Request.Header), Body: h.Request.Body},
			redact.Message{Header: header(h.Answer.Header), Body: h.Answer.Body})
	}
	for _, x := range transcript.Exchanges {
		all = append(all, redact.Message{Method: x.Request.Method, Target: x.Request.Target, Header: header(x.Request.Header, credentials[api]...), Body: x.Request.Body},
			redact.Message{Header: header(x.Response.Header), Body: x.Response.Body})
		for _, h := range x.Hooks {
			hook(h)
		}
	}
	for _, h := range transcript.Hooks {
		hook(h)
	}
	return all
}

// samples are all messages of the exchanges of an API, each with the name of its
// file.
func samples(t *testing.T, api string) iter.Seq2[string, redact.Message] {
	t.Helper()
	all := exchanges(t, api)
	return func(yield func(string, redact.Message) bool) {
		for _, name := range slices.Sorted(maps.Keys(all)) {
			for _, m := range messages(api, all[name]) {
				if !yield(name, m) {
					return
				}
			}
		}
	}
}

var number = regexp.MustCompile(`[:\[,]-?[0-9][0-9.eE+-]*`)

// shapeOf is a document without its strings: keys, order, numbers.
func shapeOf(doc []byte) string {
	var keys []string
	var walk func(v gjson.Result)
	walk = func(v gjson.Result) {
		v.ForEach(func(key, value gjson.Result) bool {
			keys = append(keys, key.String())
			if value.IsObject() || value.IsArray() {
				walk(value)
			}
			return true
		})
	}
	walk(gjson.ParseBytes(doc))
	return strings.Join(keys, " ") + strings.Join(number.FindAllString(string(doc), -1), "")
}

// Real exchanges lose their credentials and people, and nothing else of their
// form; the scanner lets them through afterwards.
func TestSamplesOfEachAPI(t *testing.T) {
	t.Parallel()
	for api := range credentials {
		t.Run(api, func(t *testing.T) {
			t.Parallel()
			r := rules(t, api, nil)
			var finished bytes.Buffer
			for name, m := range samples(t, api) {
				out := request(t, r, m)
				if gjson.ValidBytes(m.Body) && shapeOf(out.Body) != shapeOf(m.Body) {
					t.Errorf("%s: keys or numbers have changed:\n%s\n%s", name, m.Body, out.Body)
				}
				finished.WriteString(text(out) + "\n")
			}
			for _, gone := range append([]string{"@firm.de", "%40firm.de", "Benning", "44 Main street", "77 77 777"}, ofCredentials...) {
				if i := strings.Index(finished.String(), gone); i >= 0 {
					t.Errorf("%q is still there: …%s…", gone, finished.String()[max(0, i-200):min(finished.Len(), i+80)])
				}
			}
			if err := r.Scan(finished.Bytes()); err != nil {
				t.Error(err)
				for _, l := range err.(redact.Leaks) {
					t.Logf("%s", strings.Split(finished.String(), "\n")[l.Line-1])
				}
			}
		})
	}
}

// What the five APIs give as ids, hashes and cursors is not redacted, and what
// is looked up later is what was given out.
func TestIDsAndCursorsOfSamplesStay(t *testing.T) {
	t.Parallel()
	for api, kept := range map[string][]string{
		"cartfunnel": {`"id":32199`, "/v1/customers/32199.json", "X-Cartfunnel-Account: myshop", "2019-02-04T23:29:37.406-05:00"},
		"cscart":     {"/api/carts/3", `"user_id":"3"`, `"item_id":"822274303"`, `"total":"30.00"`, "Authorization: Basic redacted"},
		"fluidpay": {
			"d0doh5fsvrvasm390u6g", "2c2b1b32-c00e-4caa-9931-a21d1e4a8cc1", "testmerchant12345678", `"name":"initiatives"`,
			"X-Correlation-Id: d0eda07svrv00000000g", "Authorization: redacted", "dbb3fd7a-31f0-4431-8a55-1a1935844c64",
		},
		"bonify": {
			`"id":345345345346`, "eyJsYXN0X2lkIjozNDUzNDUzNDUzNDUsImxhc3RfdmFsdWUiOjE2MTc4OTk0MDAsImRpcmVjdGlvbiI6Im5leHQifSAg%2B%2F%2F%2BnBKDVyW%2BQg%3D%3D",
			"X-Shop-Domain: shop.myshopify.com", "filters=email|equals|person",
		},
		"cartly": {
			"cus_01H80000000000000000000001", "wh_01H80000000000000000000001", "X-Cartly-Hmac-Sha256: redacted",
			"X-Cartly-Shop-Domain: mystore.mycartly.pro", "Authorization: Bearer redacted", `"token_type":"Bearer"`, "code=redacted&state=xyz",
		},
	} {
		t.Run(api, func(t *testing.T) {
			t.Parallel()
			r := rules(t, api, nil)
			var finished strings.Builder
			for _, m := range samples(t, api) {
				finished.WriteString(text(request(t, r, m)))
			}
			for _, want := range kept {
				if !strings.Contains(finished.String(), want) {
					t.Errorf("%q is gone", want)
				}
			}
		})
	}
}

package scenarios_test

import (
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/scenarios"
)

// recordOf records what a client asks of an upstream, and gives the file. What was
// recorded has to be good, and to replay.
func recordOf(t *testing.T, up string, tell func(testing.TB, shopper), opts ...scenarios.Option) string {
	t.Helper()
	file := recordedTo(t)
	mode(t, "record")
	good(t, func(s *spy) {
		tell(t, newShopper(scenarios.Open(s, file, append(funnelOptions(up), opts...)...)))
	})
	replays(t, file, tell)
	if len(opts) == 0 { // what Twice finds, a file alone does not tell
		throughHAR(t, file)
	}
	return text(t, file)
}

// scripted is an upstream that gives the answers of a list, in turn.
func scripted(t *testing.T, answers ...string) string {
	var n atomic.Int64
	return upstream(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = io.WriteString(w, answers[int(n.Add(1)-1)%len(answers)])
	})
}

func get(paths ...string) func(testing.TB, shopper) {
	return func(t testing.TB, c shopper) {
		for _, p := range paths {
			c.must(t, 200, "GET", p, "")
		}
	}
}

func TestValuesThatComeBackGetNames(t *testing.T) {
	for name, c := range map[string]struct {
		answer string // to the first request
		next   func(answer string) (method, path, body string)
		file   []string // what the file has
	}{
		"an id in a path": {
			`{"customers": [{"id": 880001, "name": "Bob"}]}`,
			func(a string) (string, string, string) {
				return "GET", "/customers/" + first(a, `[0-9]{6}`) + ".json", ""
			},
			[]string{`"id": "{{customer1.id:int}}"`, "-> GET ~/customers/{{customer1.id}}.json"},
		},
		"an id in a query, among others": {
			`[{"id": 880001}, {"id": 880002}]`,
			func(a string) (string, string, string) {
				return "GET", "/customers.json?ids=" + strings.Join(regexp.MustCompile(`[0-9]{6}`).FindAllString(a, 2), "%2C"), ""
			},
			[]string{"query=ids={{customer1.id}}%2C{{customer2.id}}"},
		},
		"an id in a body, once as a text": {
			`{"order": {"id": 880001, "customer_id": "990001"}}`,
			func(a string) (string, string, string) {
				ids := regexp.MustCompile(`[0-9]{6}`).FindAllString(a, 2)
				return "POST", "/customers.json", `{"order": "` + ids[0] + `", "customer": ` + ids[1] + `}`
			},
			[]string{`"id": "{{order1.id:int}}"`, `"customer_id": "{{customer1.id:digits}}"`, `{"order": "{{order1.id:digits}}", "customer": "{{customer1.id:int}}"}`},
		},
		"a UUID": {
			`{"uuid": "0190a1b2-0000-7000-8000-0123456789ab"}`,
			func(a string) (string, string, string) {
				return "GET", "/customers/" + first(a, `[0-9a-f-]{36}`) + ".json", ""
			},
			[]string{`"uuid": "{{customer1.uuid:uuid}}"`, "-> GET ~/customers/{{customer1.uuid}}.json"},
		},
		"an id with its kind before it": {
			`{"data": {"id": "cus_8Zk3LmQ0"}}`,
			func(a string) (string, string, string) {
				return "GET", "/customers/" + first(a, `cus_[0-9A-Za-z]+`) + ".json", ""
			},
			[]string{`"id": "cus_{{customer1.id:token}}"`, "-> GET ~/customers/cus_{{customer1.id}}.json"},
		},
		"a cursor that needs escapes": {
			`{"next_cursor": "YWJj+ZGVm/Zw=="}`,
			func(a string) (string, string, string) {
				cursor := strings.Trim(first(a, `: ?"[^"]+`), `: "`)
				return "GET", "/customers.json?cursor=" + strings.NewReplacer("+", "%2B", "/", "%2F", "=", "%3D").Replace(cursor), ""
			},
			[]string{`{"next_cursor": "{{next_cursor1:cursor}}"}`, "query=cursor={{next_cursor1}}"},
		},
		"a cursor inside an address": {
			`{"next": "/v1/customers.json?after=YWJjZGVmZw&limit=250"}`,
			func(a string) (string, string, string) {
				return "GET", strings.TrimPrefix(first(a, `/v1[^"]+`), "/v1"), ""
			},
			[]string{`"/v1/customers.json?after={{after1:cursor}}&limit=250"`, "query=after={{after1}}&limit=250"},
		},
		"a time": {
			`{"updated_at": "2024-05-06T07:08:09Z"}`,
			func(a string) (string, string, string) {
				return "GET", "/customers.json?since=" + first(a, `2[^"]+`), ""
			},
			[]string{`"updated_at": "{{customer1.updated_at:time}}"`, "query=since={{customer1.updated_at}}"},
		},
		"a word that looks made up": {
			`{"coupon": "SAVE83K2"}`,
			func(a string) (string, string, string) {
				return "GET", "/customers.json?coupon=" + first(a, `"[^"]{8,}"`)[1:][:len(first(a, `"[^"]{8,}"`))-2], ""
			},
			[]string{`"coupon": "{{customer1.coupon:token}}"`, "query=coupon={{customer1.coupon}}"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := recordOf(t, scripted(t, c.answer, `{}`), func(t testing.TB, s shopper) {
				method, path, body := c.next(s.must(t, 200, "GET", "/customers.json", ""))
				s.must(t, 200, method, path, body)
			})
			for _, want := range c.file {
				assert.Contains(t, got, want)
			}
		})
	}
}

// first is what an expression finds in a text.
func first(text, expr string) string { return regexp.MustCompile(expr).FindString(text) }

func TestValuesThatStay(t *testing.T) {
	const answer = `{"id": 7, "page": 880001, "price_cents": 123456, "active": true, "name": "Mug 123456", "count": 4711,` +
		` "code": "SAVE83K2", "spent": 1.5, "text": "a sentence with 880001 in it"}`
	got := recordOf(t, scripted(t, answer, `{}`), get("/customers/7.json?page=880001", "/customers/7.json?price=123456", "/customers/8.json?count=4711"))
	assert.NotContains(t, got, "{{:", "counters, prices, texts and short numbers are meant as they are")
	assert.Contains(t, got, "-> GET ~/customers/7.json query=page=880001")
	for _, want := range []string{`"price_cents": 123456`, `"name": "Mug 123456"`, `"count": 4711`, `"code": "SAVE83K2"`, `"id": 7`} {
		assert.Contains(t, got, want)
	}
}

func TestVolatileValuesThatNeverComeBack(t *testing.T) {
	got := recordOf(t, scripted(t, `{"at": "2024-05-06T07:08:09.123-05:00", "created": {"on": 1715000000}, "request_id": "req-0815-ab", "prev_page": "YWJjZGVmZw==", "session_id": "0190a1b2-0000-7000-8000-0123456789ab", "order_id": 880001}`),
		get("/customers.json"))
	for _, want := range []string{`"at": "{{:time}}"`, `"on": "{{:unix}}"`, `"request_id": "{{:token}}"`, `"prev_page": "{{:cursor}}"`, `"session_id": "{{:uuid}}"`, `"order_id": "{{:int}}"`} {
		assert.Contains(t, got, want)
	}
}

func TestEqualIDsStayEqual(t *testing.T) {
	got := recordOf(t, scripted(t, `{"orders": [{"id": 880001, "customer_id": 990001}, {"id": 880002, "customer_id": 990001}]}`), get("/customers.json"))
	assert.Equal(t, 2, strings.Count(got, "{{customer1.id:int}}"))
}

func TestWhatTheClientMakesUp(t *testing.T) {
	n := 0
	got := recordOf(t, upstream(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		body, _ := io.ReadAll(r.Body)
		_, _ = w.Write(body)
	}), func(t testing.TB, c shopper) {
		n++
		ref := fmt.Sprintf("9b2f4c1a-%04d-4d5e-8f90-a1b2c3d4e5f6", n)
		echo := c.must(t, 200, "POST", "/customers.json", `{"ref": "`+ref+`", "sent_at": "`+time.Now().UTC().Format(time.RFC3339)+`", "born": "2001-02-03T04:05:06Z"}`)
		assert.Contains(t, echo, ref)
	})
	assert.Contains(t, got, `"sent_at": "{{customer2.sent_at:time}}"`, "the echo has to be the same")
	assert.Contains(t, got, `"born": "2001-02-03T04:05:06Z"`, "a fixed time of the test")
	assert.Contains(t, got, `"ref": "{{customer1.ref:uuid}}"`)
	assert.Contains(t, got, "@create-customer-sent\n<- 200 @create-customer-sent", "one section for both")
}

func TestBodiesThatAreNoPlainJSON(t *testing.T) {
	type answer struct{ media, body string }
	answers := []answer{
		{"text/html; charset=utf-8", "<p>Hello</p>\n"},
		{"text/plain; charset=utf-8", "plain\r\ntext"},
		{"image/png", "\x89PNG\xff\x00"},
		{"application/json", `{"text": "{{name}} said \"{{x}}\"", "n": 1.50, "n": 1e3, "u": "\u00e9\/"}`},
		{"application/x-www-form-urlencoded", "a=1&b=x+y&note=%7B%7B"},
		{"application/json; charset=utf-8", ``},
	}
	n := 0
	tell := func(t testing.TB, c shopper) {
		for i, a := range answers {
			got := c.must(t, 200, "GET", "/customers.json?n="+itoa(i), "")
			if i == 3 {
				assert.JSONEq(t, a.body, got)
				assert.Regexp(t, `"n": ?1\.50, ?"n": ?1e3, ?"u": ?"\\u00e9\\/"`, got)
				continue
			}
			assert.Equal(t, a.body, got)
		}
		c.must(t, 200, "POST", "/customers.json", `{"template": "Dear {{name}}"}`)
		c.must(t, 200, "POST", "/customers.json", "a=1\r\nb")
	}
	got := recordOf(t, upstream(t, func(w http.ResponseWriter, _ *http.Request) {
		a := answer{"application/json; charset=utf-8", "{}"}
		if n < len(answers) {
			a = answers[n]
		}
		n++
		w.Header().Set("Content-Type", a.media)
		_, _ = io.WriteString(w, a.body)
	}), tell)
	assert.Contains(t, got, `\u007b\u007bname}} said`)
	assert.Contains(t, got, `"n": 1.50, "n": 1e3`, "doubled keys and the spelling of numbers stay")
	assert.Contains(t, got, "Content-Type: text/html; charset=utf-8\n")
	assert.Contains(t, got, ".b64 --\nContent-Type: image/png\n")
}

func TestHeadersThatAreKept(t *testing.T) {
	got := recordOf(t, upstream(t, func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h.Set("Content-Type", "text/json")
		h.Set("Retry-After", "2")
		h.Set("X-Ratelimit-Limit", "40")
		h.Set("X-Ratelimit-Remaining", "39")
		h.Set("X-Total-Count", "2")
		h.Set("X-Request-Id", "6f2")
		h.Set("Set-Cookie", "session=secretsecret1234")
		h.Set("Server", "nginx")
		h.Set("Etag", `"abc"`)
		h.Add("Link", "</v1/customers.json?page=2>; rel=next")
		_, _ = io.WriteString(w, "{}")
	}), get("/customers.json"))
	assert.Contains(t, got, `Content-Type: text/json
Link: </v1/customers.json?page=2>; rel=next
Retry-After: 2
X-Ratelimit-Limit: 40
X-Ratelimit-Remaining: {{:int}}
X-Total-Count: 2

{}`)
	for _, dropped := range []string{"nginx", "session", "Etag", "X-Request-Id", "Date"} {
		assert.NotContains(t, got, dropped)
	}
}

func TestAddressesOfTheServiceAreTheDocumentedOnes(t *testing.T) {
	var up string
	up = upstream(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.Header().Set("Location", up+"/v1/customers/7.json")
		fmt.Fprintf(w, `{"self": %q, "escaped": "%s"}`, up+"/v1/x", strings.ReplaceAll(up, "/", `\/`))
	})
	got := recordOf(t, up, get("/customers.json"))
	assert.Contains(t, got, "Location: https://api.cartfunnel.net/v1/customers/7.json")
	assert.Contains(t, got, `{"self": "https://api.cartfunnel.net/v1/x", "escaped": "https:\/\/api.cartfunnel.net"}`)
}

func TestUpstreamWithAPath(t *testing.T) {
	var paths []string
	up := upstream(t, func(w http.ResponseWriter, r *http.Request) {
		paths = append(paths, r.URL.RequestURI())
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = io.WriteString(w, "{}")
	})
	got := recordOf(t, up+"/sandbox/api/", get("/customers.json?page=1"))
	require.Equal(t, []string{"/sandbox/api/customers.json?page=1"}, paths)
	assert.Contains(t, got, "-> GET ~/customers.json query=page=1")
}

func TestLongJSONIsFolded(t *testing.T) {
	long := `{"list": [` + strings.TrimSuffix(strings.Repeat(`{"name": "ä mug", "n": 1}, `, 12), ", ") + `], "short": [1, 2, 3], "empty": [], "none": {}}`
	got := recordOf(t, scripted(t, long), get("/customers.json"))
	for line := range strings.SplitSeq(got, "\n") {
		assert.LessOrEqual(t, len([]rune(line)), 100)
	}
	assert.Contains(t, got, "\n  \"short\": [1, 2, 3],\n  \"empty\": [],\n  \"none\": {}\n}\n")
}

func TestTwiceFindsWhatDiffers(t *testing.T) {
	n := 0
	up := upstream(t, func(w http.ResponseWriter, r *http.Request) {
		n++
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		if r.Method == "GET" && r.URL.Path != fmt.Sprintf("/v1/customers/88000%d.json", n-1) {
			w.WriteHeader(404)
		}
		fmt.Fprintf(w, `{"id": 88000%d, "balance": %d, "mood": "mood %d", "queue": "%d", "same": "2024-05-06T07:08:09Z", "name": "Bob"}`, n, 17*n, n, 100+n)
	})
	tell := func(t testing.TB, c shopper) {
		id := first(c.must(t, 200, "POST", "/customers.json", `{"name": "Bob"}`), `[0-9]{6}`)
		c.must(t, 200, "GET", "/customers/"+id+".json", "")
	}
	got := recordOf(t, up, tell, scenarios.Twice())
	require.Equal(t, 4, n, "each request twice, the second time with the id of then")
	for _, want := range []string{`"balance": "{{:int}}"`, `"mood": "{{:any}}"`, `"queue": "{{:digits}}"`, `"name": "Bob"`, "-> GET ~/customers/{{customer1.id}}.json"} {
		assert.Contains(t, got, want)
	}
}

func TestTwiceTellsOfOtherAnswers(t *testing.T) {
	mode(t, "record")
	n := 0
	up := upstream(t, func(w http.ResponseWriter, _ *http.Request) {
		if n++; n > 1 {
			w.WriteHeader(409)
		}
	})
	s := watch(func(s *spy) {
		run := scenarios.Open(s, recordedTo(t), append(funnelOptions(up), scenarios.Twice())...)
		newShopper(run).must(t, 200, "POST", "/customers.json", `{}`)
	})
	require.Len(t, s.failures(), 1)
	assert.Contains(t, s.failures()[0], "Twice: request #1, POST, was answered 200, and the second time 409")
}

func TestTraceTellsWhyValuesAreLinked(t *testing.T) {
	mode(t, "record")
	t.Setenv("SCENARIOS_TRACE", "1")
	s := good(t, func(s *spy) {
		run := scenarios.Open(s, recordedTo(t), funnelOptions(scripted(t, `[{"id": 880001, "at": "2024-05-06T07:08:09Z"}]`, "{}"))...)
		get("/customers.json", "/customers/880001.json")(t, newShopper(run))
	})
	assert.Contains(t, s.logged(), `{{customer1.id:int}}  <- GET /v1/customers.json [0].id  an id by its key
    back in -> GET /v1/customers/880001.json
{{:time}}  <- GET /v1/customers.json [0].at  a time`)
}

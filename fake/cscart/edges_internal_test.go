package cscart

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/cartdouble/cartdouble/fake"
)

func post(media, body string) *fake.Call {
	r := &http.Request{Method: "POST", URL: &url.URL{Path: "/api/carts/"}, Header: http.Header{}}
	if media != "" {
		r.Header.Set("Content-Type", media)
	}
	return &fake.Call{Request: r, Body: []byte(body)}
}

func TestEmptyData(t *testing.T) {
	t.Parallel()
	const parts = "multipart/form-data; boundary=x"
	for _, c := range []struct {
		media, body string
		empty       bool
	}{
		{"", "", true},
		{"", "a=1", false},
		{"", "a", false},
		{"", "&&", true},
		{"text/plain", "[]", true},
		{typeForm, "", true},
		{typeForm, "=1", true},
		{typeForm, "a[]=1", false},
		{typeJSON, "{}", true},
		{typeJSON, " [ ] ", true},
		{typeJSON, "{ \n}", true},
		{typeJSON, "null", true},
		{typeJSON, "0", true},
		{typeJSON, "0.0", true},
		{typeJSON, "-0e9", true},
		{typeJSON, "false", true},
		{typeJSON, `""`, true},
		{typeJSON, `"0"`, true},
		{typeJSON, `"\u0030"`, true},
		{typeJavaScript, "{}", true},
		{typeJSON, `"0.0"`, false},
		{typeJSON, "[[]]", false},
		{typeJSON, "[{}]", false},
		{typeJSON, "[null]", false},
		{typeJSON, `{"":0}`, false},
		{typeJSON, "true", false},
		{typeJSON, "1", false},
		{typeJSON, "0.1", false},
		{typeJSON, `["{"]`, false},
		{parts, "", true},
		{parts, "--x--\r\n", true},
		{"multipart/form-data", "--x\r\n", true},
		{parts, "--x\r\nContent-Type: text/plain\r\n\r\n1\r\n--x--\r\n", true},
		{parts, "--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--x--\r\n", false},
	} {
		assert.Equal(t, c.empty, emptyData(post(c.media, c.body)), "%s %q", c.media, c.body)
	}
}

func TestMethodParameter(t *testing.T) {
	t.Parallel()
	newer, older := New(WithEngine(Engine420)), New()
	t.Cleanup(newer.Close)
	t.Cleanup(older.Close)
	for _, c := range []struct{ query, media, body, want string }{
		{"", "", "", "POST"},
		{"_METHOD=get", "", "", "GET"},
		{"_METHOD=", "", "", "POST"},
		{"_METHOD[]=GET", "", "", "POST"},
		{"_method=GET", "", "", "POST"},
		{"_METHOD=GET", typeForm, "_METHOD=DELETE", "DELETE"},
		{"_METHOD=GET", typeForm, "_METHOD=", "GET"},
		{"", typeJSON, `{"_METHOD":"GET"}`, "POST"},
		{"", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"_METHOD\"\r\n\r\nDELETE\r\n--x--\r\n", "DELETE"},
	} {
		call := post(c.media, c.body)
		call.Request.URL.RawQuery = c.query
		assert.Equal(t, c.want, newer.method(call), "%+v", c)
		assert.Equal(t, "POST", older.method(call), "%+v", c)
	}
}

func TestWireOfOddRecords(t *testing.T) {
	t.Parallel()
	text := func(b []byte) string { return string(b) }
	assert.Equal(t, `[]`, text(appendOptions(nil, nil)))
	assert.Equal(t, `{"9":"7","3":"2"}`, text(appendOptions(nil, []Option{{9, 1}, {3, 2}, {9, 7}})))
	assert.Equal(t, `{"2":{"link_id":"3","usergroup_id":"2","status":"A","type":"C"},"7":{"link_id":"1","usergroup_id":"7","status":"P","type":"V"}}`,
		text(appendGroups(nil, []Usergroup{{1, 7, "P", "V"}, {2, 2, "D", "D"}, {3, 2, "A", "C"}})))
	assert.Equal(t, `{"-1":"x\/\u00e9<","2":[],"3":{"a":1,"b":{}},"10":null}`, text(appendFields(nil, map[int64]any{
		10: nil, 2: map[string]any{}, -1: "x/é<", 3: json.RawMessage(`{ "a":1, "b":{} }`),
	})))
	assert.Equal(t, "20010db8000000000000000000000001", hexOf("2001:db8::1"))
	assert.Equal(t, "c0000207", hexOf("192.0.2.7"))
	assert.Empty(t, hexOf("nowhere"))
}

func TestFieldsAreCopied(t *testing.T) {
	t.Parallel()
	inner := map[string]any{"b": []any{"c"}}
	given := &User{Fields: map[int64]any{
		1: map[string]any{"a": inner}, 2: []string{"x"}, 3: map[string]string{"k": "v"}, 4: json.RawMessage(`1`), 5: 7,
	}}
	copied := given.clone()
	assert.Equal(t, given, copied)
	inner["b"].([]any)[0] = "changed"
	given.Fields[2].([]string)[0] = "changed"
	given.Fields[3].(map[string]string)["k"] = "changed"
	given.Fields[4].(json.RawMessage)[0] = '2'
	assert.Equal(t, map[int64]any{
		1: map[string]any{"a": map[string]any{"b": []any{"c"}}}, 2: []string{"x"}, 3: map[string]string{"k": "v"}, 4: json.RawMessage(`1`), 5: 7,
	}, copied.Fields)
}

// An extra in the shop's own spelling is kept once; what goes in comes out.
func TestExtrasShareMemory(t *testing.T) {
	t.Parallel()
	s := New()
	t.Cleanup(s.Close)
	for _, given := range []string{`{"a":"\/\u00e9","b":[1.50]}`, `{ "a":"/é" }`} {
		cart := Cart{UserID: 7, Products: []Product{{ProductID: 1, Extra: json.RawMessage(given)}, {ProductID: 2, Extra: json.RawMessage(`{}`)}}}
		s.Carts.Add(cart)
		got, _ := s.Carts.Get(7)
		assert.Equal(t, given, string(got.Products[0].Extra))
		assert.Equal(t, `{}`, string(got.Products[1].Extra))
		got.Products[0].Extra[1] = 'x'
		s.Locked(func() {
			kept, wire := s.Carts.Look(7)
			assert.Equal(t, given, string(kept.Products[0].Extra))
			inside := &wire[strings.Index(string(wire), `"extra":`)+len(`"extra":`)]
			assert.Equal(t, !strings.Contains(given, " "), inside == &kept.Products[0].Extra[0])
		})
		s.Carts.Remove(7)
	}
}

func TestOptionsThatMakeNoSense(t *testing.T) {
	t.Parallel()
	for want, options := range map[string][]fake.Option{
		"without colon":               {WithAccount("a:b@example.com", "k")},
		"white space":                 {WithAccount(" a@example.com", "k")},
		"and a key":                   {WithUser(APIUser{Email: "a@example.com"})},
		`"view"; want one of`:         {WithUser(APIUser{Email: "a@example.com", Key: "k", Privileges: []fake.Scope{"view"}})},
		`"boss"; want one of`:         {WithUser(APIUser{Email: "a@example.com", Key: "k", Kind: "boss"})},
		"two users":                   {WithUser(APIUser{Email: "ADMIN@example.com", Key: "k"})},
		"company 0":                   {WithCompany(0)},
		"want a zone":                 {WithTimezone(nil)},
		"0 carts a page":              {WithPageSize(0)},
		`"total"; want one of`:        {WithDefaultSort("total", "asc")},
		`"ASC"; want one of`:          {WithDefaultSort("date", "ASC")},
		"does not sort by company":    {WithDefaultSort("company_id", "asc"), WithEdition(MultiVendor)},
		`"4.19"; want one of`:         {WithEngine("4.19")},
		`"free"; want one of`:         {WithEdition("free")},
		`"seo"; want one of`:          {WithAddons(Wishlist, "seo")},
		`"ignored"; want one of`:      {WithArrayIDs("ignored")},
		"WithAccount: want an e-mail": {WithAccount("", "")},
	} {
		func() {
			defer func() {
				said, _ := recover().(string)
				assert.Contains(t, said, want)
			}()
			New(options...)
		}()
	}
}

func TestFaultsThatMakeNoSense(t *testing.T) {
	t.Parallel()
	for words, want := range map[string]string{
		"persisted true": "nothing like it", "echo stored": "nothing like it", "word failed": "nothing like it", "status 200": "400 or more", "status 409": "", "errors no": "",
	} {
		name, value, _ := strings.Cut(words, " ")
		err := vet(fake.NewFault("not-saved").Set(name, value))
		if want == "" {
			assert.NoError(t, err, words)
		} else {
			assert.ErrorContains(t, err, want, words)
		}
	}
	assert.NoError(t, vet(fake.NewFault("server-error").Set("status", "503")))
	for _, name := range []string{"cursor-expired", "cursor-loop", "batch-stops", "limited-after-part", "silently-dropped"} {
		assert.Error(t, vet(fake.NewFault(name)), name)
	}
}

func TestPeriodsAtTheEdges(t *testing.T) {
	t.Parallel()
	settings := defaults()
	within := func(raw string, now time.Time) period {
		q := parseQuery(raw)
		return settings.periodOf(&q, now).period
	}
	second := func(text string) int64 {
		at, err := time.ParseInLocation("2006-01-02 15:04:05", text, settings.zone)
		assert.NoError(t, err)
		return at.Unix()
	}
	sunday := time.Date(2015, 3, 1, 23, 59, 59, 999, time.UTC)
	assert.Equal(t, period{second("2015-02-23 00:00:00"), second("2015-03-01 23:59:59")}, within("period=W", sunday))
	assert.Equal(t, period{second("2015-02-16 00:00:00"), second("2015-02-22 23:59:59")}, within("period=LW", sunday))
	assert.Equal(t, period{second("2015-02-01 00:00:00"), second("2015-02-28 23:59:59")}, within("period=LM", sunday))
	assert.Equal(t, period{second("2015-03-03 12:00:00"), second("2015-03-31 12:00:00")}, within("period=HM", time.Date(2015, 3, 31, 12, 0, 0, 0, time.UTC)))
	assert.Equal(t, period{second("2015-02-27 23:59:59"), second("2015-03-01 23:59:59")}, within("period=HC&last_days=2.9x", sunday))
	assert.Equal(t, period{second("2016-08-06 00:00:00"), second("2015-03-01 23:59:59")}, within("period=C&time_from=20/6/2015", sunday))
	assert.Equal(t, period{second("2015-06-20 00:00:00"), second("2015-06-21 23:59:59")}, within("period=C&time_from=6/20&time_to=6/21/0", sunday))
	assert.Equal(t, period{2016, 5}, within("period=x&time_from=2016-06-20&time_to=5.9", sunday))
	assert.Equal(t, always, within("period=A&time_from=5", sunday))
	assert.Equal(t, int64(-1<<63), within("period=HC&last_days=1e300", sunday).from)
	assert.Equal(t, int64(1<<63-1), within("period=HC&last_days=-1e300", sunday).from)

	settings.dayFirst = true
	zone, err := time.LoadLocation("America/New_York")
	assert.NoError(t, err)
	settings.zone = zone // a day of 23 hours
	day := within("period=C&time_from=13/03/2016&time_to=13/3/2016", sunday)
	assert.Equal(t, period{second("2016-03-13 00:00:00"), second("2016-03-13 23:59:59")}, day)
	assert.Equal(t, int64(23*60*60-1), day.to-day.from)
}

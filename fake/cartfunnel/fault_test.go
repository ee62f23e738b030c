package cartfunnel_test

import (
	"errors"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartfunnel"
)

// fault reads "name param=value param=value".
func fault(words string) fake.Fault {
	name, rest, _ := strings.Cut(words, " ")
	f := fake.NewFault(name)
	for word := range strings.FieldsSeq(rest) {
		key, value, _ := strings.Cut(word, "=")
		f = f.Set(key, append(f.All(key), strings.ReplaceAll(value, "_", " "))...)
	}
	return f
}

func TestWordsOfFaults(t *testing.T) {
	t.Parallel()
	cases := []struct {
		fault      string
		status     int
		body       string
		retryAfter string
	}{
		{"wrong-credentials", 403, forbidden, ""},
		{"wrong-credentials status=401", 401, `{"errors":["Unauthorized"]}`, ""},
		{"wrong-credentials body=empty", 403, "", ""},
		{"out-of-scope", 403, forbidden, ""},
		{"revoked", 403, forbidden, ""},
		{"rate-limited", 429, `{"errors":["Too many requests"]}`, ""},
		{"rate-limited retry-after=2s", 429, `{"errors":["Too many requests"]}`, "2"},
		{"rate-limited retry-after=2s form=date", 429, `{"errors":["Too many requests"]}`, "Sat, 01 Mar 2025 09:00:02 GMT"},
		{"server-error", 500, `{"errors":["Internal server error"]}`, ""},
		{"server-error status=502", 502, `{"errors":["Bad gateway"]}`, ""},
		{"server-error status=503 retry-after=30s", 503, `{"errors":["Service unavailable"]}`, "30"},
		{"server-error status=504", 504, `{"errors":["Gateway timeout"]}`, ""},
		{"server-error status=599", 599, `{"errors":["Error"]}`, ""},
		{"server-error body=empty", 500, "", ""},
		{"burst calls=1 mix=503", 503, `{"errors":["Service unavailable"]}`, ""},
	}
	for _, c := range cases {
		t.Run(c.fault, func(t *testing.T) {
			t.Parallel()
			shop := still(t)
			shop.Inject(fault(c.fault).Call(1))
			me := clientOf(t, shop)
			got := me.get("/customers.json")
			assert.Equal(t, c.status, got.status)
			assert.Equal(t, c.body, got.body)
			assert.Equal(t, c.retryAfter, got.header.Get("Retry-After"))
			for _, name := range []string{"WWW-Authenticate", "Link", "Allow"} {
				assert.NotContains(t, got.header, name)
			}
			assert.Equal(t, itoa(len(c.body)), got.header.Get("Content-Length"))
			assert.Equal(t, "Sat, 01 Mar 2025 09:00:00 GMT", got.header.Get("Date"))
			shop.Advance(time.Minute)
			after := me.get("/customers.json")
			assert.Equal(t, "[]", after.body)
			assert.Empty(t, after.header.Get("Retry-After"), "the header of one answer is not that of the next")
		})
	}
}

func TestNotSaved(t *testing.T) {
	t.Parallel()
	const jules = `{"customer":{"last_name":"Jules"}}`
	cases := []struct {
		name, fault string
		options     []cartfunnel.Option
		call        func(client) answer
		status      int
		keys        []string
		want        []any
	}{
		{
			name: "an update", fault: "not-saved", call: patch(jules), status: 200,
			keys: []string{"id", "last_name", "updated_at", "persisted", "errors"},
			want: []any{`1`, `"Jules"`, `"2025-03-01T04:00:00.000-05:00"`, `"true"`, `["An error has occurred"]`},
		},
		{
			name: "a creation", fault: "not-saved", call: post(`{"customer":{"email":"x@example.com"}}`), status: 200,
			keys: []string{"id", "email", "persisted", "errors"}, want: []any{`null`, `"x@example.com"`, `"false"`, `["An error has occurred"]`},
		},
		{name: "its sentences", fault: "not-saved errors=a errors=b_c", call: patch(jules), status: 200, keys: []string{"errors"}, want: []any{`["a","b c"]`}},
		{name: "stored values", fault: "not-saved echo=stored", call: patch(jules), status: 200, keys: []string{"last_name"}, want: []any{`"El"`}},
		{
			name: "attempted values, against the option", fault: "not-saved echo=attempt", options: options(cartfunnel.WithEcho(cartfunnel.Stored)),
			call: patch(jules), status: 200, keys: []string{"last_name"}, want: []any{`"Jules"`},
		},
		{name: "stored values of nothing", fault: "not-saved echo=stored", call: post(jules), status: 200, keys: []string{"last_name"}, want: []any{`"Jules"`}},
		{name: "an update that is not persisted", fault: "not-saved persisted=false", call: patch(jules), status: 200, keys: []string{"persisted"}, want: []any{`"false"`}},
		{
			name: "an update that is, against the option", fault: "not-saved persisted=true", options: options(cartfunnel.WithPersistedFalseOnUpdate()),
			call: patch(jules), status: 200, keys: []string{"persisted"}, want: []any{`"true"`},
		},
		{name: "a creation that says persisted", fault: "not-saved persisted=true", call: post(`{"customer":{"email":"x@example.com"}}`), status: 200, keys: []string{"id", "persisted"}, want: []any{`null`, `"true"`}},
		{name: "another status", fault: "not-saved status=422", call: patch(jules), status: 422, keys: []string{"errors"}, want: []any{`["An error has occurred"]`}},
		{name: "201 for a creation that failed", fault: "not-saved status=201", call: post(`{"customer":{"email":"x@example.com"}}`), status: 201, keys: []string{"persisted"}, want: []any{`"false"`}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			shop := still(t, c.options...)
			with(joe)(t, shop)
			before := shop.Snapshot()
			shop.Inject(fault(c.fault).Call(1))
			got := c.call(clientOf(t, shop))
			assert.Equal(t, c.status, got.status)
			assert.Equal(t, c.want, value(c.keys...)(got, shop))
			assert.Empty(t, fake.Diff(before, shop.Snapshot()))
			assert.False(t, shop.Calls()[0].Committed)
		})
	}
}

func TestSavedButSaysError(t *testing.T) {
	t.Parallel()
	const jules = `{"customer":{"last_name":"Jules"}}`
	for words, want := range map[string][]any{
		"saved-but-says-error":                 {500, `absent`, `absent`, `["Internal server error"]`},
		"saved-but-says-error status=503":      {503, `absent`, `absent`, `["Service unavailable"]`},
		"saved-but-says-error status=200":      {200, `1`, `"true"`, `["An error has occurred"]`},
		"saved-but-says-error status=422":      {422, `1`, `"true"`, `["An error has occurred"]`},
		"server-error status=502 apply=after":  {502, `absent`, `absent`, `["Bad gateway"]`},
		"server-error status=502 apply=before": {502, `absent`, `absent`, `["Bad gateway"]`},
	} {
		t.Run(words, func(t *testing.T) {
			t.Parallel()
			shop := still(t)
			with(joe)(t, shop)
			shop.Inject(fault(words).On(cartfunnel.UpdateCustomer).Call(1))
			me := clientOf(t, shop)
			got := me.patch("1", jules)
			assert.Equal(t, want, shown("id", "persisted", "errors")(got, shop))
			applied := !strings.HasSuffix(words, "before")
			stored, _ := shop.Customers.Get(1)
			assert.Equal(t, applied, stored.LastName == "Jules")
			assert.Equal(t, applied, shop.Calls()[0].Committed)
			assert.Equal(t, "none", errorsOf(me.get("/customers/1.json")), "what is kept has no errors")
		})
	}
}

func TestLostResponse(t *testing.T) {
	t.Parallel()
	shop := still(t)
	shop.Inject(fake.NewFault("lost-response").On(cartfunnel.CreateCustomer).Call(1))
	request, err := http.NewRequest("POST", shop.BaseURL()+"/customers.json", strings.NewReader(`{"customer":{"email":"x@example.com"}}`))
	require.NoError(t, err)
	request.Header = http.Header{"X-Cartfunnel-Account": {shop.Account()}, "X-Cartfunnel-Api-Secret": {shop.Secret()}, "Content-Type": {"application/json"}}
	_, err = shop.Client().Do(request) //nolint:bodyclose // there is no answer
	assert.True(t, errors.Is(err, syscall.ECONNRESET), "%v", err)
	assert.Equal(t, 1, shop.Customers.Len())
	exchange := shop.Calls(cartfunnel.CreateCustomer)[0]
	assert.True(t, exchange.Committed)
	assert.Contains(t, exchange.Fault, "lost-response")

	again := clientOf(t, shop).post(`{"customer":{"email":"x@example.com"}}`)
	assert.Equal(t, `["Email has already been taken"]`, errorsOf(again))
	assert.Contains(t, notes(shop)[0], "blind-repeat: ")
	assert.False(t, shop.Findings()[0].Mistake)
}

func TestFaultsOnUnknownOperations(t *testing.T) {
	t.Parallel()
	shop := cartfunnel.New()
	defer shop.Close()
	defer func() {
		text, _ := recover().(string)
		assert.Contains(t, text, `cartfunnel: fault server-error: on="DeleteCustomer"`)
		assert.Contains(t, text, "ListCustomers, GetCustomer, CreateCustomer, UpdateCustomer")
	}()
	shop.Inject(fake.NewFault("server-error").On("DeleteCustomer"))
}

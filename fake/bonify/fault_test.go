package bonify_test

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
	"github.com/cartdouble/cartdouble/fake/bonify"
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
	for _, c := range []struct {
		fault      string
		status     int
		body       string
		retryAfter string
	}{
		{"wrong-credentials", 403, failed("invalid request"), ""},
		{"wrong-credentials status=401", 401, failed("invalid request"), ""},
		{"wrong-credentials body=empty", 403, "", ""},
		{"out-of-scope", 403, failed("invalid request"), ""},
		{"revoked", 403, failed("invalid request"), ""},
		{"rate-limited", 429, failed("too many requests"), ""},
		{"rate-limited retry-after=2s", 429, failed("too many requests"), "2"},
		{"rate-limited retry-after=2s form=date", 429, failed("too many requests"), "Sat, 01 Mar 2025 09:00:02 GMT"},
		{"server-error", 500, failed("internal error"), ""},
		{"server-error status=502", 502, failed("bad gateway"), ""},
		{"server-error status=503 retry-after=30s", 503, failed("service unavailable"), "30"},
		{"server-error status=599", 599, failed("error"), ""},
		{"server-error body=empty", 500, "", ""},
		{"burst calls=1 mix=503", 503, failed("service unavailable"), ""},
		{"saved-but-says-error", 200, nothing, ""}, // it is for writes
	} {
		t.Run(c.fault, func(t *testing.T) {
			t.Parallel()
			shop := still(t)
			shop.Inject(fault(c.fault).Call(1).Optional())
			me := clientOf(t, shop)
			got := me.list()
			assert.Equal(t, c.status, got.status)
			assert.Equal(t, c.body, got.body)
			assert.Equal(t, c.retryAfter, got.header.Get("Retry-After"))
			for _, name := range []string{"WWW-Authenticate", "Link", "Allow"} {
				assert.NotContains(t, got.header, name)
			}
			assert.Equal(t, itoa(len(c.body)), got.header.Get("Content-Length"))
			shop.Advance(time.Minute)
			after := me.list()
			assert.Equal(t, nothing, after.body)
			assert.Empty(t, after.header.Get("Retry-After"), "the header of one answer is not that of the next")
		})
	}
}

func TestSavedButSaysError(t *testing.T) {
	t.Parallel()
	for words, want := range map[string]answer{
		"saved-but-says-error":                 {status: 500, body: failed("internal error")},
		"saved-but-says-error status=503":      {status: 503, body: failed("service unavailable")},
		"saved-but-says-error status=422":      {status: 422, body: failed("customer could not be saved")},
		"server-error status=502 apply=after":  {status: 502, body: failed("bad gateway")},
		"server-error status=502 apply=before": {status: 502, body: failed("bad gateway")},
	} {
		t.Run(words, func(t *testing.T) {
			t.Parallel()
			shop := still(t)
			with(bob)(t, shop)
			shop.Inject(fault(words).On(bonify.UpdateCustomers).Call(1))
			got := clientOf(t, shop).put(one(`{"id":345345345346,"last_name":"New"}`))
			assert.Equal(t, want, answer{status: got.status, body: got.body})
			applied := !strings.HasSuffix(words, "before")
			assert.Equal(t, applied, lastNames(shop)[0] == "New")
			assert.Equal(t, applied, shop.Calls()[0].Committed)
		})
	}
}

func TestLostResponse(t *testing.T) {
	t.Parallel()
	for _, twins := range []bool{false, true} {
		var options []bonify.Option
		if twins {
			options = append(options, bonify.WithDuplicateEmails(), fake.Allow("blind-repeat"))
		}
		shop := still(t, options...)
		shop.Inject(fake.NewFault("lost-response").On(bonify.CreateCustomers).Call(1))
		const body = `{"customers":[{"email":"x@example.com"}]}`
		request, err := http.NewRequest("POST", shop.BaseURL()+"/customers", strings.NewReader(body))
		require.NoError(t, err)
		request.Header = http.Header{"X-Shop-Domain": {shop.ShopDomain()}, "X-Api-Key": {shop.APIKey()}, "Content-Type": {"application/json"}}
		_, err = shop.Client().Do(request) //nolint:bodyclose // there is no answer
		assert.True(t, errors.Is(err, syscall.ECONNRESET), "%v", err)
		assert.Equal(t, 1, shop.Customers.Len())
		assert.True(t, shop.Calls()[0].Committed)

		again := clientOf(t, shop).post(body)
		if twins {
			assert.Equal(t, okay, again.body)
			assert.Equal(t, 2, shop.Customers.Len())
		} else {
			assert.Equal(t, failed("email has already been taken"), again.body)
		}
		assert.Contains(t, notes(shop)[0], "blind-repeat: ")
		assert.False(t, shop.Findings()[0].Mistake)
	}
}

// A call that a fault refuses has passed the limit; one that the limit refuses
// does not meet the fault.
func TestFaultsComeBehindTheLimit(t *testing.T) {
	t.Parallel()
	shop := limited(t)
	c := clientOf(t, shop)
	armed := shop.Inject(fault("server-error").First(2))
	assert.Equal(t, 500, c.list().status)
	assert.Equal(t, 429, c.list().status)
	assert.Equal(t, 1, armed.Fired())
	shop.Advance(time.Second)
	assert.Equal(t, 500, c.list().status)
	shop.Advance(time.Second)
	assert.Equal(t, 200, c.list().status)
}

func TestFaultsOnUnknownOperations(t *testing.T) {
	t.Parallel()
	assert.Contains(t, mistake(t, func(tb fake.TB) {
		bonify.Start(tb).Inject(fake.NewFault("server-error").On("DeleteCustomers"))
	}), `bonify: fault server-error: on="DeleteCustomers"`)
}

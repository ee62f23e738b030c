package cscart_test

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cscart"
)

// fault reads "name param=value param=value".
func fault(words string) fake.Fault {
	name, rest, _ := strings.Cut(words, " ")
	f := fake.NewFault(name)
	for word := range strings.FieldsSeq(rest) {
		key, value, _ := strings.Cut(word, "=")
		f = f.Set(key, append(f.All(key), strings.ReplaceAll(value, "+", " "))...)
	}
	return f
}

const htmlType = "text/html; charset=UTF-8"

// Every fault that ends a call, in the words of the shop.
func TestWordsOfFaults(t *testing.T) {
	t.Parallel()
	cases := []struct {
		fault       string
		status      int
		contentType string
		body        string
		retryAfter  string
	}{
		{"wrong-credentials", 401, jsonType, unauthorized, ""},
		{"wrong-credentials status=403", 403, jsonType, forbidden, ""},
		{"wrong-credentials body=empty", 401, "", "", ""},
		{"out-of-scope", 403, jsonType, forbidden, ""},
		{"out-of-scope scope=view_users", 403, jsonType, forbidden, ""},
		{"revoked", 401, jsonType, unauthorized, ""},
		{"rate-limited", 429, jsonType, message("Too Many Requests", 429), ""},
		{"rate-limited retry-after=2s", 429, jsonType, message("Too Many Requests", 429), "2"},
		{"rate-limited retry-after=2s form=date", 429, jsonType, message("Too Many Requests", 429), "Tue, 21 Jun 2016 16:00:02 GMT"},
		{"server-error", 500, htmlType, page("Service unavailable"), ""},
		{"server-error status=502", 502, htmlType, page("Service unavailable"), ""},
		{"server-error status=503", 503, htmlType, page("Service unavailable"), "300"},
		{"server-error status=503 retry-after=30s", 503, htmlType, page("Service unavailable"), "30"},
		{"server-error body=empty", 500, "", "", ""},
		{"burst calls=1 mix=500", 500, htmlType, page("Service unavailable"), ""},
		{"burst calls=1 mix=503", 503, htmlType, page("Service unavailable"), "300"},
	}
	for _, c := range cases {
		t.Run(c.fault, func(t *testing.T) {
			t.Parallel()
			store := still(t)
			with(g1)(t, store)
			armed := store.Inject(fault(c.fault).Call(1))
			me := clientOf(t, store)
			got := me.get("/api/carts")
			assert.Equal(t, c.status, got.status)
			assert.Equal(t, c.body, got.body)
			assert.Equal(t, c.contentType, got.header.Get("Content-Type"))
			assert.Equal(t, c.retryAfter, got.header.Get("Retry-After"))
			assert.Equal(t, c.status == 401, got.header.Get("WWW-Authenticate") == `Basic realm="User email/API key"`)
			assert.Empty(t, got.header.Get("Allow"))
			assert.Equal(t, "Tue, 21 Jun 2016 16:00:00 GMT", got.header.Get("Date"))
			assert.True(t, armed.Spent())
			store.Advance(10 * time.Minute)
			after := me.get("/api/carts")
			assert.Equal(t, `"4000000001"`, raw(after, "carts.0.user_id"))
			assert.Empty(t, after.header.Get("Retry-After"), "the header of one answer is not that of the next")
		})
	}
	t.Run("the newer engine has no errors without a detail", func(t *testing.T) {
		t.Parallel()
		store := still(t, newer)
		store.Inject(fault("out-of-scope").Call(1))
		assert.Equal(t, forbidden, clientOf(t, store).get("/api/carts").body)
	})
	t.Run("a privilege that is missing", func(t *testing.T) {
		t.Parallel()
		store := still(t)
		with(g1)(t, store)
		store.Inject(fault("out-of-scope scope=manage_users"))
		me := clientOf(t, store)
		assert.Equal(t, 200, me.get("/api/carts/4000000001").status)
		assert.Equal(t, forbidden, me.remove("4000000001").body)
		assert.Equal(t, 1, store.Carts.Len())
	})
	t.Run("a redirect", func(t *testing.T) {
		t.Parallel()
		store := still(t)
		with(g1)(t, store)
		store.Inject(fault("redirect code=307 to=/api/carts/4000000001").On(cscart.ListCarts).Call(1))
		assert.Equal(t, `"4000000001"`, raw(clientOf(t, store).get("/api/carts"), "user_id"))
		assert.Equal(t, 307, store.Calls()[0].Status)
	})
}

// A cart that the store does not give up.
func TestNotSaved(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		fault, refusal string
		options        []fake.Option
		status         int
		body           string
	}{
		{fault: "not-saved", status: 400, body: message("Bad Request", 400)},
		{fault: "not-saved errors=locked", status: 400, body: message("Bad Request: locked", 400)},
		{fault: "not-saved errors=locked errors=try+later", status: 400, body: message("Bad Request: locked. try later", 400)},
		{fault: "not-saved errors=locked", options: options(newer), status: 400, body: `{"message":"Bad Request: locked","errors":["locked"],"status":400}`},
		{fault: "not-saved errors=locked errors=later", options: options(newer), status: 400, body: `{"message":"Bad Request: locked. later","errors":["locked","later"],"status":400}`},
		{fault: "not-saved errors=locked status=422", status: 422, body: message("Unprocessable Entity: locked", 422)},
		{fault: "not-saved errors=later", refusal: "locked", status: 400, body: message("Bad Request: locked. later", 400)},
	} {
		t.Run(c.fault, func(t *testing.T) {
			t.Parallel()
			store := still(t, c.options...)
			with(g1)(t, store)
			if c.refusal != "" {
				store.RefuseDelete(g1.UserID, c.refusal)
			}
			before := store.Snapshot()
			store.Inject(fault(c.fault).Call(1))
			me := clientOf(t, store)
			assert.Equal(t, 200, me.get("/api/carts").status, "reading is not saving")
			got := me.remove("4000000001")
			assert.Equal(t, c.status, got.status)
			assert.Equal(t, c.body, got.body)
			assert.Empty(t, fake.Diff(before, store.Snapshot()))
			assert.False(t, store.Calls(cscart.DeleteCart)[0].Committed)
			store.AllowDelete(g1.UserID)
			assert.Equal(t, 204, me.remove("4000000001").status)
		})
	}
	t.Run("a cart that is not there is not found", func(t *testing.T) {
		t.Parallel()
		store := still(t)
		store.Inject(fault("not-saved").Call(1).Optional())
		assert.Equal(t, notFound, clientOf(t, store).remove("9").body)
	})
}

// The cart is gone, and the answer says something else.
func TestDeletedButSaysError(t *testing.T) {
	t.Parallel()
	for words, want := range map[string]answer{
		"saved-but-says-error":                 {status: 500, body: page("Service unavailable")},
		"saved-but-says-error status=503":      {status: 503, body: page("Service unavailable")},
		"saved-but-says-error status=400":      {status: 400, body: message("Bad Request", 400)},
		"server-error status=502 apply=after":  {status: 502, body: page("Service unavailable")},
		"server-error status=502 apply=before": {status: 502, body: page("Service unavailable")},
	} {
		t.Run(words, func(t *testing.T) {
			t.Parallel()
			store := still(t)
			with(g1)(t, store)
			store.Inject(fault(words).On(cscart.DeleteCart).Call(1))
			got := clientOf(t, store).remove("4000000001")
			assert.Equal(t, want.status, got.status)
			assert.Equal(t, want.body, got.body)
			applied := !strings.HasSuffix(words, "before")
			assert.Equal(t, applied, store.Carts.Len() == 0)
			assert.Equal(t, applied, store.Calls()[0].Committed)
		})
	}
}

// The answer is lost; the repeat finds nothing more to delete.
func TestLostResponse(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"lost-response", "reset"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := still(t)
			with(g1)(t, store)
			store.Inject(fake.NewFault(name).On(cscart.DeleteCart).Call(1))
			request, err := http.NewRequest("DELETE", store.BaseURL()+"/api/carts/4000000001", nil)
			require.NoError(t, err)
			request.Header.Set("Authorization", basic(store.Email(), store.APIKey()))
			_, err = store.Client().Do(request) //nolint:bodyclose // there is no answer
			assert.True(t, errors.Is(err, syscall.ECONNRESET), "%v", err)
			applied := name == "lost-response"
			assert.Equal(t, applied, store.Carts.Len() == 0)
			assert.Equal(t, applied, store.Calls()[0].Committed)
			again := clientOf(t, store).remove("4000000001")
			assert.Equal(t, map[bool]int{true: 404, false: 204}[applied], again.status)
			for _, f := range store.Findings() {
				assert.False(t, f.Mistake, "a repeat that the shop refuses is a note: %v", f)
			}
		})
	}
}

// Answers that arrive late, broken, or as something else.
func TestBrokenAnswers(t *testing.T) {
	t.Parallel()
	for words, check := range map[string]func(t *testing.T, body string, h http.Header, err error){
		"truncated how=length": func(t *testing.T, _ string, _ http.Header, err error) { assert.ErrorIs(t, err, io.ErrUnexpectedEOF) },
		"truncated how=silent": func(t *testing.T, body string, _ http.Header, err error) {
			assert.NoError(t, err)
			assert.False(t, gjson.Valid(body))
		},
		"malformed-json kind=comma": func(t *testing.T, body string, _ http.Header, err error) {
			assert.NoError(t, err)
			assert.False(t, gjson.Valid(body))
		},
		"malformed-json kind=bom": func(t *testing.T, body string, _ http.Header, _ error) {
			assert.True(t, strings.HasPrefix(body, "\ufeff"))
		},
		"wrong-content-type type=text/html": func(t *testing.T, body string, h http.Header, _ error) {
			assert.Equal(t, "text/html", h.Get("Content-Type"))
			assert.True(t, gjson.Valid(body))
		},
		"slow-body chunks=3 over=2s": func(t *testing.T, body string, _ http.Header, err error) {
			assert.NoError(t, err)
			assert.True(t, gjson.Valid(body))
		},
		"slow-headers delay=30s": func(t *testing.T, body string, _ http.Header, err error) {
			assert.NoError(t, err)
			assert.True(t, gjson.Valid(body))
		},
		"hang max=1m": func(t *testing.T, _ string, _ http.Header, err error) { assert.Error(t, err) },
	} {
		t.Run(words, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				store := cscart.Start(t)
				with(g1)(t, store)
				store.Inject(fault(words).On(cscart.GetCart).Call(1))
				request, err := http.NewRequest("GET", store.BaseURL()+"/api/carts/4000000001", nil)
				require.NoError(t, err)
				request.Header.Set("Authorization", basic(store.Email(), store.APIKey()))
				start := time.Now()
				res, err := store.Client().Do(request)
				var text []byte
				h := http.Header{}
				if err == nil {
					h = res.Header
					text, err = io.ReadAll(res.Body)
					res.Body.Close()
				}
				check(t, string(text), h, err)
				if strings.HasPrefix(words, "slow-headers") {
					assert.Equal(t, 30*time.Second, time.Since(start))
				}
				assert.Equal(t, `"4000000001"`, raw(clientOf(t, store).get("/api/carts/4000000001"), "user_id"))
			})
		})
	}
}

// Carts come, go and move while a client reads pages.
func TestPageDrift(t *testing.T) {
	t.Parallel()
	six := func(t *testing.T) (*cscart.Server, client) {
		store := still(t, cscart.WithPageSize(3))
		for n := range int64(6) {
			store.Carts.Add(cscart.Cart{UserID: 4000000001 + n, Products: []cscart.Product{{ProductID: 12, Timestamp: noon.Add(-time.Duration(n+1) * time.Hour)}}})
		}
		return store, clientOf(t, store)
	}
	t.Run("insert", func(t *testing.T) {
		t.Parallel()
		store, me := six(t)
		store.Inject(fault("page-drift insert=1"))
		first, second := me.list("page=1"), me.list("page=2")
		assert.Equal(t, []any{"G1", "G2", "G3"}, ids(first, store))
		assert.Equal(t, []any{"G3", "G4", "G5"}, ids(second, store), "what is new stands first and pushes one over the border")
		assert.Equal(t, 7, store.Carts.Len())
	})
	t.Run("delete", func(t *testing.T) {
		t.Parallel()
		store, me := six(t)
		store.Inject(fault("page-drift delete=1"))
		me.list("page=1")
		second := me.list("page=2")
		assert.Equal(t, []any{"G5", "G6"}, ids(second, store), "one is skipped")
		assert.Equal(t, `"5"`, raw(second, "params.total_items"))
	})
	t.Run("touch", func(t *testing.T) {
		t.Parallel()
		store, me := six(t)
		store.Advance(time.Minute)
		store.Inject(fault("page-drift touch=1"))
		first := me.list("page=1")
		second := me.list("page=2")
		assert.Equal(t, `"6"`, raw(second, "params.total_items"))
		moved := 0
		for _, c := range store.Carts.All() {
			if slices.ContainsFunc(c.Products, func(p cscart.Product) bool { return p.Timestamp.Equal(noon.Add(time.Minute)) }) {
				moved++
			}
		}
		assert.Equal(t, 1, moved)
		assert.Len(t, ids(first, store), 3)
	})
	t.Run("the newest row is touched, and no other", func(t *testing.T) {
		t.Parallel()
		store := still(t, cscart.WithPageSize(1), noWishlist)
		store.Carts.Add(cscart.Cart{UserID: 1, Products: []cscart.Product{
			{ProductID: 12, Timestamp: at(100)}, {ProductID: 13, Timestamp: at(300)}, {ProductID: 14, Timestamp: at(200)}, {ProductID: 15, Timestamp: at(300), Type: cscart.OnWishlist},
		}})
		store.Inject(fault("page-drift touch=1"))
		clientOf(t, store).list("page=2")
		var times []int64
		for _, p := range gotten(store, 1).Products {
			times = append(times, p.Timestamp.Unix())
		}
		assert.Equal(t, []int64{100, noon.Unix(), 200, 300}, times)
	})
	t.Run("at another page", func(t *testing.T) {
		t.Parallel()
		store, me := six(t)
		store.Inject(fault("page-drift insert=1 at-page=1"))
		assert.Len(t, ids(me.list("page=1x"), store), 3)
		assert.Equal(t, 7, store.Carts.Len())
	})
}

// A list of a while ago, of a shop that has moved on.
func TestStaleRead(t *testing.T) {
	t.Parallel()
	store := still(t)
	me := clientOf(t, store)
	store.Inject(fault("stale-read lag=10s").On(cscart.ListCarts).After(1).First(1))
	with(g1, g2)(t, store)
	store.Advance(time.Minute)
	with(g3)(t, store)
	store.Carts.Remove(g2.UserID)
	store.Carts.Change(g1.UserID, func(c *cscart.Cart) { c.OrderID = 9 })
	assert.Equal(t, []any{"G3", "G1"}, ids(me.list(""), store))
	old := me.list("")
	assert.Equal(t, []any{"G1", "G2"}, ids(old, store))
	assert.Equal(t, "null", raw(old, "carts.0.order_id"))
	assert.Equal(t, `"2"`, raw(old, "params.total_items"))
	assert.Equal(t, []any{"G3", "G1"}, ids(me.list(""), store), "once")
	assert.Equal(t, 200, me.get("/api/carts/4000000003").status)

	store.Inject(fault("stale-read lag=10s scope=all").On(cscart.GetCart))
	assert.Equal(t, 404, me.get("/api/carts/4000000003").status)
	assert.Equal(t, "null", raw(me.get("/api/carts/4000000001"), "order_id"))
	assert.Equal(t, `"10.00"`, raw(me.get("/api/carts/4000000002"), "total"), "one that is gone")
	assert.Equal(t, 404, me.remove("4000000002").status)
}

// Faults of cursors, batches, tokens and deliveries are refused where they are
// armed.
func TestFaultsThatThisShopCannotHave(t *testing.T) {
	t.Parallel()
	store := cscart.New()
	defer store.Close()
	for _, words := range []string{
		"batch-stops n=1", "limited-after-part n=1", "silently-dropped fields=total", "cursor-expired", "cursor-loop", "token-expired", "token-swapped account=x",
		"duplicate", "dropped", "bad-signature", "retry", "revoked hooks=on", "not-saved echo=stored", "not-saved persisted=true", "not-saved status=200",
	} {
		t.Run(words, func(t *testing.T) {
			defer func() {
				text, _ := recover().(string)
				assert.Contains(t, text, "cscart: fault "+strings.Fields(words)[0])
			}()
			store.Inject(fault(words))
			t.Error("it was armed")
		})
	}
}

func TestFaultsOnUnknownOperations(t *testing.T) {
	t.Parallel()
	store := cscart.New()
	defer store.Close()
	defer func() {
		text, _ := recover().(string)
		assert.Contains(t, text, `cscart: fault server-error: on="UpdateCart"`)
		assert.Contains(t, text, "ListCarts, GetCart, DeleteCart")
	}()
	store.Inject(fake.NewFault("server-error").On("UpdateCart"))
}

package cscart

import (
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/fake"
)

// TestAnswersAreNotStale asks for a list again and again, while the carts change
// in every way there is.
func TestAnswersAreNotStale(t *testing.T) {
	t.Parallel()
	s := New(fake.At(time.Unix(1466524800, 0)), fake.Frozen())
	t.Cleanup(s.Close)
	guest := func(id, company int64) Cart {
		return Cart{UserID: id, CompanyID: company, Products: []Product{{ProductID: id}}}
	}
	call := func(method, path string) string {
		r, err := http.NewRequest(method, s.BaseURL()+path, nil)
		require.NoError(t, err)
		r.SetBasicAuth(s.Email(), s.APIKey())
		res, err := s.Client().Do(r)
		require.NoError(t, err)
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		return string(body)
	}
	last := map[string]string{}
	fresh := func(why string, changed bool) {
		t.Helper()
		for _, path := range []string{"/api/carts/", "/api/carts/?sort_order=asc&items_per_page=2", "/api/carts/?period=D", "/api/carts/?typo=1", "/api/carts/0"} {
			got, again := call("GET", path), call("GET", path)
			assert.Equal(t, got, again, why)
			assert.Equal(t, changed, got != last[path], "%s %s", why, path)
			last[path] = got
		}
		assert.LessOrEqual(t, len(s.pages.known), mostPages)
	}
	fresh("at the beginning", true)
	s.Carts.Add(guest(1, 0))
	fresh("a cart is added", true)
	s.Carts.Quiet().Add(guest(2, 0))
	fresh("a cart is added quietly", true)
	s.AddProducts(1, Product{ProductID: 9, Price: 100})
	fresh("a row is added", true)
	s.Carts.Change(2, func(c *Cart) { c.IPAddress = "10.0.0.1" })
	fresh("a cart is changed", true)
	s.Carts.Change(2, func(c *Cart) { c.User = &User{FirstName: "Ann"} })
	fresh("a guest registers", true)
	s.RefuseDelete(1, "no")
	call("DELETE", "/api/carts/1")
	fresh("a DELETE is refused", false)
	before := s.Snapshot()
	call("DELETE", "/api/carts/2")
	fresh("a DELETE", true)
	s.Restore(before)
	fresh("a snapshot is put back", true)
	assert.Panics(t, func() {
		s.Restore(fake.Snapshot(`{"carts":[{"user_id":7,"products":[{"product_id":1}]},{"user_id":8}]}`))
	})
	fresh("a snapshot does not fit", false)
	s.Restore(fake.Snapshot(`{"carts":[]}`))
	fresh("an empty snapshot", true)
	s.Restore(before)
	fresh("a snapshot after an empty one", true)
	s.Carts.Quiet().Remove(2)
	fresh("a cart is removed quietly", true)
	s.Reset()
	fresh("all is forgotten", true)
	s.Carts.Add(guest(1, 0))
	fresh("a cart after that", true)
	s.Carts.Add(guest(5, 2))
	fresh("a cart of another company", false)
	assert.Contains(t, call("GET", "/api/stores/2/carts"), `"user_id":"5"`)
	assert.NotContains(t, call("GET", "/api/carts/"), `"user_id":"5"`)
	noted := len(s.Findings())
	call("GET", "/api/carts/?typo=1")
	assert.Len(t, s.Findings(), noted+1, "what is odd is noted each time")
	s.Advance(24 * time.Hour)
	assert.NotEqual(t, last["/api/carts/?period=D"], call("GET", "/api/carts/?period=D"), "another day")
	for i := range 3 * mostPages {
		call("GET", "/api/carts/?page="+digitsOf(int64(i+1)))
	}
	assert.LessOrEqual(t, len(s.pages.known), mostPages)
}

// The journal holds a list that is asked for again once.
func TestAnswersShareMemory(t *testing.T) {
	t.Parallel()
	s := New()
	t.Cleanup(s.Close)
	s.Carts.Add(SampleCart())
	for _, shared := range []bool{true, false} {
		path := map[bool]string{true: "/api/carts/", false: "/api/carts/?period=D"}[shared]
		var bodies [][]byte
		remove := s.Intercept(fake.Body, func(c *fake.Call) { bodies = append(bodies, c.Reply().Body) })
		for range 2 {
			r, err := http.NewRequest(http.MethodGet, s.BaseURL()+path, nil)
			require.NoError(t, err)
			r.SetBasicAuth(s.Email(), s.APIKey())
			res, err := s.Client().Do(r)
			require.NoError(t, err)
			require.NoError(t, res.Body.Close())
		}
		remove()
		require.Len(t, bodies, 2)
		assert.Equal(t, shared, &bodies[0][0] == &bodies[1][0], path)
	}
}

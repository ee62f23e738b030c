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

func TestStaleReads(t *testing.T) {
	t.Parallel()
	start := func(t *testing.T, scope string) (s *Server, call func(method, path string) (int, string)) {
		t.Helper()
		s = Start(t, fake.At(time.Unix(1466524800, 0)), fake.Frozen())
		call = func(method, path string) (int, string) {
			r, err := http.NewRequest(method, s.BaseURL()+path, nil)
			require.NoError(t, err)
			r.SetBasicAuth(s.Email(), s.APIKey())
			res, err := s.Client().Do(r)
			require.NoError(t, err)
			defer res.Body.Close()
			body, err := io.ReadAll(res.Body)
			require.NoError(t, err)
			return res.StatusCode, string(body)
		}
		lag := fake.NewFault("stale-read").Set("lag", "1m").Optional()
		if scope != "" {
			lag = lag.Set("scope", scope)
		}
		s.Carts.Add(SampleCart())
		s.Inject(lag)
		s.Advance(time.Hour)
		return s, call
	}
	t.Run("lists lag, single carts do not", func(t *testing.T) {
		t.Parallel()
		s, call := start(t, "")
		_, before := call("GET", "/api/carts/")
		s.AddProducts(3, Product{ProductID: 9, Price: 100})
		_, same := call("GET", "/api/carts/")
		assert.Equal(t, before, same)
		_, one := call("GET", "/api/carts/3")
		assert.Contains(t, one, `"total":"31.00"`)
		s.Advance(time.Minute)
		_, after := call("GET", "/api/carts/?period=HH&sort_by=customer")
		assert.Contains(t, after, `"total":"31.00"`)
		_, none := call("GET", "/api/carts/?period=C&time_from=5&time_to=4")
		assert.Contains(t, none, `"carts":[]`)
	})
	t.Run("a cart that was deleted", func(t *testing.T) {
		t.Parallel()
		s, call := start(t, "all")
		status, _ := call("DELETE", "/api/carts/3")
		assert.Equal(t, 204, status)
		status, _ = call("GET", "/api/carts/3")
		assert.Equal(t, 200, status)
		status, _ = call("DELETE", "/api/carts/3")
		assert.Equal(t, 404, status, "writes see what is there")
		status, _ = call("GET", "/api/version")
		assert.Equal(t, 200, status)
		s.Advance(2 * time.Minute)
		status, _ = call("GET", "/api/carts/3")
		assert.Equal(t, 404, status)
		calls := s.Calls(GetVersion)
		assert.Empty(t, calls[0].Fault, "there is nothing that could be stale")
	})
}

package scenarios_test

import (
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartfunnel"
	"github.com/cartdouble/cartdouble/fake/cartly"
	"github.com/cartdouble/cartdouble/fake/fluidpay"
	"github.com/cartdouble/cartdouble/scenarios"
)

// A vendor is a fake with a request that reads and one that creates.
type vendor struct {
	*fake.Server
	read, create, body string
	header             map[string]string
	records            func() int
}

// vendors are one that knows a repeat and answers it alike, one that refuses it,
// and one that does not know it.
var vendors = map[string]struct {
	start   func(t *testing.T) vendor
	status  int // of a creation that is sent twice
	records int
	finding string
}{
	"de-duplicates": {func(t *testing.T) vendor {
		shop := cartly.Start(t, cartly.WithUpsert())
		return vendor{
			shop.Server, "/apps/api/customers", "/apps/api/customers", `{"email":"ann@example.com"}`,
			map[string]string{"Authorization": "Bearer " + shop.Token()},
			shop.Customers.Len,
		}
	}, 200, 1, "refused"},
	"refuses": {func(t *testing.T) vendor {
		shop := cartfunnel.Start(t)
		return vendor{
			shop.Server, "/customers.json", "/customers.json", `{"customer":{"email":"ann@example.com"}}`,
			map[string]string{"X-Cartfunnel-Account": shop.Account(), "X-Cartfunnel-Api-Secret": shop.Secret()},
			shop.Customers.Len,
		}
	}, 200, 1, "refused"},
	"does not know": {func(t *testing.T) vendor {
		shop := fluidpay.Start(t, fake.Allow("blind-repeat"))
		tee := shop.Products.Add(fluidpay.Product{SKU: "T-1", Name: "Tee", Price: 1299})
		merchant := "/api/merchant/" + shop.MerchantID()
		return vendor{
			shop.Server, merchant + "/cart", merchant + "/cart", `{"type":"normal","name":"Summer","products":["` + tee.ID + `"]}`,
			map[string]string{"Authorization": shop.APIKey()},
			shop.Carts.Len,
		}
	}, 200, 2, "two records now"},
}

// send makes a request and gives its status.
func (v vendor) send(t *testing.T, method, path, body string, header ...string) (int, error) {
	t.Helper()
	r, err := http.NewRequest(method, v.BaseURL()+path, strings.NewReader(body))
	require.NoError(t, err)
	if body == "" {
		r.Body, r.GetBody = nil, nil
	}
	r.Header.Set("Content-Type", "application/json")
	for name, value := range v.header {
		r.Header.Set(name, value)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := v.Client().Do(r)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body) // else the connection is not used again
	return resp.StatusCode, err
}

// inBubbleAndOut runs a test in both places.
func inBubbleAndOut(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	t.Run("outside", test)
	t.Run("in a bubble", func(t *testing.T) { synctest.Test(t, test) })
}

// A reset of a GET on a warm connection is seen, and happens once; where it need
// not be seen, net/http hides it: the server has two requests, the client a 200.
func TestResetOnAWarmConnection(t *testing.T) {
	t.Parallel()
	for name, c := range vendors {
		t.Run(name, func(t *testing.T) {
			inBubbleAndOut(t, func(t *testing.T) {
				for visible, hits := range map[string]int{"yes": 1, "no": 2} {
					v := c.start(t)
					status, err := v.send(t, http.MethodGet, v.read, "")
					require.NoError(t, err)
					require.Equal(t, http.StatusOK, status)
					armed := v.Inject(scenarios.Reset().Set("visible", visible).Call(1))
					status, err = v.send(t, http.MethodGet, v.read, "")
					calls := v.Calls()[1:]
					require.Len(t, calls, hits)
					assert.Equal(t, 1, armed.Fired())
					if visible == "yes" {
						require.ErrorIs(t, err, syscall.ECONNRESET)
						continue
					}
					require.NoError(t, err)
					assert.Equal(t, http.StatusOK, status)
					assert.True(t, calls[1].Resend, "no program asked for it")
					assert.NotEqual(t, calls[0].Conn, calls[1].Conn)
				}
			})
		})
	}
}

// A creation with an idempotency key, whose answer is lost: the client has sent it
// once and net/http twice. Its effect depends on the vendor.
func TestLostResponseWithAnIdempotencyKey(t *testing.T) {
	t.Parallel()
	for name, c := range vendors {
		t.Run(name, func(t *testing.T) {
			inBubbleAndOut(t, func(t *testing.T) {
				v := c.start(t)
				status, err := v.send(t, http.MethodGet, v.read, "")
				require.NoError(t, err)
				require.Equal(t, http.StatusOK, status, "the connection is warm")
				v.Inject(scenarios.LostResponse().Set("visible", "no").Call(1))
				status, err = v.send(t, http.MethodPost, v.create, v.body, "Idempotency-Key", "k1")
				require.NoError(t, err, "it is hidden")
				assert.Equal(t, c.status, status)
				calls := v.Calls()[1:]
				require.Len(t, calls, 2, "sendings")
				assert.True(t, calls[0].Committed)
				assert.Zero(t, calls[0].Status)
				assert.True(t, calls[1].Resend)
				assert.Equal(t, calls[0].Body, calls[1].Body)
				assert.Equal(t, c.records, v.records(), "effects")
				var found []string
				for _, f := range v.Findings() {
					if f.Kind == "blind-repeat" {
						found = append(found, f.Detail)
					}
				}
				require.Len(t, found, 1)
				assert.Contains(t, found[0], c.finding)
			})
		})
	}
}

// Without a key it is an error, and one sending.
func TestLostResponseWithoutAKey(t *testing.T) {
	t.Parallel()
	for name, c := range vendors {
		t.Run(name, func(t *testing.T) {
			inBubbleAndOut(t, func(t *testing.T) {
				v := c.start(t)
				_, err := v.send(t, http.MethodGet, v.read, "")
				require.NoError(t, err)
				v.Inject(scenarios.LostResponse().Set("visible", "no").Call(1))
				_, err = v.send(t, http.MethodPost, v.create, v.body)
				require.ErrorIs(t, err, syscall.ECONNRESET)
				require.Len(t, v.Calls(), 2)
				assert.Equal(t, 1, v.records())
			})
		})
	}
}

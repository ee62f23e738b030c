package fake

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/cartdouble/cartdouble/fake/internal/ratio"
	"github.com/stretchr/testify/require"
)

// Signed deliveries of many events, against bare POSTs of the same bytes, signed
// as well, to the same receiver.
func BenchmarkDeliveries(b *testing.B) {
	const many = 100
	taken := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) })
	for _, network := range []string{"memory", "loopback"} {
		b.Run(network, func(b *testing.B) {
			m := newMart(nil, KeepJournal(1000))
			defer m.Close()
			if network == "memory" {
				m.Hooks.To(taken)
			} else {
				app := httptest.NewServer(taken)
				defer app.Close()
				m.Hooks.ToURL(app.URL)
			}
			g := m.Goods.Add(good{Name: "mug"})
			a := m.Hooks.Attempts()[0]
			require.Equal(b, Succeeded, a.Verdict)
			limit := ratio.Start(b, network == "loopback", "text/plain", nil)
			defer limit.Close()
			post := ratio.Request{Method: "POST", URL: limit.URL + "/1", Header: a.Header.Clone(), Body: string(a.Body)}
			ratio.TakeTurns(b,
				func() {
					m.Locked(func() {
						for range many {
							m.Goods.Update(nil, g)
						}
					})
				},
				func() {
					for range many {
						post.Header["X-Mart-Hmac"] = []string{"sha256=" + martMAC("s3cret", a.Body)}
						post.Do(b, limit.Client)
					}
				})
		})
	}
}

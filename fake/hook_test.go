package fake

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDeliveryIsSignedOnTheWire(t *testing.T) {
	t.Parallel()
	m := newMart(t, Frozen())
	k := newTill(m, nil)
	id := m.Hooks.To(k, "good.added")
	m.Goods.Add(good{Name: "mug"})
	require.Equal(t, []string{"09:00:00.000 POST /1"}, k.lines(), "before Add returns")
	const body = `{"event":"good.added","at":"09:00:00.000","data":{"id":1,"name":"mug"}}`
	assert.Equal(t, []string{body}, k.all())
	assert.Equal(t, http.Header{
		"Content-Type": {"application/json"}, "User-Agent": {"mart"}, "Content-Length": {"71"}, "X-Mart-Sub": {"sub_1"}, "X-Mart-Seq": {"1"}, "X-Mart-Time": {"09:00:00"},
		"X-Mart-Hmac": {"sha256=" + martMAC("s3cret", []byte(body))},
	}, k.header(0), "and nothing else")
	ds := m.Hooks.Deliveries()
	require.Len(t, ds, 1)
	a := ds[0].Attempts
	require.Len(t, a, 1)
	assert.Equal(t, Attempt{
		Delivery: 1, Number: 1, Topic: "good.added", At: nine, End: nine, Method: "POST", URL: "https://hooks.example.com/1",
		Header: a[0].Header, Body: []byte(body), Status: 200, Answer: []byte{}, Verdict: Succeeded,
	}, a[0])
	assert.Equal(t, a, m.Hooks.Attempts())
	ds[0].Attempts = nil
	assert.Equal(t, Delivery{
		Seq: 1, Topic: "good.added", At: nine, Subscription: id, URL: "https://hooks.example.com/1", Body: []byte(body), State: Delivered,
	}, ds[0])
}

// A receiver that fails four times and then answers 200 gets one event five
// times, with the pauses of the policy.
func TestFourFailuresThenSuccess(t *testing.T) {
	t.Parallel()
	want := []string{
		"09:00:00.000 POST /in", "09:00:01.000 POST /in", "09:00:03.000 POST /in", "09:00:07.000 POST /in", "09:00:15.000 POST /in",
	}
	check := func(t *testing.T, m *mart, k *till) {
		t.Helper()
		require.Equal(t, want, k.lines())
		d := m.Hooks.Deliveries()
		require.Len(t, d, 1)
		assert.Equal(t, Delivered, d[0].State)
		for i, a := range d[0].Attempts {
			assert.Equal(t, i+1, a.Number)
			assert.Equal(t, d[0].Attempts[0].Body, a.Body)
		}
		sub, _ := m.Subs.Get(1)
		assert.False(t, sub.Off)
	}
	t.Run("in a bubble, by waiting", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			m := newMart(t)
			k := newTill(m, statuses200(500, 404, 301, 500))
			m.Hooks.Receive("http://app.example/in", k)
			m.Hooks.ToURL("http://app.example/in")
			m.Goods.Add(good{Name: "mug"})
			time.Sleep(time.Hour)
			check(t, m, k)
		})
	})
	t.Run("in a bubble, by Advance", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			m := newMart(t)
			k := newTill(m, statuses200(500, 404, 301, 500))
			m.Hooks.Receive("http://app.example/in", k)
			m.Hooks.ToURL("http://app.example/in")
			m.Goods.Add(good{Name: "mug"})
			m.Advance(time.Hour)
			check(t, m, k)
		})
	})
	t.Run("over loopback, by Advance on a clock that stands", func(t *testing.T) {
		t.Parallel()
		m := newMart(t, Frozen())
		k := newTill(m, statuses200(500, 404, 301, 500))
		app := httptest.NewServer(k)
		t.Cleanup(app.Close)
		m.Hooks.ToURL(app.URL + "/in")
		m.Goods.Add(good{Name: "mug"})
		m.Advance(time.Hour)
		check(t, m, k)
	})
	t.Run("over loopback with TLS, by a client's call", func(t *testing.T) {
		t.Parallel()
		m := newMart(t, Frozen())
		k := newTill(m, statuses200(500, 404, 301, 500))
		app := httptest.NewTLSServer(k)
		t.Cleanup(app.Close)
		m.Hooks.ToURL(app.URL + "/in")
		m.post(t, "mug")
		m.Settle()
		m.Advance(time.Hour)
		check(t, m, k)
	})
}

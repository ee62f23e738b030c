package scenarios_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/scenarios"
)

const (
	mugStock = "/apps/api/inventory/var_mug"
	oneLess  = `{"adjustment":-1}`
	hookAnew = `{"url":"https://shop.example.com/hooks","events":["order.created"]}`
)

// taking is a receiver that takes a mug out of the stock for each order.
func taking(bug string) follower {
	return func(t *testing.T, run *scenarios.Run) {
		c := newShopper(run)
		bookingTill(run, bug, func(string) {
			take := func() { _, _, _ = c.do("PUT", mugStock, oneLess) }
			if bug == "" {
				go take() // after the answer
				return
			}
			take()
		})
		for range 3 { // one after the other: the work for an order, and what the story does then
			synctest.Wait()
			run.Settle()
		}
	}
}

func receiving(bug string) follower {
	return func(_ *testing.T, run *scenarios.Run) { newTill(run, bug) }
}

// integration is a client of Cartly that refreshes its token.
type integration struct {
	shopper
	refresh string
	forgets bool // the refresh token that comes along
}

func newIntegration(run *scenarios.Run) *integration {
	return &integration{shopper: newShopper(run), refresh: run.Credentials()["refresh_token"]}
}

// me calls, and where the token is dead refreshes it and calls again.
func (i *integration) me(t *testing.T) bool {
	t.Helper()
	status, _, err := i.do("GET", "/apps/api/me", "")
	require.NoError(t, err)
	if status != 401 {
		return status == 200
	}
	form := url.Values{
		"grant_type": {"refresh_token"}, "refresh_token": {i.refresh},
		"client_id": {i.credentials["client_id"]}, "client_secret": {i.credentials["client_secret"]},
	}
	resp, err := i.http.PostForm(i.base+"/oauth/token", form)
	require.NoError(t, err)
	defer resp.Body.Close()
	text := readAll(t, resp)
	i.credentials = map[string]string{"token": gjson.Get(text, "access_token").Str, "client_id": i.credentials["client_id"], "client_secret": i.credentials["client_secret"]}
	if !i.forgets {
		i.refresh = gjson.Get(text, "refresh_token").Str
	}
	status, _, err = i.do("GET", "/apps/api/me", "")
	require.NoError(t, err)
	return status == 200
}

var cartlyStories = stories{
	"booked-once": {
		good: taking(""),
		bad: map[string]follower{
			"remembers nothing": taking("remembers nothing"),
			"tells deliveries apart by the id of the subscription": taking("tells deliveries apart by the id of the subscription"),
			"knows no order that it has not booked":                taking("knows no order that it has not booked"),
			"refuses what it knows":                                taking("refuses what it knows"),
		},
	},
	"forged": {
		good: receiving(""),
		bad: map[string]follower{
			"checks no signature":          receiving("checks no signature"),
			"fails over a wrong signature": receiving("fails over a wrong signature"),
			"takes nothing":                func(_ *testing.T, run *scenarios.Run) { run.Receiver(answers(401)) },
			"dies of a short signature": func(_ *testing.T, run *scenarios.Run) {
				run.Receiver(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.Header.Get("X-Cartly-Hmac-Sha256")[:71] != "" {
						w.WriteHeader(401)
					}
				}))
			},
		},
	},
	"new-secret": {
		good: receiving(""),
		bad: map[string]follower{
			"keeps the old secret for ever": receiving("keeps the old secret for ever"),
			"knows the first secret only":   receiving("knows the first secret only"),
			"knows the new secret only": func(_ *testing.T, run *scenarios.Run) {
				r := &till{now: run.Fake().Now, secret: run.Secret("hook"), seen: map[string]bool{}}
				run.OnRotate(func(secret string, _ time.Duration) { r.rotate(secret, 0) })
				run.Receiver(r)
			},
		},
	},
	"spelt-otherwise": {
		good: receiving(""),
		bad: map[string]follower{
			"signs the JSON that it reads":         receiving("signs the JSON that it reads"),
			"refuses events that it does not know": receiving("refuses events that it does not know"),
		},
	},
	"stock-once": {
		good: func(t *testing.T, run *scenarios.Run) {
			c := newShopper(run)
			_, _, err := c.do("PUT", mugStock, oneLess)
			require.Error(t, err)
			stock := gjson.Get(c.must(t, 200, "GET", "/apps/api/products", ""), "products.0.variants.0.inventory").Int()
			assert.Equal(t, int64(9), stock, "it was done")
		},
		bad: map[string]follower{
			"takes another one": func(t *testing.T, run *scenarios.Run) {
				c := newShopper(run)
				_, _, _ = c.do("PUT", mugStock, oneLess)
				c.must(t, 501, "PUT", mugStock, oneLess)
			},
			"looks and takes another one": func(t *testing.T, run *scenarios.Run) {
				c := newShopper(run)
				_, _, _ = c.do("PUT", mugStock, oneLess)
				c.must(t, 200, "GET", "/apps/api/products", "")
				c.must(t, 501, "PUT", mugStock, oneLess)
			},
			"does not look": func(_ *testing.T, run *scenarios.Run) { _, _, _ = newShopper(run).do("PUT", mugStock, oneLess) },
		},
	},
	"switched-off": {
		good: func(t *testing.T, run *scenarios.Run) {
			newTill(run, "")
			c := newShopper(run)
			hook := gjson.Get(c.must(t, 200, "GET", "/apps/api/webhooks", ""), "webhooks.0")
			require.False(t, hook.Get("active").Bool())
			c.must(t, 204, "DELETE", "/apps/api/webhooks/"+hook.Get("id").Str, "")
			c.must(t, 201, "POST", "/apps/api/webhooks", hookAnew)
		},
		bad: map[string]follower{
			"sees a subscription and is content": func(t *testing.T, run *scenarios.Run) {
				newTill(run, "")
				newShopper(run).must(t, 200, "GET", "/apps/api/webhooks", "")
			},
			"leaves the old one": func(t *testing.T, run *scenarios.Run) {
				newTill(run, "")
				c := newShopper(run)
				c.must(t, 200, "GET", "/apps/api/webhooks", "")
				c.must(t, 501, "POST", "/apps/api/webhooks", hookAnew)
			},
			"wants another event": func(t *testing.T, run *scenarios.Run) {
				newTill(run, "")
				c := newShopper(run)
				c.must(t, 200, "GET", "/apps/api/webhooks", "")
				c.must(t, 204, "DELETE", "/apps/api/webhooks/wh_old", "")
				c.must(t, 501, "POST", "/apps/api/webhooks", strings.Replace(hookAnew, "created", "updated", 1))
			},
		},
	},
	"token-dies": {
		good: func(t *testing.T, run *scenarios.Run) {
			c := newIntegration(run)
			assert.True(t, c.me(t))
			assert.True(t, c.me(t))
		},
		bad: map[string]follower{
			"forgets the refresh token that came along": func(t *testing.T, run *scenarios.Run) {
				c := newIntegration(run)
				c.forgets = true
				assert.True(t, c.me(t))
				assert.False(t, c.me(t))
			},
			"does not refresh": func(t *testing.T, run *scenarios.Run) {
				c := newShopper(run)
				c.must(t, 401, "GET", "/apps/api/me", "")
				c.must(t, 501, "GET", "/apps/api/me", "")
			},
		},
	},
}

func TestCartlyLibrary(t *testing.T) {
	t.Parallel()
	libraryHolds(t, "cartly", cartlyStories,
		"another-shop", "every-byte", "failed-once", "gone-quiet", "knocks", "never-told", "paid-before-made", "refresh-refused", "refreshed-once", "rush", "slow-line", "sold-by-two", "told-too-early", "two-secrets", "uninstalled")
}

func readAll(t *testing.T, resp *http.Response) string {
	t.Helper()
	var b strings.Builder
	_, err := io.Copy(&b, resp.Body)
	require.NoError(t, err)
	return b.String()
}

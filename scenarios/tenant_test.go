package scenarios_test

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/scenarios"
)

// Records of a further shop are another's: unknown to the first, and its own
// credentials are needed for them.
func TestTenants(t *testing.T) {
	t.Parallel()
	for api, c := range map[string]struct{ tenant, shop, path, status string }{
		"bonify":     {"other.myshopify.com", `{"customers": [{"id": 7, "email": "eve@example.com"}]}`, "/customers/7", "404"},
		"cartfunnel": {"other", `{"customers": [{"id": 7, "email": "eve@example.com"}]}`, "/customers/7.json", "404"},
		"cartly":     {"shop_other", `{"webhooks": [{"id": "wh_7", "url": "https://a.example.com", "events": ["order.created"]}]}`, "/apps/api/webhooks", "200"},
	} {
		t.Run(api, func(t *testing.T) {
			t.Parallel()
			s := storyOf(t, api, stands+"state @shops\n-> GET ~"+c.path+"\n<- live\n-> GET ~"+c.path+" tenant="+c.tenant+"\n<- live\n-- shops.json --\n{\"tenants\": {\""+c.tenant+"\": "+c.shop+"}}\n")
			run := s.Start(t)
			play(t, newShopper(run), "GET "+c.path[1:]+" "+c.status)
			other := newShopper(run)
			other.credentials = run.Tenant(c.tenant)
			text := other.must(t, 200, "GET", c.path, "")
			assert.Regexp(t, "eve@example.com|wh_7", text)

			watched := watch(func(w *spy) {
				run := s.Start(w)
				second := newShopper(run)
				second.credentials = other.credentials
				_, _, _ = second.do("GET", c.path, "")
				run.Tenant("anybody")
			})
			require.Len(t, watched.failures(), 2)
			assert.Contains(t, watched.failures()[0], "auth x")
			assert.Equal(t, `scenarios: s.txtar: no state has a tenant "anybody"`, watched.failures()[1])
		})
	}
}

func TestTenantsAreChecked(t *testing.T) {
	t.Parallel()
	const shops = "-- s.json --\n{\"tenants\": {\"other\": {\"customers\": []}}}\n"
	for text, want := range map[string]string{
		"cartfunnel\nstate @s\n-> GET ~/customers.json tenant=othr\n<- live\n" + shops: `s.txtar:3: tenant=othr: no state has such a tenant (did you mean "other"?)`,
		"cartfunnel\n-> GET ~/customers.json tenant=other\n<- live\n":                  `s.txtar:2: tenant=other: no state has such a tenant`,
		"bonify\nstate @s\n-- s.json --\n{\"tenants\": {\"Other Shop\": {}}}\n":        `s.txtar:2: state: AddShop("Other Shop", …): want the bare domain in lower case: your-domain.myshopify.com`,
		"cscart\nstate @s\n" + shops:                                                   `s.txtar:2: state: tenants: there is no "other"`,
	} {
		_, err := scenarios.Load(fstest.MapFS{"s.txtar": {Data: []byte("scenario 1 " + text)}}, "s.txtar")
		require.Error(t, err, text)
		assert.Equal(t, "scenarios: "+want, err.Error(), text)
	}
}

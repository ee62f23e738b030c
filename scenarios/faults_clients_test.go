package scenarios_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartly"
	"github.com/cartdouble/cartdouble/scenarios"
)

// A client of a few lines, which tells what it believes in the end: one that is
// wrong in just the way that a fault stands for, and one that is right.
type believer func(t *testing.T, s *store) (belief string)

// theirs is what another writer sends.
const theirs = `{"customer":{"note":"theirs"}}`

// believers are, by the fault that catches it, a client that is wrong in one way, and
// one that is right.
var believers = map[string]struct {
	bug          string
	api          string
	fault        fake.Fault
	wrong, right believer
	truth        string
}{
	"throttled-in-200": {
		"takes a status of success for success",
		"cartfunnel", scenarios.ThrottledIn200().Call(1), countCustomers(false), countCustomers(true), "2 customers",
	},
	"taken": {
		"takes a refused creation for a creation",
		"cartfunnel", scenarios.Taken().Call(1), createCustomer(false), createCustomer(true), "customer 6",
	},
	"conflict": {
		"writes back the note that it read",
		"cartfunnel", scenarios.Conflict(theirs).On("UpdateCustomer").Call(1), addToNote(false), addToNote(true), "theirs",
	},
	"accepted-later": {
		"takes accepted for done",
		"bonify", scenarios.AcceptedLater(time.Minute), deleteCustomer(false), deleteCustomer(true), "404",
	},
	"shape-drift": {
		"decodes strictly",
		"cartfunnel", scenarios.ShapeDrift().Set("bool", "native").Set("extra", "tier"), decodeCustomer(true), decodeCustomer(false), "a@example.com",
	},
	"short-page": {
		"stops at a page that is not full",
		"cartfunnel", scenarios.ShortPage(1), walkPages(func(n int) bool { return n < 2 }), walkPages(func(n int) bool { return n == 0 }), "1 2 3 4 5",
	},
	"unstable-order": {
		"takes an unstable order for a stable one",
		"cscart", scenarios.UnstableOrder(), walkCarts(false), walkCarts(true), "1 2 3 4 5",
	},
	"vanished": {
		"takes a 403 for the end of its key",
		"cartfunnel", scenarios.Vanished().Set("status", "403").Call(1), afterForbidden(false), afterForbidden(true), "200",
	},
	"dst": {
		"compares times as texts",
		"cartfunnel", scenarios.DST().Set("at", "2025-03-01T09:30:00Z"), newest(false), newest(true), "2025-03-01T09:30:00Z",
	},
	"clock-skew": {
		"asks for what changed since the last time it saw",
		"cartfunnel", scenarios.ClockSkew(-5 * time.Minute).On("CreateCustomer"), changedSince(0), changedSince(10 * time.Minute), "new@example.com",
	},
	"rate-limited": {
		"does not wait",
		"cartfunnel", scenarios.RateLimited(2*time.Second).Set("enforce", "").Call(1), tryThrice(time.Second), tryThrice(2 * time.Second), "200",
	},
}

// Each fault catches the client that is wrong in its way, and lets the right one be.
func TestFaultsCatchWrongClients(t *testing.T) {
	t.Parallel()
	for name, c := range believers {
		require.Equal(t, name, c.fault.Name())
		t.Run(name+" "+c.bug, func(t *testing.T) {
			t.Parallel()
			for _, way := range []struct {
				client believer
				right  bool
			}{{c.wrong, false}, {c.right, true}} {
				s := stores[c.api](t, fake.Frozen(), fake.At(time.Date(2025, 3, 1, 9, 0, 0, 0, time.UTC)), fake.Allow("too-soon"))
				s.Inject(c.fault)
				assert.Equal(t, way.right, way.client(t, s) == c.truth, "right: %v", way.right)
			}
		})
	}
}

func countCustomers(looks bool) believer {
	return func(t *testing.T, s *store) string {
		_, body, _ := s.ask(t, asked["cartfunnel"]["list"])
		if looks && gjson.Get(body, "errors").Exists() {
			_, body, _ = s.ask(t, asked["cartfunnel"]["list"])
		}
		return fmt.Sprint(len(gjson.Get(body, "#.id").Array()), " customers")
	}
}

func createCustomer(looks bool) believer {
	return func(t *testing.T, s *store) string {
		status, body, _ := s.ask(t, asked["cartfunnel"]["create"])
		require.Equal(t, 200, status)
		if looks && gjson.Get(body, "errors").Exists() {
			_, body, _ = s.ask(t, asked["cartfunnel"]["page3"])
			body = gjson.Get(body, `#(email=="new@example.com")`).Raw
		}
		return "customer " + gjson.Get(body, "id").Raw
	}
}

func addToNote(reads bool) believer {
	return func(t *testing.T, s *store) string {
		_, before, _ := s.ask(t, asked["cartfunnel"]["get"])
		attributes := `{"customer":{"first_name":"Al","note":"` + gjson.Get(before, "note").Str + `"}}`
		if reads { // it sends what it changes, and nothing else
			attributes = `{"customer":{"first_name":"Al"}}`
		}
		s.ask(t, "PATCH /customers/1.json "+attributes)
		_, after, _ := s.ask(t, asked["cartfunnel"]["get"])
		return gjson.Get(after, "note").Str
	}
}

func deleteCustomer(waits bool) believer {
	return func(t *testing.T, s *store) string {
		s.ask(t, asked["bonify"]["delete"])
		status := 0
		for range 3 {
			if status, _, _ = s.ask(t, asked["bonify"]["get"]); status == 404 || !waits {
				break
			}
			s.Advance(time.Minute)
		}
		return fmt.Sprint(status)
	}
}

func decodeCustomer(strict bool) believer {
	return func(t *testing.T, s *store) string {
		_, body, _ := s.ask(t, asked["cartfunnel"]["get"])
		var c struct {
			Email     string `json:"email"`
			TaxExempt any    `json:"tax_exempt"`
		}
		in := json.NewDecoder(strings.NewReader(body))
		if strict {
			in.DisallowUnknownFields()
		}
		if err := in.Decode(&c); err != nil {
			return err.Error()
		}
		return c.Email
	}
}

func walkPages(ends func(shown int) bool) believer {
	return func(t *testing.T, s *store) string {
		var ids []string
		for page := 1; page < 9; page++ {
			_, body, _ := s.ask(t, fmt.Sprintf("GET /customers.json?page=%d", page))
			shown := gjson.Get(body, "#.id").Array()
			for _, id := range shown {
				ids = append(ids, id.Raw)
			}
			if ends(len(shown)) {
				break
			}
		}
		return strings.Join(ids, " ")
	}
}

func walkCarts(whole bool) believer {
	return func(t *testing.T, s *store) string {
		query := "GET /api/carts/?page=%d"
		if whole { // one page, so that there is no other order
			query = "GET /api/carts/?page=%d&items_per_page=100"
		}
		var ids []string
		for page := 1; page <= 3; page++ {
			_, body, _ := s.ask(t, fmt.Sprintf(query, page))
			for _, id := range gjson.Get(body, "carts.#.user_id").Array() {
				ids = append(ids, id.Str)
			}
		}
		if slices.Sort(ids); whole {
			s.ask(t, "GET /api/carts/?page=2") // somebody else
		}
		return strings.Join(ids, " ")
	}
}

func afterForbidden(asks bool) believer {
	return func(t *testing.T, s *store) string {
		status, _, _ := s.ask(t, asked["cartfunnel"]["get"])
		if status == 403 && !asks {
			return "the key is dead"
		}
		status, _, _ = s.ask(t, asked["cartfunnel"]["list"])
		return fmt.Sprint(status)
	}
}

func newest(parses bool) believer {
	return func(t *testing.T, s *store) string {
		s.Advance(29 * time.Minute)
		s.ask(t, `PATCH /customers/1.json {"customer":{"note":"winter"}}`) // 04:29 at -05:00
		s.Advance(time.Minute)
		s.ask(t, `PATCH /customers/2.json {"customer":{"note":"summer"}}`) // 05:30 at -04:00
		_, body, _ := s.ask(t, asked["cartfunnel"]["list"])
		latest := ""
		for _, at := range gjson.Get(body, "#.updated_at").Array() {
			text := at.Str
			if parses {
				moment, err := time.Parse(time.RFC3339, text)
				require.NoError(t, err)
				text = moment.UTC().Format(time.RFC3339)
			}
			latest = max(latest, text)
		}
		if !parses { // it cuts the offset off and takes the rest for the shop's winter time
			moment, err := time.Parse("2006-01-02T15:04:05.000", latest[:23])
			require.NoError(t, err)
			latest = moment.Add(5 * time.Hour).Format(time.RFC3339)
		}
		return latest
	}
}

func changedSince(overlap time.Duration) believer {
	return func(t *testing.T, s *store) string {
		s.ask(t, asked["cartfunnel"]["update"])
		_, body, _ := s.ask(t, asked["cartfunnel"]["get"])
		seen, err := time.Parse(time.RFC3339, gjson.Get(body, "updated_at").Str)
		require.NoError(t, err)
		s.Advance(time.Minute)
		s.ask(t, asked["cartfunnel"]["create"])
		_, body, _ = s.ask(t, asked["cartfunnel"]["page3"])
		found := "nothing"
		for _, c := range gjson.Parse(body).Array() {
			at, err := time.Parse(time.RFC3339, c.Get("updated_at").Str)
			require.NoError(t, err)
			if at.After(seen.Add(-overlap)) {
				found = c.Get("email").Str
			}
		}
		return found
	}
}

func tryThrice(pause time.Duration) believer {
	return func(t *testing.T, s *store) string {
		status := 0
		for range 3 {
			if status, _, _ = s.ask(t, asked["cartfunnel"]["list"]); status == 200 {
				break
			}
			s.Advance(pause)
		}
		return fmt.Sprint(status)
	}
}

// Whoever reads stock, counts and writes loses what was sold in between; whoever
// says by how much it changes does not.
func TestConflictOnStock(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]int{`{"quantity":9}`: 9, `{"adjustment":-1}`: 6} {
		shop := cartly.Start(t)
		shop.Products.Add(cartly.Product{Title: "Mug", Variants: []cartly.Variant{{ID: "var_1", SKU: "m", Inventory: 10}}})
		shop.Inject(scenarios.Conflict(`{"adjustment":-3}`).Call(1))
		s := &store{shop.Server, map[string][]string{"Authorization": {"Bearer " + shop.Token()}, "Content-Type": {"application/json"}}}
		status, answer, _ := s.ask(t, "PUT /apps/api/inventory/var_1 "+body)
		require.Equal(t, 200, status, answer)
		assert.Equal(t, int64(want), gjson.Get(answer, "available").Int(), "of 10, three and one were sold: %s", body)
	}
}

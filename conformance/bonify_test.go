package conformance

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/cartdouble/cartdouble/conformance/internal/reference"
	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/bonify"
)

// The limit is on where it is the subject, and nowhere else.
func TestBonifyLimitIsOnWhereItIsTheSubject(t *testing.T) {
	t.Parallel()
	for _, k := range Bonify().checks {
		if len(k.scenes) == 0 {
			t.Errorf("%s has no scene to switch the limit off in", k.id)
		}
		for _, sc := range k.scenes {
			shop := bonify.New(append([]fake.Option{fake.Frozen()}, sc.options...)...)
			for range 2 {
				q, err := http.NewRequestWithContext(t.Context(), http.MethodGet, shop.BaseURL()+"/customers", nil)
				if err != nil {
					t.Fatal(err)
				}
				q.Header.Set(bonDomain, shop.ShopDomain())
				q.Header.Set(bonKey, shop.APIKey())
				answer, err := shop.Client().Do(q)
				if err != nil {
					t.Fatal(err)
				}
				_ = answer.Body.Close()
			}
			status := shop.Calls()[1].Status
			if on := status == http.StatusTooManyRequests; on != (familyOf(k.id) == "BON-RATE") {
				t.Errorf("%s %s: the second call is answered with %d", k.id, sc.name, status)
			}
			shop.Close()
		}
	}
}

// watchedBonify runs a test of a client with some bug, which watches. The client
// keeps its pace, which costs nothing in a bubble.
func watchedBonify(t *testing.T, bug string, client func(*reference.Bonify)) (r *Report, test *recorder) {
	t.Helper()
	synctest.Test(t, func(*testing.T) {
		test = &recorder{name: "TestShop"}
		shop := bonify.Start(test, fake.Allow("no-route"))
		for i := range 60 {
			shop.Customers.Add(bonify.Customer{ID: int64(1 + i), Email: fmt.Sprintf("c%d@example.com", i)})
		}
		r = Watch(test, shop)
		client(reference.NewBonify(shop.BaseURL(), shop.ShopDomain(), shop.APIKey(), shop.Client(), bugged(bug)))
		test.clean()
	})
	return r, test
}

func TestBonifyIsWatched(t *testing.T) {
	t.Parallel()
	all := func(c *reference.Bonify) {
		_, _ = c.List(context.Background(), reference.BonifyFilter{Field: "email", Operator: "equals", Value: "c1@example.com"},
			reference.BonifyFilter{Field: "text", Operator: "empty"})
		_, _ = c.List(context.Background())
		_ = c.Update(context.Background(), []reference.BonifyCustomer{{ID: 1, LastName: "Fox"}})
		_ = c.Create(context.Background(), []reference.BonifyCustomer{{Email: "new@example.com"}})
		_ = c.Delete(context.Background(), 2)
	}
	for bug, want := range map[string]string{
		"": "", "BON-AUTH-01b": "BON-AUTH-01", "BON-URL-01a": "BON-URL-01", "BON-PAGE-03a": "BON-PAGE-03", "BON-PAGE-02a": "BON-PAGE-03",
		"BON-FILT-01a": "BON-FILT-01", "BON-FILT-02a": "BON-FILT-02", "BON-FILT-04a": "BON-FILT-04", "BON-FILT-04b": "BON-FILT-04",
		"BON-PUT-01a": "BON-PUT-01", "BON-POST-01a": "BON-POST-01", "BON-CLR-02a": "",
	} {
		t.Run(bug, func(t *testing.T) {
			t.Parallel()
			r, test := watchedBonify(t, bug, all)
			var failed []string
			for _, res := range r.Failed() {
				failed = append(failed, res.Rule.ID)
			}
			if got := strings.Join(failed, ", "); got != want {
				t.Errorf("%q fail, want %q: %s", got, want, test.failure())
			}
			if len(r.Results) != 10 {
				t.Errorf("%d results", len(r.Results))
			}
			if strings.Contains(test.failure(), "your_api_key") {
				t.Errorf("the key is told: %s", test.failure())
			}
		})
	}
	warned, _ := watchedBonify(t, "BON-CLR-02a", all)
	if got := state(t, warned, "BON-CLR-02"); got != warn {
		t.Errorf("BON-CLR-02 is %s", got)
	}
	silent, _ := watchedBonify(t, "", func(*reference.Bonify) {})
	for _, res := range silent.Results {
		if res.State != notExercised {
			t.Errorf("%s is %s, and nothing was asked", res.Rule.ID, res.State)
		}
	}
}

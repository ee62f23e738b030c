package conformance

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/cartdouble/cartdouble/conformance/internal/reference"
	"github.com/cartdouble/cartdouble/fake"
)

// A client that claims one function alone is judged by what it claims, and by
// nothing else.
func TestClientsMayBePartial(t *testing.T) {
	t.Parallel()
	t.Run("cartfunnel", func(t *testing.T) { partial(t, Cartfunnel(), cartfunnelAdapter) })
	t.Run("cscart", func(t *testing.T) { partial(t, Cscart(), cscartAdapter, "Status", "Message") })
	t.Run("fluidpay", func(t *testing.T) { partial(t, Fluidpay(), fluidpayAdapter, "Status", "Message", "Correlation") })
	t.Run("bonify", func(t *testing.T) { partial(t, Bonify(), bonifyAdapter) })
	t.Run("cartly", func(t *testing.T) {
		partial(t, Cartly(), cartlyAdapter, "Authorize", "Callback", "Rotate", "Known")
	})
}

// partial tries the functions of an adapter one by one. Those of beside go with
// another: no check asks for one of them alone.
func partial[C any](t *testing.T, s *Suite[C], adapter func(*reference.Bug) func(fake.TB, Env) C, beside ...string) {
	for i := range reflect.TypeFor[C]().NumField() {
		name := reflect.TypeFor[C]().Field(i).Name
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := evaluate(t, s, func(tb fake.TB, env Env) C {
				var one C
				all := adapter(nil)(tb, env)
				reflect.ValueOf(&one).Elem().Field(i).Set(reflect.ValueOf(all).Field(i))
				return one
			})
			passed := 0
			for _, res := range r.Results {
				switch res.State {
				case pass:
					passed++
				case notClaimed, chosen:
				default:
					t.Error(r.blockText(res))
				}
			}
			if alone := !slices.Contains(beside, name); alone != (passed > 0) {
				t.Errorf("%d checks pass", passed)
			}
		})
	}
}

// The right client passes whichever way a reading is pinned.
func TestReadingsMayBePinned(t *testing.T) {
	t.Parallel()
	t.Run("cartfunnel", func(t *testing.T) { pinned(t, Cartfunnel(), cartfunnelAdapter) })
	t.Run("cscart", func(t *testing.T) { pinned(t, Cscart(), cscartAdapter) })
	t.Run("fluidpay", func(t *testing.T) { pinned(t, Fluidpay(), fluidpayAdapter) })
	t.Run("bonify", func(t *testing.T) { pinned(t, Bonify(), bonifyAdapter) })
	t.Run("cartly", func(t *testing.T) { pinned(t, Cartly(), cartlyAdapter) })
}

// pinned tries each reading that the fake can be switched to.
func pinned[C any](t *testing.T, s *Suite[C], adapter func(*reference.Bug) func(fake.TB, Env) C) {
	for _, f := range s.flags {
		for _, reading := range f.readings {
			if reading.options == nil {
				continue
			}
			t.Run(f.name+" "+reading.word, func(t *testing.T) {
				t.Parallel()
				r := evaluate(t, s, adapter(nil), Choose(f.name, reading.word))
				for _, res := range r.Results {
					if res.State != pass {
						t.Error(r.blockText(res))
					}
				}
			})
		}
	}
}

// What no document says is asked with care: the common checks fail nobody who
// does not ask for it. Which checks there are, and at what level, stands in
// testdata/rules-*.txt.
func TestCommonChecksAreOfTheLevelCare(t *testing.T) {
	t.Parallel()
	for _, rules := range [][]Rule{Cartfunnel().Rules(), Cscart().Rules(), Fluidpay().Rules(), Bonify().Rules(), Cartly().Rules()} {
		common := 0
		for _, r := range rules {
			if !strings.HasPrefix(r.ID, "GEN-") {
				continue
			}
			if common++; r.Level != care {
				t.Errorf("%s of %s is a %s", r.ID, r.API, r.Level)
			}
		}
		if common < 17 {
			t.Errorf("%s has %d of the common checks", rules[0].API, common)
		}
	}
}

package conformance

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cartdouble/cartdouble/conformance/internal/reference"
	"github.com/cartdouble/cartdouble/fake"
)

func TestOptionsThatAreMistakes(t *testing.T) {
	t.Parallel()
	known := func(text string) Option { return KnownFailures(fstest.MapFS{"k": {Data: []byte(text)}}, "k") }
	for want, o := range map[string]Option{
		`conformance: Only("CFN-SAFE-*") fits no check of cartfunnel`:                                               Only("CFN-SAFE-*"),
		`(did you mean "CFN-SAVE-01"?)`:                                                                             Only("CFN-SAFE-01"),
		`conformance: Only("["): syntax error in pattern`:                                                           Only("["),
		`conformance: k:1: cartfunnel has no check "CFN-SAFE-01" (did you mean "CFN-SAVE-01"?)`:                     known("CFN-SAFE-01 reason=x until=2030-01-01 why=x"),
		`conformance: k:1: CFN-SAVE-01 has no reason=`:                                                              known("CFN-SAVE-01"),
		`conformance: open none: file does not exist`:                                                               KnownFailures(fstest.MapFS{}, "none"),
		`conformance: Choose("BOOLS_AS_STRING", "x"): cartfunnel has no such flag (did you mean "BOOL_AS_STRING"?)`: Choose("BOOLS_AS_STRING", "x"),
		`conformance: Choose("BOOL_AS_STRING", "bool"): want one of strings, booleans`:                              Choose("BOOL_AS_STRING", "bool"),
	} {
		r, err := Evaluate(t.Context(), Cartfunnel(), func(Env) CartfunnelClient { return CartfunnelClient{} }, o)
		if r != nil || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

func TestOnlySelects(t *testing.T) {
	t.Parallel()
	r := evaluate(t, Cartfunnel(), good, Only("CFN-GET-*", "GEN-CTX-01"))
	if len(r.Results) != 2 || r.Results[0].Rule.ID != "CFN-GET-01" || r.Results[1].Rule.ID != "GEN-CTX-01" {
		t.Errorf("results %+v", r.Results)
	}
}

// A reading that is pinned is what the fakes then do, and a right client passes
// under each of them.
func TestReferencePassesUnderEachReading(t *testing.T) {
	t.Parallel()
	for _, f := range cfnFlags() {
		for _, r := range f.readings {
			t.Run(f.name+"="+r.word, func(t *testing.T) {
				t.Parallel()
				for _, res := range evaluate(t, Cartfunnel(), good, Choose(f.name, r.word)).Results {
					if res.State != pass {
						t.Errorf("%s is %s: %v", res.Rule.ID, res.State, res.Finding)
					}
				}
			})
		}
	}
}

func TestPinnedReadingReachesTheFake(t *testing.T) {
	t.Parallel()
	bug := func(env Env) CartfunnelClient { return cartfunnelAdapter(bugged("CFN-TYPE-01a"))(nil, env) } // reads real booleans alone
	for reading, want := range map[string]State{"strings": fail, "booleans": pass} {
		r, err := Evaluate(t.Context(), Cartfunnel(), bug, Only("CFN-GET-01"), Choose("BOOL_AS_STRING", reading))
		if err != nil {
			t.Fatal(err)
		}
		become(t, r, want)
	}
}

// Data come from the seed: another seed has other ids, the same has the same.
func TestSeedDecidesTheData(t *testing.T) {
	t.Parallel()
	ids := func(seed uint64) string {
		var got []string
		mk := func(env Env) CartfunnelClient {
			c := good(nil, env)
			return CartfunnelClient{Get: func(ctx context.Context, id int64) (CartfunnelCustomer, error) {
				one, err := c.Get(ctx, id)
				got = append(got, one.Email, one.FirstName, string(rune(id)))
				return one, err
			}}
		}
		if _, err := Evaluate(t.Context(), Cartfunnel(), mk, Only("CFN-GET-01"), Seed(seed)); err != nil {
			t.Fatal(err)
		}
		return strings.Join(got, " ")
	}
	first, again, other := ids(7), ids(7), ids(8)
	if first != again || first == other {
		t.Errorf("seeds 7, 7, 8: %q, %q, %q", first, again, other)
	}
}

// An error may be an open book to its own package and opaque to others.
type codedError struct{ code, text string }

func (e *codedError) Error() string { return e.text }

func TestClassifyTellsErrorsApart(t *testing.T) {
	t.Parallel()
	byText := func(env Env) CartfunnelClient {
		c := good(nil, env)
		return CartfunnelClient{Create: func(ctx context.Context, one CartfunnelCustomer) (CartfunnelCustomer, error) {
			made, err := c.Create(ctx, one)
			if err == nil {
				return made, nil
			}
			coded := &codedError{"not-saved", err.Error()}
			if strings.Contains(coded.text, "taken") {
				coded.code = "taken"
			}
			return made, coded
		}}
	}
	run := func(opts ...Option) *Report {
		r, err := Evaluate(t.Context(), Cartfunnel(), byText, append(opts, Only("GEN-TEXT-01"))...)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	become(t, run(), pass)
	r := run(Classify(func(err error) Kind { return err.(*codedError).code }))
	become(t, r, warn)
	contains(t, r.text(false), "one kind of error: taken", "not-saved", "other-kind")
}

// Where kinds are known, what is not there has to be told by an error of that kind.
func TestClassifyTellsWhatIsNotThere(t *testing.T) {
	t.Parallel()
	right := func(err error) Kind {
		if errors.Is(err, reference.ErrNotFound) {
			return "not-found"
		}
		return "refused"
	}
	wrong := func(error) Kind { return "refused" }
	t.Run("cscart", func(t *testing.T) { notThere(t, Cscart(), cscartAdapter(nil), right, wrong, fail, "CSC-GET-02") })
	t.Run("fluidpay", func(t *testing.T) { notThere(t, Fluidpay(), fluidpayAdapter(nil), right, wrong, warn, "FLP-DEL-01") })
	t.Run("bonify", func(t *testing.T) { notThere(t, Bonify(), bonifyAdapter(nil), right, wrong, fail, "BON-GET-01") })
	t.Run("bonify, other readings", func(t *testing.T) {
		one := func(err error) Kind { // a list of nobody is told otherwise than a 404
			if strings.Contains(err.Error(), "no customer has the id") {
				return "refused"
			}
			return right(err)
		}
		notThere(t, Bonify(), bonifyAdapter(nil), right, one, warn, "BON-GET-02")
	})
	t.Run("cartly", func(t *testing.T) { notThere(t, Cartly(), cartlyAdapter(nil), right, wrong, warn, "CLY-INV-03") })
}

func notThere[C any](t *testing.T, s *Suite[C], client func(fake.TB, Env) C, right, wrong func(error) Kind, state State, id string) {
	t.Helper()
	become(t, evaluate(t, s, client, Only(id), Classify(right)), pass)
	r := evaluate(t, s, client, Only(id), Classify(wrong))
	become(t, r, state)
	contains(t, r.text(false), "an error of the kind not-found from ", `the kind "refused", of the error`)
}

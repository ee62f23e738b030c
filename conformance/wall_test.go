package conformance

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/cartdouble/cartdouble/conformance/internal/reference"
	"github.com/cartdouble/cartdouble/fake"
)

// byAddress is the adapter of a client that takes an address and makes its own
// connections.
func byAddress(bug *reference.Bug) func(fake.TB, Env) CartfunnelClient {
	inner := cartfunnelAdapter(bug)
	return func(tb fake.TB, env Env) CartfunnelClient {
		if !strings.HasPrefix(env.BaseURL, "http://127.0.0.1:") || env.Virtual {
			tb.Fatalf("the environment is %+v", env)
		}
		return inner(tb, env)
	}
}

// Over loopback and by the clock on the wall the right client passes, what breaks
// on the way breaks for it too, and what leaves for other hosts is seen.
func TestWallClockJudgesAsTheVirtualOne(t *testing.T) {
	t.Parallel()
	const why = "it makes its own connections"
	var all sync.WaitGroup // they wait most of their time
	for _, name := range some(
		"CFN-AUTH-01a", "CFN-AUTH-03a", "CFN-SAVE-01a", "CFN-PAGE-01a", "CFN-PAGE-02b", "GEN-BODY-01a", "GEN-DUP-01a",
		"GEN-REDIR-01a", "GEN-REDIR-01b", "GEN-REDIR-02a", "GEN-LOOP-01a", "GEN-GZIP-01a", "GEN-UTF8-01a",
	) {
		id := name[:len(name)-1]
		all.Go(func() {
			if r := evaluate(t, Cartfunnel(), byAddress(nil), Only(id), WallClock(why)); r.Results[0].State != pass {
				t.Errorf("the right client: %s", r.blockText(r.Results[0]))
			}
		})
		all.Go(func() {
			virtual := evaluate(t, Cartfunnel(), cartfunnelAdapter(bugged(name)), Only(id)).Results[0]
			wall := evaluate(t, Cartfunnel(), byAddress(bugged(name)), Only(id), WallClock(why)).Results[0]
			if wall.State != virtual.State || wall.Finding.Code != virtual.Finding.Code {
				t.Errorf("%s is %s %s, and %s %s in virtual time", name, wall.State, wall.Finding, virtual.State, virtual.Finding)
			}
		})
	}
	all.Wait()
	r := evaluate(t, Cartfunnel(), byAddress(nil), Only("CFN-SAVE-04", "GEN-LEAK-01"), WallClock(why))
	if r.Clock != "wall, "+why {
		t.Errorf("the clock is %q", r.Clock)
	}
	become(t, r, pass, notClaimed)
	contains(t, r.text(false), "clock: wall, it makes its own connections", "not claimed: Env.HTTP (1 check)")
}

// A receiver is judged by the clock on the wall as well: the fake's clock goes on
// by itself, for retries and for what comes late.
func TestWallClockTakesDeliveries(t *testing.T) {
	t.Parallel()
	var all sync.WaitGroup // they wait most of their time
	for _, name := range some("CLY-EVT-07a", "CLY-SIG-02a", "CLY-EVT-05a") {
		id := name[:len(name)-1]
		for bug, want := range map[string]State{"": pass, name: Cartly().index[id].level.broken()} {
			all.Go(func() {
				r := evaluate(t, Cartly(), cartlyAdapter(bugged(bug)), Only(id), WallClock("a test"))
				if res := r.Results[0]; res.State != want {
					t.Errorf("with the bug %q: %s", bug, r.blockText(res))
				}
			})
		}
	}
	all.Wait()
}

func TestWallClockWantsAReason(t *testing.T) {
	t.Parallel()
	_, err := Evaluate(context.Background(), Cartfunnel(), func(Env) CartfunnelClient { return CartfunnelClient{} }, WallClock(""))
	if err == nil || !strings.Contains(err.Error(), `WallClock(""): say why`) {
		t.Errorf("got %v", err)
	}
}

// What a server tells a client to wait is short enough to be waited for.
func TestWallClockCutsWaitsShort(t *testing.T) {
	t.Parallel()
	limited := fake.NewFault("rate-limited").Set("retry-after", "30s")
	slow := fake.NewFault("slow-body").Set("over", "5s").Set("chunks", "5")
	down := fake.NewFault("server-error").Set("status", "503")
	for _, c := range []struct{ got, want fake.Fault }{
		{Cartfunnel().shortened(limited), limited.Set("retry-after", "1s")},
		{Cartfunnel().shortened(limited.Set("retry-after", "500ms")), limited.Set("retry-after", "500ms")},
		{Cartfunnel().shortened(down), down},
		{Bonify().shortened(slow), slow.Set("over", "2s")},
		{Bonify().shortened(slow.Set("over", "1s")), slow.Set("over", "1s")},
		{Cscart().shortened(down), down.Set("retry-after", "1s")},
	} {
		if c.got.String() != c.want.String() {
			t.Errorf("got %s, want %s", c.got, c.want)
		}
	}
}

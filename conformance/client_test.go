package conformance

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// one evaluates one check against one client.
func one(t *testing.T, mk func(fake.TB, Env) CartfunnelClient, change ...func(*cfnCheck)) Result {
	t.Helper()
	return evaluate(t, sample(lister("CFN-A-01", change...)), mk).Results[0]
}

func TestClientThatNeverStopsIsEnded(t *testing.T) {
	t.Parallel()
	var count int
	res := one(t, only(func(ctx context.Context, env Env) error {
		count = 0
		for {
			_ = ask(ctx, env)
			count++
		}
	}))
	if res.State != fail || res.Finding.Code != "runaway" || count != budget {
		t.Errorf("%s %v after %d requests", res.State, res.Finding, count)
	}
}

// The request that is one too many may be that of a goroutine which the call
// then waits for.
func TestWorkerThatNeverStopsIsEnded(t *testing.T) {
	t.Parallel()
	res := one(t, only(func(ctx context.Context, env Env) error {
		done := make(chan int)
		go func() {
			for {
				_ = ask(ctx, env)
			}
		}()
		<-done
		return nil
	}))
	if res.Finding.Code != "runaway" {
		t.Errorf("%s %v", res.State, res.Finding)
	}
}

func TestClientThatNeverReturnsIsGivenUp(t *testing.T) {
	t.Parallel()
	for name, block := range map[string]func(context.Context){
		"blocks": func(context.Context) { select {} },
		"waits":  func(ctx context.Context) { <-ctx.Done() },
		"idles": func(context.Context) {
			for {
				time.Sleep(time.Minute)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			res := one(t, only(func(ctx context.Context, _ Env) error { block(ctx); return nil }))
			if res.State != fail || res.Finding.Code != "never-returned" {
				t.Errorf("%s %v", res.State, res.Finding)
			}
			contains(t, res.Finding.Got, "List has not returned after 24h0m0s")
			if left := res.Left != ""; left != (name != "waits") {
				t.Errorf("left behind: %q", res.Left)
			}
		})
	}
}

// A bubble in which a goroutine waits for a mutex stands still; the next check
// must not.
func TestClientThatStopsTimeIsLeftAlone(t *testing.T) {
	t.Parallel()
	var locked sync.Mutex
	locked.Lock()
	defer locked.Unlock()
	over := make(chan time.Time, 2) // the patience with the first check, once it blocks
	mk := func(tb fake.TB, env Env) CartfunnelClient {
		c := good(tb, env)
		if strings.Contains(env.BaseURL, "cfn-a-01") {
			c.List = func(context.Context) ([]CartfunnelCustomer, error) {
				over <- time.Time{}
				locked.Lock()
				return nil, nil
			}
		}
		return c
	}
	r := evaluate(t, sample(lister("CFN-A-01"), lister("CFN-B-01")), mk, func(c *config) error {
		c.patience = func(check string) (<-chan time.Time, func()) {
			if check == "CFN-A-01" {
				return over, func() {}
			}
			return nil, func() {}
		}
		return nil
	})
	become(t, r, fail, pass)
	if r.Results[0].Finding.Code != "stuck" {
		t.Errorf("found %v", r.Results[0].Finding)
	}
}

func TestGoroutineThatStaysIsReported(t *testing.T) {
	t.Parallel()
	leaky := func(tb fake.TB, env Env) CartfunnelClient {
		go leftBehind()
		return good(tb, env)
	}
	res := one(t, leaky)
	if res.State != pass {
		t.Errorf("%s %v: another check is no place for it", res.State, res.Finding)
	}
	contains(t, res.Left, "leftBehind")
	if n := strings.Count(res.Left, "goroutine "); n != 2 { // itself, and "created by … in goroutine"
		t.Errorf("%d goroutines in:\n%s", n, res.Left)
	}
	res = one(t, leaky, func(k *cfnCheck) { k.leaks = true })
	if res.State != fail || res.Finding.Code != "goroutine-left" {
		t.Errorf("%s %v", res.State, res.Finding)
	}
}

func leftBehind() { select {} }

// waitDeep waits with that many calls on its stack.
func waitDeep(calls int, done chan int) int {
	if calls == 0 {
		return <-done
	}
	return waitDeep(calls-1, done) + 1
}

// What stays behind is found among many goroutines of others.
func TestGoroutineThatStaysIsFoundAmongMany(t *testing.T) {
	t.Parallel()
	done := make(chan int)
	defer close(done)
	for range 600 {
		go waitDeep(40, done)
	}
	res := one(t, func(tb fake.TB, env Env) CartfunnelClient {
		go leftBehind()
		return good(tb, env)
	})
	contains(t, res.Left, "leftBehind")
}

// The reply's body is what is forgotten most; its goroutine waits in net/http.
func TestForgottenBodyIsALeak(t *testing.T) {
	t.Parallel()
	res := one(t, only(func(ctx context.Context, env Env) error {
		r, _ := http.NewRequestWithContext(ctx, http.MethodGet, env.BaseURL+"/customers.json", nil)
		_, err := env.HTTP.Do(r)
		return err
	}), func(k *cfnCheck) {
		k.leaks = true
		k.judge = func(*cfnRun) Finding { return Finding{} }
	})
	if res.Finding.Code != "goroutine-left" {
		t.Errorf("%s %v", res.State, res.Finding)
	}
	contains(t, res.Left, "net/http.(*persistConn)")
}

func TestAdapterThatFailsIsAnError(t *testing.T) {
	t.Parallel()
	fails := map[string]func(fake.TB){
		"cannot log in": func(tb fake.TB) { tb.Errorf("%s: %s", tb.Name(), "cannot log in") },
		"no config":     func(tb fake.TB) { tb.Helper(); tb.Fatalf("no config") },
		"ended its":     func(fake.TB) { runtime.Goexit() },
		"at the disco":  func(fake.TB) { panic("at the disco") },
	}
	for note, failing := range fails {
		t.Run(note, func(t *testing.T) {
			t.Parallel()
			res := one(t, func(tb fake.TB, env Env) CartfunnelClient {
				failing(tb)
				return good(tb, env)
			})
			if res.State != broke {
				t.Errorf("%s %v", res.State, res.Finding)
			}
			contains(t, res.Note, note)
		})
	}
}

func TestPanicOfACallIsAnErrorUnlessTheCheckIsAboutIt(t *testing.T) {
	t.Parallel()
	panics := only(func(ctx context.Context, env Env) error { _ = ask(ctx, env); panic("at the disco") })
	res := one(t, panics)
	if res.State != broke {
		t.Errorf("%s %v", res.State, res.Finding)
	}
	contains(t, res.Note, "panicked in List: at the disco", "client_test.go")
	res = one(t, panics, func(k *cfnCheck) { k.panics = true })
	if res.State != fail {
		t.Errorf("%s %v", res.State, res.Note)
	}
}

func TestAdapterMayCleanUp(t *testing.T) {
	t.Parallel()
	var order []string
	res := one(t, func(tb fake.TB, env Env) CartfunnelClient {
		tb.Cleanup(func() { order = append(order, "first") })
		tb.Cleanup(func() { order = append(order, fmt.Sprint("last, failed ", tb.Failed())) })
		return good(tb, env)
	})
	if res.State != pass || strings.Join(order, "; ") != "last, failed false; first" {
		t.Errorf("%s, %q", res.State, order)
	}
}

func TestLogIsKeptWithTheCheck(t *testing.T) {
	t.Parallel()
	res := one(t, only(func(_ context.Context, env Env) error {
		env.Log("asked with %s", env.Creds["secret"])
		return nil
	}))
	if len(res.Log) != 1 || res.Log[0] != "asked with ***" {
		t.Errorf("log is %q", res.Log)
	}
}

func TestRequestToAnotherHostFails(t *testing.T) {
	t.Parallel()
	phones := only(func(ctx context.Context, env Env) error {
		r, _ := http.NewRequestWithContext(ctx, http.MethodPost, "https://metrics.example.org/v1", strings.NewReader("x"))
		answer, err := env.HTTP.Do(r)
		if err != nil {
			return err
		}
		_ = answer.Body.Close()
		return ask(ctx, env)
	})
	res := one(t, phones, at(care))
	if res.State != fail || res.Finding.Got != "tried to reach https://metrics.example.org/v1" {
		t.Errorf("%s %v", res.State, res.Finding)
	}
	contains(t, strings.Join(res.Wire, "\n"), "to another host: POST https://metrics.example.org/v1")
}

// A client may have the vendor's address built in.
func TestDocumentedHostIsTheFake(t *testing.T) {
	t.Parallel()
	res := one(t, func(tb fake.TB, env Env) CartfunnelClient {
		env.BaseURL = "https://api.cartfunnel.net/v1"
		return good(tb, env)
	})
	if res.State != pass {
		t.Errorf("%s %v", res.State, res.Finding)
	}
}

func TestEachCheckHasAHostOfItsOwn(t *testing.T) {
	t.Parallel()
	var urls []string
	mk := func(tb fake.TB, env Env) CartfunnelClient {
		urls = append(urls, env.BaseURL)
		if !env.Virtual || env.Creds["account"] != "myshop" {
			t.Errorf("environment %+v", env)
		}
		return good(tb, env)
	}
	become(t, evaluate(t, sample(lister("CFN-A-01"), lister("CFN-B-01")), mk), pass, pass)
	if got := strings.Join(urls, " "); got != "https://cfn-a-01.cartfunnel.test/v1 https://cfn-b-01.cartfunnel.test/v1" {
		t.Errorf("base URLs are %s", got)
	}
}

func TestTimeIsVirtual(t *testing.T) {
	t.Parallel()
	began := time.Now()
	res := one(t, func(tb fake.TB, env Env) CartfunnelClient {
		time.Sleep(23 * time.Hour)
		return good(tb, env)
	})
	if took := time.Since(began); res.State != pass || took > time.Minute {
		t.Errorf("%s after %v", res.State, took)
	}
}

func TestRunInsideABubbleSaysSo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		res := one(t, good)
		if res.State != broke {
			t.Errorf("%s %v", res.State, res.Finding)
		}
		contains(t, res.Note, "bubble")
	})
}

func TestEvaluateEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	r, err := Evaluate(ctx, sample(lister("CFN-A-01"), lister("CFN-B-01")), func(env Env) CartfunnelClient {
		cancel()
		return good(nil, env)
	})
	if r != nil || err != context.Canceled {
		t.Errorf("report %v, error %v", r, err)
	}
}

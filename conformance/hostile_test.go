package conformance_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/cartdouble/cartdouble/conformance"
)

// getting is an adapter whose Get asks in some way.
func getting(ask func(env conformance.Env, url string) error) func(conformance.Env) conformance.BonifyClient {
	return func(env conformance.Env) conformance.BonifyClient {
		return conformance.BonifyClient{Get: func(_ context.Context, _ int64) (conformance.BonifyCustomer, error) {
			return conformance.BonifyCustomer{}, ask(env, env.BaseURL+"/customers/1")
		}}
	}
}

// throughDefaults asks with what is there without asking.
func throughDefaults(get func(string) (*http.Response, error)) func(conformance.Env, string) error {
	return func(_ conformance.Env, url string) error {
		resp, err := get(url)
		if err == nil {
			err = resp.Body.Close()
		}
		return err
	}
}

// A client that does not use the network it is given is told so, whoever's it uses:
// it neither leaves the process nor ends it. Outside of the suite the default
// transport does what it always did.
func TestDefaultClientIsAVisitToAnotherHost(t *testing.T) {
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "here") }))
	t.Cleanup(service.Close)
	clone := http.DefaultTransport.(*http.Transport).Clone()
	t.Cleanup(clone.CloseIdleConnections)
	bare := &http.Transport{} // of a client's own, which looks names up: that must not end the process
	t.Cleanup(bare.CloseIdleConnections)
	for range 2 {
		r, err := conformance.Evaluate(t.Context(), conformance.Bonify(), getting(throughDefaults((&http.Client{Transport: bare}).Get)), conformance.Only("BON-GET-0*"))
		if err != nil || r.Results[0].State == "PASS" {
			t.Fatal(err, r.Results[0])
		}
	}
	for name, get := range map[string]func(string) (*http.Response, error){
		"http.Get": http.Get, "http.DefaultClient": http.DefaultClient.Get, "a clone": (&http.Client{Transport: clone}).Get,
	} {
		r, err := conformance.Evaluate(t.Context(), conformance.Bonify(), getting(throughDefaults(get)), conformance.Only("BON-GET-0*"))
		if err != nil {
			t.Fatal(err)
		}
		if f := r.Results[0].Finding; f.Code != "foreign-host" || f.Got != "tried to reach bon-get-01.bonify.test:443 with the default transport, not with Env.HTTP" {
			t.Errorf("%s: %+v", name, f)
		}
		resp, err := get(service.URL)
		if err != nil {
			t.Fatal(err)
		}
		if text, _ := io.ReadAll(resp.Body); string(text) != "here" {
			t.Errorf("%s: got %q from a service of the test", name, text)
		}
		_ = resp.Body.Close()
	}
}

// What keeps a situation from coming about is told with it.
func TestWhyNothingWasExercised(t *testing.T) {
	t.Parallel()
	evaluated := func(mk func(conformance.Env) conformance.BonifyClient) string {
		r, err := conformance.Evaluate(t.Context(), conformance.Bonify(), mk, conformance.Only("BON-GET-01"))
		if err != nil {
			t.Fatal(err)
		}
		return string(r.Results[0].State) + ": " + r.Results[0].Note
	}
	for want, ask := range map[string]func(conformance.Env, string) error{
		`NOT EXERCISED: a call of GetCustomer; there was none; Get(345345345346) returned the error "no token", and made no request`: func(conformance.Env, string) error { return errors.New("no token") },
		"ERROR: the adapter panicked in Get(345345345346): oops":                                                                     func(conformance.Env, string) error { panic("oops") },
	} {
		if got := evaluated(getting(ask)); !strings.HasPrefix(got, want) {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	elsewhere := getting(func(env conformance.Env, url string) error {
		resp, err := env.HTTP.Get(strings.Replace(url, "/customers/", "/customer/", 1))
		if err == nil {
			err = resp.Body.Close()
		}
		return err
	})
	if got := evaluated(elsewhere); !strings.Contains(got, "there was none; ") || !strings.Contains(got, "did you mean GET ") {
		t.Errorf("got %s", got)
	}
	r, err := conformance.Evaluate(t.Context(), conformance.Cartly(), func(conformance.Env) conformance.CartlyClient {
		return conformance.CartlyClient{Receiver: func(string, func(conformance.CartlyEvent) error) http.Handler { return nil }}
	}, conformance.Only("CLY-SIG-01"))
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Results[0].Note; !strings.HasSuffix(got, "; Receiver gave no handler; where the client has none, leave the function out") {
		t.Errorf("got %s", got)
	}
}

func TestWhatIsNilIsRefused(t *testing.T) {
	t.Parallel()
	nothing := func(conformance.Env) conformance.BonifyClient { return conformance.BonifyClient{} }
	for want, err := range map[string]error{
		"one of them is nil":   second(conformance.Evaluate[conformance.BonifyClient](t.Context(), conformance.Bonify(), nil)),
		"want a suite":         second(conformance.Evaluate(t.Context(), nil, nothing)),
		"option 2 of 2 is nil": second(conformance.Evaluate(t.Context(), conformance.Bonify(), nothing, conformance.Strict(), nil)),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func second[T any](_ T, err error) error { return err }

package conformance

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// An odd client is the reference client with something done to its requests,
// or to what it returns.
type odd struct {
	trip func(next http.RoundTripper, r *http.Request) (*http.Response, error)
	wrap func(env Env, c *CartfunnelClient)
}

func (o odd) make(tb fake.TB, env Env) CartfunnelClient {
	mk := good
	if o.trip != nil {
		mk = with(good, o.trip)
	}
	c := mk(tb, env)
	if o.wrap != nil {
		o.wrap(env, &c)
	}
	return c
}

// retrying sends a request again while the answer is 503, after these pauses.
func retrying(pauses ...time.Duration) odd {
	return odd{trip: func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
		for _, pause := range pauses {
			answer, err := next.RoundTrip(r)
			if err != nil || answer.StatusCode < 500 {
				return answer, err
			}
			_ = answer.Body.Close()
			time.Sleep(pause)
		}
		return nil, errNo
	}}
}

// listing changes what List gives.
func listing(change func([]CartfunnelCustomer, error) ([]CartfunnelCustomer, error)) odd {
	return odd{wrap: func(_ Env, c *CartfunnelClient) {
		list := c.List
		c.List = func(ctx context.Context) ([]CartfunnelCustomer, error) { return change(list(ctx)) }
	}}
}

// sending changes the body of what is sent.
func sending(old, changed string) odd {
	return odd{trip: func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
		if r.Body != nil {
			body, _ := io.ReadAll(r.Body)
			text := strings.Replace(string(body), old, changed, 1)
			r = r.Clone(r.Context())
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
		}
		return next.RoundTrip(r)
	}}
}

// The findings that no mutant brings about are found too.
func TestMoreBugsAreFound(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		id, code string
		client   odd
	}{
		"retries for long, with growing pauses": {"GEN-5XX-01", "too-many-attempts", retrying(steps(25)...)},
		"retries after the same time each":      {"GEN-WAIT-01", "not-growing", retrying(time.Second, time.Second, time.Second, time.Second)},
		"gives an error without its cause": {"GEN-CTX-01", "other-error", listing(func(all []CartfunnelCustomer, err error) ([]CartfunnelCustomer, error) {
			if err != nil {
				err = errNo
			}
			return all, err
		})},
		"gives an error without the status": {"GEN-HTML-01", "status-unnamed", listing(func(all []CartfunnelCustomer, err error) ([]CartfunnelCustomer, error) {
			if err != nil {
				err = errNo
			}
			return all, err
		})},
		"panics over a page": {"GEN-HTML-01", "panic", listing(func(all []CartfunnelCustomer, err error) ([]CartfunnelCustomer, error) {
			if err != nil {
				panic(err)
			}
			return all, nil
		})},
		"lists the last one twice": {"CFN-PAGE-01", "wrong-list", listing(func(all []CartfunnelCustomer, err error) ([]CartfunnelCustomer, error) {
			return append(all, all[len(all)-1:]...), err
		})},
		"lists all but the first": {"CFN-PAGE-05", "records-missing", listing(func(all []CartfunnelCustomer, err error) ([]CartfunnelCustomer, error) {
			return all[1:], err
		})},
		"fails at the end of a list": {"CFN-PAGE-05", "error", listing(func(all []CartfunnelCustomer, _ error) ([]CartfunnelCustomer, error) {
			return all, errNo
		})},
		"lists another account": {"CFN-AUTH-05", "wrong-account", listing(func(all []CartfunnelCustomer, err error) ([]CartfunnelCustomer, error) {
			return append(all, CartfunnelCustomer{}), err
		})},
		"fails for good accounts": {"CFN-AUTH-05", "error", listing(func([]CartfunnelCustomer, error) ([]CartfunnelCustomer, error) {
			return nil, errNo
		})},
		"stops after a refusal": {"CFN-AUTH-04", "read-stopped", odd{wrap: func(_ Env, c *CartfunnelClient) {
			list, create, dead := c.List, c.Create, false
			c.Create = func(ctx context.Context, one CartfunnelCustomer) (CartfunnelCustomer, error) {
				made, err := create(ctx, one)
				dead = dead || err != nil
				return made, err
			}
			c.List = func(ctx context.Context) ([]CartfunnelCustomer, error) {
				if dead {
					return nil, errNo
				}
				return list(ctx)
			}
		}}},
		"looks for one page more": {"CFN-PAGE-02", "too-many-pages", odd{wrap: func(env Env, c *CartfunnelClient) {
			list := c.List
			c.List = func(ctx context.Context) ([]CartfunnelCustomer, error) {
				all, err := list(ctx)
				return all, errors.Join(err, ask(ctx, env))
			}
		}}},
		"sends the secret in the body": {"CFN-AUTH-03", "secret-in-body", sending(`"anna@example.com"`, `"anna@example.com","api_secret":"your_api_secret"`)},
		"sends one flag":               {"CFN-BODY-06", "boolean-spelling", sending(`"tax_exempt":true`, `"tax_exempt":false`)},
		"blanks the note":              {"CFN-BODY-02", "blank-sent", sending(`"first_name":"Joanna"`, `"first_name":"Joanna","note":null`)},
		"says another note":            {"CFN-BODY-02", "field-lost", sending(`"first_name":"Joanna"`, `"first_name":"Joanna","note":"?"`)},
		"sends an unknown attribute":   {"CFN-BODY-05", "more-than-changed", sending(`"last_name":"Jules"`, `"last_name":"Jules"},"client":{"name":"x"`)},
		"makes up an address":          {"CFN-BODY-04", "stored", sending(`{"first_name":"Guest"`, `{"email":"guest@example.com","first_name":"Guest"`)},
		"makes up another twin":        {"CFN-FIND-02", "twin", sending(`"anna@example.com"`, `"anna2@example.com"`)},
		"keeps the order to itself": {"CFN-TYPE-03", "wrong-order", listing(func(all []CartfunnelCustomer, err error) ([]CartfunnelCustomer, error) {
			for i := range all {
				all[i].LastOrderID = nil
			}
			return all, err
		})},
		"mixes addresses up": {"CFN-CT-02", "wrong-record", listing(func(all []CartfunnelCustomer, err error) ([]CartfunnelCustomer, error) {
			all[0].Email = "x"
			return all, err
		})},
		"goes to the page it was told": {"CFN-PAGE-03", "odd-page", odd{trip: func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			r = r.Clone(r.Context())
			r.URL.RawQuery = strings.Replace(r.URL.RawQuery, "page=2", "page=two", 1)
			return next.RoundTrip(r)
		}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := evaluate(t, Cartfunnel(), c.client.make, Only(c.id))
			if f := r.Results[0].Finding; f.Code != c.code {
				t.Errorf("%s: %s, want %s", c.id, r.text(false), c.code)
			}
		})
	}
}

// steps are n pauses of which each is longer.
func steps(n int) []time.Duration {
	var all []time.Duration
	for i := range n {
		all = append(all, time.Duration(i+1)*time.Second)
	}
	return all
}

// What a right client may do otherwise than the reference is no finding.
func TestOtherWaysAreNoFindings(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		id     string
		client odd
	}{
		"never retries": {"GEN-WAIT-01", odd{wrap: func(env Env, c *CartfunnelClient) {
			c.List = func(ctx context.Context) ([]CartfunnelCustomer, error) { return nil, errors.Join(errNo, ask(ctx, env)) }
		}}},
		"retries once":           {"GEN-5XX-01", retrying(time.Second, time.Second)},
		"waits for no answer":    {"GEN-CTX-01", odd{trip: withDeadline(time.Second)}},
		"does not ask for zip":   {"GEN-GZIP-01", odd{trip: plain}},
		"checks addresses first": {"CFN-BODY-04", odd{wrap: func(_ Env, c *CartfunnelClient) { c.Create = checked(c.Create) }}},
		"reads before it ensures": {"CFN-FIND-01", odd{wrap: func(_ Env, c *CartfunnelClient) {
			list := c.List
			c.Ensure = func(ctx context.Context, one CartfunnelCustomer) (CartfunnelCustomer, error) {
				all, err := list(ctx)
				for _, other := range all {
					if other.Email == one.Email {
						return other, nil
					}
				}
				return one, err
			}
		}}},
		"keeps tags with a comma to itself": {"CFN-TAG-02", odd{wrap: func(_ Env, c *CartfunnelClient) {
			create := c.Create
			c.Create = func(ctx context.Context, one CartfunnelCustomer) (CartfunnelCustomer, error) {
				if strings.Contains(strings.Join(one.Tags, ""), ",") {
					one.Tags = nil
				}
				return create(ctx, one)
			}
		}}},
		"answers with the outcome open": {"GEN-DUP-01", odd{wrap: func(_ Env, c *CartfunnelClient) {
			create := c.Create
			c.Create = func(ctx context.Context, one CartfunnelCustomer) (CartfunnelCustomer, error) {
				if _, err := create(ctx, one); err != nil {
					return CartfunnelCustomer{}, err
				}
				return CartfunnelCustomer{}, fmt.Errorf("who knows: %w", errNo)
			}
		}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			become(t, evaluate(t, Cartfunnel(), c.client.make, Only(c.id)), pass)
		})
	}
}

func withDeadline(d time.Duration) func(http.RoundTripper, *http.Request) (*http.Response, error) {
	return func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
		ctx, cancel := context.WithTimeout(r.Context(), d)
		defer cancel()
		return next.RoundTrip(r.WithContext(ctx))
	}
}

func plain(next http.RoundTripper, r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Accept-Encoding", "identity")
	return next.RoundTrip(r)
}

func checked(create func(context.Context, CartfunnelCustomer) (CartfunnelCustomer, error)) func(context.Context, CartfunnelCustomer) (CartfunnelCustomer, error) {
	return func(ctx context.Context, one CartfunnelCustomer) (CartfunnelCustomer, error) {
		if one.Email == "" {
			return one, errNo
		}
		return create(ctx, one)
	}
}

package conformance

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/cartdouble/cartdouble/fake"
)

// A clyAstray is the reference client with something done to its requests, or to
// its functions.
type clyAstray struct {
	trip func(next http.RoundTripper, r *http.Request) (*http.Response, error)
	wrap func(c *CartlyClient)
	once func(env Env) // at the start of the client
}

func (o clyAstray) make(tb fake.TB, env Env) CartlyClient {
	mk := cartlyAdapter(nil)
	if o.trip != nil {
		mk = with(mk, o.trip)
	}
	if o.once != nil {
		o.once(env)
	}
	c := mk(tb, env)
	if o.wrap != nil {
		o.wrap(&c)
	}
	return c
}

// clySending changes the body of what is sent.
func clySending(old, changed string) clyAstray {
	return clyAstray{trip: func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
		if r.Body != nil {
			body, _ := io.ReadAll(r.Body)
			text := strings.Replace(string(body), old, changed, 1)
			r = r.Clone(r.Context())
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
		}
		return next.RoundTrip(r)
	}}
}

// clyAsking changes the request line of what is sent.
func clyAsking(change func(*http.Request)) clyAstray {
	return clyAstray{trip: func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
		r = r.Clone(r.Context())
		change(r)
		return next.RoundTrip(r)
	}}
}

// clyShowing changes what UpdateCustomer and CreateCustomer give.
func clyShowing(change func(*CartlyCustomer)) clyAstray {
	return clyAstray{wrap: func(c *CartlyClient) {
		create, update := c.CreateCustomer, c.UpdateCustomer
		c.CreateCustomer = func(ctx context.Context, in CartlyCustomer) (CartlyCustomer, error) {
			one, err := create(ctx, in)
			change(&one)
			return one, err
		}
		c.UpdateCustomer = func(ctx context.Context, id string, ch CartlyChange) (CartlyCustomer, error) {
			one, err := update(ctx, id, ch)
			change(&one)
			return one, err
		}
	}}
}

// clyListing changes the lists of customers that the client gives.
func clyListing(change func([]CartlyCustomer) []CartlyCustomer) clyAstray {
	return clyAstray{wrap: func(c *CartlyClient) {
		list, find := c.ListCustomers, c.FindCustomers
		c.ListCustomers = func(ctx context.Context) ([]CartlyCustomer, error) {
			all, err := list(ctx)
			return change(all), err
		}
		c.FindCustomers = func(ctx context.Context, email string) ([]CartlyCustomer, error) {
			all, err := find(ctx, email)
			return change(all), err
		}
	}}
}

// clyAuthorizing changes the URL that the merchant is sent to.
func clyAuthorizing(change func(string) string) clyAstray {
	return clyAstray{wrap: func(c *CartlyClient) {
		authorize := c.Authorize
		c.Authorize = func(ctx context.Context, to string) (string, error) {
			at, err := authorize(ctx, to)
			return change(at), err
		}
	}}
}

// clyOrdering changes how orders are updated.
func clyOrdering(change func(CartlyOrder, error) (CartlyOrder, error)) clyAstray {
	return clyAstray{wrap: func(c *CartlyClient) {
		update := c.UpdateOrder
		c.UpdateOrder = func(ctx context.Context, id string, ch CartlyOrderChange) (CartlyOrder, error) {
			return change(update(ctx, id, ch))
		}
	}}
}

// clyHookingUp changes what Hook gives.
func clyHookingUp(change func(string, error) (string, error)) clyAstray {
	return clyAstray{wrap: func(c *CartlyClient) {
		hook := c.Hook
		c.Hook = func(ctx context.Context, url string, events []string) (string, error) {
			return change(hook(ctx, url, events))
		}
	}}
}

// clyQuiet makes errors of an order's update and of stock successes.
func clyQuiet(c *CartlyClient) {
	update, move := c.UpdateOrder, c.MoveInventory
	c.UpdateOrder = func(ctx context.Context, id string, ch CartlyOrderChange) (CartlyOrder, error) {
		o, _ := update(ctx, id, ch)
		return o, nil
	}
	c.MoveInventory = func(ctx context.Context, variant, location string, by int) error {
		_ = move(ctx, variant, location, by)
		return nil
	}
}

func clyHeader(name, value string) clyAstray {
	return clyAsking(func(r *http.Request) { r.Header.Set(name, value) })
}

// The findings that no mutant brings about are found too.
func TestMoreCartlyBugsAreFound(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		id, code string
		client   clyAstray
	}{
		"uses another token":      {"CLY-AUTH-01", "header-differs", clyHeader("Authorization", "Bearer other")},
		"names no scope":          {"CLY-AUTH-02", "scope-unnamed", clyAstray{wrap: clyMute}},
		"hides the scope":         {"CLY-AUTH-02", "no-error", clyAstray{wrap: clyDeaf}},
		"gives another shop":      {"CLY-OAUTH-02", "wrong-result", clyAstray{wrap: clyLost}},
		"sends one state twice":   {"CLY-OAUTH-04", "same-state", clyAstray{wrap: clyOneFlow}},
		"sends scopes in one":     {"CLY-OAUTH-03", "unknown-scope", clyAuthorizing(func(at string) string { return strings.ReplaceAll(at, "+", "%2B") })},
		"leads to nowhere":        {"CLY-OAUTH-03", "no-exchange", clyAstray{wrap: func(c *CartlyClient) { c.Callback = func(context.Context, string) error { return nil } }}},
		"uses the plain method":   {"CLY-OAUTH-05", "no-pkce", clyAuthorizing(func(at string) string { return strings.ReplaceAll(at, "S256", "plain") })},
		"sends another verifier":  {"CLY-OAUTH-05", "wrong-verifier", clySending("code_verifier=", "code_verifier=x")},
		"takes a refusal":         {"CLY-OAUTH-07", "no-error", clyAstray{wrap: clyContented}},
		"loses the app":           {"CLY-ME-01", "wrong-shop", clyAstray{wrap: clyLost}},
		"ends paths in a slash":   {"CLY-VERB-01", "no-endpoint", clyAsking(func(r *http.Request) { r.URL.Path += "/" })},
		"deletes a customer":      {"CLY-VERB-02", "delete", clyAsking(clyDeletes)},
		"labels JSON as text":     {"CLY-CT-01", "content-type", clyHeader("Content-Type", "text/plain")},
		"tells no id":             {"CLY-STAT-01", "wrong-id", clyHookingUp(func(string, error) (string, error) { return "", nil })},
		"gives another record":    {"CLY-STAT-01", "wrong-record", clyShowing(func(c *CartlyCustomer) { c.FirstName = "" })},
		"gives another id":        {"CLY-ID-01", "id-lost", clyShowing(func(c *CartlyCustomer) { c.ID = strings.TrimLeft(c.ID, "0") })},
		"looks for another":       {"CLY-CUS-01", "address-changed", clyAsking(func(r *http.Request) { r.URL.RawQuery = strings.Replace(r.URL.RawQuery, "%2Btag", "", 1) })},
		"finds one twice":         {"CLY-CUS-01", "wrong-list", clyListing(func(all []CartlyCustomer) []CartlyCustomer { return append(all, all...) })},
		"sends a list of records": {"CLY-CUS-02", "no-object", clySending(`{"email":"jane@example.com","first_name":"Jane"}`, `[{"email":"jane@example.com"}]`)},
		"sends no name":           {"CLY-CUS-02", "field-missing", clySending(`,"first_name":"Jane"`, ``)},
		"finds somebody":          {"CLY-CUS-03", "wrong-record", clyListing(func(all []CartlyCustomer) []CartlyCustomer { return append(all, CartlyCustomer{}) })},
		"finds one of two":        {"CLY-CUS-03", "twin-lost", clyListing(func(all []CartlyCustomer) []CartlyCustomer { return all[:min(len(all), 1)] })},
		"lists them backwards":    {"CLY-CUS-04", "wrong-list", clyListing(func(all []CartlyCustomer) []CartlyCustomer { slices.Reverse(all); return all })},
		"sends more":              {"CLY-CUS-05", "more-sent", clySending(`{"last_name"`, `{"first_name":"Anna","last_name"`)},
		"changes nothing":         {"CLY-CUS-05", "field-lost", clySending(`"last_name"`, `"surname"`)},
		"loses the note":          {"CLY-ORD-01", "note-lost", clySending(`"note":"called back"`, `"text":"called back"`)},
		"reads no note":           {"CLY-ORD-01", "wrong-record", clyOrdering(func(o CartlyOrder, err error) (CartlyOrder, error) { o.Note = ""; return o, err })},
		"is sure of a note":       {"CLY-ORD-02", "success-unknown", clyAstray{wrap: clyQuiet}},
		"fulfills by refunding":   {"CLY-ORD-03", "state-overwritten", clySending(`{`, `{"payment_status":"refunded",`)},
		"is sure of stock":        {"CLY-INV-01", "success-unknown", clyAstray{wrap: clyQuiet}},
		"moves nothing":           {"CLY-INV-01", "not-moved", clySending(`{"adjustment":-3}`, `{"adjustment":0}`)},
		"moves the other place":   {"CLY-INV-02", "wrong-level", clySending(`,"location_id":`, `,"place":`)},
		"knows no refusal":        {"CLY-INV-02", "no-error", clyAstray{wrap: clyQuiet}},
		"overlooks what is gone":  {"CLY-INV-03", "no-error", clyAstray{wrap: clyQuiet}},
		"sends another URL":       {"CLY-HOOK-01", "other-subscription", clySending(clyHookURL, "https://hooks.example.com/")},
		"sends no event":          {"CLY-HOOK-01", "body", clySending(`"events":["order.created"]`, `"events":[]`)},
		"leaves an event out":     {"CLY-HOOK-02", "event-missing", clySending(`,"cart.abandoned"`, ``)},
		"keeps the subscription":  {"CLY-HOOK-03", "not-removed", clyAstray{wrap: clyKeeps}},
		"tells another id":        {"CLY-HOOK-04", "wrong-id", clyHookingUp(func(id string, err error) (string, error) { return id + "x", err })},
		"tells of nothing":        {"CLY-HOOK-07", "not-noticed", clyAstray{wrap: func(c *CartlyClient) { c.Hooks = clyActive(c.Hooks) }}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := evaluate(t, Cartly(), c.client.make, Only(c.id))
			if f := r.Results[0].Finding; f.Code != c.code {
				t.Errorf("%s: %s, want %s", c.id, r.text(false), c.code)
			}
		})
	}
}

var errMute = errors.New("it failed")

// clyMute gives errors that say nothing.
func clyMute(c *CartlyClient) {
	create := c.CreateCustomer
	c.CreateCustomer = func(ctx context.Context, in CartlyCustomer) (CartlyCustomer, error) {
		one, err := create(ctx, in)
		if err != nil {
			err = errMute
		}
		return one, err
	}
}

// clyDeaf gives no errors of CreateCustomer.
func clyDeaf(c *CartlyClient) {
	create := c.CreateCustomer
	c.CreateCustomer = func(ctx context.Context, in CartlyCustomer) (CartlyCustomer, error) {
		one, _ := create(ctx, in)
		return one, nil
	}
}

// clyLost loses what Me gives.
func clyLost(c *CartlyClient) {
	me := c.Me
	c.Me = func(ctx context.Context) (CartlyShop, error) {
		_, err := me(ctx)
		return CartlyShop{}, err
	}
}

// clyOneFlow begins one authorization and gives it to all.
func clyOneFlow(c *CartlyClient) {
	authorize, first := c.Authorize, ""
	c.Authorize = func(ctx context.Context, to string) (string, error) {
		var err error
		if first == "" {
			first, err = authorize(ctx, to)
		}
		return first, err
	}
}

// clyContented is content with whatever comes back.
func clyContented(c *CartlyClient) {
	callback := c.Callback
	c.Callback = func(ctx context.Context, at string) error {
		_ = callback(ctx, at)
		return nil
	}
}

// clyDeletes makes an update of a customer a deletion.
func clyDeletes(r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/apps/api/customers/") {
		r.Method = http.MethodDelete
	}
}

// clyKeeps ends subscriptions by registering them again.
func clyKeeps(c *CartlyClient) {
	hook, unhook := c.Hook, c.Unhook
	c.Unhook = func(ctx context.Context, id string) error {
		if err := unhook(ctx, id); err != nil {
			return err
		}
		_, err := hook(ctx, clyHookURL, []string{"order.updated"})
		return err
	}
}

// clyActive shows subscriptions as if all were active.
func clyActive(hooks func(context.Context) ([]CartlyHook, error)) func(context.Context) ([]CartlyHook, error) {
	return func(ctx context.Context) ([]CartlyHook, error) {
		all, err := hooks(ctx)
		for i := range all {
			all[i].Active = true
		}
		return all, err
	}
}

// clyRenews asks for another token, and forgets it.
func clyRenews(env Env) {
	answer, err := env.HTTP.PostForm(env.BaseURL+"/oauth/token", url.Values{
		"grant_type": {"refresh_token"}, "refresh_token": {env.Creds["refresh_token"]},
		"client_id": {env.Creds["client_id"]}, "client_secret": {env.Creds["client_secret"]},
	})
	if err == nil {
		_ = answer.Body.Close()
	}
}

// What a right client may do otherwise than the reference is no finding.
func TestOtherCartlyWaysAreNoFindings(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		id     string
		client clyAstray
	}{
		"gives up on twins": {"CLY-CUS-03", clyAstray{wrap: func(c *CartlyClient) {
			find := c.FindCustomers
			c.FindCustomers = func(ctx context.Context, email string) ([]CartlyCustomer, error) {
				all, err := find(ctx, email)
				if len(all) > 1 {
					return nil, errNo
				}
				return all, err
			}
		}}},
		"asks for two at a time": {"CLY-CUS-04", clyAsking(func(r *http.Request) {
			r.URL.RawQuery = strings.Replace(r.URL.RawQuery, "limit=50", "limit=2", 1)
		})},
		"names the word in lower case": {"CLY-AUTH-01", clyAsking(func(r *http.Request) {
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), "Bearer", "bearer", 1))
		})},
		"asks for all scopes there are": {"CLY-OAUTH-03", clyAuthorizing(func(at string) string {
			before, after, _ := strings.Cut(at, "&scope=")
			_, after, _ = strings.Cut(after, "&")
			return before + "&" + after
		})},
		"labels JSON with its charset": {"CLY-CT-01", clyHeader("Content-Type", "application/json; charset=utf-8")},
		"knows one place": {"CLY-INV-02", clyAstray{wrap: func(c *CartlyClient) {
			move := c.MoveInventory
			c.MoveInventory = func(ctx context.Context, variant, location string, by int) error {
				if location != "" {
					return errNo
				}
				return move(ctx, variant, location, by)
			}
		}}},
		"sets stock and moves none":        {"CLY-INV-02", clyAstray{wrap: func(c *CartlyClient) { c.MoveInventory = nil }}},
		"asks for a token at its start":    {"GEN-SECRET-01", clyAstray{once: clyRenews}},
		"has not heard of a renewed token": {"GEN-4XX-01", clyAstray{once: clyRenews}},
		"sets what is gone":                {"CLY-INV-03", clyAstray{wrap: func(c *CartlyClient) { c.MoveInventory = nil }}},
		"fails on a subscription that is off": {"CLY-HOOK-07", clyAstray{wrap: func(c *CartlyClient) {
			hooks := c.Hooks
			c.Hooks = func(ctx context.Context) ([]CartlyHook, error) {
				all, err := hooks(ctx)
				for _, h := range all {
					if !h.Active {
						return nil, errors.New(h.URL + " was switched off")
					}
				}
				return all, err
			}
		}}},
		"switches it on again": {"CLY-HOOK-07", clyAstray{wrap: func(c *CartlyClient) {
			hooks, hook := c.Hooks, c.Hook
			c.Hooks = func(ctx context.Context) ([]CartlyHook, error) {
				if _, err := hook(ctx, clyHookURL, []string{"order.created"}); err != nil {
					return nil, err
				}
				return hooks(ctx)
			}
		}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			become(t, evaluate(t, Cartly(), c.client.make, Only(c.id)), pass)
		})
	}
}

package reference

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// A cartlyFlow is an authorization that was begun.
type cartlyFlow struct {
	redirect string
	verifier string // of PKCE
}

// cartlyScopes are what this client asks a merchant for.
var cartlyScopes = []string{"customers:read", "customers:write", "orders:write", "products:write", "webhooks:manage"}

// Authorize begins an authorization. The merchant is to be sent to the URL that
// it gives, and comes back to redirect.
func (c *Cartly) Authorize(_ context.Context, redirect string) (string, error) {
	state, flow := rand.Text(), cartlyFlow{redirect: redirect, verifier: rand.Text() + rand.Text()}
	challenge := sha256.Sum256([]byte(flow.verifier))
	scopes := strings.Join(cartlyScopes, " ")
	if c.bug.is("CLY-OAUTH-03a") {
		scopes = strings.Join(cartlyScopes, ",")
	}
	if c.bug.is("CLY-OAUTH-03b") {
		scopes += " inventory:write"
	}
	query := url.Values{
		"client_id": {c.app.ClientID}, "redirect_uri": {redirect}, "response_type": {"code"}, "scope": {scopes}, "state": {state},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(challenge[:])}, "code_challenge_method": {"S256"},
	}
	if c.bug.is("CLY-OAUTH-05a") {
		flow.verifier = ""
		query.Del("code_challenge")
		query.Del("code_challenge_method")
	}
	if c.bug.is("CLY-OAUTH-04a") {
		state = ""
		query.Del("state")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.flows[state] = flow
	return c.base + "/oauth/authorize?" + query.Encode(), nil
}

// Callback ends an authorization: at is where the merchant came back to. Each
// flow ends once.
func (c *Cartly) Callback(ctx context.Context, at string) error {
	u, err := url.Parse(at)
	if err != nil {
		return err
	}
	given := u.Query()
	flow, err := c.begun(given.Get("state"))
	if err != nil {
		return err
	}
	if told := given.Get("error"); told != "" && !c.bug.is("CLY-OAUTH-07a") {
		return fmt.Errorf("cartly: %w: %s: %s", ErrOAuth, told, given.Get("error_description"))
	}
	form := url.Values{"grant_type": {"authorization_code"}, "code": {given.Get("code")}, "redirect_uri": {flow.redirect}}
	if flow.verifier != "" {
		form.Set("code_verifier", flow.verifier)
	}
	return c.obtain(ctx, form)
}

// begun is the flow with that state, which is over now.
func (c *Cartly) begun(state string) (cartlyFlow, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	flow, known := c.flows[state]
	if !known && c.bug.is("CLY-OAUTH-04b") {
		for state, flow = range c.flows {
			known = true
		}
	}
	if !known {
		return flow, fmt.Errorf("cartly: %w: no authorization was begun with the state %q", ErrOAuth, state)
	}
	delete(c.flows, state)
	return flow, nil
}

// token is the access token as it is now.
func (c *Cartly) token() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.access
}

// renew gets a new access token in the place of one that is over. Of callers at
// the same time the first one gets it for all.
func (c *Cartly) renew(ctx context.Context, over string) error {
	if !c.bug.is("CLY-OAUTH-01a") {
		select {
		case c.turn <- struct{}{}:
			defer func() { <-c.turn }()
		case <-ctx.Done():
			return ctx.Err()
		}
		if c.token() != over {
			return nil
		}
	}
	c.mu.Lock()
	refresh := c.refresh
	c.mu.Unlock()
	if refresh == "" {
		return fmt.Errorf("cartly: %w: the token is over, and there is none to renew it with", ErrOAuth)
	}
	return c.obtain(ctx, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}})
}

// obtain asks the token endpoint, and keeps what it gives: a refresh token stays
// good where no other comes.
func (c *Cartly) obtain(ctx context.Context, form url.Values) error {
	got, err := c.tokens(ctx, form)
	if err != nil {
		return err
	}
	var made struct {
		Access  string `json:"access_token"`
		Refresh string `json:"refresh_token"`
	}
	if got.status != http.StatusOK {
		var told struct {
			Error       string `json:"error"`
			Description string `json:"error_description"`
		}
		_ = json.Unmarshal(got.body, &told)
		return fmt.Errorf("cartly: %w: %d %s: %s", ErrOAuth, got.status, told.Error, told.Description)
	}
	if err := json.Unmarshal(got.body, &made); err != nil || made.Access == "" {
		return fmt.Errorf("cartly: %w: it has no token", ErrReply)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.access = made.Access
	if made.Refresh != "" || c.bug.is("CLY-OAUTH-02a") {
		c.refresh = made.Refresh
	}
	return nil
}

// tokens sends one request to the token endpoint.
func (c *Cartly) tokens(ctx context.Context, form url.Values) (reply, error) {
	form.Set("client_id", c.app.ClientID)
	form.Set("client_secret", c.app.ClientSecret)
	body, media := form.Encode(), "application/x-www-form-urlencoded"
	if c.bug.is("CLY-OAUTH-06a") {
		members := map[string]string{}
		for name := range form {
			members[name] = form.Get(name)
		}
		text, _ := json.Marshal(members)
		body, media = string(text), "application/json"
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+"/oauth/token", strings.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	r.Header.Set("Content-Type", media)
	return c.sender.exchange(r)
}

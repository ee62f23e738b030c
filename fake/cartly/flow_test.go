package cartly_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartly"
)

// The OAuth flow with the client that most Go programs have.

const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

// app is a client of a fake, and the context with its transport.
func app(shop *cartly.Server, style oauth2.AuthStyle) (*oauth2.Config, context.Context) {
	config := &oauth2.Config{
		ClientID: shop.ClientID(), ClientSecret: shop.ClientSecret(), RedirectURL: "https://app.example.com/callback",
		Scopes: []string{cartly.ReadCustomers, cartly.ReadShop},
		Endpoint: oauth2.Endpoint{
			AuthURL: shop.BaseURL() + "/oauth/authorize", TokenURL: shop.BaseURL() + "/oauth/token", AuthStyle: style,
		},
	}
	return config, context.WithValue(context.Background(), oauth2.HTTPClient, shop.Client())
}

// consented is what the app gets for the merchant's consent.
func consented(t *testing.T, shop *cartly.Server, config *oauth2.Config) (code string) {
	t.Helper()
	redirect, err := shop.Approve(config.AuthCodeURL("xyz", oauth2.S256ChallengeOption(verifier)))
	require.NoError(t, err)
	back, err := url.Parse(redirect)
	require.NoError(t, err)
	assert.Equal(t, "https://app.example.com/callback", back.Scheme+"://"+back.Host+back.Path)
	assert.Equal(t, "xyz", back.Query().Get("state"))
	return back.Query().Get("code")
}

func read(t *testing.T, c *http.Client, address string) (int, string) {
	t.Helper()
	res, err := c.Get(address)
	require.NoError(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res.StatusCode, string(body)
}

func TestFlow(t *testing.T) {
	t.Parallel()
	for name, style := range map[string]oauth2.AuthStyle{"Basic": oauth2.AuthStyleInHeader, "form": oauth2.AuthStyleInParams} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shop := still(t, fake.Strict())
			config, ctx := app(shop, style)
			token, err := config.Exchange(ctx, consented(t, shop, config), oauth2.VerifierOption(verifier))
			require.NoError(t, err)
			assert.Equal(t, id("at", 1), token.AccessToken)
			assert.Equal(t, "Bearer", token.TokenType)
			assert.Equal(t, id("rt", 1), token.RefreshToken)
			assert.Equal(t, "customers:read shop:read", token.Extra("scope"))
			assert.True(t, token.Expiry.IsZero())
			status, body := read(t, config.Client(ctx, token), shop.BaseURL()+"/apps/api/shop")
			assert.Equal(t, 200, status)
			assert.Contains(t, body, "mystore.mycartly.pro")
			status, _ = read(t, config.Client(ctx, token), shop.BaseURL()+"/apps/api/orders")
			assert.Equal(t, 403, status)
		})
	}
}

func TestFlowWithoutTheVerifier(t *testing.T) {
	t.Parallel()
	shop := still(t)
	config, ctx := app(shop, oauth2.AuthStyleInHeader)
	code := consented(t, shop, config)
	for _, options := range [][]oauth2.AuthCodeOption{nil, {oauth2.VerifierOption("another")}} {
		_, err := config.Exchange(ctx, code, options...)
		refusal := new(oauth2.RetrieveError)
		require.ErrorAs(t, err, &refusal)
		assert.Equal(t, "invalid_grant", refusal.ErrorCode)
		assert.Equal(t, "code_verifier does not fit", refusal.ErrorDescription)
	}
	_, err := config.Exchange(ctx, code, oauth2.VerifierOption(verifier))
	require.NoError(t, err, "a refused exchange leaves the code as it was")
}

func TestFlowDenied(t *testing.T) {
	t.Parallel()
	shop := still(t)
	config, _ := app(shop, oauth2.AuthStyleInHeader)
	redirect, err := shop.Deny(config.AuthCodeURL("xyz"))
	require.NoError(t, err)
	assert.Equal(t, "https://app.example.com/callback?error=access_denied&error_description=the+merchant+refused&state=xyz", redirect)
	assert.Len(t, shop.Calls(cartly.ShowConsent), 1)
	assert.Len(t, shop.Calls(cartly.DecideConsent), 1)
}

// expired is the same token, which the client believes to be over.
func expired(token *oauth2.Token) *oauth2.Token {
	old := *token
	old.Expiry = time.Unix(1, 0)
	return &old
}

func TestFlowRefresh(t *testing.T) {
	t.Parallel()
	shop := still(t, cartly.WithTokenLifetime(time.Hour))
	config, ctx := app(shop, oauth2.AuthStyleInHeader)
	token, err := config.Exchange(ctx, consented(t, shop, config), oauth2.VerifierOption(verifier))
	require.NoError(t, err)
	assert.InDelta(t, 3600, token.ExpiresIn, 0)
	me := shop.BaseURL() + "/apps/api/me"
	plain := clientOf(t, shop).as(token.AccessToken)
	shop.Advance(time.Hour - time.Nanosecond)
	assert.Equal(t, 200, plain.get("/apps/api/me").status)
	shop.Advance(time.Nanosecond)
	assert.Equal(t, 401, plain.get("/apps/api/me").status)
	status, _ := read(t, config.Client(ctx, expired(token)), me)
	assert.Equal(t, 200, status)
	assert.Len(t, shop.Calls(cartly.IssueToken), 2)
}

// A client that lets two calls refresh at once keeps one of two new refresh
// tokens, or none: the old one is good for one refresh only.
func TestFlowLosesARotatedToken(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		options []cartly.Option
		second  string // what the second refresh with the old token is told
		first   int    // status of a call with what the first one gave
	}{
		"rotation":         {second: "the refresh token is not valid", first: 200},
		"reuse is noticed": {options: options(cartly.WithReuseDetection()), second: "the refresh token is not valid", first: 401},
		"no rotation":      {options: options(cartly.WithRefreshRotation(false)), first: 200},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shop := still(t, c.options...)
			config, ctx := app(shop, oauth2.AuthStyleInHeader)
			token, err := config.Exchange(ctx, consented(t, shop, config), oauth2.VerifierOption(verifier))
			require.NoError(t, err)
			fresh, err := config.TokenSource(ctx, expired(token)).Token()
			require.NoError(t, err)
			_, err = config.TokenSource(ctx, expired(token)).Token()
			if c.second == "" {
				require.NoError(t, err)
				assert.Equal(t, token.RefreshToken, fresh.RefreshToken)
			} else {
				require.ErrorContains(t, err, c.second)
				assert.NotEqual(t, token.RefreshToken, fresh.RefreshToken)
			}
			assert.Equal(t, c.first, clientOf(t, shop).as(fresh.AccessToken).get("/apps/api/me").status)
		})
	}
}

package cartly_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartly"
)

// The words of failure.
const (
	noToken   = `{"error":"unauthorized","message":"missing access token"}`
	badToken  = `{"error":"unauthorized","message":"invalid access token"}`
	noRoute   = `{"error":"not_found","message":"no such endpoint"}`
	noMethod  = `{"error":"method_not_allowed","message":"method not allowed"}`
	malformed = `{"error":"malformed_body","message":"body is not valid JSON"}`
	noObject  = `{"error":"malformed_body","message":"body must be a JSON object"}`
	away      = `{"error":"unavailable","message":"temporarily unavailable"}`
	tooMany   = `{"error":"rate_limited","message":"too many requests"}`
	taken     = `{"error":"conflict","message":"email has already been taken"}`
)

func scopeNeeded(scope string) string {
	return `{"error":"insufficient_scope","message":"this call needs the scope ` + scope + `"}`
}

func noRecord(what string) string { return `{"error":"not_found","message":"no such ` + what + `"}` }
func invalid(text string) string  { return `{"error":"invalid","message":"` + text + `"}` }

var (
	unavailable = fake.NewFault("server-error").Set("status", "503")
	limited     = fake.NewFault("rate-limited")
	refusal     = fake.NewFault("not-saved").Set("errors", "no")
)

// A decision is a request with two things wrong, and the answer to the one that
// is looked at first.
type decision struct {
	faults       []fake.Fault
	token        string // "": the good one
	method, path string
	body, media  string
	status       int
	want         string
}

var decisions = map[string]decision{
	"route before token":      {token: "wrong", method: "GET", path: "/apps/api/customer", status: 404, want: noRoute},
	"method before token":     {token: "wrong", method: "DELETE", path: "/apps/api/customers", status: 405, want: noMethod},
	"route before fault":      {faults: []fake.Fault{unavailable.Optional()}, method: "GET", path: "/apps/api/customer", status: 404, want: noRoute},
	"token before scope":      {token: "wrong", method: "GET", path: "/apps/api/customers", status: 401, want: badToken},
	"token before fault":      {faults: []fake.Fault{unavailable.Optional()}, token: "wrong", method: "GET", path: "/apps/api/me", status: 401, want: badToken},
	"token before body":       {token: "wrong", method: "POST", path: "/apps/api/customers", body: "{", status: 401, want: badToken},
	"token before record":     {token: "wrong", method: "PUT", path: "/apps/api/orders/x", body: "{}", status: 401, want: badToken},
	"scope before fault":      {faults: []fake.Fault{unavailable.Optional()}, token: "READER", method: "POST", path: "/apps/api/customers", body: "{}", status: 403, want: scopeNeeded("customers:write")},
	"scope before limit":      {faults: []fake.Fault{limited.Optional()}, token: "READER", method: "POST", path: "/apps/api/customers", body: "{}", status: 403, want: scopeNeeded("customers:write")},
	"scope before body":       {token: "READER", method: "PUT", path: "/apps/api/orders/x", body: "{", status: 403, want: scopeNeeded("orders:write")},
	"scope before record":     {token: "READER", method: "DELETE", path: "/apps/api/webhooks/x", status: 403, want: scopeNeeded("webhooks:manage")},
	"fault before body":       {faults: []fake.Fault{unavailable}, method: "POST", path: "/apps/api/customers", body: "{", status: 503, want: away},
	"limit before body":       {faults: []fake.Fault{limited}, method: "POST", path: "/apps/api/customers", body: "{", status: 429, want: tooMany},
	"fault before record":     {faults: []fake.Fault{unavailable}, method: "DELETE", path: "/apps/api/webhooks/x", status: 503, want: away},
	"body before record":      {method: "PUT", path: "/apps/api/customers/x", body: "{", status: 400, want: malformed},
	"no body before record":   {method: "PUT", path: "/apps/api/inventory/x", status: 400, want: malformed},
	"object before record":    {method: "PUT", path: "/apps/api/orders/x", body: "[]", status: 400, want: noObject},
	"body before refusal":     {faults: []fake.Fault{refusal}, method: "POST", path: "/apps/api/discounts", body: "null", status: 400, want: noObject},
	"media type is no matter": {method: "PUT", path: "/apps/api/customers/x", body: "{}", media: "text/plain", status: 404, want: noRecord("customer")},
	"record before field":     {method: "PUT", path: "/apps/api/customers/x", body: `{"email":1}`, status: 404, want: noRecord("customer")},
	"order before field":      {method: "PUT", path: "/apps/api/orders/x", body: `{"status":1}`, status: 404, want: noRecord("order")},
	"variant before field":    {method: "PUT", path: "/apps/api/inventory/x", body: `{}`, status: 404, want: noRecord("variant")},
	"record before taken":     {method: "PUT", path: "/apps/api/customers/x", body: `{"email":"jane@example.com"}`, status: 404, want: noRecord("customer")},
	"record before refusal":   {faults: []fake.Fault{refusal}, method: "DELETE", path: "/apps/api/webhooks/x", status: 404, want: noRecord("webhook")},
	"field before taken":      {method: "POST", path: "/apps/api/customers", body: `{"email":"jane@example.com","note":1}`, status: 422, want: invalid("note must be a string")},
	"field before refusal":    {faults: []fake.Fault{refusal}, method: "POST", path: "/apps/api/customers", body: `{"email":"x"}`, status: 422, want: invalid("email is invalid")},
	"first field first":       {method: "POST", path: "/apps/api/customers", body: `{"note":1,"email":2}`, status: 422, want: invalid("email must be a string")},
	"type before emptiness":   {method: "POST", path: "/apps/api/customers", body: `{"email":"","phone":[]}`, status: 422, want: invalid("phone must be a string")},
	"taken before refusal":    {faults: []fake.Fault{refusal}, method: "POST", path: "/apps/api/customers", body: `{"email":"JANE@example.com"}`, status: 409, want: taken},
	"refusal at last":         {faults: []fake.Fault{refusal}, method: "POST", path: "/apps/api/customers", body: `{"email":"x@example.com"}`, status: 422, want: invalid("no")},

	"status before payment":       {method: "PUT", path: "/apps/api/orders/1", body: `{"status":"x","payment_status":"x"}`, status: 422, want: invalid("status is not a known order status")},
	"payment before fulfilment":   {method: "PUT", path: "/apps/api/orders/1", body: `{"payment_status":"x","fulfillment_status":"x"}`, status: 422, want: invalid("payment_status is not a known payment status")},
	"fulfilment before note":      {method: "PUT", path: "/apps/api/orders/1", body: `{"fulfillment_status":"paid","note":1}`, status: 422, want: invalid("fulfillment_status is not a known fulfillment status")},
	"payments contradict":         {method: "PUT", path: "/apps/api/orders/1", body: `{"status":"paid","payment_status":"refunded","note":1}`, status: 422, want: invalid("status and payment_status contradict each other")},
	"fulfilments contradict":      {method: "PUT", path: "/apps/api/orders/1", body: `{"status":"fulfilled","fulfillment_status":"unfulfilled"}`, status: 422, want: invalid("status and fulfillment_status contradict each other")},
	"note at last":                {method: "PUT", path: "/apps/api/orders/1", body: `{"status":"paid","note":1}`, status: 422, want: invalid("note must be a string")},
	"number before location":      {method: "PUT", path: "/apps/api/inventory/v", body: `{"quantity":1.0,"location_id":"x"}`, status: 422, want: invalid("quantity must be an integer")},
	"choice before number":        {method: "PUT", path: "/apps/api/inventory/v", body: `{"quantity":"x","adjustment":1}`, status: 422, want: invalid("exactly one of quantity and adjustment is required")},
	"location before result":      {method: "PUT", path: "/apps/api/inventory/v", body: `{"adjustment":-99,"location_id":"x"}`, status: 422, want: invalid("location_id is unknown")},
	"code before type":            {method: "POST", path: "/apps/api/discounts", body: `{"code":" ","type":"x"}`, status: 422, want: invalid("code is required")},
	"type before value":           {method: "POST", path: "/apps/api/discounts", body: `{"code":"A","type":"x","value":"x"}`, status: 422, want: invalid("type is not known")},
	"value before status":         {method: "POST", path: "/apps/api/discounts", body: `{"code":"A","type":"fixed_amount","value":0,"status":"x"}`, status: 422, want: invalid("value must be a positive number of cents")},
	"status before minimum":       {method: "POST", path: "/apps/api/discounts", body: `{"code":"A","type":"free_shipping","status":"x","minimum_amount_cents":-1}`, status: 422, want: invalid("status is not known")},
	"minimum before limit":        {method: "POST", path: "/apps/api/discounts", body: `{"code":"A","type":"free_shipping","minimum_amount_cents":-1,"usage_limit":0}`, status: 422, want: invalid("minimum_amount_cents is invalid")},
	"limit before start":          {method: "POST", path: "/apps/api/discounts", body: `{"code":"A","type":"free_shipping","usage_limit":0,"starts_at":"x"}`, status: 422, want: invalid("usage_limit is invalid")},
	"start before end":            {method: "POST", path: "/apps/api/discounts", body: `{"code":"A","type":"free_shipping","starts_at":"2025-03-01","ends_at":"x"}`, status: 422, want: invalid("starts_at is invalid")},
	"end before code in use":      {method: "POST", path: "/apps/api/discounts", body: `{"code":"used","type":"free_shipping","ends_at":7}`, status: 422, want: invalid("ends_at is invalid")},
	"url before events":           {method: "POST", path: "/apps/api/webhooks", body: `{"url":"","events":[]}`, status: 422, want: invalid("url is required")},
	"form of url before events":   {method: "POST", path: "/apps/api/webhooks", body: `{"url":"/x","events":[]}`, status: 422, want: invalid("url must be an absolute https URL")},
	"array of events before name": {method: "POST", path: "/apps/api/webhooks", body: `{"url":"https://a.example","events":["x",1]}`, status: 422, want: invalid("events must be a non-empty array of event names")},
	"first unknown event":         {method: "POST", path: "/apps/api/webhooks", body: `{"url":"https://a.example","events":["order.created","y","x"]}`, status: 422, want: invalid("unknown event: y")},
}

func TestOrderOfDecisions(t *testing.T) {
	t.Parallel()
	for name, d := range decisions {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shop := still(t, fake.Allow("no-route"))
			shop.AddToken("READER", cartly.ReadCustomers)
			shop.Customers.Add(cartly.Customer{Email: "jane@example.com"})
			shop.Orders.Add(cartly.Order{ID: "1"})
			shop.Levels.Add(cartly.Level{VariantID: "v"})
			shop.Discounts.Add(cartly.Discount{Code: "USED"})
			shop.Inject(d.faults...)
			before, me, media := shop.Snapshot(), clientOf(t, shop), "application/json"
			if d.token != "" {
				me = me.as(d.token)
			}
			if d.media != "" {
				media = d.media
			}
			got := me.send(d.method, d.path, d.body, "Content-Type: "+media)
			assert.Equal(t, d.status, got.status)
			assert.Equal(t, d.want, got.body)
			assert.Equal(t, "application/json; charset=utf-8", got.header.Get("Content-Type"))
			assert.Equal(t, string(before), string(shop.Snapshot()))
			assert.False(t, shop.Calls()[0].Committed)
			assert.Empty(t, shop.Hooks.Deliveries())
		})
	}
}

// callback is an address that the first app registered.
const callback = "https://app.example.com/callback"

func TestOrderOfDecisionsAtAuthorize(t *testing.T) {
	t.Parallel()
	refused := func(code, description string) string {
		return callback + "?" + encoded("error", code, "error_description", description, "state", "s")
	}
	for name, c := range map[string]struct {
		options  []cartly.Option
		query    []string
		status   int
		location string
		title    string
	}{
		"client before address":      {query: []string{"client_id", "x", "redirect_uri", "x"}, status: 400, title: "Unknown client_id"},
		"two clients before address": {query: []string{"client_id", "zapier", "client_id", "zapier", "redirect_uri", "x"}, status: 400, title: "Unknown client_id"},
		"no client":                  {query: []string{"client_id", "", "redirect_uri", callback}, status: 400, title: "Unknown client_id"},
		"address before repetition":  {query: []string{"client_id", "zapier", "redirect_uri", "x", "scope", "a", "scope", "b"}, status: 400, title: "redirect_uri is not registered"},
		"two addresses":              {query: []string{"client_id", "zapier", "redirect_uri", callback, "redirect_uri", callback}, status: 400, title: "redirect_uri is not registered"},
		"repetition before response": {query: []string{"client_id", "zapier", "redirect_uri", callback, "scope", "a", "scope", "b", "state", "s"}, status: 302, location: refused("invalid_request", "repeated parameter: scope")},
		"no response before scope":   {query: []string{"client_id", "zapier", "redirect_uri", callback, "response_type", "", "scope", "x", "state", "s"}, status: 302, location: refused("invalid_request", "response_type is missing")},
		"response before scope":      {query: []string{"client_id", "zapier", "redirect_uri", callback, "response_type", "token", "scope", "x", "state", "s"}, status: 302, location: refused("unsupported_response_type", "response_type must be code")},
		"scope before challenge":     {query: []string{"client_id", "zapier", "redirect_uri", callback, "response_type", "code", "scope", "x", "code_challenge_method", "x", "state", "s"}, status: 302, location: refused("invalid_scope", "unknown scope: x")},
		"method before challenge":    {options: options(cartly.WithPKCERequired()), query: []string{"client_id", "zapier", "redirect_uri", callback, "response_type", "code", "code_challenge_method", "s256", "state", "s"}, status: 302, location: refused("invalid_request", "code_challenge_method must be S256 or plain")},
		"challenge before the page":  {options: options(cartly.WithPKCERequired()), query: []string{"client_id", "zapier", "redirect_uri", callback, "response_type", "code", "state", "s"}, status: 302, location: refused("invalid_request", "code_challenge is required")},
	} {
		for _, method := range []string{"GET", "POST"} {
			t.Run(name+" "+method, func(t *testing.T) {
				t.Parallel()
				shop := still(t, c.options...)
				me, query := clientOf(t, shop).as(""), encoded(c.query...)
				var got answer
				if method == "GET" {
					got = me.get("/oauth/authorize?" + query)
				} else {
					got = me.send("POST", "/oauth/authorize", query+"&decision=allow", "Content-Type: application/x-www-form-urlencoded")
				}
				assert.Equal(t, c.status, got.status)
				assert.Equal(t, c.location, got.header.Get("Location"))
				if c.title != "" {
					assert.Equal(t, "<!doctype html>\n<meta charset=\"utf-8\">\n<title>"+c.title+"</title>\n<h1>"+c.title+"</h1>\n", got.body)
				}
			})
		}
	}
}

func TestOrderOfDecisionsAtToken(t *testing.T) {
	t.Parallel()
	const form, basic = "application/x-www-form-urlencoded", "Basic emFwaWVyOnphcGllcl9zZWNyZXQ="
	for name, c := range map[string]struct {
		faults            []fake.Fault
		path, media, auth string
		body              string
		status            int
		code, description string
	}{
		"fault before media type":        {faults: []fake.Fault{unavailable}, media: "text/plain", status: 503, code: "unavailable", description: "temporarily unavailable"},
		"media type before repetition":   {media: "text/plain", body: "code=1&code=2", status: 400, code: "invalid_request", description: "the body must be application/x-www-form-urlencoded"},
		"repetition before twice":        {auth: basic, body: "client_secret=1&client_secret=2", status: 400, code: "invalid_request", description: "repeated parameter: client_secret"},
		"twice before client":            {auth: "Basic eDp5", body: "client_secret=1", status: 400, code: "invalid_request", description: "client credentials were sent twice"},
		"client before grant":            {body: "client_id=zapier", status: 401, code: "invalid_client", description: "client authentication failed"},
		"no grant before code":           {auth: basic, status: 400, code: "invalid_request", description: "grant_type is missing"},
		"grant before code":              {auth: basic, body: "grant_type=password", status: 400, code: "unsupported_grant_type", description: "grant_type must be authorization_code or refresh_token"},
		"no code before address":         {auth: basic, body: "grant_type=authorization_code&redirect_uri=x", status: 400, code: "invalid_request", description: "code is missing"},
		"code before address":            {auth: basic, body: "grant_type=authorization_code&code=x&redirect_uri=x", status: 400, code: "invalid_grant", description: "the code is not valid"},
		"address before verifier":        {auth: basic, body: "grant_type=authorization_code&redirect_uri=x&code_verifier=x&code=" + id("code", 1), status: 400, code: "invalid_grant", description: "redirect_uri differs"},
		"no address before verifier":     {auth: basic, body: "grant_type=authorization_code&code_verifier=x&code=" + id("code", 1), status: 400, code: "invalid_grant", description: "redirect_uri differs"},
		"verifier without challenge":     {auth: basic, body: "grant_type=authorization_code&code_verifier=x&redirect_uri=https://app.example.com/callback&code=" + id("code", 1), status: 400, code: "invalid_grant", description: "code_verifier does not fit"},
		"no refresh token before scope":  {auth: basic, body: "grant_type=refresh_token&scope=x", status: 400, code: "invalid_request", description: "refresh_token is missing"},
		"refresh token before scope":     {auth: basic, body: "grant_type=refresh_token&scope=x&refresh_token=x", status: 400, code: "invalid_grant", description: "the refresh token is not valid"},
		"scope at last":                  {auth: basic, body: "grant_type=refresh_token&scope=x&refresh_token=REFRESH_TOKEN", status: 400, code: "invalid_scope", description: "scope exceeds the grant"},
		"revocation: media type first":   {path: "/oauth/revoke", media: "application/json", body: "{}", status: 400, code: "invalid_request", description: "the body must be application/x-www-form-urlencoded"},
		"revocation: client, then token": {path: "/oauth/revoke", status: 401, code: "invalid_client", description: "client authentication failed"},
		"revocation: token at last":      {path: "/oauth/revoke", auth: basic, body: "token_type_hint=x", status: 400, code: "invalid_request", description: "token is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shop := still(t)
			_, err := shop.Approve("/oauth/authorize?" + encoded("client_id", "zapier", "redirect_uri", callback, "response_type", "code"))
			assert.NoError(t, err)
			shop.Inject(c.faults...)
			media, path := form, "/oauth/token"
			if c.media != "" {
				media = c.media
			}
			if c.path != "" {
				path = c.path
			}
			got := clientOf(t, shop).as("").send("POST", path, c.body, "Content-Type: "+media, "Authorization: "+c.auth)
			assert.Equal(t, c.status, got.status)
			assert.Equal(t, `{"error":"`+c.code+`","error_description":"`+c.description+`"}`, got.body)
			assert.Equal(t, "no-store", got.header.Get("Cache-Control"))
			assert.Equal(t, "no-cache", got.header.Get("Pragma"))
		})
	}
}

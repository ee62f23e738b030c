package cscart_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cscart"
)

const (
	notFound     = `{"message":"Not Found","status":404}`
	noCarts      = `{"message":"Not Found: The Entity carts not found","status":404}`
	unauthorized = `{"message":"Unauthorized","status":401}`
	forbidden    = `{"message":"Forbidden","status":403}`
	notAllowed   = `{"message":"Method Not Allowed","status":405}`
	noID         = `{"message":"Method Not Allowed: Object ID undefined","status":405}`
	withID       = `{"message":"Method Not Allowed: ID must not be defined","status":405}`
	noData       = `{"message":"Method Not Allowed: Missing parameters","status":405}`
	notJSON      = `{"message":"Bad Request: Syntax error, malformed JSON","status":400}`
	noAccept     = `{"message":"Not Acceptable","status":406}`
	noMedia      = `{"message":"Unsupported Media Type","status":415}`
	theList      = "the list"
	theCart      = "the cart"
)

// asked sends a request to a shop with John in it, and gives the status and what
// the body is.
func asked(t *testing.T, opts []fake.Option, method, target, body string, headers ...string) (int, string, *cscart.Server) {
	t.Helper()
	store := still(t, append(options(lax), opts...)...)
	with(john)(t, store)
	got := clientOf(t, store).send(method, target, body, headers...)
	switch {
	case gjson.Get(got.body, "carts").IsArray() && gjson.Get(got.body, "params").IsObject():
		got.body = theList
	case gjson.Get(got.body, "user_id").Str == "3" && gjson.Get(got.body, "products").IsArray():
		got.body = theCart
	}
	want := jsonType
	if strings.HasPrefix(got.body, "<") {
		want = "text/html; charset=UTF-8"
	}
	if got.status == 204 {
		want = ""
	}
	assert.Equal(t, want, got.header.Get("Content-Type"))
	for _, name := range []string{"Allow", "ETag", "Last-Modified"} {
		assert.Empty(t, got.header.Values(name))
	}
	if got.status == 401 {
		assert.Equal(t, `Basic realm="User email/API key"`, got.header.Get("WWW-Authenticate"))
	} else {
		assert.Empty(t, got.header.Values("WWW-Authenticate"))
	}
	return got.status, got.body, store
}

func TestPaths(t *testing.T) {
	t.Parallel()
	entity := func(name string) string {
		return `{"message":"Not Found: The Entity ` + name + ` not found","status":404}`
	}
	for target, want := range map[string]struct {
		status int
		body   string
		op     string
	}{
		"/api/carts":                      {200, theList, cscart.ListCarts},
		"/api/carts/":                     {200, theList, cscart.ListCarts},
		"/api/carts/0":                    {200, theList, cscart.ListCarts},
		"/api/carts/0.9":                  {200, theList, cscart.ListCarts},
		"/api/carts/-0":                   {200, theList, cscart.ListCarts},
		"/api/carts/00/":                  {200, theList, cscart.ListCarts},
		"/api/carts/3":                    {200, theCart, cscart.GetCart},
		"/api/carts/3/":                   {200, theCart, cscart.GetCart},
		"/api/carts/03":                   {200, theCart, cscart.GetCart},
		"/api/carts/3.0":                  {200, theCart, cscart.GetCart},
		"/api/carts/3.7":                  {200, theCart, cscart.GetCart},
		"/api/carts/3e0":                  {200, theCart, cscart.GetCart},
		"/api/carts/%33":                  {200, theCart, cscart.GetCart},
		"/api/carts/%203":                 {200, theCart, cscart.GetCart},
		"/api/carts/+3":                   {200, theCart, cscart.GetCart},
		"/api/%63arts/3":                  {200, theCart, cscart.GetCart},
		"/api/carts/-3":                   {404, notFound, cscart.GetCart},
		"/api/carts/4":                    {404, notFound, cscart.GetCart},
		"/api/carts/4294967299":           {404, notFound, cscart.GetCart},
		"/api/carts/18446744073709551619": {404, notFound, ""},
		"/api/carts/1e400":                {404, notFound, ""},
		"/api/carts/abc":                  {404, notFound, ""},
		"/api/carts/3abc":                 {404, notFound, ""},
		"/api/carts/0x3":                  {404, notFound, ""},
		"/api/carts/%D9%A3":               {404, notFound, ""},
		"/api/carts/3/products":           {404, noCarts, ""},
		"/api/carts//":                    {404, notFound, ""},
		"/api//carts":                     {404, notFound, ""},
		"/api/carts/3//":                  {404, notFound, ""},
		"/api/":                           {404, notFound, ""},
		"/api/Carts":                      {404, entity("Carts"), ""},
		"/api/products":                   {404, entity("products"), ""},
		"/api/2.0/products":               {404, entity("products"), ""},
		"/api/2.0/carts":                  {200, theList, cscart.ListCarts},
		"/api/2.1/carts/3":                {200, theCart, cscart.GetCart},
		"/api/4.0/carts/3/":               {200, theCart, cscart.GetCart},
		"/api/1.0/carts":                  {404, noCarts, ""},
		"/api/2/carts":                    {404, noCarts, ""},
		"/api/3.0/carts":                  {404, noCarts, ""},
		"/api/4.1/carts":                  {404, noCarts, ""},
		"/api/version":                    {200, `{"Version":"2.1"}`, cscart.GetVersion},
		"/api/version/":                   {200, `{"Version":"2.1"}`, cscart.GetVersion},
		"/api/4.0/version":                {200, `{"Version":"4.0"}`, cscart.GetVersion},
		"/api/7/version":                  {200, `{"Version":"7"}`, cscart.GetVersion},
		"/api.php?_d=carts/3":             {200, theCart, cscart.GetCart},
		"/api.php?_d=carts":               {200, theList, cscart.ListCarts},
		"/api.php?_d=4.0/carts/3":         {200, theCart, cscart.GetCart},
		"/api.php?_d=2/carts/3":           {404, noCarts, ""},
		"/api.php":                        {404, notFound, ""},
		"/api/stores/1/carts/3":           {200, theCart, cscart.GetCart},
		"/api/vendors/1/carts":            {200, theList, cscart.ListCarts},
		"/api/4.0/stores/1/carts":         {200, theList, cscart.ListCarts},
		"/api/stores/5/carts":             {404, notFound, cscart.ListCarts},
		"/api":                            {404, notFound, ""},
		"/":                               {404, page("Page not found"), ""},
		"/apicarts":                       {404, page("Page not found"), ""},
		"/shop/api/carts":                 {404, page("Page not found"), ""},
	} {
		t.Run(target, func(t *testing.T) {
			t.Parallel()
			code, body, store := asked(t, nil, "GET", target, "")
			assert.Equal(t, want.status, code)
			assert.Equal(t, want.body, body)
			assert.Equal(t, want.op, store.Calls()[0].Op)
			assert.Equal(t, want.op == "", len(notes(store)) > 0 && strings.HasPrefix(notes(store)[0], "no-route: GET "), "%q", notes(store))
		})
	}
	t.Run("what routes a call is no parameter of it", func(t *testing.T) {
		t.Parallel()
		store := still(t)
		got := clientOf(t, store).get("/api.php?a=1&_d=carts&ajax_custom=1&b=2")
		assert.Equal(t, "page items_per_page a b company_id sort_order sort_by sort_order_rev total_items", keys(gjson.Get(got.body, "params")))
	})
	t.Run("a company that a cart has", func(t *testing.T) {
		t.Parallel()
		store := still(t)
		otherCompany(t, store)
		me := clientOf(t, store)
		assert.Equal(t, "9", gjson.Get(me.get("/api/stores/2/carts").body, "carts.0.user_id").Str)
		assert.Equal(t, 204, me.send("DELETE", "/api/vendors/2/carts/9", "").status)
		assert.Equal(t, 0, store.Carts.Len())
	})
}

func TestMethods(t *testing.T) {
	t.Parallel()
	const form = "Content-Type: application/x-www-form-urlencoded"
	const asJSON = "Content-Type: application/json"
	for _, c := range []struct {
		method, target, body, header string
		status                       int
		want                         string
	}{
		{"DELETE", "/api/carts", "", "", 405, noID},
		{"DELETE", "/api/carts/0", "", "", 405, noID},
		{"DELETE", "/api/carts/3", "", "", 204, ""},
		{"DELETE", "/api/carts/3.9/", "", "", 204, ""},
		{"DELETE", "/api/carts/9", "", "", 404, notFound},
		{"DELETE", "/api/carts/x", "", "", 404, notFound},
		{"DELETE", "/api/carts/9", "", asJSON, 400, notJSON},
		{"DELETE", "/api/carts/x", "", asJSON, 404, notFound},
		{"DELETE", "/api/carts", "", asJSON, 400, notJSON},
		{"DELETE", "/api/carts/3", "{", "Content-Type: application/javascript", 400, notJSON},
		{"DELETE", "/api/carts/3", "{", "Content-Type: application/json; charset=utf-8", 400, notJSON},
		{"DELETE", "/api/carts/3", "{", "Content-Type: Application/JSON", 204, ""},
		{"DELETE", "/api/carts/3", "<x/>", "Content-Type: application/xml", 204, ""},
		{"DELETE", "/api/carts/3", "{", "", 204, ""},
		{"DELETE", "/api/carts/3", `"x"`, asJSON, 204, ""},
		{"DELETE", "/api/carts/3", "", "Accept: text/html", 204, ""},
		{"POST", "/api/carts/3", "", "", 405, withID},
		{"POST", "/api/carts/3", `{"a":1}`, asJSON, 405, withID},
		{"POST", "/api/carts", "", "", 405, noData},
		{"POST", "/api/carts", "", form, 405, noData},
		{"POST", "/api/carts", "&", form, 405, noData},
		{"POST", "/api/carts", "a", form, 405, notAllowed},
		{"POST", "/api/carts", "a=1", "", 405, notAllowed},
		{"POST", "/api/carts", "[]", asJSON, 405, noData},
		{"POST", "/api/carts", "null", asJSON, 405, noData},
		{"POST", "/api/carts", "0", asJSON, 405, noData},
		{"POST", "/api/carts", "0.0", asJSON, 405, noData},
		{"POST", "/api/carts", "false", asJSON, 405, noData},
		{"POST", "/api/carts", `""`, asJSON, 405, noData},
		{"POST", "/api/carts", `"0"`, asJSON, 405, noData},
		{"POST", "/api/carts", " { } ", asJSON, 405, noData},
		{"POST", "/api/carts", "[0]", asJSON, 405, notAllowed},
		{"POST", "/api/carts", "true", asJSON, 405, notAllowed},
		{"POST", "/api/carts", "1", asJSON, 405, notAllowed},
		{"POST", "/api/carts", "", asJSON, 400, notJSON},
		{"POST", "/api/carts", "{} x", asJSON, 400, notJSON},
		{"POST", "/api/products", "{", asJSON, 404, `{"message":"Not Found: The Entity products not found","status":404}`},
		{"POST", "/api/carts", "{}", "Content-Type: text/json", 415, noMedia},
		{"POST", "/api/nothing", "{}", "Content-Type: text/json", 415, noMedia},
		{"PUT", "/api/carts", "", "", 405, noID},
		{"PUT", "/api/carts", "{}", asJSON, 405, noID},
		{"PUT", "/api/carts/3", "", "", 405, noData},
		{"PUT", "/api/carts/3", "{}", asJSON, 405, noData},
		{"PUT", "/api/carts/3", `{"a":1}`, asJSON, 405, notAllowed},
		{"PUT", "/api/carts/x", `{"a":1}`, asJSON, 404, notFound},
		{"PUT", "/api/carts/3", "a=1", "Content-Type: multipart/form-data", 405, noData},
		{"PUT", "/api/carts/3", "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--x--\r\n", "Content-Type: multipart/form-data; boundary=x", 405, notAllowed},
		{"PUT", "/api/carts/3", "--x--\r\n", "Content-Type: multipart/form-data; boundary=x", 405, noData},
		{"PATCH", "/api/carts/3", "", "", 405, notAllowed},
		{"PATCH", "/api/carts/x", "", "", 404, notFound},
		{"PATCH", "/api/carts/3", "{", asJSON, 405, notAllowed},
		{"BREW", "/api/carts", "", "", 405, notAllowed},
		{"get", "/api/carts", "", "", 405, notAllowed},
		{"HEAD", "/api/carts", "", "", 405, ""},
		{"HEAD", "/api/carts", "", "Accept: text/html", 406, ""},
		{"OPTIONS", "/api/carts", "", "", 200, `""`},
		{"OPTIONS", "/api//", "", "Accept: text/html", 200, `""`},
		{"OPTIONS", "/api/nothing/at/all", "", "", 200, `""`},
		{"OPTIONS", "/elsewhere", "", "", 404, page("Page not found")},
		{"POST", "/api/version", "", "", 405, ""},
		{"PATCH", "/api/version", "", "", 405, notAllowed},
	} {
		t.Run(strings.TrimSpace(c.method+" "+c.target+" "+c.body+" "+c.header), func(t *testing.T) {
			t.Parallel()
			var headers []string
			if c.header != "" {
				headers = append(headers, c.header)
			}
			code, body, store := asked(t, nil, c.method, c.target, c.body, headers...)
			assert.Equal(t, c.status, code)
			if c.want != "" || c.method == "HEAD" || code == 204 {
				assert.Equal(t, c.want, body)
			}
			assert.Equal(t, code != 204, store.Carts.Len() == 1, "only what says so is deleted")
		})
	}
}

func TestMediaTypes(t *testing.T) {
	t.Parallel()
	for accept, status := range map[string]int{
		"*/*": 200, "application/json": 200, "application/javascript": 200, "text/plain": 200, "text/html,*/*;q=0.8": 200, "application/json;q=0.1": 200,
		"application/json ; q=0.1": 200, " application/json": 200, "application/xml, text/plain": 200,
		"application/json; charset=utf-8": 406, "application/*": 406, "application/xml": 406, "Application/JSON": 406, "text/html": 406, "application/json;version=1;q=0.5": 406,
	} {
		t.Run(accept, func(t *testing.T) {
			t.Parallel()
			for _, target := range []string{"/api/carts", "/api/carts/3", "/api/version"} {
				code, body, _ := asked(t, nil, "GET", target, "", "Accept: "+accept)
				assert.Equal(t, status, code)
				if code == 406 {
					assert.Equal(t, noAccept, body)
				}
			}
		})
	}
	t.Run("before there is a route", func(t *testing.T) {
		t.Parallel()
		code, _, _ := asked(t, nil, "GET", "/api/nothing", "", "Accept: application/xml")
		assert.Equal(t, 406, code)
	})
	t.Run("a GET has no body", func(t *testing.T) {
		t.Parallel()
		code, _, _ := asked(t, nil, "GET", "/api/carts", "{", "Content-Type: application/json")
		assert.Equal(t, 200, code)
		code, _, _ = asked(t, nil, "GET", "/api/carts", "<x/>", "Content-Type: application/xml")
		assert.Equal(t, 200, code)
	})
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	base := func(s string) string { return "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(s)) }
	const key = "CartDoubleTestKey000000000000001"
	for header, status := range map[string]int{
		"Authorization: Basic YWRtaW5AZXhhbXBsZS5jb206Q2FydERvdWJsZVRlc3RLZXkwMDAwMDAwMDAwMDAwMDE=": 200,
		base("Admin@Example.COM:" + key):                  200,
		base(" admin@example.com : " + key + " "):         200,
		base("admin@example.com:" + strings.ToLower(key)): 401,
		base("admin@example.com:" + key + "x"):            401,
		base("admin@example.com:"):                        401,
		base(":" + key):                                   401,
		base(key + ":"):                                   401,
		base(key):                                         401,
		base("nobody@example.com:" + key):                 401,
		base("off@example.com:off"):                       401,
		base("clerk@example.com:clerk"):                   200,
		base("clerk@example.com:" + key):                  401,
		base("vendor@example.com:vendor"):                 403,
		base("customer@example.com:customer"):             403,
		base("boss@example.com:boss"):                     403,
		"Authorization: Bearer " + key:                    401,
		"Authorization: Basic " + key:                     401,
		"Authorization: Basic !":                          401,
		"Authorization: Basic":                            401,
		"Authorization: " + key:                           401,
		"X-API-Key: " + key:                               0,
	} {
		t.Run(header, func(t *testing.T) {
			t.Parallel()
			opts := options(
				cscart.WithUser(cscart.APIUser{Email: "clerk@example.com", Key: "clerk", Privileges: []fake.Scope{cscart.ViewUsers}}),
				cscart.WithUser(cscart.APIUser{Email: "boss@example.com", Key: "boss", Privileges: []fake.Scope{cscart.ManageUsers}}),
				cscart.WithUser(cscart.APIUser{Email: "off@example.com", Key: "off", Disabled: true}),
				cscart.WithUser(cscart.APIUser{Email: "vendor@example.com", Key: "vendor", Kind: cscart.Vendor}),
				cscart.WithUser(cscart.APIUser{Email: "customer@example.com", Key: "customer", Kind: cscart.Customer}))
			if status == 0 {
				store := still(t, opts...)
				me := clientOf(t, store)
				me.basic = ""
				assert.Equal(t, 401, me.send("GET", "/api/carts?api_key="+key, "", header).status)
				return
			}
			code, body, _ := asked(t, opts, "GET", "/api/carts", "", header)
			assert.Equal(t, status, code)
			if want := map[int]string{200: theList, 401: unauthorized, 403: forbidden}[code]; body != want {
				t.Errorf("got %s, want %s", body, want)
			}
			code, _, _ = asked(t, opts, "GET", "/api/version", "", header)
			assert.Equal(t, map[int]int{200: 200, 401: 401, 403: 200}[status], code, "GetVersion needs no privilege")
		})
	}
	t.Run("another administrator", func(t *testing.T) {
		t.Parallel()
		store := still(t, cscart.WithAccount("first+second@example.com", "sesame"))
		assert.Equal(t, fake.Credentials{"email": "first+second@example.com", "api_key": "sesame"}, store.Credentials())
		assert.Equal(t, 200, clientOf(t, store).get("/api/carts").status)
		assert.Equal(t, 401, clientOf(t, store).as("admin@example.com", key).get("/api/carts").status)
	})
}

func TestHTTPSOnly(t *testing.T) {
	t.Parallel()
	store := still(t, cscart.WithHTTPSOnly(), lax)
	me := clientOf(t, store)
	for _, target := range []string{"/api/carts", "/nowhere"} {
		got := me.get(target)
		assert.Equal(t, 403, got.status)
		assert.Equal(t, `{"message":"Forbidden: The API is only accessible over HTTPS","status":403}`, got.body)
	}
	me.base = "https://example.com"
	assert.Equal(t, 200, me.get("/api/carts").status)
	assert.Equal(t, 403, overLoopback(t, store).get("/api/carts").status)
	secure := still(t, cscart.WithHTTPSOnly(), fake.TLS())
	assert.Equal(t, 200, clientOf(t, secure).get("/api/carts").status, "real TLS")
}

// _METHOD turns a POST into any other call, in the newer engine alone.
func TestMethodInDisguise(t *testing.T) {
	t.Parallel()
	const form = "Content-Type: application/x-www-form-urlencoded"
	for _, c := range []struct {
		method, target, body string
		old, new             int
	}{
		{"POST", "/api/carts/3?_METHOD=DELETE", "", 405, 204},
		{"POST", "/api/carts/3?_METHOD=delete", "", 405, 204},
		{"POST", "/api/carts/3", "_METHOD=DELETE", 405, 204},
		{"POST", "/api/carts/3?_METHOD=GET", "", 405, 200},
		{"POST", "/api/carts?_METHOD=OPTIONS", "", 405, 200},
		{"GET", "/api/carts?_METHOD=DELETE", "", 200, 200},
	} {
		t.Run(c.method+" "+c.target+" "+c.body, func(t *testing.T) {
			t.Parallel()
			before, _, _ := asked(t, nil, c.method, c.target, c.body, form)
			after, _, _ := asked(t, options(newer), c.method, c.target, c.body, form)
			assert.Equal(t, []int{c.old, c.new}, []int{before, after})
		})
	}
}

// The newer engine reads the body before the path, and words it in its way.
func TestBodiesInTheNewerEngine(t *testing.T) {
	t.Parallel()
	const syntax = `{"message":"Bad Request: Syntax error","errors":["Syntax error"],"status":400}`
	for target, old := range map[string]string{"/api/carts/x": notFound, "/api//": notFound, "/api/carts/3": notJSON} {
		code, body, _ := asked(t, nil, "DELETE", target, "{", "Content-Type: application/json")
		assert.Equal(t, old, body)
		assert.NotEqual(t, 204, code)
		code, body, _ = asked(t, options(newer), "DELETE", target, "{", "Content-Type: application/json")
		assert.Equal(t, 400, code)
		assert.Equal(t, syntax, body)
	}
}

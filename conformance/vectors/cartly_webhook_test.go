package vectors

import (
	"bufio"
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartly"
)

const (
	mySecret  = "whsec_mystore"
	signedBy  = "X-Cartly-Hmac-Sha256"
	shopNamed = "X-Cartly-Shop-Domain"
	hookNamed = "X-Cartly-Webhook-Id"
)

// answered is what a test of deliveries expects.
type answered struct {
	Status  string `json:"status"`
	Handled *int   `json:"handled,omitempty"`
	Reason  string `json:"reason,omitempty"`
}

func cartlyShape() shape {
	return shape{
		title: "Deliveries of Cartly's REST hooks: what a receiver makes of them",
		group: object{"secretHex": object{"type": "string", "pattern": "^([0-9a-f]{2})*$", "description": "the bytes of the secret that the receiver has"}},
		input: object{
			"bodyBase64": object{"type": "string", "contentEncoding": "base64"},
			"headers": object{"type": "array", "description": "name and value, as they stand on the wire", "items": object{
				"type": "array", "minItems": 2, "maxItems": 2, "items": object{"type": "string"},
			}},
		},
		needs: []string{"bodyBase64", "headers"},
		expect: object{
			"status":  object{"enum": []string{"2xx", "4xx", "not 401"}, "description": "of the answer; not 401 for a body that is genuine and no JSON"},
			"handled": object{"enum": []int{0, 1}, "description": "how often the application is told"},
			"reason":  object{"enum": []string{"signature"}, "description": "why it is refused"},
		},
		wants: []string{"status"},
	}
}

// cartlyNotes say what the vectors about deliveries find.
func cartlyNotes() map[string]Note {
	return map[string]Note{
		"WrongMac":      {"AUTH_BYPASS", "a signature of the right form that belongs to something else", "forged deliveries are taken for real ones", "CLY-SIG-02", ""},
		"MissingHeader": {"AUTH_BYPASS", "no signature, or an empty one", "unsigned deliveries are taken for real ones, or one of them takes the receiver down", "CLY-SIG-03", ""},
		"WrongLength":   {"CRASH", "a signature of another length; the sample of the document throws", "one request takes the receiver down, or 500 makes the sender try again", "CLY-SIG-04", ""},
		"ReEncoded":     {"MISSING_STEP", "bytes that change when JSON is decoded and encoded", "true deliveries are refused at random", "CLY-SIG-05", ""},
		"NotText":       {"MISSING_STEP", "bytes that change when they are read as UTF-8", "true deliveries are refused", "CLY-SIG-06", ""},
		"WrongEncoding": {"AUTH_BYPASS", "the right digest, written in another way than in hexadecimal digits", "the receiver checks something else than the document says", "CLY-SIG-07", ""},
		"WrongPrefix":   {"AUTH_BYPASS", "the right digits behind another word than sha256=", "the receiver takes signatures of algorithms that it does not check", "CLY-SIG-07", ""},
		"WrongSecret":   {"AUTH_BYPASS", "signed with another secret, or checked with none", "whoever guesses the secret is taken for the shop", "CLY-SIG-08", ""},
		"Truncated":     {"AUTH_BYPASS", "the beginning of the right signature", "a signature can be found digit by digit", "CLY-SIG-09", ""},
		"HeaderForm":    {"MISSING_STEP", "a header that HTTP may write like this", "true deliveries are refused behind a proxy", "CLY-SIG-10", ""},
		"UpperHex":      {"LEGACY", "hexadecimal digits in capital letters", "", "CLY-SIG-11", "UPPER_HEX"},
		"BareHex":       {"LEGACY", "the digits without sha256= before them", "", "CLY-SIG-11", "BARE_HEX"},
	}
}

// cartlyBodies are what the fake sends for each event.
func cartlyBodies(t *testing.T) map[string][]byte {
	t.Helper()
	shop := cartly.New(fake.Frozen(), fake.At(time.Date(2025, 3, 1, 9, 0, 0, 0, time.UTC)))
	defer shop.Close()
	bodies := map[string][]byte{}
	shop.Hooks.To(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	order := shop.Orders.Add(cartly.Order{Email: "jane@example.com", LineItems: []cartly.LineItem{{VariantID: "var_01H80000000000000000000001", Title: "Mug", Quantity: 2, PriceCents: 1250}}})
	shop.PayOrder(order.ID)
	shop.FulfillOrder(order.ID)
	shop.CancelOrder(order.ID)
	mug := shop.Products.Add(cartly.Product{Title: "Mug", Variants: []cartly.Variant{{Title: "Blue", SKU: "MUG-B", PriceCents: 1250, Inventory: 4}}})
	shop.Products.Change(mug.ID, func(p *cartly.Product) { p.Title = "Blue Mug" })
	shop.Customers.Add(cartly.Customer{Email: "jane@example.com", FirstName: "Jane"})
	shop.AbandonCart(shop.Carts.Add(cartly.Cart{Email: "jane@example.com"}).ID)
	for _, d := range shop.Hooks.Deliveries() {
		if bodies[d.Topic] == nil {
			bodies[d.Topic] = d.Body
		}
	}
	if len(bodies) != 8 {
		t.Fatalf("the fake sends %d events", len(bodies))
	}
	return bodies
}

// delivery makes a test out of what is sent.
func delivery(comment string, body []byte, signature string, more ...[2]string) Test {
	headers := [][2]string{{"Content-Type", "application/json"}, {shopNamed, "mystore.mycartly.pro"}, {hookNamed, "wh_01H80000000000000000000001"}}
	if signature != "" {
		headers = append(headers, [2]string{signedBy, signature})
	}
	return Test{Comment: comment, BodyBase64: ptr(base64.StdEncoding.EncodeToString(body)), Headers: append(headers, more...)}
}

func taken(t Test, flags ...string) Test {
	t.Result, t.Flags, t.Expect = "valid", flags, expects(answered{Status: "2xx", Handled: ptr(1)})
	return t
}

func refused(t Test, flag string) Test {
	t.Result, t.Flags, t.Expect = "invalid", []string{flag}, expects(answered{Status: "4xx", Handled: ptr(0), Reason: "signature"})
	return t
}

func open(t Test, flag string) Test {
	t.Result, t.Flags, t.Expect = "acceptable", []string{flag}, expects(answered{Status: "2xx", Handled: ptr(1)})
	return t
}

func TestCartlyWebhookFile(t *testing.T) {
	t.Parallel()
	m := making(t, "cartly_webhook_v1.json", Source{"cartly", "84,108-132", "f33bf1e32a01af6575339395fef2df757bc77112708405aa349b4d3abca4b2a1"}, cartlyNotes())
	bodies := cartlyBodies(t)
	order := bodies["order.created"]
	m.group(Group{SecretHex: ptr(hex.EncodeToString([]byte(mySecret))), Tests: join(
		plain(bodies), byteLevel(order), wrongMACs(bodies), wrongLengths(order), wrongEncodings(order), wrongPrefixes(order),
		wrongSecrets(order), headerForms(order), acceptable(bodies), eventNames(bodies),
	)})
	secrets := []struct{ what, secret string }{
		{"a secret with a blank", "hook secret"},
		{"a secret of one byte", "s"},
		{"a secret of 63 bytes", strings.Repeat("s", 63)},
		{"a secret of 64 bytes, a block of SHA-256", strings.Repeat("s", 64)},
		{"a secret of 65 bytes, which is hashed first", strings.Repeat("s", 65)},
		{"a secret of 200 bytes", strings.Repeat("whsec_0123", 20)},
		{"a secret that is not ASCII", "geheim-ß-秘密"},
	}
	for _, s := range secrets {
		body, flags := order, []string(nil)
		if s.secret == "hook secret" {
			flags = []string{"ReEncoded"}
			body = []byte("{ \"event\": \"order.updated\", \"data\": { \"note\": \"caf\\u00e9 <été> & 10€\", \"total\": 1.50 } }\n")
		}
		m.group(Group{SecretHex: ptr(hex.EncodeToString([]byte(s.secret))), Tests: []Test{taken(delivery(s.what, body, cartly.Sign(s.secret, body)), flags...)}})
	}
	m.group(Group{SecretHex: ptr(""), Tests: []Test{
		refused(delivery("a receiver without a secret, and a signature made with none", order, cartly.Sign("", order)), "WrongSecret"),
	}})
	m.end()
	m.endSchema(cartlyShape())
}

func join(lists ...[]Test) []Test {
	var all []Test
	for _, list := range lists {
		all = append(all, list...)
	}
	return all
}

// signed is a genuine delivery.
func signed(comment string, body []byte) Test {
	return delivery(comment, body, cartly.Sign(mySecret, body))
}

// plain are deliveries as the fake sends them; those with other secrets are
// groups of their own.
func plain(bodies map[string][]byte) []Test {
	short := []byte(`{"event":"order.created","created_at":"2025-03-01T09:00:00.000Z","data":{"id":"ord_01H80000000000000000000001","number":1001}}`)
	block := []byte(`{"event":"order.created","data":{"id":"o1","note":"0123456789a"}}`)
	return []Test{
		taken(signed("plain", bodies["order.created"])),
		taken(signed("a short body, vector 1 of the sheet", short)),
		taken(signed("a body of 65 bytes, one more than a block of SHA-256", block)),
		taken(signed("a long body", []byte(fmt.Sprintf(`{"event":"order.created","data":{"id":"ord_long","note":"%s"}}`, strings.Repeat("x", 4096))))),
		taken(signed("a body with members that nobody knows", []byte(`{"event":"order.created","api_version":"2027-01","data":{"id":"ord_2","gift":true}}`))),
	}
}

// byteLevel are bodies whose bytes matter and whose values do not.
func byteLevel(order []byte) []Test {
	const head = `{"event":"order.created","data":{"id":"ord_b`
	re := func(comment, body string) Test { return taken(signed(comment, []byte(body)), "ReEncoded") }
	odd := func(comment, body string) Test {
		one := signed(comment, []byte(body))
		one.Result, one.Flags, one.Expect = "valid", []string{"NotText"}, expects(answered{Status: "not 401"})
		return one
	}
	return []Test{
		re("blanks between the tokens", `{ "event" : "order.created" , "data" : { "id" : "ord_b01" } }`),
		re("tabs and lines", "{\n\t\"event\": \"order.created\",\n\t\"data\": {\n\t\t\"id\": \"ord_b02\"\n\t}\n}"),
		re("lines that end in CR and LF", "{\r\n\"event\": \"order.created\",\r\n\"data\": {\"id\": \"ord_b03\"}\r\n}"),
		re("keys in another order", `{"data":{"number":1,"id":"ord_b04"},"event":"order.created"}`),
		re("a newline at the end", string(order)+"\n"),
		re("a blank before", " "+string(order)),
		re(`letters as \u escapes`, head+`07","note":"caf\u00e9 \u2615"}}`),
		re(`an escaped slash, and <, > and & as they are`, head+`08","note":"a\/b <b> & c"}}`),
		re(`letters that others would escape, as they are`, head+"09\",\"note\":\"café ☕ 漢 \u2028\"}}"),
		re("an integer that no float holds", head+`10","total":12345678901234567890}}`),
		re("a decimal with a zero at its end, and an exponent", head+`11","rate":1.50,"scale":1E2}}`),
		re("a key that comes twice", head+`12","note":"a","note":"b"}}`),
		odd("a byte-order mark before the body", "\ufeff"+string(order)),
		odd("Latin-1 instead of UTF-8", head+"14\",\"note\":\"caf\xe9\"}}"),
		odd("half of a UTF-8 sequence", head+"15\",\"note\":\"\xe2\x82\"}}"),
		odd("an empty body", ""),
	}
}

// flipped changes a hexadecimal digit.
func flipped(signature string, at int) string {
	b := []byte(signature)
	if b[at] == '0' {
		b[at] = '1'
	} else {
		b[at] = '0'
	}
	return string(b)
}

func wrongMACs(bodies map[string][]byte) []Test {
	order := bodies["order.created"]
	right := cartly.Sign(mySecret, order)
	of := func(comment string, body []byte) Test {
		return refused(delivery(comment, order, cartly.Sign(mySecret, body)), "WrongMac")
	}
	is := func(comment, signature string) Test { return refused(delivery(comment, order, signature), "WrongMac") }
	return []Test{
		is("last digit changed", flipped(right, len(right)-1)),
		is("first digit changed", flipped(right, len("sha256="))),
		is("a digit in the middle changed", flipped(right, 39)),
		is("all digits zero", "sha256="+strings.Repeat("0", 64)),
		is("all digits f", "sha256="+strings.Repeat("f", 64)),
		is("the halves of the digest exchanged", "sha256="+right[39:]+right[7:39]),
		is("the digest backwards", "sha256="+backwards(right[7:])),
		is("SHA-256 of the body, without a secret", plainHash(order)),
		is("SHA-256 of the secret and the body", plainHash(append([]byte(mySecret), order...))),
		of("the signature of another event", bodies["product.created"]),
		of("the signature of the body with a blank before it", append([]byte(" "), order...)),
		of("the signature of the body without its last byte", order[:len(order)-1]),
		of("the signature of an empty body", nil),
		of("the signature of the body with another number in it", bytes.Replace(order, []byte("1001"), []byte("1002"), 1)),
	}
}

func backwards(s string) string {
	b := []byte(s)
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return string(b)
}

func plainHash(b []byte) string {
	sum := sha256.Sum256(b)
	return "sha256=" + hex.EncodeToString(sum[:])
}

func wrongLengths(order []byte) []Test {
	right := cartly.Sign(mySecret, order)
	long := func(comment, signature string) Test {
		return refused(delivery(comment, order, signature), "WrongLength")
	}
	cut := func(digits int) Test {
		return refused(delivery(fmt.Sprintf("the first %d digits of the signature and no more", digits), order, right[:7+digits]), "Truncated")
	}
	return []Test{
		long("one letter", "x"), long("the prefix alone", "sha256="), long("a signature of 10 characters", "sha256=000"),
		long("one digit too many", right+"0"), long("the digits twice", right+right[7:]), long("4000 characters", right+strings.Repeat("0", 4000-len(right))),
		cut(8), cut(32), cut(62), cut(63),
	}
}

func wrongEncodings(order []byte) []Test {
	digits := cartly.Sign(mySecret, order)[7:]
	sum, _ := hex.DecodeString(digits)
	enc := func(comment, signature string) Test {
		return refused(delivery(comment, order, signature), "WrongEncoding")
	}
	return []Test{
		enc("base64", base64.StdEncoding.EncodeToString(sum)),
		enc("base64 behind the prefix", "sha256="+base64.StdEncoding.EncodeToString(sum)),
		enc("base64 for URLs, without padding", base64.RawURLEncoding.EncodeToString(sum)),
		enc("the digits in hexadecimal digits", "sha256="+hex.EncodeToString([]byte(digits))),
		enc("colons between the bytes", "sha256="+colons(digits)),
		enc("0x before the digits", "sha256=0x"+digits),
		enc("quotes around the signature", `"sha256=`+digits+`"`),
		enc("the digits percent-encoded", "sha256%3D"+digits),
	}
}

func colons(digits string) string {
	var parts []string
	for i := 0; i < len(digits); i += 2 {
		parts = append(parts, digits[i:i+2])
	}
	return strings.Join(parts, ":")
}

func wrongPrefixes(order []byte) []Test {
	digits := cartly.Sign(mySecret, order)[7:]
	pre := func(comment, signature string) Test {
		return refused(delivery(comment, order, signature), "WrongPrefix")
	}
	return []Test{
		pre("sha1= before the right digits", "sha1="+digits),
		pre("sha512= before the right digits", "sha512="+digits),
		pre("sha256: before the right digits", "sha256:"+digits),
		pre("v1= before the right digits", "v1="+digits),
		pre("hmac-sha256= before the right digits", "hmac-sha256="+digits),
		pre("the prefix twice", "sha256=sha256="+digits),
		pre("the HMAC-SHA1 under its own name", "sha1="+macOf(order, true)),
		pre("the HMAC-SHA512 under its own name", "sha512="+macOf(order, false)),
	}
}

// macOf is another HMAC of a body.
func macOf(body []byte, short bool) string {
	mac := hmac.New(sha512.New, []byte(mySecret))
	if short {
		mac = hmac.New(sha1.New, []byte(mySecret))
	}
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

// wrongSecrets are signed with secrets that the receiver does not have; one more
// is checked by a receiver that has none.
func wrongSecrets(order []byte) []Test {
	by := func(comment, secret string) Test {
		return refused(delivery(comment, order, cartly.Sign(secret, order)), "WrongSecret")
	}
	return []Test{
		by("signed with another secret", "whsec_other"), by("signed with no secret", ""), by("signed with the secret and a newline", mySecret+"\n"),
		by("signed with the secret in capital letters", strings.ToUpper(mySecret)), by("signed with the secret without its prefix", "mystore"),
	}
}

func headerForms(order []byte) []Test {
	right := cartly.Sign(mySecret, order)
	form := func(comment, name, value string) Test {
		return taken(delivery(comment, order, "", [2]string{name, value}), "HeaderForm")
	}
	return []Test{
		form("the name in small letters, as in HTTP/2", strings.ToLower(signedBy), right),
		form("the name in capital letters", strings.ToUpper(signedBy), right),
		form("the name in mixed letters", "x-Cartly-HMAC-sha256", right),
		form("blanks around the value", signedBy, "  "+right+"  "),
		form("a tab before the value", signedBy, "\t"+right),
		refused(delivery("no signature", order, ""), "MissingHeader"),
		refused(delivery("an empty signature", order, "", [2]string{signedBy, ""}), "MissingHeader"),
		refused(delivery("the signature under another name", order, "", [2]string{"X-Hub-Signature-256", right}), "MissingHeader"),
	}
}

// acceptable are forms that the document neither shows nor forbids.
func acceptable(bodies map[string][]byte) []Test {
	var all []Test
	for _, name := range []string{"order.updated", "product.updated", "customer.created"} {
		body := bodies[name]
		digits := cartly.Sign(mySecret, body)[7:]
		all = append(all,
			open(delivery("digits in capital letters, "+name, body, "sha256="+strings.ToUpper(digits)), "UpperHex"),
			open(delivery("digits without a prefix, "+name, body, digits), "BareHex"))
	}
	return all
}

func eventNames(bodies map[string][]byte) []Test {
	var all []Test
	for _, name := range []string{
		"order.created", "order.updated", "order.fulfilled", "order.canceled",
		"product.created", "product.updated", "customer.created", "cart.abandoned",
	} {
		body := bytes.Replace(bodies[name], []byte("2025-03-01T09:00:00.000Z"), []byte("2025-03-01T09:00:01.000Z"), 1)
		all = append(all, taken(signed("the event "+name, body)))
	}
	return all
}

// sent is a test as a request, as it would stand on the wire.
func sent(t *testing.T, test Test) *http.Request {
	t.Helper()
	body, err := base64.StdEncoding.DecodeString(*test.BodyBase64)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "POST /hook HTTP/1.1\r\nHost: app.example.com\r\nContent-Length: %d\r\n", len(body))
	for _, h := range test.Headers {
		fmt.Fprintf(&b, "%s: %s\r\n", h[0], h[1])
	}
	b.WriteString("\r\n")
	b.Write(body)
	r, err := http.ReadRequest(bufio.NewReader(&b))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

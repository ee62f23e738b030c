package vectors

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cartdouble/cartdouble/conformance/internal/reference"
	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cscart"
)

// owned is what a test of carts expects. Numbers are texts, since they must not
// lose a digit.
type owned struct {
	OK        bool   `json:"ok"`
	UserID    string `json:"user_id,omitempty"`
	Guest     bool   `json:"guest,omitempty"`
	Email     string `json:"email,omitempty"`
	FirstName string `json:"firstname,omitempty"`
	LastName  string `json:"lastname,omitempty"`
	IP        string `json:"ip_address,omitempty"`
	OrderID   string `json:"order_id,omitempty"`
	Items     string `json:"items,omitempty"`
	Total     string `json:"total,omitempty"`
	Date      string `json:"date,omitempty"`
	Lines     []line `json:"lines,omitempty"`
}

type line struct {
	ProductID string `json:"product_id"`
	Amount    string `json:"amount"`
	Price     string `json:"price"`
	Name      string `json:"name,omitempty"`
}

func ownedShape() shape {
	text := func(about string) object { return object{"type": "string", "description": about} }
	return shape{
		title: "Carts of CS-Cart: who they belong to and what is in them",
		group: opGroup(cscart.GetCart), input: answerInput(), needs: []string{"status", "body"},
		expect: object{
			"ok": object{"type": "boolean", "description": "whether there is a cart"}, "user_id": text("exactly"),
			"guest": object{"type": "boolean"}, "email": text("of the owner; missing for a guest"), "firstname": text("missing: none"), "lastname": text("missing: none"),
			"ip_address": text("as it is written"), "order_id": text("missing: none"), "items": text("how many products"), "total": text("exactly, two decimals; missing: not told"),
			"date": object{"type": "string", "format": "date-time"},
			"lines": object{"type": "array", "items": closed(object{
				"product_id": text(""), "amount": text(""), "price": text("of the row"), "name": text("missing: the product has left the catalogue"),
			}, "product_id", "amount", "price")},
		},
		wants: []string{"ok"},
	}
}

func ownedNotes() map[string]Note {
	return map[string]Note{
		"Guest":     {"FALSE_FAILURE", "[] for the data of a guest", "carts of guests are not read, or skipped", "CSC-TYPE-01", ""},
		"Absent":    {"LOST_DATA", "null, the empty text and 0 for what is not there; an address with dots where the table says integer", "the word null becomes a name, or a cart is not read", "CSC-TYPE-02", ""},
		"BigID":     {"LOST_DATA", "an id beyond 31 bits", "the client deletes another cart", "CSC-TYPE-03", ""},
		"Money":     {"LOST_DATA", "amounts that binary fractions do not hold", "sums are wrong by cents", "CSC-TYPE-04", ""},
		"Seconds":   {"LOST_DATA", "UNIX seconds in quotes", "the cart is of 1970", "CSC-TYPE-05", ""},
		"Numbers":   {"FALSE_FAILURE", "numbers without quotes", "a cart is not read", "CSC-TYPE-06", ""},
		"Keyed":     {"FALSE_FAILURE", "values by number, which are [] where there are none", "a cart is not read", "CSC-TYPE-07", ""},
		"Extra":     {"LOST_DATA", "extra with other types and another price than the row", "a cart is not read, or has the wrong price", "CSC-TYPE-08", ""},
		"Edition":   {"FALSE_FAILURE", "keys that other editions and add-ons do not send", "a cart is not read", "CSC-TYPE-09", ""},
		"NoProduct": {"LOST_DATA", "null for a product that has left the catalogue", "the line is lost, and the sum is wrong", "CSC-GET-03", ""},
		"NoCart":    {"FALSE_SUCCESS", "an answer that is no cart", "an empty cart is taken for one", "CSC-GET-02", ""},
		"Unknown":   {"FALSE_FAILURE", "members that nobody knows", "the next edition of the API is not read", "GEN-UNK-01", ""},
		"NoJSON":    {"FALSE_SUCCESS", "a page for people under 200", "a page of a proxy is taken for an answer", "GEN-HTML-01", ""},
	}
}

// stored is a cart as a fake with it sends it, as a test that is valid, with what
// the test put there.
func stored(t *testing.T, comment string, cart cscart.Cart, want func(*owned), opts ...fake.Option) Test {
	t.Helper()
	now := time.Date(2025, 3, 1, 9, 0, 0, 0, time.UTC)
	store := cscart.New(append(opts, fake.Frozen(), fake.At(now))...)
	defer store.Close()
	store.Carts.Add(cart)
	id := fmt.Sprint(cart.UserID)
	_, _ = reference.NewCscart(store.BaseURL(), store.Email(), store.APIKey(), store.Client(), nil).Get(t.Context(), id)
	w := owned{
		OK: true, UserID: id, Guest: true, IP: "127.0.0.1", Items: "1", Total: "30.00", Date: now.Format(time.RFC3339),
		Lines: []line{{"12", "1", "30.00", "100g Pants"}},
	}
	if cart.User != nil {
		w.Guest, w.Email, w.FirstName, w.LastName = false, cart.User.Email, cart.User.FirstName, cart.User.LastName
	}
	if want != nil {
		want(&w)
	}
	return answerOf(t, comment, store, cscart.GetCart).being("valid", w)
}

// flagged is a test with a flag.
func (t Test) flagged(flag string) Test {
	t.Flags = []string{flag}
	return t
}

// expecting is a test that expects something else in one place.
func expecting(t *testing.T, test Test, change func(*owned)) Test {
	t.Helper()
	w := wants[owned](t, test)
	change(&w)
	test.Expect = expects(w)
	return test
}

var pants = []cscart.Product{{ProductID: 12, Price: 3000, Name: "100g Pants"}}

func TestCscartUserDataFile(t *testing.T) {
	t.Parallel()
	m := making(t, "cscart_user_data_v1.json", Source{"cscart", "149-161,196-226,317-390,424-464", "1b08fdcd0e5f005f70ae3107ae00d90a599a357915f47902f176c06fd345fa0c"}, ownedNotes())
	m.group(Group{Op: cscart.GetCart, Tests: join(cscartOwners(t), cscartNumbers(t), cscartLines(t), cscartNone(t))})
	m.end()
	m.endSchema(ownedShape())
}

func member() cscart.Cart {
	return cscart.Cart{UserID: 3, User: &cscart.User{Email: "ann@example.com", FirstName: "Ann", LastName: "Lee"}, Products: pants}
}

func guest() cscart.Cart { return cscart.Cart{UserID: 41, Products: pants} }

// cscartOwners are about user_data, names and ids.
func cscartOwners(t *testing.T) []Test {
	t.Helper()
	ann := stored(t, "a member, with an object", member(), nil)
	groups, fields := member(), member()
	groups.User.Usergroups = []cscart.Usergroup{{ID: 4}, {ID: 7}}
	fields.User.Fields = map[int64]any{38: "red", 40: map[string]string{"1": "a"}}
	anyone := stored(t, "a guest, with []", guest(), nil).flagged("Guest")
	crowd := cscart.Cart{UserID: 3810267128, Products: pants}
	nobody := func(w *owned) { w.FirstName, w.LastName = "", "" }
	return []Test{
		ann, anyone,
		stored(t, "a guest with an id beyond 31 bits", crowd, nil).flagged("BigID"),
		expecting(t, ann.with("an id beyond 53 bits", `"user_id":"3"`, `"user_id":"9007199254740993"`), func(w *owned) { w.UserID = "9007199254740993" }).flagged("BigID"),
		expecting(t, ann.with("null for the names", `"firstname":"Ann","lastname":"Lee"`, `"firstname":null,"lastname":null`), nobody).flagged("Absent"),
		expecting(t, ann.with("empty texts for the names", `"firstname":"Ann","lastname":"Lee"`, `"firstname":"","lastname":""`), nobody).flagged("Absent"),
		ann.with("0 for the order", `"order_id":null`, `"order_id":"0"`).flagged("Absent"),
		expecting(t, ann.with("an order", `"order_id":null`, `"order_id":"77"`), func(w *owned) { w.OrderID = "77" }),
		expecting(t, ann.with("an address with dots", `"ip_address":"127.0.0.1"`, `"ip_address":"203.0.113.9"`), func(w *owned) { w.IP = "203.0.113.9" }).flagged("Absent"),
		stored(t, "a member of two groups", groups, nil).flagged("Keyed"),
		stored(t, "a member with fields of the shop's own", fields, nil).flagged("Keyed"),
		ann.with("a member whose groups are null", `"usergroups":[]`, `"usergroups":null`).flagged("Keyed"),
		ann.with("members that nobody knows", `{`, `{"x_new":{"of":["another edition",null]},`).flagged("Unknown"),
		ann.with("members that nobody knows, in user_data", `"user_data":{`, `"user_data":{"x_new":[1],`).flagged("Unknown"),
	}
}

// cscartNumbers are about amounts, times and numbers.
func cscartNumbers(t *testing.T) []Test {
	t.Helper()
	priced := func(comment string, cents cscart.Money, total string) Test {
		one := guest()
		one.Products = []cscart.Product{{ProductID: 12, Price: cents, Name: "100g Pants"}}
		return stored(t, comment, one, func(w *owned) { w.Total, w.Lines = total, []line{{"12", "1", total, "100g Pants"}} }).flagged("Money")
	}
	anyone := stored(t, "", guest(), nil)
	return []Test{
		priced("ten cents", 10, "0.10"), priced("a sum that no binary fraction holds", 9006999999990993, "90069999999909.93"),
		priced("19.99", 1999, "19.99"),
		expecting(t, anyone.with("the seconds of the sample", `"date":"1740819600"`, `"date":"1466409032"`), func(w *owned) { w.Date = "2016-06-20T07:50:32Z" }).flagged("Seconds"),
		expecting(t, anyone.with("seconds beyond 2038", `"date":"1740819600"`, `"date":"4102444800"`), func(w *owned) { w.Date = "2100-01-01T00:00:00Z" }).flagged("Seconds"),
		anyone.with("an amount without quotes", `"product_id":"12","amount":"1"`, `"product_id":"12","amount":1`).flagged("Numbers"),
		anyone.with("a number of products without quotes", `"cart_products":"1"`, `"cart_products":1`).flagged("Numbers"),
		anyone.with("an id without quotes", `"user_id":"41"`, `"user_id":41`).flagged("Numbers"),
	}
}

// cscartLines are about rows, editions and add-ons.
func cscartLines(t *testing.T) []Test {
	t.Helper()
	anyone := stored(t, "", guest(), nil)
	sample := cscart.SampleCart()
	john := func(w *owned) { w.Date = "2016-06-21T15:01:58Z" }
	return []Test{
		stored(t, "the cart of the sample", sample, john),
		anyone.with("options by number", `"product_options":[]`, `"product_options":{"3":"12"}`).flagged("Keyed"),
		anyone.with("extra with an id as a text", `"product_id":12,`, `"product_id":"12",`).flagged("Extra"),
		anyone.with("extra with another price", `"price":30,`, `"price":99.5,`).flagged("Extra"),
		anyone.with("extra with null and a list", `"is_edp":"N"`, `"is_edp":null,"promo":[{"a":1}]`).flagged("Extra"),
		expecting(t, anyone.with("a product that has left the catalogue", `"product":"100g Pants"}]}`, `"product":null}]}`), func(w *owned) { w.Lines[0].Name = "" }).flagged("NoProduct"),
		stored(t, "a cart of Multi-Vendor", guest(), nil, cscart.WithEdition(cscart.MultiVendor)).flagged("Edition"),
	}
}

// cscartNone are answers that are no cart.
func cscartNone(t *testing.T) []Test {
	t.Helper()
	store := cscart.New(fake.Frozen())
	defer store.Close()
	_, _ = reference.NewCscart(store.BaseURL(), store.Email(), store.APIKey(), store.Client(), nil).Get(t.Context(), "3")
	missing := answerOf(t, "no such cart", store, cscart.GetCart).being("invalid", owned{}, "NoCart")
	null := missing.saying("200 with null")
	null.Status, null.Body = http.StatusOK, ptr("null")
	page := null.saying("a page for people under 200").flagged("NoJSON")
	page.Type, page.Body = "text/html; charset=utf-8", ptr("<h1>We are back soon</h1>")
	return []Test{missing, null, page}
}

// ownedBy lets the reference client get a cart, and tells what is wrong with what
// it makes of the answer.
func ownedBy(t *testing.T, bug *reference.Bug, c Case) error {
	client := reference.NewCscart("https://store.example.com/api", "a@example.com", "key", &http.Client{Transport: always{c.Test}}, bug)
	got, err := client.Get(t.Context(), "3")
	want := wants[owned](t, c.Test)
	if err != nil || !want.OK {
		if (err == nil) != want.OK {
			return fmt.Errorf("error %v", err)
		}
		return nil
	}
	have := owned{
		OK: true, UserID: got.UserID, Guest: got.Guest, Email: got.Email, FirstName: got.FirstName, LastName: got.LastName, IP: got.IP,
		OrderID: strings.TrimLeft(got.OrderID, "0"), Items: got.Items, Total: got.Total, Date: got.Date.Format(time.RFC3339),
	}
	for _, l := range got.Lines {
		have.Lines = append(have.Lines, line{l.ProductID, l.Amount, l.Price, l.Name})
	}
	if diff := cmp.Diff(want, have); diff != "" {
		return fmt.Errorf("-want +got\n%s", diff)
	}
	return nil
}

func TestOwnersOnVectors(t *testing.T) {
	t.Parallel()
	for bug, want := range map[string]string{
		"":             "",
		"CSC-TYPE-01a": "BigID 1, Edition 1, Extra 3, Guest 1, Keyed 1, Money 3, NoProduct 1, Numbers 3, Seconds 2",
		"CSC-TYPE-02a": "Absent 1, BigID 1, Edition 1, Extra 3, Guest 1, Keyed 1, Money 3, NoProduct 1, Numbers 3, Seconds 2",
		"CSC-TYPE-02b": "Absent 4, BigID 2, Edition 1, Extra 3, Guest 1, Keyed 4, Money 3, NoProduct 1, Numbers 3, Seconds 2, Unknown 2, plain 3",
		"CSC-TYPE-03a": "BigID 2",
		"CSC-TYPE-04a": "Money 1",
		"CSC-TYPE-04b": "Absent 4, BigID 2, Edition 1, Extra 3, Guest 1, Keyed 4, Money 3, NoProduct 1, Numbers 3, Seconds 2, Unknown 2, plain 3",
		"CSC-TYPE-05a": "Absent 4, BigID 2, Edition 1, Extra 3, Guest 1, Keyed 4, Money 3, NoProduct 1, Numbers 3, Seconds 2, Unknown 2, plain 3",
		"CSC-TYPE-06a": "Numbers 2",
		"CSC-TYPE-06b": "Absent 4, BigID 2, Edition 1, Extra 3, Guest 1, Keyed 3, Money 3, NoProduct 1, Numbers 3, Seconds 2, Unknown 2, plain 2",
		"CSC-TYPE-07a": "Keyed 3, plain 1",
		"CSC-TYPE-07b": "Absent 4, BigID 2, Edition 1, Extra 3, Guest 1, Keyed 3, Money 3, NoProduct 1, Numbers 3, Seconds 2, Unknown 2, plain 3",
		"CSC-TYPE-08a": "Extra 1",
		"CSC-TYPE-08b": "Absent 4, BigID 2, Edition 1, Extra 3, Guest 1, Keyed 4, Money 1, NoProduct 1, Numbers 3, Seconds 2, Unknown 2, plain 3",
		"CSC-TYPE-09a": "Edition 1",
		"CSC-GET-01b":  "Absent 4, BigID 2, Edition 1, Extra 3, Guest 1, Keyed 4, Money 3, NoProduct 1, Numbers 3, Seconds 2, Unknown 2, plain 3",
		"CSC-GET-02a":  "NoCart 1",
		"CSC-GET-03a":  "NoProduct 1",
		"CSC-GET-05a":  "NoCart 1",
		"GEN-UNK-01a":  "Unknown 1",
	} {
		t.Run(bug, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				onVectors(t, bug, "cscart_user_data_v1.json", want, ownedBy)
			})
		})
	}
}

package vectors

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cartdouble/cartdouble/conformance/internal/reference"
	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartfunnel"
)

// saved is what a test of saves expects.
type saved struct {
	Saved    bool     `json:"saved"`
	ID       string   `json:"id,omitempty"`
	Messages []string `json:"messages,omitempty"`
}

func savedShape() shape {
	return shape{
		title: "Answers of Cartfunnel to a save: whether it was saved",
		group: opGroup(cartfunnel.CreateCustomer, cartfunnel.UpdateCustomer), input: answerInput(), needs: []string{"status", "body"},
		expect: object{
			"saved":    object{"type": "boolean"},
			"id":       object{"type": "string", "pattern": "^[0-9]+$", "description": "of the record that was saved, exactly"},
			"messages": object{"type": "array", "items": object{"type": "string"}, "description": "that the caller can read"},
		},
		wants: []string{"saved"},
	}
}

func savedNotes() map[string]Note {
	return map[string]Note{
		"RefusedSave":    {"FALSE_SUCCESS", "200 with persisted false and errors", "a record that was not saved is taken for saved", "CFN-SAVE-01", ""},
		"ErrorsWin":      {"FALSE_SUCCESS", "persisted true beside errors, as in the document's own sample", "a change that was not saved is taken for saved", "CFN-SAVE-02", ""},
		"PersistedAlone": {"FALSE_SUCCESS", "persisted false without a member errors", "a record that was not saved is taken for saved", "CFN-SAVE-03", ""},
		"Messages":       {"LOST_DATA", "more than one message", "the caller learns one reason of several", "CFN-SAVE-05", ""},
		"UnsavedID":      {"FALSE_SUCCESS", "an id that is null, the word null, or not there", "the client goes on with the id 0", "CFN-SAVE-07", ""},
		"GoodStatus":     {"FALSE_FAILURE", "201 instead of 200", "a record that was saved is taken for not saved, and is made again", "CFN-SAVE-08", ""},
		"TextJSON":       {"FALSE_FAILURE", "the media type text/json", "a good answer is not read", "CFN-CT-02", ""},
		"NativeBooleans": {"FALSE_FAILURE", "booleans of JSON instead of the words true and false", "a good answer is not read", "CFN-TYPE-02", ""},
		"BigNumber":      {"LOST_DATA", "an id beyond 53 bits", "the client goes on with another id", "CFN-TYPE-04", ""},
		"Unknown":        {"FALSE_FAILURE", "members that nobody knows", "the next edition of the API is not read", "GEN-UNK-01", ""},
		"Refusal":        {"FALSE_SUCCESS", "a status that says no", "what was refused is taken for done", "CFN-AUTH-04", ""},
		"Outage":         {"FALSE_SUCCESS", "a failure of the server", "what failed is taken for done", "GEN-5XX-01", ""},
		"NoJSON":         {"FALSE_SUCCESS", "a page for people under 200", "a page of a proxy is taken for an answer", "GEN-HTML-01", ""},
		"CutShort":       {"FALSE_SUCCESS", "an answer that breaks off", "half an answer is taken for a whole one", "GEN-BODY-01", ""},
	}
}

// funnel asks a fake to save, and gives the answer as a test: to the creation of
// a customer with an address, or to an update, which may be refused with a text.
func funnel(t *testing.T, comment, op, about string, opts ...fake.Option) Test {
	t.Helper()
	shop := cartfunnel.New(append(opts, fake.Frozen(), fake.At(time.Date(2025, 3, 1, 9, 0, 0, 0, time.UTC)))...)
	defer shop.Close()
	there := shop.Customers.Add(cartfunnel.Customer{ID: 92310, Email: "anna@example.com", FirstName: "Anna", Note: "Special user"})
	c := reference.NewCartfunnel(shop.BaseURL(), shop.Account(), shop.Secret(), shop.Client(), nil)
	if op == cartfunnel.CreateCustomer {
		_, _ = c.Create(t.Context(), reference.Customer{Email: about, FirstName: "Bob"})
	} else {
		if about != "" {
			shop.RefuseCustomer(there.ID, about)
		}
		_, _ = c.Update(t.Context(), there.ID, reference.Change{FirstName: ptr("Ann")})
	}
	return answerOf(t, comment, shop, op)
}

// funnelRefuses is the answer to an update with another secret, or of a customer
// who is not there.
func funnelRefuses(t *testing.T, comment, secret string, id int64) Test {
	t.Helper()
	shop := cartfunnel.New(fake.Frozen())
	defer shop.Close()
	shop.Customers.Add(cartfunnel.Customer{ID: 92310, Email: "anna@example.com"})
	if secret == "" {
		secret = shop.Secret()
	}
	c := reference.NewCartfunnel(shop.BaseURL(), shop.Account(), secret, shop.Client(), nil)
	_, _ = c.Update(t.Context(), id, reference.Change{FirstName: ptr("Ann")})
	return answerOf(t, comment, shop, cartfunnel.UpdateCustomer)
}

func TestCartfunnelSaveFile(t *testing.T) {
	t.Parallel()
	const bob, anna = "bob@example.com", "anna@example.com"
	m := making(t, "cartfunnel_save_v1.json", Source{"cartfunnel", "12,43-51,64-79,110-186", "efedec05f9ffd3e5c23d145c3282d0f59a1cf6bf8e6a7f089b67bf77a3d2cfc9"}, savedNotes())
	create := func(comment, email string, opts ...fake.Option) Test {
		return funnel(t, comment, cartfunnel.CreateCustomer, email, opts...)
	}
	good := create("created", bob)
	id := strings.TrimSuffix(strings.SplitN(*good.Body, `"id":`, 2)[1], "}")
	id, _, _ = strings.Cut(id, ",")
	made := saved{Saved: true, ID: id}
	taken := create("refused: the address is taken", anna)
	var refusedWith struct{ Errors []string }
	readJSON(t, *taken.Body, &refusedWith)
	no := saved{Messages: refusedWith.Errors}
	html := "<!doctype html><title>Maintenance</title><h1>We are back soon</h1>"
	page, cut, outage := good, good, good
	page.Type, page.Body = "text/html; charset=utf-8", &html
	cut.Body = ptr((*good.Body)[:len(*good.Body)/2])
	outage.Status, outage.Body = http.StatusInternalServerError, ptr("")
	empty := create("refused: no address", "")
	m.group(Group{Op: cartfunnel.CreateCustomer, Tests: []Test{
		good.being("valid", made),
		create("created, answered with 201", bob, cartfunnel.WithCreatedStatus(201)).being("valid", made, "GoodStatus"),
		create("created, answered as text/json", bob, cartfunnel.WithContentType("text/json; charset=utf-8")).being("valid", made, "TextJSON"),
		create("created, with booleans of JSON", bob, cartfunnel.WithNativeBooleans()).being("valid", made, "NativeBooleans"),
		create("created, with null for the last order", bob, cartfunnel.WithNullLastOrder()).being("valid", made),
		good.with("created, with an id beyond 53 bits", `"id":`+id, `"id":9007199254740993`).being("valid", saved{Saved: true, ID: "9007199254740993"}, "BigNumber"),
		good.with("created, with members that nobody knows", `{`, `{"x_new":{"of":["another edition",null]},`).being("valid", made, "Unknown"),
		taken.being("invalid", no, "RefusedSave"),
		empty.being("invalid", messagesOf(t, empty), "RefusedSave"),
		taken.with("refused, with two messages", `"errors":[`, `"errors":["First name is too long",`).being("invalid", saved{Messages: append([]string{"First name is too long"}, no.Messages...)}, "Messages"),
		create("refused, with null for an id", anna, cartfunnel.WithUnsavedKeys(cartfunnel.Null)).being("invalid", no, "UnsavedID"),
		create("refused, with the word null for an id", anna, cartfunnel.WithUnsavedKeys(cartfunnel.StringNull)).being("invalid", no, "UnsavedID"),
		create("refused, without an id", anna, cartfunnel.WithUnsavedKeys(cartfunnel.Absent)).being("invalid", no, "UnsavedID"),
		good.with("not persisted, and no word why", `"persisted":"true"`, `"persisted":"false"`).being("invalid", saved{}, "PersistedAlone"),
		create("not persisted as a boolean of JSON, and no word why", bob, cartfunnel.WithNativeBooleans()).with("not persisted as a boolean of JSON, and no word why", `"persisted":true`, `"persisted":false`).being("invalid", saved{}, "PersistedAlone"),
		outage.being("invalid", saved{}, "Outage").saying("a failure of the server"),
		page.being("invalid", saved{}, "NoJSON").saying("a page for people"),
		cut.being("invalid", saved{}, "CutShort").saying("half an answer"),
	}})
	update := func(comment, refusal string, opts ...fake.Option) Test {
		return funnel(t, comment, cartfunnel.UpdateCustomer, refusal, opts...)
	}
	m.group(Group{Op: cartfunnel.UpdateCustomer, Tests: []Test{
		update("changed", "").being("valid", saved{Saved: true, ID: "92310"}),
		update("changed, with booleans of JSON", "", cartfunnel.WithNativeBooleans()).being("valid", saved{Saved: true, ID: "92310"}, "NativeBooleans"),
		update("refused, and persisted true", "First name is not allowed").being("invalid", saved{Messages: []string{"First name is not allowed"}}, "ErrorsWin"),
		update("refused, and persisted false", "First name is not allowed", cartfunnel.WithPersistedFalseOnUpdate()).being("invalid", saved{Messages: []string{"First name is not allowed"}}, "RefusedSave"),
		funnelRefuses(t, "a wrong secret", "wrong", 92310).being("invalid", saved{}, "Refusal"),
		funnelRefuses(t, "an unknown customer", "", 1).being("invalid", saved{}, "Refusal"),
	}})
	m.end()
	m.endSchema(savedShape())
}

// saying is a test with another comment.
func (t Test) saying(comment string) Test {
	t.Comment = comment
	return t
}

// messagesOf is a refusal with the messages that stand in it.
func messagesOf(t *testing.T, test Test) saved {
	t.Helper()
	var w struct{ Errors []string }
	readJSON(t, *test.Body, &w)
	if len(w.Errors) == 0 {
		t.Fatalf("%s: there is no message in %s", test.Comment, *test.Body)
	}
	return saved{Messages: w.Errors}
}

// savedBy lets the reference client save, and tells what is wrong with what it
// makes of the answer.
func savedBy(t *testing.T, bug *reference.Bug, c Case) error {
	client := reference.NewCartfunnel("https://api.cartfunnel.net/v1", "myshop", "s3cret", &http.Client{Transport: always{c.Test}}, bug)
	var got reference.Customer
	var err error
	if c.Group.Op == cartfunnel.CreateCustomer {
		got, err = client.Create(t.Context(), reference.Customer{Email: "bob@example.com"})
	} else {
		got, err = client.Update(t.Context(), 92310, reference.Change{FirstName: ptr("Ann")})
	}
	want := wants[saved](t, c.Test)
	if (err == nil) != want.Saved {
		return fmt.Errorf("saved is %t, error %v", err == nil, err)
	}
	if id := fmt.Sprint(got.ID); want.ID != "" && id != want.ID {
		return errors.New("the id is " + id)
	}
	for _, message := range want.Messages {
		if !strings.Contains(err.Error(), message) {
			return fmt.Errorf("%q is not in %q", message, err)
		}
	}
	return nil
}

// The right client passes every vector, and each wrong one fails those that are
// meant for it.
func TestSavesOnVectors(t *testing.T) {
	t.Parallel()
	for bug, want := range map[string]string{
		"":             "",
		"CFN-SAVE-01a": "ErrorsWin 1, Messages 1, PersistedAlone 2, RefusedSave 3, UnsavedID 3",
		"CFN-SAVE-02a": "ErrorsWin 1",
		"CFN-SAVE-03a": "PersistedAlone 2",
		"CFN-SAVE-04a": "BigNumber 1, GoodStatus 1, NativeBooleans 2, TextJSON 1, Unknown 1, plain 3",
		"CFN-SAVE-04b": "BigNumber 1, GoodStatus 1, NativeBooleans 2, PersistedAlone 2, TextJSON 1, Unknown 1, plain 3",
		"CFN-SAVE-05a": "Messages 1",
		"CFN-SAVE-08a": "BigNumber 1, Messages 1, NativeBooleans 1, RefusedSave 2, TextJSON 1, Unknown 1, UnsavedID 3, plain 2",
		"CFN-SAVE-08b": "GoodStatus 1",
		"CFN-CT-02a":   "TextJSON 1",
		"CFN-TYPE-02a": "NativeBooleans 2",
		"GEN-UNK-01a":  "Unknown 1",
	} {
		t.Run(bug, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				onVectors(t, bug, "cartfunnel_save_v1.json", want, savedBy)
			})
		})
	}
}

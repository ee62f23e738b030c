package cartfunnel

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
)

// attributeNames are the attributes that a save can set ("Properties").
var attributeNames = []string{"email", "first_name", "last_name", "note", "tag_list", "tax_exempt", "accepts_marketing"}

// vet says which faults this API cannot have, and why.
func (s *Server) vet(f fake.Fault) error {
	switch f.Name() {
	case "batch-stops", "limited-after-part":
		return errors.New("this API saves one customer at a time; not-saved refuses one")
	case "cursor-expired", "cursor-loop":
		return errors.New("lists of this API have pages by number and no cursors; page-drift and short-page change what is on them")
	case "unstable-order": // reading CF-15
		return errors.New("the list goes by id, which no two customers share; page-drift moves customers between pages")
	case "not-saved":
		if f.Has("word") {
			return errors.New("word=: the answer has no word for a failure; errors=, persisted=, echo= and status= change it")
		}
	case "throttled-in-200":
		return vetCost(f)
	case "taken":
		if field := f.Get("field"); f.Has("field") && field != "email" {
			return fmt.Errorf("field=%s: the address is all that no two customers share; want field=email", field)
		}
	case "silently-dropped":
		return vetFields(f)
	case "shape-drift":
		return s.vetShape(f)
	case "dst":
		if !s.settings.form.fixedZone() {
			return errors.New("the zone of WithZone changes its offset by itself")
		}
	}
	return nil
}

func vetCost(f fake.Fault) error {
	if f.Has("cost") {
		return errors.New("cost=: no answer of this API tells what a call costs; code= is the sentence of the refusal")
	}
	return nil
}

func vetFields(f fake.Fault) error {
	if !f.Has("fields") {
		return errors.New("want fields=, some of " + strings.Join(attributeNames, ","))
	}
	for name := range strings.SplitSeq(f.Get("fields"), ",") {
		if !slices.Contains(attributeNames, name) {
			return fmt.Errorf("fields=%s: a save sets %s", f.Get("fields"), strings.Join(attributeNames, ","))
		}
	}
	return nil
}

// vetShape refuses a drift to the shape that answers have already.
func (s *Server) vetShape(f fake.Fault) error {
	native, null := s.settings.form.nativeBooleans, s.settings.form.nullLastOrder
	switch {
	case f.Get("bool") == "string" && !native, f.Get("bool") == "native" && native:
		return fmt.Errorf("bool=%s: the booleans of this fake are so already", f.Get("bool"))
	case f.Get("null") == "null" && null:
		return errors.New("null=null: a last_order_id that is not there is so already")
	case f.Get("id") == "int":
		return errors.New("id=int: ids of this API are numbers already")
	}
	return nil
}

// fixedZone tells whether the offset is the same all the year round.
func (f *form) fixedZone() bool {
	_, winter := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC).In(f.zone).Zone()
	_, summer := time.Date(2025, 7, 1, 0, 0, 0, 0, time.UTC).In(f.zone).Zone()
	return winter == summer
}

// swap puts a caller into another account, for the fault token-swapped: the one
// of that name, or the first of the further ones by name.
func (s *Server) swap(name string) (any, error) {
	var others []string
	for known := range s.accounts {
		if known != s.Account() {
			others = append(others, known)
		}
	}
	switch {
	case s.accounts[name] != nil:
		return s.accounts[name], nil
	case name != "":
		return nil, errors.New("there is no such account")
	case others == nil:
		return nil, errors.New("there is one account only; AddAccount makes another")
	}
	return s.accounts[slices.Min(others)], nil
}

// taken lets somebody else have the address that a save asks for, as a first
// attempt has whose answer was lost; for the fault of that name.
func (s *Server) taken(c *fake.Call, _ string) bool {
	body, err := c.JSON()
	if err != nil {
		return false
	}
	t, twin := account(c), Customer{CreatedAt: now(c), UpdatedAt: now(c)}
	if c.Op == UpdateCustomer {
		twin.Email = fake.Text(body.Get("customer.email"))
	} else {
		merge(&twin, body.Get("customer"), func(string, string) {})
	}
	if !validEmail(twin.Email) || t.taken(&twin) {
		return false
	}
	t.Customers.Insert(nil, twin)
	return true
}

// withoutDropped are the given attributes but those that the fault
// silently-dropped names: these are checked, and not stored.
func withoutDropped(c *fake.Call, given gjson.Result) (kept gjson.Result, thinned bool) {
	fault, planned := c.Planned("silently-dropped")
	if !planned {
		return given, false
	}
	names, text := strings.Split(fault.Get("fields"), ","), []byte{'{'}
	for key, value := range fake.Members(given) {
		if slices.Contains(names, key) {
			thinned = true
			continue
		}
		if len(text) > 1 {
			text = append(text, ',')
		}
		text = append(append(fake.AppendString(text, key), ':'), value.Raw...)
	}
	if !thinned {
		return given, false
	}
	c.Fault("silently-dropped")
	return gjson.ParseBytes(append(text, '}')), true
}

// otherPage is the page that a call reads where the fault stale-read or short-page
// changes what is on it.
func (s *Server) otherPage(c *fake.Call, page int) (body []byte, is bool) {
	t := account(c)
	if from, to, short := c.ShiftedPage(s.settings.pageSize, t.Customers.Count()); short {
		if count := t.Customers.Count(); s.settings.newestFirst {
			from, to = count-from, count-to
		}
		return t.Customers.Array(from, to), true
	}
	f, stale := c.Fault("stale-read")
	if !stale {
		return nil, false
	}
	var wires [][]byte
	for _, wire := range t.Customers.Lagging(c, f) {
		wires = append(wires, wire)
	}
	if s.settings.newestFirst {
		slices.Reverse(wires)
	}
	body = []byte{'['}
	for i, wire := range wires[s.before(page, len(wires)):s.before(page+1, len(wires))] {
		if i > 0 {
			body = append(body, ',')
		}
		body = append(body, wire...)
	}
	return append(body, ']'), true
}

// wireOf is the wire form of a record, nil where there is none: the present one,
// unless the fault stale-read lets single records lag too.
func wireOf(c *fake.Call, id int64) []byte {
	f, planned := c.Planned("stale-read")
	if !planned || f.Get("scope") != "all" {
		return account(c).Customers.Wire(id)
	}
	c.Fault("stale-read")
	for customer, wire := range account(c).Customers.Lagging(c, f) {
		if customer.ID == id {
			return wire
		}
	}
	return nil
}

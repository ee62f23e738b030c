package fluidpay

import (
	"fmt"
	"strings"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// A kind is one of the two kinds of record, with all in which its endpoints
// differ from those of the other.
type kind[T any] struct {
	server     *Server
	name       string // as the sentence of a deletion has it: "cart"
	refusal    string // name of the refusals of a test, before the id
	records    *fake.Collection[string, T]
	attributes []attribute[T]
	filters    []filterKey[T] // made by the first search
	searchable func() []filterKey[T]
	common     func(*T) common
	title      func(*T) string
	finish     func(*T)                                   // what an attribute makes of the id
	append     func(dst []byte, v *T, wire []byte) []byte // the form of lists, from the kept one

	listed  map[string]listing // by merchant: the last list, while nothing changes
	parts   map[part]span      // where the parts stand in the order of lists
	partsAt version
}

// common is what both kinds of record have.
type common struct {
	id, hash, merchant *string
	created, updated   *time.Time
	deleted            **time.Time
}

// stock makes the two collections, products first: a snapshot lists them so, as
// carts hold products.
func (s *Server) stock() {
	s.products = &kind[Product]{
		server: s, name: "product", refusal: refusedProduct, attributes: productAttributes, searchable: s.productFilters,
		common: func(p *Product) common {
			return common{&p.ID, &p.PublicHash, &p.MerchantID, &p.CreatedAt, &p.UpdatedAt, &p.DeletedAt}
		},
		title:  func(p *Product) string { return p.Name },
		finish: placeImage,
		append: func(dst []byte, _ *Product, wire []byte) []byte { return append(dst, wire...) },
	}
	s.carts = &kind[Cart]{
		server: s, name: "cart", refusal: refusedCart, attributes: cartAttributes, searchable: s.cartFilters,
		common: func(c *Cart) common {
			return common{&c.ID, &c.PublicHash, &c.MerchantID, &c.CreatedAt, &c.UpdatedAt, &c.DeletedAt}
		},
		title:  func(c *Cart) string { return c.Name },
		finish: func(*Cart) {},
		append: s.appendKeptCart,
	}
	s.Products, s.Carts = s.newProducts(), s.newCarts()
	s.products.records, s.carts.records = s.Products, s.Carts
}

// fill completes what a record has of the server, and tells whether it was
// complete.
func (s *Server) fill(r common, now time.Time) (whole bool) {
	whole = *r.id != "" && *r.hash != "" && *r.merchant != "" && !r.created.IsZero() && !r.updated.IsZero()
	now = seconds(now)
	if *r.merchant == "" || *r.merchant == s.MerchantID() {
		*r.merchant = s.MerchantID() // one text for all of them
	}
	if r.created.IsZero() {
		*r.created = now
	}
	if r.updated.IsZero() {
		*r.updated = *r.created
	}
	if *r.id == "" {
		*r.id = s.newID(now)
	}
	if *r.hash == "" {
		*r.hash = publicHash(*r.id)
	}
	return whole
}

// read is the record of a GET, with its kept wire form. A public_hash is no id.
func (k *kind[T]) read(c *fake.Call) (*T, []byte, error) {
	v, wire := k.look(c, param(c, "id"))
	if v == nil {
		return nil, nil, &fake.Error{Kind: fake.NotFound}
	}
	r := k.common(v)
	if *r.merchant != merchant(c) || *r.deleted != nil && k.server.settings.deletes != DeletedReadable { // reading FP-17
		return nil, nil, &fake.Error{Kind: fake.NotFound}
	}
	return v, wire, nil
}

// own is a copy of the record of an update or a deletion, which must live; and
// it must not be one that the test refuses to let go.
func (k *kind[T]) own(c *fake.Call) (T, error) {
	v, err := k.records.Find(param(c, "id"))
	if err != nil {
		return v, err
	}
	if r := k.common(&v); *r.merchant != merchant(c) || *r.deleted != nil {
		return v, &fake.Error{Kind: fake.NotFound}
	}
	return v, k.server.refused(c, k.refusal+param(c, "id"))
}

// create stores a new record of the caller's merchant.
func (k *kind[T]) create(c *fake.Call, v T) (fake.Reply, error) {
	body, err := object(c)
	if err != nil {
		return fake.Reply{}, err
	}
	before := v
	if err := k.merge(c, body, &v, true); err != nil {
		return fake.Reply{}, err
	}
	if err := k.server.notSaved(c); err != nil {
		return fake.Reply{}, err
	}
	k.thin(c, body, before, &v)
	k.store(c, &v)
	return k.answer(c, *k.common(&v).id), nil
}

// store gives a new record what only the server gives, and puts it in.
func (k *kind[T]) store(c *fake.Call, v *T) {
	r := k.common(v)
	*r.merchant = merchant(c)
	*r.created = seconds(c.Now())
	*r.updated = *r.created
	*r.id = k.server.newID(*r.created)
	*r.hash = publicHash(*r.id)
	k.finish(v)
	k.records.Insert(c, *v)
}

// update merges a body into a record: keys that are absent stay as they are
// (reading FP-27). It moves updated_at even where it changes nothing (reading
// FP-46).
func (k *kind[T]) update(c *fake.Call) (fake.Reply, error) {
	body, err := object(c)
	if err != nil {
		return fake.Reply{}, err
	}
	v, err := k.own(c)
	if err != nil {
		return fake.Reply{}, err
	}
	before := v
	if err := k.merge(c, body, &v, false); err != nil {
		return fake.Reply{}, err
	}
	if err := k.server.notSaved(c); err != nil {
		return fake.Reply{}, err
	}
	k.thin(c, body, before, &v)
	r := k.common(&v)
	*r.updated = seconds(c.Now())
	k.finish(&v)
	k.records.Update(c, v)
	return k.answer(c, *r.id), nil
}

// answer is what a write is answered with: the record as lists have it (readings
// FP-2 and FP-9).
func (k *kind[T]) answer(c *fake.Call, id string) fake.Reply {
	v, wire := k.records.Look(id)
	return k.server.ok(c, k.append(nil, v, wire))
}

// remove deletes a record: it gets a time of deletion and keeps its time of
// change (readings FP-17 and FP-46).
func (k *kind[T]) remove(c *fake.Call) (fake.Reply, error) {
	v, err := k.own(c)
	if err != nil {
		return fake.Reply{}, err
	}
	if err := k.server.notSaved(c); err != nil {
		return fake.Reply{}, err
	}
	k.bury(c, v)
	return k.server.ok(c, []byte(`"Deleted `+k.name+`"`)), nil
}

// bury makes a deleted record of one that lives.
func (k *kind[T]) bury(c *fake.Call, v T) {
	r := k.common(&v)
	if k.server.settings.deletes == DeletedForGood {
		k.records.Delete(c, *r.id)
		return
	}
	now := seconds(c.Now())
	*r.deleted = &now
	k.records.Update(c, v)
}

// seconds is a time as the fake makes them: whole seconds, UTC.
func seconds(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }

func clonePointer[T any](p *T) *T {
	if p == nil {
		return nil
	}
	v := *p
	return &v
}

// illegalID is why an id could not stand in a path.
func illegalID(id string) error {
	if id == "search" || strings.Contains(id, "/") {
		return fmt.Errorf("the id %q cannot stand in a path", id)
	}
	return nil
}

package cartly

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// A Product is a product of a shop. The API's own document has products in events
// only; the vendor's other pages list them.
type Product struct {
	ID        string    `json:"id"`
	Title     string    `json:"title"`
	Variants  []Variant `json:"variants"`
	CreatedAt time.Time `json:"created_at"` // UTC, whole milliseconds
	UpdatedAt time.Time `json:"updated_at"` // UTC, whole milliseconds
}

// A Variant is what of a product is sold and kept in stock. Its Inventory is the
// sum of what is available over all locations; one that is added with an
// Inventory, and has no level yet, gets so much at the default location.
type Variant struct {
	ID         string `json:"id"`
	Title      string `json:"title"`
	SKU        string `json:"sku"`
	PriceCents int64  `json:"price_cents"`
	Inventory  int    `json:"inventory"`
}

// Products are the products of a shop. What a product loses, and all variants of
// one that is removed, take their levels with them.
type Products struct {
	*fake.Collection[string, Product]

	shop *ShopHandle
}

// byVariant is the index of products, and of levels, by variant.
const byVariant = "variant"

func (t *ShopHandle) newProducts() *Products {
	s := t.server
	return &Products{shop: t, Collection: fake.NewCollection(t.engine, fake.Spec[string, Product]{
		Name:    "products",
		Key:     func(p *Product) *string { return &p.ID },
		NextKey: func() string { return s.newID(productID) },
		Clone: func(p Product) Product {
			p.Variants = slices.Clone(p.Variants)
			return p
		},
		Fill: func(p *Product, now time.Time) {
			s.fillID(productID, &p.ID)
			fillTimes(&p.CreatedAt, &p.UpdatedAt, now)
			t.stock(p)
		},
		Touch: func(before Product, p *Product, now time.Time) {
			touchTimes(&p.CreatedAt, before.UpdatedAt, &p.UpdatedAt, now)
			t.stock(p)
			t.unstock(before.Variants, p.Variants)
		},
		Illegal: t.illegalProduct,
		Encode:  encoded(s, appendProduct),
		Changed: t.productChanged,
		Index: map[string]func(*Product, func(string)){byVariant: func(p *Product, add func(string)) {
			for _, v := range p.Variants {
				add(v.ID)
			}
		}},
		Orders: map[string]func(a, b *Product) int{byMaking: s.productsMade},
	})}
}

func (s *Server) productsMade(a, b *Product) int {
	return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), s.sequence(productID).compare(a.ID, b.ID))
}

// Quiet is the same collection, whose changes cause no events.
func (p *Products) Quiet() *Products { return &Products{p.Collection.Quiet(), p.shop} }

// Remove takes a product away, with the levels of its variants. An unknown id is
// a mistake of the test.
func (p *Products) Remove(id string) {
	product, _ := p.Get(id)
	p.Collection.Remove(id)
	p.shop.server.Locked(func() { p.shop.unstock(product.Variants, nil) })
}

// stock gives the variants ids, levels where they have none, and the sum of them.
func (t *ShopHandle) stock(p *Product) {
	for i := range p.Variants {
		v := &p.Variants[i]
		if v.ID == "" {
			v.ID = t.server.newID(variantID)
		}
		switch levels := t.Levels.of(v.ID); {
		case len(levels) > 0:
			v.Inventory = t.inventory(v.ID)
		case v.Inventory != 0 && t.elsewhere(variantID, v.ID) == nil:
			t.Levels.records.Insert(nil, newLevel(Level{VariantID: v.ID, LocationID: t.location, Available: v.Inventory}))
		}
	}
}

// unstock takes away the levels of variants that a product has no more.
func (t *ShopHandle) unstock(before, after []Variant) {
	for _, v := range before {
		if slices.ContainsFunc(after, func(other Variant) bool { return other.ID == v.ID }) {
			continue
		}
		for _, key := range t.Levels.of(v.ID) {
			t.Levels.records.Delete(nil, key)
		}
	}
}

// illegalProduct is what a shop cannot hold: an id or a variant that something
// else has.
func (t *ShopHandle) illegalProduct(p Product) error {
	for i, v := range p.Variants {
		if err := t.elsewhere(variantID, v.ID); err != nil {
			return err
		}
		twin := slices.ContainsFunc(p.Variants[:i], func(other Variant) bool { return other.ID == v.ID })
		for _, id := range t.Products.Lookup(byVariant, v.ID) {
			twin = twin || id != p.ID
		}
		if twin {
			return fmt.Errorf("variant %s is in use", v.ID)
		}
	}
	return t.elsewhere(productID, p.ID)
}

func appendProduct(dst []byte, p *Product) []byte {
	b := appendText(append(dst, '{'), "id", p.ID)
	b = appendText(b, "title", p.Title)
	b = append(appendKey(b, "variants"), '[')
	for _, v := range p.Variants {
		b = append(appendKey(b, ""), '{')
		b = appendText(b, "id", v.ID)
		b = appendText(b, "title", v.Title)
		b = appendText(b, "sku", v.SKU)
		b = appendNumber(b, "price_cents", v.PriceCents)
		b = append(appendNumber(b, "inventory", v.Inventory), '}')
	}
	b = appendTime(append(b, ']'), "created_at", p.CreatedAt)
	return append(appendTime(b, "updated_at", p.UpdatedAt), '}')
}

// listProducts answers GET /apps/api/products, known from the vendor's other
// pages ("API Endpoints").
func (s *Server) listProducts(c *fake.Call) (fake.Reply, error) {
	noteQuery(c, limitParam, offsetParam)
	return selection[Product]{name: "products", of: shopOf(c).Products.Collection, made: s.productsMade}.answer(s, c), nil
}

// productChanged emits what a change of a product causes (reading CL-20). That
// its stock moves is no change of it.
func (t *ShopHandle) productChanged(before, after *Product) {
	switch {
	case t.silent:
	case after == nil && t.server.settings.extraEvents:
		t.emit(productDeleted, appendProduct(nil, before))
	case after == nil:
	case before == nil:
		t.emit(productCreated, t.Products.Wire(after.ID))
	default:
		t.emit(productUpdated, t.Products.Wire(after.ID))
	}
}

// RegenerateVariants gives all variants of a product new ids, as a change of its
// options does; the old ids are unknown from then on. An unknown product is a
// mistake of the test.
func (t *ShopHandle) RegenerateVariants(productID string) Product {
	return t.Products.Change(productID, func(p *Product) {
		for i := range p.Variants {
			v := &p.Variants[i]
			old := v.ID
			v.ID = t.server.newID(variantID)
			for _, key := range t.Levels.of(old) {
				level, _ := t.Levels.records.Find(key)
				level.VariantID = v.ID
				t.Levels.records.Insert(nil, newLevel(level.Level))
			}
		}
	})
}

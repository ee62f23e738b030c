package fluidpay

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// A Product is one record of the chapter "Products". The json names are those
// of the document; a snapshot uses them with plain types.
type Product struct {
	ID            string     `json:"id"`
	PublicHash    string     `json:"public_hash"`
	MerchantID    string     `json:"merchant_id"`
	SKU           string     `json:"sku"`
	Name          string     `json:"name"`
	Img           string     `json:"img"`
	Price         int64      `json:"price"`        // cents (reading FP-53)
	LocalTax      int64      `json:"local_tax"`    // cents
	NationalTax   int64      `json:"national_tax"` // cents
	FixedAmount   bool       `json:"fixed_amount"`
	FixedQty      bool       `json:"fixed_qty"`
	UnitOfMeasure *string    `json:"unit_of_measure"`
	Description   string     `json:"description"`
	CreatedAt     time.Time  `json:"created_at"`
	UpdatedAt     time.Time  `json:"updated_at"`
	DeletedAt     *time.Time `json:"deleted_at"` // nil: it lives

	// ImgData is the image that was last sent as data. It is not on the wire.
	ImgData []byte `json:"img_data,omitempty"`
}

// newProducts makes the collection of products.
func (s *Server) newProducts() *fake.Collection[string, Product] {
	orders := s.products.orders()
	orders[byPrice] = func(a, b *Product) int {
		return s.products.ordered(a, b, func() int { return cmp.Compare(a.Price, b.Price) })
	}
	return fake.NewCollection(s.First(), fake.Spec[string, Product]{
		Name:    "products",
		Key:     func(p *Product) *string { return &p.ID },
		Clone:   cloneProduct,
		Fill:    s.fillProduct,
		Touch:   touchProduct,
		Illegal: illegalProduct,
		Encode:  s.encodeProduct,
		Orders:  orders,
	})
}

func cloneProduct(p Product) Product {
	p.UnitOfMeasure, p.DeletedAt = clonePointer(p.UnitOfMeasure), clonePointer(p.DeletedAt)
	p.ImgData = slices.Clone(p.ImgData)
	return p
}

// fillProduct completes a product that a test adds.
func (s *Server) fillProduct(p *Product, now time.Time) {
	s.fill(common{&p.ID, &p.PublicHash, &p.MerchantID, &p.CreatedAt, &p.UpdatedAt, &p.DeletedAt}, now)
}

// touchProduct moves the time of change, unless the change itself has.
func touchProduct(before Product, p *Product, now time.Time) {
	if p.UpdatedAt.Equal(before.UpdatedAt) {
		p.UpdatedAt = seconds(now)
	}
}

// illegalProduct is what the store cannot hold.
func illegalProduct(p Product) error {
	if p.Price < 0 {
		return fmt.Errorf("the price is %d; want 0 or more", p.Price)
	}
	return illegalID(p.ID)
}

// encodeProduct is the wire form that is kept with a product, the same
// everywhere.
func (s *Server) encodeProduct(p *Product) []byte {
	s.encoded++
	s.scratch = appendProduct(s.scratch[:0], p)
	return bytes.Clone(s.scratch)
}

// getProduct answers GET /api/merchant/{m}/product/{id} ("Get Single").
func (s *Server) getProduct(c *fake.Call) (fake.Reply, error) {
	_, wire, err := s.products.read(c)
	if err != nil {
		return fake.Reply{}, err
	}
	return s.ok(c, wire), nil
}

// searchProducts answers POST /api/merchant/{m}/product/search ("Search").
func (s *Server) searchProducts(c *fake.Call) (fake.Reply, error) { return s.products.search(c) }

// listProducts answers GET /api/merchant/{m}/product with all products ("Get
// All").
func (s *Server) listProducts(c *fake.Call) (fake.Reply, error) { return s.products.list(c) }

// createProduct answers POST /api/merchant/{m}/product with the whole product
// ("Create", reading FP-9).
func (s *Server) createProduct(c *fake.Call) (fake.Reply, error) {
	return s.products.create(c, Product{})
}

// updateProduct answers POST /api/merchant/{m}/product/{id} with the whole
// product ("Update", reading FP-9).
func (s *Server) updateProduct(c *fake.Call) (fake.Reply, error) { return s.products.update(c) }

// deleteProduct answers DELETE /api/merchant/{m}/product/{id} ("Delete"). That
// carts hold the product is no obstacle (reading FP-18).
func (s *Server) deleteProduct(c *fake.Call) (fake.Reply, error) { return s.products.remove(c) }

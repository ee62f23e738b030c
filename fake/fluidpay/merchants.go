package fluidpay

import (
	"strings"

	"github.com/cartdouble/cartdouble/fake"
)

// A Merchant is an account of the service, with the keys that it was given.
type Merchant struct {
	ID        string // stands in every path
	Key       string // private: may do everything on this merchant
	PublicKey string // for browsers; no documented call takes it
}

// MerchantID is the id of the default merchant.
func (s *Server) MerchantID() string { return s.settings.first.ID }

// APIKey is the private key of the default merchant.
func (s *Server) APIKey() string { return s.settings.first.Key }

// PublicKey is the public key of the default merchant. With it every call is a
// 401.
func (s *Server) PublicKey() string { return s.settings.first.PublicKey }

// meet fills the table of private keys. Two merchants with one id or one key
// are a mistake of the test.
func (s *Server) meet() {
	ids := map[string]bool{}
	for _, m := range append([]Merchant{s.settings.first}, s.settings.more...) {
		if s.merchants[m.Key] != nil || ids[m.ID] {
			s.Mistake("WithMerchant: id %q or its key belongs to another merchant", m.ID)
			return
		}
		s.merchants[m.Key], ids[m.ID] = &m, true
	}
}

// auth finds the merchant by the private key, which stands alone in the header.
// A scheme word, a public key and the path of another merchant are 401 like a
// missing key (reading FP-28). A token needs WithToken (reading FP-50).
func (s *Server) auth(c *fake.Call) (fake.Caller, error) {
	key := strings.Trim(c.Header("Authorization"), " ")
	m := s.merchants[key]
	if jwt, bearer := strings.CutPrefix(key, "Bearer "); m == nil && bearer && jwt == s.settings.token && jwt != "" {
		m = s.merchants[s.APIKey()]
	}
	if m == nil || param(c, "m") != m.ID {
		return fake.Caller{}, &fake.Error{Kind: fake.Unauthenticated}
	}
	return fake.Caller{Key: m.ID, Tenant: m}, nil
}

// merchant is the merchant of the caller.
func merchant(c *fake.Call) string { return c.Caller.Tenant.(*Merchant).ID }

// RefuseCart lets every update and deletion of that cart be answered with 400
// and "bad request error: <text>", and change nothing. An empty text lifts it.
func (s *Server) RefuseCart(id, text string) { s.refuse(refusedCart+id, text) }

// RefuseProduct does the same for a product. The document says nothing about
// products that sit in carts, so by default they can be deleted (reading FP-18).
func (s *Server) RefuseProduct(id, text string) { s.refuse(refusedProduct+id, text) }

// The names of refusals, before the id of the record.
const (
	refusedCart    = "cart "
	refusedProduct = "product "
)

func (s *Server) refuse(key, text string) {
	if text == "" {
		s.First().Refuse(key)
		return
	}
	s.First().Refuse(key, text)
}

// refused is the refusal that a test set for a record.
func (s *Server) refused(c *fake.Call, key string) error {
	texts := c.Refusals(s.First(), key)
	texts = texts[:len(texts)-len(c.Refusals(s.First()))] // those of a fault come later
	if len(texts) == 0 {
		return nil
	}
	return &fake.Error{Kind: fake.Invalid, Texts: texts}
}

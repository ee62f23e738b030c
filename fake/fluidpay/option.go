package fluidpay

import (
	"errors"
	"fmt"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
)

// An Option fixes something about a server for its life: one of this package,
// or one that all fakes share (fake.At, fake.Frozen, fake.Strict).
type Option = fake.Option

// settings are what the options decide.
type settings struct {
	first Merchant
	more  []Merchant
	token string // "": none is good

	controlPanel  bool
	documentShape bool
	olderKeys     bool
	emptyLists    bool
	searchMsg     string
	pageSize      int
	strictLimit   bool
	lenientSearch bool
	deletes       Deletes
}

func defaults() settings {
	return settings{
		first: Merchant{
			ID:        "testmerchant12345678",
			Key:       "api_CartDoubleTestKey0000001",
			PublicKey: "pub_CartDoubleTestKey0000001",
		},
		searchMsg: "success", // reading FP-44
		pageSize:  10,        // reading FP-12
		deletes:   DeletedHidden,
	}
}

func option(name string, set func(*settings)) Option {
	return fake.Setting(name, func(s *settings) error { set(s); return nil })
}

// WithAccount replaces the id and the private key of the default merchant.
func WithAccount(merchantID, key string) Option {
	return fake.Setting("WithAccount", func(s *settings) error {
		s.first.ID, s.first.Key = merchantID, key
		return s.first.usable()
	})
}

// WithMerchant adds a merchant. Carts and products are this merchant's where
// their MerchantID says so; nobody else's key reaches them (reading FP-28).
func WithMerchant(m Merchant) Option {
	return fake.Setting("WithMerchant", func(s *settings) error {
		s.more = append(s.more, m)
		return m.usable()
	})
}

// WithToken accepts "Authorization: Bearer <jwt>" for the default merchant,
// beside the private key. Without it every token is refused (reading FP-50).
func WithToken(jwt string) Option {
	return fake.Setting("WithToken", func(s *settings) error {
		s.token = jwt
		if jwt == "" || strings.Trim(jwt, " ") != jwt {
			return errors.New("no request can carry this token: want one without blanks around it")
		}
		return nil
	})
}

// WithControlPanel answers every path outside /api with the HTML of a control
// panel and status 200, as the live service does; by default carts and products
// are served with and without /api (reading FP-1).
func WithControlPanel() Option {
	return option("WithControlPanel", func(s *settings) { s.controlPanel = true })
}

// WithDocumentShapes sends exactly the keys of the document's samples: GetCart
// has no public_hash (reading FP-4), ListCarts and ListProducts no total_count
// (reading FP-11).
func WithDocumentShapes() Option {
	return option("WithDocumentShapes", func(s *settings) { s.documentShape = true })
}

// WithOlderKeys sends "shopify_hash":"" at the end of every cart, as older
// versions of the service did (reading FP-47).
func WithOlderKeys() Option {
	return option("WithOlderKeys", func(s *settings) { s.olderKeys = true })
}

// WithEmptyLists sends [] instead of null as data of a list or a search without
// records (readings FP-10 and FP-41).
func WithEmptyLists() Option {
	return option("WithEmptyLists", func(s *settings) { s.emptyLists = true })
}

// WithSearchMsg is the msg of a successful search, "success" by default; some
// searches of the live service say "" (reading FP-44).
func WithSearchMsg(text string) Option {
	return option("WithSearchMsg", func(s *settings) { s.searchMsg = text })
}

// WithPageSize is how many records a search gives that names no limit: 1 to
// 100, by default 10 (reading FP-12).
func WithPageSize(n int) Option {
	return fake.Setting("WithPageSize", func(s *settings) error {
		s.pageSize = n
		if n < 1 || n > mostRecords {
			return fmt.Errorf("%d records; want 1 to %d", n, mostRecords)
		}
		return nil
	})
}

// WithStrictLimit refuses a limit above 100; by default it counts as 100
// (reading FP-12).
func WithStrictLimit() Option {
	return option("WithStrictLimit", func(s *settings) { s.strictLimit = true })
}

// WithLenientSearch drops a filter whose operator is not listed, so that it
// restricts nothing, as the live service seems to; by default it is refused
// (reading FP-13).
func WithLenientSearch() Option {
	return option("WithLenientSearch", func(s *settings) { s.lenientSearch = true })
}

// Deletes is what a deleted record is afterwards.
type Deletes string

// What a deleted record can be. In each case lists leave it out, and updating
// or deleting it again is a 404.
const (
	DeletedHidden   Deletes = "hidden"   // unknown to GetCart and GetProduct, found by a search with deleted_at
	DeletedReadable Deletes = "readable" // found by both
	DeletedForGood  Deletes = "for good" // found by neither: the record is gone
)

// WithDeletes chooses what a deleted record is afterwards; the default is
// DeletedHidden (reading FP-17).
func WithDeletes(d Deletes) Option {
	return fake.Setting("WithDeletes", func(s *settings) error {
		s.deletes = d
		switch d {
		case DeletedHidden, DeletedReadable, DeletedForGood:
			return nil
		}
		return fmt.Errorf("%q; want DeletedHidden, DeletedReadable or DeletedForGood", string(d))
	})
}

// usable tells what keeps requests from naming a merchant.
func (m Merchant) usable() error {
	switch {
	case m.ID == "":
		return errors.New("a merchant needs an id")
	case m.Key == "" || strings.Trim(m.Key, " ") != m.Key:
		return errors.New("no request can carry this key: want one without blanks around it")
	}
	return nil
}

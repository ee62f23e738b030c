package bonify

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// An Option fixes something about a server for its life: one of this package,
// or one that all fakes share (fake.At, fake.Frozen, fake.Strict).
type Option = fake.Option

// settings are what the options decide.
type settings struct {
	domain, key string
	fields      []Field
	unlimited   bool
	v1          bool

	shopifyFields, emptyStrings, fieldsReversed, singleObject bool

	unknownCustomer, deleteUnknown, putUnknown int

	pageSize       int
	order          Order
	cursorFilters  CursorFilters
	badFilters     Misfits
	noFieldFilters bool
	lag            time.Duration

	batch                                      BatchPolicy
	emptyBatchOK, arrayFields, duplicateEmails bool
	unknownFields                              Misfits
	emptyValues                                EmptyValues
}

func defaults() settings {
	return settings{
		domain: "your-domain.myshopify.com", key: "your_api_key", fields: sampleFields(),
		unknownCustomer: http.StatusNotFound, deleteUnknown: http.StatusNotFound, putUnknown: http.StatusBadRequest,
		pageSize: pageSize, order: ByUpdated, cursorFilters: Remember, badFilters: Reject,
		batch: Stop, unknownFields: Ignore, emptyValues: Keep,
	}
}

func option(name string, set func(*settings)) Option {
	return fake.Setting(name, func(s *settings) error { set(s); return nil })
}

// WithShop names the first shop, by its bare domain in lower case, and its key
// ("Authentication").
func WithShop(domain, key string) Option {
	return fake.Setting("WithShop", func(s *settings) error {
		s.domain, s.key = domain, key
		return shopForm(domain, key)
	})
}

// WithFields defines the custom fields of every shop, instead of the two of the
// document's sample (reading BF-15). Without any, there are none.
func WithFields(fields ...Field) Option {
	return fake.Setting("WithFields", func(s *settings) error {
		s.fields = nil
		seen := map[string]bool{}
		for _, f := range fields {
			if err := f.check(); err != nil {
				return err
			}
			if seen[f.MachineName] {
				return fmt.Errorf("field %s is defined twice", f.MachineName)
			}
			seen[f.MachineName] = true
			s.fields = append(s.fields, f.complete())
		}
		return nil
	})
}

// WithoutLimits lets any number of calls a second through. By default there is
// one a second for each shop: free to wait for in a synctest bubble, and with
// Advance on a frozen clock (reading BF-27).
func WithoutLimits() Option { return option("WithoutLimits", func(s *settings) { s.unlimited = true }) }

// WithV1 serves the old version beside this one, at the same paths with v1 in
// the place of v2. Its list has counts and numbers its pages; all else is equal
// (readings BF-4 and BF-32).
func WithV1() Option { return option("WithV1", func(s *settings) { s.v1 = true }) }

// WithShopifyFields sends ten more attributes, between last_name and
// customer_fields. The vendor says that its sample leaves some out (reading
// BF-30).
func WithShopifyFields() Option {
	return option("WithShopifyFields", func(s *settings) { s.shopifyFields = true })
}

// WithEmptyStrings sends "" instead of null for an attribute without a value
// (reading BF-36).
func WithEmptyStrings() Option {
	return option("WithEmptyStrings", func(s *settings) { s.emptyStrings = true })
}

// WithFieldsReversed sends customer_fields from the last definition to the first
// (reading BF-38).
func WithFieldsReversed() Option {
	return option("WithFieldsReversed", func(s *settings) { s.fieldsReversed = true })
}

// WithSingleObject reads one customer as an object under "customer", instead of
// as an array of one (reading BF-1).
func WithSingleObject() Option {
	return option("WithSingleObject", func(s *settings) { s.singleObject = true })
}

// WithUnknownCustomer answers a read of an unknown id with 404, the default, or
// with 200 and no customers (reading BF-2).
func WithUnknownCustomer(status int) Option {
	return fake.Setting("WithUnknownCustomer", func(s *settings) error {
		s.unknownCustomer = status
		return oneOf(status, http.StatusNotFound, http.StatusOK)
	})
}

// WithDeleteUnknown answers the deletion of an unknown id with 404, the default,
// or with 200 (reading BF-29).
func WithDeleteUnknown(status int) Option {
	return fake.Setting("WithDeleteUnknown", func(s *settings) error {
		s.deleteUnknown = status
		return oneOf(status, http.StatusNotFound, http.StatusOK)
	})
}

// WithPutUnknown refuses the update of an unknown id with 400, the default, or
// 404 (reading BF-16).
func WithPutUnknown(status int) Option {
	return fake.Setting("WithPutUnknown", func(s *settings) error {
		s.putUnknown = status
		return oneOf(status, http.StatusBadRequest, http.StatusNotFound)
	})
}

// WithPageSize lists n customers a page, 1 to 50, so that tests of paging need
// fewer records. A client cannot choose (reading BF-10).
func WithPageSize(n int) Option {
	return fake.Setting("WithPageSize", func(s *settings) error {
		if n < 1 || n > pageSize {
			return fmt.Errorf("%d records a page; want 1 to %d", n, pageSize)
		}
		s.pageSize = n
		return nil
	})
}

// Order is how a list goes.
type Order string

// The orders of a list.
const (
	ByUpdated Order = "updated" // by time of change, then id: what is written moves to the end
	ByID      Order = "id"
)

// WithOrder lists customers ByUpdated, the default, or ByID (reading BF-9).
func WithOrder(o Order) Option {
	return fake.Setting("WithOrder", func(s *settings) error {
		s.order = o
		return oneOf(o, ByUpdated, ByID)
	})
}

// CursorFilters is what becomes of the filters of a list on its next pages.
type CursorFilters string

// What a cursor knows of filters.
const (
	Remember CursorFilters = "remember" // it has them; the same text beside it is fine
	Strict   CursorFilters = "strict"   // it has them; any text beside it is refused
	Forget   CursorFilters = "forget"   // it has none: without the text the page is unfiltered
)

// WithCursorFilters says what becomes of filters on the next pages; the default
// is Remember (reading BF-7).
func WithCursorFilters(f CursorFilters) Option {
	return fake.Setting("WithCursorFilters", func(s *settings) error {
		s.cursorFilters = f
		return oneOf(f, Remember, Strict, Forget)
	})
}

// Misfits is what becomes of something that does not fit.
type Misfits string

// What becomes of a misfit.
const (
	Reject Misfits = "reject" // the call is refused
	Ignore Misfits = "ignore" // it is left out
)

// WithBadFilters says what becomes of a filter that cannot be understood: Reject,
// the default, or Ignore, so that a list is less filtered than asked for (reading
// BF-11).
func WithBadFilters(m Misfits) Option {
	return fake.Setting("WithBadFilters", func(s *settings) error {
		s.badFilters = m
		return oneOf(m, Reject, Ignore)
	})
}

// WithFieldFilters says whether the machine name of a custom field is a filter
// field. It is by default (reading BF-13).
func WithFieldFilters(yes bool) Option {
	return option("WithFieldFilters", func(s *settings) { s.noFieldFilters = !yes })
}

// WithSearchLag lets lists with filters see the customers as they were so long
// ago. Lists without, and reads of one, stay current (reading BF-31).
func WithSearchLag(d time.Duration) Option {
	return fake.Setting("WithSearchLag", func(s *settings) error {
		if s.lag = d; d <= 0 {
			return errors.New("want a time above 0")
		}
		return nil
	})
}

// BatchPolicy is what becomes of a batch in which a record fails.
type BatchPolicy string

// The policies.
const (
	Stop         BatchPolicy = "stop"           // 400; the records before it stay changed, those behind it are not looked at
	AllOrNothing BatchPolicy = "all-or-nothing" // 400; nothing is changed
	Skip         BatchPolicy = "skip"           // 200; the other records are applied
)

// WithBatch says what becomes of a batch in which a record fails; the default is
// Stop (reading BF-17).
func WithBatch(p BatchPolicy) Option {
	return fake.Setting("WithBatch", func(s *settings) error {
		s.batch = p
		return oneOf(p, Stop, AllOrNothing, Skip)
	})
}

// WithEmptyBatchOK answers a batch without records with 200, instead of 400
// (reading BF-18).
func WithEmptyBatchOK() Option {
	return option("WithEmptyBatchOK", func(s *settings) { s.emptyBatchOK = true })
}

// WithArrayFields takes customer_fields in writes as the array that is read, too
// (reading BF-3).
func WithArrayFields() Option {
	return option("WithArrayFields", func(s *settings) { s.arrayFields = true })
}

// WithUnknownFields says what becomes of a machine name that the shop does not
// define: Ignore, the default, or Reject (reading BF-25).
func WithUnknownFields(m Misfits) Option {
	return fake.Setting("WithUnknownFields", func(s *settings) error {
		s.unknownFields = m
		return oneOf(m, Ignore, Reject)
	})
}

// EmptyValues is what becomes of an empty value for a custom field, where the
// delete header is not sent.
type EmptyValues string

// What becomes of an empty value.
const (
	Keep  EmptyValues = "keep"  // the old value stays
	Store EmptyValues = "store" // the empty text is stored
)

// WithEmptyValues says what becomes of an empty value without the delete header;
// the default is Keep (reading BF-21).
func WithEmptyValues(v EmptyValues) Option {
	return fake.Setting("WithEmptyValues", func(s *settings) error {
		s.emptyValues = v
		return oneOf(v, Keep, Store)
	})
}

// WithDuplicateEmails lets two customers have one address (reading BF-20).
func WithDuplicateEmails() Option {
	return option("WithDuplicateEmails", func(s *settings) { s.duplicateEmails = true })
}

func oneOf[T comparable](given T, allowed ...T) error {
	for _, a := range allowed {
		if given == a {
			return nil
		}
	}
	return fmt.Errorf("%v; want one of %v", given, allowed)
}

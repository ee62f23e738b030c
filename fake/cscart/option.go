package cscart

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// settings are what the options decide. Each is fixed for the life of a server.
type settings struct {
	account APIUser
	users   []APIUser

	company   int64
	edition   Edition
	engine    Engine
	addons    []Addon
	arrayIDs  ArrayIDs
	httpsOnly bool

	zone     *time.Location
	dayFirst bool

	pageSize          int64 // 0: the engine's
	sortBy, sortOrder string
}

func defaults() settings {
	return settings{
		account:   APIUser{Email: "admin@example.com", Key: "CartDoubleTestKey000000000000001"},
		company:   1,
		edition:   Ultimate,
		engine:    EngineDocument,
		addons:    []Addon{Wishlist, RewardPoints, Janrain},
		arrayIDs:  ArrayAccepted,
		zone:      time.UTC,
		sortBy:    byDate,
		sortOrder: descending,
	}
}

// WithAccount replaces the default administrator. The key is the password of
// Basic authentication. Both must hold something, without white space around it.
func WithAccount(email, key string) fake.Option {
	return fake.Setting("WithAccount", func(s *settings) error {
		s.account = APIUser{Email: email, Key: key}
		return s.account.check()
	})
}

// WithUser adds a user of the API, with privileges of its own (reading CC-12).
func WithUser(user APIUser) fake.Option {
	return fake.Setting("WithUser", func(s *settings) error {
		own := user // one option may make several servers
		own.Privileges = slices.Clone(user.Privileges)
		s.users = append(s.users, own)
		return own.check()
	})
}

// WithCompany numbers the store's own company; the default is 1. Its carts are
// those that calls see, and new carts belong to it (reading CC-23).
func WithCompany(id int64) fake.Option {
	return fake.Setting("WithCompany", func(s *settings) error {
		if s.company = id; id < 1 {
			return fmt.Errorf("company %d; want one from 1", id)
		}
		return nil
	})
}

// WithTimezone sets the store's zone, in which named periods begin and end and
// dates between slashes are read; the default is UTC (reading CC-44).
func WithTimezone(zone *time.Location) fake.Option {
	return fake.Setting("WithTimezone", func(s *settings) error {
		if s.zone = zone; zone == nil {
			return errors.New("want a zone")
		}
		return nil
	})
}

// WithDayFirst reads dates between slashes as dd/mm/yyyy, as the setting of the
// shop's calendar does. The default is mm/dd/yyyy.
func WithDayFirst() fake.Option {
	return fake.Setting("WithDayFirst", func(s *settings) error { s.dayFirst = true; return nil })
}

// WithPageSize is how many carts a page has when the call does not say. It wins
// over the engine's number, 10 or 50 (reading CC-9).
func WithPageSize(n int) fake.Option {
	return fake.Setting("WithPageSize", func(s *settings) error {
		if s.pageSize = int64(n); n < 1 {
			return fmt.Errorf("%d carts a page; want at least 1", n)
		}
		return nil
	})
}

// WithDefaultSort is the order of lists when the call does not say: by date,
// customer or company_id, asc or desc. The default is date, desc, as the
// document's table has it; its sample shows customer, asc (reading CC-1).
func WithDefaultSort(by, order string) fake.Option {
	return fake.Setting("WithDefaultSort", func(s *settings) error {
		s.sortBy, s.sortOrder = by, order
		return errors.Join(oneOf(by, byDate, byCustomer, byCompany), oneOf(order, ascending, descending))
	})
}

// An Engine is a version of the shop software.
type Engine string

// The engines.
const (
	EngineDocument Engine = "document" // what the document shows, and where it is silent the engines of its age
	Engine420      Engine = "4.20"     // shapes and defaults of 4.20
)

// WithEngine chooses the version of the shop software. Engine420 has pages of
// 50, "" as the names of guests, "0" as no order, more keys in carts and errors,
// bodies read before paths, two words of a name in any order, version 4.1,
// _METHOD, and any of several p_ids in Multi-Vendor too (readings CC-9, CC-11,
// CC-22 and CC-26).
func WithEngine(engine Engine) fake.Option {
	return fake.Setting("WithEngine", func(s *settings) error {
		s.engine = engine
		return oneOf(engine, EngineDocument, Engine420)
	})
}

// An Edition is what the shop software is sold as.
type Edition string

// The editions.
const (
	Ultimate    Edition = "ultimate"
	MultiVendor Edition = "multivendor"
)

// WithEdition chooses the edition. In MultiVendor carts have no company_id,
// lists are not sorted by it, and several p_ids mean all of them, unless the
// engine is Engine420 (reading CC-18).
func WithEdition(edition Edition) fake.Option {
	return fake.Setting("WithEdition", func(s *settings) error {
		s.edition = edition
		return oneOf(edition, Ultimate, MultiVendor)
	})
}

// An Addon is a part of the shop that can be switched off.
type Addon string

// The add-ons that the API shows.
const (
	Wishlist     Addon = "wishlist"      // rows on a wishlist can be seen
	RewardPoints Addon = "reward_points" // points of a cart's owner
	Janrain      Addon = "janrain"       // janrain_identifier of a cart's owner
)

// WithAddons switches exactly these add-ons on, and without any all off. By
// default all are on (readings CC-19 and CC-31).
func WithAddons(addons ...Addon) fake.Option {
	return fake.Setting("WithAddons", func(s *settings) error {
		s.addons = slices.Clone(addons)
		var wrong error
		for _, a := range addons {
			wrong = errors.Join(wrong, oneOf(a, Wishlist, RewardPoints, Janrain))
		}
		return wrong
	})
}

// ArrayIDs is what becomes of p_ids[] in the shop.
type ArrayIDs string

// The fates of p_ids[].
const (
	ArrayAccepted ArrayIDs = "accepted" // it works, as the document says
	ArrayNoMatch  ArrayIDs = "no-match" // it is read as the id 0, as under PHP 7
	ArrayCrash    ArrayIDs = "crash"    // the shop breaks down with a 500, as under PHP 8
)

// WithArrayIDs chooses what p_ids[] does; the default is ArrayAccepted (reading
// CC-17).
func WithArrayIDs(a ArrayIDs) fake.Option {
	return fake.Setting("WithArrayIDs", func(s *settings) error {
		s.arrayIDs = a
		return oneOf(a, ArrayAccepted, ArrayNoMatch, ArrayCrash)
	})
}

// WithHTTPSOnly refuses plain HTTP with a 403. A call of Client to an https URL
// passes.
func WithHTTPSOnly() fake.Option {
	return fake.Setting("WithHTTPSOnly", func(s *settings) error { s.httpsOnly = true; return nil })
}

func (s *settings) has(a Addon) bool { return slices.Contains(s.addons, a) }

// perPage is the page size when a call does not say.
func (s *settings) perPage() int64 {
	switch {
	case s.pageSize > 0:
		return s.pageSize
	case s.engine == Engine420:
		return 50
	}
	return 10
}

// settled makes sense of the options together.
func (s *settings) settled() error {
	if s.edition == MultiVendor && s.sortBy == byCompany {
		return errors.New("WithDefaultSort: Multi-Vendor does not sort by company_id")
	}
	seen := map[string]bool{}
	for _, u := range s.apiUsers() {
		if seen[fold(u.Email)] {
			return fmt.Errorf("there are two users of the e-mail %s", u.Email)
		}
		seen[fold(u.Email)] = true
	}
	return nil
}

func oneOf[T ~string](given T, allowed ...T) error {
	if slices.Contains(allowed, given) {
		return nil
	}
	words := make([]string, len(allowed))
	for i, a := range allowed {
		words[i] = string(a)
	}
	return fmt.Errorf("%q; want one of %s", given, strings.Join(words, ", "))
}

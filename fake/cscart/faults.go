package cscart

import (
	"cmp"
	"errors"
	"slices"
	"strconv"

	"github.com/cartdouble/cartdouble/fake"
)

// vet refuses what means nothing to a shop: faults of cursors, batches and saved
// fields, which it does not have; and words of a refusal that do not fit a cart
// that is not deleted, which has no attempted values and is never a success.
func vet(f fake.Fault) error {
	switch f.Name() {
	case "cursor-expired", "cursor-loop":
		return errors.New("lists of this API have pages by number and no cursors")
	case "batch-stops", "limited-after-part":
		return errors.New("this API does one thing at a time")
	case "silently-dropped":
		return errors.New("this API saves nothing that could be dropped")
	case "throttled-in-200":
		if f.Has("cost") {
			return errors.New("cost=: no answer of this API tells what a call costs; code= is put behind the message")
		}
	case "dst":
		return errors.New("times of this API are UNIX seconds, which have no offset; clock-skew moves them")
	case "shape-drift":
		if f.Has("bool") {
			return errors.New("bool=" + f.Get("bool") + ": no answer of this API has a boolean; want id=, null= or extra=")
		}
	case "not-saved":
		return vetRefusal(f)
	}
	return nil
}

func vetRefusal(f fake.Fault) error {
	for _, word := range []string{"persisted", "echo", "word"} {
		if f.Has(word) {
			return errors.New(word + "=" + f.Get(word) + ": the answers of this API have nothing like it")
		}
	}
	if f.Has("status") && statusWord(f) < 400 {
		return errors.New("status=" + f.Get("status") + ": a cart that is not deleted is a failure of 400 or more")
	}
	return nil
}

// statusWord is the status that a fault asks for, 0 for none.
func statusWord(f fake.Fault) int {
	status, _ := strconv.Atoi(f.Get("status"))
	return status
}

// altered tells whether a fault may change what a list shows.
func altered(c *fake.Call) bool {
	for _, name := range []string{"stale-read", "short-page", "unstable-order"} {
		if _, planned := c.Planned(name); planned {
			return true
		}
	}
	return false
}

// otherPage is what those faults make of a page of carts, and whether one of them
// makes anything of it.
func (s *Server) otherPage(c *fake.Call, l *listing) (hits []hit, total int, is bool) {
	if f, lags := stale(c); lags {
		hits, total = s.scan(l, s.Carts.Lagging(c, f))
		return hits, total, true
	}
	_, short := c.Planned("short-page")
	_, mixes := c.Planned("unstable-order")
	if !short && !mixes || l.size == 0 {
		return nil, 0, false
	}
	usual, total := s.find(l)
	usual = slices.Clone(usual)
	s.release()
	whole := *l
	whole.page, whole.size = 1, 0
	all, _ := s.find(&whole)
	all = slices.Clone(all)
	s.release()
	if short {
		from, to, is := c.ShiftedPage(int(min(l.size, 1<<30)), total)
		return all[min(from, len(all)):min(to, len(all))], total, is
	}
	slices.SortFunc(all, func(a, b hit) int { return cmp.Or(l.order(s, a, b), cmp.Compare(b.cart.UserID, a.cart.UserID)) })
	all = s.page(l, all)
	if slices.EqualFunc(all, usual, func(a, b hit) bool { return a.cart == b.cart }) {
		return nil, 0, false
	}
	c.Fault("unstable-order")
	return all, total, true
}

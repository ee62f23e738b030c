package fake

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
)

// pageKinds are the faults of lists, and of a record that is not there any more.
var pageKinds = map[string]*kind{
	"short-page": {
		point: paged, asked: true,
		params: map[string]param{"size": sizeOfPage, "at-page": number(1, 1<<30)},
		needs:  []string{"size"},
		vet:    vetPaged,
		chooses: func(c *Call, a *armed) bool {
			return choosesReads(c, a) && c.s.api.Page(c) >= a.fault.int("at-page", 2)
		},
	},
	"unstable-order": {
		point: paged, asked: true,
		vet:     vetPaged,
		chooses: func(c *Call, a *armed) bool { return choosesReads(c, a) && c.s.api.Page(c) >= 2 },
	},
	"vanished": {
		point: hearing, ends: true,
		params:  map[string]param{"id": someText, "status": oneOf("404", "403")},
		chooses: choosesRecord,
		plan: func(c *Call, f Fault, _ int) {
			e := &Error{Kind: NotFound}
			if f.Get("status") == strconv.Itoa(http.StatusForbidden) {
				e.Kind = OutOfScope
			}
			c.plan.failWith(f, e)
		},
	},
}

func sizeOfPage(value string) error {
	if value != "rest" && number(0, 1<<20)(value) != nil {
		return errors.New("want a whole number from 0, or rest: so many that the last page is full")
	}
	return nil
}

func vetPaged(s *Server, _ Fault) error {
	if s.api.Page == nil {
		return errors.New("this API has no paged lists")
	}
	return nil
}

// choosesRecord chooses the calls about one record: those whose path ends in its
// id.
func choosesRecord(c *Call, a *armed) bool {
	if c.Route == nil {
		return false
	}
	path := strings.TrimSuffix(c.Route.Pattern, "/")
	if !strings.Contains(path[strings.LastIndexByte(path, '/'):], "{") {
		return false
	}
	id := a.fault.Get("id")
	return id == "" || id == c.params.values[c.params.n-1]
}

// ShortPage gives the number of records that the page of a list shows where the
// fault short-page makes it shorter, which it then has. It is for lists in which
// the next page begins behind the last record shown: size is what a page shows
// else, count how many records there are. An empty page is shown once: the next
// one begins where it does.
func (c *Call) ShortPage(size, count int) (short int, is bool) {
	f, planned := c.Planned("short-page")
	if !planned || c.s.api.Page(c) != f.int("at-page", 2) {
		return size, false
	}
	if short = f.shortened(size, count); short >= size || short == 0 && c.plan.firedBefore("short-page") {
		return size, false
	}
	c.Fault("short-page")
	return short, true
}

// firedBefore tells whether the fault of that name has hit a call before this one.
func (p *plan) firedBefore(name string) bool {
	for i, f := range p.faults {
		if f.name == name {
			return p.by[i] != nil && p.by[i].fired > 1
		}
	}
	return false
}

// ShiftedPage is ShortPage for lists whose pages have numbers: the positions of
// the records on the page that the call reads. Those behind a short page move up,
// so that whoever reads all pages sees each record once.
func (c *Call) ShiftedPage(size, count int) (from, to int, is bool) {
	f, planned := c.Planned("short-page")
	if !planned {
		return 0, 0, false
	}
	page, at := c.s.api.Page(c), f.int("at-page", 2)
	short := f.shortened(size, count)
	if short >= size || page < at || page-1 > count/size+1 {
		return 0, 0, false
	}
	c.Fault("short-page")
	if from = (page - 1) * size; page == at {
		return min(from, count), min(from+short, count), true
	}
	from -= size - short
	return min(from, count), min(from+size, count), true
}

// shortened is how many records the short page has: a number, or the rest of
// whole pages.
func (f Fault) shortened(size, count int) int {
	if f.Get("size") != "rest" {
		return f.int("size", 0)
	}
	if rest := count % size; rest > 0 {
		return rest
	}
	return size // the last page is full without it
}

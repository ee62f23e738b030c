package conformance

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/cartdouble/cartdouble/conformance/internal/reference"
)

type cscPlay = *play[CscartClient]

// The users of the first two of many plain carts.
const cscGuest, cscOther = "4000000001", "4000000002"

// cscLists reads the list and wants so many carts in it, or an error.
func cscLists(p cscPlay, want int, kind error) {
	p.Helper()
	all, err := p.c.List(p.ctx, CscartFilter{})
	ends(p, "List", err, kind)
	users := map[string]bool{}
	for _, one := range all {
		users[one.UserID] = true
	}
	wants(p, "carts of List", len(all), want)
	wants(p, "different carts of List", len(users), want)
}

// cscGets reads a cart, or gets an error.
func cscGets(p cscPlay, user string, kind error) {
	p.Helper()
	_, err := p.c.Get(p.ctx, user)
	ends(p, "Get", err, kind)
}

// cscDeletes deletes a cart, or gets an error.
func cscDeletes(p cscPlay, user string, kind error) {
	p.Helper()
	ends(p, "Delete", p.c.Delete(p.ctx, user), kind)
}

func TestCscartLibrary(t *testing.T) {
	t.Parallel()
	unfold(t, cscartLibrary)
}

var cscartLibrary = library[CscartClient]{Cscart, cscartAdapter, map[string]plot[CscartClient]{
	"lost-delete": {
		drive: func(p cscPlay) {
			cscDeletes(p, cscGuest, nil)
			cscDeletes(p, "3", reference.ErrInvalid)
			cscGets(p, "3", nil)
		},
		bugs: map[string]string{
			"CSC-DEL-06a": "Delete: got the error cscart: DELETE /api/carts/4000000001: 404",
			"CSC-DEL-02a": "Delete: got the error <nil>",
			"GEN-4XX-01a": "lost-delete.txtar:",
		},
	},
	"shop-moves-on": {
		drive: func(p cscPlay) { cscLists(p, 7, nil) },
		bugs: map[string]string{
			"CSC-PAGE-01a": "step never reached",
			"CSC-PAGE-05a": "carts of List: got 8, want 7",
			"CSC-PAGE-03c": "step never reached",
		},
	},
	"shop-closed": {
		drive: func(p cscPlay) {
			cscLists(p, 2, nil)
			err := p.c.Delete(p.ctx, cscGuest)
			ends(p, "Delete", err, nil)
		},
		bugs: map[string]string{
			"GEN-WAIT-01a": "too early",
			"GEN-5XX-01a":  "carts of List: got 0, want 2",
		},
	},
	"key-changed": {
		drive: func(p cscPlay) {
			cscGets(p, cscGuest, nil)
			cscDeletes(p, cscGuest, reference.ErrRefused)
			cscGets(p, cscGuest, nil)
			cscGets(p, cscGuest, reference.ErrRefused)
		},
		bugs: map[string]string{
			"CSC-AUTH-02a": "forbidden by   never GET ~/api/carts/4000000001",
			"CSC-GET-06a":  "step never reached: -> GET ~/api/carts/4000000001",
		},
	},
	"ids-as-list": {
		drive: func(p cscPlay) {
			for range 2 {
				all, err := p.c.List(p.ctx, CscartFilter{Products: []int64{13, 14}})
				ends(p, "List", err, nil)
				wants(p, "carts of List", len(all), 2)
			}
		},
		bugs: map[string]string{
			"CSC-FILT-11a": "forbidden by   never GET",
			"CSC-FILT-03a": "ids-as-list.txtar:",
		},
	},
	"half-answers": {
		drive: func(p cscPlay) {
			for range 3 { // one of them asks twice
				cscLists(p, 0, reference.ErrReply)
			}
			cscLists(p, 0, reference.ErrReply)
		},
		bugs: map[string]string{"GEN-HTML-01a": "List: got the error <nil>"},
	},
	"broken-bodies": {
		drive: func(p cscPlay) {
			cscLists(p, 1, nil)
			cscLists(p, 0, reference.ErrReply)
			cscLists(p, 0, reference.ErrReply)
			cscLists(p, 1, nil)
		},
		bugs: map[string]string{"GEN-BODY-01a": "carts of List:"},
		wrong: map[string]wrongly[CscartClient]{
			"takes what it cannot read for an empty list": {words: "List: got the error <nil>", client: func(c CscartClient) CscartClient {
				list := c.List
				c.List = func(ctx context.Context, f CscartFilter) ([]CscartCart, error) {
					all, err := list(ctx, f)
					if errors.Is(err, reference.ErrReply) {
						return nil, nil
					}
					return all, err
				}
				return c
			}},
		},
	},
	"sign-in-page": {
		drive: func(p cscPlay) {
			cscGets(p, cscGuest, reference.ErrReply)
			cscDeletes(p, cscGuest, reference.ErrReply)
			cscGets(p, cscGuest, nil)
		},
		bugs: map[string]string{"CSC-DEL-02a": "Delete: got the error <nil>, want reply cannot be read"},
	},
	"short-page": {
		drive: func(p cscPlay) { cscLists(p, 7, nil) },
		bugs: map[string]string{
			"GEN-LOOP-01a": "carts of List: got 4, want 7",
			"CSC-PAGE-03a": "carts of List: got 3, want 7",
		},
	},
	"deleted-later": {
		drive: func(p cscPlay) {
			cscDeletes(p, cscGuest, nil)
			cscGets(p, cscGuest, nil)
			p.within(30*time.Second, func(p cscPlay) { cscDeletes(p, cscOther, context.DeadlineExceeded) })
			cscGets(p, cscOther, reference.ErrNotFound)
		},
		bugs: map[string]string{"GEN-CTX-01a": "Delete: got the error"},
		wrong: map[string]wrongly[CscartClient]{
			"deletes until nothing is there": {words: "forbidden by   never DELETE ~/api/carts/4000000001", drive: func(p cscPlay) {
				for range 3 {
					_ = p.c.Delete(p.ctx, cscGuest)
					if _, err := p.c.Get(p.ctx, cscGuest); err != nil {
						return
					}
				}
			}},
		},
	},
	"other-streams": {
		drive: func(p cscPlay) {
			cscGets(p, cscGuest, nil)
			cscDeletes(p, cscGuest, nil)
		},
		bugs: map[string]string{
			"CSC-DEL-06a":  "Delete: got the error cscart: DELETE /api/carts/4000000001: 404",
			"GEN-WAIT-01a": "too early",
		},
	},
}}

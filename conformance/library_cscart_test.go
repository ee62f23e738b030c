package conformance

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/cartdouble/cartdouble/conformance/internal/reference"
	"github.com/cartdouble/cartdouble/fake"
)

type (
	cscTale   = tale[CscartClient]
	cscAstray = astray[CscartClient]
)

// The users of the first two of many plain carts.
const cscGuest, cscOther = "4000000001", "4000000002"

// cscLists reads the list and wants so many carts in it, or an error.
func cscLists(ctx context.Context, tb fake.TB, c CscartClient, want int, kind error) {
	tb.Helper()
	all, err := c.List(ctx, CscartFilter{})
	ends(tb, "List", err, kind)
	users := map[string]bool{}
	for _, one := range all {
		users[one.UserID] = true
	}
	wants(tb, "carts of List", len(all), want)
	wants(tb, "different carts of List", len(users), want)
}

// cscGets reads a cart, or gets an error.
func cscGets(ctx context.Context, tb fake.TB, c CscartClient, user string, kind error) {
	tb.Helper()
	_, err := c.Get(ctx, user)
	ends(tb, "Get", err, kind)
}

// cscDeletes deletes a cart, or gets an error.
func cscDeletes(ctx context.Context, tb fake.TB, c CscartClient, user string, kind error) {
	tb.Helper()
	ends(tb, "Delete", c.Delete(ctx, user), kind)
}

func TestCscartLibrary(t *testing.T) {
	t.Parallel()
	library(t, "cscart", cscartAdapter, append(cscOldTales(), cscNewTales()...))
}

func cscOldTales() []cscTale {
	return []cscTale{
		{
			"lost-delete",
			func(ctx context.Context, tb fake.TB, c CscartClient) {
				cscDeletes(ctx, tb, c, cscGuest, nil)
				cscDeletes(ctx, tb, c, "3", reference.ErrInvalid)
				cscGets(ctx, tb, c, "3", nil)
			},
			[]cscAstray{
				{bug: "CSC-DEL-06a", words: "Delete: got the error cscart: DELETE /api/carts/4000000001: 404"},
				{bug: "CSC-DEL-02a", words: "Delete: got the error <nil>"},
				{bug: "GEN-4XX-01a", words: "lost-delete.txtar:"},
			},
		},
		{
			"shop-moves-on",
			func(ctx context.Context, tb fake.TB, c CscartClient) { cscLists(ctx, tb, c, 7, nil) },
			[]cscAstray{
				{bug: "CSC-PAGE-01a", words: "step never reached"},
				{bug: "CSC-PAGE-05a", words: "carts of List: got 8, want 7"},
				{bug: "CSC-PAGE-03c", words: "step never reached"},
			},
		},
		{
			"shop-closed",
			func(ctx context.Context, tb fake.TB, c CscartClient) {
				cscLists(ctx, tb, c, 2, nil)
				err := c.Delete(ctx, cscGuest)
				ends(tb, "Delete", err, nil)
			},
			[]cscAstray{
				{bug: "GEN-WAIT-01a", words: "too early"},
				{bug: "GEN-5XX-01a", words: "carts of List: got 0, want 2"},
			},
		},
		{
			"key-changed",
			func(ctx context.Context, tb fake.TB, c CscartClient) {
				cscGets(ctx, tb, c, cscGuest, nil)
				cscDeletes(ctx, tb, c, cscGuest, reference.ErrRefused)
				cscGets(ctx, tb, c, cscGuest, nil)
				cscGets(ctx, tb, c, cscGuest, reference.ErrRefused)
			},
			[]cscAstray{
				{bug: "CSC-AUTH-02a", words: "forbidden by   never GET ~/api/carts/4000000001"},
				{bug: "CSC-GET-06a", words: "step never reached: -> GET ~/api/carts/4000000001"},
			},
		},
		{
			"ids-as-list",
			func(ctx context.Context, tb fake.TB, c CscartClient) {
				for range 2 {
					all, err := c.List(ctx, CscartFilter{Products: []int64{13, 14}})
					ends(tb, "List", err, nil)
					wants(tb, "carts of List", len(all), 2)
				}
			},
			[]cscAstray{
				{bug: "CSC-FILT-11a", words: "forbidden by   never GET"},
				{bug: "CSC-FILT-03a", words: "ids-as-list.txtar:"},
			},
		},
		{
			"half-answers",
			func(ctx context.Context, tb fake.TB, c CscartClient) {
				for range 3 { // one of them asks twice
					cscLists(ctx, tb, c, 0, reference.ErrReply)
				}
				cscLists(ctx, tb, c, 0, reference.ErrReply)
			},
			[]cscAstray{{bug: "GEN-HTML-01a", words: "List: got the error <nil>"}},
		},
	}
}

func cscNewTales() []cscTale {
	return []cscTale{
		{
			"broken-bodies",
			func(ctx context.Context, tb fake.TB, c CscartClient) {
				cscLists(ctx, tb, c, 1, nil)
				cscLists(ctx, tb, c, 0, reference.ErrReply)
				cscLists(ctx, tb, c, 0, reference.ErrReply)
				cscLists(ctx, tb, c, 1, nil)
			},
			[]cscAstray{
				{bug: "GEN-BODY-01a", words: "carts of List:"},
				{words: "List: got the error <nil>", odd: func(c CscartClient) CscartClient {
					list := c.List
					c.List = func(ctx context.Context, f CscartFilter) ([]CscartCart, error) {
						all, err := list(ctx, f)
						if errors.Is(err, reference.ErrReply) { // takes what it cannot read for an empty list
							return nil, nil
						}
						return all, err
					}
					return c
				}},
			},
		},
		{
			"sign-in-page",
			func(ctx context.Context, tb fake.TB, c CscartClient) {
				cscGets(ctx, tb, c, cscGuest, reference.ErrReply)
				cscDeletes(ctx, tb, c, cscGuest, reference.ErrReply)
				cscGets(ctx, tb, c, cscGuest, nil)
			},
			[]cscAstray{{bug: "CSC-DEL-02a", words: "Delete: got the error <nil>, want reply cannot be read"}},
		},
		{
			"short-page",
			func(ctx context.Context, tb fake.TB, c CscartClient) { cscLists(ctx, tb, c, 7, nil) },
			[]cscAstray{
				{bug: "GEN-LOOP-01a", words: "carts of List: got 4, want 7"},
				{bug: "CSC-PAGE-03a", words: "carts of List: got 3, want 7"},
			},
		},
		{
			"deleted-later",
			func(ctx context.Context, tb fake.TB, c CscartClient) {
				cscDeletes(ctx, tb, c, cscGuest, nil)
				cscGets(ctx, tb, c, cscGuest, nil)
				short, cancel := context.WithTimeout(ctx, 30*time.Second)
				defer cancel()
				cscDeletes(short, tb, c, cscOther, context.DeadlineExceeded)
				cscGets(ctx, tb, c, cscOther, reference.ErrNotFound)
			},
			[]cscAstray{
				{bug: "GEN-CTX-01a", words: "Delete: got the error"},
				{words: "forbidden by   never DELETE ~/api/carts/4000000001", tell: func(ctx context.Context, _ fake.TB, c CscartClient) {
					for range 3 { // deletes until nothing is there
						_ = c.Delete(ctx, cscGuest)
						if _, err := c.Get(ctx, cscGuest); err != nil {
							return
						}
					}
				}},
			},
		},
		{
			"other-streams",
			func(ctx context.Context, tb fake.TB, c CscartClient) {
				cscGets(ctx, tb, c, cscGuest, nil)
				cscDeletes(ctx, tb, c, cscGuest, nil)
			},
			[]cscAstray{
				{bug: "CSC-DEL-06a", words: "Delete: got the error cscart: DELETE /api/carts/4000000001: 404"},
				{bug: "GEN-WAIT-01a", words: "too early"},
			},
		},
	}
}

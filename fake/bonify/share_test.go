package bonify_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake/bonify"
)

// Five workers that know nothing of each other share the budget of a shop: one
// accepted call a second at most, and nothing that was accepted is lost.
func TestFiveShareOneBudget(t *testing.T) {
	t.Parallel()
	for seed := range 5 {
		synctest.Test(t, func(t *testing.T) {
			shop := bonify.Start(t)
			var group sync.WaitGroup
			for worker := range 5 {
				group.Go(func() {
					c := clientOf(t, shop)
					pause := time.Duration(100+37*((worker+seed)%5)) * time.Millisecond
					for n := range 4 {
						for c.post(one(fmt.Sprintf(`{"email":"w%d-%d@example.com"}`, worker, n))).status == http.StatusTooManyRequests {
							time.Sleep(pause)
						}
					}
				})
			}
			group.Wait()
			require.Equal(t, 20, shop.Customers.Len(), "each was accepted once")
			var last time.Time
			accepted := 0
			for _, x := range shop.Calls() {
				if x.Status == http.StatusTooManyRequests {
					require.False(t, x.Committed)
					continue
				}
				require.Equal(t, 200, x.Status)
				require.False(t, x.At.Sub(last) < time.Second, "call %d comes %v after the one before", x.Seq, x.At.Sub(last))
				last, accepted = x.At, accepted+1
			}
			require.Equal(t, 20, accepted)
		})
	}
}

// A walk by cursors while the shop goes on: who is left alone is met once, who
// changes behind the reader is met again at the end, who goes ahead of it is not
// met at all.
func TestCursorWalkUnderWrites(t *testing.T) {
	t.Parallel()
	shop := still(t, bonify.WithoutLimits(), bonify.WithPageSize(10))
	var ids []int64
	for n := range 50 {
		ids = append(ids, shop.Customers.Add(bonify.Customer{Email: fmt.Sprintf("c%d@example.com", n)}).ID)
	}
	c := clientOf(t, shop)
	met := map[int64]int{}
	for next, page := "", 0; ; page++ {
		require.Less(t, page, 20, "the walk ends")
		list := c.get("/customers?next_page=" + url.QueryEscape(next))
		require.Equal(t, 200, list.status, list.body)
		for _, id := range gjson.Get(list.body, "customers.#.id").Array() {
			met[id.Int()]++
		}
		if next = gjson.Get(list.body, "next_page").Str; next == "" {
			break
		}
		if page < 3 {
			shop.Advance(time.Second)
			shop.Customers.Change(ids[page], func(c *bonify.Customer) { c.LastName = strings.Repeat("x", page+1) }) // behind
			shop.Customers.Remove(ids[49-page])                                                                     // ahead
		}
	}
	for i, id := range ids {
		want := 1
		switch {
		case i < 3:
			want = 2
		case i > 46:
			want = 0
		}
		require.Equal(t, want, met[id], "customer %d", i)
	}
}

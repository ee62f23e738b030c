package cscart

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/fake"
)

// plain is the answer to a list without orders and indexes: all carts, one after
// the other, then sorted and cut.
func (s *Server) plain(l *listing) ([]hit, int) {
	return s.scan(l, s.Carts.Range(0, s.Carts.Count()))
}

func randomCart(r *rand.Rand, id int64, now time.Time) Cart {
	c := Cart{UserID: id, CompanyID: 1 + int64(r.IntN(5)/4)}
	if r.IntN(3) == 0 {
		c.User = &User{FirstName: []string{"Ann", "Bo", "É"}[r.IntN(3)], LastName: []string{"Lee", "Ng", ""}[r.IntN(3)]}
		if r.IntN(4) > 0 {
			c.User.Email = fmt.Sprintf("u%d@example.com", r.IntN(30))
		}
	}
	for i := range 1 + r.IntN(3) {
		p := Product{
			ItemID: uint32(i + 1), ProductID: 1 + int64(r.IntN(40)), Price: Money(r.IntN(500)),
			Timestamp: now.Add(-time.Duration(r.IntN(200)-20) * time.Hour),
		}
		if r.IntN(6) == 0 {
			p.Type = OnWishlist
		}
		c.Products = append(c.Products, p)
	}
	return c
}

// TestFindAgainstAPlainWalk asks shops of several hundred carts, in which the
// shorter ways are taken, all kinds of questions.
func TestFindAgainstAPlainWalk(t *testing.T) {
	t.Parallel()
	now := time.Date(2016, 6, 21, 16, 0, 0, 0, time.UTC)
	options := []fake.Option{WithAddons(), WithAddons(Wishlist), WithEdition(MultiVendor), WithEngine(Engine420), WithDefaultSort("customer", "asc")}
	queries := []string{
		"", "users_type=R", "users_type=G", "with_info_only=1", "with_info_only=1&users_type=G", "product_type_c=1", "product_type_w=1",
		"product_type_w=1&product_type_c=1", "product_type_w=1&users_type=R", "product_type_c=1&with_info_only=1",
		"total_from=1", "total_to=2.5", "total_from=4.9", "total_from=9&total_to=1", "total_from=2&users_type=R", "total_from=3&period=D",
		"period=D", "period=LD", "period=W", "period=LW", "period=C&time_to=1466500000", "period=C&time_from=1466400000&time_to=1466410000",
		"period=C&time_from=5&time_to=4", "period=LW&users_type=G", "period=LW&product_type_c=1", "period=LW&cname=e", "period=LD&email=1@",
		"p_ids=3", "p_ids=3,4", "p_ids=1,2,3,4,5,6,7,8,9,10,11,12,13,14", "p_ids[]=5", "p_ids=5&period=W", "p_ids=5&product_type_w=1",
		"cname=e", "cname=an le", "cname=a%25", "email=u1", "user_id=17", "user_id=9999", "cname=n&product_type_c=1",
	}
	for i, option := range options {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(1, uint64(i)))
			s := New(option, fake.At(now), fake.Frozen())
			t.Cleanup(s.Close)
			s.many = 30 // carts are worth a column
			for id := range int64(400) {
				s.Carts.Add(randomCart(r, id+1, now))
			}
			for round := range 3 {
				for _, filter := range queries {
					for _, sort := range []string{"", "&sort_order=asc", "&sort_by=customer", "&sort_by=customer&sort_order=asc", "&sort_by=company_id"} {
						pages := []string{"", "&page=2", "&page=7", "&items_per_page=0", "&items_per_page=90&page=2"}
						s.samePage(t, filter+sort+pages[r.IntN(len(pages))], int64(1+r.IntN(5)/4))
					}
				}
				for range 100 { // the orders keep up
					id := int64(1 + r.IntN(400))
					if s.Carts.Remove(id); round == 0 || r.IntN(2) == 0 {
						s.Carts.Add(randomCart(r, id, now))
					} else {
						s.Carts.Add(Cart{UserID: id, Products: []Product{{ProductID: 3, Type: OnWishlist}}})
					}
				}
			}
		})
	}
}

func (s *Server) samePage(t *testing.T, raw string, company int64) {
	t.Helper()
	q := parseQuery(raw)
	l := s.listing(&q, company, s.Now())
	want, wantTotal := s.plain(&l)
	text := func(hits []hit) []string {
		var all []string
		for _, h := range hits {
			all = append(all, fmt.Sprint(h.cart.UserID, " ", h.date))
		}
		return all
	}
	wanted := text(want)
	got, total := s.find(&l)
	require.Equal(t, wantTotal, total, raw)
	require.Equal(t, wanted, text(got), raw)
	s.release()
	assert.Empty(t, s.hits)
}

// A list of few carts costs no more memory than its answer.
func TestListsDoNotAllocateForCartsTheyLeaveOut(t *testing.T) {
	s := New(fake.Frozen())
	t.Cleanup(s.Close)
	r := rand.New(rand.NewPCG(1, 1))
	for id := range int64(2000) {
		c := randomCart(r, id+1, s.Now())
		c.CompanyID = 1
		s.Carts.Add(c)
	}
	for _, raw := range []string{"cname=zz", "email=zz", "total_from=99999&users_type=R"} {
		q := parseQuery(raw)
		l := s.listing(&q, 1, s.Now())
		allocations := testing.AllocsPerRun(10, func() {
			hits, total := s.find(&l)
			assert.Empty(t, hits)
			assert.Zero(t, total)
			s.release()
		})
		assert.Less(t, allocations, 60.0, raw)
	}
}

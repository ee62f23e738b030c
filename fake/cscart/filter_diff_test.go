package cscart_test

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cscart"
)

// values are what random queries give a parameter, well and badly.
var values = map[string][]string{
	"page":           {"1", "2", "3", "9", "0", "-1", "", "2x", " 2", "2.9", "1e1", "x", "99999999999999999999", "9223372036854775807"},
	"items_per_page": {"1", "2", "3", "100", "0", "", "-1", "2x", "00", "0.5", "3.9", "x", "99999999999999999999"},
	"sort_by":        {"date", "customer", "company_id", "total", "DATE", "", "0"},
	"sort_order":     {"asc", "desc", "ASC", "up", ""},
	"cname": {
		"o", "jo", "JO", "oh", "Doe", "john doe", "doe john", "o e", "  o   e ", "a b c", "50_0", "%", "_", "j%n", "j_hn", "0", " ", "", "ü", "MÜLLER",
		"o'neil", "100%", "x%y", "% _", "ann lee", "lee ann", "  ", "j%", "%n", "\\", "é", "e",
	},
	"email":          {"john", "JOHN", "example.com", "a_b@", "%", "%@%.test", "0", "", " ", " john ", "@", "nobody", "ü"},
	"user_id":        {"1", "2", "3", "3.7", "3abc", "abc", "0", "", " 3", "03", "3e0", "-3", "4000000001", "4294967295", "99999999999999999999", "0.0"},
	"with_info_only": {"true", "false", "1", "0", "", "no", "Y", "00", " "},
	"users_type":     {"R", "G", "r", "g", "A", "", "0"},
	"total_from":     {"0", "", "10", "10.00", "7.8", "7.805", "7.795", "abc", "-1", "1e1", "10x", " 10 ", "0.0", ".5", "99999999999999999999", "30"},
	"total_to":       {"0", "", "10", "10.00", "7.8", "7.805", "7.795", "abc", "-1", "1e1", "10x", " 10 ", "0.0", "25.5", "1e30", "30"},
	"product_type_c": {"true", "false", "0", "", "1", "N"},
	"product_type_w": {"true", "false", "0", "", "1", "N"},
	"period":         {"A", "D", "LD", "W", "LW", "M", "LM", "Y", "LY", "HH", "HW", "HM", "HC", "C", "d", "today", "", "0", "00"},
	"last_days":      {"1", "7", "400", "x", "-2", "", "1.9", "99999999999999999999"},
	"time_from":      nil,
	"time_to":        nil,
	"p_ids":          {"12", "12,13", "13,14", "99", "12,12", "x", "", "0", "0,12", "12,,13", "12.9", " 13", "12 13", ",", "13,99,14"},
}

// draw is where the random stores and queries come from.
type draw struct{ *rand.Rand }

func draws(seed uint64) draw { return draw{rand.New(rand.NewPCG(seed, 38))} }

func pick[T any](d draw, of ...T) T { return of[d.IntN(len(of))] }

func (d draw) often(percent int) bool { return d.IntN(100) < percent }

// setup is a random shop, slow and fast.
type setup struct {
	slow slowShop
	fast *cscart.Server
}

// setup makes a shop with random settings at a random time.
func (d draw) setup(t testing.TB) setup {
	t.Helper()
	s := slowShop{
		now: pick(d, noon, noon.Add(7*time.Hour+59*time.Minute+59*time.Second), time.Date(2015, 3, 31, 23, 30, 0, 0, time.UTC),
			time.Date(2016, 2, 29, 4, 30, 0, 0, time.UTC), time.Date(2017, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2016, 3, 13, 17, 0, 0, 0, time.UTC)),
		zone: time.UTC, wishlist: true, points: true, janrain: true, company: 1, pageSize: 10, sortBy: "date", sortOrder: "desc",
	}
	opts := options(fake.At(s.now), fake.Frozen(), fake.KeepJournal(0))
	if d.often(30) {
		name := pick(d, "America/New_York", "Asia/Kolkata", "Pacific/Auckland")
		zone, err := time.LoadLocation(name)
		require.NoError(t, err)
		s.zone, opts = zone, append(opts, cscart.WithTimezone(zone))
	}
	if d.often(30) {
		s.dayFirst, opts = true, append(opts, cscart.WithDayFirst())
	}
	if d.often(30) {
		s.newer, s.pageSize, opts = true, 50, append(opts, cscart.WithEngine(cscart.Engine420))
	}
	if d.often(30) {
		s.multiVendor, opts = true, append(opts, cscart.WithEdition(cscart.MultiVendor))
	}
	if d.often(30) {
		s.company, opts = 2, append(opts, cscart.WithCompany(2))
	}
	if d.often(40) {
		s.wishlist, s.points, s.janrain = d.often(50), d.often(50), d.often(50)
		var on []cscart.Addon
		for addon, is := range map[cscart.Addon]bool{cscart.Wishlist: s.wishlist, cscart.RewardPoints: s.points, cscart.Janrain: s.janrain} {
			if is {
				on = append(on, addon)
			}
		}
		opts = append(opts, cscart.WithAddons(on...))
	}
	if d.often(50) {
		s.pageSize = int64(1 + d.IntN(4))
		opts = append(opts, cscart.WithPageSize(int(s.pageSize)))
	}
	if d.often(20) {
		s.sortBy, s.sortOrder = pick(d, "date", "customer"), pick(d, "asc", "desc")
		opts = append(opts, cscart.WithDefaultSort(s.sortBy, s.sortOrder))
	}
	switch d.IntN(6) {
	case 0:
		s.listCrashes, opts = true, append(opts, cscart.WithArrayIDs(cscart.ArrayCrash))
	case 1:
		s.listMatchesNothing, opts = true, append(opts, cscart.WithArrayIDs(cscart.ArrayNoMatch))
	}
	return setup{s, cscart.Start(t, opts...)}
}

// fill adds carts whose times lie about the ends of the periods.
func (s setup) fill(d draw) {
	for n := range d.IntN(14) {
		s.fast.Carts.Add(s.cart(d, int64(n)))
	}
}

func (s setup) cart(d draw, n int64) cscart.Cart {
	c := cscart.Cart{UserID: 1 + n, CompanyID: s.slow.company, OrderID: int64(d.IntN(2) * 77), Phone: pick(d, "", "1")}
	if d.often(15) {
		c.CompanyID = 3 - s.slow.company
	}
	if d.often(50) {
		c.UserID, c.Email = 4000000000+n, pick(d, "", "guest@example.com")
	} else {
		c.User = &cscart.User{
			FirstName: pick(d, "John", "JOHN", "Ann", "Müller", "50_0", "50x0", "", "x%y", "O'Neil", "Éva"), LastName: pick(d, "Doe", "Lee", "doe", "müller", "", "Dob", "100%"),
			Email: pick(d, "john@example.com", "a_b@example.com", "axb@example.com.test", "", "ÜBER@example.com"), Phone: pick(d, "", "2"), Points: int64(d.IntN(3)),
		}
	}
	for i := range 1 + d.IntN(3) {
		c.Products = append(c.Products, cscart.Product{
			ProductID: int64(12 + d.IntN(4)), ItemID: uint32(100 + i), Amount: int64(d.IntN(4)), Price: cscart.Money(pick(d, 0, 10, 500, 780, 1000, 2999)),
			Type: pick(d, cscart.InCart, cscart.InCart, cscart.OnWishlist), Timestamp: s.moment(d),
		})
	}
	return c
}

// moment is a time in the last two years, often at the end of a period.
func (s setup) moment(d draw) time.Time {
	now := s.slow.now
	if d.often(40) {
		return now.Add(-time.Duration(d.IntN(3600*24*45)) * time.Second)
	}
	if d.often(10) {
		return now.Add(time.Duration(d.IntN(3600*24*20)) * time.Second)
	}
	code := pick(d, "D", "LD", "W", "LW", "M", "LM", "Y", "LY", "HH", "HW", "HM")
	p, _ := s.slow.span(question{parsePHP("period=" + code)})
	return at(pick(d, p.from-1, p.from, p.from+1, p.to-1, p.to, p.to+1))
}

// value is a random value of a parameter.
func (s setup) value(d draw, name string) string {
	of := values[name]
	if of != nil {
		return pick(d, of...)
	}
	day := s.moment(d).In(s.slow.zone)
	return pick(d, num(s.moment(d).Unix()), day.Format("01/02/2006"), day.Format("02/01/2006"), day.Format("1/2"), day.Format("2006-01-02"), "", "0",
		"20/06/2016", "6/20/0", "06/20/2016/1", "1466503200.9", "1.4665032e9", " 1466503200", "0.0", "x", "/", "-5", num(s.moment(d).Unix())+"x")
}

// parameter is a random spelling of a parameter with a random value.
func (s setup) parameter(d draw, name string) string {
	text := name + "=" + strings.ReplaceAll(url.QueryEscape(s.value(d, name)), "+", pick(d, "+", "%20"))
	switch d.IntN(20) {
	case 0: // the last one counts, in the place of the first
		return name + "=" + url.QueryEscape(s.value(d, name)) + "&" + text
	case 1: // dots and blanks are underlines to PHP
		return strings.Replace(text, "_", pick(d, ".", "+", "%2E"), 1)
	case 2:
		return name + "%5B%5D=" + url.QueryEscape(s.value(d, name))
	case 3:
		return name + "[" + pick(d, "", "0", "x", "3", "a][b") + "]=" + url.QueryEscape(s.value(d, name))
	}
	if name == "p_ids" && d.often(30) {
		return "p_ids[]=" + url.QueryEscape(s.value(d, name)) + "&p_ids%5B%5D=" + url.QueryEscape(s.value(d, name))
	}
	return text
}

// same asks both and compares.
func (s setup) same(t *testing.T, query string) {
	t.Helper()
	want := s.slow.list(query)
	got := clientOf(t, s.fast).list(query)
	if want == "" {
		require.Equal(t, 500, got.status, query)
		return
	}
	require.Equal(t, 200, got.status, query)
	if got.body != want {
		settings := s.slow
		settings.carts = nil
		t.Fatalf("GET /api/carts/?%s\nslow %s\nfast %s\nsettings %+v", query, want, got.body, settings)
	}
}

// changed changes the shop as its owner or its customers might.
func (s setup) changed(d draw) setup {
	all := s.fast.Carts.All()
	if len(all) > 0 && d.often(50) {
		c := pick(d, all...)
		switch d.IntN(4) {
		case 0:
			s.fast.Carts.Remove(c.UserID)
		case 1:
			other := s.cart(d, 0)
			s.fast.Carts.Change(c.UserID, func(v *cscart.Cart) { v.Products, v.User, v.CompanyID = other.Products, other.User, other.CompanyID })
		case 2:
			s.fast.AddProducts(c.UserID, cscart.Product{ProductID: 12, ItemID: uint32(200 + d.IntN(1000000)), Price: 100})
		case 3:
			s.fast.RemoveProduct(c.UserID, c.Products[0].ItemID)
		}
	}
	s.slow.carts = s.fast.Carts.All()
	return s
}

// compared makes random shops and asks each of them random things.
func compared(t *testing.T, seed uint64, queries func(d draw, s setup) string) {
	t.Helper()
	shops := 20
	if testing.Short() {
		shops = 5
	}
	d := draws(seed)
	for range shops {
		s := d.setup(t)
		s.fill(d)
		for range 25 {
			s = s.changed(d)
			s.same(t, queries(d, s))
		}
		s.fast.Close()
	}
}

// Each parameter alone, and with the others that it works on.
func TestListAgainstASlowFilter(t *testing.T) {
	t.Parallel()
	beside := map[string][]string{
		"page": {"items_per_page"}, "items_per_page": {"page"}, "sort_order": {"sort_by"}, "sort_by": {"sort_order"},
		"last_days": {"period"}, "time_from": {"period", "time_to"}, "time_to": {"period", "time_from"}, "period": {"last_days"},
		"product_type_c": {"product_type_w"}, "total_from": {"total_to"},
	}
	for name := range values {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			compared(t, uint64(len(name))*1000+uint64(name[0]), func(d draw, s setup) string {
				parts := []string{s.parameter(d, name)}
				for _, other := range beside[name] {
					if d.often(60) {
						parts = append(parts, s.parameter(d, other))
					}
				}
				d.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
				return strings.Join(parts, "&")
			})
		})
	}
	t.Run("nothing", func(t *testing.T) {
		t.Parallel()
		compared(t, 1, func(draw, setup) string { return "" })
	})
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("all together ", seed), func(t *testing.T) {
			t.Parallel()
			compared(t, 100+seed, func(d draw, s setup) string { return s.query(d) })
		})
	}
}

// query has many parameters, in any order, and some that nobody knows.
func (s setup) query(d draw) string {
	var parts []string
	share := pick(d, 10, 20, 40)
	for _, name := range parameterNames {
		if d.often(share) {
			parts = append(parts, s.parameter(d, name))
		}
	}
	for range d.IntN(3) {
		parts = append(parts, pick(d, "", "foo=bar", "user_type=G", "lang_code=en", "online_only=1", "company_id=7", "sort_order_rev=x", "total_items=9", "=x", "+=y",
			"foo[a]=1&foo[]=2&foo=3", "foo[]=1&foo[]=2", "foo[x]=%C3%BC/%22&foo[x][y]=1", "a.b+c=1", "foo[=1", "%zz=%", "foo[1]=a&foo[0]=b", "foo[0]=%F0%9F%98%80&foo[1]=%ff", "page", "&&"))
	}
	d.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	return strings.Join(parts, "&")
}

var parameterNames = []string{
	"page", "items_per_page", "sort_by", "sort_order", "cname", "email", "user_id", "with_info_only", "users_type", "total_from", "total_to",
	"product_type_c", "product_type_w", "period", "last_days", "time_from", "time_to", "p_ids",
}

// A list of a shop as it was, through the fault stale-read.
func TestStaleListAgainstASlowFilter(t *testing.T) {
	t.Parallel()
	d := draws(11)
	for range 10 {
		s := d.setup(t)
		s.fast.Inject(fault("stale-read lag=1h").Optional())
		s.fill(d)
		before := s.fast.Carts.All()
		s.fast.Advance(2 * time.Hour)
		for range 6 {
			s = s.changed(d)
		}
		s.slow.carts, s.slow.now = before, s.fast.Now()
		for range 25 {
			s.same(t, s.query(d))
		}
		s.fast.Close()
	}
}

package conformance

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cartdouble/cartdouble/fake/cscart"
)

// cscDay is a day of which the times of carts are counted; it is long over on
// every server.
var cscDay = time.Date(1999, 6, 21, 0, 0, 0, 0, time.UTC)

// cscFirst is the user id of the first guest of a shop.
const cscFirst = 1001

// cscGuests puts the carts of n guests into the shop, the newest first. Each has
// one product, of which the seed decides the price and how many there are.
func cscGuests(n int) func(*cscRun) {
	return func(r *cscRun) {
		for i := range n {
			cscAdd(r, cscart.Cart{UserID: int64(cscFirst + i), IPAddress: fmt.Sprintf("10.0.%d.%d", i/250, i%250+1)}, cscart.Product{
				ProductID: 12, Name: "Cup", Price: cscart.Money(100 + r.rng.IntN(9000)), Amount: 1 + r.rng.Int64N(4),
				Timestamp: cscDay.Add(-time.Duration(i) * time.Minute),
			})
		}
		r.kept = cscShop(r).Carts.All()
	}
}

// cscKept is the n-th cart of those that cscGuests put there, whatever became of
// them.
func cscKept(r *cscRun, n int) cscart.Cart {
	if all, ok := r.kept.([]cscart.Cart); ok && n >= 0 && n < len(all) {
		return all[n]
	}
	return cscStored(r, n)
}

// cscAdd puts a cart with these rows into the shop.
func cscAdd(r *cscRun, c cscart.Cart, rows ...cscart.Product) cscart.Cart {
	for i := range rows {
		if rows[i].Timestamp.IsZero() {
			rows[i].Timestamp = cscDay
		}
	}
	c.Products = rows
	return cscShop(r).Carts.Add(c)
}

// cscOwner is a registered user.
func cscOwner(first, last, email string) *cscart.User {
	return &cscart.User{FirstName: first, LastName: last, Email: email}
}

func cscCup(price cscart.Money) cscart.Product {
	return cscart.Product{ProductID: 12, Name: "Cup", Price: price}
}

// cscUnknown is a user id that no cart of a check has.
const cscUnknown = 999_999_999

// cscStored is the n-th cart of the shop, from 0, by user id. One that is not
// there has an id that is unknown.
func cscStored(r *cscRun, n int) cscart.Cart {
	if all := cscShop(r).Carts.All(); n >= 0 && n < len(all) {
		return all[n]
	}
	return cscart.Cart{UserID: cscUnknown}
}

func cscID(c cscart.Cart) string { return strconv.FormatInt(c.UserID, 10) }

// cscSame tells whether two texts are the same amount: "7.8" and "7.80" are.
func cscSame(got, want string) bool {
	a, ok := new(big.Rat).SetString(got)
	b, good := new(big.Rat).SetString(want)
	return ok && good && a.Cmp(b) == 0
}

func cscMoney(m cscart.Money) string { return fmt.Sprintf("%d.%02d", m/100, m%100) }

// cscTotal is the sum over all rows in the cart.
func cscTotal(c cscart.Cart) string {
	sum := cscart.Money(0)
	for _, row := range c.Products {
		if row.Type != cscart.OnWishlist {
			sum += row.Price * cscart.Money(row.Amount)
		}
	}
	return cscMoney(sum)
}

// cscIDs are the user ids of carts, in order.
func cscIDs(carts []CscartCart) []string {
	ids := []string{}
	for _, c := range carts {
		ids = append(ids, c.UserID)
	}
	return ids
}

// cscListed finds a list that has not just these carts, in whatever order.
func cscListed(a *answer, want ...string) Finding {
	if f := mustWork(a); f.Code != "" {
		return f
	}
	got := cscIDs(a.cscCarts())
	have, need := slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))
	if slices.Equal(have, need) {
		return Finding{}
	}
	twice, missing, more := cscTold(have, need)
	switch {
	case twice != nil:
		return found("listed-twice", "each cart once", "%s listed the carts of %s more than once", a.call, cscSome(twice)).of(a)
	case missing != nil:
		return found("carts-missing", fmt.Sprintf("%s: those of %s", count(len(need), "cart"), cscSome(need)), "%s; without those of %s", count(len(have), "cart"), cscSome(missing)).of(a)
	}
	return found("wrong-carts", fmt.Sprintf("%s: those of %s", count(len(need), "cart"), cscSome(need)), "%s; with those of %s too", count(len(have), "cart"), cscSome(more)).of(a)
}

// cscTold compares two sorted lists of ids.
func cscTold(have, need []string) (twice, missing, more []string) {
	for i, id := range have {
		if i > 0 && have[i-1] == id {
			twice = append(twice, id)
		} else if !slices.Contains(need, id) {
			more = append(more, id)
		}
	}
	for _, id := range need {
		if !slices.Contains(have, id) {
			missing = append(missing, id)
		}
	}
	return twice, missing, more
}

// cscSome are the first of many ids, as users.
func cscSome(ids []string) string {
	const most = 4
	if len(ids) == 0 {
		return "nobody"
	}
	if len(ids) > most {
		return "users " + strings.Join(ids[:most], ", ") + " …"
	}
	return "users " + strings.Join(ids, ", ")
}

// cscAll are the ids of all carts of the shop.
func cscAll(r *cscRun) []string {
	var ids []string
	for _, c := range cscShop(r).Carts.All() {
		ids = append(ids, cscID(c))
	}
	return ids
}

// cscReadAll reads every cart in each way that the client claims.
func cscReadAll(r *cscRun) {
	u := csc(r)
	if u.c.List != nil {
		u.list(CscartFilter{})
	}
	if u.c.Get != nil {
		for _, c := range cscShop(r).Carts.All() {
			u.get(cscID(c))
		}
	}
}

// cscReadAs gives what the client made of one cart, in each way that gave it.
// That a client cannot list, or cannot get, is for other checks to find.
func cscReadAs(r *cscRun, c cscart.Cart) ([]CscartCart, Finding) {
	var got []CscartCart
	var outcomes []string
	worked := false
	for _, a := range r.all() {
		outcomes = append(outcomes, a.outcome())
		if a.err != nil {
			continue
		}
		all, listed := a.value.([]CscartCart)
		worked = worked || listed && len(all) > 0
		for _, one := range append(slices.Clone(all), a.cscCart()) {
			if one.UserID == cscID(c) {
				got = append(got, one)
			}
		}
	}
	switch {
	case got != nil:
		return got, Finding{}
	case worked:
		return nil, found("cart-missing", "the cart of user "+cscID(c), "%s; it is in none of the answers", strings.Join(outcomes, "; "))
	}
	return nil, found("error", "the cart of user "+cscID(c), "%s", strings.Join(outcomes, "; "))
}

// cscEach finds the first cart that the client read wrongly, in whatever way.
func cscEach(r *cscRun, wrong func(got CscartCart, want cscart.Cart) Finding) Finding {
	for _, want := range cscShop(r).Carts.All() {
		got, f := cscReadAs(r, want)
		for _, one := range got {
			if f.Code == "" {
				f = wrong(one, want)
			}
		}
		if f.Code != "" {
			return f
		}
	}
	return Finding{}
}

// cscLines finds lines that are not those of the cart.
func cscLines(got CscartCart, want cscart.Cart) Finding {
	var rows []cscart.Product
	for _, row := range want.Products {
		if row.Type != cscart.OnWishlist {
			rows = append(rows, row)
		}
	}
	if len(got.Lines) != len(rows) {
		return found("lines-missing", fmt.Sprintf("%s in the cart of user %s", count(len(rows), "line"), cscID(want)), "%s", count(len(got.Lines), "line"))
	}
	for i, row := range rows {
		line := got.Lines[i]
		if line.ProductID != fmt.Sprint(row.ProductID) || !cscSame(line.Amount, fmt.Sprint(row.Amount)) || line.Name != cscName(row) {
			return found("wrong-line", fmt.Sprintf("product %d, %d pieces, %q", row.ProductID, row.Amount, cscName(row)),
				"product %s, %s pieces, %q", line.ProductID, line.Amount, line.Name)
		}
		if !cscSame(line.Price, cscMoney(row.Price)) {
			return found("wrong-price", fmt.Sprintf("the price %s for product %d", cscMoney(row.Price), row.ProductID), "the price %q", line.Price)
		}
	}
	return Finding{}
}

// cscName is the name of a product as the wire has it.
func cscName(row cscart.Product) string {
	if row.Gone {
		return ""
	}
	return row.Name
}

// cscGot finds a cart that is not the one that is stored.
func cscGot(a *answer, want cscart.Cart) Finding {
	if f := mustWork(a); f.Code != "" {
		return f
	}
	got := a.cscCart()
	if got.UserID != cscID(want) || got.Guest != (want.User == nil) || got.IP != want.IPAddress || !cscSame(got.Total, cscTotal(want)) {
		return found("wrong-cart", fmt.Sprintf("the cart of user %s, guest %t, %s, total %s", cscID(want), want.User == nil, want.IPAddress, cscTotal(want)),
			"user %q, guest %t, %s, total %s", got.UserID, got.Guest, got.IP, got.Total)
	}
	return cscLines(got, want)
}

package fluidpay

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
)

// heap fills a server with so many records that every way to find some is taken:
// two merchants, some names and prices more often than others, some deleted.
func heap(dice *rand.Rand, opts ...Option) *Server {
	now := time.Unix(1746720000, 0)
	shop := New(append(opts, fake.At(now), fake.Frozen(), WithMerchant(Merchant{ID: "m2", Key: "api_2"}))...)
	at := func() time.Time { return now.Add(time.Duration(dice.IntN(900)-900) * time.Second) }
	gone := func() *time.Time {
		if dice.IntN(4) > 0 {
			return nil
		}
		t := at()
		return &t
	}
	owner := func() string { return []string{"", "", "", "m2"}[dice.IntN(4)] }
	for range 1600 {
		price := dice.ExpFloat64() * 10
		shop.Products.Add(Product{
			MerchantID: owner(), Name: fmt.Sprint("n", int(dice.ExpFloat64()*20)), Price: int64(price), CreatedAt: at(), UpdatedAt: at(), DeletedAt: gone(),
		})
	}
	products := shop.Products.All()
	for range 900 {
		c := Cart{MerchantID: owner(), Name: fmt.Sprint("n", dice.IntN(40)), CreatedAt: at(), UpdatedAt: at(), DeletedAt: gone()}
		for range dice.IntN(3) {
			c.Products = append(c.Products, products[dice.IntN(len(products))].ID)
		}
		shop.Carts.Add(c)
	}
	return shop
}

// asked makes the body of a search.
func asked(dice *rand.Rand, keys ...string) gjson.Result {
	body := map[string]any{"limit": 1 + dice.IntN(100), "offset": dice.IntN(3) * dice.IntN(700)}
	date := func() string {
		return time.Unix(1746720000-int64(dice.IntN(920)), 0).UTC().Format(time.RFC3339)
	}
	for _, key := range keys {
		switch key {
		case "id":
			body[key] = map[string]any{"operator": []string{"=", "!="}[dice.IntN(2)], "value": xid(time.Unix(1746720000, 0), machine, process, int64(dice.IntN(2600)))}
		case "name", "product":
			body[key] = map[string]any{"operator": []string{"=", "!="}[dice.IntN(2)], "value": fmt.Sprint("n", dice.IntN(60))}
		case "price":
			body[key] = map[string]any{"operator": []string{"=", "!=", "<", ">"}[dice.IntN(4)], "value": dice.IntN(50) - 2}
		default:
			limits := map[string]any{}
			if dice.IntN(3) > 0 {
				limits["start_date"] = date()
			}
			if dice.IntN(3) > 0 {
				limits["end_date"] = date()
			}
			body[key] = limits
		}
	}
	text, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	return gjson.ParseBytes(text)
}

// sameAsScan compares what is found with a look at every record.
func sameAsScan[T any](t *testing.T, k *kind[T], body gjson.Result) {
	t.Helper()
	for _, merchant := range []string{"testmerchant12345678", "m2", "nobody"} {
		q, err := k.query(merchant, body, unnoted)
		require.NoError(t, err)
		var all []*T
		for v := range k.records.Range(0, k.records.Count()) {
			if partOf(k.common(v)) == q.part && wants(q.filters, v) {
				all = append(all, v)
			}
		}
		slices.SortFunc(all, k.listedBefore)
		from := min(int(q.offset), len(all))
		page, total := k.find(q)
		var got []*T
		for _, h := range page {
			got = append(got, h.record)
		}
		require.Equal(t, len(all), total, "%s: %s", merchant, body.Raw)
		require.True(t, slices.Equal(all[from:min(from+int(q.limit), len(all))], got), "%s: %s", merchant, body.Raw)
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	dice := rand.New(rand.NewPCG(1, 2))
	shop := heap(dice)
	defer shop.Close()
	shop.Locked(func() {
		all := []string{"id", "name", "", "created_at", "updated_at", "deleted_at"}
		for i := range 250 {
			var keys []string
			for _, key := range all {
				if dice.IntN(3) == 0 {
					keys = append(keys, key)
				}
			}
			if i%2 == 0 {
				keys = all[dice.IntN(len(all)):][:1] // alone, where orders count
			}
			third := func(name string) []string {
				own := slices.Clone(keys)
				for i := range own {
					if own[i] == "" {
						own[i] = name
					}
				}
				return own
			}
			sameAsScan(t, shop.carts, asked(dice, third("product")...))
			sameAsScan(t, shop.products, asked(dice, third("price")...))
		}
	})
}

func TestFindNothingThatIsGoneForGood(t *testing.T) {
	t.Parallel()
	shop := heap(rand.New(rand.NewPCG(3, 4)), WithDeletes(DeletedForGood))
	defer shop.Close()
	shop.Locked(func() {
		q, err := shop.products.query(shop.MerchantID(), gjson.Parse(`{"deleted_at":{}}`), unnoted)
		require.NoError(t, err)
		page, total := shop.products.find(q)
		require.Empty(t, page)
		require.Zero(t, total)
	})
}

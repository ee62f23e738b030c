package fluidpay

import (
	"crypto/sha256"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"

	"github.com/cartdouble/cartdouble/fake"
)

// The ids of the document are what the rule gives for its machine and process.
func TestXID(t *testing.T) {
	t.Parallel()
	document := time.Unix(1746634901, 0)
	for i, want := range []string{
		"d0doh5fsvrvasm390u30", "d0doh5fsvrvasm390u3g", "d0doh5fsvrvasm390u40", "d0doh5fsvrvasm390u4g",
		"d0doh5fsvrvasm390u50", "d0doh5fsvrvasm390u5g", "d0doh5fsvrvasm390u60", "d0doh5fsvrvasm390u6g",
	} {
		assert.Equal(t, want, xid(document, machine, process, 6883206+int64(i)))
	}
	now := time.Unix(1746720000, 0)
	assert.Equal(t, "d0eda07svrvasm00000g", xid(now, machine, process, 1))
	assert.Equal(t, "d0eda07svrvasm000010", xid(now, machine, process, 2))
	assert.Equal(t, "d0eda07svrvasm00001g", xid(now, machine, process, 3))
	assert.Equal(t, "d0eda07svrv00000000g", xid(now, machine, 0, 1))
	assert.Equal(t, xid(now, machine, process, 5), xid(now, machine, process, 5+1<<24), "the counter has three bytes")
}

func TestPublicHash(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "d4c9f5c7-9115-4308-b870-ac259022fbdb", publicHash("d0eda07svrvasm00000g"))
	assert.Equal(t, "f86bb334-7eea-41e4-b83a-3814cdcd0866", publicHash("d0eda07svrvasm000010"))
	for _, id := range []string{"", "d0shelf0000000000001", strings.Repeat("long", 50)} {
		assert.Equal(t, uuid.NewHash(sha256.New(), uuid.NameSpaceOID, []byte(id), 4).String(), publicHash(id))
	}
}

func TestEdits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"name", "name", 0},
		{"nam", "name", 1},
		{"names", "name", 1},
		{"nane", "name", 1},
		{"naem", "name", 2},
		{"email_reciept", "email_receipt", 2},
		{"title", "name", 3},
		{"n", "name", 3},
		{"price_in_cents", "price", 3},
	} {
		assert.Equal(t, c.want, min(edits(c.a, c.b, 3), 3), c.a)
		assert.Equal(t, c.want, min(edits(c.b, c.a, 3), 3), c.a)
	}
}

// zoned is the rule that strict and time.Parse follow together.
var zoned = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$`)

func TestStrictTimes(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"2025-05-08T16:00:00Z", "2025-05-08T16:00:00.5Z", "2025-05-08T16:00:00.123456789123+02:00", "2025-05-08T16:00:00-23:59",
		"2025-05-08T1:00:00Z", "2025-05-08T16:00:00,5Z", "2025-05-08T16:00:00", "2025-05-08", "", "2025-05-08T16:00:00+24:00",
		"2025-05-08T16:00:00+02:60", "2025-05-08T16:00:00+0200", "2025-05-08T16:00:00z", "2025-05-08t16:00:00Z", "2025-05-08 16:00:00Z",
		"2025-05-08T24:00:00Z", "2025-05-08T16:00:60Z", "2025-05-08T16:00Z", "25-05-08T16:00:00Z", "2025-05-08T16:00:00.Z", "2025-05-08T16:00:00Z ",
		"2025-5-08T16:00:00+1:00", "2025-05-08T16:00:00+02:0 ", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2025-05-08T16:00:00+-1:00",
	} {
		_, err := time.Parse(time.RFC3339, text)
		assert.Equal(t, zoned.MatchString(text), strict(text) && err == nil, text)
	}
}

// What is found is the same whichever way it was looked for: one order, several,
// or all records.
func TestCollector(t *testing.T) {
	t.Parallel()
	shop := New(fake.At(time.Unix(1746720000, 0)), fake.Frozen())
	defer shop.Close()
	dice := rand.New(rand.NewPCG(1, 1))
	var all []*Product
	for i := range 700 {
		all = append(all, &Product{ID: xid(time.Unix(0, 0), machine, process, int64(i)), CreatedAt: time.Unix(int64(dice.IntN(50)), 0)})
	}
	sorted := slices.SortedFunc(slices.Values(all), shop.products.listedBefore)
	for range 200 {
		from := dice.IntN(800)
		to := from + 1 + dice.IntN(mostRecords)
		dice.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		unsorted, listed := collector[Product]{k: shop.products, from: from, to: to}, collector[Product]{k: shop.products, from: from, to: to, listed: true}
		for i := range all {
			unsorted.add(all[i], nil)
			listed.add(sorted[i], nil)
		}
		want := sorted[min(from, 700):min(to, 700)]
		for _, found := range []*collector[Product]{&unsorted, &listed} {
			var got []*Product
			for _, h := range found.page() {
				got = append(got, h.record)
			}
			assert.Equal(t, 700, found.total)
			assert.True(t, slices.Equal(want, got), "%d to %d", from, to)
		}
	}
}

// A test that takes the ways to pay away leaves none, and not the usual ones.
func TestPaymentsThatATestTakesAway(t *testing.T) {
	t.Parallel()
	shop := New()
	defer shop.Close()
	c := shop.Carts.Add(Cart{})
	assert.Equal(t, []Payment{Card, ACH}, c.Payments)
	assert.Equal(t, []Payment{}, shop.Carts.Change(c.ID, func(c *Cart) { c.Payments = nil }).Payments)
	assert.Equal(t, []Payment{}, shop.Carts.Add(Cart{Payments: []Payment{}}).Payments)
	shop.Restore(shop.Snapshot())
	c, _ = shop.Carts.Get(c.ID)
	assert.Equal(t, []Payment{}, c.Payments)
}

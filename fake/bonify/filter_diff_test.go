package bonify_test

import (
	"math/big"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/assert"

	"github.com/cartdouble/cartdouble/fake/bonify"
)

// What follows reads filters in the plainest way, record by record, and shares
// nothing with the package: no index, no order kept, no folded texts.

// A want is one filter, before it is written down.
type want struct {
	field, operator, value string
	quoted                 bool
}

func (w want) String() string {
	text := w.field + "|" + w.operator
	switch {
	case strings.HasSuffix(w.operator, "empty"):
		return text
	case w.quoted:
		return text + `|"` + strings.ReplaceAll(w.value, `"`, `""`) + `"`
	}
	return text + "|" + w.value
}

// values are the texts, or the moments or numbers as texts, that a filter field
// has in a customer.
func values(c bonify.Customer, field string) (kind string, all []string) {
	moment := func(t time.Time) []string {
		if t.IsZero() {
			return nil
		}
		return []string{strconv.FormatInt(t.Unix(), 10)}
	}
	switch field {
	case "id":
		return "number", []string{strconv.FormatInt(c.ID, 10)}
	case "orders_count":
		return "number", []string{strconv.Itoa(c.OrdersCount)}
	case "total_spent":
		return "number", []string{new(big.Rat).SetFrac64(c.TotalSpentCents, 100).FloatString(2)}
	case "email":
		return "text", []string{c.Email}
	case "first_name":
		return "text", []string{c.FirstName}
	case "phone":
		return "text", []string{c.Phone}
	case "state":
		return "word", []string{c.State}
	case "tag":
		return "text", c.Tags
	case "accepts_marketing":
		return "word", []string{strconv.FormatBool(c.AcceptsMarketing)}
	case "updated_at":
		return "date", moment(c.UpdatedAt)
	case "order_date":
		for _, t := range c.OrderDates {
			all = append(all, moment(t)...)
		}
		return "date", all
	}
	for _, f := range c.Fields {
		if f.MachineName == field {
			return "text", []string{f.Value}
		}
	}
	return "text", []string{""}
}

func (w want) holds(c bonify.Customer) bool {
	kind, all := values(c, w.field)
	switch w.operator {
	case "empty", "not_empty":
		empty := len(all) == 0 || slices.Equal(all, []string{""})
		return empty == (w.operator == "empty")
	case "not_contains", "not_equals":
		w.operator = strings.TrimPrefix(w.operator, "not_")
		return !w.holds(c)
	}
	return slices.ContainsFunc(all, func(text string) bool { return w.fits(kind, text) })
}

func (w want) fits(kind, text string) bool {
	low, value := strings.ToLower(text), strings.ToLower(w.value)
	if kind == "number" || kind == "date" {
		has, _ := new(big.Rat).SetString(text)
		from, ok := new(big.Rat).SetString(w.value)
		to := from
		if !ok { // a day
			day, _ := time.Parse("2006-01-02", w.value)
			from, to = new(big.Rat).SetInt64(day.Unix()), new(big.Rat).SetInt64(day.Unix()+86399)
		}
		switch w.operator {
		case "gt":
			return has.Cmp(from) > 0
		case "lt":
			return has.Cmp(from) < 0
		}
		return has.Cmp(from) >= 0 && has.Cmp(to) <= 0
	}
	switch {
	case w.operator == "contains":
		return strings.Contains(low, value)
	case w.quoted || kind == "word":
		return low == value
	}
	start := true
	for i, r := range low {
		if start && strings.HasPrefix(low[i:], value) {
			return true
		}
		start = unicode.IsSpace(r)
	}
	return false
}

// shelf is what the random customers and filters are made of.
var shelf = struct{ names, tags, choices []string }{
	[]string{"", "Ann", "ann marie", "Marie-Ann", "Öl, Gas", `5" disc`, "Bob"}, []string{"vip", "VIP", "big spender", "b2b"}, []string{"one", "Two", "two words"},
}

func anyCustomer(r *rand.Rand, n int) bonify.Customer {
	pick := func(of []string) string { return of[r.IntN(len(of))] }
	c := bonify.Customer{
		Email: "c" + itoa(n) + []string{"@example.com", "@EXAMPLE.com.au"}[r.IntN(2)], FirstName: pick(shelf.names), OrdersCount: r.IntN(3),
		TotalSpentCents: int64(r.IntN(400)), AcceptsMarketing: r.IntN(2) == 0, UpdatedAt: at(1, 1, r.IntN(200)),
	}
	if r.IntN(3) == 0 {
		c.Phone = "+43 " + itoa(r.IntN(9))
	}
	if r.IntN(2) == 0 {
		c.State = "enabled"
	}
	for range r.IntN(3) {
		c.Tags = append(c.Tags, pick(shelf.tags))
		c.OrderDates = append(c.OrderDates, at(1, 1, r.IntN(100)))
	}
	if r.IntN(2) == 0 {
		c.Fields = append(c.Fields, bonify.FieldValue{MachineName: "text", Value: pick(shelf.choices)})
	}
	return c
}

func anyFilter(r *rand.Rand) want {
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	w := want{quoted: r.IntN(2) == 0}
	switch w.field = pick("id", "orders_count", "total_spent", "email", "first_name", "phone", "state", "tag", "accepts_marketing", "updated_at", "order_date", "text"); w.field {
	case "id":
		w.operator, w.value = pick("equals", "not_equals", "gt", "lt"), pick("345345345346", "345345345370.0", "345345345370.5", "1", "-3")
	case "orders_count", "total_spent":
		w.operator, w.value = pick("equals", "not_equals", "gt", "lt"), pick("0", "1", "1.00", "1.5", "2.25")
	case "state":
		w.operator, w.value = pick("equals", "not_equals", "empty", "not_empty"), pick("ENABLED", "disabled", "able")
	case "accepts_marketing":
		w.operator, w.value = pick("equals", "not_equals"), pick("true", "false")
	case "updated_at", "order_date":
		w.operator, w.value = pick("equals", "not_equals", "gt", "lt", "empty", "not_empty"), pick("2025-01-02", "2025-01-05", "1735866000", "1736000000")
	default:
		w.operator = pick("contains", "not_contains", "equals", "not_equals", "empty", "not_empty")
		w.value = pick("ann", "c1", "c12@example.com", "MARIE", "vip", "spender", "one", "two", "+43 1", "öl", "bob", "Öl, Gas", `5" disc`)
		w.quoted = w.quoted || strings.ContainsAny(w.value, `",`)
	}
	return w
}

// TestFiltersFindWhatAPlainReadingFinds asks for random things of random shops.
func TestFiltersFindWhatAPlainReadingFinds(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, 1))
			order := []bonify.Order{bonify.ByUpdated, bonify.ByID}[r.IntN(2)]
			shop := still(t, bonify.WithOrder(order), bonify.WithPageSize(1+r.IntN(50)))
			for n := range r.IntN(200) {
				shop.Customers.Add(anyCustomer(r, n))
			}
			c := clientOf(t, shop)
			for range 60 {
				if all := shop.Customers.All(); len(all) > 0 { // the list moves under the filters
					shop.Customers.Change(all[r.IntN(len(all))].ID, func(c *bonify.Customer) { c.FirstName, c.Tags = "Ann", []string{"vip"} })
				}
				var wants []want
				var texts []string
				for range 1 + r.IntN(2) {
					w := anyFilter(r)
					wants, texts = append(wants, w), append(texts, w.String())
				}
				all := shop.Customers.All()
				if order == bonify.ByUpdated {
					slices.SortStableFunc(all, func(a, b bonify.Customer) int { return a.UpdatedAt.Compare(b.UpdatedAt) })
				}
				var found []string
				for _, customer := range all {
					if !slices.ContainsFunc(wants, func(w want) bool { return !w.holds(customer) }) {
						found = append(found, strconv.FormatInt(customer.ID, 10))
					}
				}
				filter := strings.Join(texts, ",")
				pages, there := forth(c, "filters", filter)
				assert.Equal(t, strings.Join(found, " "), there, filter)
				back(c, pages)
			}
		})
	}
}

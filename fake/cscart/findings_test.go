package cscart_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cscart"
)

// Each thing that the shop lets pass, and each that it notes of nothing.
func TestNotes(t *testing.T) {
	t.Parallel()
	for query, want := range map[string][]string{
		"page=2&items_per_page=5&sort_by=customer&sort_order=asc&cname=x&email=x&user_id=3&with_info_only=true&users_type=R&total_from=1&total_to=2.50&product_type_c=1&product_type_w=Y&p_ids=1,2,3": nil,
		"period=C&time_from=1466400000&time_to=1466500000":         nil,
		"period=C&time_from=06/20/2016":                            {"not-unix-time: time_from=06/20/2016"},
		"lang_code=en&last_days=3&company_id=2&sort_order_rev=asc": nil,
		"with_info_only=0&product_type_c=&product_type_w=true":     nil,
		"foo=1":                         {"ignored-parameter: foo"},
		"user_type=G":                   {"ignored-parameter: user_type (users_type?)"},
		"limit=5":                       {"ignored-parameter: limit"},
		"sortby=date":                   {"ignored-parameter: sortby (sort_by?)"},
		"Page=2":                        {"ignored-parameter: Page (page?)"},
		"with_info_only=No":             {"switched-on: with_info_only=No"},
		"product_type_c=off":            {"switched-on: product_type_c=off"},
		"product_type_w=n":              {"switched-on: product_type_w=n"},
		"product_type_w=0.0":            {"switched-on: product_type_w=0.0"},
		"product_type_w=00":             {"switched-on: product_type_w=00"},
		"time_to=1466500000":            {"inert: time_to"},
		"period=A&time_from=1466500000": {"inert: time_from"},
		"period=0&time_from=1466500000": {"inert: time_from"},
		"period=d":                      {"unknown-period: d"},
		"period=today":                  {"unknown-period: today"},
		"period=HC":                     nil,
		"period=C&time_from=2016-06-20&time_to=x": {"not-unix-time: time_from=2016-06-20", "not-unix-time: time_to=x"},
		"sort_by=total":      {"fallback: sort_by=total"},
		"sort_by=company_id": nil,
		"sort_order=DESC":    {"fallback: sort_order=DESC"},
		"users_type=r":       {"ignored-value: users_type=r"},
		"total_from=x":       {"ignored-value: total_from=x"},
		"total_to=10x":       {"ignored-value: total_to=10x"},
		"items_per_page=0":   {"no-limit"},
		"items_per_page=":    {"no-limit"},
		"page=2x":            {"cast: page=2x"},
		"page=0":             {"cast: page=0"},
		"page=02":            {"cast: page=02"},
		"items_per_page=-5":  {"cast: items_per_page=-5"},
		"user_id=abc":        {"cast: user_id=abc"},
		"p_ids=1,x":          {"cast: p_ids=x"},
		"page=1&page=1":      {"repeated-parameter: page"},
		"p_ids[]=1":          {"list-parameter: p_ids"},
		"p_ids%5B0%5D=1":     {"list-parameter: p_ids"},
		"cname=50%25":        {"wildcard: cname"},
		"cname=a_b":          {"wildcard: cname"},
		"email=a_b":          {"wildcard: email"},
	} {
		t.Run(query, func(t *testing.T) {
			t.Parallel()
			store := still(t)
			clientOf(t, store).list(query)
			var got []string
			for _, f := range store.Findings() {
				assert.False(t, f.Mistake)
				assert.Equal(t, 1, f.Call)
				if got = append(got, f.Kind); f.Detail != "" {
					got[len(got)-1] += ": " + f.Detail
				}
			}
			assert.ElementsMatch(t, want, got)
		})
	}
	t.Run("a list where a single value belongs", func(t *testing.T) {
		t.Parallel()
		store := still(t)
		clientOf(t, store).list("cname[]=x")
		found := notes(store)
		assert.Len(t, found, 1)
		assert.Contains(t, found[0], "ignored-value: cname=")
	})
	t.Run("company_id is no order of several vendors", func(t *testing.T) {
		t.Parallel()
		store := still(t, vendors)
		clientOf(t, store).list("sort_by=company_id")
		assert.Equal(t, []string{"fallback: sort_by=company_id"}, notes(store))
	})
}

func TestNotesOfSingleCarts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		method, target, body string
		want                 []string
	}{
		{"GET", "/api/carts/3", "", nil},
		{"GET", "/api/carts/3?lang_code=en", "", []string{"ignored-query: lang_code=en"}},
		{"GET", "/api/carts/03", "", []string{"cast: id=03"}},
		{"GET", "/api/carts/3.7", "", []string{"cast: id=3.7"}},
		{"GET", "/api/carts/0", "", []string{"zero-id: 0"}},
		{"DELETE", "/api/carts/3?x=1", "", []string{"ignored-query: x=1"}},
		{"DELETE", "/api/carts/3", "x", []string{"ignored-body"}},
		{"DELETE", "/api/carts/3", "", nil},
	} {
		t.Run(c.method+" "+c.target, func(t *testing.T) {
			t.Parallel()
			store := still(t)
			with(john)(t, store)
			clientOf(t, store).send(c.method, c.target, c.body)
			var got []string
			for _, f := range store.Findings() {
				assert.False(t, f.Mistake)
				if got = append(got, f.Kind); f.Detail != "" {
					got[len(got)-1] += ": " + f.Detail
				}
			}
			assert.Equal(t, c.want, got)
		})
	}
}

// A path that leads nowhere is a mistake of the client, and fails the test.
func TestMistakesOfTheClient(t *testing.T) {
	t.Parallel()
	for target, want := range map[string]string{
		"/api/cart":         "no-route: GET /api/cart",
		"/api/2/carts/":     "no-route: GET /api/2/carts/",
		"/api//carts":       "no-route: GET /api//carts",
		"/api/carts/3abc":   "no-route: GET /api/carts/3abc",
		"/api/carts/3/rows": "no-route: GET /api/carts/3/rows",
		"/carts":            "no-route: GET /carts",
	} {
		t.Run(target, func(t *testing.T) {
			t.Parallel()
			store := still(t, lax)
			clientOf(t, store).get(target)
			assert.Len(t, store.Findings(), 1)
			assert.Contains(t, notes(store)[0], want)
		})
	}
	t.Run("under Strict notes fail, and the answer is the shop's", func(t *testing.T) {
		t.Parallel()
		store := cscart.New(fake.At(noon), fake.Frozen(), fake.Strict())
		defer store.Close()
		got := clientOf(t, store).list("with_info_only=false")
		assert.Equal(t, 200, got.status)
		assert.True(t, store.Findings()[0].Mistake)
	})
}

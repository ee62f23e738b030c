package cartfunnel

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/tidwall/gjson"
)

func TestMerge(t *testing.T) {
	t.Parallel()
	stored := Customer{
		ID: 7, Email: "old@example.com", FirstName: "Old", LastName: "Name", Note: "n",
		TaxExempt: true, AcceptsMarketing: true, OrdersCount: 3, TagList: []string{"a", "b"},
	}
	with := func(f func(c *Customer)) Customer {
		c := cloneCustomer(stored)
		f(&c)
		return c
	}
	cases := []struct {
		name, attributes string
		want             Customer
		notes            []string
		odd              unreadable
	}{
		{name: "nothing", attributes: `{}`, want: stored},
		{name: "absent keys stay", attributes: `{"note":"new"}`, want: with(func(c *Customer) { c.Note = "new" })},
		{name: "text is not trimmed", attributes: `{"email":" A@B "}`, want: with(func(c *Customer) { c.Email = " A@B " })},
		{name: "escapes", attributes: `{"note":"\u00e9\n\"\ud83d\ude00"}`, want: with(func(c *Customer) { c.Note = "é\n\"😀" })},
		{name: "number as text", attributes: `{"first_name":1.50e3}`, want: with(func(c *Customer) { c.FirstName = "1.50e3" })},
		{name: "booleans as text", attributes: `{"first_name":true,"last_name":false}`, want: with(func(c *Customer) { c.FirstName, c.LastName = "true", "false" })},
		{name: "null clears text", attributes: `{"email":null,"first_name":null,"last_name":null,"note":null}`, want: with(func(c *Customer) { c.Email, c.FirstName, c.LastName, c.Note = "", "", "", "" })},
		{
			name: "objects and arrays are dropped", attributes: `{"email":{},"first_name":[1],"last_name":{"a":1},"note":[],"tag_list":["x"]}`,
			want:  stored,
			notes: []string{"dropped-value: email", "dropped-value: first_name", "dropped-value: last_name", "dropped-value: note", "dropped-value: tag_list"},
		},
		{
			name: "other keys are ignored", attributes: `{"id":9,"persisted":"false","orders_count":9,"tags":"x","Email":"y","errors":[],"":1}`,
			want:  stored,
			notes: []string{"ignored-attribute: id", "ignored-attribute: persisted", "ignored-attribute: orders_count", "ignored-attribute: tags", "ignored-attribute: Email", "ignored-attribute: errors", "ignored-attribute: "},
		},
		{name: "the last of doubled keys", attributes: `{"note":"1","note":"2"}`, want: with(func(c *Customer) { c.Note = "2" })},
		{name: "an escaped key", attributes: `{"not\u0065":"2"}`, want: with(func(c *Customer) { c.Note = "2" })},
		{name: "tags are replaced", attributes: `{"tag_list":" x ,,y,x, \"q,r\" "}`, want: with(func(c *Customer) { c.TagList = []string{"x", "y", `"q`, `r"`} })},
		{name: "tags cleared by an empty text", attributes: `{"tag_list":""}`, want: with(func(c *Customer) { c.TagList = nil })},
		{name: "tags cleared by null", attributes: `{"tag_list":null}`, want: with(func(c *Customer) { c.TagList = nil })},
		{name: "a number as tag", attributes: `{"tag_list":12}`, want: with(func(c *Customer) { c.TagList = []string{"12"} })},
		{name: "false booleans", attributes: `{"tax_exempt":"false","accepts_marketing":0}`, want: with(func(c *Customer) { c.TaxExempt, c.AcceptsMarketing = false, false })},
		{name: "null is false", attributes: `{"tax_exempt":null,"accepts_marketing":"0"}`, want: with(func(c *Customer) { c.TaxExempt, c.AcceptsMarketing = false, false })},
		{name: "unreadable booleans keep the old value", attributes: `{"tax_exempt":"yes","accepts_marketing":2}`, want: stored, odd: unreadable{true, true}},
		{name: "an unreadable boolean, then a readable one", attributes: `{"tax_exempt":"yes","tax_exempt":false}`, want: with(func(c *Customer) { c.TaxExempt = false })},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := cloneCustomer(stored)
			var notes []string
			odd := merge(&got, gjson.Parse(c.attributes), func(kind, detail string) { notes = append(notes, kind+": "+detail) })
			assert.Equal(t, c.want, got)
			assert.Equal(t, c.notes, notes)
			assert.Equal(t, c.odd, odd)
		})
	}
}

func TestMergeBool(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]bool{
		`true`: true, `"true"`: true, `1`: true, `"1"`: true, `"\u0074rue"`: true,
		`false`: false, `"false"`: false, `0`: false, `"0"`: false, `null`: false,
	} {
		got := !want
		assert.True(t, mergeBool(&got, gjson.Parse(raw)), raw)
		assert.Equal(t, want, got, raw)
	}
	for _, raw := range []string{`"yes"`, `"on"`, `"True"`, `"TRUE"`, `" true"`, `""`, `"null"`, `2`, `-1`, `1.0`, `1e0`, `0.0`, `{}`, `[]`, `[true]`, `{"a":true}`} {
		got := true
		assert.False(t, mergeBool(&got, gjson.Parse(raw)), raw)
		assert.True(t, got, raw)
	}
}

func TestSplitTags(t *testing.T) {
	t.Parallel()
	for list, want := range map[string][]string{
		"":                    nil,
		" , ,":                nil,
		"vip":                 {"vip"},
		"vip, wholesale,,vip": {"vip", "wholesale"},
		"VIP,vip":             {"VIP", "vip"},
		"\tа\u00a0,b c ,\n":   {"а", "b c"},
	} {
		assert.Equal(t, want, splitTags(list), list)
	}
	many := strings.Repeat("z,y,x,", 20) + "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,z"
	assert.Equal(t, append([]string{"z", "y", "x"}, strings.Split("a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p", ",")...), splitTags(many))
}

// addressPattern is the rule that validEmail follows by hand.
var addressPattern = regexp.MustCompile(`^[^@\s]+@([-A-Za-z0-9]+\.)+[A-Za-z]{2,}$`)

var addresses = []string{
	"anna@example.com", "a@b.co", "é@example.com", "a.b+c@x-y.example.museum", "a@1.2.com", "a@-.xx",
	"", "@", "a", "a@", "@b.co", "a@b", "a@b.c", "a@.co", "a@b..co", "a@b.co.", "a b@c.co", "a@b c.co", "a@@b.co", "a@b@c.co",
	"a@b.c1", "a@b.1co", "a@b.c-o", "a@b_c.co", "a@é.com", "[email protected]", "a\t@b.co", "a@b.co\n", "a\u00a0@b.co", "a\xff@b.co", "a@b.\xff",
}

func TestValidEmail(t *testing.T) {
	t.Parallel()
	for _, address := range addresses {
		assert.Equal(t, addressPattern.MatchString(address), validEmail(address), "%q", address)
	}
	assert.True(t, slices.ContainsFunc(addresses, validEmail))
}

func FuzzValidEmail(f *testing.F) {
	for _, address := range addresses {
		f.Add(address)
	}
	f.Fuzz(func(t *testing.T, address string) {
		if want := addressPattern.MatchString(address); validEmail(address) != want {
			t.Errorf("validEmail(%q) is %v", address, !want)
		}
	})
}

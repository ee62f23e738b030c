package conformance

import (
	"strings"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartfunnel"
)

func cfnTag() []cfnCheck {
	return []cfnCheck{cfnTag01(), cfnTag02()}
}

// cfnTagged is a customer with two tags.
func cfnTagged(r *cfnRun) {
	cfnShop(r).Customers.Add(cartfunnel.Customer{Email: "joe@example.com", TagList: []string{"vip", "wholesale"}})
}

func cfnTag01() cfnCheck {
	return cfnCheck{
		id: "CFN-TAG-01", title: "a new tag leaves the others",
		clause: "CF-14", level: care,
		summary: "tag_list replaces all tags and no answer shows them, so adding one can lose the others.",
		needs:   []string{"AddTag"},
		after:   []string{"CFN-URL-01"},
		scenes: []cfnScene{
			{name: "tags are not shown", state: cfnTagged},
			{name: "tags are shown", state: cfnTagged, options: []fake.Option{cartfunnel.WithTagListShown()}},
		},
		drive: func(r *cfnRun) { cfn(r).addTag(cfnStored(r, 0).ID, "new") },
		seen:  anyCall,
		judge: func(r *cfnRun) Finding {
			want := []string{"vip", "wholesale", "new"}
			if r.nth(0).err != nil {
				want = want[:2]
			}
			have := "," + strings.Join(cfnStored(r, 0).TagList, ",") + ","
			for _, tag := range want {
				if !strings.Contains(have, ","+tag+",") {
					return found("tags-lost", "the tags "+strings.Join(want, ", ")+" on the server", "the tags %s", strings.Trim(have, ","))
				}
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "sends the new tag alone: the others are gone", "tags-lost"},
		},
	}
}

func cfnTag02() cfnCheck {
	return cfnCheck{
		id: "CFN-TAG-02", title: "a comma in a tag makes no two tags",
		clause: "cartfunnel:90", level: care,
		summary: "tag_list is cut at its commas, so a tag cannot hold one.",
		needs:   []string{"Create"},
		after:   cfnCreating,
		drive: func(r *cfnRun) {
			anna, ben := cfnAnna(), CartfunnelCustomer{Email: "ben@example.com", Tags: []string{"a,b"}}
			anna.Tags = []string{"vip"}
			cfn(r).create(anna) // shows that tags can be sent
			cfn(r).create(ben)
		},
		seen: asked(cartfunnel.CreateCustomer),
		judge: func(r *cfnRun) Finding {
			if f := cfnFailed(r.nth(0)); f.Code != "" {
				return f
			}
			if f := cfnWrong(r.nth(0), cfnStored(r, 0)); f.Code != "" {
				return f
			}
			for _, c := range cfnShop(r).Customers.All() {
				if tags := strings.Join(c.TagList, "|"); strings.Contains(tags, "a|b") {
					return found("tag-split", "an error, or the one tag", "the tags a and b")
				}
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "joins tags without looking", "tag-split"},
		},
	}
}

func cfnGet() []cfnCheck {
	return []cfnCheck{cfnGet01()}
}

func cfnGet01() cfnCheck {
	return cfnCheck{
		id: "CFN-GET-01", title: "one customer, out of a bare object",
		clause: "cartfunnel:98-106", level: must,
		summary: "The path with an id gives that customer alone.",
		needs:   []string{"Get"},
		after:   cfnReading,
		scenes:  []cfnScene{{state: cfnPeople(3)}},
		drive:   func(r *cfnRun) { cfn(r).get(cfnStored(r, 1).ID) },
		seen:    anyCall,
		judge:   func(r *cfnRun) Finding { return cfnWrong(r.nth(0), cfnStored(r, 1)) },
		mutants: []mutant{
			{"a", "lists and takes the first", "wrong-record"},
			{"b", "wants a wrapper around the customer", "error"},
		},
	}
}

func cfnFind() []cfnCheck {
	return []cfnCheck{cfnFind01(), cfnFind02()}
}

func cfnFind01() cfnCheck {
	return cfnCheck{
		id: "CFN-FIND-01", title: "a customer who exists is found, on whatever page",
		clause: "cartfunnel:94-96; CF-24", level: care,
		summary: "A refusal as taken has no id, and nothing but the pages of the list can be searched.",
		needs:   []string{"Ensure"},
		after:   append([]string{"CFN-PAGE-01", "CFN-PAGE-03", "CFN-SAVE-01"}, cfnCreating...),
		scenes:  []cfnScene{{state: cfnPeople(150)}},
		drive:   func(r *cfnRun) { cfn(r).ensure(CartfunnelCustomer{Email: cfnStored(r, 119).Email}) },
		seen:    askedAny(cartfunnel.ListCustomers, cartfunnel.CreateCustomer),
		judge: func(r *cfnRun) Finding {
			pages := r.of(cartfunnel.ListCustomers)
			second := false
			for _, x := range pages {
				second = second || strings.Contains(x.URL, "page=2")
			}
			switch f := cfnWrong(r.nth(0), cfnStored(r, 119)); {
			case len(pages) == 0:
				return found("not-looked-up", "the list is read for the address", "%s", r.nth(0).outcome()).of(r.nth(0))
			case !second:
				return found("page-not-read", "pages 1 and 2 are read", "%d pages; %s", len(pages), r.nth(0).outcome()).of(r.nth(0))
			default:
				return f
			}
		},
		mutants: []mutant{
			{"a", "looks at page 1 only", "page-not-read"},
			{"b", "passes the refusal on as a failure", "not-looked-up"},
		},
	}
}

func cfnFind02() cfnCheck {
	return cfnCheck{
		id: "CFN-FIND-02", title: "addresses are one without regard to case",
		clause: "CF-30", level: care,
		summary: "The API keeps an address as typed and refuses it in any other case as taken.",
		needs:   []string{"Ensure"},
		after:   append([]string{"CFN-FIND-01"}, cfnSaving...),
		scenes: []cfnScene{{state: func(r *cfnRun) {
			cfnPeople(2)(r)
			cfnShop(r).Customers.Add(cartfunnel.Customer{Email: "Anna@Example.com", FirstName: "Anna"})
		}}},
		drive: func(r *cfnRun) { cfn(r).ensure(CartfunnelCustomer{Email: "anna@example.com"}) },
		seen:  askedAny(cartfunnel.ListCustomers, cartfunnel.CreateCustomer),
		judge: func(r *cfnRun) Finding {
			if n := cfnShop(r).Customers.Len(); n != 3 {
				return found("twin", "one customer with that address", "%d customers, where 3 were", n)
			}
			return cfnWrong(r.nth(0), cfnStored(r, 2))
		},
		mutants: []mutant{
			{"a", "compares letter case", "error"},
		},
	}
}

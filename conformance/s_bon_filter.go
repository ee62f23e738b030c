package conformance

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
)

func sBon05() serverRule {
	return serverRule{
		id: "S-BON-05", title: "filters give what fits, on every page",
		clause: "bonify:58-80", level: must,
		summary: "filters is a list of field, operator and value; all have to fit. Where nothing does, customers is an empty array.",
		asks:    "each of the eight operators; a filtered list of more than a page, with the filter repeated beside the cursor and without",
		holds:   "the customers that fit; the same ones by both walks; an empty array where there is none",
		flags:   []string{"CURSOR_FILTER"},
		needs:   []string{"Write"},
		after:   []string{"S-BON-02", "S-BON-03"},
		ask: func(p *probe) {
			p.writing("create customers to search for")
			sBonOperators(p)
			sBonWalks(p)
			none := sBonList(p, url.Values{"filters": {"email|contains|" + p.name()}})
			p.must(len(none.list("customers")) == 0, "not-empty", "an empty array where nothing fits", "%s", none.told())
		},
		mutants: []mutant{
			{"a", "ignores the second of two filters", "wrong-set"},
			{"b", "forgets the filter on the next page", "walk"},
			{"c", "takes gt for lt", "wrong-set"},
			{"d", "answers 404 where nothing fits", "status"},
		},
	}
}

// sBonOperators makes three customers and searches with each operator. A second
// filter leaves out whatever else is in the shop.
func sBonOperators(p *probe) {
	token, emails := sBonEmails(p, 3)
	made := sBonCreate(p, emails...)
	byMail := func(email string) gjson.Result {
		return made[slices.IndexFunc(made, func(c gjson.Result) bool { return c.Get("email").String() == email })]
	}
	a, b, c := byMail(emails[0]), byMail(emails[1]), byMail(emails[2])
	sBonOkay(p.put("/customers", object{"customers": []object{
		{"id": a.Get("id").Int(), "first_name": "Anna Maria"}, {"id": b.Get("id").Int(), "first_name": "Bob, Jr."}, {"id": c.Get("id").Int(), "first_name": ""},
	}}))
	ids := []int64{a.Get("id").Int(), b.Get("id").Int(), c.Get("id").Int()}
	middle := slices.Sorted(slices.Values(ids))[1]
	var lower, higher []string
	for i, id := range ids {
		if id < middle {
			lower = append(lower, emails[i])
		}
		if id > middle {
			higher = append(higher, emails[i])
		}
	}
	for _, f := range []struct {
		filter string
		want   []string
	}{
		{`first_name|contains|nna`, emails[:1]},
		{`first_name|not_contains|nna`, emails[1:]},
		{`first_name|empty`, emails[2:]},
		{`first_name|not_empty`, emails[:2]},
		{`first_name|equals|"Bob, Jr."`, emails[1:2]},
		{`first_name|not_equals|"Bob, Jr."`, []string{emails[0], emails[2]}},
		{`email|equals|` + emails[0], emails[:1]},
		{fmt.Sprintf("id|equals|%d", ids[1]), emails[1:2]},
		{fmt.Sprintf("id|gt|%d", middle), higher},
		{fmt.Sprintf("id|lt|%d", middle), lower},
	} {
		sBonTry(p, "email|contains|"+token+","+f.filter, f.want)
	}
}

// sBonTry asks for a filter until a search that lags behind is up to date.
func sBonTry(p *probe, filter string, want []string) {
	const lag = 10 * time.Second
	var got []string
	p.until(lag, func() bool {
		got = got[:0]
		for _, c := range sBonFind(p, filter) {
			got = append(got, c.Get("email").String())
		}
		slices.Sort(got)
		return slices.Equal(got, want)
	})
	p.must(slices.Equal(got, want), "wrong-set", fmt.Sprintf("%v by %s", want, filter), "%v", got)
}

// sBonWalks makes more customers than fit on a page, and a stranger who stands
// after them, and walks through the filtered list both ways.
func sBonWalks(p *probe) {
	token, emails := sBonEmails(p, 60)
	sBonCreate(p, emails...)
	sBonOne(p)
	filter := "email|contains|" + token
	first := sBonList(p, url.Values{"filters": {filter}})
	next := sBonCursor(first)
	p.must(next != "", "no-cursor", "a cursor to the rest of 60 customers", "%s", first.told())
	reading := p.reading("CURSOR_FILTER")
	repeated := p.get(sBonPath(url.Values{"filters": {filter}, "next_page": {next}}))
	if repeated.Status == http.StatusBadRequest {
		p.mustRead("CURSOR_FILTER", "strict", "walk", "the next page with the same filter beside the cursor", "%s", repeated.told())
	} else {
		p.must(reading != "strict", "walk", "a filter beside a cursor to be refused, as pinned", "%s", repeated.told())
		sBonSame(p, sBonWalk(p, filter, true), emails, "with the filter repeated")
	}
	alone := sBonWalk(p, filter, false)
	if len(alone) > len(emails) {
		p.mustRead("CURSOR_FILTER", "forget", "walk", "the next page of the same filter by the cursor alone", "%d customers, where %d fit", len(alone), len(emails))
		return
	}
	p.must(reading != "forget", "walk", "a cursor that forgets its filter, as pinned", "%d customers", len(alone))
	sBonSame(p, alone, emails, "by the cursor alone")
}

func sBonSame(p *probe, found []gjson.Result, emails []string, how string) {
	p.must(len(found) == len(emails), "walk", fmt.Sprintf("%d customers %s", len(emails), how), "%d", len(found))
	for _, c := range found {
		p.must(slices.Contains(emails, c.Get("email").String()), "walk", "customers that fit "+how, "%s", c.Raw)
	}
}

func sBon09() serverRule {
	return serverRule{
		id: "S-BON-09", title: "one call a second, for each shop",
		clause: "bonify:19,99-100", level: must,
		summary: "More than one call a second is answered 429 with a message that is given.",
		asks:    "two calls inside a second, one more when it is over, and a call of each of two shops inside a second",
		holds:   "okay and 429 with the documented message and no Retry-After; okay; okay twice",
		flags:   []string{"RATE_LIMIT"},
		needs:   []string{"other_shop_domain", "other_api_key"},
		ask: func(p *probe) {
			second := max(time.Second, p.pace)
			list := question{method: http.MethodGet, path: "/customers", fast: true}
			sBonList(p, nil)
			p.wait(3 * second) // whatever the window of this server is
			sBonOkay(p.call(list))
			x := p.call(list)
			if x.ok() {
				p.mustRead("RATE_LIMIT", "none", "no-limit", "429 for the second call in a second", "%s", x.told())
				return
			}
			p.must(p.reading("RATE_LIMIT") == "documented", "limit", "no limit, as pinned", "%s", x.told())
			sBonError(x, http.StatusTooManyRequests)
			p.must(x.at("message").String() == "too many requests", "message", "the message too many requests", "%s", x.told())
			p.must(x.ReplyHeader.Get("Retry-After") == "", "retry-after", "no Retry-After", "it is %s", x.ReplyHeader.Get("Retry-After"))
			p.wait(second)
			x = p.call(list)
			p.must(x.Status != http.StatusTooManyRequests, "window", "a call a second later to be served", "%s", x.told())
			sBonOkay(x)
			other := list
			other.creds = fake.Credentials{"shop_domain": p.given("other_shop_domain"), "api_key": p.given("other_api_key")}
			p.wait(second)
			sBonOkay(p.call(list))
			x = p.call(other)
			p.must(x.Status != http.StatusTooManyRequests, "shared", "a limit for each shop", "%s", x.told())
			sBonOkay(x)
			p.wait(second)
		},
		mutants: []mutant{
			{"a", "refuses without a message", "message"},
			{"b", "has a window of 2 seconds", "window"},
			{"c", "has one limit for all shops", "shared"},
			{"d", "has no limit", "no-limit"},
		},
	}
}

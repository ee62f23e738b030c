package conformance

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
)

const cfnCustomers = "/customers.json"

func cartfunnelBugs() map[string]broken {
	keyless := func(b *bench, q *incoming) bool {
		lacks := q.Header.Get(cfnSecret) == ""
		q.Header.Set(cfnSecret, q.Header.Get(cfnSecret)+strings.Repeat(b.Creds["secret"], map[bool]int{true: 1}[lacks]))
		return lacks
	}
	// everything is allowed to the secret that may only read
	promoted := func(b *bench, q *incoming) bool {
		if q.Method == http.MethodGet || q.Header.Get(cfnSecret) != b.Creds["read_only_secret"] {
			return false
		}
		q.Header.Set(cfnSecret, b.Creds["secret"])
		return true
	}
	each := func(f func(v map[string]any)) broken { return edited(http.MethodGet, cfnCustomers, f) }
	return map[string]broken{
		"S-CFN-01a": swapped(http.MethodGet, "", http.StatusForbidden, http.StatusUnauthorized),
		"S-CFN-01b": sends(keyless),
		"S-CFN-02a": sends(promoted),
		"S-CFN-02b": {front: func(b *bench, q incoming) answered {
			a := b.pass(q)
			if promoted(b, &q) {
				b.hit()
				b.pass(q)
			}
			return a
		}},
		"S-CFN-03a": replies(func(_ *bench, _ incoming, a *answered) bool {
			a.header.Set("Content-Type", "text/html; charset=utf-8")
			return true
		}),
		"S-CFN-04a": {front: pagesOf(101)},
		"S-CFN-04b": {front: func(b *bench, q incoming) answered {
			a := b.pass(q)
			page, _ := strconv.Atoi(q.URL.Query().Get("page"))
			for ; a.body == "[]" && page > 1; page-- {
				b.hit()
				a = b.pass(q.with("page", strconv.Itoa(page-1)))
			}
			return a
		}},
		"S-CFN-04c": {front: pagesOf(50)},
		"S-CFN-05a": edited(http.MethodPost, cfnCustomers, func(v map[string]any) {
			if v["persisted"] == "true" {
				v["errors"] = []string{}
			}
		}),
		"S-CFN-05b": edited(http.MethodPost, cfnCustomers, func(v map[string]any) { delete(v, "created_at") }),
		"S-CFN-06a": replies(func(_ *bench, _ incoming, a *answered) bool {
			refused := gjson.Get(a.body, "errors").Exists() && a.status == http.StatusOK
			if refused {
				a.status = http.StatusUnprocessableEntity
			}
			return refused
		}),
		"S-CFN-06b": {front: func(b *bench, q incoming) answered {
			a := b.pass(q)
			if q.is(http.MethodPost, cfnCustomers) && gjson.Get(a.body, "errors").Exists() {
				b.hit()
				q.body = strings.Replace(q.body, `{"first_name"`, `{"email":"stored@example.com","first_name"`, 1)
				b.pass(q)
			}
			return a
		}},
		"S-CFN-06c": edited(http.MethodPost, cfnCustomers, func(v map[string]any) {
			if errors, ok := v["errors"].([]any); ok {
				v["errors"] = errors[0]
			}
		}),
		"S-CFN-06d": edited(http.MethodPatch, "/customers/*", func(v map[string]any) {
			if v["errors"] != nil {
				v["persisted"] = "false"
			}
		}),
		"S-CFN-07a": sends(func(_ *bench, q *incoming) bool {
			if q.Method != http.MethodPatch {
				return false
			}
			q.body = strings.Replace(q.body, `{"last_name"`, `{"note":"","last_name"`, 1)
			return true
		}),
		"S-CFN-07b": edited(http.MethodGet, "/customers/*", func(v map[string]any) { v["updated_at"] = v["created_at"] }),
		"S-CFN-08a": each(func(v map[string]any) { v["persisted"] = true }),
		"S-CFN-08b": each(func(v map[string]any) { v["last_order_id"] = nil }),
		"S-CFN-08c": each(func(v map[string]any) { v["total_spent_cents"] = fmt.Sprint(v["total_spent_cents"]) }),
	}
}

// pagesOf is a server with pages of another size than 100.
func pagesOf(size int) func(b *bench, q incoming) answered {
	return func(b *bench, q incoming) answered {
		if !q.is(http.MethodGet, cfnCustomers) {
			return b.pass(q)
		}
		var all []string
		a := answered{}
		for page := 1; ; page++ {
			a = b.pass(q.with("page", strconv.Itoa(page)))
			found := gjson.Parse(a.body).Array()
			if len(found) == 0 || a.status != http.StatusOK {
				break
			}
			for _, v := range found {
				all = append(all, v.Raw)
			}
		}
		if a.status == http.StatusOK {
			b.hit()
			page, _ := strconv.Atoi(q.URL.Query().Get("page"))
			from := min(len(all), size*max(0, page-1))
			a.body = "[" + strings.Join(all[from:min(len(all), from+size)], ",") + "]"
		}
		return a
	}
}

func cscartBugs() map[string]broken {
	const list, cart = "/api/carts/", "/carts/*/"
	asks := func(change func(q incoming, has func(string) bool) incoming) broken {
		return broken{front: func(b *bench, q incoming) answered {
			if q.is(http.MethodGet, list) {
				q2 := change(q, q.URL.Query().Has)
				if q2.URL.RawQuery != q.URL.RawQuery {
					b.hit()
				}
				q = q2
			}
			return b.pass(q)
		}}
	}
	carts := func(f func(v map[string]any)) broken {
		return edited(http.MethodGet, list, func(v map[string]any) { each(v["carts"], f) })
	}
	params := func(name string, value func(any) any) broken {
		return edited(http.MethodGet, list, func(v map[string]any) {
			p, _ := v["params"].(map[string]any)
			if p[name] != nil {
				p[name] = value(p[name])
			}
		})
	}
	without := func(names ...string) broken {
		return asks(func(q incoming, _ func(string) bool) incoming {
			for _, name := range names {
				q = q.with(name, "")
			}
			return q
		})
	}
	one := func(q incoming, method string) bool { return q.Method == method && q.URL.Path != list }
	return map[string]broken{
		"S-CSC-01a": asks(func(q incoming, has func(string) bool) incoming {
			if has("sort_by") {
				return q
			}
			return q.with("sort_by", "customer").with("sort_order", "asc")
		}),
		"S-CSC-01b": asks(func(q incoming, has func(string) bool) incoming {
			if has("items_per_page") {
				return q
			}
			return q.with("items_per_page", "11")
		}),
		"S-CSC-01c": params("page", func(v any) any { return fmt.Sprint(v) }),
		"S-CSC-02a": params("total_items", func(v any) any { n, _ := strconv.Atoi(v.(string)); return strconv.Itoa(n + 1) }),
		"S-CSC-02b": without("page"),
		"S-CSC-03a": without("sort_by", "sort_order"),
		"S-CSC-03b": without("sort_order"),
		"S-CSC-04a": without("total_from"),
		"S-CSC-04b": without("users_type"),
		"S-CSC-04c": {front: eitherOf(list)},
		"S-CSC-05a": carts(func(v map[string]any) { v["user_data"] = []any{} }),
		"S-CSC-05b": carts(func(v map[string]any) {
			if _, guest := v["user_data"].([]any); guest {
				v["user_data"] = nil
			}
		}),
		"S-CSC-06a": replies(func(_ *bench, q incoming, a *answered) bool {
			if !one(q, http.MethodGet) {
				return false
			}
			a.body = reworked(a.body, func(v map[string]any) { delete(v, "products") })
			return true
		}),
		"S-CSC-06b": replies(func(_ *bench, q incoming, a *answered) bool {
			if !one(q, http.MethodGet) || a.status != http.StatusNotFound {
				return false
			}
			a.status, a.body = http.StatusOK, "{}"
			return true
		}),
		"S-CSC-07a": swapped(http.MethodDelete, "", http.StatusNoContent, http.StatusOK),
		"S-CSC-07b": replies(func(_ *bench, q incoming, a *answered) bool {
			if q.Method != http.MethodDelete || a.status != http.StatusNoContent {
				return false
			}
			a.body = "{}"
			return true
		}),
		"S-CSC-07c": {front: func(b *bench, q incoming) answered {
			a := b.pass(q)
			if q.Method == http.MethodDelete {
				q.Method = http.MethodGet
				all := b.pass(q.other(list, "items_per_page=100"))
				for _, c := range gjson.Get(all.body, "carts").Array() {
					b.hit()
					q.Method = http.MethodDelete
					b.pass(q.other(list+c.Get("user_id").String()+"/", ""))
				}
			}
			return a
		}},
		"S-CSC-08a": sends(func(b *bench, q *incoming) bool {
			lacks := q.Header.Get("Authorization") == ""
			if lacks {
				q.SetBasicAuth(b.Creds["email"], b.Creds["api_key"])
			}
			return lacks
		}),
		"S-CSC-08b": sends(func(b *bench, q *incoming) bool {
			key, bears := strings.CutPrefix(q.Header.Get("Authorization"), "Bearer ")
			if bears {
				q.SetBasicAuth(b.Creds["email"], key)
			}
			return bears
		}),
	}
}

// eitherOf is a server that takes two filters for either of them.
func eitherOf(list string) func(b *bench, q incoming) answered {
	return func(b *bench, q incoming) answered {
		query := q.URL.Query()
		if !q.is(http.MethodGet, list) || !query.Has("total_from") || !query.Has("users_type") {
			return b.pass(q)
		}
		b.hit()
		one, two := b.pass(q.with("total_from", "")), b.pass(q.with("users_type", ""))
		on := map[string]bool{}
		var carts []string
		for _, a := range []answered{one, two} {
			for _, c := range gjson.Get(a.body, "carts").Array() {
				if id := c.Get("user_id").String(); !on[id] {
					on[id] = true
					carts = append(carts, c.Raw)
				}
			}
		}
		one.body = `{"carts":[` + strings.Join(carts, ",") + `],"params":` + gjson.Get(one.body, "params").Raw + `}`
		return one
	}
}

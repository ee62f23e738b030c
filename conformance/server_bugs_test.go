package conformance

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
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

var recordID = regexp.MustCompile(`"([0-9a-v]{20})"`)

func fluidpayBugs() map[string]broken {
	search := func(f func(v map[string]any) bool) broken {
		return sends(func(_ *bench, q *incoming) bool {
			changed := false
			if q.is(http.MethodPost, "/search") {
				q.body = reworked(q.body, func(v map[string]any) { changed = f(v) })
			}
			return changed
		})
	}
	// filters are the parts of a search that compare
	filters := func(v map[string]any, f func(name string, filter map[string]any) bool) (changed bool) {
		for name, part := range v {
			if filter, ok := part.(map[string]any); ok && filter["operator"] != nil {
				changed = f(name, filter) || changed
			}
		}
		return changed
	}
	found := func(f func(q incoming, v map[string]any)) broken {
		return replies(func(_ *bench, q incoming, a *answered) bool {
			before := a.body
			if q.is(http.MethodPost, "/search") && a.status == http.StatusOK {
				a.body = reworked(a.body, func(v map[string]any) { f(q, v) })
			}
			return a.body != before
		})
	}
	return map[string]broken{
		"S-FLP-01a": replies(func(_ *bench, q incoming, a *answered) bool {
			if q.Method == http.MethodDelete && a.status == http.StatusOK {
				a.body = gjson.Get(a.body, "data").Raw
				return true
			}
			return false
		}),
		"S-FLP-01b": replies(func(_ *bench, q incoming, a *answered) bool {
			cart := strings.HasPrefix(q.URL.Path, "/api/") && strings.Contains(q.URL.Path, "/cart")
			if cart {
				a.status, a.body = http.StatusNotFound, `{"status":"failed","msg":"not found"}`
			}
			return cart
		}),
		"S-FLP-01c": replies(func(_ *bench, q incoming, a *answered) bool {
			single := q.Method == http.MethodGet && gjson.Get(a.body, "data").IsObject()
			if single {
				a.body = gjson.Get(a.body, "data").Raw
			}
			return single
		}),
		"S-FLP-02a": replies(func(_ *bench, q incoming, a *answered) bool {
			made := a.status == http.StatusOK && (q.is(http.MethodPost, "/cart") || q.is(http.MethodPost, "/product"))
			if made {
				a.status = http.StatusCreated
			}
			return made
		}),
		"S-FLP-02b": {front: func(b *bench, q incoming) answered {
			plain := strings.NewReplacer("id_", "")
			q.body = plain.Replace(q.body)
			a := b.pass(q.other(plain.Replace(q.URL.Path), q.URL.RawQuery))
			a.body = recordID.ReplaceAllString(a.body, `"id_$1"`)
			b.hit()
			return a
		}},
		"S-FLP-02c": {front: listsTheDeleted},
		"S-FLP-03a": sends(func(_ *bench, q *incoming) bool {
			cut := false
			if q.is(http.MethodPost, "/cart") {
				q.body = reworked(q.body, func(v map[string]any) {
					if name, ok := v["name"].(string); ok && len(name) > 100 {
						v["name"], cut = name[:100], true
					}
				})
			}
			return cut
		}),
		"S-FLP-03b": replies(func(_ *bench, q incoming, a *answered) bool {
			free := q.is(http.MethodPost, "/product") && gjson.Get(q.body, "price").Raw == "0"
			if free {
				a.status, a.body = http.StatusBadRequest, `{"status":"failed","msg":"bad request error: invalid price"}`
			}
			return free
		}),
		"S-FLP-03c": replies(func(_ *bench, q incoming, a *answered) bool {
			refused := a.status == http.StatusBadRequest && !q.is(http.MethodPost, "/search")
			if refused {
				a.status = http.StatusUnprocessableEntity
			}
			return refused
		}),
		"S-FLP-04a": search(func(v map[string]any) bool {
			return filters(v, func(name string, filter map[string]any) bool {
				_, text := filter["value"].(string)
				if text && filter["operator"] == "<" {
					delete(v, name)
				}
				return text && filter["operator"] == "<"
			})
		}),
		"S-FLP-04b": search(func(v map[string]any) bool {
			return filters(v, func(_ string, filter map[string]any) bool {
				differs := filter["operator"] == "!="
				if differs {
					filter["operator"] = "="
				}
				return differs
			})
		}),
		"S-FLP-04c": {front: findsTheDeleted},
		"S-FLP-05a": {front: func(b *bench, q incoming) answered {
			a := b.pass(q)
			if q.is(http.MethodPost, "/search") && gjson.Get(q.body, "limit").Int() == 101 {
				q.body = reworked(q.body, func(v map[string]any) { v["limit"], v["offset"] = 1, 100 })
				more := gjson.Get(b.pass(q).body, "data.0").Raw
				a.body = strings.Replace(a.body, `],"total_count"`, ","+more+`],"total_count"`, 1)
				b.hit()
			}
			return a
		}},
		"S-FLP-05b": found(func(_ incoming, v map[string]any) {
			if v["data"] == nil {
				v["data"] = []any{}
			}
		}),
		"S-FLP-05c": found(func(_ incoming, v map[string]any) {
			all, _ := v["data"].([]any)
			v["total_count"] = len(all)
		}),
		"S-FLP-06a": edited(http.MethodGet, "/cart", func(v map[string]any) {
			each(v["data"], func(cart map[string]any) {
				ids, _ := cart["products"].([]any)
				for i, id := range ids {
					ids[i] = map[string]any{"id": id}
				}
			})
		}),
		"S-FLP-06b": edited(http.MethodGet, "/cart/*", func(v map[string]any) {
			cart, _ := v["data"].(map[string]any)
			products, _ := cart["products"].([]any)
			for i, one := range products {
				products[i] = one.(map[string]any)["id"]
			}
		}),
		"S-FLP-07a": sends(func(b *bench, q *incoming) bool {
			lacks := q.Header.Get("Authorization") == ""
			if lacks {
				q.Header.Set("Authorization", b.Creds["api_key"])
			}
			return lacks
		}),
		"S-FLP-07b": sends(func(_ *bench, q *incoming) bool {
			key, bears := strings.CutPrefix(q.Header.Get("Authorization"), "Bearer ")
			q.Header.Set("Authorization", key)
			return bears
		}),
	}
}

// keepDeleted remembers a record before it is deleted.
func keepDeleted(b *bench, q incoming) {
	if q.Method == http.MethodDelete {
		q = q.other(q.URL.Path, "")
		q.Method = http.MethodGet
		if record := gjson.Get(b.pass(q).body, "data"); record.Exists() {
			b.kept[q.URL.Path] = record.Raw
		}
	}
}

// listsTheDeleted is a server whose lists have what is deleted.
func listsTheDeleted(b *bench, q incoming) answered {
	keepDeleted(b, q)
	a := b.pass(q)
	if q.is(http.MethodGet, "/cart") || q.is(http.MethodGet, "/product") {
		b.hit()
		a.body = withKept(b, a.body, q.URL.Path)
	}
	return a
}

// findsTheDeleted is a server whose searches find what is deleted, where they
// look for everything.
func findsTheDeleted(b *bench, q incoming) answered {
	keepDeleted(b, q)
	a := b.pass(q)
	var filter map[string]any
	if q.is(http.MethodPost, "/search") && json.Unmarshal([]byte(q.body), &filter) == nil && len(filter) == 2 && filter["offset"] == 0.0 && filter["limit"] == 100.0 {
		b.hit()
		a.body = withKept(b, a.body, strings.TrimSuffix(q.URL.Path, "/search"))
	}
	return a
}

// withKept adds what is remembered below a path to the data of an answer.
func withKept(b *bench, body, path string) string {
	return reworked(body, func(v map[string]any) {
		all, _ := v["data"].([]any)
		for at, record := range b.kept {
			if strings.HasPrefix(at, path+"/") {
				all = append(all, json.RawMessage(record))
			}
		}
		if all != nil {
			v["data"] = all
		}
	})
}

package conformance

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"

	"github.com/tidwall/gjson"
)

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

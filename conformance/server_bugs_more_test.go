package conformance

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/bonify"
	"github.com/cartdouble/cartdouble/fake/cartly"
)

func bonifyBugs() map[string]broken {
	const list = "/customers"
	lists := func(f func(q incoming, a *answered) bool) broken {
		return replies(func(_ *bench, q incoming, a *answered) bool {
			return q.is(http.MethodGet, list) && a.status == http.StatusOK && f(q, a)
		})
	}
	filtering := func(f func(filter string) string) broken {
		return broken{front: func(b *bench, q incoming) answered {
			if filter := q.URL.Query().Get("filters"); filter != "" && f(filter) != filter {
				b.hit()
				q = q.with("filters", f(filter))
			}
			return b.pass(q)
		}}
	}
	header := func(set bool) broken {
		return sends(func(_ *bench, q *incoming) bool {
			q.Header.Del("X-Delete-Empty-Metafields")
			if set && q.Method == http.MethodPut {
				q.Header.Set("X-Delete-Empty-Metafields", "true")
			}
			return q.Method == http.MethodPut
		})
	}
	rewords := func(status int, from, to string) broken {
		return replies(func(_ *bench, _ incoming, a *answered) bool {
			if a.status != status || !strings.Contains(a.body, from) {
				return false
			}
			a.body = strings.Replace(a.body, from, to, 1)
			return true
		})
	}
	return map[string]broken{
		"S-BON-01a": swapped(http.MethodGet, "", http.StatusForbidden, http.StatusUnauthorized),
		"S-BON-01b": rewords(http.StatusForbidden, `,"message":"invalid request"`, ""),
		"S-BON-02a": swapped(http.MethodPost, list, http.StatusOK, http.StatusCreated),
		"S-BON-02b": replies(func(_ *bench, q incoming, a *answered) bool {
			writes := q.Method != http.MethodGet
			if writes {
				a.body = strings.Replace(a.body, `"okay"`, `"ok"`, 1)
			}
			return writes
		}),
		"S-BON-03a": lists(func(_ incoming, a *answered) bool {
			last := !gjson.Get(a.body, "next_page").Exists()
			if last {
				a.body = strings.Replace(a.body, `"customers"`, `"next_page":"","customers"`, 1)
			}
			return last
		}),
		"S-BON-03b": {front: func(b *bench, q incoming) answered {
			a := b.pass(q)
			next := gjson.Get(a.body, "next_page").String()
			if q.is(http.MethodGet, list) && next != "" && !q.URL.Query().Has("filters") {
				b.hit()
				b.fake.Advance(time.Second) // for the limit
				more := gjson.Get(b.pass(q.with("next_page", next)).body, "customers.0").Raw
				a.body = strings.TrimSuffix(a.body, "]}") + "," + more + "]}"
			}
			return a
		}},
		"S-BON-03c": lists(func(q incoming, a *answered) bool {
			further := q.URL.Query().Has("next_page") && !q.URL.Query().Has("filters")
			if further {
				a.body = reworked(a.body, func(v map[string]any) { v["customers"] = v["customers"].([]any)[1:] })
			}
			return further
		}),
		"S-BON-04a": lists(func(_ incoming, a *answered) bool {
			a.body = strings.Replace(a.body, `"customers"`, `"page_count":1,"customers"`, 1)
			return true
		}),
		"S-BON-05a": filtering(func(filter string) string { first, _, _ := strings.Cut(filter, ","); return first }),
		"S-BON-05b": {opts: []fake.Option{bonify.WithCursorFilters(bonify.Forget)}},
		"S-BON-05c": filtering(strings.NewReplacer("|gt|", "|lt|", "|lt|", "|gt|").Replace),
		"S-BON-05d": lists(func(q incoming, a *answered) bool {
			none := q.URL.Query().Has("filters") && gjson.Get(a.body, "customers.#").Int() == 0
			if none {
				a.status = http.StatusNotFound
			}
			return none
		}),
		"S-BON-06a": {opts: []fake.Option{bonify.WithSingleObject()}},
		"S-BON-06b": replies(func(_ *bench, q incoming, a *answered) bool {
			unknown := q.is(http.MethodGet, "/customers/8999999999999999999") && a.status == http.StatusNotFound
			if unknown {
				a.status, a.body = http.StatusOK, `{"status":"okay","customers":[{"id":1}]}`
			}
			return unknown
		}),
		"S-BON-07a": {front: splitBatch(true)},
		"S-BON-07b": {front: splitBatch(false)},
		"S-BON-07c": rewords(http.StatusBadRequest, "unable to update more than 10 customers at one time", "too many customers"),
		"S-BON-08a": header(true),
		"S-BON-08b": header(false),
		"S-BON-09a": rewords(http.StatusTooManyRequests, `,"message":"too many requests"`, ""),
		"S-BON-09b": {front: window(2*time.Second, func(q incoming) string { return q.Header.Get("X-Shop-Domain") })},
		"S-BON-09c": {front: window(time.Second, func(incoming) string { return "" })},
		"S-BON-09d": {opts: []fake.Option{bonify.WithoutLimits()}},
		"S-BON-10a": {front: func(b *bench, q incoming) answered {
			if q.Method == http.MethodDelete {
				b.hit()
				return answered{http.StatusOK, http.Header{}, `{"status":"okay"}`}
			}
			return b.pass(q)
		}},
	}
}

// splitBatch is a server without a limit: it writes 10 records and then the
// rest; or one that writes the first and then refuses all.
func splitBatch(takes bool) func(b *bench, q incoming) answered {
	return func(b *bench, q incoming) answered {
		all := gjson.Get(q.body, "customers").Array()
		if len(all) <= 10 {
			return b.pass(q)
		}
		b.hit()
		part := func(records []gjson.Result) answered {
			var raw []string
			for _, r := range records {
				raw = append(raw, r.Raw)
			}
			q.body = `{"customers":[` + strings.Join(raw, ",") + `]}`
			b.fake.Advance(time.Second)
			return b.pass(q)
		}
		if takes {
			part(all[:10])
			return part(all[10:])
		}
		part(all[:1])
		return part(all)
	}
}

// window is a server with a rate limit of its own beside that of the fake.
func window(d time.Duration, key func(incoming) string) func(b *bench, q incoming) answered {
	return func(b *bench, q incoming) answered {
		now := b.fake.Now()
		last, known := b.kept[key(q)]
		if at, err := strconv.ParseInt(last, 10, 64); known && err == nil && now.Sub(time.Unix(0, at)) < d {
			b.hit()
			return answered{http.StatusTooManyRequests, http.Header{}, `{"status":"error","message":"too many requests"}`}
		}
		a := b.pass(q)
		if a.status == http.StatusOK {
			b.kept[key(q)] = strconv.FormatInt(now.UnixNano(), 10)
		}
		return a
	}
}

func cartlyBugs() map[string]broken {
	signs := func(f func(b *bench, body []byte) string) broken {
		return broken{deliver: func(b *bench, r *http.Request, body []byte) bool {
			b.hit()
			r.Header.Set(cartly.SignatureHeader, f(b, body))
			return true
		}}
	}
	sum := func(b *bench, body []byte) []byte {
		mac := hmac.New(sha256.New, []byte(b.Creds["webhook_secret"]))
		mac.Write(body)
		return mac.Sum(nil)
	}
	customer := func(q incoming) bool { return q.is(http.MethodPut, "/customers/*") }
	return map[string]broken{
		"S-CLY-01a": sends(func(b *bench, q *incoming) bool {
			lacks := q.Header.Get("Authorization") == ""
			if lacks {
				q.Header.Set("Authorization", "Bearer "+b.Creds["token"])
			}
			return lacks
		}),
		"S-CLY-01b": sends(func(b *bench, q *incoming) bool {
			narrow := q.Header.Get("Authorization") == "Bearer "+b.Creds["narrow_token"]
			if narrow {
				q.Header.Set("Authorization", "Bearer "+b.Creds["token"])
			}
			return narrow
		}),
		"S-CLY-02a": replies(func(b *bench, q incoming, a *answered) bool {
			a.body = strings.Replace(a.body, `"app":{`, `"app":{"token":"`+b.Creds["token"]+`",`, 1)
			return q.is(http.MethodGet, "/me")
		}),
		"S-CLY-02b": edited(http.MethodGet, "/me", func(v map[string]any) { delete(v, "app") }),
		"S-CLY-03a": {front: listsTheUnregistered},
		"S-CLY-03b": edited(http.MethodPost, sClyHooks, func(v map[string]any) { delete(v, "id") }),
		"S-CLY-04a": signs(func(b *bench, body []byte) string { return "sha256=" + base64.StdEncoding.EncodeToString(sum(b, body)) }),
		"S-CLY-04b": signs(func(b *bench, body []byte) string {
			var v any
			_ = json.Unmarshal(body, &v)
			again, _ := json.Marshal(v)
			return "sha256=" + hex.EncodeToString(sum(b, again))
		}),
		"S-CLY-04c": signs(func(b *bench, body []byte) string { return hex.EncodeToString(sum(b, body)) }),
		"S-CLY-04d": {deliver: func(b *bench, r *http.Request, _ []byte) bool {
			b.hit()
			r.Header.Set("X-Cartly-Webhook-Id", "wh_"+strconv.Itoa(b.ran))
			return true
		}},
		"S-CLY-05a": {front: sendsToEveryone},
		"S-CLY-05b": {deliver: func(b *bench, _ *http.Request, body []byte) bool {
			abandoned := gjson.GetBytes(body, "event").String() == "cart.abandoned"
			if abandoned {
				b.hit()
			}
			return !abandoned
		}},
		"S-CLY-06a": {front: goesOnDelivering},
		"S-CLY-07a": replies(func(_ *bench, q incoming, a *answered) bool {
			if customer(q) {
				a.body = reworked(a.body, func(v map[string]any) { v["last_name"] = nil })
			}
			return customer(q)
		}),
		"S-CLY-07b": {front: func(b *bench, q incoming) answered {
			if q.is(http.MethodGet, sClyCustomers) && q.URL.Query().Has("email") {
				b.hit()
				q = q.with("email", "")
			}
			return b.pass(q)
		}},
		"S-CLY-07c": edited(http.MethodPut, "/inventory/*", func(v map[string]any) { v["available"] = 4 }),
		"S-CLY-07d": sends(func(_ *bench, q *incoming) bool {
			if customer(*q) {
				q.body = reworked(q.body, func(v map[string]any) { v["first_name"] = "" })
			}
			return customer(*q)
		}),
	}
}

// listsTheUnregistered is a server whose list has what was taken back.
func listsTheUnregistered(b *bench, q incoming) answered {
	a := b.pass(q)
	switch {
	case q.is(http.MethodPost, sClyHooks):
		b.kept[gjson.Get(a.body, "id").String()] = a.body
	case q.is(http.MethodGet, sClyHooks):
		a.body = reworked(a.body, func(v map[string]any) {
			for id, record := range b.kept {
				if !strings.Contains(a.body, id) {
					b.hit()
					v["webhooks"] = append(v["webhooks"].([]any), json.RawMessage(record))
				}
			}
		})
	}
	return a
}

// sendsToEveryone is a server that takes each subscription for one to all events.
func sendsToEveryone(b *bench, q incoming) answered {
	if q.is(http.MethodPost, sClyHooks) {
		b.hit()
		wanted := gjson.Get(q.body, "events").Raw
		all, _ := json.Marshal(sClyEvents)
		q.body = strings.Replace(q.body, wanted, string(all), 1)
		a := b.pass(q)
		b.kept[gjson.Get(a.body, "id").String()] = wanted
		a.body = strings.Replace(a.body, string(all), wanted, 1)
		return a
	}
	a := b.pass(q)
	if q.is(http.MethodGet, sClyHooks) {
		a.body = reworked(a.body, func(v map[string]any) {
			each(v["webhooks"], func(hook map[string]any) { hook["events"] = json.RawMessage(b.kept[hook["id"].(string)]) })
		})
	}
	return a
}

// goesOnDelivering is a server that takes a subscription from the list and goes
// on delivering.
func goesOnDelivering(b *bench, q incoming) answered {
	if q.is(http.MethodDelete, "/webhooks/*") {
		b.hit()
		b.kept[path.Base(q.URL.Path)] = "gone"
		return answered{http.StatusNoContent, http.Header{}, ""}
	}
	a := b.pass(q)
	if q.is(http.MethodGet, sClyHooks) {
		a.body = reworked(a.body, func(v map[string]any) {
			stay := []any{}
			each(v["webhooks"], func(hook map[string]any) {
				if b.kept[hook["id"].(string)] == "" {
					stay = append(stay, hook)
				}
			})
			v["webhooks"] = stay
		})
	}
	return a
}

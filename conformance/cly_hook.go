package conformance

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartly"
)

func clyHooks() []clyCheck {
	return []clyCheck{clyHook01(), clyHook02(), clyHook03(), clyHook04(), clyHook05(), clyHook06(), clyHook07()}
}

// clyEvents are the events that the document lists.
var clyEvents = []string{
	"order.created", "order.updated", "order.fulfilled", "order.canceled",
	"product.created", "product.updated", "customer.created", "cart.abandoned",
}

// clyHooking is what a check of subscriptions comes after.
var clyHooking = clyAfter(clyBase, []string{"CLY-STAT-01", "CLY-HOOK-01"})

func clyHook01() clyCheck {
	return clyCheck{
		id: "CLY-HOOK-01", title: "a subscription is a url and a list of events",
		clause: "cartly:29-31,47-50", level: must,
		summary: "The sample of a new REST hook has the members url, a text, and events, an array of names.",
		needs:   []string{"Hook"},
		after:   clyBase,
		scenes:  []clyScene{{}},
		drive:   func(r *clyRun) { cly(r).hook(clyHookURL, "order.created") },
		seen:    asked(cartly.CreateWebhook),
		wire: func(w *wire) Finding {
			const want = `{"url":"…","events":["order.created"]}`
			for _, x := range w.of(cartly.CreateWebhook) {
				events := gjson.GetBytes(x.Body, "events")
				named := events.IsArray() && len(events.Array()) > 0
				for _, name := range events.Array() {
					named = named && name.Type == gjson.String
				}
				if !named || gjson.GetBytes(x.Body, "url").Type != gjson.String {
					return found("body", want, "%s", short(x.Body)).at(x)
				}
			}
			return Finding{}
		},
		judge: func(r *clyRun) Finding {
			for _, x := range r.of(cartly.CreateWebhook) {
				to, events := gjson.GetBytes(x.Body, "url").Str, gjson.GetBytes(x.Body, "events").Raw
				if to != clyHookURL || strings.Join(strings.Fields(events), "") != `["order.created"]` {
					return found("other-subscription", clyHookURL+" told of order.created", "%s", short(x.Body)).at(x)
				}
			}
			return Finding{}
		},
		backed: "CLY-HOOK-04",
		mutants: []mutant{
			{"a", "sends one event as a text", "body"},
		},
	}
}

func clyHook02() clyCheck {
	return clyCheck{
		id: "CLY-HOOK-02", title: "the names of events, letter by letter",
		clause: "cartly:33-41", level: must,
		summary: "There are eight events. The one of an order that is canceled has one l, that of a cart says abandoned.",
		needs:   []string{"Hook"},
		after:   clyHooking,
		scenes:  []clyScene{{}},
		drive:   func(r *clyRun) { cly(r).hook(clyHookURL, clyEvents...) },
		seen:    asked(cartly.CreateWebhook),
		wire: func(w *wire) Finding {
			for _, x := range w.of(cartly.CreateWebhook) {
				for _, name := range gjson.GetBytes(x.Body, "events").Array() {
					if x.Status >= 400 && !slices.Contains(clyEvents, name.Str) {
						return found("unknown-event", "the names of the document: "+strings.Join(clyEvents, ", "), "the event %q", name.Str).at(x)
					}
				}
			}
			return Finding{}
		},
		judge: func(r *clyRun) Finding {
			a := r.nth(0)
			if f := mustWork(a); f.Code != "" {
				return f
			}
			made, is := clyShop(r).Webhooks.Get(a.words())
			if !is {
				return found("wrong-id", "the id of the new subscription", "the id %q", a.words()).of(a)
			}
			for _, name := range clyEvents {
				if !slices.Contains(made.Events, name) {
					return found("event-missing", name+" among the events", "%v", made.Events)
				}
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "spells order.cancelled with two l", "unknown-event"},
		},
	}
}

func clyHook03() clyCheck {
	return clyCheck{
		id: "CLY-HOOK-03", title: "a subscription is ended by the id that it was given",
		clause: "cartly:53-54,68", level: must,
		summary: "The sample of unregistering has the id of the subscription at the end of the path.",
		needs:   []string{"Hook", "Unhook"},
		after:   clyHooking,
		scenes:  []clyScene{{}},
		drive: func(r *clyRun) {
			id := cly(r).hook(clyHookURL, "order.created").words()
			r.kept = id
			cly(r).unhook(id)
		},
		seen: asked(cartly.CreateWebhook, cartly.DeleteWebhook),
		judge: func(r *clyRun) Finding {
			made := gjson.GetBytes(r.of(cartly.CreateWebhook)[0].ReplyBody, "id").Str
			for _, x := range r.of(cartly.DeleteWebhook) {
				if id := clyIDOf(x); id != made {
					return found("not-by-id", fmt.Sprintf("DELETE %s%s", clyHookPath, made), "%s %s", x.Method, pathOf(x)).at(x)
				}
			}
			if n := clyShop(r).Webhooks.Len(); n != 0 {
				return found("not-removed", "no subscription", "%d", n)
			}
			return firstOf(mustWork(r.nth(0)), mustWork(r.nth(1)))
		},
		mutants: []mutant{
			{"a", "deletes by the URL", "not-by-id"},
		},
	}
}

func clyHook04() clyCheck {
	return clyCheck{
		id: "CLY-HOOK-04", title: "the second start subscribes to nothing new",
		clause: "cartly:68-69", level: care,
		summary: "Subscriptions can be listed. Two equal ones are two deliveries of each event.",
		needs:   []string{"Hook"},
		after:   clyHooking,
		scenes:  []clyScene{{}},
		drive: func(r *clyRun) {
			cly(r).hook(clyHookURL, "order.created", "order.updated")
			clyCaller{r, r.another(r.creds), r.ctx}.hook(clyHookURL, "order.created", "order.updated")
		},
		seen: asked(cartly.CreateWebhook),
		judge: func(r *clyRun) Finding {
			first, second := r.nth(0), r.nth(1)
			if f := firstOf(mustWork(first), mustWork(second)); f.Code != "" {
				return f
			}
			all := clyShop(r).Webhooks.All()
			if len(all) != 1 {
				return found("registered-twice", "one subscription after two starts", "%s", count(len(all), "subscription"))
			}
			if id := all[0].ID; second.words() != id {
				return found("wrong-id", "the id of the subscription, "+id, "%q", second.words())
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "registers again at each start", "registered-twice"},
		},
	}
}

func clyHook05() clyCheck {
	return clyCheck{
		id: "CLY-HOOK-05", title: "a subscription that is refused is an error",
		clause: "cartly:47-50", level: care,
		summary: "Who is not subscribed hears nothing, and nothing is what no events look like.",
		needs:   []string{"Hook"},
		after:   clyHooking,
		scenes:  []clyScene{{faults: []fake.Fault{fake.NewFault("not-saved").Set("errors", "too many subscriptions").On(cartly.CreateWebhook)}}},
		drive:   func(r *clyRun) { cly(r).hook(clyHookURL, "order.created") },
		seen:    answeredWith(422, cartly.CreateWebhook),
		judge:   func(r *clyRun) Finding { return mustFail(r.nth(0), "the subscription was refused") },
		mutants: []mutant{
			{"a", "goes on without events", "no-error"},
		},
	}
}

func clyHook06() clyCheck {
	return clyCheck{
		id: "CLY-HOOK-06", title: "a subscription that is gone needs no ending",
		clause: "cartly:52-54", level: care,
		summary: "The shop may have removed it already; what was wanted is so.",
		needs:   []string{"Unhook"},
		after:   clyAfter(clyBase, []string{"CLY-STAT-01"}),
		scenes: []clyScene{{
			state: func(r *clyRun) {
				hooks := clyShop(r).Webhooks
				gone := hooks.Add(cartly.Subscription{URL: clyHookURL, Events: []string{"order.created"}})
				kept := hooks.Add(cartly.Subscription{URL: clyHookURL, Events: []string{"order.updated"}})
				hooks.Remove(gone.ID)
				r.kept = []string{gone.ID, kept.ID}
			},
			faults: []fake.Fault{fake.NewFault("server-error").On(cartly.DeleteWebhook).After(1)},
		}},
		drive: func(r *clyRun) {
			for _, id := range r.kept.([]string) {
				cly(r).unhook(id)
			}
		},
		seen: both(answeredWith(404, cartly.DeleteWebhook), answeredWith(500, cartly.DeleteWebhook)),
		judge: func(r *clyRun) Finding {
			return firstOf(mustWork(r.nth(0)), mustFail(r.nth(1), "the service failed, and the subscription is still there"))
		},
		mutants: []mutant{
			{"a", "takes the 404 for a failure", "error"},
		},
	}
}

func clyHook07() clyCheck {
	return clyCheck{
		id: "CLY-HOOK-07", title: "a subscription that was switched off is noticed",
		clause: "cartly:68; CL-9", level: care,
		summary: "After five failures in a row the service sends nothing more to an address. The list of subscriptions says so.",
		needs:   []string{"Hooks"},
		after:   clyBase,
		scenes: []clyScene{{state: func(r *clyRun) {
			shop := clyShop(r)
			shop.Hooks.Receive(clyHookURL, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusServiceUnavailable)
			}))
			shop.Webhooks.Add(cartly.Subscription{URL: clyHookURL, Events: []string{"order.created"}})
			shop.Orders.Add(cartly.Order{Email: "jane@example.com", TotalCents: 2500})
			shop.Advance(time.Minute) // the delivery is tried five times
		}}},
		drive: func(r *clyRun) { cly(r).hooks() },
		seen:  clySwitchedOff,
		judge: func(r *clyRun) Finding {
			a, active := r.nth(0), func(h cartly.Subscription) bool { return h.Active }
			if slices.ContainsFunc(clyShop(r).Webhooks.All(), active) {
				return Finding{} // it is on again
			}
			for _, h := range a.clyHooks() {
				if h.URL == clyHookURL && !h.Active {
					return mustWork(a)
				}
			}
			if a.err != nil && strings.Contains(a.err.Error(), clyHookURL) {
				return Finding{}
			}
			return found("not-noticed", "the subscription named as one that is off, or on again", "%s: %+v", a.outcome(), a.clyHooks()).of(a)
		},
		mutants: []mutant{
			{"a", "does not read active", "not-noticed"},
		},
	}
}

// clySwitchedOff is the prerequisite that a list said of a subscription that it
// is off.
func clySwitchedOff(w *wire) string {
	for _, x := range w.of(cartly.ListWebhooks) {
		for _, hook := range gjson.GetBytes(x.ReplyBody, "webhooks").Array() {
			if active := hook.Get("active"); active.Exists() && !active.Bool() {
				return ""
			}
		}
	}
	return "a list of subscriptions with one that is off; there was none"
}

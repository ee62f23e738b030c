package conformance

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cscart"
)

// cscDeleting is what a check comes after that needs a delete to work.
var cscDeleting = append([]string{"CSC-DEL-01", "CSC-DEL-04", "CSC-DEL-05"}, cscCalling...)

// cscDeleteFirst deletes the first cart of the shop.
func cscDeleteFirst(r *cscRun) { csc(r).delete(cscID(cscStored(r, 0))) }

// cscLocked has three carts, of which the last cannot be deleted.
func cscLocked(r *cscRun) {
	cscGuests(3)(r)
	cscShop(r).RefuseDelete(cscKept(r, 2).UserID, "the cart is locked")
}

// cscDeleteLocked tries to delete the cart that cannot be deleted.
func cscDeleteLocked(r *cscRun) { csc(r).delete(cscID(cscKept(r, 2))) }

// cscDeleteBoth deletes a cart, and then one that cannot be: a success means
// something where there are failures too.
func cscDeleteBoth(r *cscRun) {
	cscDeleteFirst(r)
	cscDeleteLocked(r)
}

const cscLockedText = "the cart cannot be deleted: it was answered with 400"

func cscDelete() []cscCheck {
	return []cscCheck{cscDel01(), cscDel02(), cscDel03(), cscDel04(), cscDel05(), cscDel06()}
}

func cscDel01() cscCheck {
	return cscCheck{
		id: "CSC-DEL-01", title: "204 without a body is a success",
		clause: "cscart:482", level: must,
		summary: "A cart that was deleted is answered with 204 No Content.",
		needs:   []string{"Delete"},
		after:   cscCalling,
		scenes:  []cscScene{{state: cscLocked}},
		drive:   cscDeleteBoth,
		seen:    asked(cscart.DeleteCart),
		judge: func(r *cscRun) Finding {
			if f := mustWork(r.nth(0)); f.Code != "" {
				return f
			}
			if n := cscShop(r).Carts.Len(); n != 2 {
				return found("not-deleted", "2 of 3 carts are left", "%d", n)
			}
			return mustFail(r.nth(1), cscLockedText)
		},
		backed: "GEN-RACE-01",
		mutants: []mutant{
			{"a", "decodes the empty body, which fails", "error"},
		},
	}
}

func cscDel02() cscCheck {
	return cscCheck{
		id: "CSC-DEL-02", title: "a cart that is not deleted is an error",
		clause: "cscart:484", level: must,
		summary: "A cart that could not be deleted is answered with 400, and is still there.",
		needs:   []string{"Delete"},
		after:   append([]string{"CSC-DEL-05"}, cscCalling...),
		scenes:  []cscScene{{state: cscLocked}},
		drive:   cscDeleteLocked,
		seen:    answeredWith(http.StatusBadRequest, cscart.DeleteCart),
		judge: func(r *cscRun) Finding {
			if n := cscShop(r).Carts.Len(); n != 3 {
				return found("not-there", "the cart that cannot be deleted is still there, and so are the two others", "%d", n)
			}
			return mustFail(r.nth(0), cscLockedText)
		},
		backed: "CSC-DEL-01",
		mutants: []mutant{
			{"a", "takes every status below 500 for a success", "no-error"},
		},
	}
}

func cscDel03() cscCheck {
	return cscCheck{
		id: "CSC-DEL-03", title: "no such cart is not the same as not deleted",
		clause: "cscart:484-486", level: should,
		summary: "404 says that there is no such cart, which may be all that was wanted; 400 says that it is still there.",
		flags:   []string{"DELETE_GONE"},
		needs:   []string{"Delete", "Status"},
		after:   append([]string{"CSC-DEL-02", "CSC-DEL-05"}, cscCalling...),
		scenes:  []cscScene{{state: cscLocked}},
		drive: func(r *cscRun) {
			cscDeleteLocked(r)
			csc(r).delete(fmt.Sprint(cscUnknown))
		},
		seen:  both(answeredWith(400, cscart.DeleteCart), answeredWith(404, cscart.DeleteCart)),
		judge: cscToldApart,
		mutants: []mutant{
			{"a", "has one error without a name for 400 and 404", "not-told-apart"},
		},
	}
}

// cscToldApart judges what a client makes of 400 and of 404, and whether it
// takes the second for a success, where that is pinned.
func cscToldApart(r *cscRun) Finding {
	refused, gone := r.nth(0), r.nth(1)
	if f := mustFail(refused, "it was answered with 400"); f.Code != "" {
		return f
	}
	if refused.status != 400 || gone.err != nil && gone.status != 404 {
		return found("not-told-apart", "Status gives 400 for the one error, and 404 for the other or no error at all",
			"%d and %d; the errors are %q and %q", refused.status, gone.status, fmt.Sprint(refused.err), fmt.Sprint(gone.err))
	}
	pinned := r.cfg.choices["DELETE_GONE"]
	if pinned == "success" && gone.err != nil || pinned == "error" && gone.err == nil {
		return found("gone-is-"+map[bool]string{true: "success", false: "error"}[gone.err == nil], "DELETE_GONE is pinned to "+pinned, "%s", gone.outcome())
	}
	return Finding{}
}

func cscDel04() cscCheck {
	return cscCheck{
		id: "CSC-DEL-04", title: "the cart of that user is deleted, and no other",
		clause: "cscart:474-478", level: must,
		summary: "A cart is named by its user id; without one the path is that of all carts.",
		needs:   []string{"List", "Delete"},
		after:   append([]string{"CSC-DEL-05"}, cscListing...),
		scenes:  []cscScene{{state: cscGuests(3)}},
		drive: func(r *cscRun) {
			u := csc(r)
			second := CscartCart{}
			if all := u.list(CscartFilter{}).cscCarts(); len(all) > 1 {
				second = all[1]
				u.delete(second.UserID).about = second.UserID
			}
			u.delete("")
		},
		seen:  asked(cscart.ListCarts, cscart.DeleteCart),
		judge: cscOneDeleted,
		mutants: []mutant{
			{"a", "sends DELETE /api/carts/ when the id is blank", "collection-request"},
			{"b", "sends the place in the list as the id", "wrong-cart"},
		},
	}
}

func cscOneDeleted(r *cscRun) Finding {
	if f := mustWork(r.nth(0)); f.Code != "" {
		return f
	}
	wanted, blank := r.nth(1), r.nth(2)
	left := cscAll(r)
	if len(left) != 2 || slices.Contains(left, wanted.about) || wanted.err != nil {
		return found("wrong-cart", "the cart of user "+wanted.about+" is deleted, and the other two are left", "those of %s are left; %s", cscSome(left), wanted.outcome())
	}
	for _, x := range r.calls {
		if x.Method == http.MethodDelete && strings.HasSuffix(strings.TrimSuffix(pathOf(x), "/"), "/carts") {
			return found("collection-request", "no request for a blank id", "DELETE %s", x.URL).at(x)
		}
	}
	return mustFail(blank, "a blank id names no cart")
}

func cscDel05() cscCheck {
	return cscCheck{
		id: "CSC-DEL-05", title: "no Content-Type without a body",
		clause: "CC-10", level: should,
		summary: "An empty body that is announced as JSON does not decode, which is a 400.",
		needs:   []string{"Delete"},
		after:   cscCalling,
		scenes:  []cscScene{{state: cscGuests(3)}},
		drive:   cscDeleteFirst,
		seen: func(w *wire) string {
			for _, x := range w.calls {
				if x.Method == http.MethodDelete {
					return ""
				}
			}
			return "a DELETE; there was none"
		},
		wire: func(w *wire) Finding {
			for _, x := range w.calls {
				if given := x.Header.Get("Content-Type"); x.Method == http.MethodDelete && len(x.Body) == 0 && given != "" {
					return found("content-type", "no Content-Type, for there is no body", "%q, answered with %d", given, x.Status).at(x)
				}
			}
			return Finding{}
		},
		backed: "CSC-DEL-04",
		mutants: []mutant{
			{"a", "has one Content-Type for all calls", "content-type"},
		},
	}
}

// cscSentFor are the requests to delete the n-th cart.
func cscSentFor(r *cscRun, n int) []fake.Exchange {
	return slices.DeleteFunc(r.of(cscart.DeleteCart), func(x fake.Exchange) bool {
		return !strings.HasSuffix(strings.TrimSuffix(cscPathOf(x), "/"), "/"+cscID(cscKept(r, n)))
	})
}

// cscSaysGone tells whether an error says that there is no such cart: by its
// status where the client can tell it, else by its words.
func cscSaysGone(r *cscRun, a *answer) bool {
	switch {
	case a.err == nil:
		return false
	case r.client.Status != nil:
		return a.status == http.StatusNotFound
	}
	words := strings.ToLower(a.err.Error())
	return strings.Contains(words, "404") || strings.Contains(words, "not found")
}

func cscDel06() cscCheck {
	return cscCheck{
		id: "CSC-DEL-06", title: "a delete whose answer was lost",
		clause: "cscart:484-486", level: care,
		summary: "The cart may be gone although the connection died; the 404 of one's own repeat says that it worked.",
		needs:   []string{"Delete"},
		after:   append([]string{"CSC-DEL-03"}, cscDeleting...),
		scenes: []cscScene{{
			state:  cscLocked,
			faults: []fake.Fault{fake.NewFault("lost-response").On(cscart.DeleteCart).Call(1)},
		}},
		drive: cscDeleteBoth,
		seen:  asked(cscart.DeleteCart),
		judge: func(r *cscRun) Finding {
			a, sent := r.nth(0), cscSentFor(r, 0)
			if n := cscShop(r).Carts.Len(); n != 2 || len(sent) == 0 {
				return found("not-deleted", "2 of 3 carts are left", "%d; %s", n, a.outcome()).of(a)
			}
			switch last := sent[len(sent)-1]; {
			case len(sent) > 1 && last.Status == http.StatusNotFound && cscSaysGone(r, a):
				return found("own-repeat", "success, or an error that leaves the outcome open", "the repeat found no cart, for the first one had deleted it: %q", a.err).at(last).of(a)
			case a.err == nil && len(sent) == 1:
				return found("no-error", "another attempt, or an error: the answer was lost", "%s", a.outcome()).of(a)
			}
			return mustFail(r.nth(1), cscLockedText)
		},
		mutants: []mutant{
			{"a", "reports the 404 of its own repeat", "own-repeat"},
		},
	}
}

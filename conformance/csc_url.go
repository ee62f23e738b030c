package conformance

import (
	"net/http"
	"regexp"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cscart"
)

// cscPath are the spellings that the shop serves: with a version or without, of
// one store or vendor, of all carts or one, with a final slash or without.
var cscPath = regexp.MustCompile(`^/api(/([0-9.]+))?(/(stores|vendors)/[0-9]+)?/carts(/[^/]+)?/?$`)

// cscPathOf is the path of a request; that of the other entry, /api.php?_d=carts,
// is written as the first would be.
func cscPathOf(x fake.Exchange) string {
	path, query, _ := strings.Cut(x.URL, "?")
	if path != "/api.php" {
		return path
	}
	for part := range strings.SplitSeq(query, "&") {
		if rest, ok := strings.CutPrefix(part, "_d="); ok {
			return "/api/" + strings.NewReplacer("%2F", "/", "%2f", "/").Replace(rest)
		}
	}
	return path
}

// cscCart3 is the cart of the document's sample path.
func cscCart3(r *cscRun) {
	cscAdd(r, cscart.Cart{UserID: 3, User: cscOwner("John", "Doe", "john@example.com")}, cscCup(3000))
}

func cscURL() []cscCheck {
	return []cscCheck{cscURL01(), cscURL02()}
}

func cscURL01() cscCheck {
	return cscCheck{
		id: "CSC-URL-01", title: "the documented paths",
		clause: "cscart:13,474-476", level: must,
		summary: "Carts are at /api/carts, one is at its user id below that; two slashes side by side are no path.",
		needs:   []string{cscAnyCall},
		scenes: []cscScene{
			{name: "base URL as documented", state: cscCart3},
			{name: "base URL with a final slash", state: cscCart3, base: func(base string) string { return base + "/" }},
		},
		drive: cscTryAll,
		seen:  anyCall,
		wire: func(w *wire) Finding {
			for _, x := range w.calls {
				if path := cscPathOf(x); x.Op != cscart.GetVersion && !cscPath.MatchString(path) {
					return found("path", "/api/carts/ or /api/carts/{user_id}, without a double slash", "%s %s", x.Method, path).at(x)
				}
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "says /api/cart/3", "path"},
			{"b", "puts two slashes side by side when the base URL ends in one", "path"},
		},
	}
}

func cscURL02() cscCheck {
	return cscCheck{
		id: "CSC-URL-02", title: "no version in the path, or one that is served",
		clause: "CC-26", level: should,
		summary: "Carts are there without a version and in 2.0, 2.1 and 4.0; the vendor's general page shows /api/2, where they are not.",
		needs:   []string{cscAnyCall},
		after:   []string{"CSC-AUTH-01"},
		scenes:  []cscScene{{state: cscGuests(3)}},
		drive:   cscTryAll,
		seen:    anyCall,
		wire: func(w *wire) Finding {
			for _, x := range w.calls {
				parts := cscPath.FindStringSubmatch(cscPathOf(x))
				unserved := x.Status == http.StatusNotFound && strings.Contains(gjson.GetBytes(x.ReplyBody, "message").Str, "Entity")
				if parts != nil && parts[2] != "" && unserved {
					return found("version", "/api/carts, or a version that has carts: 2.0, 2.1, 4.0", "%s, answered with %s", x.URL, short(x.ReplyBody)).at(x)
				}
			}
			return Finding{}
		},
		backed: "CSC-GET-01",
		mutants: []mutant{
			{"a", "says /api/2/carts", "version"},
		},
	}
}

func cscVerb() []cscCheck {
	return []cscCheck{{
		id: "CSC-VERB-01", title: "GET and DELETE are all the verbs",
		clause: "cscart:11-13,243-245,474-476", level: must,
		summary: "Carts are listed, shown and deleted; the shop has no other call for them.",
		needs:   []string{cscAnyCall},
		scenes:  []cscScene{{state: cscGuests(3)}},
		drive:   cscTryAll,
		seen:    anyCall,
		wire: func(w *wire) Finding {
			for _, x := range w.calls {
				if x.Method != http.MethodGet && x.Method != http.MethodDelete {
					return found("method", "GET and DELETE", "%s %s, answered with %d", x.Method, x.URL, x.Status).at(x)
				}
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "sends a HEAD to see whether a cart exists", "method"},
		},
	}}
}

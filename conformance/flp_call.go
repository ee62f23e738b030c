package conformance

import (
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/fluidpay"
)

// flpUnescaped is a part of a path as it is meant.
func flpUnescaped(part string) string {
	plain, err := url.PathUnescape(part)
	if err != nil {
		return part
	}
	return plain
}

func flpID() []flpCheck { return []flpCheck{flpID01(), flpID02()} }

func flpID01() flpCheck {
	return flpCheck{
		id: "FLP-ID-01", title: "records go by their id, not by their hash",
		clause: "fluidpay:100-101", level: should,
		summary: "A record has an id and a public_hash; the paths of the document have the id.",
		needs:   []string{"ListCarts", "GetCart"},
		after:   flpAfter(flpGetting, flpListing, []string{"FLP-POLY-01"}),
		scenes:  []flpScene{{state: flpShelf}},
		drive: func(r *flpRun) {
			u := flp(r)
			id := flpUnknown
			if all := u.listCarts().carts(); len(all) > 0 {
				id = all[0].ID
			}
			u.getCart(id)
			if u.c.AddToCart != nil {
				u.addToCart(id, flpP2)
			}
		},
		seen: asked(fluidpay.ListCarts, fluidpay.GetCart),
		judge: func(r *flpRun) Finding {
			hashes := []string{flpStored(r, flpC1).PublicHash, flpStored(r, flpC2).PublicHash, flpStoredProduct(r, flpP2).PublicHash}
			for _, x := range r.calls {
				if slices.ContainsFunc(hashes, func(h string) bool { return strings.Contains(x.URL+string(x.Body), h) }) {
					return found("public-hash", "the id in path and body", "the hash in %s", strings.TrimSpace(x.Method+" "+x.URL+" "+short(x.Body))).at(x)
				}
			}
			if f := mustWork(r.nth(1)); f.Code != "" {
				return f
			}
			return flpSame(r.nth(1), "cart", []string{r.nth(1).cart().ID}, []string{flpC1})
		},
		mutants: []mutant{
			{"a", "puts the public_hash into the path", "public-hash"},
		},
	}
}

func flpID02() flpCheck {
	const zeros, vees = "00000000000000000000", "vvvvvvvvvvvvvvvvvvvg"
	return flpCheck{
		id: "FLP-ID-02", title: "ids are texts, to be left as they are",
		clause: "FP-29", level: care,
		summary: "An id of another form, or in other letters, is that of another record.",
		needs:   []string{"GetCart", "GetProduct|UpdateProduct"},
		after:   flpAfter(flpGetting, flpUpdating),
		scenes: []flpScene{{state: func(r *flpRun) {
			for _, id := range []string{zeros, vees} {
				flpShop(r).Carts.Add(flpCart(id, "edge"))
				flpShop(r).Products.Add(flpProduct(id, "E", "edge", 1, flpDay(11, 0)))
			}
		}}},
		drive: func(r *flpRun) {
			u := flp(r)
			for _, id := range []string{zeros, vees} {
				u.getCart(id).is(id, 0)
				if u.c.GetProduct != nil {
					u.getProduct(id).is(id, 0)
				}
				if u.c.UpdateProduct != nil {
					u.updateProduct(id, FluidpayChange{Name: text("edge two")}).is(id, 0)
				}
			}
		},
		seen: asked(fluidpay.GetCart),
		judge: func(r *flpRun) Finding {
			for _, x := range r.calls {
				if path := pathOf(x); !strings.HasSuffix(path, "/"+zeros) && !strings.HasSuffix(path, "/"+vees) {
					return found("id-changed", "/"+zeros+" or /"+vees+" at the end of the path", "%s", path).at(x)
				}
			}
			for _, a := range r.all() {
				if f := mustWork(a); f.Code != "" {
					return f
				}
				if got := a.cart().ID + a.product().ID; got != a.about && !strings.HasPrefix(a.call, "Update") {
					return found("id-changed", a.about, "%s from %s", got, a.call).of(a)
				}
			}
			return Finding{}
		},
		backed: "FLP-UPD-04",
		mutants: []mutant{
			{"a", "writes ids in upper case", "id-changed"},
			{"b", "wants an id to be a UUID", "error"},
		},
	}
}

func flpVerb() []flpCheck { return []flpCheck{flpVerb01(), flpVerb02()} }

func flpVerb01() flpCheck {
	return flpCheck{
		id: "FLP-VERB-01", title: "POST creates and updates, DELETE deletes",
		clause: "fluidpay:134,152,172", level: must,
		summary: "A change is sent by POST to the path of the record.",
		needs:   []string{"UpdateCart|UpdateProduct"},
		after:   flpBase,
		scenes:  []flpScene{{state: flpShelf}},
		drive:   flpEach,
		seen: func(w *wire) string {
			for _, x := range w.writes() {
				if parts := strings.Split(pathOf(x), "/"); x.Method != http.MethodDelete && len(parts) > 1 && flpItem(x) {
					return ""
				}
			}
			return "a change sent to the path of a record; there was none"
		},
		wire: func(w *wire) Finding {
			for _, x := range w.writes() {
				if x.Method != http.MethodPost && (x.Method != http.MethodDelete || !flpItem(x)) {
					return found("method", "POST to create, POST to the record to change it, DELETE to delete it", "%s %s", x.Method, x.URL).at(x)
				}
			}
			return Finding{}
		},
		backed: "GEN-RACE-01",
		mutants: []mutant{
			{"a", "updates with PATCH", "method"},
		},
	}
}

// flpItem tells whether a request is about one record.
func flpItem(x fake.Exchange) bool {
	parts := strings.Split(pathOf(x), "/")
	n := len(parts)
	return n > 2 && (parts[n-2] == "cart" || parts[n-2] == "product") && parts[n-1] != "search"
}

func flpVerb02() flpCheck {
	return flpCheck{
		id: "FLP-VERB-02", title: "searches are POSTs with a body",
		clause: "fluidpay:58-62,211-215", level: must,
		summary: "What is searched for stands in the body of a POST to search; no query filters anything, and Get All gives all.",
		needs:   []string{"SearchCarts|SearchProducts"},
		after:   flpBase,
		scenes:  []flpScene{{state: flpShelf}},
		drive: func(r *flpRun) {
			u := flp(r)
			if u.c.SearchCarts != nil {
				u.searchCarts(FluidpayFilter{Name: "spring"})
			}
			if u.c.SearchProducts != nil {
				u.searchProducts(FluidpayFilter{Name: "mug"})
			}
		},
		seen: func(w *wire) string {
			for _, x := range w.calls {
				if strings.HasSuffix(pathOf(x), "/search") || strings.Contains(x.URL, "?") {
					return ""
				}
			}
			return "a search; there was none"
		},
		wire: func(w *wire) Finding {
			for _, x := range w.calls {
				if strings.HasSuffix(pathOf(x), "/search") && x.Method != http.MethodPost {
					return found("method", "POST …/search", "%s %s", x.Method, x.URL).at(x)
				}
				if _, query, has := strings.Cut(x.URL, "?"); has {
					return found("query", "no query: the API ignores it", "%s %s, with the query ?%s", x.Method, pathOf(x), query).at(x)
				}
				if strings.HasSuffix(pathOf(x), "/search") && !gjson.ParseBytes(x.Body).IsObject() {
					return found("no-body", "a JSON object in the body of a search", "%s", short(x.Body)).at(x)
				}
			}
			return Finding{}
		},
		backed: "FLP-ENV-04",
		mutants: []mutant{
			{"a", "searches by GET with a query string", "method"},
			{"b", "puts a query string on Get All", "query"},
		},
	}
}

func flpContent() []flpCheck {
	return []flpCheck{{
		id: "FLP-CT-01", title: "bodies are sent as JSON",
		clause: "FP-31", level: care,
		summary: "The document has JSON bodies and names no media type; what is not said to be JSON may be refused some day.",
		needs:   []string{"CreateCart|UpdateCart|SearchCarts|CreateProduct|UpdateProduct|SearchProducts"},
		after:   flpBase,
		scenes:  []flpScene{{state: flpShelf}},
		drive:   flpEach,
		seen: func(w *wire) string {
			if len(flpBodies(w)) == 0 {
				return "a request with a body; there was none"
			}
			return ""
		},
		wire: func(w *wire) Finding {
			for _, x := range flpBodies(w) {
				given := x.Header.Get("Content-Type")
				if media, _, _ := mime.ParseMediaType(given); media != "application/json" {
					return found("content-type", "application/json", "%q with %s %s", given, x.Method, x.URL).at(x)
				}
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "sends a JSON body with the header of a form", "content-type"},
		},
	}}
}

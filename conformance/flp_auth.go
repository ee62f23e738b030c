package conformance

import (
	"regexp"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/fluidpay"
)

func flpAuth() []flpCheck { return []flpCheck{flpAuth01(), flpAuth02()} }

func flpAuth01() flpCheck {
	return flpCheck{
		id: "FLP-AUTH-01", title: "the private key alone in Authorization",
		clause: "FP-28", level: must,
		summary: "The vendor's other pages and its SDKs send the private key without any word before it; nothing works without it.",
		flags:   []string{"AUTH_OFF_PAGE"},
		needs:   flpAny,
		scenes:  []flpScene{{state: flpShelf}},
		drive:   flpEach,
		seen:    anyCall,
		wire: func(w *wire) Finding {
			for _, x := range w.calls {
				got := x.Header.Get(flpKey)
				switch {
				case got == "":
					return found("header-missing", "the private key in Authorization, on every request", "%s %s without it", x.Method, x.URL).at(x)
				case strings.Contains(strings.TrimSpace(got), " "):
					return found("scheme", "the private key alone, with no word before it", "the word %s before it", strings.Fields(got)[0]).at(x)
				case w.creds != nil && got != w.creds["api_key"], strings.HasPrefix(got, "pub_"):
					return found("header-differs", "the configured private key, byte for byte", "%s: %s", flpKey, got).at(x)
				}
			}
			return Finding{}
		},
		backed: "FLP-ENV-01",
		mutants: []mutant{
			{"a", "writes Bearer before the key", "scheme"},
			{"b", "sends the key as X-Api-Key", "header-missing"},
		},
	}
}

func flpAuth02() flpCheck {
	return flpCheck{
		id: "FLP-AUTH-02", title: "401 is about the key, and not asked again",
		clause: "FP-28", level: must,
		summary: "An unknown key is answered with 401; the same key stays unknown.",
		flags:   []string{"AUTH_OFF_PAGE"},
		needs:   []string{"GetCart"},
		after:   flpBase,
		scenes:  []flpScene{{state: flpShelf}},
		drive: func(r *flpRun) {
			creds := fake.Credentials{}
			for name, value := range r.creds {
				creds[name] = value
			}
			creds["api_key"] = "api_wrong_key_7431"
			flpCaller{r, r.another(creds), r.ctx}.getCart(flpC1)
		},
		seen: answeredWith(401, fluidpay.GetCart),
		judge: func(r *flpRun) Finding {
			if n := len(r.calls); n > 1 {
				return found("repeated", "one request with a key that was refused", "%s", count(n, "request")).at(r.calls[1])
			}
			return firstOf(mustFail(r.nth(0), "its key is wrong"), flpStatus(r, r.nth(0), 401))
		},
		backed: "GEN-4XX-01",
		mutants: []mutant{
			{"a", "tries again with the same key", "repeated"},
		},
	}
}

func flpURL() []flpCheck { return []flpCheck{flpURL01(), flpURL02(), flpURL03()} }

var (
	flpCartPath    = regexp.MustCompile(`^(/api)?/merchant/[^/]+/cart(/[^/]+)?$`)
	flpProductPath = regexp.MustCompile(`^/api/merchant/[^/]+/product(/[^/]+)?$`)
)

func flpURL01() flpCheck {
	return flpCheck{
		id: "FLP-URL-01", title: "the documented paths, and no slash at their end",
		clause: "fluidpay:8,62,93,136,154,174,187,215,246,280,294,309", level: must,
		summary: "Products stand below /api/merchant, carts below /merchant; that carts are below /api too is known from the vendor's SDKs.",
		flags:   []string{"PREFIX_SPLIT"},
		needs:   flpAny,
		scenes: []flpScene{
			{name: "base without a slash", state: flpShelf},
			{name: "base with a slash", state: flpShelf, base: func(base string) string { return base + "/" }},
		},
		drive: flpEach,
		seen:  anyCall,
		wire: func(w *wire) Finding {
			for _, x := range w.calls {
				if path := pathOf(x); !flpCartPath.MatchString(path) && !flpProductPath.MatchString(path) {
					return found("path", "/api/merchant/{id}/product, or [/api]/merchant/{id}/cart, with an id or search below it", "%s %s", x.Method, path).at(x)
				}
			}
			return Finding{}
		},
		backed: "FLP-URL-03",
		mutants: []mutant{
			{"a", "leaves /api out for products too", "path"},
			{"b", "writes /api twice", "path"},
			{"c", "ends its paths in a slash", "path"},
		},
	}
}

func flpURL02() flpCheck {
	return flpCheck{
		id: "FLP-URL-02", title: "the merchant id is one part of each path",
		clause: "fluidpay:8,187", level: must,
		summary: "Every path has the id of the merchant in it.",
		needs:   flpAny,
		after:   flpBase,
		scenes: []flpScene{{
			options: []fake.Option{fluidpay.WithAccount("my merchant/12", "api_OtherTestKey0000002")},
			state:   flpShelf,
		}},
		drive: flpEach,
		seen:  anyCall,
		wire: func(w *wire) Finding {
			for _, x := range w.calls {
				path := strings.TrimPrefix(pathOf(x), "/api")
				parts := strings.Split(strings.TrimPrefix(path, "/merchant/"), "/")
				if len(parts) < 2 || parts[1] != "cart" && parts[1] != "product" {
					return found("merchant-path", "the merchant id as one escaped part of the path", "%s", x.URL).at(x)
				}
				if w.creds != nil && flpUnescaped(parts[0]) != w.creds["merchant_id"] {
					return found("other-merchant", w.creds["merchant_id"]+" in the path", "%s", x.URL).at(x)
				}
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "does not escape the merchant id", "merchant-path"},
		},
	}
}

func flpURL03() flpCheck {
	return flpCheck{
		id: "FLP-URL-03", title: "everything is below /api",
		clause: "FP-1", level: care,
		summary: "The live service has its panel, a page for people, outside /api.",
		flags:   []string{"PREFIX_SPLIT"},
		needs:   []string{"GetCart|ListCarts|SearchCarts|GetProduct|ListProducts|SearchProducts"},
		after:   flpAfter(flpGetting, flpListing, flpSearching, []string{"FLP-POLY-01", "FLP-ENV-04"}),
		scenes:  []flpScene{{options: []fake.Option{fluidpay.WithControlPanel()}, state: flpShelf}},
		drive:   flpReads,
		seen:    anyCall,
		judge: func(r *flpRun) Finding {
			for _, x := range r.calls {
				if !strings.HasPrefix(x.URL, "/api/merchant/") {
					return found("outside-api", "/api/merchant/… in every path", "%s", x.URL).at(x)
				}
			}
			for _, a := range r.all() {
				if f := flpRead(r, a); f.Code != "" {
					return f
				}
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "asks for carts without /api", "outside-api"},
		},
	}
}

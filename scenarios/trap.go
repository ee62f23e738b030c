package scenarios

import (
	"regexp"
	"slices"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
)

// A trap is a difference that clients of an API are known to make: where it is
// and how it is shown tell which, and the check of the conformance suite that is
// about it has more.
type trap struct {
	api  string         // "" for all
	path *regexp.Regexp // the JSON path of the difference
	want *regexp.Regexp // as shown
	got  *regexp.Regexp // the same
	note string
}

var (
	anything = regexp.MustCompile(``)
	nothing  = regexp.MustCompile(`^nothing$`)
	object   = regexp.MustCompile(`^object$`)
	list     = regexp.MustCompile(`^array of `)
	quoted   = regexp.MustCompile(`^"`)
	inQuotes = regexp.MustCompile(`^"(true|false)"$`)
	number1  = regexp.MustCompile(`^-?[0-9.]+$`)
	fraction = regexp.MustCompile(`^"?-?[0-9]+\.[0-9]+"?$`)
	exponent = regexp.MustCompile(`^-?[0-9.]+[eE]`)
)

// traps are looked through in this order; the first that fits is told.
var traps = []trap{
	{"bonify", anything, number1, exponent, "number went through float64 (BON-TYPE-01)"},
	{"", anything, number1, exponent, "number went through float64"},
	{"bonify", regexp.MustCompile(`(^|\.)customer_fields$`), object, list, "reads give an array, writes take an object (BON-TYPE-02)"},
	{"bonify", regexp.MustCompile(`customer_fields(\["|\..*[A-Z ])`), nothing, anything, "fields are written by machine name, not by label (BON-TYPE-04)"},
	{"bonify", regexp.MustCompile(`^customers$`), list, nothing, "what is written stands in a list called customers (BON-PUT-01)"},
	{"bonify", regexp.MustCompile(`^customers\[\d+\]\.[a-z_]+$`), nothing, anything, "what was read and not changed is not to be written (BON-PUT-08)"},
	{"cartfunnel", regexp.MustCompile(`^customer$`), object, nothing, "attributes stand inside the member customer (CFN-BODY-01)"},
	{"cartfunnel", regexp.MustCompile(`^customer\.tag_list$`), quoted, list, "tag_list is one text, parted by commas (CFN-BODY-03)"},
	{"cartfunnel", regexp.MustCompile(`^customer\.tags$`), nothing, anything, "tags are written as tag_list (CFN-BODY-03)"},
	{"cartfunnel", regexp.MustCompile(`^customer\.(id|created_at|updated_at|persisted|errors|last_order_id|[a-z_]*_cents|[a-z_]*_count)$`), nothing, anything, "what was read is not to be sent back (CFN-BODY-05)"},
	{"fluidpay", anything, regexp.MustCompile(`^(true|false)$`), inQuotes, "flags are JSON booleans (FLP-CRE-05)"},
	{"fluidpay", anything, regexp.MustCompile(`^false$`), nothing, "a flag that is false is sent too (FLP-PRD-01)"},
	{"fluidpay", regexp.MustCompile(`(^|\.)price$`), number1, fraction, "prices are whole cents (FLP-PRD-02)"},
	{"fluidpay", regexp.MustCompile(`(^|\.)products\[\d+\]$`), quoted, object, "products of a cart are written as ids (FLP-UPD-01)"},
	{"cartly", regexp.MustCompile(`^events$`), list, quoted, "events are a list (CLY-HOOK-01)"},
	{"cartly", regexp.MustCompile(`^(order|customer|product|discount|webhook)$`), nothing, object, "the body is the bare object (CLY-CUS-02)"},
	{"", anything, quoted, regexp.MustCompile(`Ã.|Â.`), "UTF-8 was read as Latin-1 (GEN-UTF8-01)"},
}

// trapped tells which trap a difference is, "" for none.
func trapped(api string, d difference) string {
	for _, t := range traps {
		if (t.api == "" || t.api == api) && t.path.MatchString(d.path) && t.want.MatchString(d.want) && t.got.MatchString(d.got) {
			return t.note
		}
	}
	return ""
}

// checks are the ids of the checks about what a request has beside its body, by
// API.
var checks = map[string]struct{ url, verb, wait, auth string }{
	"bonify":     {"BON-URL-01", "BON-PUT-01", "BON-RATE-02", "BON-AUTH-01"},
	"cartfunnel": {"CFN-URL-01", "CFN-VERB-01", "GEN-WAIT-01", "CFN-AUTH-01"},
	"cartly":     {"CLY-VERB-01", "CLY-VERB-01", "GEN-WAIT-01", "CLY-AUTH-01"},
	"cscart":     {"CSC-URL-01", "CSC-VERB-01", "GEN-WAIT-01", "CSC-AUTH-01"},
	"fluidpay":   {"FLP-URL-01", "FLP-VERB-01", "GEN-WAIT-01", "FLP-AUTH-01"},
}

// traps are sentences about what the request itself shows to be wrong, where no
// request before it explains it.
func (m *mismatch) traps(prog *program, api fake.API) []string {
	ids := checks[prog.api.name]
	r, base := m.request, prog.api.base
	if strings.Contains(r.path, "//") {
		return []string{"The path has two slashes in a row: the base URL may be given with one at its end.   see " + ids.url}
	}
	if base != "" && !strings.HasPrefix(r.path, base+"/") {
		return []string{"The path does not begin with that of the base URL, " + base + ".   see " + ids.url}
	}
	if prog.api.name == "cartfunnel" && !strings.HasSuffix(r.path, ".json") {
		return []string{"Every path of this API ends in .json.   see " + ids.url}
	}
	for _, c := range m.near {
		f := c.fitting
		switch {
		case !c.ahead:
		case f.waited != "" && f.equal() && strings.Contains(f.waited, "too early"):
			return []string{"A client that is told to wait has to, and one that is not has to pause before it asks", "again.   see " + ids.wait}
		case f.has("path") && !f.has("method") && c.step.method != "GET" && r.method != "GET" && opOf(api, r.method, r.path) == "":
			return []string{"The document has " + c.step.method + " here, and no " + r.method + ".   see " + ids.verb}
		case f.has("path") && f.has("method") && blankForPlus(f.diffs):
			return []string{"A plus in a query stands for a blank: what a cursor or a filter holds is to be escaped.   see " + map[bool]string{true: "BON-PAGE-02", false: "GEN-UTF8-01"}[prog.api.name == "bonify"]}
		}
	}
	return nil
}

// blankForPlus tells whether a parameter came with blanks where a plus is wanted.
func blankForPlus(diffs []difference) bool {
	return slices.ContainsFunc(diffs, func(d difference) bool {
		return strings.HasPrefix(d.path, "query ") && d.want != d.got && strings.Contains(d.got, " ") && strings.ReplaceAll(d.got, " ", "+") == d.want
	})
}

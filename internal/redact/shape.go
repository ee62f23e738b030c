package redact

import (
	"math"
	"regexp"
	"strings"
	"unicode"
)

// The measure of a word that looks like chance, see the package's words on
// shapes.
const (
	longWord     = 24
	leastBits    = 3.0
	leastChanges = 0.25
)

var (
	scheme = regexp.MustCompile(`(?i)\b(?:bearer|basic|token|apikey)[ \t]+([A-Za-z0-9._~+/-]{8,}=*)`)
	jwt    = regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*`)
	pem    = regexp.MustCompile(`(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)`)
	vendor = regexp.MustCompile(`\b(?:(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{8,}|gh[pousr]_[A-Za-z0-9]{20,}|xox[abprs]-[A-Za-z0-9-]{10,}|` +
		`AKIA[0-9A-Z]{16}|shp(?:at|ca|pa|ss)_[0-9A-Fa-f]{16,}|AIza[0-9A-Za-z_-]{30,})`)
	word = regexp.MustCompile(`[A-Za-z0-9+/_-]{24,}=*`)
	uuid = regexp.MustCompile(`(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	ulid = regexp.MustCompile(`^(?:[a-z]{2,8}_)?[0-7][0-9A-HJKMNP-TV-Z]{25}$`)
	// Before a word that is left alone: what is named a hash, a number of a
	// request, or the payload of a data URL.
	harmless = regexp.MustCompile(`(?i)(?:(?:hash|digest|checksum|md5|sha1|sha256|sha512|etag|request-?id|correlation-?id|trace-?id|traceparent)["']?\s*[:=]\s*(?:W/)?["']?|;base64,)$`)
)

// findShapes looks for what has the form of a credential. The name is that of
// the field whose text it is, "" if there is none.
func (r *Rules) findShapes(v view, name string, f *finds) {
	for _, s := range r.shapes {
		for _, at := range s.form.FindAllSubmatchIndex(v.text, -1) {
			from, to := at[0], at[1]
			if len(at) > 2 && at[2] >= 0 {
				from, to = at[2], at[3]
			}
			if s.unless == nil || !s.unless(v.text[from:to]) {
				f.mark(v, from, to, s.id)
			}
		}
	}
	if !r.on("shapes.5") || hashName(name) || r.vendor.cursor(name) {
		return
	}
	for _, at := range word.FindAllIndex(v.text, -1) {
		if chance(string(v.text[at[0]:at[1]])) && !r.excused(v.text[:at[0]]) {
			f.mark(v, at[0], at[1], "shapes.5")
		}
	}
}

// excused looks at what stands before a word.
func (r *Rules) excused(before []byte) bool {
	before = before[max(0, len(before)-40):]
	return harmless.Match(before) || r.vendor.cursorBefore != nil && r.vendor.cursorBefore.Match(before)
}

// A shape is a rule that knows a form.
type shape struct {
	id     string
	form   *regexp.Regexp
	unless func([]byte) bool
}

var generalShapes = []shape{
	{"shapes.1", scheme, func(word []byte) bool { return !credible(string(word)) }},
	{"shapes.2", jwt, nil},
	{"shapes.3", pem, nil},
	{"shapes.4", vendor, nil},
}

// credible tells a credential after a scheme from the next word of a sentence:
// it has a digit, or letters of both cases that change often.
func credible(word string) bool {
	changes, letters := classChanges(word)
	return strings.ContainsFunc(word, unicode.IsDigit) || letters >= 16 && float64(changes) >= leastChanges*float64(letters-1)
}

// chance tells whether a word looks as if it had been drawn at random.
func chance(word string) bool {
	word = uuid.ReplaceAllString(strings.TrimRight(word, "="), "")
	if len(word) < longWord || ulid.MatchString(word) {
		return false
	}
	changes, counted := classChanges(word)
	if counted < longWord || !strings.ContainsFunc(word, unicode.IsLetter) {
		return false
	}
	least := leastChanges
	if strings.IndexFunc(word, unicode.IsDigit) < 0 {
		least = 0.4
	}
	return float64(changes) >= least*float64(counted-1) && bits(word) >= leastBits
}

// classChanges counts how often a word goes over between small letters, capital
// letters and digits, and how many of these it has. All else is passed over.
func classChanges(word string) (changes, counted int) {
	last := 0
	for _, c := range []byte(word) {
		class := 0
		switch {
		case 'a' <= c && c <= 'z':
			class = 1
		case 'A' <= c && c <= 'Z':
			class = 2
		case '0' <= c && c <= '9':
			class = 3
		default:
			continue
		}
		if counted > 0 && class != last {
			changes++
		}
		last = class
		counted++
	}
	return changes, counted
}

// bits is the entropy of a word by the frequency of its characters, for each.
func bits(word string) float64 {
	var count [256]float64
	for _, c := range []byte(word) {
		count[c]++
	}
	sum := 0.0
	for _, n := range count {
		if n > 0 {
			p := n / float64(len(word))
			sum -= p * math.Log2(p)
		}
	}
	return sum
}

// hashName tells whether a field says of itself that it holds a hash, or the
// number of a request.
func hashName(name string) bool {
	n := plainName(name)
	for _, end := range []string{"hash", "digest", "checksum", "md5", "sha1", "sha256", "sha512", "etag", "requestid", "correlationid", "traceid", "traceparent"} {
		if strings.HasSuffix(n, end) {
			return true
		}
	}
	return false
}

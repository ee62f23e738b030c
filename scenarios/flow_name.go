package scenarios

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// wrappers are names of members that say nothing about what is in them.
var wrappers = []string{"data", "result", "results", "item", "items", "record", "records", "response", "payload", "object", "list", "rows", "row", "attributes", "entries", "node", "nodes", "edges"}

var notInNames = regexp.MustCompile(`[^A-Za-z0-9_-]+`)

// recordOf tells whose value a leaf is, and how it is called there: customer_id of
// an order is the id of a customer.
func (f *flow) recordOf(l leaf) (noun, key string) {
	key = strings.Trim(notInNames.ReplaceAllString(l.key, "-"), "-_")
	if key == "" || !isName(key) {
		key = "value"
	}
	if idKey.MatchString(l.key) && !ownKey.MatchString(l.key) {
		for _, end := range []string{"_ids", "_id", "-id", "Ids", "IDs", "Id", "ID"} {
			if of, ok := strings.CutSuffix(key, end); ok && isName(of) {
				return strings.ToLower(of), "id"
			}
		}
	}
	return f.nounOf(l.parent), key
}

// nounOf is what a record is called by its place: customers[0] is a customer. What
// only wraps it, and the document itself, are called after the operation.
func (f *flow) nounOf(parent string) string {
	segs := strings.FieldsFunc(parent, func(c rune) bool { return c == '.' || c == '[' || c == ']' })
	for _, seg := range slices.Backward(segs) {
		if strings.Trim(seg, "0123456789") == "" || slices.Contains(wrappers, strings.ToLower(seg)) {
			continue
		}
		if seg = singular(strings.ToLower(seg)); isName(seg) {
			return seg
		}
	}
	return f.noun
}

// owner names the record that a leaf is in.
func (f *flow) owner(l leaf) string { return fmt.Sprintf("%d %s", f.index, l.parent) }

func singular(word string) string {
	switch {
	case strings.HasSuffix(word, "ies") && len(word) > 4:
		return word[:len(word)-3] + "y"
	case strings.HasSuffix(word, "sses"), strings.HasSuffix(word, "xes"):
		return word[:len(word)-2]
	case strings.HasSuffix(word, "s") && !strings.HasSuffix(word, "ss") && !strings.HasSuffix(word, "us") && len(word) > 2:
		return word[:len(word)-1]
	}
	return word
}

var camel = regexp.MustCompile(`[A-Z]+[a-z0-9]*`)

// opWords cuts the name of an operation: CreateCustomer is create and customer.
func opWords(op string) []string {
	words := camel.FindAllString(op, -1)
	for i := range words {
		words[i] = strings.ToLower(words[i])
	}
	return words
}

// opNoun is what an operation is about, "record" where that is not known.
func opNoun(op, path string) string {
	if words := opWords(op); len(words) > 1 {
		return singular(strings.Join(words[1:], "-"))
	}
	for _, seg := range slices.Backward(strings.Split(path, "/")) {
		seg, _, _ = strings.Cut(seg, ".")
		if seg = strings.ToLower(seg); isName(seg) && strings.Trim(seg, "abcdefghijklmnopqrstuvwxyz_-") == "" {
			return singular(seg)
		}
	}
	return "record"
}

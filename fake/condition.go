package fake

import (
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"

	"github.com/tidwall/gjson"
)

// A Condition compares what a gjson path finds in a JSON text with a value:
// {"customers.#", "==", "3"}.
type Condition struct{ Path, Op, Value string }

var operators = []string{"==", "!=", "<=", ">=", "<", ">", "~"}

// ParseCondition reads "customers.# == 3". The path may hold blanks inside its
// brackets; the value is all that follows the operator.
func ParseCondition(text string) (Condition, error) {
	depth, quoted, escaped := 0, false, false
	for i := range len(text) {
		if quoted { // in brackets: what is between quotes is no bracket
			quoted = escaped || text[i] != '"'
			escaped = !escaped && text[i] == '\\'
			continue
		}
		switch text[i] {
		case '"':
			quoted = depth > 0
		case '(', '[':
			depth++
		case ')', ']':
			depth--
		case ' ':
			if depth > 0 {
				continue
			}
			op, value, _ := strings.Cut(strings.TrimLeft(text[i:], " "), " ")
			c := Condition{text[:i], op, strings.TrimSpace(value)}
			return c, c.check()
		}
	}
	return Condition{}, fmt.Errorf("condition %q: want PATH OP VALUE", text)
}

func (c Condition) check() error {
	switch {
	case c.Path == "":
		return fmt.Errorf("condition %q: no path", c)
	case !slices.Contains(operators, c.Op):
		return fmt.Errorf("condition %q: unknown operator %q; there are %s", c, c.Op, strings.Join(operators, " "))
	case c.Op == "~":
		if _, err := regexp.Compile(c.Value); err != nil {
			return fmt.Errorf("condition %q: %w", c, err)
		}
	case strings.ContainsAny(c.Op, "<>"):
		if _, ok := new(big.Rat).SetString(c.Value); !ok {
			return fmt.Errorf("condition %q: %s compares numbers", c, c.Op)
		}
	}
	return nil
}

// String is the form that ParseCondition reads.
func (c Condition) String() string { return c.Path + " " + c.Op + " " + c.Value }

// Holds tells whether the condition is true of a JSON text.
func (c Condition) Holds(json []byte) bool {
	_, holds := c.Find(json)
	return holds
}

// Find gives what the path finds, as text, and whether the condition holds of
// it. What is not there equals nothing, so only != holds of it. A string is
// compared by its contents, anything else by its JSON text; numbers by value.
func (c Condition) Find(json []byte) (found string, holds bool) {
	r := gjson.GetBytes(json, c.Path)
	found = r.Raw
	if r.Type == gjson.String {
		found = r.Str
	}
	if found == "" && r.Type == gjson.Number { // of the path #
		found = r.String()
	}
	return found, c.compare(found, r.Exists(), r.Type == gjson.Number)
}

func (c Condition) compare(found string, exists, number bool) bool {
	if !exists {
		return c.Op == "!="
	}
	if c.Op == "~" {
		re, err := regexp.Compile(c.Value)
		return err == nil && re.MatchString(found)
	}
	order := strings.Compare(found, c.Value)
	a, isNumber := new(big.Rat).SetString(found)
	b, alsoNumber := new(big.Rat).SetString(c.Value)
	if isNumber && alsoNumber && (number || strings.ContainsAny(c.Op, "<>")) {
		order = a.Cmp(b)
	} else if strings.ContainsAny(c.Op, "<>") {
		return false
	}
	switch c.Op {
	case "==":
		return order == 0
	case "!=":
		return order != 0
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	default:
		return order >= 0
	}
}

package bonify

import "slices"

// The operators ("GET Filters Query Parameter").
const (
	opContains    = "contains"
	opNotContains = "not_contains"
	opEmpty       = "empty"
	opNotEmpty    = "not_empty"
	opEquals      = "equals"
	opNotEquals   = "not_equals"
	opGreater     = "gt"
	opLess        = "lt"
)

var operators = []string{opContains, opNotContains, opEmpty, opNotEmpty, opEquals, opNotEquals, opGreater, opLess}

// A kind is what values a filter field has. It decides which operators
// there are and how values are read (reading BF-14).
type kind string

// The kinds. A count is a number that is always there.
const (
	textual kind = "text"
	word    kind = "word"
	count   kind = "count"
	figure  kind = "number" // of a custom field
	date    kind = "date"
	boolean kind = "boolean"
	tagged  kind = "tags"
)

// available are the operators of each kind.
var available = map[kind][]string{
	textual: {opContains, opNotContains, opEmpty, opNotEmpty, opEquals, opNotEquals},
	word:    {opEmpty, opNotEmpty, opEquals, opNotEquals},
	count:   {opEquals, opNotEquals, opGreater, opLess},
	figure:  {opEmpty, opNotEmpty, opEquals, opNotEquals, opGreater, opLess},
	date:    {opEmpty, opNotEmpty, opEquals, opNotEquals, opGreater, opLess},
	boolean: {opEquals, opNotEquals},
	tagged:  {opContains, opNotContains, opEmpty, opNotEmpty, opEquals, opNotEquals},
}

// A condition is a filter that was understood. It must hold for a customer to be
// listed.
type condition struct {
	holds func(*Customer) bool

	index, key string // those for whom it holds stand here; "": no index serves
	byID       bool   // it holds for nobody but id
	id         int64
	dated      bool // it holds for nobody outside these seconds of UpdatedAt
	from, to   int64
	loose      bool // an unquoted equals of a text
}

// understand makes a condition of a filter. What is wrong with the filter is a
// sentence of the API: the first of form, field, operator, operator for this
// field, value missing, form and kind of the value.
func (t *Shop) understand(p phrase) (u condition, wrong string) {
	if !p.barred {
		return u, "invalid filter: " + p.text
	}
	a, known := t.attribute(p.field)
	valueless := p.operator == opEmpty || p.operator == opNotEmpty
	switch {
	case !known:
		return u, "unknown filter field: " + p.field
	case !slices.Contains(operators, p.operator):
		return u, "unknown filter operator: " + p.operator
	case !slices.Contains(available[a.kind], p.operator):
		return u, "operator " + p.operator + " is not available for " + p.field
	case !valueless && !p.valued:
		return u, "filter value is missing: " + p.field
	case p.torn || valueless && p.valued:
		return u, "invalid filter: " + p.text
	}
	if valueless {
		return negateIf(p.operator == opNotEmpty, condition{holds: a.empty()}), ""
	}
	u, ok := a.condition(p.operator, p.value, p.quoted)
	if !ok {
		return u, "invalid filter value: " + p.field
	}
	return u, ""
}

// negateIf is the condition, or its opposite, which no index serves.
func negateIf(negated bool, u condition) condition {
	if !negated {
		return u
	}
	holds := u.holds
	return condition{holds: func(c *Customer) bool { return !holds(c) }}
}

// condition compares the attribute with a value. ok is false where the value is
// not of the attribute's kind.
func (a attribute) condition(operator, value string, quoted bool) (u condition, ok bool) {
	switch a.kind {
	case textual, tagged:
		return a.textCondition(operator, value, quoted), true
	case word:
		folded, get := fold(value), a.text
		u.holds = func(c *Customer) bool { return equalFolded(get(c), folded) }
		return negateIf(operator == opNotEquals, u), true
	case boolean:
		want, get := value == "true", a.flag
		if !want && value != "false" {
			return u, false
		}
		u.holds = func(c *Customer) bool { return get(c) == want }
		return negateIf(operator == opNotEquals, u), true
	case count, figure:
		d, ok := readDecimal(value)
		if !ok {
			return u, false
		}
		if a.kind == count {
			return a.countCondition(operator, d), true
		}
		return a.figureCondition(operator, d), true
	}
	m, ok := readMoment(value)
	if !ok {
		return u, false
	}
	return a.dateCondition(operator, m), true
}

// textCondition is one on texts, or on tags, of which some must fit. Quotes make
// a difference to equals alone (reading BF-12).
func (a attribute) textCondition(operator, value string, quoted bool) (u condition) {
	folded := fold(value)
	fits := containsFolded
	equals := operator == opEquals || operator == opNotEquals
	switch {
	case equals && quoted:
		fits = equalFolded
		if folded != "" {
			u.index, u.key = a.indexed(folded)
		}
	case equals:
		fits = wordsFolded
		u.loose = operator == opEquals
	}
	if get := a.text; a.kind == textual {
		u.holds = func(c *Customer) bool { return fits(get(c), folded) }
	} else {
		u.holds = func(c *Customer) bool {
			for _, tag := range c.Tags {
				if fits(tag, folded) {
					return true
				}
			}
			return false
		}
	}
	return negateIf(operator == opNotEquals || operator == opNotContains, u)
}

// countCondition is one on a whole number, which may count hundredths.
func (a attribute) countCondition(operator string, d decimal) (u condition) {
	if a.hundredths {
		d = d.hundredfold()
	}
	get := a.count
	below, above, off := d.bounds()
	switch operator {
	case opGreater:
		u.holds = func(c *Customer) bool { return off < 0 || get(c) > below }
		return u
	case opLess:
		u.holds = func(c *Customer) bool { return off > 0 || get(c) < above }
		return u
	}
	equal := off == 0 && below == above
	u.holds = func(c *Customer) bool { return equal && get(c) == below }
	if a.isID && equal {
		u.byID, u.id = true, below
	}
	return negateIf(operator == opNotEquals, u)
}

// figureCondition is one on the text of a custom field that holds numbers. One
// that is none fits nothing but not_equals.
func (a attribute) figureCondition(operator string, d decimal) (u condition) {
	get := a.text
	u.holds = func(c *Customer) bool {
		has, ok := readDecimal(get(c))
		return ok && decided(operator, has.compare(d))
	}
	return negateIf(operator == opNotEquals, u)
}

// decided reads the result of a comparison by the operator; that of not_equals
// is turned round later.
func decided(operator string, c int) bool {
	switch operator {
	case opGreater:
		return c > 0
	case opLess:
		return c < 0
	}
	return c == 0
}

// dateCondition is one on moments. An unset one fits nothing but not_equals; of
// several, one must fit.
func (a attribute) dateCondition(operator string, m moment) (u condition) {
	var fits func(second int64) bool
	switch operator {
	case opGreater:
		fits = func(second int64) bool { return second > m.second }
	case opLess:
		fits = func(second int64) bool { return second < m.second || second == m.second && m.fraction }
	default:
		fits = func(second int64) bool { return m.second <= second && second <= m.last }
	}
	switch get := a.dates; {
	case get != nil:
		u.holds = func(c *Customer) bool {
			for _, t := range get(c) {
				if !t.IsZero() && fits(t.Unix()) {
					return true
				}
			}
			return false
		}
	case a.text != nil:
		text := a.text
		u.holds = func(c *Customer) bool {
			has, ok := readMoment(text(c))
			return ok && fits(has.second)
		}
	default:
		one := a.date
		u.holds = func(c *Customer) bool {
			t := one(c)
			return !t.IsZero() && fits(t.Unix())
		}
	}
	if a.isUpdated {
		u.dated = true
		u.from, u.to = m.seconds(operator)
	}
	return negateIf(operator == opNotEquals, u)
}

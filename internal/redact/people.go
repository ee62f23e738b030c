package redact

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// A part is something of a person that has a stand-in.
type part int

const (
	partNone part = iota
	partEmail
	partTag // behind the plus of an address
	partLast
	partFirst
	partFull
	partLogin
	partPhone
	partStreet
	partCity
	partCode // the postcode
	partCompany
	partIP
	partBirth
	partCursor
	parts
)

// people remembers which stand-in a text has got. Equal texts have equal ones,
// letter case and outer blanks aside, and different texts have different ones:
// what could be joined still can.
type people struct {
	number [parts]map[string]int // by the text in its plain form
	taken  [parts]map[int]bool
	last   int               // the greatest number given away or met
	texts  map[string]remark // what is also looked for within other texts
	order  []string          // of texts
	begins map[start][]int   // places in the order, by how the texts begin
}

// shortestRemark is the length of the shortest text that is looked for within
// others, and start how such a text begins.
const shortestRemark = 6

type start [shortestRemark]byte

// A remark is a text of a person that is told apart even in a sentence.
type remark struct {
	part part
	rule string
}

func newPeople() *people {
	p := &people{texts: map[string]remark{}, begins: map[start][]int{}}
	for i := range p.number {
		p.number[i] = map[string]int{}
		p.taken[i] = map[int]bool{}
	}
	return p
}

// numberOf gives the number of a text, a preferred one if the text is new and
// that number is free.
func (p *people) numberOf(of part, plain string, preferred int) int {
	if n := p.number[of][plain]; n > 0 {
		return n
	}
	n := preferred
	if n == 0 || p.taken[of][n] {
		n = p.last + 1
	}
	for p.taken[of][n] {
		n++
	}
	p.number[of][plain] = n
	p.met(of, n)
	return n
}

// met takes note of a stand-in that came in: nobody else gets its number.
func (p *people) met(of part, n int) {
	p.taken[of][n] = true
	if of != partTag && of != partCursor { // which have numbers of their own
		p.last = max(p.last, n)
	}
}

// A detail is one text of one person.
type detail struct {
	part part
	rule string
	text string
}

// record gives the details of one person their numbers, the same one for all of
// them as far as they are new.
func (p *people) record(details []detail) {
	n := p.personOf(details)
	var first, last detail
	slices.SortStableFunc(details, func(a, b detail) int { return int(a.part - b.part) })
	for _, d := range details {
		p.learn(d, n)
		switch d.part {
		case partFirst:
			first = d
		case partLast:
			last = d
		}
	}
	if first.text != "" && last.text != "" {
		p.remember(partFull, first.rule, first.text+" "+last.text)
	}
}

// personOf gives the number that the details of a person are to have: that of
// the address, else the one on which all agree that are known, else a new one.
func (p *people) personOf(details []detail) int {
	agreed, address := 0, false
	for _, d := range details {
		n := p.number[d.part][plainText(d.part, d.text)]
		switch d.part {
		case partEmail:
			if n > 0 {
				return n
			}
			address = true
		case partFirst, partLast, partPhone:
			if agreed != 0 && n != 0 && n != agreed {
				return p.last + 1
			}
			agreed = max(agreed, n)
		}
	}
	if agreed == 0 || address && p.taken[partEmail][agreed] {
		return p.last + 1
	}
	return agreed
}

// learn gives a detail its number.
func (p *people) learn(d detail, preferred int) {
	if n, is := p.standsIn(d.part, d.text); is || blank(d.text) {
		p.met(d.part, n)
		return
	}
	plain := plainText(d.part, d.text)
	switch d.part {
	case partEmail:
		p.email(d.text, preferred)
	case partFull:
		p.full(d.text, preferred)
		p.remember(d.part, d.rule, d.text)
	case partBirth:
	case partPhone, partStreet:
		p.remember(d.part, d.rule, d.text)
		if plain != "" {
			p.numberOf(d.part, plain, preferred)
		}
	default:
		p.numberOf(d.part, plain, preferred)
	}
}

// remember keeps a text that is looked for in sentences too: two names, a
// number with seven digits, a street with a number.
func (p *people) remember(of part, rule, text string) {
	text = strings.ToLower(strings.Join(strings.Fields(text), " "))
	digits := strings.Count(strings.Map(func(c rune) rune {
		if unicode.IsDigit(c) {
			return '0'
		}
		return -1
	}, text), "0")
	tells := of == partFull && strings.Contains(text, " ") && len(text) >= shortestRemark ||
		of == partPhone && digits >= 7 || of == partStreet && digits > 0 && len(text) >= 8
	if _, is := p.standsIn(of, text); !tells || is || p.texts[text] != (remark{}) {
		return
	}
	p.texts[text] = remark{of, rule}
	begin := start([]byte(text))
	p.begins[begin] = append(p.begins[begin], len(p.order))
	p.order = append(p.order, text)
}

// within lists, by their places in the order, the texts that may stand in another:
// that costs the same however many people are known.
func (p *people) within(folded []byte) (places []int) {
	for at := 0; at+shortestRemark <= len(folded); at++ {
		if found := p.begins[start(folded[at:])]; found != nil {
			places = append(places, found...)
		}
	}
	slices.Sort(places)
	return slices.Compact(places)
}

// standIn is what is written instead of a text of a person.
func (p *people) standIn(of part, text string) string {
	if n, is := p.standsIn(of, text); is {
		if n > 0 {
			p.met(of, n)
		}
		return text
	}
	inner := strings.TrimSpace(text)
	if inner == "" || inner == mark {
		return text
	}
	before, after, _ := strings.Cut(text, inner)
	return before + p.instead(of, inner) + after
}

func (p *people) instead(of part, text string) string {
	number := func() int { return p.numberOf(of, plainText(of, text), 0) }
	switch of {
	case partEmail:
		return p.email(text, 0)
	case partFull:
		return p.full(text, 0)
	case partFirst, partLast, partCity, partCompany, partLogin:
		if strings.Contains(text, "@") {
			return p.email(text, 0)
		}
		return like(text, fmt.Sprintf(standInForms[of], number()))
	case partStreet:
		return like(text, fmt.Sprintf("%d Example Street", number()))
	case partCode:
		return fmt.Sprintf("000%02d", number())
	case partPhone:
		return p.phone(text)
	case partIP:
		return p.address(text)
	case partBirth:
		return birth(text)
	}
	return text
}

var standInForms = map[part]string{partFirst: "First%d", partLast: "Last%d", partCity: "City%d", partCompany: "Company%d", partLogin: "login%d"}

// full is the stand-in of a whole name, made of those of a first and of a last
// name, so that it agrees with fields that have these alone.
func (p *people) full(text string, preferred int) string {
	first, last, between := p.splitName(text)
	if first == "" && p.number[partLast][plainText(partLast, last)] == 0 {
		first, last = last, ""
	}
	if preferred == 0 {
		preferred = cmp.Or(p.number[partLast][plainText(partLast, last)], p.number[partFirst][plainText(partFirst, first)], p.last+1)
	}
	one := func(of part, word string) string {
		if n, is := p.standsIn(of, word); is || word == "" {
			p.met(of, n)
			return word
		}
		return like(word, fmt.Sprintf(standInForms[of], p.numberOf(of, plainText(of, word), preferred)))
	}
	first, last = one(partFirst, first), one(partLast, last)
	if between == ", " {
		first, last = last, first
	}
	return strings.TrimSpace(first + between + last)
}

// splitName takes a whole name apart: the last name is what is known as one at
// its end, else its last word, or what stands before a comma.
func (p *people) splitName(text string) (first, last, between string) {
	if last, first, ok := strings.Cut(text, ","); ok && !blank(last) && !blank(first) {
		return strings.TrimSpace(first), strings.TrimSpace(last), ", "
	}
	words := strings.Fields(text)
	if len(words) == 0 {
		return "", "", ""
	}
	end := len(words) - 1
	for i := 1; i < end; i++ {
		if p.number[partLast][plainText(partLast, strings.Join(words[i:], " "))] > 0 {
			end = i
			break
		}
	}
	return strings.Join(words[:end], " "), strings.Join(words[end:], " "), " "
}

// phone keeps the form of a number: its signs stay, its digits become zeros
// and the number of the stand-in.
func (p *people) phone(text string) string {
	plain := plainText(partPhone, text)
	if plain == "" {
		return text
	}
	n := fmt.Sprintf("%02d", p.numberOf(partPhone, plain, 0))
	digits := "000" + strings.Repeat("0", max(0, len(plain)-3-len(n))) + n
	if len(digits) > len(plain) {
		return digits
	}
	i := 0
	return strings.Map(func(c rune) rune {
		if !unicode.IsDigit(c) {
			return c
		}
		i++
		return rune(digits[i-1])
	}, text)
}

// integer is the stand-in of what is written as a JSON number.
func (p *people) integer(of part, text string) string {
	switch {
	case of == partBirth:
		return "0"
	case of != partPhone && of != partCode, strings.ContainsAny(text, ".eE-"):
		return text
	}
	if len(text) >= 8 && strings.HasPrefix(text, "10000") {
		n, _ := strconv.Atoi(text[5:min(len(text), 5+18)])
		p.met(of, min(n, mostNumber))
		return text
	}
	n := strconv.Itoa(p.numberOf(of, plainText(of, text), 0))
	return "10000" + strings.Repeat("0", max(0, max(8, len(text))-5-len(n))) + n
}

var date = regexp.MustCompile(`^\d{4}-\d\d-\d\d`)

// birth is the one day of birth that stand-ins have.
func birth(text string) string {
	switch {
	case date.MatchString(text):
		return "1970-01-01"
	case strings.Trim(text, "0123456789-") == "":
		return "0"
	}
	return mark
}

// like writes a stand-in in capitals or small letters, if all letters of the
// text are.
func like(text, standIn string) string {
	switch {
	case !strings.ContainsFunc(text, unicode.IsLetter):
		return standIn
	case strings.ToLower(text) == text:
		return strings.ToLower(standIn)
	case strings.ToUpper(text) == text && len([]rune(text)) > 1:
		return strings.ToUpper(standIn)
	}
	return standIn
}

// plainText is a text of a person as it is compared.
func plainText(of part, text string) string {
	switch of {
	case partEmail:
		local, _, domain := splitAddress(text)
		return strings.ToLower(local + "@" + domain)
	case partPhone:
		return strings.Map(func(c rune) rune {
			if unicode.IsDigit(c) {
				return c
			}
			return -1
		}, text)
	case partIP:
		if addr, ok := parseIP(text); ok {
			return addr.String()
		}
	}
	return strings.ToLower(strings.Join(strings.Fields(text), " "))
}

func blank(text string) bool { return emptyValue(strings.TrimSpace(text)) }

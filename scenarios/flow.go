package scenarios

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// flow follows values through a recording: which of those that the service told
// come back in a request or a delivery, and which differ from run to run. All of
// it happens to what has been redacted.
type flow struct {
	values  map[string]*told
	order   []*told
	sent    map[string]bool // what the client said before anybody had told it
	names   map[string]bool
	next    map[string]int    // the least number that may be free, by the word before it
	counts  map[string]int    // of records by noun
	owners  map[string]int    // number of a record, by where it stands
	alias   map[string]string // places of records that were seen before
	differs *differences      // nil: the recording was made once

	exported   bool            // by us: the client names people by their stand-ins
	toldPerson map[string]bool // stand-ins of whom the service told first

	// of the exchange that is looked at
	index int
	at    time.Time
	noun  string
}

// A told value is one that was met, by the service or by the client.
type told struct {
	sort
	text   string
	key    string
	noun   string // of the record that it belongs to
	owner  string // place of that record
	client bool   // the client has made it up
	where  string // for the trace
	back   []string
	again  int // places beyond the first, apart from back
	name   string
}

func newFlow() *flow {
	return &flow{values: map[string]*told{}, sent: map[string]bool{}, names: map[string]bool{}, next: map[string]int{}, counts: map[string]int{}, owners: map[string]int{}, alias: map[string]string{}, toldPerson: map[string]bool{}}
}

// tell takes note of a value of an answer or a delivery.
func (f *flow) tell(l leaf, where string) {
	text := l.text()
	if v := f.values[text]; v != nil {
		v.again++
		if v.own && ownKey.MatchString(l.key) {
			f.alias[f.owner(l)] = v.owner
		}
		return
	}
	if l.kind == '"' && f.tellAddress(l, where) {
		return
	}
	s, volatile := sortOf(l.key, text, l.number(), f.at)
	if f.differs.at(f.index, l.path) {
		s, volatile = s.surely(l, text), true
	}
	if !volatile || f.sent[text] {
		return
	}
	noun, key := f.recordOf(l)
	v := &told{sort: s, text: text, key: key, noun: noun, owner: f.owner(l), where: where + " " + l.path}
	if noun != f.nounOf(l.parent) {
		v.owner = noun + " " + text
	}
	f.values[text] = v
	f.order = append(f.order, v)
}

// surely is the sort of a value that two runs have shown to differ.
func (s sort) surely(l leaf, text string) sort {
	if s.typ == "" {
		switch {
		case l.number() && isDigits.MatchString(text):
			s.typ = "int"
		case isDigits.MatchString(text):
			s.typ = "digits"
		case isToken.MatchString(text):
			s.typ = "token"
		default:
			s.typ = "any"
		}
	}
	s.maybe, s.why = false, "two runs differ"
	return s
}

// tellAddress takes an address apart: what a client is sent on to, it asks for by
// the parts of it.
func (f *flow) tellAddress(l leaf, where string) bool {
	text := l.text()
	at := strings.IndexByte(text, '?')
	if at < 0 || strings.ContainsAny(text, " \n") || !strings.Contains(text, "://") && !strings.HasPrefix(text, "/") {
		return false
	}
	for _, p := range pairs(text[at+1:]) {
		if url.QueryEscape(p.value) == p.value {
			f.tell(leaf{&node{kind: '"', raw: strconv.Quote(p.value)}, l.path, l.parent, p.name}, where)
		}
	}
	f.again(text[:at])
	return true
}

// again counts the values that stand within a text of the service.
func (f *flow) again(text string) {
	for _, w := range wholeIDs.FindAllString(text, -1) {
		if v := f.values[w]; v != nil {
			v.again++
		}
	}
}

// ask takes note of a value of a request: it comes from an answer before, or the
// client has it from elsewhere.
func (f *flow) ask(key, text string, number bool, where string) {
	if f.comesBack(text, where) {
		return
	}
	if s, ok := sortOfSent(key, text, number, f.at); ok {
		v := &told{sort: s, text: text, key: key, noun: f.noun, owner: f.noun + " " + text, client: true, where: where}
		f.values[text] = v
		f.order = append(f.order, v)
		return
	}
	f.sent[text] = true
	if number {
		return
	}
	for _, w := range wholeIDs.FindAllString(text, -1) {
		if w != text && !f.comesBack(w, where) {
			f.sent[w] = true
		}
	}
}

// comesBack links a value to where it was told.
func (f *flow) comesBack(text, where string) bool {
	v := f.values[text]
	if v == nil {
		return false
	}
	if v.client {
		v.again++
	} else {
		v.back = append(v.back, where)
	}
	return true
}

// person takes note of the stand-in of somebody whom the client has named.
func (f *flow) person(key, standIn string, where string) {
	if f.values[standIn] != nil {
		return
	}
	typ := "any"
	name := plainKey(key)
	if at := strings.IndexByte(standIn, '@'); at > 0 && standIns.MatchString(standIn) {
		typ, name = "email", plainKey(standIn[:at])
	} else if standIns.FindString(standIn) == standIn && unicode.IsLetter(rune(standIn[0])) {
		name = plainKey(standIn)
	}
	v := &told{sort: sort{typ: typ, why: "somebody whom the client names"}, text: standIn, client: true, where: where}
	v.name = f.free(name)
	f.values[standIn] = v
	f.order = append(f.order, v)
}

// shown tells whether a value becomes a placeholder.
func (v *told) shown() bool { return v != nil && (!v.maybe || len(v.back) > 0) }

// named tells whether its placeholder needs a name.
func (v *told) named() bool {
	id := v.typ == "int" || v.typ == "uuid" || v.typ == "digits" || v.typ == "token"
	return v.name != "" || len(v.back) > 0 || v.own || v.again > 0 && (id || v.client)
}

// baptize gives names to the values that need one, in the order in which they
// were told.
func (f *flow) baptize() {
	for _, v := range f.order {
		if !v.shown() || !v.named() || v.name != "" {
			continue
		}
		if v.typ == "cursor" || v.noun == "" {
			v.name = f.numbered(v.key)
			continue
		}
		owner := v.owner
		if known, ok := f.alias[owner]; ok {
			owner = known
		}
		n := f.owners[owner]
		if n == 0 {
			f.counts[v.noun]++
			n = f.counts[v.noun]
			f.owners[owner] = n
		}
		v.name = f.free(v.noun + strconv.Itoa(n) + "." + v.key)
	}
}

// numbered is the first free name with a number: "cursor1".
func (f *flow) numbered(word string) string { return f.freeFrom(1, word) }

// freeFrom is the first free name of a word with a number behind it. Names are never
// given back, so that it goes on where it was the last time.
func (f *flow) freeFrom(least int, word string) string {
	for n := max(least, f.next[word]); ; n++ {
		if name := word + strconv.Itoa(n); !f.names[name] {
			f.names[name], f.next[word] = true, n+1
			return name
		}
	}
}

// free is a name, with a number behind it if it is taken.
func (f *flow) free(name string) string {
	if !f.names[name] {
		f.names[name] = true
		return name
	}
	return f.freeFrom(2, name+"-")
}

// placeholder is how a value stands in the file. In JSON it has its type, and a
// string of digits says that it is no number.
func (v *told) placeholder(inJSON, number bool) string {
	name := ""
	if v.named() {
		name = v.name
	}
	typ := v.typ
	switch {
	case typ == "int" && inJSON && !number:
		typ = "digits"
	case typ == "digits" && inJSON && number:
		typ = "int"
	case !inJSON && name != "" && !v.client:
		return v.prefix + "{{" + name + "}}"
	}
	return v.prefix + "{{" + name + ":" + typ + "}}"
}

// mark puts placeholders into a text.
func (f *flow) mark(text string, inJSON, number bool) string {
	if v := f.values[text]; v.shown() {
		return v.placeholder(inJSON, number)
	}
	if number || len(text) < shortestNumber {
		return text
	}
	within := func(word string) string {
		if v := f.values[word]; v.shown() && v.named() && (v.client || len(word) >= shortestWord || !inJSON) {
			return v.placeholder(inJSON, false)
		}
		return word
	}
	var b strings.Builder
	at := 0
	for _, m := range standIns.FindAllStringIndex(text, -1) {
		b.WriteString(wholeIDs.ReplaceAllStringFunc(text[at:m[0]], within))
		b.WriteString(within(text[m[0]:m[1]]))
		at = m[1]
	}
	b.WriteString(wholeIDs.ReplaceAllStringFunc(text[at:], within))
	return b.String()
}

// trace tells of each link why it was made, and between what.
func (f *flow) trace() string {
	var b strings.Builder
	for _, v := range f.order {
		switch {
		case !v.shown():
		case v.named():
			fmt.Fprintf(&b, "{{%s:%s}}  %s  %s", v.name, v.typ, v.where, v.why)
			for _, where := range v.back {
				fmt.Fprintf(&b, "\n    back in %s", where)
			}
			b.WriteByte('\n')
		default:
			fmt.Fprintf(&b, "{{:%s}}  %s  %s\n", v.typ, v.where, v.why)
		}
	}
	return b.String()
}

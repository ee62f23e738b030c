package scenarios

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// A value is what a placeholder stands for.
type value struct {
	text   string
	number bool // a number where it stands alone in JSON
}

// values are the names bound so far, and where the others come from.
type values struct {
	bound  map[string]value
	under  *values // of a fork: what was bound before it
	secret func(name string) string
	now    time.Time
	timeAs func(time.Time) string                    // the API's own form of a time
	cursor func(made [32]byte, now time.Time) string // and of a cursor
	types  map[string]string                         // of named placeholders, for where a name stands without
	seed   uint64
	made   int  // values that were made up
	tell   bool // what is made up is to be known again for what it is, by an import
}

// typ is the type of a placeholder, its own or that of its name.
func (v *values) typ(p *placeholder) (typ, arg string) {
	if p.typ != "" || p.name == "" {
		return p.typ, p.arg
	}
	typ, arg, _ = strings.Cut(v.types[p.name], " ")
	return typ, arg
}

// number tells whether the value of a placeholder is a number in JSON.
func (v *values) number(p *placeholder) bool {
	typ, _ := v.typ(p)
	return typ == "int" || typ == "unix"
}

// fork gives a copy to try a comparison with; keep takes it over.
func (v *values) fork() *values {
	c := *v
	c.bound, c.under = nil, v
	return &c
}

// keep takes over what was bound by a fork, or by a fork of one.
func (v *values) keep(fork *values) {
	if fork != v {
		v.keep(fork.under)
		for name, x := range fork.bound {
			v.bind(name, x)
		}
		v.made = fork.made
	}
}

// get is what a name is bound to.
func (v *values) get(name string) (value, bool) {
	for ; v != nil; v = v.under {
		if x, ok := v.bound[name]; ok {
			return x, true
		}
	}
	return value{}, false
}

func (v *values) bind(name string, x value) {
	if name != "" {
		if v.bound == nil {
			v.bound = map[string]value{}
		}
		v.bound[name] = x
	}
}

// known is the value of a placeholder that has one.
func (v *values) known(p *placeholder) (value, bool) {
	switch p.typ {
	case "secret":
		return value{text: v.secret(p.name)}, true
	case "now":
		return value{text: v.timeAs(v.now.Add(p.shift))}, true
	}
	x, ok := v.get(p.name)
	if ok && v.number(p) {
		x.number = true
	}
	if p.typ == "digits" { // a number elsewhere, a text here
		x.number = false
	}
	return x, ok && p.name != ""
}

// match compares a text with a template and binds what was not bound.
func (v *values) match(t template, text string) bool {
	if want, ok := t.literal(); ok {
		return want == text
	}
	re, free := v.regexp(t)
	if re == nil {
		return false
	}
	groups := re.FindStringSubmatch(text)
	if groups == nil {
		return false
	}
	for i, p := range free {
		got := groups[re.SubexpIndex("p"+strconv.Itoa(i))]
		if p.typ == "now" {
			if !sameTime(got, v.now.Add(p.shift)) {
				return false
			}
			continue
		}
		if x, ok := v.get(p.name); ok && p.name != "" && x.text != got {
			return false
		}
		v.bind(p.name, value{got, v.number(p)})
	}
	return true
}

// regexp is the template as a regular expression, with a group for each
// placeholder that has no value yet; nil if it is too large to be one.
func (v *values) regexp(t template) (*regexp.Regexp, []*placeholder) {
	var free []*placeholder
	b := strings.Builder{}
	b.WriteString("^")
	for _, p := range t {
		if p.ph == nil {
			b.WriteString(regexp.QuoteMeta(p.text))
			continue
		}
		if x, ok := v.known(p.ph); ok && p.ph.typ != "now" {
			b.WriteString(regexp.QuoteMeta(x.text))
			continue
		}
		typ, arg := v.typ(p.ph)
		expr := types[typ]
		switch typ {
		case "":
			expr = types["any"]
		case "now":
			expr = types["time"]
		case "regex":
			expr = "(?:" + arg + ")"
		}
		fmt.Fprintf(&b, "(?P<p%d>%s)", len(free), expr)
		free = append(free, p.ph)
	}
	b.WriteString("$")
	re, err := regexp.Compile(b.String())
	if err != nil {
		return nil, nil
	}
	return re, free
}

// sameTime tells whether a text is a time within a second of another.
func sameTime(text string, t time.Time) bool {
	got, err := time.Parse(time.RFC3339Nano, text)
	return err == nil && got.Sub(t).Abs() < time.Second
}

// render writes a template out. What is not bound gets a value from the seed.
func (v *values) render(t template) string {
	var b strings.Builder
	for _, p := range t {
		if p.ph == nil {
			b.WriteString(p.text)
		} else {
			b.WriteString(v.value(p.ph).text)
		}
	}
	return b.String()
}

// value is what a placeholder of an answer stands for.
func (v *values) value(p *placeholder) value {
	if x, ok := v.known(p); ok {
		return x
	}
	x := value{v.invent(p), v.number(p)}
	v.bind(p.name, x)
	return x
}

// invent makes a value up: the same one for the same seed, name and order.
func (v *values) invent(p *placeholder) string {
	v.made++
	typ, _ := v.typ(p)
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %s %s %d", v.seed, p.name, typ, v.made))
	r := rand.New(rand.NewPCG(binary.LittleEndian.Uint64(sum[:8]), binary.LittleEndian.Uint64(sum[8:16])))
	if text := v.recognizable(typ, r); v.tell && text != "" {
		return text
	}
	switch typ {
	case "int", "digits":
		return strconv.Itoa(100000 + r.IntN(900000))
	case "uuid":
		sum[6], sum[8] = sum[6]&0x0f|0x40, sum[8]&0x3f|0x80 // version 4
		return uuid.Must(uuid.FromBytes(sum[:16])).String()
	case "time":
		return v.timeAs(v.now)
	case "unix":
		return strconv.FormatInt(v.now.Unix(), 10)
	case "cursor":
		if v.cursor != nil {
			return v.cursor(sum, v.now)
		}
		return base64.StdEncoding.EncodeToString(sum[:16]) // with "=": a client must escape it
	case "email":
		return fmt.Sprintf("person%d@example.com", 1+r.IntN(99999))
	default:
		return hex.EncodeToString(sum[:16])
	}
}

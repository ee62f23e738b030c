package golden

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// A normaliser turns what a test got into what its golden holds. It belongs to
// one golden, so that a conversation shares one numbering.
type normaliser struct {
	*settings
	bare     bool   // aliases of numbers stand without quotes
	again    bool   // over its own output, where nothing need be found
	hit      []bool // by rule: has it matched
	names    aliases
	misfits  []string // values that are not of the kind of their alias
	withheld []string // secrets, to be looked for in the result
}

func (s *settings) normaliser(bare bool) *normaliser {
	return &normaliser{settings: s, bare: bare, hit: make([]bool, len(s.rules)), names: aliases{}}
}

// transcript normalises a conversation, or its responses and hooks alone.
func (n *normaliser) transcript(t Transcript, requests bool) Transcript {
	done := Transcript{Comment: t.Comment, Exchanges: slices.Clone(t.Exchanges)}
	for i := range done.Exchanges {
		x := &done.Exchanges[i]
		if requests {
			x.Request = n.request(x.Request)
		}
		x.Response = n.response(x.Response)
		x.Hooks = n.hooks(x.Hooks)
	}
	done.Hooks = n.hooks(t.Hooks)
	return done
}

func (n *normaliser) hooks(hooks []Hook) []Hook {
	hooks = slices.Clone(hooks)
	for i, h := range hooks {
		hooks[i] = Hook{h.Topic, n.request(h.Request), n.response(h.Answer)}
	}
	return hooks
}

func (n *normaliser) request(r Request) Request {
	r.Target, _ = n.replace(n.query(r.Target))
	r.Header = n.header(r.Header)
	r.Body = n.body(r.Body)
	return r
}

func (n *normaliser) response(r Response) Response {
	r.Header = n.header(r.Header)
	r.Body = n.body(r.Body)
	return r
}

// body normalises the body of a request or a response. What is no JSON object
// or array is a text.
func (n *normaliser) body(b []byte) []byte {
	root := parseTree(b)
	if root == nil || root.leaf() {
		text, ok := n.replace(string(b))
		if !ok {
			return b
		}
		return []byte(text)
	}
	return n.json(b, root)
}

// json normalises a document.
func (n *normaliser) json(b []byte, root *node) []byte {
	marked := n.mark(root)
	switch {
	case !n.wire:
		n.sort(root)
		b = root.writeCanonical(nil, "", n.shown)
	case marked:
		b = root.splice(nil, string(b), n.shown)
	}
	text, ok := n.replace(string(b))
	if !ok {
		return b
	}
	return []byte(text)
}

// mark notes on the nodes what is to be done with them. The first rule that
// names a value has it.
func (n *normaliser) mark(root *node) (marked bool) {
	for i := range n.rules {
		r := &n.rules[i]
		if !r.isBody() {
			continue
		}
		found, ok := root.find(r.words)
		n.hit[i] = n.hit[i] || ok
		for _, v := range found {
			marked = true
			switch {
			case r.action == sorted && v.kind == array:
				v.sort = true
			case r.action == sorted:
				n.misfit("%s: %s is no array", r, short(v.raw))
			case v.mark == nil:
				v.mark = r
			}
		}
	}
	return marked
}

// shown is what stands in the golden for a marked value.
func (n *normaliser) shown(v *node) (string, bool) {
	r := v.mark
	switch {
	case r == nil, r.action == redact && v.empty():
		return "", false
	case r.action == redact:
		v.leaves(func(l *node) { n.withhold(l.value) })
		return quote(present), true
	case v.null() || n.isAlias(v):
		return "", false
	case !v.leaf():
		n.misfit("%s: %s is no %s", r, short(v.raw), r.kind)
		return "", false
	}
	s := scalar{v.value, v.kind == numeral}
	l, ok := kinds[r.kind](s)
	if !ok || v.kind == literal {
		n.misfit("%s: %s is no %s", r, short(v.raw), r.kind)
		return "", false
	}
	token := n.names.token(string(r.kind), l.hidden, l.shape)
	if s.number && n.bare {
		return token, true
	}
	return quote(l.before + token + l.after), true
}

// isAlias reports whether a value is an alias already. Then it hides nothing:
// it is compared as it is.
func (n *normaliser) isAlias(v *node) bool {
	return n.again && v.kind == text && anyToken.MatchString(v.value)
}

// sort orders the arrays whose order does not count, the inner ones first.
// Aliased values count by their shape, for their numbers come from the order.
func (n *normaliser) sort(v *node) {
	for _, m := range v.members {
		n.sort(m.node)
	}
	if !v.sort {
		return
	}
	keys := map[*node]string{}
	for _, m := range v.members {
		probe := n.normaliser(n.bare) // sorting gives out no numbers of ours
		probe.again = n.again
		key, _ := probe.replace(string(m.writeCanonical(nil, "", probe.shown)))
		keys[m.node] = anyToken.ReplaceAllString(key, "<$1$3>")
	}
	slices.SortStableFunc(v.members, func(a, b member) int { return strings.Compare(keys[a.node], keys[b.node]) })
}

// splice replaces the marked values of a document in place.
func (n *node) splice(b []byte, doc string, shown func(*node) (string, bool)) []byte {
	done := 0
	var walk func(*node)
	walk = func(v *node) {
		if s, ok := shown(v); ok && v.mark != nil {
			b = append(append(b, doc[done:v.at]...), s...)
			done = v.at + len(v.raw)
			return
		}
		for _, m := range v.members {
			walk(m.node)
		}
	}
	walk(n)
	return append(b, doc[done:]...)
}

// header normalises header lines.
func (n *normaliser) header(fields []Field) []Field {
	var done []Field
	for _, f := range fields {
		left := true
		for i := range n.rules {
			r := &n.rules[i]
			if !r.isHeader(f.Name) {
				continue
			}
			n.hit[i] = true
			if left = r.action != remove; !left {
				break
			}
			f.Value = n.value(r, f.Value, true)
		}
		if left {
			f.Value, _ = n.replace(f.Value)
			done = append(done, f)
		}
	}
	return done
}

// query normalises the parameters of a target, and keeps their order.
func (n *normaliser) query(target string) string {
	path, query, ok := strings.Cut(target, "?")
	if !ok {
		return target
	}
	var done []string
	for part := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(part, "=")
		left := true
		for i := range n.rules {
			r := &n.rules[i]
			if plainName, err := url.QueryUnescape(name); r.place != inQuery || err != nil || plainName != r.key {
				continue
			}
			n.hit[i] = true
			if left = r.action != remove; !left {
				break
			}
			plain, err := url.QueryUnescape(value)
			if err != nil {
				plain = value
			}
			if shown := n.value(r, plain, false); shown != plain {
				part = name + "=" + shown
			}
		}
		if left {
			done = append(done, part)
		}
	}
	if len(done) == 0 {
		return path
	}
	return path + "?" + strings.Join(done, "&")
}

// value normalises a header value or a query parameter. In a target there is
// no room for a shape.
func (n *normaliser) value(r *rule, text string, shaped bool) string {
	switch {
	case text == "", n.again && (text == present || anyToken.MatchString(text)):
		return text
	case r.action == redact:
		n.withhold(text)
		return present
	}
	l, ok := kinds[r.kind](scalar{text: text})
	if !ok {
		n.misfit("%s: %q is no %s", r, short(text), r.kind)
		return text
	}
	if !shaped {
		l.shape = ""
	}
	return l.before + n.names.token(string(r.kind), l.hidden, l.shape) + l.after
}

// replace runs the regular expressions over a text.
func (n *normaliser) replace(text string) (string, bool) {
	some := false
	for i, r := range n.rules {
		if r.action != match {
			continue
		}
		done, found := n.names.replace(text, r)
		text = done
		n.hit[i], some = n.hit[i] || found, some || found
	}
	return text, some
}

func (n *normaliser) misfit(format string, args ...any) {
	m := fmt.Sprintf(format, args...)
	if !slices.Contains(n.misfits, m) {
		n.misfits = append(n.misfits, m)
	}
}

// leastSecret is how long a text must be to be looked for. Shorter ones stand
// in every file by chance.
const leastSecret = 6

// withhold notes a secret; of "Bearer abc…" the last word is one as well.
func (n *normaliser) withhold(value string) {
	for _, s := range []string{value, value[strings.LastIndexByte(value, ' ')+1:]} {
		if len(s) >= leastSecret && s != present && !slices.Contains(n.withheld, s) {
			n.withheld = append(n.withheld, s)
		}
	}
}

// check finds what is wrong with a normalised golden: options that did
// nothing, secrets that are still in it. It names no secret.
func (n *normaliser) check(golden []byte) error {
	for i, r := range n.rules {
		if !n.hit[i] && !n.again {
			return fmt.Errorf("%s matches nothing; a typo would switch it off", r)
		}
	}
	for _, s := range n.withheld {
		for _, spelling := range []string{
			s, url.QueryEscape(s), url.PathEscape(s),
			strings.Trim(quote(s), `"`), base64.StdEncoding.EncodeToString([]byte(s)),
		} {
			if at := bytes.Index(golden, []byte(spelling)); at >= 0 {
				return fmt.Errorf("line %d: a value that Secret hides elsewhere stands here too; nothing is shown or written", 1+bytes.Count(golden[:at], []byte("\n")))
			}
		}
	}
	return nil
}

package redact

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// looksLikeURL tells whether a whole text is an address with a query, or a
// target of a request.
func looksLikeURL(text string) bool {
	if strings.ContainsAny(text, " \t\r\n\"'<>") {
		return false
	}
	return strings.Contains(text, "?") && (strings.HasPrefix(text, "/") || strings.Contains(text, "://"))
}

// target redacts what stands behind a method: a path or a whole address, and a
// query. Parts of the path are gone over one by one.
func (r *Rules) target(target string) string {
	target, fragment, hasFragment := strings.Cut(target, "#")
	path, query, hasQuery := strings.Cut(target, "?")
	if hasQuery {
		r.learnForm(query)
	}
	before := ""
	if i := strings.Index(path, "://"); i >= 0 {
		before, path = path[:i+3], path[i+3:]
		if user, rest, ok := strings.Cut(path, "@"); ok && !strings.Contains(user, "/") && r.on("names.6") {
			if strings.Contains(user, ":") {
				user = mark + ":" + mark
			}
			before, path = before+user+"@", rest
		}
	}
	segments := strings.Split(path, "/")
	for i, s := range segments {
		segments[i] = r.text(s, "")
	}
	path = before + strings.Join(segments, "/")
	if hasQuery {
		path += "?" + r.form(query)
	}
	if hasFragment {
		path += "#" + r.form(fragment)
	}
	return path
}

var formBody = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.%\[\]-]*=[^&\s]*(?:&[A-Za-z_][A-Za-z0-9_.%\[\]-]*=[^&\s]*)*$`)

// fields takes a form or a query apart.
func fields(form string) []member {
	var members []member
	for pair := range strings.SplitSeq(form, "&") {
		name, value, _ := strings.Cut(pair, "=")
		members = append(members, member{unescape(name), unescape(value)})
	}
	return members
}

func unescape(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}

// learnForm takes note of the people and credentials of a form.
func (r *Rules) learnForm(form string) {
	members := fields(form)
	r.learnMembers(members, r.ownerOf(members, true))
}

// form redacts a form or a query: order, repetitions and escapes stay.
func (r *Rules) form(form string) string {
	in := r.ownerOf(fields(form), true)
	pairs := strings.Split(form, "&")
	for i, pair := range pairs {
		name, value, hasValue := strings.Cut(pair, "=")
		if !hasValue {
			pairs[i] = r.text(pair, "")
			continue
		}
		plain := unescape(name)
		pairs[i] = r.text(name, "") + "=" + r.param(value, plain, in)
	}
	return strings.Join(pairs, "&")
}

// param redacts the value of a parameter as it is written.
func (r *Rules) param(value, name string, in owner) string {
	m := r.meaningOf(name, in)
	plain := unescape(value)
	if rule := r.vendor.filters[name]; rule != "" && r.on(rule) {
		if other := r.filters(plain); other != plain {
			value = escapeLike(other, value)
		}
		return r.text(value, name)
	}
	if m.secret == "" && m.part == partNone {
		if other := r.cursor(strings.ReplaceAll(plain, " ", "+"), name); other != "" {
			return escapeLike(other, value)
		}
		return r.text(value, name)
	}
	other := r.value(plain, m)
	if other == plain {
		return value
	}
	return escapeLike(other, value)
}

// escapeLike writes a value for a query with the escapes that another had: a
// space as + or %20, and plain what was plain there.
func escapeLike(text, like string) string {
	out := url.QueryEscape(text)
	if !strings.Contains(like, "+") {
		out = strings.ReplaceAll(out, "+", "%20")
	}
	for _, sign := range []string{"@", "|", ",", ":", "/", `"`} {
		if strings.Contains(like, sign) {
			out = strings.ReplaceAll(out, url.QueryEscape(sign), sign)
		}
	}
	return out
}

// filters redacts people in filters on fields: first_name|equals|"Ann",email|...
func (r *Rules) filters(text string) string {
	var b strings.Builder
	at := 0
	for _, m := range filter.FindAllStringSubmatchIndex(text, -1) {
		means := r.meaningOf(text[m[2]:m[3]], owner{form: true, person: true})
		from, to := max(m[4], m[6]), max(m[5], m[7])
		if means.part == partNone {
			continue
		}
		b.WriteString(text[at:from])
		b.WriteString(r.value(text[from:to], means))
		at = to
	}
	return b.String() + text[at:]
}

var filter = regexp.MustCompile(`([a-z][a-z0-9_]*)\s*\|\s*[a-z_]+\s*\|\s*(?:"([^"]*)|([^\s",|][^,|]*))`)

// cursor is the stand-in of a cursor in which a person can be read, "" for any
// other: cursors are base64, and may repeat the filters of the list.
func (r *Rules) cursor(text, name string) string {
	if !r.vendor.cursor(name) || !r.on(r.vendor.cursorRule) {
		return ""
	}
	inside, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return ""
	}
	plain := strings.ReplaceAll(string(inside), `\"`, `"`)
	if r.filters(plain) == plain && len(r.spans(inside, "")) == 0 {
		return ""
	}
	return fmt.Sprintf("cursor%d+/==", r.people.numberOf(partCursor, text, len(r.people.number[partCursor])+1))
}

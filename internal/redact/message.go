package redact

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"
)

// A Message is a request, or an answer, which has no method and no target.
type Message struct {
	Method string
	Target string // path and query as sent, or a complete URL
	Header http.Header
	Body   []byte // without transfer and content encodings
}

// Request gives a request as it may be written. What it is given stays as it
// is. A request that was redacted before comes back unchanged.
//
// The error names a rule and a place, never a value: a credential was sent and
// no rule that is on has touched it; a known value is still there, as it lies
// across the bounds of fields; the body is compressed, or nests too deeply.
func (r *Rules) Request(m Message) (Message, error) { return r.message("request", m) }

// Response does for an answer what Request does for a request.
func (r *Rules) Response(m Message) (Message, error) { return r.message("answer", m) }

func (r *Rules) message(place string, m Message) (Message, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if coding := first(m.Header, "Content-Encoding"); len(m.Body) > 0 && (coding != "" && !strings.EqualFold(coding, "identity") || compressed(m.Body)) {
		return Message{}, fmt.Errorf("redact: %s body: it is compressed, so that nothing can be found in it; ask for it as it is, or leave the call out", place)
	}
	kind := bodyKind(m.Header, m.Body)
	if kind == jsonBody && !shallow(string(m.Body)) {
		return Message{}, fmt.Errorf("redact: %s body: it nests more than %d levels deep", place, deepest)
	}
	r.learnMessage(m, kind)
	out := Message{Method: m.Method, Header: r.header(m.Header)}
	if m.Target != "" {
		out.Target = r.plain(r.target(m.Target), "")
	}
	if m.Body != nil {
		out.Body = r.body(m.Header, m.Body, kind)
	}
	if err := r.untouched(place, m.Header, out.Header); err != nil {
		return Message{}, err
	}
	if err := r.remains(place, out); err != nil {
		return Message{}, err
	}
	return out, nil
}

// compressed tells whether a body is packed whatever its header says: by gzip, zip,
// which is what documents of an office are, zstd, xz or bzip2.
func compressed(body []byte) bool {
	for _, magic := range []string{"\x1f\x8b\x08", "PK\x03\x04", "\x28\xb5\x2f\xfd", "\xfd7zXZ\x00", "BZh"} {
		if bytes.HasPrefix(body, []byte(magic)) && !utf8.Valid(body) {
			return true
		}
	}
	return false
}

// learnMessage takes note of all credentials and people of a message before
// anything of it is changed, so that the order of its fields does not matter.
func (r *Rules) learnMessage(m Message, kind bodyForm) {
	r.learnHeader(m.Header)
	if _, query, ok := strings.Cut(m.Target, "?"); ok {
		query, _, _ = strings.Cut(query, "#")
		r.learnForm(query)
	}
	switch kind {
	case jsonBody:
		r.learnJSON(gjson.ParseBytes(bytes.TrimPrefix(m.Body, bom)))
	case formForm:
		r.learnForm(string(m.Body))
	}
}

// remains finds a known value that got through.
func (r *Rules) remains(place string, m Message) error {
	look := func(where, text string) error {
		var err error
		findKnown(r.known, views([]byte(text)), func(s span) {
			if err == nil && r.on(s.rule) {
				err = fmt.Errorf("redact: %s %s: %s: %s is still there", place, where, s.rule, r.called(s.name))
			}
		})
		return err
	}
	errs := []error{look("method", m.Method), look("target", m.Target), look("body", string(m.Body)), r.inPieces(place, m.Body)}
	for _, name := range slices.Sorted(maps.Keys(m.Header)) {
		errs = append(errs, look(r.headerPlace(name), name+": "+strings.Join(m.Header[name], "\n")))
	}
	return errors.Join(errs...)
}

// inPieces finds a given secret that is cut up into several strings of a document.
func (r *Rules) inPieces(place string, body []byte) error {
	doc := bytes.TrimPrefix(body, bom)
	if !r.on("known.1") || len(r.known) == 0 || !bytes.ContainsAny(doc[:min(len(doc), 1)], "{[ \t\r\n") || !gjson.ValidBytes(doc) {
		return nil
	}
	var all strings.Builder
	eachText(gjson.ParseBytes(doc), func(text string) { all.WriteString(text) })
	for _, k := range r.known {
		if k.name != "" && strings.Contains(all.String(), string(k.needles[0].text)) {
			return fmt.Errorf("redact: %s body: known.1: %s is still there, in pieces: several strings have a part of it", place, r.called(k.name))
		}
	}
	return nil
}

// eachText calls f for every string of a document that is no key.
func eachText(v gjson.Result, f func(string)) {
	switch {
	case v.Type == gjson.String:
		f(v.Str)
	case v.IsArray(), v.IsObject():
		v.ForEach(func(_, value gjson.Result) bool {
			eachText(value, f)
			return true
		})
	}
}

// called names a known value, but for a name in which a value stands.
func (r *Rules) called(name string) string {
	if name == "" {
		return "a credential that was seen"
	}
	for _, k := range r.known {
		if strings.Contains(name, string(k.needles[0].text)) {
			return "a given secret"
		}
	}
	return fmt.Sprintf("the secret %q", name)
}

// headerPlace names a header, but for a name in which a value stands.
func (r *Rules) headerPlace(name string) string {
	clean := true
	findKnown(r.known, views([]byte(name)), func(span) { clean = false })
	if !clean {
		return "header whose name holds it"
	}
	return "header " + http.CanonicalHeaderKey(name)
}

// bodyForm is how a body is read.
type bodyForm int

const (
	textBody bodyForm = iota
	jsonBody
	formForm
	multipartBody
)

var bom = []byte("\ufeff")

// bodyKind tells how a body is read: by what it is, where that can be told, as
// headers err.
func bodyKind(header http.Header, body []byte) bodyForm {
	media, params, _ := mime.ParseMediaType(first(header, "Content-Type"))
	inner := bytes.TrimLeft(bytes.TrimPrefix(body, bom), " \t\r\n")
	switch {
	case len(inner) == 0:
		return textBody
	case bytes.IndexByte([]byte(`{["0123456789-`), inner[0]) >= 0 && gjson.ValidBytes(inner):
		return jsonBody
	case strings.HasPrefix(media, "multipart/") && params["boundary"] != "":
		return multipartBody
	case media == "application/x-www-form-urlencoded", formBody.Match(body):
		return formForm
	}
	return textBody
}

// body redacts a body.
func (r *Rules) body(header http.Header, body []byte, kind bodyForm) []byte {
	switch kind {
	case jsonBody:
		doc, marked := bytes.CutPrefix(body, bom)
		out := r.json(doc)
		if marked {
			out = append(slices.Clone(bom), out...)
		}
		return out
	case formForm:
		return []byte(r.form(string(body)))
	case multipartBody:
		_, params, _ := mime.ParseMediaType(first(header, "Content-Type"))
		return []byte(r.multipart(string(body), params["boundary"]))
	}
	return []byte(r.text(string(body), ""))
}

var fieldName = regexp.MustCompile(`(?i)content-disposition:[^\r\n]*?\bname="([^"]*)"`)

// multipart redacts the parts of a form one by one.
func (r *Rules) multipart(body, boundary string) string {
	sections := strings.Split(body, "--"+boundary)
	for i, section := range sections {
		head, text, ok := strings.Cut(section, "\r\n\r\n")
		end := "\r\n"
		if !ok {
			head, text, ok = strings.Cut(section, "\n\n")
			end = "\n"
		}
		name := fieldName.FindStringSubmatch(head)
		if !ok || name == nil {
			sections[i] = r.text(section, "")
			continue
		}
		inner, closed := strings.CutSuffix(text, end)
		other := r.value(inner, r.meaningOf(name[1], owner{form: true}))
		if closed {
			other += end
		}
		sections[i] = r.text(head, "") + section[len(head):len(section)-len(text)] + other
	}
	return strings.Join(sections, "--"+boundary)
}

package golden

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Format writes a transcript in the form that Parse reads. The error names the
// part that has no place in a transcript: no exchange at all, a method or a
// header name that is no token, a header value with a line break, and the like.
// There is no body that cannot be written.
func Format(t Transcript) ([]byte, error) {
	if len(t.Exchanges) == 0 && len(t.Hooks) == 0 {
		return nil, errors.New("golden: a transcript needs an exchange or a hook")
	}
	if len(t.Exchanges) > 0 && len(t.Hooks) > 0 {
		return nil, errors.New("golden: hooks without an exchange stand in a transcript of their own")
	}
	if err := checkComment(t.Comment); err != nil {
		return nil, fmt.Errorf("golden: comment: %w", err)
	}
	b, err := []byte(t.Comment), error(nil)
	for i, hooks := range t.hooks() {
		if i < len(t.Exchanges) {
			x := t.Exchanges[i]
			if b, err = appendPair(b, t.part("request", i), x.Request, t.part("response", i), x.Response); err != nil {
				return nil, err
			}
		}
		for _, h := range hooks {
			name := t.part("hook", i) + " " + h.Topic
			if !isTopic(h.Topic) || strings.ContainsAny(h.Topic, " \t\r\n") {
				return nil, fmt.Errorf("golden: %s: %q is no topic: one word, neither a number nor \"quoted\"", t.part("hook", i), h.Topic)
			}
			if b, err = appendPair(b, name, h.Request, t.part("answer", i), h.Answer); err != nil {
				return nil, err
			}
		}
	}
	return b, nil
}

// appendPair writes a section and the one that has to follow it.
func appendPair(b []byte, first string, request Request, second string, response Response) ([]byte, error) {
	b, err := appendRequest(b, first, request)
	if err != nil {
		return nil, fmt.Errorf("golden: %s: %w", first, err)
	}
	if b, err = appendResponse(b, second, response); err != nil {
		return nil, fmt.Errorf("golden: %s: %w", second, err)
	}
	return b, nil
}

func appendRequest(b []byte, name string, r Request) ([]byte, error) {
	if err := checkRequestLine(r.Method, r.Target); err != nil {
		return nil, err
	}
	b = append(appendMarker(b, name, r.Body), r.Method+" "+r.Target+"\n"...)
	return appendHeaderAndBody(b, r.Header, r.Body)
}

func appendResponse(b []byte, name string, r Response) ([]byte, error) {
	b = appendMarker(b, name, r.Body)
	if r.Status == 0 {
		if len(r.Header) > 0 || len(r.Body) > 0 {
			return nil, errors.New("header or body without a status")
		}
		return b, nil
	}
	if r.Status < 100 || r.Status > 999 {
		return nil, fmt.Errorf("status %d is none of 100 to 999", r.Status)
	}
	b = append(b, statusLine(r.Status)+"\n"...)
	return appendHeaderAndBody(b, r.Header, r.Body)
}

func appendMarker(b []byte, name string, body []byte) []byte {
	if !plain(body) {
		name += " quoted"
	}
	return append(b, "-- "+name+" --\n"...)
}

func appendHeaderAndBody(b []byte, header []Field, body []byte) ([]byte, error) {
	for _, f := range header {
		if err := checkField(f); err != nil {
			return nil, err
		}
		b = append(b, strings.TrimSuffix(f.Name+": "+f.Value, " ")+"\n"...)
	}
	switch {
	case len(body) == 0:
		return b, nil
	case plain(body):
		return appendPlain(append(b, '\n'), string(body)), nil
	}
	return appendQuoted(append(b, '\n'), string(body)), nil
}

// plain reports whether a body can stand in a file as it is.
func plain(body []byte) bool {
	for row := range strings.SplitSeq(string(body), "\n") {
		if notPlain(row) != "" {
			return false
		}
	}
	return true
}

// appendPlain writes a body and a newline that is not part of it. A line that
// looks like a marker, after any number of backslashes, gets one more.
func appendPlain(b []byte, body string) []byte {
	for row := range strings.SplitSeq(body, "\n") {
		if isMarker(strings.TrimLeft(row, `\`)) {
			b = append(b, '\\')
		}
		b = append(append(b, row...), '\n')
	}
	return b
}

func readPlain(rows []string) []byte {
	if len(rows) == 0 {
		return nil
	}
	var body []byte
	for i, row := range rows {
		if i > 0 {
			body = append(body, '\n')
		}
		if strings.HasPrefix(row, `\`) && isMarker(strings.TrimLeft(row, `\`)) {
			row = row[1:]
		}
		body = append(body, row...)
	}
	return body
}

// appendQuoted writes bytes as Go strings, one per line of theirs.
func appendQuoted(b []byte, body string) []byte {
	for row := range strings.SplitAfterSeq(body, "\n") {
		if row != "" {
			b = append(strconv.AppendQuote(b, row), '\n')
		}
	}
	return b
}

// readQuoted is the way back; bad is the row that is wrong.
func readQuoted(rows []string) (body []byte, bad int, err error) {
	var b bytes.Buffer
	for i, row := range rows {
		text, err := strconv.Unquote(row)
		if err != nil || !strings.HasPrefix(row, `"`) {
			return nil, i, fmt.Errorf("%q is no string in double quotes", row)
		}
		b.WriteString(text)
	}
	if plain(b.Bytes()) {
		return nil, 0, errors.New("quoted, and nothing in the body needs it")
	}
	if want := strings.Split(string(appendQuoted(nil, b.String())), "\n"); len(want)-1 != len(rows) {
		return nil, 0, fmt.Errorf("a quoted body has one string for each line of the body: %d", len(want)-1)
	} else {
		for i, row := range rows {
			if row != want[i] {
				return nil, i, fmt.Errorf("%s is written %s", row, want[i])
			}
		}
	}
	return b.Bytes(), 0, nil
}

func checkComment(comment string) error {
	if comment == "" {
		return nil
	}
	text, ended := strings.CutSuffix(comment, "\n")
	if !ended {
		return errors.New("the last line has no newline")
	}
	for row := range strings.SplitSeq(text, "\n") {
		if why := notPlain(row); why != "" {
			return errors.New(why)
		}
		if isMarker(row) {
			return fmt.Errorf("line %q would begin a section", row)
		}
	}
	return nil
}

func checkRequestLine(method, target string) error {
	if !isToken(method) {
		return fmt.Errorf("method %q is no token", method)
	}
	if !strings.HasPrefix(target, "/") && target != "*" && !isURL(target) {
		return fmt.Errorf("target %q begins neither with a slash nor with http:// or https://", target)
	}
	if strings.ContainsAny(target, " \t") || notPlain(target) != "" {
		return fmt.Errorf("target %q has white space or a character that is no text", target)
	}
	return nil
}

func isURL(target string) bool {
	return strings.HasPrefix(target, "http://") || strings.HasPrefix(target, "https://")
}

func readField(row string) (Field, error) {
	name, value, ok := strings.Cut(row, ":")
	value, blank := strings.CutPrefix(value, " ")
	if !ok || blank == (value == "") {
		return Field{}, fmt.Errorf("%q is no header line (Name: value)", row)
	}
	f := Field{name, value}
	return f, checkField(f)
}

func checkField(f Field) error {
	if !isToken(f.Name) {
		return fmt.Errorf("header name %q is no token", f.Name)
	}
	if f.Value != strings.Trim(f.Value, " \t") || notPlain(f.Value) != "" {
		return fmt.Errorf("header %s: value %q has blanks at an end, or a character that is no text", f.Name, f.Value)
	}
	return nil
}

// isToken is the grammar of methods and header names (RFC 9110, 5.6.2).
func isToken(s string) bool {
	for _, r := range s {
		if r >= utf8.RuneSelf || !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("!#$%&'*+-.^_`|~", r)) {
			return false
		}
	}
	return s != ""
}

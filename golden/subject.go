package golden

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A subject is what a test got, in one of the three forms that goldens have:
// text, JSON, transcript.
type subject interface {
	accepts(*settings) error
	// text gives what belongs into the file. old is what stands there, nil for
	// nothing: a comment that somebody wrote into it is kept.
	text(n *normaliser, old []byte) ([]byte, error)
	// differences compares two texts of this form, as far as there is more to
	// say than what a line-by-line diff says.
	differences(want, got []byte) []difference
}

// subjectOf reads a subject from bytes, by the name of its file.
func subjectOf(name string, data []byte) (subject, error) {
	switch path.Ext(name) {
	case ".json":
		return newDocument(data)
	case ".txtar":
		t, err := parseNamed(name, data)
		if err != nil {
			return nil, trimmed{err}
		}
		return conversation{t, true}, nil
	case ".golden":
		return plainText(data), nil
	}
	return nil, fmt.Errorf("%s: a golden is a .golden, .json or .txtar", name)
}

// plainText is the form of Text and Bytes. The file holds the bytes as they
// are; where they are no text, a first line says so and Go strings follow.
type plainText []byte

// newText is for texts, which have to be some.
func newText(s string) (plainText, error) {
	if !utf8.ValidString(s) {
		return nil, errors.New("the text is not UTF-8; use Bytes")
	}
	return plainText(s), nil
}

const quotedText = "-- quoted --\n"

func (p plainText) accepts(s *settings) error {
	for _, r := range s.rules {
		if r.action != match {
			return fmt.Errorf("%s: a text has no paths; use AliasRegexp", r)
		}
	}
	return nil
}

func (p plainText) text(n *normaliser, _ []byte) ([]byte, error) {
	b := []byte(p)
	if !n.wire {
		b = lf(b)
	}
	text, _ := n.replace(string(b))
	odd := func(r rune) bool { return r < ' ' && !strings.ContainsRune("\t\r\n", r) || r == 0x7f }
	if !utf8.ValidString(text) || strings.ContainsFunc(text, odd) || strings.HasPrefix(text, quotedText) {
		return appendQuoted([]byte(quotedText), text), nil
	}
	return []byte(text), nil
}

func (p plainText) differences(_, _ []byte) []difference { return nil }

// unquoted is the way back from what text gives.
func (p plainText) unquoted() (plainText, error) {
	rows, ok := bytes.CutPrefix(p, []byte(quotedText))
	if !ok {
		return p, nil
	}
	var b []byte
	for row := range strings.Lines(string(rows)) {
		text, err := strconv.Unquote(strings.TrimSuffix(row, "\n"))
		if err != nil {
			return nil, fmt.Errorf("%s is no string in double quotes", row)
		}
		b = append(b, text...)
	}
	return b, nil
}

// document is the form of JSON.
type document []byte

// newDocument makes a document of a value: bytes and strings are JSON already,
// all else is marshalled.
func newDocument(v any) (document, error) {
	var b []byte
	switch v := v.(type) {
	case []byte:
		b = v
	case json.RawMessage:
		b = v
	case string:
		b = []byte(v)
	default:
		var err error
		if b, err = json.Marshal(v); err != nil {
			return nil, err
		}
	}
	if parseTree(b) == nil {
		return nil, fmt.Errorf("not one JSON document: %s", short(strconv.Quote(string(b))))
	}
	return b, nil
}

func (d document) accepts(s *settings) error {
	for _, r := range s.rules {
		if r.place == inHeader || r.place == inQuery {
			return fmt.Errorf("%s: a JSON document has no headers and no query", r)
		}
	}
	return nil
}

func (d document) text(n *normaliser, _ []byte) ([]byte, error) {
	b := n.json(d, parseTree(d))
	if !n.wire {
		b = append(b, '\n')
	}
	return b, nil
}

func (d document) differences(want, got []byte) []difference {
	return differBodies("", want, got)
}

// conversation is the form of HTTP, Talk and Replay.
type conversation struct {
	Transcript
	requests bool // normalise them too
}

func (c conversation) accepts(*settings) error { return nil }

func (c conversation) with(t Transcript) subject { return conversation{t, c.requests} }

func (c conversation) text(n *normaliser, old []byte) ([]byte, error) {
	t := n.transcript(c.Transcript, c.requests)
	if was, err := Parse(lf(old)); err == nil && t.Comment == "" {
		t.Comment = was.Comment
	}
	b, err := Format(t)
	if err != nil {
		return nil, trimmed{err}
	}
	return b, nil
}

func (c conversation) differences(want, got []byte) []difference {
	w, err := Parse(want)
	if err != nil {
		return []difference{{"the file", trimmed{err}.Error(), "a transcript"}}
	}
	g, err := Parse(got)
	if err != nil {
		return nil
	}
	return differTranscripts(w, g)
}

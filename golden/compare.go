package golden

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/cartdouble/cartdouble/internal/goldens"
)

// A comparison is one golden with what a test has for it.
type comparison struct {
	file    file
	subject subject
	old     []byte // the bytes on disk, nil for none
	want    []byte // old, as far as it counts
	got     []byte
	misfits []string
	missing bool   // nothing is there to compare with
	clash   *clash // nil for none
}

// compare normalises and looks. The error is a mistake of the test.
func (s *session) compare(f file, sub subject, set *settings, m mode) (*comparison, error) {
	if err := sub.accepts(set); err != nil {
		return nil, err
	}
	if _, sends := sub.(*replayed); !sends && len(set.headers) > 0 {
		return nil, errors.New("Header: only Replay sends requests")
	}
	old, err := f.read()
	if err != nil {
		return nil, err
	}
	_, doc := sub.(document)
	n := set.normaliser(!doc)
	got, err := sub.text(n, old)
	if err != nil {
		return nil, err
	}
	if err := n.check(got); err != nil {
		return nil, err
	}
	if m == verify {
		if err := verifyTwice(f, sub, set); err != nil {
			return nil, err
		}
	}
	if err := s.book.otherCase(f); err != nil {
		return nil, err
	}
	c := &comparison{file: f, subject: sub, old: old, want: old, got: got, misfits: n.misfits, missing: old == nil}
	if !set.wire {
		c.want = lf(old)
	}
	if r, ok := sub.(*replayed); ok {
		c.missing = r.waits(got)
	}
	c.clash = s.book.use(f, got)
	if err := s.tellUse(f); err != nil {
		return nil, err
	}
	if c.clash != nil && (c.old == nil || c.verdict(m) == write) {
		return nil, c.clash
	}
	return c, nil
}

// verifyTwice normalises what normalising gave. Quotes around every alias keep
// JSON what it is.
func verifyTwice(f file, sub subject, set *settings) error {
	once, err := sub.text(set.normaliser(false), nil)
	if err != nil {
		return err
	}
	var next subject
	switch sub := sub.(type) {
	case plainText:
		next, err = plainText(once).unquoted()
	case document:
		next, err = newDocument(once)
	default:
		var t Transcript
		if t, err = Parse(once); err == nil {
			next = sub.(interface{ with(Transcript) subject }).with(t)
		}
	}
	if err != nil {
		return fmt.Errorf("cannot be normalised twice: %w", err)
	}
	n := set.normaliser(false)
	n.again = true
	twice, err := next.text(n, nil)
	if err != nil {
		return err
	}
	if !bytes.Equal(once, twice) {
		return fmt.Errorf("%s: normalising twice changes the text (-once +twice):\n%s", f.rel, goldens.Diff(once, twice))
	}
	return nil
}

// A verdict is what becomes of a comparison.
type verdict int

const (
	same verdict = iota
	write
	differs
)

func (c *comparison) verdict(m mode) verdict {
	switch {
	case c.old != nil && bytes.Equal(c.want, c.got):
		return same
	case len(c.misfits) > 0:
		return differs
	case m == update, m == fill && c.missing:
		return write
	}
	return differs
}

// write puts what the test got into place, and says so.
func (s *session) write(c *comparison) (string, error) {
	ch := change{rel: c.file.rel, added: c.old == nil}
	if !ch.added {
		ch.notes = whatChanged(c.old, c.got)
	}
	if err := c.file.write(c.got); err != nil {
		return "", err
	}
	s.book.changed(c.file, ch)
	note := "golden: changed " + c.file.rel
	if ch.added {
		note = "golden: added " + c.file.rel
	}
	if len(ch.notes) > 0 {
		note += ": " + strings.Join(ch.notes, "; ")
	}
	if hint := c.file.attributesHint(); ch.added && hint != "" {
		note += "\n" + hint
	}
	return note, nil
}

// beside writes what differs next to the golden, when that is asked for.
func (s *session) beside(c *comparison, m mode) error {
	if m != review {
		return nil
	}
	return writeWhole(c.file.path+".got", c.got)
}

// clean removes what an earlier review left beside a golden that is right now.
func (s *session) clean(c *comparison, m mode) {
	if m == update {
		s.book.unchanged(c.file)
	}
	if m == review || m == update {
		_ = os.Remove(c.file.path + ".got") // usually there is none
	}
}

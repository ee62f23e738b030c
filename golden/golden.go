package golden

import (
	"errors"
	"fmt"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
)

// Text compares a text with testdata/golden/<Test>/<name>.golden. The file
// holds the text as it is, with or without a newline at its end. Text that is
// not UTF-8 is for Bytes. Of the options only AliasRegexp and Wire apply.
func Text(t fake.TB, name, got string, opts ...Option) {
	t.Helper()
	process().test(t, name, ".golden", opts, func(*settings) (subject, error) { return newText(got) })
}

// Bytes compares bytes with testdata/golden/<Test>/<name>.golden. Where they
// are no text in UTF-8, the file has a first line "-- quoted --", then a Go
// string for each line. Of the options only AliasRegexp and Wire apply.
func Bytes(t fake.TB, name string, got []byte, opts ...Option) {
	t.Helper()
	process().test(t, name, ".golden", opts, func(*settings) (subject, error) { return plainText(got), nil })
}

// JSON compares a value with testdata/golden/<Test>/<name>.json, in canonical
// form: keys sorted, two blanks for each level, numbers digit for digit as they
// are. A []byte, string or json.RawMessage is taken for JSON text; all else is
// marshalled.
func JSON(t fake.TB, name string, got any, opts ...Option) {
	t.Helper()
	process().test(t, name, ".json", opts, func(*settings) (subject, error) { return newDocument(got) })
}

// HTTP compares one exchange with testdata/golden/<Test>/<name>.txtar: request
// line, status, all header lines but those that Transcribe leaves out, and
// bodies, JSON in canonical form.
func HTTP(t fake.TB, name string, x fake.Exchange, opts ...Option) {
	t.Helper()
	Talk(t, name, []fake.Exchange{x}, opts...)
}

// Talk compares a conversation with testdata/golden/<Test>/<name>.txtar, in the
// manner of HTTP. Aliases share one numbering over the whole conversation.
func Talk(t fake.TB, name string, xs []fake.Exchange, opts ...Option) {
	t.Helper()
	process().test(t, name, ".txtar", opts, func(set *settings) (subject, error) {
		return conversation{set.transcribe(xs), true}, nil
	})
}

// transcribe is Transcribe, with the deliveries that the option Hooks asks for.
func (s *settings) transcribe(xs []fake.Exchange) Transcript {
	t := Transcribe(xs...)
	if s.hooks == nil {
		return t
	}
	s.hooks.Settle()
	cause := map[int]int{} // call by delivery
	for _, d := range s.hooks.Hooks.Deliveries() {
		cause[d.Seq] = d.Call
	}
	for _, a := range s.hooks.Hooks.Attempts() {
		for i, x := range xs {
			if cause[a.Delivery] == x.Seq {
				t.Exchanges[i].Hooks = append(t.Exchanges[i].Hooks, hooksOf([]fake.Attempt{a})...)
			}
		}
		if len(xs) == 0 {
			t.Hooks = append(t.Hooks, hooksOf([]fake.Attempt{a})...)
		}
	}
	return t
}

// Check compares without a test, for tools. The name is that of the file below
// testdata/golden, and its ending gives the form: "report.json". A .txtar is
// given as Format writes it. The environment asks for the same as in a test;
// what differs is an error whose text shows it.
func Check(name string, got []byte, opts ...Option) error {
	return process().check(name, got, opts)
}

// test runs one comparison for a test.
func (s *session) test(t fake.TB, name, ext string, opts []Option, sub func(*settings) (subject, error)) {
	t.Helper()
	err := func() error {
		t.Helper()
		f, err := s.placeOf(t.Name(), name, ext)
		if err != nil {
			return err
		}
		set, m, err := s.begin(opts)
		if err != nil {
			return fmt.Errorf("%s: %w", f.rel, err)
		}
		got, err := sub(set)
		if err != nil {
			return fmt.Errorf("%s: %w", f.rel, err)
		}
		return s.settle(t, f, got, set, m)
	}()
	if err != nil {
		t.Fatalf("golden: %v", err)
	}
}

// begin reads what the call and the environment ask for.
func (s *session) begin(opts []Option) (*settings, mode, error) {
	set, err := settingsOf(opts)
	if err != nil {
		return nil, compare, err
	}
	m, err := s.mode()
	return set, m, err
}

// settle compares, and reports or writes. Its error is a mistake of the test;
// a difference is not.
func (s *session) settle(t fake.TB, f file, got subject, set *settings, m mode) error {
	t.Helper()
	c, err := s.compare(f, got, set, m)
	if err != nil {
		return fmt.Errorf("%s: %w", f.rel, err)
	}
	s.book.follow(t, f)
	switch c.verdict(m) {
	case same:
		s.clean(c, m)
	case write:
		if t.Failed() {
			t.Logf("golden: %s: not written, the test has failed", f.rel)
			return nil
		}
		t.Cleanup(func() { s.writeFor(t, c) })
	case differs:
		if !t.Failed() {
			if err := s.beside(c, m); err != nil {
				return err
			}
		}
		t.Errorf("%s", s.report(c, keeper(t)))
	}
	return nil
}

// writeFor writes at the end of a test, if it has passed so far.
func (s *session) writeFor(t fake.TB, c *comparison) {
	t.Helper()
	if t.Failed() {
		t.Logf("golden: %s: not written, the test failed", c.file.rel)
		return
	}
	note, err := s.write(c)
	if err != nil {
		t.Errorf("golden: %s: %v", c.file.rel, err)
		return
	}
	t.Logf("%s", note)
}

// check is Check.
func (s *session) check(name string, data []byte, opts []Option) error {
	f, err := s.placeAt("", strings.Split(name, "/"))
	if err != nil {
		return fmt.Errorf("golden: %w", err)
	}
	set, m, err := s.begin(opts)
	if err != nil {
		return fmt.Errorf("golden: %s: %w", f.rel, err)
	}
	got, err := subjectOf(name, data)
	if err != nil {
		return fmt.Errorf("golden: %s: %w", f.rel, err)
	}
	c, err := s.compare(f, got, set, m)
	if err != nil {
		return fmt.Errorf("golden: %s: %w", f.rel, err)
	}
	switch c.verdict(m) {
	case same:
		s.clean(c, m)
		return nil
	case write:
		_, err := s.write(c)
		return err
	}
	return errors.Join(errors.New(s.report(c, nil)), s.beside(c, m))
}

package conformance

import (
	"errors"
	"fmt"
	"io"
	"testing"
)

// listError cannot be compared.
type listError []string

func (e listError) Error() string { return fmt.Sprint([]string(e)) }

// boxError can be compared or not, by what is in it.
type boxError struct{ any }

func (e boxError) Error() string { return fmt.Sprint(e.any) }

func TestErrorsOfOneKindAreAlike(t *testing.T) {
	t.Parallel()
	wrap := func(kind error, text string) error { return fmt.Errorf("shop: %w: %s", kind, text) }
	for name, c := range map[string]struct {
		one, two, other error
		alike           bool
	}{
		"other text":            {errors.New("a"), errors.New("a"), errors.New("b"), true},
		"one sentinel":          {wrap(io.EOF, "a"), wrap(io.EOF, "a"), wrap(io.EOF, "b"), true},
		"another sentinel":      {wrap(io.EOF, "a"), wrap(io.EOF, "a"), wrap(io.ErrClosedPipe, "b"), false},
		"no sentinel":           {wrap(io.EOF, "a"), wrap(io.EOF, "a"), errors.New("b"), false},
		"another type":          {listError{"a"}, listError{"a"}, boxError{"b"}, false},
		"not comparable":        {listError{"a"}, listError{"a"}, listError{"b"}, true},
		"not comparable inside": {boxError{[]int{1}}, boxError{[]int{1}}, boxError{[]int{2}}, true},
		"comparable values":     {boxError{1}, boxError{1}, boxError{2}, false},
		"joined":                {errors.Join(io.EOF, listError{"a"}), errors.Join(io.EOF, listError{"a"}), errors.Join(io.EOF, listError{"b"}), true},
		"joined otherwise":      {errors.Join(io.EOF, errNo), errors.Join(io.EOF, errNo), errors.Join(errNo, io.EOF), false},
		"different before":      {wrap(io.EOF, "a"), wrap(errNo, "a"), wrap(errNo, "b"), true},
		"less often":            {wrap(io.EOF, "a"), errNo, wrap(io.EOF, "b"), false},
	} {
		if alike(c.one, c.two, c.other) != c.alike {
			t.Errorf("%s: alike is %t", name, !c.alike)
		}
	}
}

func TestIntercepts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"a":[{"b":1},2],"c":"{"}`: `{"x_new":{"of":["another edition",null]},"a":[{"x_new":{"of":["another edition",null]},"b":1},2],"c":"{"}`,
		`[]`:                        `[]`,
		`{}`:                        `{"x_new":{"of":["another edition",null]}}`,
		`"x"`:                       `"x"`,
	} {
		if got := string(grown([]byte(text))); got != want {
			t.Errorf("%s grows to %s, want %s", text, got, want)
		}
	}
	if got := string(escaped([]byte("aé漢😀\u200f"))); got != `a\u00e9\u6f22\ud83d\ude00\u200f` {
		t.Errorf("escaped: %s", got)
	}
}

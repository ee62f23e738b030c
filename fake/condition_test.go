package fake

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseCondition(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Condition{
		"a == 1":                                  {"a", "==", "1"},
		"a != two words":                          {"a", "!=", "two words"},
		"a   <=   1":                              {"a", "<=", "1"},
		"a == ":                                   {"a", "==", ""},
		"a ==":                                    {"a", "==", ""},
		"a ~ ^x y$":                               {"a", "~", "^x y$"},
		"a == b == c":                             {"a", "==", "b == c"},
		"query:page > 1":                          {"query:page", ">", "1"},
		"customers.# < 3":                         {"customers.#", "<", "3"},
		`a.#(name=="Ann Lee").id == 7`:            {`a.#(name=="Ann Lee").id`, "==", "7"},
		`a.#(b.#(c=="x y")#|#>0 ).d >= 7`:         {`a.#(b.#(c=="x y")#|#>0 ).d`, ">=", "7"},
		`[a, b] == [1,2]`:                         {`[a, b]`, "==", "[1,2]"},
		`a.#(name=="Ann (the first)").id == 7`:    {`a.#(name=="Ann (the first)").id`, "==", "7"},
		`a.#(name=="left ( alone").id == 7`:       {`a.#(name=="left ( alone").id`, "==", "7"},
		`a.#(name=="right ) alone").id == 7`:      {`a.#(name=="right ) alone").id`, "==", "7"},
		`a.#(name=="a quote \" and )").id == 7`:   {`a.#(name=="a quote \" and )").id`, "==", "7"},
		`a.#(name=="").id == "it's"`:              {`a.#(name=="").id`, "==", `"it's"`},
		`state:books.#(title=="A B").title ~ ^A$`: {`state:books.#(title=="A B").title`, "~", "^A$"},
	} {
		got, err := ParseCondition(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
		again, err := ParseCondition(got.String())
		require.NoError(t, err, text)
		require.Equal(t, got, again)
	}
	for text, want := range map[string]string{
		"":          `condition "": want PATH OP VALUE`,
		"a":         `condition "a": want PATH OP VALUE`,
		"a(b c":     `condition "a(b c": want PATH OP VALUE`,
		" == 1":     `condition " == 1": no path`,
		"a = 1":     `condition "a = 1": unknown operator "="; there are == != <= >= < > ~`,
		"a ":        `condition "a  ": unknown operator ""; there are == != <= >= < > ~`,
		"a < x":     `condition "a < x": < compares numbers`,
		"a >= ":     `condition "a >= ": >= compares numbers`,
		"a ~ (":     "condition \"a ~ (\": error parsing regexp: missing closing ): `(`",
		"a\t== 1 2": `condition "a\t== 1 2": unknown operator "1"; there are == != <= >= < > ~`,
	} {
		_, err := ParseCondition(text)
		require.EqualError(t, err, want, text)
	}
}

func TestConditionHolds(t *testing.T) {
	t.Parallel()
	const text = `{"n":10,"big":12345678901234567890,"f":1.50,"s":"10","w":"b","t":true,"z":null,"o":{"a": 1},"l":[3,4],"e":[],"esc":"a\u00e9\"","items":[{"id":1,"k":"x"},{"id":2,"k":"x"}]}`
	for words, want := range map[string]bool{
		"n == 10":                     true,
		"n == 1e1":                    true,
		"n == 010":                    true,
		"n == ten":                    false,
		"n != ten":                    true,
		"n != 10.0":                   false,
		"n < 10":                      false,
		"n <= 10":                     true,
		"n > 9.99":                    true,
		"n >= 11":                     false,
		"n ~ ^1":                      true,
		"big == 12345678901234567890": true,
		"big == 12345678901234567891": false,
		"big > 12345678901234567889":  true,
		"f == 1.5":                    true,
		"s == 10":                     true,
		"s == 10.0":                   false,
		"s < 11":                      true,
		"s >= 10.0":                   true,
		"w == b":                      true,
		"w < 1":                       false,
		"w >= 1":                      false,
		"t == true":                   true,
		"t != false":                  true,
		"z == null":                   true,
		"z == ":                       false,
		"z != null":                   false,
		`o == {"a": 1}`:               true,
		`o.a == 1`:                    true,
		"l == [3,4]":                  true,
		"l.# == 2":                    true,
		"l.0 == 3":                    true,
		"e.# == 0":                    true,
		"e.# < 1":                     true,
		"items.#.id == [1,2]":         true,
		`items.#(k=="x").id == 1`:     true,
		`items.#(k=="y").id == 1`:     false,
		`items.#(k=="y").id != 1`:     true,
		`items.#(k=="x")#|# == 2`:     true,
		"gone == ":                    false,
		"gone != ":                    true,
		"gone ~ .*":                   false,
		"gone < 1":                    false,
		`esc == aé"`:                  true,
	} {
		c, err := ParseCondition(words)
		require.NoError(t, err, words)
		require.Equal(t, want, c.Holds([]byte(text)), words)
	}
}

func TestConditionFind(t *testing.T) {
	t.Parallel()
	for words, want := range map[string]string{
		"a == 1":  "1.50",
		"b == 1":  "x",
		"c == 1":  "[1, 2]",
		"c.# > 1": "2",
		"d == 1":  "",
	} {
		c, err := ParseCondition(words)
		require.NoError(t, err)
		found, _ := c.Find([]byte(`{"a":1.50,"b":"x","c":[1, 2]}`))
		require.Equal(t, want, found, words)
	}
	require.False(t, Condition{"a", "~", "("}.Holds([]byte(`{"a":"("}`)), "a pattern that nobody checked")
}

// Reading a condition ends in an error, or in one that is written as it was
// read, and that either holds of a text or does not: == and != never agree.
func FuzzCondition(f *testing.F) {
	for _, words := range []string{"a == 1", "a.#(b==\"c d\").e ~ ^x", "n < 1e9", "l.# >= 2", "[a,b] != {}", "a.@reverse == 1", "..# == 1", "!\"x\" == x"} {
		f.Add(words, []byte(`{"a":[{"b":"c d","e":"xy"}],"n":1,"l":[1,2]}`))
	}
	f.Add("a < 1/3", []byte(`{"a":"1/4"}`))
	f.Add("a < 1", []byte(`{"a":1e99999`))
	f.Fuzz(func(t *testing.T, words string, text []byte) {
		c, err := ParseCondition(words)
		if err != nil {
			return
		}
		again, err := ParseCondition(c.String())
		require.NoError(t, err)
		require.Equal(t, c, again)
		holds := c.Holds(text)
		switch c.Op {
		case "==":
			require.NotEqual(t, holds, Condition{c.Path, "!=", c.Value}.Holds(text))
		case "<":
			require.False(t, holds && Condition{c.Path, ">=", c.Value}.Holds(text))
		case ">":
			require.False(t, holds && Condition{c.Path, "<=", c.Value}.Holds(text))
		}
	})
}

package scenarios

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var nine = time.Date(2025, 3, 1, 9, 0, 0, 0, time.UTC)

func someValues() *values {
	return &values{
		secret: func(name string) string { return "the-" + name },
		now:    nine,
		timeAs: func(t time.Time) string { return t.Format(time.RFC3339) },
		types:  map[string]string{"id": "int ", "slug": "regex [a-z]+"},
		seed:   1,
	}
}

func mustTemplate(t testing.TB, text string) template {
	t.Helper()
	tpl, err := parseTemplate(text)
	require.NoError(t, err)
	return tpl
}

func TestTemplatesMatch(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		template, text string
		ok             bool
	}{
		{"", "", true},
		{"plain", "plain", true},
		{"plain", "plain ", false},
		{"{{n}}.json", "17.json", true},
		{"{{id}}.json", "17.json", true},
		{"{{id}}.json", "x.json", false}, // id is an int elsewhere
		{"{{n:int}}", "-3", true},
		{"{{n:int}}", "3.0", false},
		{"{{:uuid}}", "0193c3f0-aaaa-7bbb-8ccc-0123456789ab", true},
		{"{{:uuid}}", "0193c3f0", false},
		{"{{:time}}", "2025-03-01T09:00:00.123-05:00", true},
		{"{{:time}}", "2025-03-01 09:00:00", false},
		{"{{:unix}}", "1740819600", true},
		{"{{:unix}}", "-1", false},
		{"{{:cursor}}", "eyJh/b+c=", true},
		{"{{:cursor}}", "", false},
		{"{{:email}}", "ann@example.com", true},
		{"{{:email}}", "ann", false},
		{"{{:token}}", "sk_live.x~1", true},
		{"{{:token}}", "a b", false},
		{"{{:any}}", "", true},
		{"{{:/[a-z]{2}/}}", "ab", true},
		{"{{:/[a-z]{2}/}}", "abc", false},
		{"{{:/a|b/}}c", "bc", true},
		{"{{slug}}", "abc", true},
		{"{{slug}}", "ABC", false},
		{"{{a}}-{{a}}", "1-1", true},
		{"{{a}}-{{a}}", "1-2", false},
		{"Bearer {{secret.api}}", "Bearer the-api", true},
		{"Bearer {{secret.api}}", "Bearer the-other", false},
		{"{{now}}", "2025-03-01T04:00:00.250-05:00", true},
		{"{{now+5m}}", "2025-03-01T09:05:00Z", true},
		{"{{now-5m}}", "2025-03-01T09:00:00Z", false},
		{".*", "xx", false},
	} {
		assert.Equal(t, c.ok, someValues().match(mustTemplate(t, c.template), c.text), "%s %s", c.template, c.text)
	}
}

func TestNamesAreBoundAtFirstUse(t *testing.T) {
	t.Parallel()
	v := someValues()
	require.True(t, v.match(mustTemplate(t, "{{id}}/{{name}}"), "17/ann"))
	assert.True(t, v.match(mustTemplate(t, "{{name}}"), "ann"))
	assert.False(t, v.match(mustTemplate(t, "{{name}}"), "bob"))
	assert.Equal(t, "17-ann", v.render(mustTemplate(t, "{{id}}-{{name}}")))
	f := v.fork()
	require.True(t, f.match(mustTemplate(t, "{{other}}"), "x"))
	assert.NotContains(t, v.bound, "other", "a try binds nothing")
}

func TestMadeUpValues(t *testing.T) {
	t.Parallel()
	for typ := range types {
		if typ == "any" {
			continue
		}
		text := "{{x:" + typ + "}}"
		v := someValues()
		made := v.render(mustTemplate(t, text))
		assert.True(t, v.match(mustTemplate(t, text), made), "%s: %s", typ, made)
		assert.Equal(t, made, v.render(mustTemplate(t, text)), typ)
		assert.Equal(t, made, someValues().render(mustTemplate(t, text)), "the same seed makes the same %s", typ)
		if typ != "time" && typ != "unix" {
			other := someValues()
			other.seed = 2
			assert.NotEqual(t, made, other.render(mustTemplate(t, text)), typ)
			assert.NotEqual(t, v.render(mustTemplate(t, "{{:"+typ+"}}")), v.render(mustTemplate(t, "{{:"+typ+"}}")), "anonymous ones differ")
		}
	}
	assert.Contains(t, someValues().render(mustTemplate(t, "{{c:cursor}}")), "=", "a cursor needs escaping")
	assert.Equal(t, "2025-03-01T09:05:00Z", someValues().render(mustTemplate(t, "{{now+5m}}")))
}

func FuzzTemplate(f *testing.F) {
	for _, text := range []string{"a{{b}}c", "{{id:int}}", "{{:/a{2}}}/}}", "{{secret.x}}{{now-1h}}", "{{", "{{a:/b}}", "{{x:/}}/}}"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		tpl, err := parseTemplate(text)
		if err != nil || !utf8.ValidString(text) {
			return
		}
		require.Equal(t, text, tpl.String())
		for _, part := range tpl {
			if part.ph != nil && part.ph.typ == "regex" {
				return // of a regular expression nothing can be made up
			}
		}
		v := someValues()
		require.True(t, v.match(tpl, v.render(tpl)), "%q", v.render(tpl))
	})
}

func TestComparison(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		want, got string
		ignore    []string
		partial   bool
		diffs     []difference
	}{
		"equal in another order": {want: `{"a": 1, "b": [true, null, "x"]}`, got: `{"b":[true,null,"x"],"a":1}`},
		"another number":         {want: `{"a": 1}`, got: `{"a": 2}`, diffs: []difference{{"a", "1", "2", ""}}},
		"the same number":        {want: `{"a": 1.50}`, got: `{"a": 1.5}`},
		"large number":           {want: `12345678901234567890`, got: `12345678901234567891`, diffs: []difference{{"the whole body", "12345678901234567890", "12345678901234567891", ""}}},
		"through float64":        {want: `[345345345345]`, got: `[3.45345345345e+11]`, diffs: []difference{{"[0]", "345345345345", "3.45345345345e+11", "number went through float64"}}},
		"another type":           {want: `{"a": {"b": {}}}`, got: `{"a": {"b": [1,2,3]}}`, diffs: []difference{{"a.b", "object", "array of 3", ""}}},
		"null":                   {want: `{"a": null}`, got: `{"a": ""}`, diffs: []difference{{"a", "null", `""`, ""}}},
		"missing":                {want: `{"a": 1, "b": "x"}`, got: `{"a": 1}`, diffs: []difference{{"b", `"x"`, "nothing", ""}}},
		"too much":               {want: `{"a": 1}`, got: `{"a": 1, "b c": 2}`, diffs: []difference{{`["b c"]`, "nothing", "2", ""}}},
		"more is fine":           {want: `{"a": [1]}`, got: `{"a": [1, 2], "b": 2}`, partial: true},
		"less is not":            {want: `{"a": [1, 2]}`, got: `{"a": [1]}`, partial: true, diffs: []difference{{"a", "array of 2", "array of 1", ""}}},
		"array too long":         {want: `{"a": [1]}`, got: `{"a": [1, 2]}`, diffs: []difference{{"a", "array of 1", "array of 2", ""}}},
		"ignored":                {want: `{"a": [{"t": 1}], "b": 1}`, got: `{"a": [{"t": 2}], "b": 2}`, ignore: []string{"a.#.t", "b"}},
		"ignored by any name":    {want: `{"a": {"x": 1}}`, got: `{"a": {"y": 1}}`, ignore: []string{"a.*"}},
		"not ignored":            {want: `{"a": [{"t": 1}]}`, got: `{"a": [{"t": 2}]}`, ignore: []string{"a.t", "#.#.t"}, diffs: []difference{{"a[0].t", "1", "2", ""}}},
		"number in a string":     {want: `{"id": "{{id}}"}`, got: `{"id": 17}`},
		"number in quotes":       {want: `{"id": "{{id}}"}`, got: `{"id": "17"}`, diffs: []difference{{"id", "{{id}} (a number)", `"17"`, "a number in quotes"}}},
		"any scalar":             {want: `{"x": "{{x}}", "y": "{{x}}"}`, got: `{"x": 1.5, "y": 1.5}`},
		"any scalar, twice":      {want: `{"x": "{{x}}", "y": "{{x}}"}`, got: `{"x": 1.5, "y": 2}`, diffs: []difference{{"y", "{{x}} = 1.5", "2", ""}}},
		"pattern":                {want: `{"x": "a-{{:int}}"}`, got: `{"x": "a-b"}`, diffs: []difference{{"x", `"a-{{:int}}"`, `"a-b"`, ""}}},
		"null for a placeholder": {want: `{"x": "{{x}}"}`, got: `{"x": null}`, diffs: []difference{{"x", `"{{x}}"`, "null", ""}}},
	} {
		want, err := parseJSON([]byte(c.want))
		require.NoError(t, err, name)
		got, err := parseJSON([]byte(c.got))
		require.NoError(t, err, name)
		cmp := comparison{vals: someValues(), ignore: c.ignore, partial: c.partial}
		cmp.compare(nil, "", want, got)
		assert.Equal(t, c.diffs, cmp.diffs, name)
	}
}

func TestRenderJSON(t *testing.T) {
	t.Parallel()
	const body = "{\n  \"url\": \"https://x/é\", \"id\": \"{{id}}\", \"n\": 1.50, \"big\": 12345678901234567890,\n  \"mail\": \"<{{:/x/}}\", \"a\\/b\": \"\\\\\\\"\"\n}"
	v := func() *values {
		v := someValues()
		v.bind("id", value{"17", true})
		return v
	}
	src := []byte(strings.Replace(body, "{{:/x/}}", "{{name}}", 1))
	named := v()
	named.bind("name", value{"ann", false})
	for style, want := range map[string]string{
		"compact":         `{"url":"https://x/é","id":17,"n":1.50,"big":12345678901234567890,"mail":"<ann","a\/b":"\\\""}`,
		"escaped-slashes": `{"url":"https:\/\/x\/é","id":17,"n":1.50,"big":12345678901234567890,"mail":"<ann","a\/b":"\\\""}`,
		"ascii":           `{"url":"https://x/\u00e9","id":17,"n":1.50,"big":12345678901234567890,"mail":"<ann","a\/b":"\\\""}`,
		"as-is":           "{\n  \"url\": \"https://x/é\", \"id\": 17, \"n\": 1.50, \"big\": 12345678901234567890,\n  \"mail\": \"<ann\", \"a\\/b\": \"\\\\\\\"\"\n}",
		"pretty":          "{\n  \"url\": \"https://x/é\",\n  \"id\": 17,\n  \"n\": 1.50,\n  \"big\": 12345678901234567890,\n  \"mail\": \"<ann\",\n  \"a\\/b\": \"\\\\\\\"\"\n}",
	} {
		assert.Equal(t, want, string(renderJSON(src, named.fork(), style)), style)
	}
	assert.Equal(t, `"\ud83d\ude00"`, string(asciiString([]byte(`"😀"`))))
	odd := v()
	odd.bind("id", value{"007", true})
	assert.Equal(t, `["007"]`, string(renderJSON([]byte(`["{{id}}"]`), odd, "compact")), "what is no number in JSON stays a string")
}

// Two braces that are no placeholder have one written by its number.
func TestBracesThatAreNone(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`"{{a}}"`, `"{{ {{"`, `"\\u007b{{x"`, `"{\\u007b"`, `"a{b{c"`, `{"{{a": "{{"}`} {
		closed := bytes.ReplaceAll([]byte(text), []byte("{{"), []byte(`{\u007b`))
		closed = bytes.ReplaceAll(closed, []byte("{{"), []byte(`{\u007b`))
		want, err := parseJSON(comparableJSON(closed))
		require.NoError(t, err)
		got, err := parseJSON([]byte(text))
		require.NoError(t, err)
		c := &comparison{vals: someValues()}
		c.compare(nil, "", want, got)
		assert.Empty(t, c.diffs, text)
		c.compare(nil, "", want, "another")
		assert.Len(t, c.diffs, 1, text)
		assert.JSONEq(t, text, string(renderJSON(closed, someValues(), "compact")), "it is sent as it was")
	}
}

package scenarios

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestShapes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		recorded, got string
		want          []string
	}{
		{`{"a": 1}`, `{"a": 2}`, nil},
		{`{"a": "x", "b": [1]}`, `{"b": [7, 8], "a": "y"}`, nil},
		{`{"a": 1}`, `{"a": 1, "b": {}}`, []string{"note b: nothing > object"}},
		{`{"a": 1, "b": {"c": 1}}`, `{"a": 1}`, []string{"warning b: object > nothing"}},
		{`{"a": 1}`, `{"a": "1"}`, []string{"failure a: number > string"}},
		{`{"a": true}`, `{"a": "true"}`, []string{"failure a: boolean > string"}},
		{`{"a": {"b": 1}}`, `{"a": []}`, []string{"failure a: object > list"}},
		{`{"a": {"b": 1}}`, `{"a": {"b": "1", "c d": 2}}`, []string{"failure a.b: number > string", `note a["c d"]: nothing > number`}},
		{`[{"a": 1}, {"a": "x"}]`, `[{"a": "y"}, {"a": 2}]`, nil},
		{`[{"a": 1}, {"a": 2, "b": 1}]`, `[{"a": "y"}]`, []string{"failure [].a: number > string", "warning [].b: number > nothing"}},
		{`{"l": [{"a": 1}]}`, `{"l": []}`, []string{"note l[]: object > no element to compare"}},
		{`{"l": []}`, `{"l": [1]}`, nil},
		{`{"a": "x"}`, `{"a": null}`, []string{"note a: string > null"}},
		{`{"a": null}`, `{"a": {"b": 1}}`, []string{"note a: null > object"}},
		{`[null, "x"]`, `[1, null]`, []string{"failure []: null or string > null or number"}},
		{`[]`, `{}`, []string{"failure the whole body: list > object"}},
		{`{"a": "{{:int}}", "b": "{{x}}", "c": "{{x}}!"}`, `{"a": 7, "b": 7, "c": "7!"}`, nil},
		{`{"a": "{{:int}}", "b": "{{x}}", "c": "{{:uuid}}"}`, `{"a": "7", "b": true, "c": 7}`, []string{"failure a: number > string", "failure b: string or number > boolean", "failure c: string > number"}},
	} {
		was, is := newShape(), newShape()
		recorded, err := parseJSON([]byte(c.recorded))
		require.NoError(t, err)
		got, err := parseJSON([]byte(c.got))
		require.NoError(t, err)
		vals := someValues()
		was.add(recorded, vals.kindOf)
		is.add(got, plain)
		var told []string
		was.differ("", is, func(g Grade, path, recorded, got string) {
			told = append(told, string(g)+" "+path+": "+recorded+" > "+got)
		})
		assert.Equal(t, c.want, told, "%s against %s", c.recorded, c.got)
	}
}

// What came in the place of a name is what later requests ask for.
func TestNamesAreLearnt(t *testing.T) {
	t.Parallel()
	vals := someValues()
	recorded, err := parseJSON([]byte(`{"id": "{{id:int}}", "list": [{"mail": "{{mail:email}}"}, {"next": "/p/{{page}}"}], "other": "{{:any}}"}`))
	require.NoError(t, err)
	got, err := parseJSON([]byte(`{"id": 77, "list": [{"mail": "a@example.com"}, {"next": "/p/3"}], "other": 1}`))
	require.NoError(t, err)
	learn(vals, recorded, got)
	for name, want := range map[string]value{"id": {"77", true}, "mail": {text: "a@example.com"}, "page": {text: "3"}} {
		assert.Equal(t, want, vals.bound[name], name)
	}
}

package golden

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func lines(ds []difference) []string {
	var out []string
	for _, d := range ds {
		out = append(out, d.String())
	}
	return out
}

func TestDifferencesByPath(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		want, got string
		diffs     []string
	}{
		{`{"a":1}`, `{"a":1}`, nil},
		{`{"a":1}`, `{"a":1.0}`, []string{"body a: want 1, got 1.0"}},
		{`{"a":"1"}`, `{"a":1}`, []string{`body a: want "1", got 1`}},
		{`{"a":null,"b":2}`, `{"b":2,"c":{"d":[1,"x y"]}}`, []string{"body a: want null, got nothing", `body c: want nothing, got {"d": [1, "x y"]}`}},
		{`{"a":{"x.y":[{"b":1},{"b":2}]}}`, `{"a":{"x.y":[{"b":1},{"b":3}]}}`, []string{`body a.x\.y.1.b: want 2, got 3`}},
		{`[1,2,3,4]`, `[1,9,3,4]`, []string{"body 1: want 2, got 9"}},
		{`[1,2,3,4]`, `[1,3,4]`, []string{"body 1: want 2, got nothing"}},
		{`[3,4]`, `[1,2,3,4]`, []string{"body 0: want nothing, got 1", "body 1: want nothing, got 2"}},
		{`[{"id":1},{"id":2}]`, `[{"id":2}]`, []string{`body 0: want {"id": 1}, got nothing`}},
		{`{"a":1,"a":2}`, `{"a":1}`, []string{"body a: want 2, got nothing"}},
		{`[]`, `{}`, []string{"body: want [], got {}"}},
		{`{"id": <id:1 int>}`, `{"id": <id:2 int>}`, []string{"body id: want <id:1 int>, got <id:2 int>"}},
		{`{"id": <id:1 int>}`, `{"id": "<id:1 int>"}`, []string{`body id: want <id:1 int>, got "<id:1 int>"`}},
		{`{"a":"<\"","id": <id:1>}`, `{"a":"<\"","id": 7}`, []string{"body id: want <id:1>, got 7"}},
		{`{"id": <b>}`, `{"id": 7}`, []string{`body, from byte 8 on: want "<b>}", got "7}"`}},
		{`{"a":1,"b":2}`, `{"b":2,"a":1}`, []string{`body, equal as JSON, from byte 3 on: want "a\":1,\"b\":2}", got "b\":2,\"a\":1}"`}},
		{"one", "one more", []string{`body, from byte 4 on: want the end, got " more"`}},
		{"", "x", []string{`body, from byte 1 on: want the end, got "x"`}},
	} {
		require.Equal(t, c.diffs, lines(differBodies("body", []byte(c.want), []byte(c.got))), "%s %s", c.want, c.got)
	}
	require.Equal(t, []string{"@this: want 1, got 2"}, lines(differBodies("", []byte("1"), []byte("2"))))
	require.Equal(t, []string{"0: want 1, got 2"}, lines(differBodies("", []byte("[1]"), []byte("[2]"))))
}

func TestLongValuesAreCut(t *testing.T) {
	t.Parallel()
	d := difference{"body", strings.Repeat("é", 200), "x"}
	require.Equal(t, "body: want "+strings.Repeat("é", 80)+"…, got x", d.String())
}

func TestDifferencesOfTranscripts(t *testing.T) {
	t.Parallel()
	one := Exchange{Request: Request{"POST", "/a", []Field{{"X-B", "1"}, {"x-b", "2"}}, []byte("x")}, Response: Response{200, []Field{{"Content-Type", "a"}}, []byte(`{"a":1}`)}}
	other := Exchange{Request: Request{"PUT", "/a", []Field{{"X-B", "1"}, {"X-C", ""}}, []byte("y")}, Response: Response{403, nil, []byte(`{"a":2}`)}}
	require.Empty(t, differTranscripts(Transcript{Exchanges: []Exchange{one}}, Transcript{Exchanges: []Exchange{one}}))
	require.Equal(t, []string{
		"request: want POST /a, got PUT /a",
		`request header X-B: want "1", "2", got "1"`,
		`request header X-C: want nothing, got ""`,
		`request body, from byte 1 on: want "x", got "y"`,
		"response status: want 200 OK, got 403 Forbidden",
		`response header Content-Type: want "a", got nothing`,
		"response body a: want 1, got 2",
	}, lines(differTranscripts(Transcript{Exchanges: []Exchange{one}}, Transcript{Exchanges: []Exchange{other}})))

	two := Transcript{Exchanges: []Exchange{one, {Request: get("/b"), Response: Response{}}}}
	require.Equal(t, []string{"request 2: want GET /b, got nothing"}, lines(differTranscripts(two, Transcript{Exchanges: []Exchange{one}})))
	require.Equal(t, []string{"request 2: want nothing, got GET /b"}, lines(differTranscripts(Transcript{Exchanges: []Exchange{one}}, two)))
	late := Transcript{Exchanges: []Exchange{one, {Request: get("/b"), Response: Response{Status: 200}}}}
	require.Equal(t, []string{"response 2 status: want no answer, got 200 OK"}, lines(differTranscripts(two, late)))
}

// A value that differs is found, whatever stands around it.
func FuzzDifferBodies(f *testing.F) {
	f.Add([]byte(`{"a":[1,{"b":"<id:1 int>"}]}`), []byte(`{"a":[1,{"b": <id:1 int>}]}`))
	f.Add([]byte("[1,2,3]"), []byte("[1,3]"))
	f.Add([]byte("<id:1>"), []byte(`"<`))
	f.Fuzz(func(t *testing.T, want, got []byte) {
		ds := differBodies("body", want, got)
		if slices.Equal(want, got) != (len(ds) == 0) {
			t.Fatalf("%q\n%q\n%v", want, got, ds)
		}
	})
}

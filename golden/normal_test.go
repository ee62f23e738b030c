package golden

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// normalised runs a document through the options, as JSON does.
func normalised(t *testing.T, doc string, opts ...Option) (string, *normaliser, error) {
	t.Helper()
	s, err := settingsOf(opts)
	require.NoError(t, err)
	n := s.normaliser(false)
	d, err := newDocument(doc)
	require.NoError(t, err)
	got, err := d.text(n, nil)
	require.NoError(t, err)
	return string(got), n, n.check(got)
}

// normal is for documents whose options all find something.
func normal(t *testing.T, doc string, opts ...Option) string {
	t.Helper()
	got, n, err := normalised(t, doc, opts...)
	require.NoError(t, err)
	require.Empty(t, n.misfits)
	return got
}

func TestCanonicalForm(t *testing.T) {
	t.Parallel()
	got := normal(t, ` {"b":[1.00,-0,1e5,12345678901234567890],"a":{},"é":"<&>\u00e9\u2028\/","c":[],"a":[{"z":null,"y":true}],"d":"\ud800"} `)
	require.Equal(t, `{
  "a": {},
  "a": [
    {
      "y": true,
      "z": null
    }
  ],
  "b": [
    1.00,
    -0,
    1e5,
    12345678901234567890
  ],
  "c": [],
  "d": "\ud800",
  "é": "<&>é\u2028/"
}
`, got, "doubled keys stay, numbers keep their digits, half a surrogate pair keeps its spelling")
	require.Equal(t, "7\n", normal(t, "7"))
	require.Equal(t, "\"a\"\n", normal(t, `"a"`))
}

func TestAliasKeepsIdentity(t *testing.T) {
	t.Parallel()
	const doc = `{"id":7,"order":{"id":9,"customer":"7"},"created_at":"2025-03-01T04:00:00.000-05:00","updated_at":"2025-03-01T04:00:00.000-05:00","seen_at":"2025-03-01T09:00:00Z","deleted_at":null}`
	require.Equal(t, `{
  "created_at": "<time:1 rfc3339.ms offset>",
  "deleted_at": null,
  "id": "<id:1 int>",
  "order": {
    "customer": "<id:1 digits>",
    "id": "<id:2 int>"
  },
  "seen_at": "<time:2 rfc3339 Z>",
  "updated_at": "<time:1 rfc3339.ms offset>"
}
`, normal(t, doc, Alias(ID, "id", "order.id", "order.customer"), Alias(Time, "created_at", "updated_at", "seen_at", "deleted_at")))
}

// The numbers go by the order of the golden, not by that of the options.
func TestAliasNumbersByPlace(t *testing.T) {
	t.Parallel()
	want := "{\n  \"a\": \"<id:1 int>\",\n  \"b\": \"<id:2 int>\"\n}\n"
	require.Equal(t, want, normal(t, `{"b":2,"a":1}`, Alias(ID, "b"), Alias(ID, "a")))
	require.Equal(t, want, normal(t, `{"b":2,"a":1}`, Alias(ID, "a", "b")))
}

// A value that is not of the kind stays visible: a diff against the alias.
func TestAliasChecksWhatItHides(t *testing.T) {
	t.Parallel()
	got, n, err := normalised(t, `{"at":[1741165200,true,{"x":1},"soon"]}`, Alias(Time, "at.#"))
	require.NoError(t, err)
	require.Equal(t, "{\n  \"at\": [\n    1741165200,\n    true,\n    {\n      \"x\": 1\n    },\n    \"soon\"\n  ]\n}\n", got)
	require.Equal(t, []string{
		`Alias "at.#": 1741165200 is no time`,
		`Alias "at.#": true is no time`,
		`Alias "at.#": {"x":1} is no time`,
		`Alias "at.#": "soon" is no time`,
	}, n.misfits)
}

func TestPathsThatMatchNothing(t *testing.T) {
	t.Parallel()
	for _, o := range []Option{
		Alias(Time, "customers.#.creatd_at"), Alias(Time, "customers.created_at"), Alias(Time, "customers.2.created_at"),
		Alias(Time, "id.x"), Alias(Time, "id.#"), Alias(Time, "first.#"), Alias(Time, `customers.#(id==9).created_at`), Alias(Time, `customers.#(id==9)#.created_at`),
		Secret("token"), Secret("header:Authorization"), Unordered("customer"), Drop("odd", "x"),
		AliasRegexp("x", regexp.MustCompile(`cart-\d+`)), AliasRegexp("x", regexp.MustCompile(`()x?`)),
	} {
		_, _, err := normalised(t, `{"id":1,"first":{"a":1},"customers":[{"created_at":"2025-03-01T09:00:00Z"}],"none":[]}`, o)
		require.ErrorContains(t, err, "matches nothing; a typo would switch it off")
	}
	_, _, err := normalised(t, `{"none":[]}`, Alias(Time, "none.#.created_at"))
	require.NoError(t, err, "a list may be empty")
}

func TestPaths(t *testing.T) {
	t.Parallel()
	const doc = ` {"list":[{"n":1,"tags":["a","b"]},{"n":22,"tags":[]},{"n":3,"tags":["c"]}],"odd.key":{"x?":1},"f|g":2,"wild_at":3,"twice":4,"twice":5}`
	for path, want := range map[string][]string{
		"@this":                        {strings.TrimSpace(doc)},
		"list.#.n":                     {"1", "22", "3"},
		"list.1.n":                     {"22"},
		"list.#.tags.#":                {`"a"`, `"b"`, `"c"`},
		"list.#.tags.0":                {`"a"`, `"c"`},
		"list.#(n>2)#.n":               {"22", "3"},
		"list.#(n>2).n":                {"22"},
		`list.#(tags.#(=="c")).n`:      {"3"},
		`list.#(tags.0=="a.|)").n`:     nil,
		`odd\.key.x\?`:                 {"1"},
		`f\|g`:                         {"2"},
		"wild_*":                       {"3"},
		"*":                            {`[{"n":1,"tags":["a","b"]},{"n":22,"tags":[]},{"n":3,"tags":["c"]}]`, `{"x?":1}`, "2", "3", "4", "5"},
		"twice":                        {"4", "5"},
		"list.00":                      nil,
		"list.#.absent":                nil,
		`list.#(tags.#(=="zz"))#.tags`: nil,
	} {
		words, err := splitPath(path)
		require.NoError(t, err, path)
		found, _ := parseTree([]byte(doc)).find(words)
		var got []string
		for _, n := range found {
			require.Equal(t, n.raw, doc[n.at:n.at+len(n.raw)], path)
			got = append(got, n.raw)
		}
		require.Equal(t, want, got, path)
	}
}

func TestPathsThatNameNoPlace(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"":           "empty",
		"a..b":       "empty",
		"a.":         "empty",
		"a|b":        "a pipe names no place",
		"@reverse":   `"@reverse" names no place`,
		"a.@this":    `"@this" names no place`,
		"{a,b}":      "names no place",
		"[a,b]":      "names no place",
		"!1":         "names no place",
		"a.#(b":      "is no query",
		`a.#(b=="c`:  "is no query",
		"a.#x":       "is no query",
		"a.#(b)#x.c": "is no query",
	} {
		_, err := settingsOf([]Option{Unordered(path)})
		require.ErrorContains(t, err, want, path)
		require.ErrorContains(t, err, "Unordered", path)
	}
}

func TestOptionsThatCannotBe(t *testing.T) {
	t.Parallel()
	for want, o := range map[string]Option{
		"a nil option":          nil,
		"Alias: no path":        Alias(Time),
		`unknown kind "date"`:   Alias(Kind("date"), "x"),
		`Drop ["x"]: say why`:   Drop(" ", "x"),
		`label "A B"`:           AliasRegexp("A B", regexp.MustCompile("x")),
		"a has no expression":   AliasRegexp("a", nil),
		"Header: header name":   Header("a b", "c"),
		"would leave nothing":   Drop("why", "@this"),
		`"header:a b": no name`: Alias(ID, "header:a b"),
		`"query:x": no array`:   Unordered("query:x"),
		`"query:": no name`:     Secret("query:"),
		"Secret: no path":       Secret(),
	} {
		_, err := settingsOf([]Option{o})
		require.ErrorContains(t, err, want)
	}
	for _, o := range []Option{Drop("why", "x"), Unordered("x")} {
		_, err := settingsOf([]Option{Wire(), o})
		require.ErrorContains(t, err, "neither left out nor sorted")
	}
	_, err := settingsOf([]Option{Wire(), Drop("why", "header:x")})
	require.NoError(t, err)
}

func TestUnordered(t *testing.T) {
	t.Parallel()
	opts := []Option{Unordered("list", "list.#.tags"), Alias(UUID, "list.#.id")}
	got := normal(t, `{"list":[
		{"id":"16fd2706-8baf-433b-82eb-8c7fada847da","tags":["b","a"],"n":2},
		{"id":"00000000-0000-4000-8000-000000000000","tags":["z","a"],"n":1}]}`, opts...)
	require.Equal(t, got, normal(t, `{"list":[
		{"id":"fffd2706-8baf-433b-82eb-8c7fada847da","tags":["a","z"],"n":1},
		{"id":"11111111-0000-4000-8000-000000000000","tags":["a","b"],"n":2}]}`, opts...), "order and values of ids do not count")
	require.NotEqual(t, got, normal(t, `{"list":[
		{"id":"16fd2706-8baf-433b-82eb-8c7fada847da","tags":["b","a"],"n":2},
		{"id":"16fd2706-8baf-433b-82eb-8c7fada847da","tags":["z","a"],"n":1}]}`, opts...), "equal ids do")
	require.Contains(t, got, "\"a\",\n        \"z\"")

	_, n, err := normalised(t, `{"list":{"a":1}}`, Unordered("list"))
	require.NoError(t, err)
	require.Equal(t, []string{`Unordered "list": {"a":1} is no array`}, n.misfits)
}

// Values that only a regular expression hides do not decide the order either.
func TestUnorderedBesideRegexps(t *testing.T) {
	t.Parallel()
	opts := []Option{Unordered("@this"), AliasRegexp("run", regexp.MustCompile(`run-\d+`))}
	require.Equal(t, normal(t, `["run-1 b","run-2 a"]`, opts...), normal(t, `["run-7 a","run-8 b"]`, opts...))
}

func TestDrop(t *testing.T) {
	t.Parallel()
	require.Equal(t, "{\n  \"a\": {},\n  \"l\": [\n    2\n  ]\n}\n",
		normal(t, `{"a":{"x":1},"l":[1,2,3],"b":{"c":1}}`, Drop("noise", "a.x", "l.0", "l.#(==3)", "b")))
}

func TestSecret(t *testing.T) {
	t.Parallel()
	require.Equal(t, "{\n  \"api\": {\n    \"key\": \"<present>\",\n    \"none\": \"\",\n    \"null\": null\n  },\n  \"n\": \"<present>\",\n  \"o\": \"<present>\"\n}\n",
		normal(t, `{"api":{"key":"s3cret-value","none":"","null":null},"n":12345678,"o":{"p":["q"]}}`,
			Secret("api.key", "api.none", "api.null", "n", "o")))
}

func TestTheFirstOptionHasTheValue(t *testing.T) {
	t.Parallel()
	require.Equal(t, "[\n  \"<id:1 int>\",\n  2\n]\n", normal(t, `[1,2,3]`, Alias(ID, "0"), Secret("0"), Drop("why", "2"), Alias(ID, "2")))
}

func TestSecretThatStandsElsewhere(t *testing.T) {
	t.Parallel()
	for name, doc := range map[string]string{
		"as it is":    `{"key":"s3cret/value","url":"x s3cret/value"}`,
		"in a query":  `{"key":"s3cret/value","url":"?k=s3cret%2Fvalue"}`,
		"in a path":   `{"key":"s3cret/ä","url":"/s3cret%2F%C3%A4"}`,
		"as base64":   `{"key":"s3cret/value","basic":"czNjcmV0L3ZhbHVl"}`,
		"last word":   `{"key":"Bearer s3cret-value","url":"?k=s3cret-value"}`,
		"from within": `{"key":{"deep":["s3cret-value"]},"url":"?k=s3cret-value"}`,
		"in JSON":     `{"key":"s3cret\"value","url":"x s3cret\"value"}`,
	} {
		_, _, err := normalised(t, doc, Secret("key"))
		require.ErrorContains(t, err, "a value that Secret hides elsewhere stands here too", name)
		require.Regexp(t, `^line \d: `, err.Error())
		require.NotContains(t, err.Error(), "s3cret", name)
	}
	_, _, err := normalised(t, `{"key":"short","url":"short"}`, Secret("key"))
	require.NoError(t, err, "texts that stand everywhere by chance are not looked for")
}

func TestWireReplacesInPlace(t *testing.T) {
	t.Parallel()
	got := normal(t, ` {"b":  7, "a":"s3cret-value","n":null,"t":"caf\u00e9 ", "z":[7]}`+"\n\n",
		Wire(), Alias(ID, "b", "n", "z.0"), Secret("a"))
	require.Equal(t, ` {"b":  "<id:1 int>", "a":"<present>","n":null,"t":"caf\u00e9 ", "z":["<id:1 int>"]}`+"\n\n", got)
	require.Equal(t, ` [1.0 ]`, normal(t, ` [1.0 ]`, Wire()))
}

func TestAliasRegexp(t *testing.T) {
	t.Parallel()
	got := normal(t, `{"id":"ab12","path":"/carts/ab12/rows/cd34","again":"/carts/cd34"}`,
		Alias(ID, "id"), AliasRegexp("id", regexp.MustCompile(`/(?:carts|rows)/([a-z0-9]+)`)))
	require.Equal(t, "{\n  \"again\": \"/carts/<id:2>\",\n  \"id\": \"<id:1 text>\",\n  \"path\": \"/carts/<id:1>/rows/<id:2>\"\n}\n", got)
	require.Equal(t, "\"<id:1 text>\"\n", normal(t, `"ab12"`, Alias(ID, "@this"), AliasRegexp("n", regexp.MustCompile(`\d+`))),
		"aliases are left alone")
	require.Equal(t, "\"<n:1>x<n:2>x<n:1>\"\n", normal(t, `"1x22x1"`, AliasRegexp("n", regexp.MustCompile(`\d+`))))
}

func TestTranscriptIsNormalisedAsAWhole(t *testing.T) {
	t.Parallel()
	s, err := settingsOf([]Option{
		Alias(ID, "id", "customer.id", "query:after", "header:X-Id"), Secret("authorization", "query:key"), Drop("noise", "header:x-noise", "query:_"),
		AliasRegexp("id", regexp.MustCompile(`customers/(\d+)`)), Alias(Port, "header:Location"),
	})
	require.NoError(t, err)
	n := s.normaliser(true)
	got, err := Format(n.transcript(Transcript{Exchanges: []Exchange{
		{
			Request:  Request{"POST", "/customers?key=abcdefgh&_=1", []Field{{"Authorization", "Bearer abcdefgh"}, {"X-Noise", "1"}}, []byte(`{"customer":{"email":"a@example.com","id":5}}`)},
			Response: Response{201, []Field{{"Location", "http://127.0.0.1:4711/customers/5"}, {"X-Id", "5"}}, []byte(`{"id":5,"next":6}`)},
		},
		{
			Request:  Request{"GET", "/customers/5?after=6&x=1&_=2", nil, nil},
			Response: Response{200, nil, []byte("plain customers/6")},
		},
	}}, true))
	require.NoError(t, err)
	require.NoError(t, n.check(got))
	require.Equal(t, `-- request 1 --
POST /customers?key=<present>
Authorization: <present>

{
  "customer": {
    "email": "a@example.com",
    "id": <id:1 int>
  }
}
-- response 1 --
201 Created
Location: http://127.0.0.1:<port:1>/customers/<id:1>
X-Id: <id:1 digits>

{
  "id": <id:1 int>,
  "next": 6
}
-- request 2 --
GET /customers/<id:1>?after=<id:2>&x=1
-- response 2 --
200 OK

plain customers/<id:2>
`, string(got))
}

func TestMisfitsOutsideOfBodies(t *testing.T) {
	t.Parallel()
	s, err := settingsOf([]Option{Alias(UUID, "header:X-Id", "query:id")})
	require.NoError(t, err)
	n := s.normaliser(true)
	got := n.transcript(Transcript{Exchanges: []Exchange{{Request: Request{"GET", "/?id=%zz&empty", []Field{{"X-Id", "7"}}, nil}}}}, true)
	require.Equal(t, "/?id=%zz&empty", got.Exchanges[0].Request.Target)
	require.Equal(t, "7", got.Exchanges[0].Request.Header[0].Value)
	require.Equal(t, []string{`Alias "query:id": "%zz" is no uuid`, `Alias "header:X-Id": "7" is no uuid`}, n.misfits)
	require.Equal(t, "/", n.query("/"))

	s, err = settingsOf([]Option{Drop("why", "query:id", "query:b c"), Alias(ID, "query:again")})
	require.NoError(t, err)
	n = s.normaliser(true)
	require.Equal(t, "/a", n.query("/a?id=1&b+c=2&b%20c&id"))
	require.Equal(t, "/a?again=<id:1>", n.query("/a?again=7"))
	n.again = true
	require.Equal(t, "/a?again=<id:1>", n.query("/a?again=<id:1>"))
}

// Whatever the document, normalising what came out changes nothing.
func FuzzNormaliseTwice(f *testing.F) {
	f.Add(`{"id":1,"at":"2025-03-01T09:00:00Z","list":[{"id":2},{"id":1}],"key":"secret-one"}`)
	f.Add(`{"id":"127.0.0.1:80","list":["b","a",{"id":"<id:2 int>"}]}`)
	f.Add(`{"id":"x","list":[{"id":5,"x":"n12"},{"id":4,"x":"n13"}],"at":{"id":7}}`)
	f.Fuzz(func(t *testing.T, doc string) {
		d, err := newDocument(doc)
		if err != nil {
			return
		}
		for _, opts := range [][]Option{
			{Alias(ID, "id", "list.#.id"), Alias(Time, "at"), Secret("key"), Unordered("list"), AliasRegexp("n", regexp.MustCompile(`n(\d+)`))},
			{Alias(Port, "id"), Alias(Unix, "list.#.id"), Wire()},
			{Drop("why", "list.#.id"), Alias(Cursor, "*")},
		} {
			s, err := settingsOf(opts)
			require.NoError(t, err)
			first := s.normaliser(false)
			once, err := d.text(first, nil)
			require.NoError(t, err)
			if anyToken.MatchString(doc) || strings.Contains(doc, present) || !parsable(once) {
				return // a document that has aliases already, or that an expression took apart
			}
			second := s.normaliser(false)
			second.again = true
			twice, err := document(once).text(second, nil)
			require.NoError(t, err)
			require.Equal(t, string(once), string(twice))
		}
	})
}

func parsable(b []byte) bool { return parseTree(b) != nil }

// No path makes a document panic, and what is found stands where it says.
func FuzzPaths(f *testing.F) {
	f.Add("list.#.n", `{"list":[{"n":1},{"n":2}]}`)
	f.Add(`a\.b.#(x=="y.z")#.0`, ` {"a.b":[{"x":"y.z"},{"x":1}]}`)
	f.Add("*", `{"a":1,"a":2,"\u0062":3}`)
	f.Add("@this", `"x"`)
	f.Fuzz(func(t *testing.T, path, doc string) {
		words, err := splitPath(path)
		root := parseTree([]byte(doc))
		if err != nil || root == nil {
			return
		}
		found, matches := root.find(words)
		if len(found) > 0 && !matches {
			t.Fatalf("%q finds values in %q and matches nothing", path, doc)
		}
		for _, n := range found {
			if doc[n.at:n.at+len(n.raw)] != n.raw {
				t.Fatalf("%q in %q: %q does not stand at %d", path, doc, n.raw, n.at)
			}
		}
	})
}

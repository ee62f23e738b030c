package scenarios_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/scenarios"
)

// lostSave builds in Go what the shipped file of that name tells in short.
func lostSave() *scenarios.Scenario {
	s := scenarios.New("cartfunnel", scenarios.Clock("2025-03-01T09:00:00Z frozen"),
		scenarios.State(`{"customers": [{"id": 1, "email": "carl@example.com"}]}`),
		scenarios.Line("with page-size 50"))
	s.Phase("The answer is lost;\nlook first")
	s.Expect("POST ~/customers.json", scenarios.Body(dora)).Live().With(scenarios.LostResponse())
	s.Expect("GET ~/customers.json query=page=1").Live("mail=1.email")
	s.Never("POST ~/customers.json", scenarios.Body(dora))
	s.Check("customers.#", "==", "2")
	s.Phase("And so on")
	s.Advance(90 * time.Second)
	s.Par(func() {
		s.Expect("PATCH ~/customers/1.json", scenarios.Body(carlMoves)).Fault(scenarios.NotSaved("It's locked"))
		s.Expect("GET ~/strange", scenarios.Body("no JSON")).Answer(418, scenarios.Body("a\r\nb"))
	})
	s.Settle()
	s.Expect("POST ~/customers.json optional", scenarios.Header("If-Match", "*")).Answer(201,
		scenarios.Header("X-Request-Id", "{{:uuid}}"), scenarios.Body(`{"id": "{{:int}}"}`), scenarios.Words("apply style=pretty"))
	s.Revoke()
	s.Expect("GET ~/customers/1.json x2").Live()
	s.Check(`customers.#(email=="{{mail}}").first_name`, "==", "Dora's")
	return s
}

const lostSaveText = `scenario 1 cartfunnel
clock    2025-03-01T09:00:00Z frozen
state    @state
with     page-size 50

# The answer is lost; look first
-> POST ~/customers.json @post-customers
<- live !! lost-response
-> GET ~/customers.json query=page=1
<- live mail=1.email
never POST ~/customers.json @post-customers
check customers.# == 2

# And so on
advance 1m30s
par {
    -> PATCH ~/customers/1.json @patch-1
    <- fault not-saved errors='It''s locked'
    -> GET ~/strange @get-strange
    <- 418 @answer-get-strange
}
settle
-> POST ~/customers.json optional @post-customers-2
<- 201 @answer-post-customers apply style=pretty
revoke
-> GET ~/customers/1.json x2
<- live
check customers.#(email=="{{mail}}").first_name == 'Dora''s'

-- state.json --
{"customers": [{"id": 1, "email": "carl@example.com"}]}
-- post-customers.json --
{"customer":{"email":"dora@example.com","first_name":"Dora"}}
-- patch-1.json --
{"customer":{"email":"carl@example.org"}}
-- get-strange.txt --
no JSON
-- answer-get-strange.b64 --
YQ0KYg==
-- post-customers-2.txt --
If-Match: *
-- answer-post-customers.json --
X-Request-Id: {{:uuid}}

{"id": "{{:int}}"}
`

func TestBuild(t *testing.T) {
	t.Parallel()
	s := lostSave()
	assert.Equal(t, lostSaveText, string(s.Format()))
	file := filepath.Join(t.TempDir(), "lost-save.txtar")
	require.NoError(t, s.WriteFile(file))
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, lostSaveText, string(text))
	again, err := scenarios.Load(os.DirFS(filepath.Dir(file)), "lost-save.txtar")
	require.NoError(t, err)
	assert.Equal(t, lostSaveText, string(again.Format()))
}

// A story built in Go is played as one from a file; its places are lines of Go.
func TestPlayWhatWasBuilt(t *testing.T) {
	t.Parallel()
	watched := watch(func(w *spy) {
		c := newShopper(lostSave().Start(w))
		_, _, err := c.do("POST", "/customers.json", dora)
		require.Error(t, err)
		c.must(t, 200, "GET", "/customers.json?page=1", "")
		got := c.must(t, 418, "GET", "/strange", "no JSON")
		assert.Equal(t, "a\r\nb", got)
		assert.Contains(t, c.must(t, 200, "PATCH", "/customers/1.json", carlMoves), "It's locked")
		c.must(t, 403, "GET", "/customers/1.json", "")
	})
	require.Len(t, watched.failures(), 2)
	assert.Regexp(t, `^build_test\.go:\d+: step reached only 1 of 2 times: -> GET ~/customers/1\.json x2$`, watched.failures()[0])
	assert.Regexp(t, `^build_test\.go:\d+: step never reached: check customers`, watched.failures()[1])
}

func TestSectionsOfBuiltScenarios(t *testing.T) {
	t.Parallel()
	s := scenarios.New("cartfunnel")
	s.Expect("POST ~/customers.json", scenarios.Body(`{"a": 1}`)).Answer(201, scenarios.Body(`{"b": 1}`))
	s.Expect("POST ~/customers.json", scenarios.Body(`{"a": 2}`)).Answer(201, scenarios.Body(`{"b": 1}`))
	s.Expect("POST /", scenarios.Body("x")).Answer(204)
	assert.Equal(t, `scenario 1 cartfunnel

-> POST ~/customers.json @post-customers
<- 201 @answer-post-customers
-> POST ~/customers.json @post-customers-2
<- 201 @answer-post-customers
-> POST / @post
<- 204

-- post-customers.json --
{"a": 1}
-- answer-post-customers.json --
{"b": 1}
-- post-customers-2.json --
{"a": 2}
-- post.txt --
x
`, string(s.Format()))
}

// What was read from a file can be gone on with.
func TestGoOnWithAFile(t *testing.T) {
	t.Parallel()
	s := story(t, "-> POST ~/customers.json @dora\n<- live\n-- dora.json --\n"+dora+"\n")
	s.Never("POST ~/customers.json", scenarios.Body(dora))
	assert.Contains(t, string(s.Format()), "<- live\nnever POST ~/customers.json @dora\n\n-- dora.json --\n")
	newShopper(s.Start(t)).must(t, 200, "POST", "/customers.json", dora)
}

func TestBuildNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		build func(s *scenarios.Scenario)
		want  string
	}{
		"step":          {func(s *scenarios.Scenario) { s.Expect("GET ~/customers.json optionl").Live() }, `unknown word "optionl" (did you mean "optional"?)`},
		"no answer":     {func(s *scenarios.Scenario) { s.Expect("GET ~/customers.json") }, "no answer follows; want a line: <- live"},
		"two answers":   {func(s *scenarios.Scenario) { s.Expect("GET ~/customers.json").Live().Answer(200) }, "a second answer: 200"},
		"With alone":    {func(s *scenarios.Scenario) { s.Expect("GET ~/customers.json").With(scenarios.Reset()) }, "With puts a fault on an answer; say Live, Answer or Fault before it"},
		"fault":         {func(s *scenarios.Scenario) { s.Expect("GET ~/customers.json").Fault(scenarios.Burst()) }, "fault burst: it needs for= or calls="},
		"two lines":     {func(s *scenarios.Scenario) { s.Check("a", "==", "b\nc") }, `"check a == b\nc": a line cannot hold another`},
		"quote":         {func(s *scenarios.Scenario) { s.Never("GET '/") }, "the quote ' is never closed; double it to mean a quote"},
		"condition":     {func(s *scenarios.Scenario) { s.Check("a", "=", "b") }, `check: condition "a = b": unknown operator "="; there are == != <= >= < > ~`},
		"phase":         {func(s *scenarios.Scenario) { s.Phase(" \n") }, "a phase needs a title"},
		"header":        {func(s *scenarios.Scenario) { s.Expect("GET ~/x", scenarios.Header("a b", "c")).Live() }, `"a b": "c" is no header line`},
		"header's end":  {func(s *scenarios.Scenario) { s.Expect("GET ~/x", scenarios.Header("a", "c\n")).Live() }, `"a": "c\n" is no header line`},
		"word":          {func(s *scenarios.Scenario) { s.Expect("GET ~/x").Answer(200, scenarios.Words("aply")) }, `unknown word "aply" (did you mean "apply"?)`},
		"two bodies":    {func(s *scenarios.Scenario) { s.Expect("GET ~/x", scenarios.Body("a"), scenarios.Body("b")).Answer(200) }, "a second section @get-x-2"},
		"API version":   {func(s *scenarios.Scenario) { *s = *scenarios.New("cartfunnel v7") }, `cartfunnel has no version "v7"; there is v1`},
		"negative time": {func(s *scenarios.Scenario) { s.Advance(-1) }, `advance: "-1ns" is no time; want one like 1s, 250ms, 5m, 75h`},
	} {
		s := scenarios.New("cartfunnel")
		c.build(s)
		err := s.WriteFile(filepath.Join(t.TempDir(), "s.txtar"))
		require.Error(t, err, name)
		first, _, _ := strings.Cut(err.Error(), "\n")
		assert.Regexp(t, `^scenarios: build_test\.go:\d+: `, first, name)
		_, text, _ := strings.Cut(strings.TrimPrefix(first, "scenarios: build_test.go:"), ": ")
		assert.Equal(t, c.want, text, name)
		watched := watch(func(w *spy) { s.Start(w) })
		assert.Equal(t, err.Error(), watched.failures()[0], name)
	}
	s := scenarios.New("cartfunel", scenarios.Line("mode strikt"))
	assert.ErrorContains(t, s.WriteFile("s.txtar"), `unknown API "cartfunel" (did you mean "cartfunnel"?)`)
}

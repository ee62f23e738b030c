package scenarios_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/golden"
	"github.com/cartdouble/cartdouble/scenarios"
)

const stands = "clock 2025-03-01T09:00:00Z frozen\n"

// wide is a body with many members.
func wide(value int) string {
	var members []string
	for i := range 60 {
		members = append(members, fmt.Sprintf(`"f%02d": %d`, i, value))
	}
	return "{" + strings.Join(members, ", ") + "}"
}

// long is a wide body with a note.
func long(value int) string { return strings.TrimSuffix(wide(value), "}") + `, "note": 1}` }

// misfits are stories with a client that does not follow them.
var misfits = []struct {
	name, story string
	play        func(t *testing.T, run *scenarios.Run, c shopper)
}{
	{"blind repeat", "state customers=2\n# The answer is lost; look before posting again\n-> POST ~/customers.json @dora\n<- live !! lost-response\n-> GET ~/customers.json query=page=1\n<- live\n-> GET ~/customers.json query=page=2 optional\n<- live\nnever POST ~/customers.json @dora\n-- dora.json --\n" + dora + "\n", func(t *testing.T, _ *scenarios.Run, c shopper) {
		_, _, err := c.do("POST", "/customers.json", dora)
		require.Error(t, err)
		play(t, c, "")
		c.must(t, 501, "POST", "/customers.json", dora)
	}},
	{"repeated refusal", "-> GET ~/customers.json\n<- fault wrong-credentials\n", func(t *testing.T, _ *scenarios.Run, c shopper) {
		play(t, c, "GET customers.json 403, GET customers.json 501")
	}},
	{"repeated after a refused save", "state customers=1\n-> PATCH ~/customers/1.json @dora\n<- fault not-saved\n-> GET ~/customers/1.json\n<- live\n-- dora.json --\n" + dora + "\n", func(t *testing.T, _ *scenarios.Run, c shopper) {
		c.must(t, 200, "PATCH", "/customers/1.json", dora)
		c.must(t, 501, "PATCH", "/customers/1.json", dora)
	}},
	{"repeated after a failed save that was one", "state customers=1\n-> PATCH ~/customers/1.json @dora\n<- fault saved-but-says-error\n-> GET ~/customers/1.json\n<- live\n-- dora.json --\n" + dora + "\n", func(t *testing.T, _ *scenarios.Run, c shopper) {
		c.must(t, 500, "PATCH", "/customers/1.json", dora)
		c.must(t, 501, "PATCH", "/customers/1.json", dora)
	}},
	{"repeated after a reset", "-> GET ~/customers.json\n<- live !! reset\n", func(t *testing.T, _ *scenarios.Run, c shopper) {
		_, _, err := c.do("GET", "/customers.json", "")
		require.Error(t, err)
		play(t, c, "GET customers.json 501")
	}},
	{"repeated after a refusal of the fake", "-> GET ~/customers/1.json\n<- live\n", func(t *testing.T, _ *scenarios.Run, c shopper) {
		play(t, c, "GET customers/1.json 404, GET customers/1.json 501")
	}},
	{"repeated after success", "-> GET ~/customers.json\n<- live\n", func(t *testing.T, _ *scenarios.Run, c shopper) {
		play(t, c, "GET customers.json 200, GET customers.json 501")
	}},
	{"body", "ignore body customer.note\n-> POST ~/customers.json @big\n<- live\n-- big.json --\n" + `{"customer": {"email": "{{mail:email}}", "total": 345345345345, "tags": {"a": 1}, "note": "x", "last_name": "Roth"}}` + "\n", func(t *testing.T, _ *scenarios.Run, c shopper) {
		c.must(t, 501, "POST", "/customers.json", `{"customer":{"email":"dora","total":3.45345345345e+11,"tags":[1],"note":"y","first_name":"Dora"}}`)
	}},
	{"no JSON", "-> POST ~/customers.json @dora\n<- live\n-- dora.json --\n" + dora + "\n", func(t *testing.T, _ *scenarios.Run, c shopper) {
		c.must(t, 501, "POST", "/customers.json", `email=dora@example.com`)
	}},
	{"wide body", "-> POST ~/customers.json @big\n<- live\n-- big.json --\n" + wide(1) + "\n", func(t *testing.T, _ *scenarios.Run, c shopper) {
		c.must(t, 501, "POST", "/customers.json", wide(2))
	}},
	{"header", "-> POST ~/customers.json @dora\n<- live\n-- dora.json --\nContent-Type: text/json\nX-Trace: {{:int}}\n\n" + dora + "\n", func(t *testing.T, _ *scenarios.Run, c shopper) {
		c.must(t, 501, "POST", "/customers.json", dora)
	}},
	{"too early", "# The answer names a time\n-> GET ~/customers.json\n<- fault rate-limited retry-after=2s\n-> GET ~/customers.json wait=2s..30s\n<- live\n", func(t *testing.T, run *scenarios.Run, c shopper) {
		play(t, c, "GET customers.json 429")
		run.Fake().Advance(1600 * time.Millisecond)
		play(t, c, "GET customers.json 501")
	}},
	{"unknown path", "-> GET ~/customers.json\n<- live\n", func(t *testing.T, _ *scenarios.Run, c shopper) {
		play(t, c, "GET customer.json?limit=10 501")
	}},
	{"the story is over", "# One call\n-> GET ~/customers.json query=page=1\n<- live\n", func(t *testing.T, _ *scenarios.Run, c shopper) {
		play(t, c, "GET customers.json?page=1 200, GET customers.json?page=2 501")
	}},
	{"later step", "# One\n-> GET ~/customers/1.json optional\n<- live\n-> GET ~/customers.json\n<- live\n# Two\n-> GET ~/customers/2.json\n<- live\n", func(t *testing.T, _ *scenarios.Run, c shopper) {
		play(t, c, "GET customers/2.json 501, GET customers.json 200, GET customers/1.json 501")
	}},
	{"other credentials", "-> GET ~/customers.json\n<- live\n", func(t *testing.T, _ *scenarios.Run, c shopper) {
		c.credentials = fake.Credentials{"account": "myshop", "secret": "another"}
		play(t, c, "GET customers.json 501")
	}},
	{"many are possible", "par {\n" + strings.Repeat("-> GET ~/customers.json\n<- live\n", 5) + "}\n", func(t *testing.T, _ *scenarios.Run, c shopper) {
		play(t, c, "GET customers/7.json 501")
	}},
	{"secret", "auth account=myshop secret={{secret.api}}\n-> GET ~/customers.json query=key={{secret.api}}\n<- live\n", func(t *testing.T, run *scenarios.Run, c shopper) {
		play(t, c, "GET customers.json?key="+run.Secret("api")+"&x=1 501")
	}},
	{"as long as it gets", "state customers=1\nmode per-resource\nignore body note\n# So much can be wrong at once\n-> GET ~/customers.json\n<- live !! lost-response\npar {\n-> POST ~/customers.json @a\n<- live\n-> POST ~/customers.json @b\n<- live\n-> POST ~/customers.json @c\n<- live\n}\n-> GET ~/customers/1.json\n<- live\n-> GET ~/customers/2.json\n<- live\nnever POST ~/customers.json @forbidden\n-- a.json --\n" + long(1) + "\n-- b.json --\n" + long(2) + "\n-- c.json --\n" + long(3) + "\n-- forbidden.json --\n" + long(4) + "\n", func(t *testing.T, _ *scenarios.Run, c shopper) {
		_, _, err := c.do("GET", "/customers.json", "")
		require.Error(t, err)
		c.must(t, 501, "POST", "/customers.json", long(4))
	}},
	{"forbidden", "mode lenient\n# The record is gone\n-> GET ~/customers.json\n<- live\nnever PATCH ~/customers/{{:int}}.json\n", func(t *testing.T, _ *scenarios.Run, c shopper) {
		play(t, c, "GET customers.json 200")
		c.must(t, 501, "PATCH", "/customers/1.json", dora)
	}},
}

func TestMismatches(t *testing.T) {
	t.Parallel()
	for _, m := range misfits {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			s := story(t, stands+m.story)
			watched := watch(func(w *spy) {
				run := s.Start(w, noRouteIsFine)
				m.play(t, run, newShopper(run))
			})
			require.Len(t, watched.failures(), 1, "the first is the error, the rest a list")
			text := watched.failures()[0]
			assert.LessOrEqual(t, strings.Count(text, "\n"), 39)
			assert.NotContains(t, text, "the-api-secret")
			golden.Text(t, "text", text)
		})
	}
}

func TestMismatchOnTheWire(t *testing.T) {
	t.Parallel()
	s := story(t, stands+"-> GET ~/customers.json\n<- live\n")
	watch(func(w *spy) {
		run := s.Start(w)
		req, err := run.Client().Get(run.BaseURL() + "/customers/1.json?é")
		require.NoError(t, err)
		defer req.Body.Close()
		assert.Equal(t, 501, req.StatusCode)
		assert.Equal(t, "application/json; charset=utf-8", req.Header.Get("Content-Type"))
		assert.Equal(t, "s.txtar:3: request #1 does not fit the story: want -> GET ~/customers.json, got GET /v1/customers/1.json query=?",
			req.Header.Get("X-Fake-Mismatch"), "in letters that a header can hold")
	})
}

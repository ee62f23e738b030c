package scenarios_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFixedAnswers(t *testing.T) {
	t.Parallel()
	s := story(t, `clock 2025-03-01T09:00:00Z frozen
seed  9
-> GET ~/a/{{id:int}}
<- 200 @one
-> GET ~/b
<- @two
-> GET ~/c
<- 200 @bytes
-> GET ~/d
<- 202
-> GET ~/e
<- 200 @one style=pretty
-> GET ~/f
<- 200 @form

-- one.json --
X-Time: {{now+1h}}

{"id": "{{id}}", "b": 1.0}
-- two.txt --
HTTP/1.1 418 I'm a teapot
Content-Type: text/html
Set-Cookie: a=1
Set-Cookie: b=2

<p>{{id}}</p>
-- bytes.b64 --
AAEC/w==
-- form.form --
id={{id}}
`)
	run := s.Start(t)
	get := func(path string) (*http.Response, string) {
		req, err := http.NewRequest(http.MethodGet, run.BaseURL()+path, nil)
		require.NoError(t, err)
		req.Header.Set("X-Cartfunnel-Account", run.Credentials()["account"])
		req.Header.Set("X-Cartfunnel-Api-Secret", run.Credentials()["secret"])
		resp, err := run.Client().Do(req)
		require.NoError(t, err)
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		return resp, string(body)
	}
	resp, body := get("/a/17")
	assert.Equal(t, `{"id":17,"b":1.0}`, body)
	assert.Equal(t, "application/json; charset=utf-8", resp.Header.Get("Content-Type"))
	assert.Equal(t, "2025-03-01T05:00:00.000-05:00", resp.Header.Get("X-Time"))
	resp, body = get("/b")
	assert.Equal(t, 418, resp.StatusCode)
	assert.Equal(t, "<p>17</p>", body)
	assert.Equal(t, "text/html", resp.Header.Get("Content-Type"))
	assert.Equal(t, []string{"a=1", "b=2"}, resp.Header.Values("Set-Cookie"))
	resp, body = get("/c")
	assert.Equal(t, "\x00\x01\x02\xff", body)
	assert.Equal(t, "application/octet-stream", resp.Header.Get("Content-Type"))
	resp, body = get("/d")
	assert.Equal(t, 202, resp.StatusCode)
	assert.Empty(t, body)
	_, body = get("/e")
	assert.Equal(t, "{\n  \"id\": 17,\n  \"b\": 1.0\n}", body)
	resp, body = get("/f")
	assert.Equal(t, "id=17", body)
	assert.Equal(t, "application/x-www-form-urlencoded", resp.Header.Get("Content-Type"))
}

// A fixed answer to a write is carried out too where the file says so.
func TestApply(t *testing.T) {
	t.Parallel()
	s := story(t, `state customers=1
-> POST ~/customers.json @dora
<- 201 @made apply
-> GET ~/customers.json
<- live
-> PATCH ~/customers/99.json
<- 200 @made apply
-> POST ~/customers.json
<- 201 @made
check customers.# == 2
-- dora.json --
`+dora+`
-- made.json --
{"id": "{{:int}}"}
`)
	run := s.Start(t)
	c := newShopper(run)
	assert.Regexp(t, `^{"id":\d+}$`, c.must(t, 201, "POST", "/customers.json", dora))
	assert.Contains(t, c.must(t, 200, "GET", "/customers.json", ""), "dora@example.com")
	assert.Regexp(t, `^{"id":\d+}$`, c.must(t, 200, "PATCH", "/customers/99.json", dora))
	c.must(t, 201, "POST", "/customers.json", carlMoves)
	assert.Equal(t, []string{"s.txtar:8: request #3 was not applied: the fake itself refuses it"}, run.Report().Notes)
}

// Faults lie on fixed answers as on those of the fake.
func TestFaultsOnFixedAnswers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := story(t, `state customers=1
-> GET ~/customers/1.json
<- 200 @x !! slow-headers delay=1h
-> GET ~/customers/1.json
<- 200 @x !! hang
-> GET ~/customers/1.json
<- 200 @x !! truncated how=silent at=3
-> GET ~/customers/1.json
<- 200 @x !! malformed-json kind=trailing !! reset
-- x.json --
{"a": 1}
`)
		run := s.Start(t)
		c := newShopper(run)
		before := time.Now()
		assert.Equal(t, `{"a":1}`, c.must(t, 200, "GET", "/customers/1.json", ""))
		assert.Equal(t, time.Hour, time.Since(before))
		c.http.Timeout = time.Minute
		_, _, err := c.do("GET", "/customers/1.json", "")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, `{"a`, c.must(t, 200, "GET", "/customers/1.json", ""))
		_, _, err = c.do("GET", "/customers/1.json", "")
		require.Error(t, err)
	})
}

func TestState(t *testing.T) {
	t.Parallel()
	s := story(t, `clock 2025-03-01T09:00:00Z frozen
state @one
state customers=2
state @two
-- one.json --
{"customers": [{"id": 10, "email": "ann@example.com", "created_at": "{{now-24h}}"}], "clock": "2025-04-01T00:00:00Z"}
-- two.json --
{"customers": [{"id": 20, "email": "bob@example.com"}]}
`)
	run := s.Start(t)
	var state struct {
		Customers []struct {
			ID    int
			Email string
		}
		Clock time.Time
	}
	require.NoError(t, json.Unmarshal(run.Fake().Snapshot(), &state))
	var emails []string
	for _, c := range state.Customers {
		emails = append(emails, c.Email)
	}
	assert.ElementsMatch(t, []string{"ann@example.com", "customer1@example.com", "customer2@example.com", "bob@example.com"}, emails)
	assert.Equal(t, "2025-04-01T00:00:00Z", state.Clock.Format(time.RFC3339))
}

func TestOptionsOfTheAPI(t *testing.T) {
	t.Parallel()
	s := story(t, `state customers=3
with page-size 2
with newest-first
with native-booleans
with null-last-order
with null-names
with tag-list-shown
with persisted-false-on-update
with method-not-allowed
with missing-wrapper-refused
with path-alias
with content-type 'text/json; charset=utf-8'
with unsaved-keys absent
with echo stored
with echoed-updated-at stored
with created-status 201
with unknown-record 403
with zone America/New_York
with forbidden-body text/html '<h1>no</h1>'
with error-texts 'Email is invalid' 'Email: no'
-> GET ~/customers query=page=2
<- live
-> GET ~/customers/9.json
<- live
-> POST ~/customers.json
<- live
`)
	run := s.Start(t)
	c := newShopper(run)
	text := c.must(t, 200, "GET", "/customers?page=2", "")
	assert.Contains(t, text, `"email":"customer1@example.com"`)
	assert.Contains(t, text, `"tax_exempt":false`)
	assert.Equal(t, "<h1>no</h1>", c.must(t, 403, "GET", "/customers/9.json", ""))
	assert.Contains(t, c.must(t, 200, "POST", "/customers.json", `{"customer":{"email":"x"}}`), "Email: no")
}

func TestRequestsOtherThanJSON(t *testing.T) {
	t.Parallel()
	s := story(t, `-> POST ~/form @form
<- 211
-> POST ~/text @text
<- 212
-> POST ~/bytes @bytes
<- 213
-- form.form --
a=1&b=x+y&c={{:int}}
-- text.txt --
Hello {{name}}
-- bytes.b64 --
AAEC
`)
	watched := watch(func(w *spy) {
		c := newShopper(s.Start(w))
		c.must(t, 501, "POST", "/form", "a=1&b=x+y&c=z")
		c.must(t, 211, "POST", "/form", "c=3&b=x%20y&a=1")
		c.must(t, 501, "POST", "/text", "Bye")
		c.must(t, 212, "POST", "/text", "Hello\nBob"[:5]+" Bob")
		c.must(t, 501, "POST", "/bytes", "\x00\x01")
		c.must(t, 213, "POST", "/bytes", "\x00\x01\x02")
	})
	all := strings.Join(watched.failures(), "") + watched.logged()
	assert.Contains(t, all, "the form  want a=1&b=x+y&c={{:int}}   got a=1&b=x+y&c=z")
	assert.Contains(t, all, "the text  want Hello {{name}}   got Bye")
	assert.Contains(t, all, "the bytes  want 3 bytes   got 2 bytes")
}

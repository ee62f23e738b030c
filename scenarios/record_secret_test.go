package scenarios_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/scenarios"
)

// encodings are the eight ways in which a secret can be written.
var encodings = map[string]func(string) string{
	"plain": func(s string) string { return s },
	"URL":   url.QueryEscape,
	"path":  url.PathEscape,
	"JSON":  func(s string) string { q, _ := json.Marshal(s); return strings.Trim(string(q), `"`) },
	"escaped slash": func(s string) string {
		q, _ := json.Marshal(s)
		return strings.ReplaceAll(strings.Trim(string(q), `"`), "/", `\/`)
	},
	"HTML":   html.EscapeString,
	"base64": func(s string) string { return base64.StdEncoding.EncodeToString([]byte("id:" + s)) },
	"hex":    func(s string) string { return hex.EncodeToString([]byte(s)) },
}

// planted is a secret whose encodings differ.
const planted = `p/anted&secret"of+us`

// places are where it can turn up: what it makes of a request, or of its answer.
var places = map[string]func(c shopper, word string) error{
	"header": func(c shopper, word string) error {
		return ask(c, "GET", "/v1/customers.json?say=header", "", "", word)
	},
	"path": func(c shopper, word string) error {
		return ask(c, "GET", "/v1/customers/"+strings.ReplaceAll(url.PathEscape(word), "/", "%2F")+".json", "", "", "")
	},
	"query": func(c shopper, word string) error {
		return ask(c, "GET", "/v1/customers.json?query="+url.QueryEscape(word), "", "", "")
	},
	"JSON": func(c shopper, word string) error {
		q, _ := json.Marshal(word)
		return ask(c, "POST", "/v1/customers.json", "application/json", `{"note": `+string(q)+`}`, "")
	},
	"form": func(c shopper, word string) error {
		return ask(c, "POST", "/v1/customers.json", "application/x-www-form-urlencoded", "note="+url.QueryEscape(word), "")
	},
	"base64 body": func(c shopper, word string) error {
		return ask(c, "POST", "/v1/customers.json", "application/octet-stream", "\xff\xfe"+base64.StdEncoding.EncodeToString([]byte(word)), "")
	},
	"cookie": func(c shopper, word string) error {
		return ask(c, "GET", "/v1/customers.json?say=cookie", "", "", word)
	},
	"answer": func(c shopper, word string) error {
		return ask(c, "GET", "/v1/customers.json?say=body", "", "", word)
	},
}

// ask sends a request whose echo, if any, the upstream puts into its answer.
func ask(c shopper, method, path, media, body, echo string) error {
	req, err := http.NewRequest(method, "https://api.cartfunnel.net"+path, strings.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("X-Cartfunnel-Account", c.credentials["account"])
	req.Header.Set("X-Cartfunnel-Api-Secret", c.credentials["secret"])
	if media != "" {
		req.Header.Set("Content-Type", media)
	}
	req.Header.Set("X-Echo", base64.StdEncoding.EncodeToString([]byte(echo)))
	resp, err := c.http.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}

// echoing is an upstream that says what it is told to.
func echoing(t *testing.T) string {
	return upstream(t, func(w http.ResponseWriter, r *http.Request) {
		raw, _ := base64.StdEncoding.DecodeString(r.Header.Get("X-Echo"))
		echo := string(raw)
		w.Header().Set("Content-Type", "application/json")
		switch r.URL.Query().Get("say") {
		case "header":
			w.Header().Set("Location", "/next?from="+echo)
		case "cookie":
			w.Header().Set("Set-Cookie", "from="+url.QueryEscape(echo))
		case "body":
			q, _ := json.Marshal("it is " + echo)
			fmt.Fprintf(w, `{"text": %s}`, q)
			return
		}
		_, _ = io.WriteString(w, `{}`)
	})
}

// holds looks for a secret in a text, and in what the base64 of the text says.
func holds(text string) bool {
	for _, encode := range encodings {
		if strings.Contains(text, encode(planted)) {
			return true
		}
	}
	return false
}

func TestPlantedSecretNeverReachesTheDisk(t *testing.T) {
	mode(t, "record")
	up := echoing(t)
	for place, send := range places {
		for encoding, encode := range encodings {
			t.Run(place+", "+encoding, func(t *testing.T) {
				tell := func(rules ...string) (*spy, string) {
					file := recordedTo(t)
					return watch(func(s *spy) {
						run := scenarios.Open(s, file, append(funnelOptions(up), scenarios.Secret("planted", planted), scenarios.WithoutRules(rules...))...)
						require.NoError(t, send(newShopper(run), encode(planted)))
					}), file
				}
				s, file := tell()
				require.Empty(t, s.failures())
				assert.False(t, holds(text(t, file)), "by all the rules: %s", text(t, file))

				s, file = tell("known.1", "known.2", "known.3", "names.2", "shapes.5")
				if place == "cookie" { // which is none of the headers that are kept
					assert.False(t, holds(text(t, file)))
					return
				}
				require.Len(t, s.failures(), 1, "without them the scan finds it")
				told := s.failures()[0]
				assert.Contains(t, told, "not written: ")
				assert.Regexp(t, `(the story|section [a-z0-9.-]+), line \d+: known\.[123]: the secret "planted" stands there`, told)
				assert.False(t, holds(told+s.logged()), "names the place, never the value: %s", told)
				assert.Empty(t, beside(t, file), "nothing is written, not even beside the file")
			})
		}
	}
}

func TestCredentialThatStaysIsAnError(t *testing.T) {
	mode(t, "record")
	file := recordedTo(t)
	s := watch(func(s *spy) {
		run := scenarios.Open(s, file, append(funnelOptions(answering(t, `{}`)),
			scenarios.WithoutRules("known.1", "known.4", "names.3", "cartfunnel.1"))...)
		newShopper(run).must(t, 200, "GET", "/customers.json", "")
	})
	require.Len(t, s.failures(), 1)
	assert.Contains(t, s.failures()[0], "exchange #1: request header X-Cartfunnel-Api-Secret: names.3: a credential was sent and nothing of it was redacted")
	assert.NotContains(t, s.failures()[0], funnelSecret)
	assert.Empty(t, beside(t, file))
}

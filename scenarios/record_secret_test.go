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
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/fake/cartly"
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
			fmt.Fprintf(w, `{"text": %s, "at": "2025-03-01T09:00:00Z"}`, q)
			return
		}
		_, _ = io.WriteString(w, `{"at": "2025-03-01T09:00:00Z"}`)
	})
}

// holds looks for a secret in a text, and in what the JSON in it means.
func holds(text string) bool {
	meant := strings.NewReplacer(`\u0026`, "&", `\u003c`, "<", `\u003e`, ">", `\"`, `"`, `\/`, "/", `\\`, `\`).Replace(text)
	for _, encode := range encodings {
		if strings.Contains(text, encode(planted)) || strings.Contains(meant, encode(planted)) {
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

// deliverPlanted sends a genuine delivery with a word in a place of it.
func deliverPlanted(t *testing.T, run *scenarios.Run, place, word string) {
	t.Helper()
	q, err := json.Marshal(word)
	require.NoError(t, err)
	body := `{"event":"order.created","data":{"id":"ord_7","note":"none"}}`
	switch place {
	case "body":
		body = strings.Replace(body, `"none"`, string(q), 1)
	case "key":
		body = strings.Replace(body, `"note"`, string(q), 1)
	}
	req, err := http.NewRequest("POST", run.HookURL(), strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set(cartly.SignatureHeader, cartly.Sign(hookSecret, []byte(body)))
	if place == "header" {
		req.Header.Set("X-From", word)
	}
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, 200, resp.StatusCode)
}

// A delivery is no exception: what it says, its headers and its answer.
func TestPlantedSecretInADelivery(t *testing.T) {
	for _, place := range []string{"header", "body", "key"} {
		for encoding, encode := range encodings {
			t.Run(place+", "+encoding, func(t *testing.T) {
				tell := func(rules ...string) (*spy, string) {
					mode(t, "record")
					t.Setenv("SCENARIOS_TRACE", "1")
					file := recordedTo(t)
					return watch(func(s *spy) {
						run := scenarios.Open(s, file, cartlyOptions(scenarios.Secret("planted", planted), scenarios.WithoutRules(rules...))...)
						heard := ""
						run.Receiver(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
							body, _ := io.ReadAll(r.Body)
							heard = string(body) + r.Header.Get("X-From")
						}))
						deliverPlanted(t, run, place, encode(planted))
						assert.True(t, holds(heard), "the receiver gets it as it came: %s", heard)
					}), file
				}
				s, file := tell()
				require.Empty(t, s.failures())
				assert.Contains(t, text(t, file), "=> order.created raw @")
				onDiskNowhere(t, s, file)

				s, file = tell("known.1", "known.2", "known.3", "names.2", "shapes.5")
				onDiskNowhere(t, s, file)
				if place == "header" { // none of a delivery is kept
					require.Empty(t, s.failures())
					return
				}
				require.Len(t, s.failures(), 1, "without them the scan finds it")
				assert.Regexp(t, `not written: section [a-z0-9.-]+, line \d+: known\.[123]: the secret "planted" stands there`, s.failures()[0])
				assert.Empty(t, beside(t, file), "nothing is written, not even beside the file")
			})
		}
	}
}

// onDiskNowhere looks for the planted secret in all that was written, beside the
// file too, and in all that was said, the trace included.
func onDiskNowhere(t *testing.T, s *spy, file string) {
	t.Helper()
	assert.False(t, holds(s.logged()+strings.Join(s.failures(), "\n")), "said: %s", s.logged())
	for _, name := range beside(t, file) {
		all := text(t, filepath.Join(filepath.Dir(file), name))
		assert.False(t, holds(all), "%s: %s", name, all)
	}
}

// With all rules on, the value is on the disk nowhere: not in the file, not beside it
// where the test fails, not in what is logged. People neither.
func TestNothingUnredactedIsWritten(t *testing.T) {
	up := echoing(t)
	for place, send := range places {
		for encoding, encode := range encodings {
			for _, fails := range []bool{false, true} {
				mode(t, "record")
				t.Setenv("SCENARIOS_TRACE", "1")
				file := recordedTo(t)
				s := watch(func(s *spy) {
					run := scenarios.Open(s, file, append(funnelOptions(up), scenarios.Secret("planted", planted))...)
					require.NoError(t, send(newShopper(run), encode(planted)))
					if fails {
						s.Errorf("an assertion")
					}
				})
				want := "story.txtar"
				if fails {
					want += ".new"
				}
				assert.Equal(t, []string{want}, beside(t, file), "%s, %s: no temporary file is left", place, encoding)
				assert.Contains(t, s.logged(), "recorded\n", "the trace")
				onDiskNowhere(t, s, file)
			}
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

package scenarios_test

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/scenarios"
)

// plainly is an upstream that gives the same to everybody.
func plainly(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, `{"id": 880001}`)
	}
}

// The second of two recordings that have the same file does not wipe out the first.
func TestTwoRecordingsOfOneFile(t *testing.T) {
	mode(t, "record")
	file := recordedTo(t)
	up := upstream(t, plainly(200))
	var first *spy
	second := watch(func(s *spy) {
		newShopper(scenarios.Open(s, file, funnelOptions(up)...)).must(t, 200, "GET", "/customers/2.json", "")
		first = good(t, func(s *spy) {
			newShopper(scenarios.Open(s, file, funnelOptions(up)...)).must(t, 200, "GET", "/customers/1.json", "")
		})
	})
	assert.Empty(t, first.failures())
	require.Len(t, second.failures(), 1)
	assert.Contains(t, second.failures()[0], "somebody else has written the file meanwhile; each test needs a file of its own, and this recording is in "+file+".new")
	assert.Contains(t, text(t, file), "/customers/1.json")
	assert.Contains(t, text(t, file+".new"), "/customers/2.json")

	good(t, func(s *spy) { // by itself it is brought up to date as ever
		newShopper(scenarios.Open(s, file, funnelOptions(up)...)).must(t, 200, "GET", "/customers/2.json", "")
	})
	assert.Contains(t, text(t, file), "/customers/2.json")
	assert.NoFileExists(t, file+".new")
}

func TestRecordingsHaveANameOfTheirOwn(t *testing.T) {
	mode(t, "record")
	for _, name := range []string{"", "story", "story.json"} {
		s := watch(func(s *spy) { scenarios.Open(s, name, funnelOptions("http://127.0.0.1:1")...) })
		require.Len(t, s.failures(), 1)
		assert.Contains(t, s.failures()[0], "want a file that ends in .txtar, by which Vet and ReplayDir know a scenario, not ")
	}
}

// Where a recording cannot be written it says so, and where.
func TestRecordToWhereNothingCanBe(t *testing.T) {
	mode(t, "record")
	up := upstream(t, plainly(200))
	dir := filepath.Join(t.TempDir(), "sub")
	s := watch(func(s *spy) {
		run := scenarios.Open(s, filepath.Join(dir, "story.txtar"), funnelOptions(up)...)
		newShopper(run).must(t, 200, "GET", "/customers/1.json", "")
		require.NoError(t, os.WriteFile(dir, nil, 0o600)) // a file, where its folder is to be
	})
	require.Len(t, s.failures(), 1)
	assert.Contains(t, s.failures()[0], "story.txtar: not written: ")
	assert.Contains(t, s.failures()[0], "not a directory")
}

// Run.Authorize gives the credentials of the recording.
func TestAuthorizeInARecording(t *testing.T) {
	mode(t, "record")
	up := upstream(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Cartfunnel-Api-Secret") != funnelSecret || r.Header.Get("X-Cartfunnel-Account") != "myshop" {
			w.WriteHeader(http.StatusForbidden)
		}
	})
	file := recordedTo(t)
	good(t, func(s *spy) {
		run := scenarios.Open(s, file, funnelOptions(up)...)
		req, err := http.NewRequest("GET", run.BaseURL()+"/customers.json", nil)
		require.NoError(t, err)
		run.Authorize(req)
		resp, err := run.Client().Do(req)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		assert.Equal(t, 200, resp.StatusCode)
	})
	assert.Contains(t, text(t, file), "-> GET ~/customers.json\n<- 200\n")
}

// What comes behind a body reaches the client of a recording, and no file.
func TestTrailersArePassedOn(t *testing.T) {
	mode(t, "record")
	up := upstream(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Trailer", "X-Checksum")
		plainly(200)(w, r)
		w.Header().Set("X-Checksum", funnelSecret)
	})
	file := recordedTo(t)
	good(t, func(s *spy) {
		run := scenarios.Open(s, file, funnelOptions(up)...)
		req, err := http.NewRequest("GET", run.BaseURL()+"/customers.json", nil)
		require.NoError(t, err)
		run.Authorize(req)
		resp, err := run.Client().Do(req)
		require.NoError(t, err)
		_, err = io.Copy(io.Discard, resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		assert.Equal(t, funnelSecret, resp.Trailer.Get("X-Checksum"))
	})
	assert.NotContains(t, text(t, file), "hecksum")
}

// A service that refuses everything is hardly what was to be recorded.
func TestRecordingOfRefusals(t *testing.T) {
	mode(t, "record")
	for status, told := range map[int]bool{401: true, 403: true, 404: false} {
		up := upstream(t, plainly(status))
		s := good(t, func(s *spy) {
			newShopper(scenarios.Open(s, recordedTo(t), funnelOptions(up)...)).must(t, status, "GET", "/customers/1.json", "")
		})
		assert.Equal(t, told, strings.Contains(s.logged(), "401 or 403 to 1 call, and nothing else: are the secrets those of this account?"), s.logged())
	}
}

// What a secret can be hidden in, where no rule sees it: nothing is written.
func TestSecretsInOddPlacesAreNotWritten(t *testing.T) {
	mode(t, "record")
	half := len(funnelSecret) / 2
	for name, h := range map[string]http.HandlerFunc{
		"in two strings": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"a": "`+funnelSecret[:half]+`", "b": "`+funnelSecret[half:]+`"}`)
		},
		"in a zip that nothing announces": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"))
		},
		"in the name of a header": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Total-"+funnelSecret, "1")
		},
	} {
		file := recordedTo(t)
		up := upstream(t, h)
		s := watch(func(s *spy) {
			newShopper(scenarios.Open(s, file, funnelOptions(up)...)).must(t, 200, "GET", "/customers/1.json", "")
		})
		require.Len(t, s.failures(), 1, name)
		assert.Contains(t, s.failures()[0], "not written: exchange #1: answer ", name)
		assert.NotContains(t, strings.ToLower(s.failures()[0]+s.logged()), funnelSecret, name)
		entries, err := os.ReadDir(filepath.Dir(file))
		require.NoError(t, err)
		assert.Empty(t, entries, name)
	}
}

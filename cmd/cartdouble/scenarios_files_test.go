package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"
)

const (
	savedHAR = `{"log": {"version": "1.2", "entries": [{"startedDateTime": "2025-03-01T09:00:00Z",
		"request": {"method": "GET", "url": "https://api.cartfunnel.net/v1/customers/7.json?k=Tr0ub4dor"},
		"response": {"status": 200, "content": {"text": "{\"id\": 7}"}}}]}}`
	cassette = "version: 2\ninteractions:\n- request: {method: GET, url: 'https://api.cartfunnel.net/v1/customers/7.json?k=Tr0ub4dor'}\n  response: {code: 200, body: '{\"id\": 7}'}\n"
)

func TestScenariosImport(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{"saved.har": savedHAR, "saved.YAML": cassette} {
		file := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		code, out, errs := commandLine(t, "scenarios", "import", "--api", "cartfunnel", file, "--secret", "k=Tr0ub4dor")
		require.Equal(t, exitOK, code, errs)
		assert.Contains(t, out, "-> GET ~/customers/7.json query=k=redacted\n<- 200 @get-customer\n\n-- get-customer.json --\n{\"id\": 7}\n")

		to := filepath.Join(dir, name+".txtar")
		code, printed, errs := commandLine(t, "scenarios", "import", "--api", "cartfunnel", file, "--secret", "k=Tr0ub4dor", "-o", to)
		require.Equal(t, exitOK, code, errs)
		assert.Empty(t, printed)
		written, err := os.ReadFile(to)
		require.NoError(t, err)
		assert.Equal(t, out, string(written))
	}
	bad := filepath.Join(dir, "bad.har")
	require.NoError(t, os.WriteFile(bad, []byte("{}"), 0o600))
	code, _, errs := commandLine(t, "scenarios", "import", "--api", "cartfunnel", bad)
	assert.Equal(t, exitFailed, code)
	assert.Equal(t, "cartdouble scenarios: scenarios: import: no HAR: it has no log with entries\n", errs)
}

// What is exported can be imported, and is the same story.
func TestScenariosExport(t *testing.T) {
	t.Parallel()
	const story = "-> GET ~/customers/7.json\n<- 200 @get-customer\n\n-- get-customer.json --\n{\"id\": 7}\n"
	file := written(t, "scenario 1 cartfunnel\nclock 2025-03-01T09:00:00Z\n\n"+story)
	code, out, errs := commandLine(t, "scenarios", "export", file)
	require.Equal(t, exitOK, code, errs)
	assert.Equal(t, "https://api.cartfunnel.net/v1/customers/7.json", gjson.Get(out, "log.entries.0.request.url").Str)
	assert.Equal(t, "2025-03-01T09:00:00Z", gjson.Get(out, "log.entries.0.startedDateTime").Str)

	to := filepath.Join(t.TempDir(), "out.har")
	code, printed, errs := commandLine(t, "scenarios", "export", "-o", to, file)
	require.Equal(t, exitOK, code, errs)
	assert.Empty(t, printed)
	text, err := os.ReadFile(to)
	require.NoError(t, err)
	assert.Equal(t, out, string(text))
	code, out, errs = commandLine(t, "scenarios", "import", "--api", "cartfunnel", to)
	require.Equal(t, exitOK, code, errs)
	assert.True(t, strings.HasSuffix(out, "\n\n"+story), out)

	code, _, errs = commandLine(t, "scenarios", "export", "cartfunnel/lost-save")
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, errs, "no answer of it stands in the file")
	code, _, errs = commandLine(t, "scenarios", "export", file, "-o", filepath.Join(to, "sub"))
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, errs, to)
}

func TestScenariosCompare(t *testing.T) {
	t.Parallel()
	file := written(t, "scenario 1 cartfunnel\nstate customers=1\nauth secret={{secret.api}}\n-> GET ~/customers/1.json\n<- 200 @one\n-- one.json --\n{\"id\": \"1\", \"gone\": 1}\n")
	code, out, errs := commandLine(t, "scenarios", "compare", file)
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, out, "s.txtar:5: failure: id: recorded string, got number\n")
	assert.Contains(t, out, "s.txtar:5: warning: gone: recorded number, got nothing\n")
	assert.Equal(t, "cartdouble scenarios: 1 failure\n", errs)

	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Cartfunnel-Api-Secret") == "of-the-shop" && r.URL.Path == "/v1/customers/1.json" {
			_, _ = w.Write([]byte(`{"id": "2", "gone": 7, "new": true}`))
		}
	}))
	defer service.Close()
	code, out, errs = commandLine(t, "scenarios", "compare", file, "--to", service.URL+"/v1", "--json", "--secret", "api=of-the-shop")
	require.Equal(t, exitOK, code, errs)
	assert.Equal(t, []string{"note", "new", "boolean"}, []string{gjson.Get(out, "grade").Str, gjson.Get(out, "path").Str, gjson.Get(out, "got").Str})

	code, _, errs = commandLine(t, "scenarios", "compare", file, "--to", service.URL+"/v2")
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, errs, "want a base URL that ends in /v1")
}

func TestScenariosFilesAreAskedForWrongly(t *testing.T) {
	t.Parallel()
	for want, args := range map[string][]string{
		"want one file: a HAR, or a cassette of go-vcr": {"import"},
		"--api is missing: cartfunnel, cscart":          {"import", "saved.har"},
		`--api: unknown API "cartli"`:                   {"import", "saved.har", "--api", "cartli"},
		"open nowhere.har: ":                            {"import", "nowhere.har", "--api", "cartly"},
		"flag provided but not defined: -out":           {"import", "--out", "x"},
		"want one scenario: a file, or API/NAME":        {"compare"},
		"want one recording: a file, or API/NAME":       {"export"},
		"nowhere.txtar is no file, and no scenario":     {"export", "nowhere.txtar"},
		"flag provided but not defined: -har":           {"export", "--har"},
		"nowhere is no file, and no scenario":           {"compare", "nowhere"},
		"flag provided but not defined: -upstream":      {"compare", "--upstream", "x"},
	} {
		code, _, errs := commandLine(t, append([]string{"scenarios"}, args...)...)
		assert.Equal(t, exitUsage, code, want)
		assert.Contains(t, errs, want)
	}
}

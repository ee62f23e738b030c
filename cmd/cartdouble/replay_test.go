package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake/cartly"
)

// TestBeAClient is the client of the tests below, in a process of its own: it
// makes the requests of its last argument.
func TestBeAClient(t *testing.T) {
	base, requests := os.Getenv("CARTDOUBLE_URL"), os.Args[len(os.Args)-1]
	if base == "" {
		t.Skip("run by cartdouble replay and record")
	}
	t.Logf("deliveries to %q", os.Getenv("CARTDOUBLE_HOOK_URL"))
	for request := range strings.SplitSeq(requests, ",") {
		if request == "" {
			continue
		}
		method, path, _ := strings.Cut(request, " ")
		req, err := http.NewRequest(method, base+path, nil)
		require.NoError(t, err)
		req.Header.Set("X-Cartfunnel-Account", os.Getenv("CARTDOUBLE_ACCOUNT"))
		req.Header.Set("X-Cartfunnel-Api-Secret", os.Getenv("CARTDOUBLE_SECRET"))
		resp, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		text, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		t.Logf("%d %s", resp.StatusCode, text)
		require.Equal(t, http.StatusOK, resp.StatusCode)
	}
}

// written puts a scenario into a file.
func written(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "s.txtar")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	return file
}

// commandLine runs the command and gives its exit code and what it printed.
func commandLine(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(context.Background(), args, &o, &e)
	return code, o.String(), e.String()
}

const twoReads = "scenario 1 cartfunnel\nstate customers=1\nauth secret={{secret.api}}\n-> GET ~/customers.json\n<- live\n-> GET ~/customers/1.json\n<- live\n"

func TestReplayToAClient(t *testing.T) {
	t.Parallel()
	file := written(t, twoReads)
	client := []string{"--", os.Args[0], "-test.run=^TestBeAClient$", "-test.v"}
	code, out, errs := commandLine(t, append([]string{"replay", file, "--secret", "api=hunter2"}, append(client, "GET /customers.json,GET /customers/1.json")...)...)
	require.Equal(t, exitOK, code, errs)
	assert.Contains(t, out, "account=myshop  secret=hunter2")
	assert.Contains(t, out, "✓ -> GET ~/customers.json   #1\n")
	assert.Contains(t, errs, "200 {", "what the client prints is beside the report")

	code, out, errs = commandLine(t, append([]string{"replay", file, "--json"}, append(client, "GET /customers.json")...)...)
	require.Equal(t, exitFailed, code, errs)
	report := out[strings.Index(out, "\n")+1:]
	assert.Equal(t, "s.txtar:6: step never reached: -> GET ~/customers/1.json", gjson.Get(report, "problems.0").Str)
	assert.Contains(t, errs, "cartdouble replay: the story was not followed")

	code, _, errs = commandLine(t, append([]string{"replay", file}, append(client, "GET /customers/1.json")...)...)
	require.Equal(t, exitFailed, code)
	assert.Contains(t, errs, "the client ended with exit status 1")
}

// Without a client of its own, the story is played until the command is
// interrupted.
func TestReplayUntilInterrupted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	r, w := io.Pipe()
	code := make(chan int, 1)
	var errs bytes.Buffer
	go func() {
		code <- run(ctx, []string{"replay", "--json", written(t, "scenario 1 cartfunnel\n-> GET ~/customers.json\n<- live\n")}, w, &errs)
		w.Close()
	}()
	line := make([]byte, 4096)
	n, err := r.Read(line)
	require.NoError(t, err)
	at := gjson.GetBytes(line[:n], `s\.txtar`)
	req, err := http.NewRequest("GET", at.Get("url").Str+"/customers.json", nil)
	require.NoError(t, err)
	req.Header.Set("X-Cartfunnel-Account", at.Get("account").Str)
	req.Header.Set("X-Cartfunnel-Api-Secret", at.Get("secret").Str)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, 200, resp.StatusCode)
	cancel()
	report, err := io.ReadAll(r)
	require.NoError(t, err)
	require.Equal(t, exitOK, <-code, errs.String())
	assert.True(t, gjson.GetBytes(report, "steps.0.done").Bool(), string(report))
}

// Deliveries go to the address of the client's receiver, signed.
func TestReplayToAReceiver(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var taken atomic.Int32
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.URL.Path != "/hooks" || cartly.Verify("spring", body, r.Header.Get(cartly.SignatureHeader)) != nil {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if taken.Add(1) == 2 {
			cancel()
		}
	}))
	defer receiver.Close()
	file := written(t, "scenario 1 cartly\nhook order.created -> app\n=> order.created @o\n<= 2xx\n=> order.created @o\n<= 2xx\ncheck app.accepted == 2\n-- o.json --\n{\"id\": \"ord_7\"}\n")
	var out, errs bytes.Buffer
	code := run(ctx, []string{"replay", "--receiver", receiver.URL + "/hooks", "--secret", "hook=spring", file}, &out, &errs)
	require.Equal(t, exitOK, code, out.String()+errs.String())
	assert.Contains(t, out.String(), "✓ => order.created @o\n  <= 2xx   200\n")
}

func TestReplayIsCalledWrongly(t *testing.T) {
	t.Parallel()
	file := written(t, twoReads)
	for want, args := range map[string][]string{
		"want one scenario: a file, or API/NAME of the library":                                   {},
		"want one scenario: a file, or API/NAME of the library\n":                                 {file, file},
		"no-such-file is no file, and no scenario of the library; cartdouble scenarios list":      {"no-such-file"},
		"cartfunnel/lost-sav is no file, and no scenario of the library (did you mean cartfunnel": {"cartfunnel/lost-sav"},
		"is a folder; want a file":                {t.TempDir()},
		"--port 70000: ":                          {file, "--port", "70000"},
		"want NAME=VALUE":                         {file, "--secret", "api"},
		"flag provided but not defined: -secrets": {file, "--secrets", "api"},
		"--receiver https://example.com/: deliveries leave this machine for nowhere": {file, "--receiver", "https://example.com/"},
		"--receiver: cartfunnel sends no deliveries":                                 {file, "--receiver", "http://127.0.0.1:9/"},
		"the client cannot be run: ":                                                 {file, "--", "no-such-program-anywhere"},
	} {
		code, _, errs := commandLine(t, append([]string{"replay"}, args...)...)
		assert.Equal(t, exitUsage, code, want)
		assert.Contains(t, errs, "cartdouble replay: ")
		assert.Contains(t, errs, want)
	}
	code, _, errs := commandLine(t, "replay", written(t, "scenario 1 cartfunnel\nmode strikt\n"))
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, errs, `s.txtar:2: unknown word "strikt" (did you mean "strict"?)`)
}

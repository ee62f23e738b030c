package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"
)

// TestMain lets the test binary be the command, so that signals and exit codes
// are those of a process.
func TestMain(m *testing.M) {
	if os.Getenv("CARTDOUBLE_BE_MAIN") == "1" {
		main()
	}
	os.Exit(m.Run())
}

// served runs serve until the test ends, and gives the first n lines it prints.
func served(t *testing.T, n int, args ...string) []string {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r, w := io.Pipe()
	code := make(chan int, 1)
	var errs bytes.Buffer
	go func() {
		code <- run(ctx, append([]string{"serve"}, args...), w, &errs)
		w.Close()
	}()
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	var got []string
	for len(got) < n && lines.Scan() {
		got = append(got, lines.Text())
	}
	t.Cleanup(func() {
		cancel()
		require.Equal(t, exitOK, <-code, errs.String())
		require.False(t, lines.Scan(), "more was printed: %s", lines.Text())
	})
	require.Len(t, got, n, errs.String())
	return got
}

// get asks the served Cartfunnel as a client in any language would.
func get(t *testing.T, line, secret, method, path, body string) (int, http.Header, string) {
	t.Helper()
	at := gjson.Get(line, "cartfunnel")
	r, err := http.NewRequest(method, at.Get("url").Str+path, strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("X-CARTFUNNEL-ACCOUNT", at.Get("account").Str)
	r.Header.Set("X-CARTFUNNEL-API-SECRET", at.Get(secret).Str)
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return answer.StatusCode, answer.Header, string(text)
}

func TestServePrintsOneJSONObjectAndHoldsTheDemoShop(t *testing.T) {
	t.Parallel()
	line := served(t, 1, "--json", "--frozen")[0]
	var all map[string]map[string]string
	require.NoError(t, json.Unmarshal([]byte(line), &all))
	keys := map[string]bool{}
	for key := range all["cartfunnel"] {
		keys[key] = true
	}
	require.Equal(t, map[string]bool{"url": true, "account": true, "secret": true, "readonly_secret": true}, keys)
	require.Regexp(t, `^http://127\.0\.0\.1:[0-9]+/v1$`, all["cartfunnel"]["url"])

	ids := map[int64]bool{}
	for page, want := range []int{100, 100, 50, 0} {
		status, header, body := get(t, line, "secret", "GET", "/customers.json?page="+strconv.Itoa(page+1), "")
		require.Equal(t, 200, status)
		require.Equal(t, "Sat, 01 Mar 2025 09:00:00 GMT", header.Get("Date"))
		records := gjson.Parse(body).Array()
		require.Len(t, records, want)
		for _, r := range records {
			ids[r.Get("id").Int()] = true
		}
	}
	require.Len(t, ids, demoCustomers)
	_, _, first := get(t, line, "secret", "GET", "/customers/1.json", "")
	require.Equal(t, "Joe", gjson.Get(first, "first_name").Str)
	require.Equal(t, int64(3200291), gjson.Get(first, "last_order_id").Int())
}

func TestServeReadOnlySecret(t *testing.T) {
	t.Parallel()
	line := served(t, 1, "--json", "--empty")[0]
	status, _, body := get(t, line, "readonly_secret", "GET", "/customers.json", "")
	require.Equal(t, 200, status)
	require.Equal(t, "[]", body, "--empty leaves the demo shop out")
	status, _, _ = get(t, line, "readonly_secret", "POST", "/customers.json", `{"customer":{"email":"a@example.com"}}`)
	require.Equal(t, 403, status)
	status, _, _ = get(t, line, "secret", "POST", "/customers.json", `{"customer":{"email":"a@example.com"}}`)
	require.Equal(t, 200, status)
}

func TestServePrintsALineForEachAPI(t *testing.T) {
	t.Parallel()
	lines := served(t, len(apis))
	for i, a := range apis {
		require.Regexp(t, `^`+a.name+`  http://127\.0\.0\.1:[0-9]+\S*  \S+=\S+`, lines[i])
	}
	require.Contains(t, lines[0], "  account=myshop  readonly_secret=your_readonly_secret  secret=your_api_secret")
}

func TestServeOneAPIOnAPort(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	port := strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
	require.NoError(t, l.Close())
	line := served(t, 1, "--api", "cartfunnel", "--port", port, "--json")[0]
	require.Equal(t, "http://127.0.0.1:"+port+"/v1", gjson.Get(line, "cartfunnel.url").Str)
}

func TestWrongUseIsAClearErrorAndCode2(t *testing.T) {
	t.Parallel()
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer busy.Close()
	port := strconv.Itoa(busy.Addr().(*net.TCPAddr).Port)
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "cartdouble serve"},
		{[]string{"sevre"}, `unknown command "sevre" (did you mean serve?)`},
		{[]string{"serve", "--api", "cartfunel"}, `unknown API "cartfunel" (did you mean cartfunnel?)`},
		{[]string{"serve", "--api", "shopify"}, `unknown API "shopify"; there is cartfunnel`},
		{[]string{"serve", "--jsn"}, "flag provided but not defined: -jsn"},
		{[]string{"serve", "--seed", "x"}, `invalid value "x" for flag -seed`},
		{[]string{"serve", "--port", "70000"}, "--port 70000: there is no such port"},
		{[]string{"serve", "--port", "-1"}, "--port -1: there is no such port"},
		{[]string{"serve", "now"}, `unexpected "now"`},
		{[]string{"serve", "--port", port}, "address already in use"},
		{[]string{"tour", "--slow"}, "flag provided but not defined: -slow"},
	} {
		t.Run(strings.Join(c.args, " "), func(t *testing.T) {
			var out, errs bytes.Buffer
			require.Equal(t, exitUsage, run(context.Background(), c.args, &out, &errs))
			require.Contains(t, errs.String(), c.want)
			require.Empty(t, out.String())
		})
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"help"}, {"-h"}, {"serve", "-h"}, {"tour", "--help"}} {
		var out, errs bytes.Buffer
		require.Equal(t, exitOK, run(context.Background(), args, &out, &errs))
		require.Contains(t, out.String(), "cartdouble")
		require.Empty(t, errs.String())
	}
}

func TestSignalsEndServeWithCode0(t *testing.T) {
	t.Parallel()
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(os.Args[0], "serve", "--json")
			cmd.Env = append(os.Environ(), "CARTDOUBLE_BE_MAIN=1")
			out, err := cmd.StdoutPipe()
			require.NoError(t, err)
			require.NoError(t, cmd.Start())
			line, err := bufio.NewReader(out).ReadString('\n')
			require.NoError(t, err)
			require.True(t, gjson.Valid(line))
			require.NoError(t, cmd.Process.Signal(signal))
			require.NoError(t, cmd.Wait())
		})
	}
}

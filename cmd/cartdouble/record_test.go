package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartfunnel"
)

const shopSecret = "s3cret-of-the-shop"

// recordable is a shop that can be recorded, the flags for it, and the file.
func recordable(t *testing.T) (shop *cartfunnel.Server, file string, args []string) {
	t.Helper()
	t.Setenv("CI", "")
	t.Setenv("SHOP_SECRET", shopSecret)
	shop = cartfunnel.Start(t, fake.Seed(1), cartfunnel.WithAccount("myshop", shopSecret))
	shop.Customers.Add(cartfunnel.Customer{ID: 7, Email: "ann@firm.de"})
	file = filepath.Join(t.TempDir(), "story.txtar")
	return shop, file, []string{
		"record", "--api", "cartfunnel", "--upstream", shop.URL(), "-o", file,
		"--credential", "account=myshop", "--secret", "api=SHOP_SECRET",
	}
}

// asClient is a client that makes requests.
func asClient(requests string) []string {
	return []string{"--", os.Args[0], "-test.run=^TestBeAClient$", "-test.v", requests}
}

func TestRecordAClient(t *testing.T) {
	shop, file, args := recordable(t)
	code, out, errs := commandLine(t, append(args, asClient("GET /customers.json,GET /customers/7.json")...)...)
	require.Equal(t, exitOK, code, out+errs)
	assert.Contains(t, out, file+"  http://127.0.0.1:")
	assert.Contains(t, out, "✓ -> GET /v1/customers/7.json   #2\n")
	assert.Len(t, shop.Calls(), 2)
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Contains(t, string(text), "-> GET ~/customers/7.json\n<- 200 @get-customer")
	assert.NotContains(t, string(text)+out+errs, shopSecret)
	assert.NotContains(t, string(text), "firm.de")

	// what was recorded is played to the same client
	code, _, errs = commandLine(t, append([]string{"replay", file}, asClient("GET /customers.json,GET /customers/7.json")...)...)
	require.Equal(t, exitOK, code, errs)
}

// A client that fails, or may not do what it does, leaves the file as it is.
func TestRecordAClientThatFails(t *testing.T) {
	shop, file, args := recordable(t)
	code, _, errs := commandLine(t, append(args, asClient("GET /customers.json,POST /customers.json")...)...)
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, errs, "--allow-writes lets the recording do that")
	assert.Contains(t, errs, "the client ended with exit status 1")
	assert.Contains(t, errs, "what was recorded is in "+file+".new")
	assert.Len(t, shop.Calls(), 1, "the write was not sent")
	assert.NoFileExists(t, file)
	assert.FileExists(t, file+".new")

	code, _, errs = commandLine(t, append(args, append([]string{"--allow-writes"}, asClient("GET /customers.json,POST /customers.json")...)...)...)
	assert.Equal(t, exitFailed, code, "the shop wants a body")
	assert.NotContains(t, errs, "--allow-writes")
	require.Len(t, shop.Calls(), 3)
	assert.Equal(t, "POST", shop.Calls()[2].Method)

	code, _, errs = commandLine(t, append(args, asClient("GET /customers.json")...)...)
	require.Equal(t, exitOK, code, errs)
	assert.FileExists(t, file)
	assert.NoFileExists(t, file+".new")

	code, _, errs = commandLine(t, append(args, "--", os.Args[0], "-test.run=^$")...)
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, errs, "cartdouble record: nothing was said, so nothing is written\n")
}

// Without a client of its own, it is recorded until the command is interrupted.
func TestRecordUntilInterrupted(t *testing.T) {
	_, file, args := recordable(t)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	r, w := io.Pipe()
	code := make(chan int, 1)
	var errs bytes.Buffer
	go func() {
		code <- run(ctx, append(args, "--json"), w, &errs)
		w.Close()
	}()
	line := make([]byte, 4096)
	n, err := r.Read(line)
	require.NoError(t, err)
	assert.NotContains(t, string(line[:n]), shopSecret)
	at := gjson.GetBytes(line[:n], strings.ReplaceAll(file, ".", `\.`))
	require.Len(t, at.Map(), 1, "the credentials are not shown")
	req, err := http.NewRequest("GET", at.Get("url").Str+"/customers.json", nil)
	require.NoError(t, err)
	req.Header.Set("X-Cartfunnel-Account", "myshop")
	req.Header.Set("X-Cartfunnel-Api-Secret", shopSecret)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	cancel()
	report, err := io.ReadAll(r)
	require.NoError(t, err)
	require.Equal(t, exitOK, <-code, errs.String())
	assert.True(t, gjson.GetBytes(report, "steps.0.done").Bool(), string(report))
	assert.FileExists(t, file)
}

func TestRecordIsCalledWrongly(t *testing.T) {
	_, file, args := recordable(t)
	most := []string{"--api", "cartfunnel", "--upstream", "http://127.0.0.1:1", "-o", file}
	for want, more := range map[string][]string{
		"--api is missing: cartfunnel, cscart":                                      {"-o", file},
		"--upstream is missing: the service that is to be recorded":                 {"--api", "cartly"},
		"-o is missing: the file to write":                                          {"--api", "cartly", "--upstream", "http://127.0.0.1:1"},
		`--api: unknown API "cartli" (did you mean cartly?)`:                        {"--api", "cartli", "--upstream", "x", "-o", file},
		`unexpected "story"; it takes flags only, and the client behind --`:         append(most, "story"),
		"--secret api=NO_SUCH_VARIABLE: the environment has no NO_SUCH_VARIABLE":    append(most, "--secret", "api=NO_SUCH_VARIABLE"),
		"the command has to be given --secret: scenarios.Secret(\"secret\", …)":     most,
		`Upstream("x"): want a host such as https://api.vendor.example`:             {"--api", "cartly", "--upstream", "x", "-o", file},
		`Credential("acount"): cartfunnel has no such credential (did you mean "ac`: append(most, "--credential", "acount=x"),
		"--port 70000: ":                      append(most, "--port", "70000"),
		"flag provided but not defined: -out": {"--out", file},
		"the client cannot be run: ":          append(args[1:], "--", "no-such-program-anywhere"),
		"want NAME=VALUE":                     append(most, "--secret", "api"),
	} {
		code, _, errs := commandLine(t, append([]string{"record"}, more...)...)
		assert.Equal(t, exitUsage, code, want+"\n"+errs)
		assert.Contains(t, errs, "cartdouble record: ")
		assert.Contains(t, errs, want)
	}
	t.Setenv("CI", "true")
	code, _, errs := commandLine(t, append(args, asClient("GET /customers.json")...)...)
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, errs, "nothing is recorded where CI is set, unless SCENARIOS_FORCE=1")
	assert.NoFileExists(t, file)
	t.Setenv("SCENARIOS_FORCE", "1")
	code, _, errs = commandLine(t, append(args, asClient("GET /customers.json")...)...)
	assert.Equal(t, exitOK, code, errs)
	assert.FileExists(t, file)
}

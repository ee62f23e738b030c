package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake/cartly"
)

const (
	mugToken = "at_theTokenOfTheApp01"
	mugHooks = "whsec_OfTheShop1"
)

// hooked is a vendor that sends deliveries, and a recording of it that runs until
// the test stops it.
type hooked struct {
	t      *testing.T
	vendor *cartly.Server
	file   string
	place  gjson.Result // where the command says it is

	cancel func()
	out    io.Reader
	errs   bytes.Buffer
	code   chan int
}

func recordDeliveries(t *testing.T, receiver string) *hooked {
	t.Helper()
	t.Setenv("CI", "")
	t.Setenv("MUG_TOKEN", mugToken)
	t.Setenv("MUG_HOOKS", mugHooks)
	h := &hooked{t: t, file: filepath.Join(t.TempDir(), "story.txtar"), code: make(chan int, 1)}
	h.vendor = cartly.Start(t, cartly.WithToken(mugToken, cartly.Scopes()...), cartly.WithWebhookSecret(mugHooks))
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	h.cancel = cancel
	r, w := io.Pipe()
	h.out = r
	args := []string{
		"record", "--api", "cartly", "--upstream", h.vendor.URL(), "--allow-writes", "--json", "-o", h.file,
		"--credential", "shop_domain=" + h.vendor.ShopDomain(), "--secret", "token=MUG_TOKEN", "--secret", "hook=MUG_HOOKS",
	}
	if receiver != "" {
		args = append(args, "--receiver", receiver)
	}
	go func() {
		h.code <- run(ctx, args, w, &h.errs)
		w.Close()
	}()
	line := make([]byte, 4096)
	n, err := r.Read(line)
	require.NoError(t, err, h.errs.String())
	assert.NotContains(t, string(line[:n]), mugHooks)
	h.place = gjson.GetBytes(line[:n], strings.ReplaceAll(h.file, ".", `\.`))
	return h
}

// call makes a call through the command, as a client would.
func (h *hooked) call(path, body string) {
	h.t.Helper()
	req, err := http.NewRequest("POST", h.place.Get("url").Str+path, strings.NewReader(body))
	require.NoError(h.t, err)
	req.Header.Set("Authorization", "Bearer "+mugToken)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	require.NoError(h.t, err)
	text, err := io.ReadAll(resp.Body)
	require.NoError(h.t, err)
	require.NoError(h.t, resp.Body.Close())
	require.Equal(h.t, http.StatusCreated, resp.StatusCode, string(text))
}

// subscribed gives the vendor the address that the command tells.
func (h *hooked) subscribed() *hooked {
	h.t.Helper()
	h.call("/apps/api/webhooks", `{"url": "`+h.place.Get("hook_url").Str+`", "events": ["customer.created"]}`)
	return h
}

// stop interrupts the command, when the vendor has no delivery in work any more.
func (h *hooked) stop() (code int, report, errs string) {
	h.t.Helper()
	h.vendor.Settle()
	h.cancel()
	text, err := io.ReadAll(h.out)
	require.NoError(h.t, err)
	return <-h.code, string(text), h.errs.String()
}

// answering is a receiver on a loopback port that gives one answer to all, 0 for
// none.
func answering(t *testing.T, status int) (address string, bodies chan string) {
	t.Helper()
	bodies = make(chan string, 10)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if cartly.Verify(mugHooks, body, r.Header.Get(cartly.SignatureHeader)) != nil {
			body = []byte("not genuine")
		}
		bodies <- r.Method + " " + r.URL.Path + " " + string(body)
		if status == 0 {
			panic(http.ErrAbortHandler)
		}
		w.WriteHeader(status)
	}))
	t.Cleanup(server.Close)
	return server.URL + "/hooks", bodies
}

// Deliveries of the vendor reach a receiver in another process, signed as they
// came, and stand in the file with what it answered.
func TestRecordDeliveries(t *testing.T) {
	for want, status := range map[string]int{"<= 2xx": 204, "<= 401": 401, "<= none": 0} {
		receiver, bodies := answering(t, status)
		h := recordDeliveries(t, receiver).subscribed()
		h.call("/apps/api/customers", `{"email": "ann@example.com"}`)
		got := <-bodies
		assert.True(t, strings.HasPrefix(got, `POST /hooks {"event":"customer.created"`), got)
		code, report, errs := h.stop()
		require.Equal(t, exitOK, code, errs)
		assert.Contains(t, gjson.Get(report, "steps.#.step").Raw, `"=> customer.created"`)
		text, err := os.ReadFile(h.file)
		require.NoError(t, err)
		assert.Contains(t, string(text), "hook     customer.created -> app secret={{secret.hook}}\n")
		assert.Contains(t, string(text), "=> customer.created raw @customer-created-ann\n"+want+"\n")
		assert.Contains(t, string(text), `"url": "https://hooks.example.com/app"`, "where a replay has its receiver")
		assert.NotContains(t, string(text)+report+errs, mugHooks)
	}
}

// Where a delivery is received by nobody, the story is not the one that was meant.
func TestRecordDeliveriesToNobody(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	nobody := "http://" + l.Addr().String() + "/hooks"
	require.NoError(t, l.Close())
	for receiver, want := range map[string]string{
		nobody: "a delivery of customer.created came, and nobody receives it: nothing listens at " + nobody + " yet",
		"":     "a delivery of customer.created came, and nobody receives it: --receiver says who takes them",
	} {
		h := recordDeliveries(t, receiver)
		address := h.place.Get("url").Str + "/-hooks/app"
		if receiver != "" {
			assert.Equal(t, address, h.place.Get("hook_url").Str)
		} else {
			assert.False(t, h.place.Get("hook_url").Exists(), "there is nobody to pass them on to")
		}
		h.vendor.Hooks.ToURL(address, "customer.created")
		h.call("/apps/api/customers", `{"email": "ann@example.com"}`)
		code, _, errs := h.stop()
		assert.Equal(t, exitFailed, code)
		assert.Contains(t, errs, want)
		assert.Contains(t, errs, "what was recorded is in "+h.file+".new")
	}
}

// A receiver that goes away is told of, and its vendor gets no answer of its own.
func TestRecordDeliveriesToOneThatGoes(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	h := recordDeliveries(t, server.URL).subscribed()
	h.call("/apps/api/customers", `{"email": "ann@example.com"}`)
	h.vendor.Settle()
	server.Close()
	h.call("/apps/api/customers", `{"email": "bob@example.com"}`)
	code, _, errs := h.stop()
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, errs, "--receiver: a delivery was not received: dial tcp 127.0.0.1")
}

// The client finds the address in its environment, in a replay that of the story.
func TestClientsAreToldWhereDeliveriesGo(t *testing.T) {
	t.Setenv("CI", "")
	t.Setenv("MUG_TOKEN", mugToken)
	t.Setenv("MUG_HOOKS", mugHooks)
	receiver, _ := answering(t, http.StatusOK)
	_, out, errs := commandLine(t, append([]string{
		"record", "--api", "cartly", "--upstream", "http://127.0.0.1:1", "-o", filepath.Join(t.TempDir(), "story.txtar"),
		"--secret", "token=MUG_TOKEN", "--secret", "hook=MUG_HOOKS", "--receiver", receiver,
	}, asClient("")...)...)
	_, address, ok := strings.Cut(strings.TrimSpace(out), "hook_url=")
	require.True(t, ok, out)
	address, _, _ = strings.Cut(address, "\n")
	assert.Contains(t, errs, `deliveries to "`+address+`"`)

	file := written(t, "scenario 1 cartly\n-> GET ~/apps/api/me optional\n<- live\n")
	_, _, errs = commandLine(t, append([]string{"replay", file}, asClient("")...)...)
	assert.Contains(t, errs, `deliveries to "https://hooks.example.com/app"`)
	_, _, errs = commandLine(t, append([]string{"replay", written(t, twoReads)}, asClient("")...)...)
	assert.Contains(t, errs, `deliveries to ""`, "it sends none")
}

func TestRecordDeliveriesIsCalledWrongly(t *testing.T) {
	t.Setenv("CI", "")
	t.Setenv("SHOP_SECRET", shopSecret)
	most := []string{"record", "--upstream", "http://127.0.0.1:1", "-o", filepath.Join(t.TempDir(), "story.txtar"), "--secret", "api=SHOP_SECRET"}
	for want, more := range map[string][]string{
		"--receiver: cartfunnel sends no deliveries": {"--api", "cartfunnel", "--receiver", "http://127.0.0.1:9/"},
		"--receiver: deliveries are signed, and what is not checked is not written; the secret that the service signs with is given by --secret hook=VARIABLE": {"--api", "cartly", "--receiver", "http://127.0.0.1:9/"},
		"--receiver https://example.com/: deliveries leave this machine for nowhere":                                                                           {"--api", "cartly", "--receiver", "https://example.com/"},
		"--receiver http://127.0.0.1/hooks: deliveries leave this machine for nowhere; want one like http://127.0.0.1:8080/hooks":                              {"--api", "cartly", "--receiver", "http://127.0.0.1/hooks"},
	} {
		code, _, errs := commandLine(t, append(most, more...)...)
		assert.Equal(t, exitUsage, code, want)
		assert.Contains(t, errs, "cartdouble record: "+want)
	}
}

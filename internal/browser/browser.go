// Package browser drives a headless Chromium in tests, by the WebDriver protocol
// of the World Wide Web Consortium and Chromium's own driver. It is for our
// tests: no package of the library imports it.
package browser

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"regexp"
	"testing"
)

// A Browser is one window, for one test.
type Browser struct {
	tb      testing.TB
	session string // address of the WebDriver session
}

// Programs are what a machine needs: in Debian the packages chromium and
// chromium-driver.
var Programs = []string{"chromium", "chromedriver"}

// Start opens a window without scripts, unless scripts are asked for. Where
// there is no Chromium, the test is left out.
func Start(tb testing.TB, scripts bool) *Browser {
	tb.Helper()
	for _, program := range Programs {
		if _, err := exec.LookPath(program); err != nil {
			tb.Skipf("no %s on this machine: the page is not looked at in a browser", program)
		}
	}
	b := &Browser{tb: tb, session: startDriver(tb)}
	javascript := 2 // blocked
	if scripts {
		javascript = 1
	}
	var started struct {
		SessionID string `json:"sessionId"`
	}
	b.do("POST", "/session", map[string]any{"capabilities": map[string]any{"alwaysMatch": map[string]any{
		"browserName": "chrome",
		"timeouts":    map[string]int{"implicit": 10_000}, // milliseconds in which an element has to come
		"goog:chromeOptions": map[string]any{
			"args": []string{
				"--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
				"--disable-background-networking", "--disable-component-update", "--disable-sync",
				"--user-data-dir=" + tb.TempDir(), "--window-size=900,700", "--lang=en",
				"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1", // nothing leaves the machine
			},
			"prefs": map[string]any{"profile.managed_default_content_settings.javascript": javascript},
		},
	}}}, &started)
	b.session += "/session/" + started.SessionID
	tb.Cleanup(func() { b.do("DELETE", "", nil, nil) })
	return b
}

// startDriver runs the driver on a free port and gives its address.
func startDriver(tb testing.TB) string {
	tb.Helper()
	driver := exec.Command("chromedriver", "--port=0")
	said, err := driver.StdoutPipe()
	if err == nil {
		err = driver.Start()
	}
	if err != nil {
		tb.Fatalf("browser: chromedriver: %v", err)
	}
	tb.Cleanup(func() { _ = driver.Process.Kill(); _ = driver.Wait() })
	lines := bufio.NewScanner(said)
	for lines.Scan() {
		if port := regexp.MustCompile(`started successfully on port (\d+)`).FindSubmatch(lines.Bytes()); port != nil {
			go func() { _, _ = io.Copy(io.Discard, said) }()
			return "http://127.0.0.1:" + string(port[1])
		}
	}
	tb.Fatalf("browser: chromedriver named no port: %v", lines.Err())
	return ""
}

// Open goes to an address and waits until the page is there.
func (b *Browser) Open(url string) {
	b.tb.Helper()
	b.do("POST", "/url", map[string]string{"url": url}, nil)
}

// Address is where the window is.
func (b *Browser) Address() string {
	b.tb.Helper()
	var url string
	b.do("GET", "/url", nil, &url)
	return url
}

// Click clicks the one element that a CSS selector finds. The page to which that
// leads is there when Text finds something of it.
func (b *Browser) Click(css string) {
	b.tb.Helper()
	b.do("POST", "/element/"+b.element(css)+"/click", map[string]any{}, nil)
}

// Text is the visible text of an element.
func (b *Browser) Text(css string) string {
	b.tb.Helper()
	var text string
	b.do("GET", "/element/"+b.element(css)+"/text", nil, &text)
	return text
}

// Style is a property of an element's style as the browser computed it.
func (b *Browser) Style(css, property string) string {
	b.tb.Helper()
	var value string
	b.do("GET", "/element/"+b.element(css)+"/css/"+property, nil, &value)
	return value
}

// Prefer makes the person before the window one who likes that colour scheme,
// "light" or "dark".
func (b *Browser) Prefer(scheme string) {
	b.tb.Helper()
	b.do("POST", "/goog/cdp/execute", map[string]any{
		"cmd":    "Emulation.setEmulatedMedia",
		"params": map[string]any{"features": []map[string]string{{"name": "prefers-color-scheme", "value": scheme}}},
	}, nil)
}

// Screenshot is a picture of the window, as PNG.
func (b *Browser) Screenshot() []byte {
	b.tb.Helper()
	var encoded string
	b.do("GET", "/screenshot", nil, &encoded)
	png, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		b.tb.Fatalf("browser: screenshot: %v", err)
	}
	return png
}

// element waits for an element of a selector, and finds the one that there is.
func (b *Browser) element(css string) string {
	b.tb.Helper()
	var found []map[string]string
	b.do("POST", "/elements", map[string]string{"using": "css selector", "value": css}, &found)
	if len(found) != 1 {
		b.tb.Fatalf("browser: %d elements are %q, want one", len(found), css)
	}
	for _, id := range found[0] {
		return id
	}
	return ""
}

// do sends one command of the protocol and reads the value of its answer.
func (b *Browser) do(method, path string, in, out any) {
	b.tb.Helper()
	if err := b.command(method, path, in, out); err != nil {
		b.tb.Fatalf("browser: %s %s: %v", method, path, err)
	}
}

func (b *Browser) command(method, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	if in == nil {
		body = nil
	}
	r, err := http.NewRequest(method, b.session+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	var reply struct {
		Value json.RawMessage `json:"value"`
	}
	if err := json.Unmarshal(text, &reply); err != nil {
		return fmt.Errorf("%s: %w", answer.Status, err)
	}
	if answer.StatusCode == http.StatusOK {
		if out == nil {
			return nil
		}
		return json.Unmarshal(reply.Value, out)
	}
	var failure struct{ Error, Message string }
	if err := json.Unmarshal(reply.Value, &failure); err != nil {
		return errors.New(answer.Status)
	}
	return fmt.Errorf("%s: %s", failure.Error, failure.Message)
}

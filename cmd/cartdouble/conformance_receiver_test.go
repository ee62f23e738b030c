package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestBeAReceiver is the adapter of the test below, in a process of its own: a
// receiver of deliveries that answers 500 where there is no signature.
func TestBeAReceiver(t *testing.T) {
	if os.Getenv("CARTDOUBLE_RECEIVER") == "" {
		t.Skip("run by cartdouble conformance")
	}
	port := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		status := http.StatusUnauthorized
		if r.Header.Get("X-Cartly-Hmac-Sha256") == "" {
			status = http.StatusInternalServerError
		}
		http.Error(w, "whose is this?", status)
	}))
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var m struct {
			Type string
			Seq  int
		}
		if json.Unmarshal(lines.Bytes(), &m) != nil {
			os.Exit(2)
		}
		switch m.Type {
		case "start":
			fmt.Println(`{"type":"started","name":"receiver","operations":["Receiver"]}`)
		case "call":
			fmt.Printf(`{"type":"result","seq":%d,"value":{"url":"%s/hook"}}`+"\n", m.Seq, port.URL)
		}
	}
	os.Exit(0) // without the words of go test
}

// A finding about a receiver can be played again from its report, and both show
// what was sent and answered.
func TestConformanceReplaysADelivery(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	program := []string{"--", "env", "CARTDOUBLE_RECEIVER=1", os.Args[0], "-test.run=^TestBeAReceiver$"}
	code, out, errs := shell(append([]string{"conformance", "client", "--api", "cartly", "--only", "CLY-SIG-03", "--report", dir}, program...)...)
	require.Equal(t, exitFailed, code, out+errs)
	sent := []string{
		"FAIL CLY-SIG-03", "code      server-error", "sent      delivery 1, attempt 1: order.created (no-signature)",
		"POST https://hooks.example.com/", "answered 500 after ", "whose is this?",
	}
	for _, want := range append(sent, "again     cartdouble conformance client --api cartly --only CLY-SIG-03 -- env CARTDOUBLE_RECEIVER=1 ") {
		require.Contains(t, out, want)
	}
	report := filepath.Join(dir, "report.json")
	text, err := os.ReadFile(report)
	require.NoError(t, err)
	require.Contains(t, string(text), `"url": "https://hooks.example.com/"`)

	code, out, errs = shell("conformance", "replay", report, "CLY-SIG-03")
	require.Equal(t, exitFailed, code, out+errs)
	for _, want := range sent {
		require.Contains(t, out, want)
	}
}

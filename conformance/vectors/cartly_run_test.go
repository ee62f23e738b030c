package vectors

import (
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/cartdouble/cartdouble/conformance/internal/reference"
)

// received sends a test to a receiver of the reference client, and tells what is
// wrong with what becomes of it.
func received(t *testing.T, bug *reference.Bug, c Case) (err error) {
	secret, broken := hex.DecodeString(*c.Group.SecretHex)
	if broken != nil {
		t.Fatal(broken)
	}
	handled := 0
	client := reference.NewCartly("https://cartly.pro", reference.CartlyApp{}, http.DefaultClient, bug)
	h := client.Receiver(string(secret), func(reference.CartlyEvent) error { handled++; return nil })
	answer := httptest.NewRecorder()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("it panicked: %v", p)
		}
	}()
	h.ServeHTTP(answer, sent(t, c.Test))
	want := wants[answered](t, c.Test)
	if c.Test.Result == "invalid" {
		want = answered{Status: "4xx", Handled: ptr(0)}
	}
	ok := false
	switch want.Status {
	case "2xx":
		ok = answer.Code/100 == 2
	case "4xx":
		ok = answer.Code/100 == 4
	case "not 401":
		ok = answer.Code != http.StatusUnauthorized && answer.Code != http.StatusForbidden
	}
	if !ok || want.Handled != nil && handled != *want.Handled {
		return fmt.Errorf("answered with %d, handled %d times; want %s", answer.Code, handled, c.Test.Expect)
	}
	return nil
}

// The right receiver passes every vector, and each wrong one fails those that
// are meant for it, so many of each flag.
func TestReceiversOnVectors(t *testing.T) {
	t.Parallel()
	strict := map[string]bool{"UPPER_HEX": false, "BARE_HEX": false}
	for bug, want := range map[string]string{
		"":            "",
		"CLY-SIG-01a": "HeaderForm 5, NotText 4, ReEncoded 13, plain 19",
		"CLY-SIG-02a": "BareHex 3, MissingHeader 3, Truncated 4, UpperHex 3, WrongEncoding 8, WrongLength 6, WrongMac 14, WrongPrefix 8, WrongSecret 6",
		"CLY-SIG-02b": "UpperHex 3, WrongMac 14, WrongPrefix 2, WrongSecret 5",
		"CLY-SIG-03a": "MissingHeader 2",
		"CLY-SIG-03b": "MissingHeader 2",
		"CLY-SIG-04a": "Truncated 4, WrongEncoding 1, WrongLength 5",
		"CLY-SIG-05a": "ReEncoded 6",
		"CLY-SIG-05b": "ReEncoded 3",
		"CLY-SIG-06a": "NotText 2",
		"CLY-SIG-07a": "HeaderForm 5, NotText 4, ReEncoded 13, WrongEncoding 1, plain 19",
		"CLY-SIG-07b": "WrongPrefix 4",
		"CLY-SIG-08a": "WrongSecret 1",
		"CLY-SIG-09a": "Truncated 4",
		"CLY-SIG-10a": "HeaderForm 5, NotText 4, ReEncoded 13, plain 19",
		"CLY-ACK-01a": "BareHex 3, MissingHeader 3, Truncated 4, UpperHex 3, WrongEncoding 8, WrongLength 6, WrongMac 14, WrongPrefix 8, WrongSecret 6",
		"CLY-EVT-01a": "plain 1",
	} {
		t.Run(bug, func(t *testing.T) {
			t.Parallel()
			b := &reference.Bug{Name: bug}
			got := failing(t, "cartly_webhook_v1.json", strict, func(c Case) error { return received(t, b, c) })
			if got != want {
				t.Errorf("it fails %s\nwant     %s", got, want)
			}
			if bug != "" && b.Ran() == 0 {
				t.Errorf("%q never ran", bug)
			}
		})
	}
}

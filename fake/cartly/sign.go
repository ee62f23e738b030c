package cartly

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// SignatureHeader carries the signature of a delivery ("Webhook Headers").
const SignatureHeader = "X-Cartly-Hmac-Sha256"

// signaturePrefix stands before the digits (reading CL-1).
const signaturePrefix = "sha256="

// Sign gives the value of SignatureHeader for a body as it is sent: "sha256=" and
// 64 lower-case hexadecimal digits of the HMAC-SHA256 with the secret as the key
// ("Webhook Headers"), as the sample receiver of the document checks it. It needs
// no server.
func Sign(secret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return signaturePrefix + hex.EncodeToString(mac.Sum(nil))
}

// Verify tells why a value of SignatureHeader does not belong to a body, nil
// where it does. It takes exactly what Sign gives, in constant time: no other
// prefix, no upper case, no other length. With an empty secret nothing is good,
// since anyone could have signed with it.
func Verify(secret string, body []byte, header string) error {
	digits, prefixed := strings.CutPrefix(header, signaturePrefix)
	switch {
	case secret == "":
		return errors.New("cartly: signature: the secret is empty")
	case header == "":
		return errors.New("cartly: signature: there is none")
	case !prefixed:
		return fmt.Errorf("cartly: signature %.80q: want %s and the digits", header, signaturePrefix)
	case len(digits) != hex.EncodedLen(sha256.Size):
		return fmt.Errorf("cartly: signature: %d characters after %s; want %d", len(digits), signaturePrefix, hex.EncodedLen(sha256.Size))
	case strings.Trim(digits, "0123456789abcdef") != "":
		return errors.New("cartly: signature: want lower-case hexadecimal digits")
	case !hmac.Equal([]byte(header), []byte(Sign(secret, body))):
		return errors.New("cartly: signature: it belongs to another body or another secret")
	}
	return nil
}

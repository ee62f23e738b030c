package golden

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// A Kind is what an aliased value is. Its shape is checked before the value is
// hidden, and becomes part of the alias: a time that turns into a number, or
// loses its offset, shows as a difference.
type Kind string

// The kinds of values, with the shapes that their aliases carry. Where a number
// and a text of digits are both possible, the text has "digits" in its shape.
const (
	UUID   Kind = "uuid"   // 36 characters: "v4", "v4 upper"
	Time   Kind = "time"   // "rfc3339 Z", "rfc3339.ms offset" (.us, .ns, .frac), "http", "date", "datetime"
	Unix   Kind = "unix"   // "s", "ms", "us", "ns" by the number of digits: 10, 13, 16, 19; "s.frac"
	Cursor Kind = "cursor" // "text": not empty, no white space; "int"
	ID     Kind = "id"     // "int", "digits", "uuid", "ulid", "cus_ulid" with a prefix, "text" without white space
	HexMAC Kind = "hexmac" // "64", "sha256= 64", "64 upper": 32, 40, 56, 64, 96 or 128 hex digits
	Port   Kind = "port"   // "int"; of an address or a URL the port alone is hidden, without a shape: "http://127.0.0.1:<port:1>/v1"
)

// A scalar is a value as it stands in JSON, a header or a query.
type scalar struct {
	text   string
	number bool // a JSON number, not a text
}

// A look is what a kind makes of a value: the part to hide, with what stands
// around it, and the shape of the part.
type look struct {
	before, hidden, after string
	shape                 string
}

// kinds gives the look of a value, false when it is not of the kind.
var kinds = map[Kind]func(scalar) (look, bool){
	UUID:   whole(uuidShape),
	Time:   whole(timeShape),
	Unix:   whole(unixShape),
	Cursor: whole(cursorShape),
	ID:     whole(idShape),
	HexMAC: whole(macShape),
	Port:   portLook,
}

// whole is for the kinds that hide all of a value; "" is no shape.
func whole(shape func(scalar) string) func(scalar) (look, bool) {
	return func(v scalar) (look, bool) {
		s := shape(v)
		return look{hidden: v.text, shape: s}, s != ""
	}
}

func uuidShape(v scalar) string {
	id, err := uuid.Parse(v.text)
	if err != nil || len(v.text) != 36 || v.number {
		return ""
	}
	return "v" + strconv.Itoa(int(id.Version())) + upper(v.text)
}

// upper tells texts in upper case from the usual ones. A text without letters
// counts as usual.
func upper(text string) string {
	if strings.ToLower(text) != text {
		return " upper"
	}
	return ""
}

var rfc3339 = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.(\d+))?(?:(Z)|[+-]\d\d:\d\d)$`)

func timeShape(v scalar) string {
	if v.number {
		return ""
	}
	for layout, shape := range map[string]string{http.TimeFormat: "http", time.DateOnly: "date", time.DateTime: "datetime"} {
		if _, err := time.Parse(layout, v.text); err == nil {
			return shape
		}
	}
	parts := rfc3339.FindStringSubmatch(v.text)
	if _, err := time.Parse(time.RFC3339Nano, v.text); err != nil || parts == nil {
		return ""
	}
	shape := "rfc3339"
	switch len(parts[1]) {
	case 0:
	case 3:
		shape += ".ms"
	case 6:
		shape += ".us"
	case 9:
		shape += ".ns"
	default:
		shape += ".frac"
	}
	if parts[2] == "Z" {
		return shape + " Z"
	}
	return shape + " offset"
}

var unixTime = regexp.MustCompile(`^[1-9]\d{8,18}(\.\d+)?$`)

func unixShape(v scalar) string {
	parts := unixTime.FindStringSubmatch(v.text)
	if parts == nil {
		return ""
	}
	shape := map[int]string{9: "s", 10: "s", 13: "ms", 16: "us", 19: "ns"}[len(v.text)-len(parts[1])]
	if parts[1] != "" && shape != "" {
		shape += ".frac"
	}
	if shape != "" && !v.number {
		shape += " digits"
	}
	return shape
}

var digits = regexp.MustCompile(`^(0|[1-9]\d*)$`)

func cursorShape(v scalar) string {
	switch {
	case v.number && digits.MatchString(v.text):
		return "int"
	case v.number || v.text == "" || strings.ContainsFunc(v.text, isBlank):
		return ""
	}
	return "text"
}

func isBlank(r rune) bool { return r <= ' ' || r == 0x7f || r == '\u00a0' }

var ulid = regexp.MustCompile(`^([a-z]+_)?[0-7][0-9A-HJKMNP-TV-Z]{25}$`)

func idShape(v scalar) string {
	switch {
	case digits.MatchString(v.text) && v.number:
		return "int"
	case digits.MatchString(v.text):
		return "digits"
	case uuidShape(v) != "":
		return "uuid"
	}
	if parts := ulid.FindStringSubmatch(v.text); parts != nil {
		return parts[1] + "ulid"
	}
	return cursorShape(v)
}

var hexMAC = regexp.MustCompile(`^([a-z0-9]+=)?([0-9a-f]+|[0-9A-F]+)$`)

func macShape(v scalar) string {
	parts := hexMAC.FindStringSubmatch(v.text)
	if parts == nil || v.number {
		return ""
	}
	switch n := len(parts[2]); n {
	case 32, 40, 56, 64, 96, 128:
		return strings.TrimLeft(parts[1]+" ", " ") + strconv.Itoa(n) + upper(parts[2])
	}
	return ""
}

var address = regexp.MustCompile(`^((?:[a-z][a-z0-9+.-]*://)?(?:\[[0-9a-fA-F:]+\]|[^:/?#\s\[\]]+):)([0-9]{1,5})([/?#].*)?$`)

func portLook(v scalar) (look, bool) {
	l := look{hidden: v.text, shape: "int"}
	if !v.number {
		parts := address.FindStringSubmatch(v.text)
		if parts == nil {
			return l, false
		}
		l = look{before: parts[1], hidden: parts[2], after: parts[3]} // what stands around it is shape enough
	}
	n, err := strconv.ParseUint(l.hidden, 10, 16)
	return l, err == nil && n > 0
}

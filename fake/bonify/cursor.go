package bonify

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
)

// A cursor says where in the list a page begins, in which direction it goes, and
// by which filters the list was made. To clients it is a text without a meaning
// (reading BF-8).
type cursor struct {
	place    place
	prev     bool   // the page before the place, not the one behind it
	empty    bool   // an empty page was shown there, by a fault
	filtered bool   // false: there is no filters
	filters  string // as they were sent, decoded
}

// A place is where a record stands in the list.
type place struct {
	value int64 // Unix seconds of UpdatedAt; 0 where the list goes by id
	id    int64
}

func (p place) compare(other place) int {
	switch {
	case p == other:
		return 0
	case p.value < other.value || p.value == other.value && p.id < other.id:
		return -1
	}
	return 1
}

// place is where a customer stands: by time of change, then id, or by id alone
// (reading BF-9).
func (t *Shop) place(c *Customer) place {
	if t.server.settings.order == ByID {
		return place{id: c.ID}
	}
	return place{c.UpdatedAt.Unix(), c.ID}
}

const (
	mark     = "\xfb\xff\xfe" // parts what a cursor says from its signature, and gives every cursor a plus and a slash
	macBytes = 7
)

// appendCursor adds a cursor's text: the JSON, filled up with blanks to a whole
// number of base64 groups, the mark, and the beginning of an HMAC-SHA256 with
// the server's seed and the shop's domain as key.
func (t *Shop) appendCursor(dst []byte, u cursor) []byte {
	b := strconv.AppendInt(append(t.scratch[:0], `{"last_id":`...), u.place.id, 10)
	b = strconv.AppendInt(append(b, `,"last_value":`...), u.place.value, 10)
	if u.prev {
		b = append(b, `,"direction":"prev"`...)
	} else {
		b = append(b, `,"direction":"next"`...)
	}
	if u.empty {
		b = append(b, `,"empty":true`...)
	}
	if u.filtered {
		b = fake.AppendString(append(b, `,"filters":`...), u.filters)
	}
	b = append(b, '}')
	for len(b)%3 != 0 {
		b = append(b, ' ')
	}
	var sum [sha256.Size]byte
	mac := t.sign(b, sum[:0])
	b = append(append(b, mark...), mac...)
	t.scratch = b
	return base64.StdEncoding.AppendEncode(dst, b)
}

func (t *Shop) sign(text, sum []byte) []byte {
	t.mac.Reset()
	_, _ = t.mac.Write(text) // a hash takes all
	return t.mac.Sum(sum)[:macBytes]
}

// readCursor reads a cursor that this shop has given out. Any other text is
// none: another shop's, one made by a client, one that lost its plus signs on
// the way, a number of the old version.
func (t *Shop) readCursor(text string) (u cursor, ok bool) {
	if strings.ContainsAny(text, "\r\n") { // which the decoder would leave out
		return u, false
	}
	b, err := base64.StdEncoding.Strict().DecodeString(text)
	says := len(b) - len(mark) - macBytes
	if err != nil || says < 0 || string(b[says:says+len(mark)]) != mark {
		return u, false
	}
	var sum [sha256.Size]byte
	if !hmac.Equal(t.sign(b[:says], sum[:0]), b[says+len(mark):]) {
		return u, false
	}
	j := gjson.ParseBytes(b[:says])
	u.place = place{j.Get("last_value").Int(), j.Get("last_id").Int()}
	u.prev, u.empty = j.Get("direction").Str == "prev", j.Get("empty").Bool()
	if f := j.Get("filters"); f.Exists() {
		u.filtered, u.filters = true, fake.Text(f)
	}
	return u, true
}

// noteCursor notes what tells why a cursor was refused.
func noteCursor(c *fake.Call, text string) {
	if strings.Contains(text, " ") {
		c.Note("unescaped-cursor", "")
	}
	if strings.Trim(text, "0123456789") == "" {
		c.Note("numeric-cursor", "")
	}
}

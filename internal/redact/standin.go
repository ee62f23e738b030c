package redact

import (
	"encoding/hex"
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
)

// mostNumber is the greatest number that a stand-in is known by.
const mostNumber = 9_999_999

var (
	standInNames = regexp.MustCompile(`(?i)^(?:first|last)([1-9]\d{0,6})$`)
	standInOf    = map[part]*regexp.Regexp{
		partEmail:   regexp.MustCompile(`(?i)^person([1-9]\d{0,6})(?:\+tag[1-9]\d{0,6})?@example\.com$`),
		partTag:     regexp.MustCompile(`(?i)^tag([1-9]\d{0,6})$`),
		partFirst:   standInNames,
		partLast:    standInNames,
		partFull:    regexp.MustCompile(`(?i)^(?:(?:first|last)([1-9]\d{0,6})|first[1-9]\d{0,6} last[1-9]\d{0,6}|last[1-9]\d{0,6}, first[1-9]\d{0,6})$`),
		partCity:    regexp.MustCompile(`(?i)^city([1-9]\d{0,6})$`),
		partCompany: regexp.MustCompile(`(?i)^company([1-9]\d{0,6})$`),
		partLogin:   regexp.MustCompile(`(?i)^login([1-9]\d{0,6})$`),
		partStreet:  regexp.MustCompile(`(?i)^([1-9]\d{0,6}) Example Street$`),
		partCode:    regexp.MustCompile(`^000(\d{2,7})$`),
	}
)

// standsIn tells whether a text is a stand-in already, and its number, 0 if
// it has none.
func (p *people) standsIn(of part, text string) (int, bool) {
	text = strings.TrimSpace(text)
	switch of {
	case partPhone:
		digits := plainText(partPhone, text)
		if len(digits) < 5 || len(digits) > 40 || !strings.HasPrefix(digits, "000") {
			return 0, false
		}
		n, err := strconv.Atoi(digits)
		return n, err == nil && n > 0 && n <= mostNumber
	case partIP:
		addr, ok := parseIP(text)
		if !ok {
			return 0, false
		}
		return numberOfIP(addr)
	case partBirth:
		return 0, text == "1970-01-01" || text == "0"
	}
	form := standInOf[of]
	if form == nil {
		return 0, false
	}
	m := form.FindStringSubmatch(text)
	if m == nil {
		return 0, false
	}
	n, _ := strconv.Atoi(m[1])
	return n, n > 0 || m[1] == ""
}

// The address blocks that are kept for documentation (RFC 5737, RFC 3849).
var documented = []netip.Prefix{
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"),
}

// inBlock is how many stand-ins one of these blocks has.
const inBlock = 254

// numberOfIP tells whether an address is nobody's: of this machine, or a
// stand-in.
func numberOfIP(addr netip.Addr) (int, bool) {
	if addr.IsLoopback() || addr.IsUnspecified() {
		return 0, true
	}
	for i, block := range documented {
		if block.Contains(addr) {
			return i*inBlock + int(addr.AsSlice()[3]), true
		}
	}
	if b := addr.AsSlice(); len(b) == 16 && strings.HasPrefix(addr.StringExpanded(), "2001:0db8:0000:0000:0000:0000:") {
		return int(b[12])<<24 | int(b[13])<<16 | int(b[14])<<8 | int(b[15]), true
	}
	return 0, false
}

// parseIP reads an address as it is written, or the hex of its bytes.
func parseIP(text string) (netip.Addr, bool) {
	if addr, err := netip.ParseAddr(text); err == nil {
		return addr.Unmap().WithZone(""), true
	}
	if b, err := hex.DecodeString(text); err == nil {
		if addr, ok := netip.AddrFromSlice(b); ok {
			return addr.Unmap(), true
		}
	}
	return netip.Addr{}, false
}

// address is the stand-in of an IP address, in the form of the text: an address
// of one of the blocks for documentation, IPv6 once these are used up.
func (p *people) address(text string) string {
	addr, ok := parseIP(text)
	if !ok {
		return mark
	}
	n := p.numberOf(partIP, plainText(partIP, text), 0)
	var other netip.Addr
	if block := (n - 1) / inBlock; addr.Is4() && block < len(documented) {
		b := documented[block].Addr().As4()
		b[3] = byte((n-1)%inBlock + 1)
		other = netip.AddrFrom4(b)
	} else {
		other = netip.MustParseAddr(fmt.Sprintf("2001:db8::%x:%x", n>>16&0xffff, n&0xffff))
	}
	if strings.ContainsAny(text, ".:") {
		return other.String()
	}
	return hex.EncodeToString(other.AsSlice())
}

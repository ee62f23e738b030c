package cscart

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
)

// The entities below /api/.
const (
	entityCarts   = "carts"
	entityVersion = "version"
)

// An address is what a request's path says, in the order in which the shop reads
// it.
type address struct {
	outside    bool   // not below /api at all
	unroutable bool   // two slashes side by side, or nothing
	version    string // "": none was given
	company    int64  // of stores/{n} and vendors/{n}; 0: the store's own
	entity     string
	id         string // as it was sent
	extra      bool   // there is more behind the id
}

// address reads the path of a request: /api/…, or /api.php with the same in the
// parameter _d. A final slash may be there or not (readings CC-20 and CC-34).
func (s *Server) address(r *http.Request) address {
	path := r.URL.Path
	below, inside := strings.CutPrefix(path, "/api/")
	switch {
	case path == "/api":
	case path == "/api.php":
		below = routed(r.URL.RawQuery)
		path = "/api/" + below
	case !inside:
		return address{outside: true}
	}
	if below == "" || strings.Contains(path, "//") {
		return address{unroutable: true}
	}
	var a address
	first, rest := segment(strings.TrimSuffix(below, "/"))
	if numeric(first) {
		a.version = first
		first, rest = segment(rest)
	}
	if first == "stores" || first == "vendors" {
		if company, after := segment(rest); after != "" {
			if a.company = -1; numeric(company) {
				if n, fits := whole(strings.Trim(company, numberSpace)); fits && n > 0 {
					a.company = n
				}
			}
			first, rest = segment(after)
		}
	}
	a.entity = first
	a.id, rest = segment(rest)
	a.extra = rest != ""
	return a
}

// segment cuts a path at its first slash.
func segment(path string) (first, rest string) {
	first, rest, _ = strings.Cut(path, "/")
	return first, rest
}

// routed is the parameter _d of /api.php.
func routed(raw string) string {
	path := ""
	for part := range strings.SplitSeq(raw, "&") {
		if name, text, _ := strings.Cut(part, "="); unescape(name) == "_d" {
			path = unescape(text)
		}
	}
	return path
}

// number is the id as a number, cut toward zero; known tells whether it is one
// of 64 bits.
func (a address) number() (id int64, known bool) {
	if !numeric(a.id) {
		return 0, false
	}
	return whole(strings.Trim(a.id, numberSpace))
}

// noID tells whether there is no id, or one of value 0, which is the same to the
// shop.
func (a address) noID() bool {
	id, known := a.number()
	return a.id == "" || known && id == 0
}

// path is what the routes are matched against: /api/carts/, /api/carts/{user_id}/
// with the number in plain decimals, /api/version.
func (s *Server) path(c *fake.Call) string {
	a := s.address(c.Request)
	switch {
	case s.unknown(a) != nil:
		return ""
	case a.entity == entityVersion:
		return "/api/version"
	case a.noID():
		return "/api/carts/"
	}
	id, _ := a.number()
	return "/api/carts/" + strconv.FormatInt(id, 10) + "/"
}

// unknown is what is wrong with an address, in the shop's order: the path, then
// version and entity (reading CC-26), then the id.
func (s *Server) unknown(a address) *fake.Error {
	switch {
	case a.outside || a.unroutable || a.entity == "":
		return &fake.Error{Kind: fake.NoRoute}
	case a.extra || !s.serves(a):
		return &fake.Error{Kind: fake.NoRoute, Texts: []string{"The Entity " + a.entity + " not found"}}
	}
	if _, known := a.number(); a.id != "" && !known {
		return &fake.Error{Kind: fake.NoRoute}
	}
	return nil
}

// serves tells whether an entity is served under a version.
func (s *Server) serves(a address) bool {
	switch a.entity {
	case entityVersion:
		return true
	case entityCarts:
		switch a.version {
		case "", "2.0", "2.1", "4.0":
			return true
		case "4.1":
			return s.settings.engine == Engine420
		}
	}
	return false
}

// companyOf is the company of a call: its carts are all that the call can see
// (reading CC-34).
func (s *Server) companyOf(a address) int64 {
	if a.company != 0 {
		return a.company
	}
	return s.settings.company
}

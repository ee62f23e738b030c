package fake

import (
	"bytes"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/cartdouble/cartdouble/internal/memnet"
	"github.com/google/uuid"
	"github.com/tidwall/gjson"
)

// A Call is one request on its way through the stages. Handlers, API packages
// and interceptors see it under the server's lock; it is not to be kept.
type Call struct {
	Seq     int // number in the journal
	Op      Op  // "" until a route is found
	Route   *Route
	Request *http.Request // its body is read; see Body
	Body    []byte
	Caller  Caller

	s        *Server
	entry    *entry
	conn     *conn
	params   params
	missed   *Error // what Match will answer: there is no such route
	matched  bool   // Match has let the call pass
	known    bool   // Auth has
	query    url.Values
	plan     plan
	reply    *Reply
	answered bool // by an interceptor: the stages that follow are left out
	inserted int  // records that this call added
	changed  bool // this call changed the state
	limited  bool // the documented limit refused this call
	locked   bool
	parcel   *parcel     // of a delivery that an interceptor sees
	muted    bool        // it is somebody else's: nothing about it is noted
	shown    bool        // an interceptor has seen it, and may have kept it all the same
	caused   []*delivery // leave after the reply
	early    []*job      // a fault lets them leave before it
}

// calls are those that are over: a call is large, and most need nothing but its
// memory.
var calls = sync.Pool{New: func() any { return new(Call) }}

// over gives a call back that nobody can have kept.
func (c *Call) over() {
	if c.shown || c.plan.faults != nil || c.caused != nil || c.early != nil {
		return
	}
	*c = Call{}
	calls.Put(c)
}

// show gives a call to an interceptor, which may keep it.
func (c *Call) show() *Call {
	c.shown = true
	return c
}

// Header gives the first value of a request header, "" without one.
func (c *Call) Header(name string) string { return c.Request.Header.Get(name) }

// Secure tells whether the client means TLS: the call came over it, or in memory
// from an https address.
func (c *Call) Secure() bool {
	if c.conn == nil {
		return c.Request.TLS != nil
	}
	_, framed := c.conn.net.(*frameConn)
	return c.Request.TLS != nil || framed || memnet.Secure(c.conn.net)
}

// Query gives the query parameters, unescaped, all values of each.
func (c *Call) Query() url.Values {
	if c.query == nil {
		c.query = c.Request.URL.Query()
	}
	return c.query
}

// Param gives what stood for {name} in the path, unescaped.
func (c *Call) Param(name string) string { return c.params.get(name) }

// Int is Param as a positive whole number without leading zeros, at most
// 9223372036854775807. Anything else is 0, which is nobody's id.
func (c *Call) Int(name string) int64 {
	text := c.Param(name)
	if text == "" || text[0] < '1' || text[0] > '9' {
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// Missed is what the stage Match will answer, NoRoute or BadMethod; nil where the
// call has a route. It is known from the beginning.
func (c *Call) Missed() *Error { return c.missed }

// Basic gives the credentials of the header Authorization: Basic.
func (c *Call) Basic() (user, password string, ok bool) { return c.Request.BasicAuth() }

// Form reads the body as application/x-www-form-urlencoded, with all values of a
// repeated name. What cannot be unescaped is Malformed.
func (c *Call) Form() (url.Values, error) {
	form, err := url.ParseQuery(string(c.Body))
	if err != nil {
		return nil, &Error{Kind: Malformed}
	}
	return form, nil
}

// JSON reads the body: one valid JSON value in valid UTF-8 with nothing but
// white space around it. An empty body is no value: Exists is false. Anything
// else is Malformed.
func (c *Call) JSON() (gjson.Result, error) {
	if len(bytes.Trim(c.Body, " \t\r\n")) == 0 {
		return gjson.Result{}, nil
	}
	if !utf8.Valid(c.Body) || !json.Valid(c.Body) {
		return gjson.Result{}, &Error{Kind: Malformed}
	}
	return gjson.ParseBytes(c.Body), nil
}

// Members are the members of a JSON object, each name once: in the place where
// it first stands, with the last of its values. A value that is no object has
// none.
func Members(v gjson.Result) iter.Seq2[string, gjson.Result] {
	return func(yield func(string, gjson.Result) bool) {
		if !v.IsObject() {
			return
		}
		type member struct {
			name  string
			value gjson.Result
		}
		const few = 16 // with so many, looking through them beats a map
		members := make([]member, 0, few)
		var places map[string]int
		v.ForEach(func(key, value gjson.Result) bool {
			name := Text(key)
			place, seen := places[name]
			if places == nil {
				place = slices.IndexFunc(members, func(m member) bool { return m.name == name })
				seen = place >= 0
			}
			if seen {
				members[place].value = value
				return true
			}
			members = append(members, member{name, value})
			switch {
			case places != nil:
				places[name] = len(members) - 1
			case len(members) == few:
				places = make(map[string]int, 2*few)
				for i, m := range members {
					places[m.name] = i
				}
			}
			return true
		})
		for _, m := range members {
			if !yield(m.name, m.value) {
				return
			}
		}
	}
}

// Text is the contents of a JSON string, as a copy: a part of a request's body
// would keep all of it in memory. Escapes are left to encoding/json, because
// gjson swallows one that follows half a surrogate pair. Any other value gives
// its JSON text.
func Text(v gjson.Result) string {
	if v.Type != gjson.String {
		return strings.Clone(v.Raw)
	}
	if !strings.Contains(v.Raw, `\u`) {
		return strings.Clone(v.Str)
	}
	var text string
	_ = json.Unmarshal([]byte(v.Raw), &text) // the body is valid JSON
	return text
}

// Now is the time of the server's clock, in UTC; under the fault clock-skew, what
// a clock that is off shows.
func (c *Call) Now() time.Time { return c.s.clock.now().Add(c.plan.skew) }

// NewID gives the next number of a counter of the server, from 1.
func (c *Call) NewID(counter string) int64 { return c.s.NextID(counter) }

// NewUUID gives a random UUID that the server's seed decides.
func (c *Call) NewUUID() uuid.UUID { return c.s.newUUID() }

// Note records something odd about the request that the API lets pass.
func (c *Call) Note(kind, detail string) {
	if c.muted {
		return
	}
	c.s.found(Finding{Call: c.Seq, Kind: kind, Detail: detail})
}

// Refusals are the sentences with which a save is to be refused: those that the
// test set for these keys (Tenant.Refuse), then those of the fault not-saved on
// this call, of which one without a sentence is "": the API package has its own.
// None means that the save goes on.
func (c *Call) Refusals(t *Tenant, keys ...string) []string {
	var texts []string
	for _, key := range keys {
		texts = append(texts, t.refused[key]...)
	}
	return append(texts, c.plan.refuse...)
}

// Limited tells whether the documented limit refused the call, which then was
// not looked at any further.
func (c *Call) Limited() bool { return c.limited }

// Reply is what the handler answered, nil before it has.
func (c *Call) Reply() *Reply { return c.reply }

// Fault is the fault of that name which hits this call. Some faults are carried
// out by the API package alone: of those, one that it did not ask for here has
// not hit the call.
func (c *Call) Fault(name string) (Fault, bool) {
	f, planned := c.Planned(name)
	if planned {
		if c.plan.took == nil {
			c.plan.took = map[string]bool{}
		}
		c.plan.took[name] = true
	}
	return f, planned
}

// Planned is Fault for an API package that must know the fault's parameters
// before it can tell whether the fault has an effect on this call.
func (c *Call) Planned(name string) (Fault, bool) {
	for _, f := range c.plan.faults {
		if f.Name() == name {
			return f, true
		}
	}
	return Fault{}, false
}

// Answer is for interceptors: the call is answered with this. Before the
// handler has run, it does not run; after it, what it changed stays changed.
func (c *Call) Answer(r Reply) {
	c.reply, c.answered = &r, true
}

// Inject is for interceptors, before the stage Faults: at Connect and Matched, and
// at Throttled where the API puts its limit first. These faults hit exactly this
// call, whatever their triggers say, and although it is refused before that stage;
// then they are done, unless they are of a Series. A fault that this server cannot do
// is an error.
func (c *Call) Inject(faults ...Fault) error {
	for _, f := range faults {
		k, err := c.s.vet(f)
		switch {
		case err != nil:
			return err
		case c.parcel != nil && !k.onDeliveries():
			return fmt.Errorf("fault %s is about calls, not about deliveries", f.name)
		case f.series != nil && !f.series.goesOn(f, k, c.s.clock.now()):
			continue
		case c.parcel != nil:
			if err := c.parcel.add(f, k, f.series); err != nil {
				return err
			}
			f.count(c)
			continue
		case !k.onCalls():
			return fmt.Errorf("fault %s is about deliveries, not about calls", f.name)
		case k.standing:
			return fmt.Errorf("fault %s is about what several calls have in common; Inject arms it for all", f.name)
		}
		if k.knows && c.Caller.Key == "" {
			return fmt.Errorf("fault %s: it is about the caller, who is not known yet; arm it with Inject, or in the head of a file", f.name)
		}
		if k.dials || k.uploads {
			return fmt.Errorf("fault %s: it hits before a request has been read, so nothing can choose this call for it; arm it with Inject, or in the head of a file", f.name)
		}
		if err := c.plan.add(c, f, k, f.series); err != nil {
			return err
		}
		f.count(c)
	}
	return nil
}

// count counts the hit of a fault that is one of a series.
func (f Fault) count(c *Call) {
	if f.series != nil {
		f.series.hit(c.s.clock.now())
	}
}

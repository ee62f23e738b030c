package fake

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/tidwall/gjson"
)

// saveKinds are the faults of saves in which somebody else, or time, has a part;
// and the one about the shape of what is told.
var saveKinds = map[string]*kind{
	"taken": {
		point: BeforeApply, asked: true,
		params: map[string]param{"field": someText},
		vet: func(s *Server, _ Fault) error {
			if s.api.Taken == nil {
				return errors.New("no two records of this API clash in a value; not-saved refuses a save")
			}
			return nil
		},
		chooses: choosesWrites,
		plan: func(c *Call, f Fault, _ int) {
			c.plan.eve = func(c *Call) error {
				if c.s.api.Taken(c, f.Get("field")) {
					c.Fault("taken")
				}
				return nil
			}
		},
	},
	"conflict": {
		point:   BeforeApply,
		params:  map[string]param{"change": someText, "status": number(400, 499)},
		ending:  "status",
		chooses: choosesConflict,
		plan: func(c *Call, f Fault, _ int) {
			c.plan.eve = func(c *Call) error {
				c.rival(f)
				if f.Has("status") {
					return &Error{Kind: Conflict, Status: f.int("status", 0)}
				}
				return nil
			}
		},
	},
	"accepted-later": {
		point: BeforeApply, ends: true, asked: true,
		params: map[string]param{"delay": someTime, "fail": oneOf("yes", "no"), "status": number(200, 299)},
		needs:  []string{"delay"},
		vet: func(s *Server, _ Fault) error {
			if s.api.Accepted == nil {
				return errors.New("each write of this API is answered with what it has made; slow-headers, hang and stale-read show a late effect")
			}
			return nil
		},
		chooses: choosesWrites,
		plan: func(c *Call, f Fault, _ int) {
			c.plan.eve = func(c *Call) error {
				c.acceptLater(f)
				return nil
			}
		},
	},
	"shape-drift": {
		point: reshaped, asked: true,
		params: map[string]param{
			"bool": oneOf("native", "string"), "null": oneOf("null", `"null"`, "absent"), "id": oneOf("int", "string"), "extra": memberName,
		},
		needs: []string{"bool", "null", "id", "extra"},
		plan: func(c *Call, f Fault, _ int) {
			c.plan.retouch(f, func(_ *Call, r *Reply) bool {
				body := driftShape(r.Body, shapeOf(f))
				changed := !bytes.Equal(body, r.Body)
				r.Body = body
				return changed
			})
		},
	},
}

// theirs lets somebody else change the state within a call: that is not what the
// call has done.
func (c *Call) theirs(f func()) {
	changed, inserted := c.changed, c.inserted
	f()
	c.changed, c.inserted = changed, inserted
}

// choosesConflict chooses the writes that another writer can come before: with a
// change of his own, or, where the request is all in its address, with the same.
func choosesConflict(c *Call, a *armed) bool {
	return choosesWrites(c, a) && (a.fault.Has("change") || len(c.Body) == 0)
}

// rival lets another writer make the same call with another body first.
func (c *Call) rival(f Fault) {
	other := c.twin()
	if f.Has("change") {
		other.Body = []byte(f.Get("change"))
	}
	other.muted = true
	if _, err := c.Route.Handle(other); err != nil {
		c.s.found(Finding{
			Call: c.Seq, Kind: "conflict", Mistake: true,
			Detail: c.Op + ": the other writer of the fault " + f.String() + " was refused: " + err.Error(),
		})
	}
}

// twin is a call like this one, which nobody has made: no fault hits it, and the
// journal does not have it.
func (c *Call) twin() *Call {
	return &Call{
		Seq: c.Seq, Op: c.Op, Route: c.Route, Request: c.Request, Body: slices.Clone(c.Body), Caller: c.Caller,
		s: c.s, entry: &entry{}, conn: c.conn, params: c.params, matched: c.matched, known: c.known,
	}
}

// acceptLater answers the call now and carries it out when its time has come.
func (c *Call) acceptLater(f Fault) {
	reply, can := c.s.api.Accepted(c)
	if !can {
		return
	}
	c.Fault("accepted-later")
	reply.Status = f.int("status", reply.Status)
	c.Answer(reply)
	if f.Get("fail") == "yes" {
		return
	}
	later, exchange := c.twin(), c.entry
	c.s.task(c.s.clock.now().Add(f.duration("delay", 0)), func(*timer) {
		_, _ = later.Route.Handle(later) // refused or not: nobody hears of it
		exchange.Committed = later.changed
	})
}

func choosesMember(name string) bool { return name == "id" || strings.HasSuffix(name, "_id") }

func memberName(value string) error {
	if value == "" || strings.ContainsAny(value, `"\`) {
		return errors.New("want the name of a member that no answer has, such as loyalty_tier")
	}
	return nil
}

// A shape is how values are written that mean the same.
type shape struct {
	value func(name string, v gjson.Result) string // the JSON text of a value; "": the member goes
	extra string                                   // a member more in each object; "": none
}

func shapeOf(f Fault) shape {
	return shape{extra: f.Get("extra"), value: func(name string, v gjson.Result) string {
		text := v.Type == gjson.String
		switch {
		case text && f.Get("bool") == "native" && (v.Str == "true" || v.Str == "false"):
			return v.Str
		case v.IsBool() && f.Get("bool") == "string":
			return `"` + v.Raw + `"`
		case text && v.Str == "null" && f.Get("null") == "null":
			return "null"
		case v.Type == gjson.Null && f.Get("null") == `"null"`:
			return `"null"`
		case v.Type == gjson.Null && f.Get("null") == "absent":
			return ""
		case choosesMember(name) && v.Type == gjson.Number && f.Get("id") == "string":
			return `"` + v.Raw + `"`
		case choosesMember(name) && text && f.Get("id") == "int" && v.Str != "" && strings.Trim(v.Str, "0123456789") == "" && (v.Str[0] != '0' || v.Str == "0"):
			return v.Str
		}
		return v.Raw
	}}
}

// driftShape writes a JSON text in another shape. What does not change keeps its
// bytes; what is no JSON is given back.
func driftShape(body []byte, s shape) []byte {
	if !json.Valid(body) {
		return body
	}
	return s.append(nil, "", gjson.ParseBytes(body))
}

func (s shape) append(dst []byte, name string, v gjson.Result) []byte {
	if !v.IsObject() && !v.IsArray() {
		return append(dst, s.value(name, v)...)
	}
	ends := "[]"
	if v.IsObject() {
		ends = "{}"
	}
	dst = append(dst, ends[0])
	start := len(dst)
	v.ForEach(func(key, value gjson.Result) bool {
		whole := len(dst)
		if len(dst) > start {
			dst = append(dst, ',')
		}
		member := name // the elements of an array are what it is
		if v.IsObject() {
			member = key.Str
			dst = append(append(dst, key.Raw...), ':')
		}
		before := len(dst)
		if dst = s.append(dst, member, value); len(dst) == before && v.IsObject() {
			dst = dst[:whole]
		} else if len(dst) == before {
			dst = append(dst, value.Raw...) // an array keeps its length
		}
		return true
	})
	if v.IsObject() && s.extra != "" && !v.Get(gjsonName(s.extra)).Exists() {
		if len(dst) > start {
			dst = append(dst, ',')
		}
		dst = append(AppendString(dst, s.extra), `:"new"`...)
	}
	return append(dst, ends[1])
}

// gjsonName is the path to a member, whatever letters are in its name.
func gjsonName(name string) string {
	return strings.NewReplacer(".", `\.`, "*", `\*`, "?", `\?`, "|", `\|`, "#", `\#`, "@", `\@`, "!", `\!`, "{", `\{`, "[", `\[`).Replace(name)
}

// retouch plans what a fault makes of the words of an answer; do tells whether
// it made anything of them, and only then the fault has hit.
func (p *plan) retouch(f Fault, do func(c *Call, r *Reply) bool) {
	p.retouches = append(p.retouches, retouching{f.Name(), do})
}

type retouching struct {
	name string
	do   func(c *Call, r *Reply) bool
}

// retouched changes the answer as the faults say: what it means first, and then its
// bytes, whatever was planned first.
func (p *plan) retouched(c *Call) {
	for _, bytes := range []bool{false, true} {
		for _, r := range p.retouches {
			if (kinds[r.name].point == Body) != bytes {
				continue
			}
			edited := *c.reply
			if r.do(c, &edited) {
				c.reply = &edited
				c.Fault(r.name)
			}
		}
	}
}

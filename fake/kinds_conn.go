package fake

import (
	"fmt"
	"net/http"
)

// connKinds are the faults of connections that break or end, beside reset and
// lost-response.
var connKinds = map[string]*kind{
	"stale-keepalive": {
		point: Wire, ends: true,
		params: map[string]param{"idle": someTime},
		vet: func(s *Server, _ Fault) error {
			if s.opt.http2 {
				return fmt.Errorf("over HTTP/2 one call cannot close the connection that others share; goaway ends one")
			}
			return nil
		},
		chooses: func(c *Call, a *armed) bool {
			return c.entry.Reused && c.entry.At.Sub(c.conn.answered) >= a.fault.duration("idle", 0)
		},
		plan: func(c *Call, _ Fault, _ int) { c.plan.wire.cut, c.plan.wire.unapplied = "fin", true },
	},
	"close-after": {
		point:  Wire,
		params: map[string]param{"say": oneOf("yes", "no")},
		vet: func(s *Server, _ Fault) error {
			if s.opt.http2 {
				return fmt.Errorf("over HTTP/2 one answer does not end the connection; goaway ends one")
			}
			return nil
		},
		plan: func(c *Call, f Fault, _ int) {
			c.plan.wire.write = sendAndSayClose
			if f.Get("say") == "no" {
				c.plan.wire.write = sendAndClose
			}
		},
	},
	"goaway": {
		point: Wire,
		vet: func(s *Server, _ Fault) error {
			if !s.opt.http2 {
				return fmt.Errorf("only HTTP/2 has it; start the fake with fake.HTTP2(), or use close-after")
			}
			return nil
		},
		plan: func(c *Call, _ Fault, _ int) { c.plan.wire.write = sendAndSayClose },
	},
	"half-answer": {
		point: Wire, both: true, ends: true,
		plan: func(c *Call, f Fault, _ int) {
			c.plan.wire.cut, c.plan.wire.first = "rst", http.StatusEarlyHints
			c.plan.wire.unapplied = f.Get("apply") != "after"
		},
	},
	"stream-error": {
		point: Wire, both: true, ends: true,
		params: map[string]param{"code": streamCode, "at": number(0, 1<<30)},
		vet:    vetStreamError,
		placed: func(s *Server, a *armed) {
			if a.fault.or("code", "internal-error") != "internal-error" {
				s.recoded.Store(true)
				s.net.closeIdle() // connections from now on can do it
			}
		},
		plan: planStreamError,
	},
	"reset-during-upload": {
		point: Arrive, ends: true, cuts: true, uploads: true,
		params:  map[string]param{"bytes": number(0, 1<<30)},
		chooses: choosesUpload,
	},
}

// sendAndSayClose sends an answer after which the connection ends. net/http makes
// a GOAWAY of the header over HTTP/2.
func sendAndSayClose(w http.ResponseWriter, c *Call) {
	w.Header()["Connection"] = []string{"close"}
	sendWhole(w, c)
}

// sendAndClose ends the connection without having said so.
func sendAndClose(w http.ResponseWriter, c *Call) {
	sendWhole(w, c)
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

func vetStreamError(s *Server, f Fault) error {
	if !s.opt.http2 {
		return fmt.Errorf("only HTTP/2 has streams; start the fake with fake.HTTP2(), or use reset")
	}
	if f.Has("at") && f.Get("apply") != "after" {
		return fmt.Errorf("at=: before the call is applied there is no body to break off in; say apply=after")
	}
	return nil
}

// planStreamError ends the stream before the answer, or in its body.
func planStreamError(c *Call, f Fault, _ int) {
	c.plan.wire.code, c.plan.wire.recode = streamCodes[f.or("code", "internal-error")], true
	if f.Has("at") {
		c.plan.wire.truncate, c.plan.wire.at = "rst", f.int("at", 0)
		return
	}
	c.plan.wire.cut, c.plan.wire.unapplied = "rst", f.Get("apply") != "after"
}

package fake

import (
	"fmt"
	"net/http"
	"time"
)

// An Exchange is one line of the journal: a request as it came and the reply
// as it left. Exchanges are numbered in the order in which their requests
// arrived, from 1, and are complete before the first byte of the reply leaves.
type Exchange struct {
	Seq    int
	At     time.Time // of arrival, by the server's clock
	Op     Op        // "" where no route fits
	Method string
	URL    string // path and query exactly as sent
	Header http.Header
	Body   []byte

	Status      int // 0: nothing was answered
	ReplyHeader http.Header
	ReplyBody   []byte // as meant; a fault on the wire may have cut it

	Fault     string // the faults that hit this call, as lines of the file format, joined by "; "
	Committed bool   // the call changed the state
	Conn      int    // number of the connection, from 1
	Reused    bool   // an earlier request came over the same connection
	Resend    bool   // sent again by net/http itself, unseen by the program
}

// A Finding is something about the client that the fake saw. A mistake fails
// the test at cleanup; a note is listed with the journal.
type Finding struct {
	Call    int    // Seq of the exchange, 0 where there is none
	Kind    string // the word that Allow takes: "no-route", "ignored-parameter"
	Detail  string
	Mistake bool
	Check   string // id of the conformance check that is about this, if any
}

// String gives the finding on one line: "call 3: no-route: GET /v1/x: …".
func (f Finding) String() string {
	text := f.Kind
	if f.Detail != "" {
		text += ": " + f.Detail
	}
	if f.Call > 0 {
		text = fmt.Sprintf("call %d: %s", f.Call, text)
	}
	if f.Check != "" {
		text += " (" + f.Check + ")"
	}
	return text
}

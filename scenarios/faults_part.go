package scenarios

import (
	"strconv"
	"strings"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// The faults below take an API that has a part in them: its own code carries
// them out. Where it knows nothing of one, the fault never fires.

// TokenExpired ends the token of a call, which is answered accordingly. It stands
// for clients that give up, or refresh in parallel and lose the token that was
// rotated. Set: ttl, to let it live so long; refresh=rotate or fail, for what
// refreshing it does.
func TokenExpired() fake.Fault { return fake.NewFault("token-expired") }

// TokenSwapped carries a call out in another account. It stands for tenants that
// were mixed up: all is well with the answer, but that it is about somebody else.
// Set: account.
func TokenSwapped() fake.Fault { return fake.NewFault("token-swapped") }

// LimitedAfterPart answers 429 when n parts of a call were applied. It stands for
// the batch that hits the limit half-way, and is repeated blindly.
func LimitedAfterPart(n int) fake.Fault {
	return fake.NewFault("limited-after-part").Set("n", strconv.Itoa(n))
}

// BatchStops refuses record n of a batch, with the API's own sentence where text
// is "". It stands for clients that take a refused batch for nothing done. Set:
// policy=stop, all-or-nothing or skip.
func BatchStops(n int, text string) fake.Fault {
	f := fake.NewFault("batch-stops").Set("n", strconv.Itoa(n))
	if text == "" {
		return f
	}
	return f.Set("text", text)
}

// SilentlyDropped answers as if a save had stored everything, and does not store
// these fields. It stands for misspelt and unknown names of attributes, which an
// API takes without a word.
func SilentlyDropped(fields ...string) fake.Fault {
	f := fake.NewFault("silently-dropped")
	if len(fields) == 0 {
		return f
	}
	return f.Set("fields", strings.Join(fields, ","))
}

// CursorExpired refuses the cursor of a list. It stands for the stored cursor on
// which a client crashes again and again, and for a second expiry while it starts
// over. Set: ttl, the age from which it does; times.
func CursorExpired() fake.Fault { return fake.NewFault("cursor-expired") }

// CursorLoop gives the cursor that was just used as the next one. It stands for
// the same page for ever, which looks like progress. Set: from, the first page
// that does.
func CursorLoop() fake.Fault { return fake.NewFault("cursor-loop") }

// StaleRead lets lists be as they were lag ago. It stands for the search that
// does not know yet what was just made, so that a client makes it again. Set:
// scope=all, for single records too; lag, a number of calls instead of a time
// ("3": the changes of the last three are not seen). Changes from before it was
// armed are not undone.
func StaleRead(lag time.Duration) fake.Fault {
	return fake.NewFault("stale-read").Set("lag", lag.String())
}

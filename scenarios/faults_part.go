package scenarios

import (
	"strconv"
	"strings"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// The faults below take an API that has a part in them: its own code carries
// them out. Where it knows nothing of one, the fault never fires.

// TokenExpired ends the token of a call, which is answered accordingly. Set: ttl,
// to let it live so long; refresh=rotate or fail, for what refreshing it does.
func TokenExpired() fake.Fault { return fake.NewFault("token-expired") }

// TokenSwapped carries a call out in another account. Set: account.
func TokenSwapped() fake.Fault { return fake.NewFault("token-swapped") }

// LimitedAfterPart answers 429 when n parts of a call were applied.
func LimitedAfterPart(n int) fake.Fault {
	return fake.NewFault("limited-after-part").Set("n", strconv.Itoa(n))
}

// BatchStops refuses record n of a batch, with the API's own sentence where text
// is "". Set: policy=stop, all-or-nothing or skip.
func BatchStops(n int, text string) fake.Fault {
	f := fake.NewFault("batch-stops").Set("n", strconv.Itoa(n))
	if text == "" {
		return f
	}
	return f.Set("text", text)
}

// SilentlyDropped answers as if a save had stored everything, and does not store
// these fields.
func SilentlyDropped(fields ...string) fake.Fault {
	f := fake.NewFault("silently-dropped")
	if len(fields) == 0 {
		return f
	}
	return f.Set("fields", strings.Join(fields, ","))
}

// CursorExpired refuses the cursor of a list. Set: ttl, the age from which it
// does; times.
func CursorExpired() fake.Fault { return fake.NewFault("cursor-expired") }

// CursorLoop gives the cursor that was just used as the next one. Set: from, the
// first page that does.
func CursorLoop() fake.Fault { return fake.NewFault("cursor-loop") }

// StaleRead lets lists be as they were lag ago. Set: scope=all, for single
// records too; lag, a number of calls instead of a time ("3": the changes of the
// last three are not seen). Changes from before it was armed are not undone.
func StaleRead(lag time.Duration) fake.Fault {
	return fake.NewFault("stale-read").Set("lag", lag.String())
}

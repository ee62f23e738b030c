package scenarios

import (
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// Taken lets somebody else have the value that a save asks for, so that the API
// refuses it in its own words. It stands for the creation that is sent again after
// a first attempt whose answer was lost: whoever then looks finds the record. Set:
// field, where records clash in several.
func Taken() fake.Fault { return fake.NewFault("taken") }

// Conflict lets another writer make the same call before, with another body:
// change. It stands for what happens between reading and writing: the last one
// wins, and stock is wrong. Without change it hits calls without a body, such as
// deletions. Set: status=409, where the API refuses the second.
func Conflict(change string) fake.Fault {
	f := fake.NewFault("conflict")
	if change == "" {
		return f
	}
	return f.Set("change", change)
}

// AcceptedLater answers a write at once, with 202 or what the API says, and carries
// it out delay later on the server's clock. It stands for imports and deletions in
// the background: reading right after sees the old state. Set: fail=yes, where
// nothing ever comes of it; status.
func AcceptedLater(delay time.Duration) fake.Fault {
	return fake.NewFault("accepted-later").Set("delay", delay.String())
}

// ShapeDrift writes the answer in another shape that means the same. It stands for
// an update of the service that breaks strict decoders. Set: bool=native or string;
// null=null, "null" or absent; id=int or string; extra, the name of a member more.
func ShapeDrift() fake.Fault { return fake.NewFault("shape-drift") }

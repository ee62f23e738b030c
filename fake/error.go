package fake

import "strings"

// A Kind says what kind of failure an Error is; the API package has the words.
type Kind string

// The kinds of failure that the engine and the faults know.
const (
	NoRoute         Kind = "no-route"        // no such path, or one that is not modelled
	BadMethod       Kind = "bad-method"      // the path is known, the method is not
	Unauthenticated Kind = "unauthenticated" // credentials missing or wrong
	OutOfScope      Kind = "out-of-scope"    // the caller may not do this
	NotFound        Kind = "not-found"       // no such record
	NotAcceptable   Kind = "not-acceptable"  // media types
	Malformed       Kind = "malformed"       // the request cannot be read
	Invalid         Kind = "invalid"         // the request can be read and is refused
	NotSaved        Kind = "not-saved"       // a save is refused by the fault of that name
	Conflict        Kind = "conflict"        // another record, or another writer, is in the way
	Limited         Kind = "limited"         // too many calls
	Broken          Kind = "broken"          // 5xx
)

// An Error is a failure that the API tells its client.
type Error struct {
	Kind       Kind
	Status     int      // 0: the API's own status for the kind
	Texts      []string // sentences for the client; nil: the API's own
	RetryAfter string   // value of the header; "": none
	Allow      []string // BadMethod: the methods of the path, sorted
}

func (e *Error) Error() string {
	if len(e.Texts) == 0 {
		return string(e.Kind)
	}
	return string(e.Kind) + ": " + strings.Join(e.Texts, "; ")
}

// Package golden compares what a test got with a file that people can read:
// a text, a JSON document, an exchange over HTTP or a whole conversation.
//
//	golden.HTTP(t, "create", shop.Calls("CreateCart")[0])
//
// # Files
//
// A golden stands in testdata/golden/<Test>/<sub>/<name>, with the ending
// .golden (Text, Bytes), .json or .txtar (HTTP, Talk). The goldens of an API
// package stand flat, as <Op>_<number>[_<request>].txtar, and belong to
// Test<Op> (Replay). Names are given by the test, never counted. A name that
// some system cannot have, two that differ in letter case alone, and one name
// for two contents are mistakes.
//
// A transcript (Parse, Format) is a .txtar of this form:
//
//	Lines of comment, or none.
//	-- request 1 --
//	POST /v1/carts.json
//	Content-Type: application/json
//
//	{"email":"anna@example.com"}
//	-- response 1 --
//	201 Created
//	Content-Type: application/json
//
//	{"id":1,"email":"anna@example.com"}
//	-- request 2 --
//	GET /v1/carts/1.json
//	-- response 2 --
//
// A web hook that a call causes stands after it, as "-- hook 1 order.created --"
// with its request and "-- answer 1 --" with what the receiver said; a file may
// have hooks alone, without numbers (Hooks).
//
// With one exchange the sections have no number. A first line is a method and
// a target as sent, or a status with its words; then come header lines, each
// "Name: value"; then, if there is a body, an empty line and the body. The
// newline before the next section, or the end of the file, is not part of the
// body. A body line that looks like a marker ("-- x --", after any number of
// backslashes) has one more backslash. A body with bytes that are no text
// stands in a section "-- response 1 quoted --", a Go string for each of its
// lines. An empty response is none: the connection broke, or nobody has filled
// it in yet, or the receiver said nothing. Anything else is an error with file and line; a carriage return is
// one, too.
//
// # Comparing
//
// JSON, also in HTTP and Talk, is compared in canonical form. The option Wire
// compares bytes, as Replay always does. Values that change from run to run are
// hidden by Alias, which keeps what is equal equal; a value counts as new where
// it is first seen, from the top of the file:
//
//	"created_at": "<time:1 rfc3339.ms offset>",
//	"id": <id:1 int>,
//	"updated_at": "<time:1 rfc3339.ms offset>"
//
// An alias of a number has no quotes in a transcript, and has them in a .json,
// which stays JSON. A failure lists what differs by JSON path, then the diff,
// then the command that accepts it.
//
// # Writing
//
// Nothing is written unless the environment asks for it; this package has no
// flag, but honours a boolean flag -update that somebody else registered.
//
//	GOLDEN=update  writes what is new or has changed
//	GOLDEN=new     writes what is missing
//	GOLDEN=review  fails, and writes what differs beside the golden, as .got
//	GOLDEN=prune   removes what no test uses, after a whole run that passed (Main)
//	GOLDEN=verify  compares, and checks that normalising twice changes nothing
//
// Where CI is set, and neither "0" nor "false", the first four are refused
// unless GOLDEN_FORCE=1. A test writes when it ends, and only if it has not
// failed by then.
//
// The command cartdouble shows what a review left (golden diff), takes it over
// (golden accept), and finds what no test of a module uses (golden stale); for
// the last, GOLDEN_USED names a file in which tests list the goldens they use.
package golden

// Package conformance finds the bugs that clients of the documented shop APIs
// really have, and proves that it finds them.
//
// There are three ways in for a client. [Watch] is one line in a test that exists
// already: it judges what the test's traffic shows. [Run] drives the client
// through an adapter of about 20 lines, a struct of functions, and runs every
// check; an operation that the client does not have is left nil and reported as
// not claimed. [Evaluate] is Run outside a test. [Command] is an adapter for a
// client in another language, which reads and writes JSON lines.
//
//	func TestConformance(t *testing.T) {
//		conformance.Run(t, conformance.Cartfunnel(), func(tb fake.TB, env conformance.Env) conformance.CartfunnelClient {
//			c := shopkit.New(env.BaseURL, env.Creds["account"], env.Creds["secret"], env.HTTP)
//			return conformance.CartfunnelClient{ … }
//		})
//	}
//
// # How a check is judged
//
// Each scene of a check has a fake and a client of its own, made in one
// synctest bubble: time is virtual, so an hour of back-off costs nothing. The
// client is judged by what the fake saw and what state it is in; what the
// client returned is used for what the wire cannot show. A verdict needs its
// prerequisite: a check whose situation never came about is NOT EXERCISED, so a
// client that does nothing passes nothing.
//
// A client that runs away is ended: after 200 requests in one scene the
// goroutine that asks once more is ended by runtime.Goexit, and a call that has
// not returned after 24 hours of virtual time is given up. Nothing leaves the
// process: a request to a host that is not the API's is answered by an empty
// list and reported.
//
// A receiver of web hooks is judged by what it answers to deliveries, and by what
// it tells its application of: its handler is called in the process, by the
// fake's own deliveries, with all that may happen to them. A receiver that has
// not read what came passes nothing, however right its answer is. One that
// panics has a bug; a panic in a goroutine that it starts ends the process, as it
// would anywhere.
//
// # States of a check
//
//   - PASS: the situation came about and the rule held
//   - FAIL: a MUST is broken
//   - WARN: a SHOULD or a CARE is broken; a failure under [Strict]
//   - NOT EXERCISED: the operation is claimed and the situation never came
//     about; a failure in Run, a note in Watch
//   - BLOCKED: broken, and a check that it comes after is broken too; listed
//     there and not counted again. What is no failure blocks no failure
//   - NOT CLAIMED: the adapter has no such function
//   - CHOICE: both readings are allowed; which one was seen is recorded, and
//     fails only if [Choose] pinned the other
//   - KNOWN: broken as the file of known failures says
//   - STALE: in that file, and passing: a failure
//   - FLAKY: two runs with one seed differ: a failure
//   - ERROR: our fault or the adapter's: a panic, or a scene that cannot be set
//
// # Levels
//
// MUST is stated by the document, and breaking it loses data, is refused or
// reports a falsehood. SHOULD is recommended there, or shown only in an
// example. CARE has no clause that decides it and is needed to get right data
// out of any such service. CHOICE allows both.
//
// # Servers
//
// [RunServer] turns the suites round: it asks a server, a fake or the real
// service, what the document says that it answers. A [Target] is a base URL, an
// *http.Client and credentials; nothing but HTTP exchanges is looked at.
//
//	conformance.RunServer(t, conformance.Target{
//		API: "bonify", URL: shop.BaseURL(), HTTP: shop.Client(), Creds: shop.Credentials(),
//	})
//
// A target is read-only unless it says otherwise. What is made has the prefix of
// the run and is removed when its rule is over; calls come at the documented
// rate; no report shows a credential. [TargetFromEnv] takes all of it from the
// environment. A rule that needs more than the target allows is NOT EXERCISED,
// one that needs what the target does not give is NOT CLAIMED, and neither fails
// a target that is only read from. Where the document leaves a status open, the
// one that was seen is a CHOICE; other readings are pinned by [Choose].
//
// [EvaluateServer] is RunServer outside a test, and [ServerRules] lists the rules.
//
// # Reports
//
// A [Report] is a text, one HTML page, JSON (see [Schemas]), JUnit, TAP, CTRF and
// a badge; [ReportTo] writes them all. [Frozen] judges by the checks of one
// edition, [KnownFailures] by a list of what may fail and why, [Choose] by a
// reading where the document leaves one open.
//
// # Proof
//
// [Prove] runs a suite against a client that is right and against one with each
// bug the suite claims to find, switched on one at a time, and against eight
// adapters that do not work at all. It fails unless each bug is found by the
// check that is named after it, with the finding that is meant, and by no check
// of another family. The right client has to come to both sides of each number
// that a check rests on, and each clause of the document needs a check or a
// reason to have none.
package conformance

// Package scenarios plays stories to a client: which requests it is to make, how
// each is answered, and what goes wrong on the way. A story is a text file that
// people can read, or is built in Go; the answers are those of a fake, so that
// state, paging and validation are real, or stand in the file.
//
//	run := scenarios.Replay(t, "testdata/lost-save.txtar")
//	c := shop.NewClient(run.BaseURL(), run.Client(), run.Credentials())
//
// A request that does not fit fails the test at once and gets a 501; a step that
// is never reached, a fault that never fires and a wrong state fail it at
// cleanup, each with file and line.
//
// An API may send deliveries (web hooks); a story says which, and what the program
// under test is to answer. It is given its receiver:
//
//	run.Receiver(shop.HookHandler(run.Secret("hook")))
//
// A story can be recorded: Open is Replay, and with SCENARIOS=record in the
// environment it makes the file, of what the same test says to the service itself.
// The page docs/recording.md tells how to do that safely.
//
// The constructors of faults (LostResponse, NotSaved, …) work without a file too,
// on any fake: shop.Inject(scenarios.LostResponse().Call(1)).
//
// # Files
//
// A file is a storyboard with sections below it:
//
//	scenario 1 cartfunnel
//	clock    2025-03-01T09:00:00Z
//	state    @shop
//
//	# The answer to a save is lost; the client has to look before it posts again
//	-> POST ~/customers.json @ann
//	<- live !! lost-response
//	-> GET ~/customers.json query=page=1
//	<- live
//	never POST ~/customers.json
//
//	check customers.# == 2
//
//	-- shop.json --
//	{"customers": [{"id": 1, "email": "bob@example.com"}]}
//	-- ann.json --
//	{"customer": {"email": "ann@example.com"}}
//
// A line is a row of words. Single quotes keep blanks in a word, doubled they
// stand for one; KEY=VALUE is an option. A "#" after a blank begins a remark,
// "# " in column 1 a phase with its title.
//
// The head:
//
//	scenario 1 API [VERSION]   the version of the format; the API, and which of it
//	origin WORDS               where the file comes from; "recorded …" changes the mode,
//	                           and with rules=NAME requests are compared as they would
//	                           be recorded, without the credentials in them
//	clock TIME [frozen]        where the clock starts
//	seed N                     where made-up values come from
//	state @SECTION             a snapshot, whole or in part; further accounts or
//	                           shops stand under "tenants", see Run.Tenant
//	state COLLECTION=N         so many plain records
//	auth KEY=VALUE… may=SCOPES the credentials; a secret stands as {{secret.name}}
//	mode MODE DIAL=POSITION…   strict, per-resource or lenient, see below
//	ignore header|query|body NAME…
//	                           left out of comparisons; in a body a path such as
//	                           customers.#.updated_at
//	style STYLE                JSON of fixed answers and deliveries: compact,
//	                           pretty, escaped-slashes, ascii, as-is
//	fault NAME WORDS           armed from the beginning, with triggers
//	with OPTION ARGS           an option of the API package: page-size 2; or a
//	                           protocol, tls or http2
//	hook TOPICS -> NAME        a receiver, and its subscription to some topics
//	                           (order.created,order.updated), to all (*) or to none,
//	                           where the client subscribes by itself; with
//	                           secret={{secret.x}}, url=, and as= if not called NAME
//	deliveries auto|held       whether what the fake has to tell leaves by itself
//
// The steps:
//
//	-> METHOD PATH WORDS       a request the client makes, and below it
//	<- ANSWER                  its answer
//	never [ever] METHOD PATH   forbidden to the end of the phase, or of the file
//	check PATH OP VALUE        a gjson path over the state
//	advance TIME               the clock goes on
//	settle                     waits until no request is in work
//	revoke                     the credentials are worthless from here
//	par { … }                  requests that come in any order
//	=> TOPIC @SECTION WORDS    a delivery that the fake makes, and below it
//	<= ANSWER                  what the receiver is to answer: 2xx, 401|403, none
//	rotate HOOK secret={{secret.x}} overlap=TIME
//	                           another secret signs from here; see Run.OnRotate
//
// A check, advance, settle, revoke or rotate happens before the next request or
// delivery once the steps before it have had the requests that they need; without
// one after it in the file, at the end.
//
// A path is complete, or begins with ~ for the path of the documented base URL.
// Behind it may stand: @SECTION, a body and header lines to compare with;
// query=A=1&B=2, in any order (without the word there is to be no query, with
// query=* it does not matter); x2, x1..5, optional, how often; wait=2s..30s, the
// time since the answer before; tenant=NAME, whose credentials it has.
//
// A call that the documented limit of the API refuses is answered as the API says,
// and takes no step.
//
// An answer is live (the fake's own; NAME=PATH keeps a value of it), STATUS
// @SECTION, @SECTION with a status line of its own, or fault NAME. A fixed answer
// with the word apply lets the fake carry the call out as well; with gzip it is
// compressed, for clients that take that, with chunked it has no length. "!! FAULT"
// puts a fault on top, for exactly this exchange. A fault that sends what stands in
// a section names it: "wrong-body section=portal", "raw @odd".
//
// A delivery happens as soon as there is a receiver (Run.Receiver) and the steps
// before it are done. Its section is a record: what it lacks comes from the record
// with its id in the state, or is what a new one has; then the API's envelope and
// signature. With raw it is the whole body. It changes nothing in the state.
// as=NAME gives it a name, by which "=> NAME again" sends the same once more: the
// retry that it waits for, if there is one. Without a section, it is what the fake
// itself has made and holds (deliveries held). "!! FAULT" puts a fault on top, for
// exactly this sending; a forgery stays one, and is not followed by the genuine
// delivery. Requests that the receiver makes meanwhile are steps below.
//
// A check may be about a receiver: NAME.accepted, NAME.refused and NAME.failed
// count its answers of 2xx, of 4xx, and all else.
//
// # Sections
//
// A section is called by its name without the end: @ann is ann.json. The end is
// .json, .txt, .form or .b64. Header lines, and for answers a status line
// "HTTP/1.1 200 OK", may stand above the body, with an empty line between. The
// last newline is not part of the body. A line of a body that looks like a
// marker has a backslash before it.
//
// # Placeholders
//
// Inside JSON strings, other bodies, paths, queries and header values:
//
//	{{name}}       a value; bound where it is first met, the same from then on
//	{{name:type}}  int, digits, uuid, time, unix, cursor, email, token, any, /regexp/
//	{{:type}}      any value of the type
//	{{secret.x}}   given by the run, see Secret
//	{{now+5m}}     the clock of the fake
//
// A name may have dots in it: {{customer1.id}}. An answer gets made-up values for
// names that are not bound. A string that is nothing but a placeholder of type int
// or unix is a number; one of type digits is a text, also of a name that is an int
// elsewhere. In JSON, braces that are written \u007b begin no placeholder.
//
// # Modes
//
// A mode is a word for four dials, and each can be turned by itself: "mode strict
// leftovers=log".
//
//	            strict    per-resource  lenient
//	order=      written   resource      any      as in the file; or among requests of
//	                                             one method, path and query
//	body=       equal     equal         part     as JSON; or more than is written is
//	                                             fine, in a query too
//	unknown=    fail      fail          live     a request that is no step: 501 and a
//	                                             failure, or answered by the fake
//	leftovers=  fail      fail          log      what never happened
//
// Without the word, a recording is per-resource and any other file strict.
//
// # Versions
//
// A file of an older version of the format is read as one of the newest, and
// written as such; what a file of version 1 means never changes. As JSON
// (Scenario.MarshalJSON) it is there for tools.
package scenarios

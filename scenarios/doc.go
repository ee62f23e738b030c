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
//	scenario 1 API             the version of the format, the API
//	origin WORDS               where the file comes from; "recorded …" changes the mode
//	clock TIME [frozen]        where the clock starts
//	seed N                     where made-up values come from
//	state @SECTION             a snapshot, whole or in part
//	state COLLECTION=N         so many plain records
//	auth KEY=VALUE… may=SCOPES the credentials; a secret stands as {{secret.name}}
//	mode MODE                  strict, per-resource or lenient, see below
//	ignore header|query|body NAME…
//	                           left out of comparisons; in a body a path such as
//	                           customers.#.updated_at
//	style STYLE                JSON of fixed answers: compact, pretty,
//	                           escaped-slashes, ascii, as-is
//	fault NAME WORDS           armed from the beginning, with triggers
//	with OPTION ARGS           an option of the API package: page-size 2
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
//
// A check, advance, settle or revoke happens before the next request once the
// steps before it have had the requests that they need; without a request after
// it in the file, at the end.
//
// A path is complete, or begins with ~ for the path of the documented base URL.
// Behind it may stand: @SECTION, a body and header lines to compare with;
// query=A=1&B=2, in any order (without the word there is to be no query, with
// query=* it does not matter); x2, x1..5, optional, how often; wait=2s..30s, the
// time since the answer before.
//
// An answer is live (the fake's own; NAME=PATH keeps a value of it), STATUS
// @SECTION, @SECTION with a status line of its own, or fault NAME. A fixed answer
// with the word apply lets the fake carry the call out as well. "!! FAULT" puts a
// fault on top, for exactly this exchange.
//
// Delivery steps (=> and <=) and the words hook, deliveries and rotate are read,
// and refused for an API that sends none.
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
//	{{name:type}}  int, uuid, time, unix, cursor, email, token, any, /regexp/
//	{{:type}}      any value of the type
//	{{secret.x}}   given by the run, see Secret
//	{{now+5m}}     the clock of the fake
//
// An answer gets made-up values for names that are not bound. A string that is
// nothing but a placeholder of type int or unix is a number.
//
// # Modes
//
// In the mode strict, requests come in the order of the file. In per-resource,
// the default of recordings, that holds among requests for the same method, path
// and query. In both, bodies are equal as JSON. In lenient, the order is free,
// bodies and queries may hold more than is written, other requests are answered
// by the fake, and what is missing is logged.
package scenarios

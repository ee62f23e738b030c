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
// environment it makes the file, of what the same test says to the service itself;
// with SCENARIOS=compare it tells what the service says otherwise by now.
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
// The whole of it on one screen; […] may be left out, a|b is one of both, … more
// of the same:
//
//	scenario 1 API [API-VERSION]          the version of the format, and the API
//	origin WORDS                          where the file is from; "recorded …" sets the mode
//	clock TIME [frozen]                   where the clock starts, and whether it stands
//	seed N                                where made-up values come from
//	state @SECTION | COLLECTION=N         a snapshot, in part too; so many plain records
//	auth KEY=VALUE… [may=SCOPE,…]         the credentials, and what they are good for
//	mode MODE [DIAL=POSITION…]            strict, per-resource or lenient
//	ignore header|query|body NAME…        left out of comparisons; body: customers.#.note
//	style STYLE                           compact, pretty, escaped-slashes, ascii, as-is
//	fault NAME [PARAM=VALUE…]             armed from the beginning, with its triggers
//	with OPTION [ARG…]                    of the API package: page-size 2; tls, http2
//	hook TOPIC,…|*|none -> NAME [secret={{secret.x}}] [url=URL] [as=NAME]
//	deliveries auto|held                  whether the fake's own leave by themselves
//
//	# TITLE                               a phase begins
//	-> METHOD PATH [@SECTION] [query=A=1&B=2|*] [x2|x1..5|x1..] [optional]
//	   [wait=2s..30s] [tenant=NAME]       a request of the client, and below it
//	<- live [NAME=JSON-PATH…]             the fake's answer, and what is kept of it
//	<- STATUS [@SECTION] [apply] [gzip] [chunked] [style=STYLE]
//	<- @SECTION …                         the same, with a status line of its own
//	<- fault NAME [PARAM=VALUE…]          what goes wrong instead
//	   … !! NAME [PARAM=VALUE…]           and on top of any answer or delivery
//	never [ever] METHOD PATH [@SECTION] [query=…]
//	par { … }                             requests in any order
//	check JSON-PATH OP VALUE              == != < <= > >= ~ over the state
//	check RECEIVER.COUNT OP N             accepted, refused, failed: 2xx, 4xx, all else
//	advance TIME | settle | revoke        the clock; until all is done; the credentials
//	=> TOPIC [raw] @SECTION [style=STYLE] [as=NAME]
//	=> TOPIC [as=NAME] | NAME again       one that the fake holds; one that was sent
//	<= none|204|2xx|…                     what the receiver is to answer: 401|403
//	rotate HOOK secret={{secret.x}} [overlap=TIME]
//
//	-- NAME.json --                       or .txt, .form, .b64: the section @NAME
//	[HTTP/1.1 200 OK] [HEADER: VALUE]…    then an empty line, then the body
//
//	{{name}} {{name:type}} {{:type}}      int digits uuid time unix cursor email token any /re/
//	{{secret.name}} {{now+5m}}            given by the run; the clock of the fake
//
// A line is a row of words. Single quotes keep blanks in a word, doubled they
// stand for one; KEY=VALUE is an option. A "#" after a blank begins a remark, "# "
// in column 1 a phase.
//
// # Head
//
// An origin with rules=NAME has requests compared as they would be recorded,
// without the credentials in them.
//
// Further accounts or shops of a state stand under "tenants", see Run.Tenant. A
// secret never stands in a file, but {{secret.name}}, see Secret. A hook line is a
// receiver and its subscription to some topics, to all or to none, where the
// client subscribes by itself.
//
// # Steps
//
// A check, advance, settle, revoke or rotate happens before the next request or
// delivery once the steps before it have had the requests that they need; without
// one after it in the file, at the end. "never" holds from its line to the end of
// the phase, "never ever" to the end of the file.
//
// A path is complete, or begins with ~ for the path of the documented base URL. A
// query is compared in any order; without the word there is to be none, with
// query=* it does not matter. wait= is the time since the answer before.
//
// A call that the documented limit of the API refuses is answered as the API says,
// and takes no step.
//
// A fixed answer with the word apply lets the fake carry the call out as well; with
// gzip it is compressed, for clients that take that, with chunked it has no length.
// A fault behind "!!" hits exactly this exchange. On a step with a number of times
// it goes on from one to the next, and ends as its own words say (calls=, times=,
// for=). One that sends what stands in a
// section names it: "wrong-body section=portal", "raw @odd".
//
// A delivery happens as soon as there is a receiver (Run.Receiver) and the steps
// before it are done. Its section is a record: what it lacks comes from the record
// with its id in the state, or is what a new one has; then the API's envelope and
// signature. With raw it is the whole body. It changes nothing in the state.
// as=NAME gives it a name, by which "=> NAME again" sends the same once more: the
// retry that it waits for, if there is one. Without a section, it is what the fake
// itself has made and holds (deliveries held). "!! FAULT" puts a fault on top, for
// exactly this sending; a forgery stays one, and is not followed by the genuine
// delivery. Requests that the receiver makes meanwhile are steps below. A rotate
// line lets another secret sign from there, see Run.OnRotate.
//
// # Sections
//
// A section is called by its name without the end: @ann is ann.json. The last
// newline is not part of the body. A line of a body that looks like a marker has a
// backslash before it.
//
// # Placeholders
//
// Inside JSON strings, other bodies, paths, queries and header values:
//
//	{{name}} is bound where it is first met, and is the same from then on
//	{{name:type}} is of a type, {{:type}} any value of the type
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
//
// # Files of others
//
// Import makes a scenario of what a browser or proxy has saved as HAR, package
// scenarios/vcr one of a cassette of go-vcr; ExportHAR shows a journal in a
// browser's network panel, and Scenario.ExportHAR a recording. CompareFake and CompareTo ask again what was recorded,
// and tell which answers have another shape by now.
package scenarios

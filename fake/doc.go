// Package fake is the engine of the fakes: everything that they share, and no
// vendor. An API package, in a folder below, brings a route table, words of
// failure and typed state; users start that package's server and meet the
// engine through what it embeds.
//
// # One call
//
// A request goes through the stages in this order, each in a file of its own;
// an API may put some of them in another order:
//
//	arrive  number the exchange, note the connection        journal.go
//	match   find the route                                  match.go
//	auth    who calls, and may they?                        auth.go
//	accept  media types                                     accept.go
//	fault   what the test injected; wait out a delay        inject.go, plan.go
//	limit   the documented rate limit, on the clock         limit.go
//	handle  the API's own code, the only one to see state   handle.go
//	encode  the answer in the API's words                   encode.go
//	record  complete the exchange                           journal.go
//	send    write the answer, or break the connection       send.go
//	hook    deliveries that the call has caused             hook.go
//
// A delivery has a life of its own: it queues (hook.go), is written and signed
// (deliver.go), travels (target.go, post.go) to a receiver (receive.go) and is
// judged (policy.go).
//
// From arrive to record a call holds the server's lock, but for the time in
// which a fault makes it wait. So calls are decided one after the other, in the
// order of their numbers, and the journal has an exchange whole before the
// client has its first byte.
//
// # Time
//
// A server has one clock. It runs with time.Now, also in a testing/synctest
// bubble, where waiting costs nothing; At sets where it starts, Frozen stops
// it, Advance moves it on. Limits, waiting times, injected delays, the header
// Date and every time in a body hang off it.
//
// # Faults
//
// A fault is a plain value: a name, parameters, and triggers that say which
// calls it hits. Package scenarios has the constructors. Inject arms faults; one
// that never fires fails the test, unless it is Optional. What others do within a
// call that a fault hits (a second writer, a record that comes between two pages)
// does not count as committed by it. Faults on the wire
// that would be hidden by net/http, which repeats some requests that break off
// on a warm connection, are kept visible: while one is armed, connections are
// closed after each answer.
//
// # Deliveries
//
// Events queue in the order of the changes and leave one at a time: those of a
// call after its reply, those of a change by the test before it returns. The
// body is written when the change happens, the signature at each attempt.
// Timeouts, retries and abandoned things are timers of the server's clock.
// Hooks.To, ToURL and Receive say where deliveries go; nothing is dialled but
// the loopback interface, and no name is looked up.
//
// # Findings
//
// What the fake sees the client do wrong is a Finding. A mistake fails the test
// at cleanup: no-route, foreign-host, too-soon, unspent-fault, blind-repeat,
// unclaimed-delivery. A note is only listed. Strict and Allow change the grade;
// the client gets the API's own answer in any case.
package fake

// Mutate looks for checks that are missing: it changes the source of a reference
// client of package conformance, one place at a time, runs the suite, and lists
// the changes that nobody notices. Run it by hand, from the root of the module:
//
//	go run ./conformance/internal/mutate bonify
//	go run ./conformance/internal/mutate -v cartly 'cartly_receiver*.go'
//
// The names of files are patterns of [path.Match]; without any, all files are
// taken that begin with the name of the API. A condition is turned round, or takes
// in what is equal to its bound; a number is one more; a text is empty; a statement is
// left out; an error is not returned. What only runs with one of the bugs that are
// made by hand is left alone, and so are the words of errors.
//
// A survivor is a question and no failure. It may change nothing that anybody could
// see, or a matter of taste; or it is a bug that clients have, and a check is missing.
//
// All changes are compiled at once, by an overlay, and the environment says which
// one is on. The tree is not touched.
package main

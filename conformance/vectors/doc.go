// Package vectors has test vectors for clients of the documented shop APIs, as
// files that a program in any language can read: what comes over the wire, and
// what is to be made of it. They need no server.
//
//	cartly_webhook_v1.json      a delivery → answered how, handed on or not
//	cartfunnel_save_v1.json     the answer to a save → saved or not, with the messages
//	cscart_user_data_v1.json    a cart → who it belongs to, exactly
//	bonify_cursors_v1.json      a page of a list → the next request, and exact ids
//	fluidpay_shapes_v1.json     an answer → the record in it, or what went wrong
//
// # Form
//
// The form is that of Project Wycheproof. A file is an object with the name of
// its JSON Schema, which lies beside it, the document that it rests on
// (with its SHA-256, so that a change of it is seen), notes, and groups of
// tests:
//
//	{
//	  "schema": "cartly_webhook_v1.schema.json",
//	  "source": {"document": "cartly", "clause": "84,108-132", "sha256": "…"},
//	  "numberOfTests": 96,
//	  "retiredIds": [],
//	  "notes": {"WrongMac": {"bugType": "AUTH_BYPASS", "description": "…", "effect": "…", "check": "CLY-SIG-02"}, …},
//	  "testGroups": [{"secretHex": "…", "tests": [
//	    {"tcId": 1, "comment": "…", "flags": [], "bodyBase64": "…", "headers": [["X-Cartly-Hmac-Sha256", "sha256=…"]],
//	     "result": "valid", "expect": {"status": "2xx", "handled": 1}}, …]}]
//	}
//
// A test has one fault at most, named by its flag, and the note of that name says
// what bug it finds and which check of package conformance is about it. Its
// result is valid, invalid or acceptable. An acceptable one rests on something
// that the document leaves open; its note names the flag of that question, and
// nothing can be said of a client until its user has answered it: [File.Cases]
// stops there. The members of expect differ from file to file, and are described
// in its schema. Ids are never used again; those of tests that are gone stand in
// retiredIds.
//
// # Where they come from
//
// The files are written by the tests of this package out of what the fakes send
// and sign: VECTORS=update go test ./conformance/vectors. Without that the tests
// compare them byte for byte, so they cannot drift from the fakes.
package vectors

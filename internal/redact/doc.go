// Package redact takes credentials and people out of recorded HTTP traffic,
// before any of it is written.
//
//	rules, err := redact.New("bonify", map[string]string{"api": key})
//	request, err := rules.Request(redact.Message{Method: "GET", Target: "/v2/customers", Header: header})
//	answer, err := rules.Response(redact.Message{Header: header, Body: body})
//	...
//	err = rules.Scan(file) // the finished text; an error means: do not write it
//
// One set of Rules serves one recording. A request that comes in while a
// recording is replayed goes through the same function before it is compared
// with the recorded one.
//
// # Promises
//
// What is given is not changed. What is redacted once stays as it is when it is
// redacted again. The result depends on the message and on what these Rules
// have seen before, on nothing else. Errors name a rule and a place, and never
// a value, nor the name of a secret if that holds a value.
//
// What is learned late is not taken out of what was redacted early, but Scan
// finds it there. So a recorder redacts everything once more at its end, which
// changes only that, and then scans.
//
// # Rules
//
// All lists the rules with their ids. Each can be switched off by itself, and
// Name says which set is in force: "bonify+1-shapes.5" are the rules for Bonify,
// version 1, without shapes.5. ParseName gives back what New needs. There are
// four layers:
//
//   - known: the given secrets, and credentials seen in headers of credentials,
//     cookies and fields of such names. They are found plain, with the escapes
//     of URLs, JSON and HTML in letters of either case, within one another and
//     broken by lines, in hex, and in base64 of either alphabet at each of the
//     three places that a value can have in it (Basic pairs are such), also
//     twice. A value that was given is found besides in letters of another
//     case, byte by byte as dumps and lists have it, in octal, base32 and
//     quoted-printable; in pieces over several strings of a document it is an
//     error, and so is a body that is packed. A value that was seen, and not
//     given, has sixteen characters, or eight with a letter and a digit, and
//     counts as a whole word alone.
//   - names: headers, parameters, fields of forms and JSON keys at any depth
//     that are called after tokens, secrets, passwords and API keys. Tokens
//     that stand for a place in a list (next_page_token) stay. The scheme of
//     Authorization stays, in its own spelling, as do the names of cookies.
//     null, true, false and empty texts stay; a number becomes 0.
//   - shapes: see below.
//   - people: see below.
//
// A credential becomes the word "redacted", whatever it was and whichever rule
// found it: so a replay that knows other secrets than the recording, or none,
// makes the same of its requests. That two credentials differ is lost.
//
// If a header that carries credentials comes out as it went in, because rules
// are off, there is an error. Cookies and signatures are not held to that.
// Scan looks for the given secrets even if rules are off.
//
// # Shapes
//
// Redacted wherever they stand: a word of eight characters after Bearer, Basic
// or Token, with a digit in it or in mixed case; JSON web tokens; private keys
// in PEM; tokens with a known prefix; and long words that look like chance. A
// word is a run of letters, digits and + / _ -. It looks like chance if it
//
//   - has at least 24 letters and digits,
//   - goes over between small letters, capitals and digits at least once in
//     four characters (without any digit: in two and a half), and
//   - has at least 3 bits of entropy in each character, by its own frequencies.
//
// (In random base64 two characters in three differ in kind from the one before,
// in hex nearly every second one does, in words and paths hardly any.) Left
// alone are: whatever is shorter, as the ids of
// FluidPay are (20 characters); UUIDs; ULIDs with or without a prefix, as those
// of Cartly; numbers of any length; the cursors of Bonify, under their names; the
// payload of data URLs; values whose field is called hash, digest, checksum,
// etag or the like, or request, correlation or trace id. A hash that is not
// named so is redacted.
//
// # People
//
// A text of a person becomes a stand-in: person1@example.com, First1, Last1,
// "1 Example Street", City1, Company1, login1, the postcode 00001, the number
// "+00 (000) 000-0001" in the form that the number had, an IP address of those
// kept for documentation, 1970-01-01 for a day of birth. Equal texts get equal
// stand-ins and different texts different ones, over the whole recording, so
// what could be joined still can, and a changed name is still a change. Texts
// that one object, form or query holds of one person get one number, as far as
// they are new; a whole name is made of the stand-ins of a first and a last name,
// and the other way round. Numbers are given in the order in which people are
// met, and tell nothing about them.
//
// Letter case of names and addresses is kept where all letters are small or all
// are capital, and so is what stands behind the plus of an address, by a number
// of its own (person1+tag1@example.com). Addresses are found in any text, all
// else by key; whole names, telephone numbers and streets that are known from a
// key are found in other texts too. "name" is a person's only beside other fields
// of a person. Countries, states, notes, and the names of accounts, shops and
// merchants stay; who wants these gone gives them as secrets.
//
// Addresses at the domains kept for examples and tests (RFC 2606) are nobody's
// and stay; so do stand-ins that come in, whose numbers are given to nobody
// else. Hence a replay that runs the recorded answers through its Rules too, in
// their order, goes on counting where the recording did.
//
// # What is not seen
//
// Compressed bodies, which are an error; values put through ciphers or hashes;
// names of people in sentences, unless a key has had them before; people in
// base64, but for the cursors of Bonify. The lengths in PHP's serialized texts
// are not adjusted.
package redact

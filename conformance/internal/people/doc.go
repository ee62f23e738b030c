// Package people has clients of the five APIs written the way people write
// them, in an afternoon and with the document beside them, to see what the
// suites of package conformance say of such clients.
//
//   - by hand: net/http and encoding/json, a struct with the fields that are
//     needed (Cartfunnel, Cscart, Fluidpay, Bonify, Cartly)
//   - generated: a method for each endpoint, a struct for each schema with the
//     types of the document's tables, one call for one page, and no word about
//     what an answer means beyond its status (GeneratedCartfunnel and so on);
//     unknown members are refused where a generator would know them all
//   - any of them with a [Retry] transport, which repeats what failed
//
// They are as right as their authors took them to be. Nothing in them was put
// there to be found, and nothing is repaired because it was.
package people

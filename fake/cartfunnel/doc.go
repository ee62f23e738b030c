// Package cartfunnel is a fake of the Cartfunnel REST API: customers over
// https://api.cartfunnel.net/v1, as the vendor's page at
// https://cartfunnel.com/api/rest-api/ describes them.
//
//	shop := cartfunnel.Start(t)
//	client := NewClient(shop.BaseURL(), shop.Client(), shop.Account(), shop.Secret())
//
// A fresh fake has the account "myshop" with the secret "your_api_secret", which
// may read and write, no customers, and no limits. Customers go in and come out
// as Go values through Server.Customers, more accounts through AddAccount.
//
// What clients get wrong, and the fake therefore does as the document says:
//
//   - A save that failed is answered with a 200. The key "errors" tells, and
//     nothing else: a refused update still says "persisted": "true" and shows
//     the values that were not saved.
//   - Booleans are the quoted words "true" and "false", and a customer without
//     orders has the quoted word "null" as last_order_id.
//   - Answers have no wrapper, request bodies need one.
//   - Wrong credentials and missing permissions are both 403, never 401.
//   - The end of a list is an empty page.
//
// # Words of failure
//
// Every failure from 400 up has the body {"errors":["<sentence>"]}; the sentence
// is the reason phrase of the status with one capital ("Bad gateway"), but for a
// body that cannot be read and for a missing wrapper. Retry-After is sent only
// where an injected fault names it. The fault not-saved refuses a save in the
// words of the document's sample, "An error has occurred", unless it brings its
// own; its parameters echo, persisted and status say what the answer looks
// like. The fault saved-but-says-error answers with the record as it was saved,
// and "errors" beside it.
//
// # Clauses
//
// Headings of the document that give rules and no endpoint:
//
//   - Getting started: the base URL, and the two headers of every request
//   - API terminology: four verbs, not all of them for each resource
//   - Handling errors: what tells a failed save, and when there is a 403
//   - Customers resource: the record
//   - Properties: what can be set
//
// # Readings
//
// What the document leaves open or says twice, and how the fake decides it. D:
// the document says so; V: another public page of the vendor does; A: nobody
// does, we chose. An option that decides otherwise is named at the end.
//
//   - CF-1 (D): booleans are quoted words in answers, quoted or not in requests. WithNativeBooleans
//   - CF-2 (D): last_order_id is a number, or the quoted word "null". WithNullLastOrder
//   - CF-3 (D): persisted is "false" on a refused creation and "true" on a refused update. WithPersistedFalseOnUpdate
//   - CF-4 (D): a refused update shows what was attempted and when; nothing of it is stored. WithEcho, WithEchoedUpdatedAt
//   - CF-5 (A): a refused creation has null as id and times. WithUnsavedKeys
//   - CF-6 (D): updates go to the path with the id, as the heading has it.
//   - CF-7 (A): a creation is answered with 200. WithCreatedStatus
//   - CF-8 (A): an unknown record, or another account's, is 404. WithUnknownRecord
//   - CF-9 (A): a 403 has one text for all its causes; there is no 401. WithForbiddenBody
//   - CF-10 (D): paths end in .json. WithPathAlias
//   - CF-11 (A): a save without the wrapper is 400. WithMissingWrapperRefused
//   - CF-12 (A): attributes that are unknown or cannot be set are left out, with a note.
//   - CF-13 (D, V, A): the e-mail address is there, well-formed and not taken; the sentences are those of the vendor's framework. WithErrorTexts
//   - CF-14 (D): tag_list is stored and not sent. WithTagListShown
//   - CF-15 (D, A): pages of 100 from 1, by id, empty past the end; no other parameter. WithNewestFirst, WithPageSize
//   - CF-16 (A): answers are application/json. WithContentType
//   - CF-17 (A): a request body of no or another media type is not read, so there is no wrapper.
//   - CF-18 (V, A): customers cannot be deleted: there is no such route. WithMethodNotAllowed
//   - CF-19 (D): the four resources without documentation are not there.
//   - CF-20 (A): a secret may read customers, write them, both or neither.
//   - CF-21 (D): the account header holds the bare subdomain.
//   - CF-22 (A): times have the offset -05:00 all the year. WithZone
//   - CF-23 (D, A): texts that were never given are "". WithNullNames
//   - CF-24 (A): no idempotency: a repeated creation is refused as taken, without an id.
//   - CF-25 (A): no rate limit but by a fault.
//   - CF-26 (D): counters are changed by the test only.
//   - CF-27 (A): the last of two writes wins.
//   - CF-28 (D): an injected refusal says "An error has occurred" unless it has a text.
//   - CF-29 (A): an accepted update moves updated_at even if it changes nothing.
//   - CF-30 (A): addresses are kept as typed and compared without regard to case.
//   - CF-31 (A): a boolean in any other spelling refuses the save.
//   - CF-32 (D): the masked addresses on the document's page are no data, and no addresses.
//
// # Unverified
//
// Everything marked A was never compared with the live service: all bodies and
// sentences of failures, the statuses 400, 404, 405, 429 and 5xx, the texts of
// validation, the order of checks, the names of permissions, how odd requests
// are read, and what a refused creation looks like.
//
// # Advice that no fake can check
//
// The secret belongs neither in a browser nor in a log. There are no web hooks
// for customers: a client follows them by reading lists. The document's site,
// the shop's host and the API's host are three names.
package cartfunnel

// Package cartly is a fake of the Cartly Apps API at https://cartly.pro, with
// OAuth 2.0 and signed REST hooks, as the vendor's page "Apps API" for developers
// describes them.
//
//	shop := cartly.Start(t)
//	client := NewClient(shop.BaseURL(), shop.Client(), shop.Token())
//	shop.Hooks.To(receiver, "order.created")
//	shop.Orders.Add(cartly.Order{Email: "jane@example.com", TotalCents: 2500})
//
// A fresh fake has the shop "My Store" at mystore.mycartly.pro with one location
// for stock, the app "Zapier" (client id zapier, secret zapier_secret), and the
// access token ACCESS_TOKEN with the refresh token REFRESH_TOKEN, good for all
// scopes. Deliveries are signed with whsec_mystore. There are no records and no
// limits. Records go in and come out as Go values through the collections of
// Server; further shops and apps come by AddShop and AddApp.
//
// What clients get wrong, and the fake therefore does as the document says:
//
//   - X-Cartly-Webhook-Id names the subscription: it is the same for every event
//     and every retry, and no id of a delivery.
//   - The signature is over the bytes as sent, and "sha256=" belongs to it.
//   - Request bodies are bare objects, answers of one object too; lists are not.
//   - The event is order.canceled, with one l, and "events" is an array.
//   - A note is added to the one that is there, an adjustment to the stock: a call
//     that is repeated blindly does it twice.
//
// # Words of failure
//
// Every failure of the API has the body {"error":"<code>","message":"<sentence>"}:
// unauthorized (401), insufficient_scope (403), not_found (404),
// method_not_allowed (405), malformed_body (400), invalid (422), conflict (409);
// from faults only rate_limited (429), server_error (500) and unavailable (503),
// with Retry-After where the fault names one. The token and revocation endpoints
// answer with "error" and "error_description" instead, and the consent page fails
// as HTML or by a redirect. A refused save brings the test's own sentence. Of the
// faults, token-expired ends the caller's access token, token-swapped shows the
// second shop or the one named, stale-read shows old lists, and silently-dropped
// leaves out fields of customers, orders and stock.
//
// # Deliveries
//
// They leave after the answer to the call that caused them, or before the Go call
// returns, and go to receivers of the test and to loopback addresses only: all
// else is listed as withheld, and no option changes that. A 2xx within 10 seconds
// is success. What fails is sent again after 1, 2, 4, 8 and 16 seconds; five
// failures in a row switch the subscription off.
//
// # Consent
//
// Approve and Deny are a merchant without a browser. A real browser works too, at
// URL; by itself it asks for /favicon.ico, which is no endpoint, so that such a
// test takes fake.Allow("no-route").
//
// # Clauses
//
// Headings of the document that give rules and no endpoint:
//
//   - Overview: hooks in one direction, actions in the other
//   - REST Hook Events (Triggers): the eight events
//   - Webhook Headers: what each delivery carries
//   - Signature verification (Node.js): a receiver that checks it
//   - Zapier Integration, Make.com Integration: other products
//
// # Readings
//
// What the document leaves open or says twice, and how the fake decides it. D:
// the document says so; V: another public page of the vendor does; A: nobody
// does, we chose. An option that decides otherwise is named at the end.
//
//   - CL-1 (D): a signature is "sha256=" and lower-case hexadecimal digits. WithBareHexSignature
//   - CL-2 (D): there are eight events; to subscribe to another is a 422. WithExtraEvents
//   - CL-3 (V, A): an order is found by its number in a list, an extension; there is no call for one order. WithOrderReads, WithoutExtensions
//   - CL-4 (D): how many triggers an integration counts has no effect.
//   - CL-5 (D): the shop's domain is mystore.mycartly.pro. WithShop
//   - CL-6 (A): a delivery is an envelope with event, time and data. WithBarePayload, WithPayload
//   - CL-7 (D): a delivery has no id; the header with an id names the subscription.
//   - CL-8 (A): one secret signs all deliveries, and is in no answer. WithSubscriptionSecrets
//   - CL-9 (V, A): five retries, and five failed attempts in a row switch a subscription off, so the sixth attempt is rare. WithFailureCount, WithMaxRetries, WithBackoff
//   - CL-10 (V): no call switches a subscription on again; Hooks.Enable does.
//   - CL-11 (V, A): only 2xx is success; 3xx and 410 are failures like others. WithGoneDisables
//   - CL-12 (A): creations are answered with 201. WithCreatedStatus
//   - CL-13 (A): a deletion is answered with 204 and nothing. WithDeletedStatus
//   - CL-14 (A): a failure has a code and a sentence. WithErrorBody
//   - CL-15 (A): a problem of the token is 401, one of its scopes 403.
//   - CL-16 (V, A): which call needs which scope; inventory goes with products, discounts with any token. WithScope
//   - CL-17 (A): quantity sets the stock, adjustment adds to it. WithQuantityAsDelta
//   - CL-18 (A): stock below zero is a 422. WithNegativeStock
//   - CL-19 (V, A): an order has three states and a note; a note is added. WithNoteReplaced
//   - CL-20 (D, A): what emits which event; a customer made by the API registers too. WithSilentAPICustomers
//   - CL-21 (A): deliveries go once and in order, though nobody promises it. Faults do otherwise
//   - CL-22 (A): a taken address is a 409, without the id of its owner. WithDuplicateStatus, WithUpsert
//   - CL-23 (A): the filter email is a whole address, letter case ignored.
//   - CL-24 (V, A): lists have limit and offset, 50 at most. WithPageSize
//   - CL-25 (D): request bodies have no wrapper.
//   - CL-26 (A): two equal subscriptions both live, with a note. WithUniqueSubscriptions
//   - CL-27 (D, A): receivers are https, or http on a loopback host. WithAnyURL
//   - CL-28 (A): a subscription to nothing is a 422.
//   - CL-29 (A): no rate limit but by a fault.
//   - CL-30 (V, A): tokens do not expire, and a refresh gives a new refresh token. WithTokenLifetime, WithRefreshRotation, WithReuseDetection
//   - CL-31 (D, A): ids are opaque; they look like the one sample, wh_01H8.
//   - CL-32 (D): order.canceled; with two l it is unknown.
//   - CL-33 (D): the host of a request does not matter.
//   - CL-34 (A): the column "Required: No" of the document's tables means nothing.
//   - CL-35 (V): state and PKCE are optional, and their absence is noted. WithPKCERequired
//   - CL-36 (V): scopes in the style read_products are unknown words.
//   - CL-37 (V, A): canceled is a word of the third state, status.
//   - CL-38 (A): status takes the words of payment and fulfilment too, with a note.
//   - CL-39 (A): orders move no stock.
//   - CL-40 (D, A): a cart is abandoned after 60 minutes. WithAbandonAfter
//   - CL-41 (A): the token endpoint is /oauth/token, revocation /oauth/revoke.
//   - CL-42 (A): a text that was never set is null.
//   - CL-43 (D): the hooks that the document's banner announces are not among the eight. WithExtraEvents
//   - CL-44 (A): a body without a media type is read all the same, with a note.
//
// # Unverified
//
// Everything marked A was never compared with the live service: all bodies of
// failures and their statuses, all names of attributes but those of the samples,
// the envelope of deliveries, the pauses between retries, the order of checks, the
// paths and words of the token endpoint, and how odd requests are read.
//
// # Advice that no fake can check
//
// Tokens and secrets belong in no log. Signatures are to be compared in constant
// time. Stock that is reserved, and orders already placed, are the vendor's
// business: read before you set.
package cartly

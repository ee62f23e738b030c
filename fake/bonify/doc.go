// Package bonify is a fake of the Bonify Customer Fields REST API V2: customers
// of a shop and their custom fields, over
// https://apps.bonify.io/apps/cf_app/public-api/customer_fields/v2, as the
// vendor's page at
// https://customer-account-fields.docs.bonify.io/article/467-rest-api-v2
// describes them.
//
//	shop := bonify.Start(t)
//	client := NewClient(shop.BaseURL(), shop.Client(), shop.ShopDomain(), shop.APIKey())
//
// A fresh fake has the shop "your-domain.myshopify.com" with the key
// "your_api_key", the custom fields "radios" and "text", no customers, and the
// documented limit of one call a second. Customers go in and come out as Go
// values through Server.Customers, more shops through AddShop.
//
// What clients get wrong, and the fake therefore does as the document says:
//
//   - One call a second. The answer to more is a 429 without Retry-After. In a
//     testing/synctest bubble the waiting is free; WithoutLimits switches it off.
//   - customer_fields is an array when read and an object when written.
//   - Success is always 200 with "status":"okay", also for what was created or
//     deleted; no id comes back. Wrong credentials are 403, never 401.
//   - A cursor is text with + and / in it, to be percent-encoded. The list ends
//     where next_page is absent, not where a page is short.
//   - An empty value deletes a field only with x-delete-empty-metafields: true.
//   - A batch of more than ten records is refused; one in which a record fails
//     was applied up to that record.
//   - An unquoted equals finds more than what is equal.
//
// # Filters
//
// A list takes filters=field|operator|value, several with commas between, all of
// which must hold. A comma inside double quotes does not part, and two quotes
// inside quotes stand for one. Text is compared without regard to letter case.
// An unquoted equals holds if the text, at its start or behind white space, goes
// on with the value; a quoted one compares all of it. Numbers are decimals of
// any size; dates are days, RFC 3339 or Unix seconds; booleans are true or
// false.
//
//   - text: contains, not_contains, empty, not_empty, equals, not_equals
//   - tags: the same, of which some tag must fit
//   - words (state and the like): empty, not_empty, equals, not_equals
//   - numbers: equals, not_equals, gt, lt; of a custom field also empty, not_empty
//   - dates: empty, not_empty, equals, not_equals, gt, lt
//   - booleans: equals, not_equals
//
// # Words of failure
//
// Every failure has the body {"status":"error","message":"<sentence>"}.
// Retry-After is sent only where an injected fault names it. The faults
// not-saved and batch-stops refuse a record in their own words, or say "customer
// could not be saved".
//
// # Clauses
//
// Headings of the document that give rules and no endpoint:
//
//   - API Updates for November 1st 2024: there are no counts
//   - Migrating from REST API V1?: what was different before
//   - Heads Up!: the limit, and batches of ten
//   - Getting your API Key: where shop domain and key are from
//   - Authentication: the two headers of every request
//   - REST API Endpoint: the base URL
//   - Responses: status and message
//   - GET Query Params: next_page and filters
//   - GET Filters Query Parameter: fields, operators, the form of a filter
//   - API Limits: 429, and the answer to eleven records
//
// # Readings
//
// What the document leaves open or says twice, and how the fake decides it. D:
// the document says so; V: another public page says so; A: nobody does, we
// chose. An option that decides otherwise is named at the end.
//
//   - BF-1 (D): one customer is read as an array of one. WithSingleObject
//   - BF-2 (A): reading an unknown id is 404. WithUnknownCustomer
//   - BF-3 (D, A): custom fields are written as an object only; the array is 400. WithArrayFields
//   - BF-4 (D): there are no counts. WithV1
//   - BF-5 (D): the list ends where the key next_page is absent, also if the last page is full.
//   - BF-6 (D, A): prev_page is there from page 2 on, and either parameter takes either cursor.
//   - BF-7 (A): the cursor remembers the filters; the same text beside it is fine, another is 400. WithCursorFilters
//   - BF-8 (D, A): a cursor is text without a meaning that must be percent-encoded; a bad, foreign or numeric one is 400. fake.Seed
//   - BF-9 (A): the list goes by time of change, then id, as it is at each call. WithOrder
//   - BF-10 (D, A): a page has 50, and no parameter changes that. WithPageSize
//   - BF-11 (D, A): the grammar of filters; a bad one is 400. WithBadFilters
//   - BF-12 (A): an unquoted equals matches at the start of a word, letter case ignored.
//   - BF-13 (D): machine names are filter fields. WithFieldFilters
//   - BF-14 (A): which operators there are for which fields; any other is 400.
//   - BF-15 (A): a new customer needs an address, a phone number or a name, and what the fields' rules say. WithFields
//   - BF-16 (A): a new record with an id, and an update without one or with an unknown one, are 400. WithPutUnknown
//   - BF-17 (A): a batch stops at the first record that fails, with 400; those before it stay. WithBatch
//   - BF-18 (D, A): more than ten records are refused before all else about them; ten are fine, none is 400. WithEmptyBatchOK
//   - BF-19 (D, A): malformed bodies are 400, wrong routes 404 and 405, always JSON with a message.
//   - BF-20 (A, V): an address that another customer has is 400. WithDuplicateEmails
//   - BF-21 (A): an empty value without the delete header changes nothing, with 200. WithEmptyValues
//   - BF-22 (A): the delete header does not touch Shopify's attributes.
//   - BF-23 (D, A): many deletions cost nothing, but for the fault limited-after-part.
//   - BF-24 (A): an update merges.
//   - BF-25 (A): an unknown machine name is left out, with 200. WithUnknownFields
//   - BF-26 (A): values are text in and out; several choices are joined with commas. Field.Type
//   - BF-27 (D, A): the limit of one call a second is on, by the server's clock. WithoutLimits
//   - BF-28 (A): a missing header, an unknown shop and a foreign key are the same 403.
//   - BF-29 (D, A): a deletion is 200, an unknown id 404, a customer with orders 400. WithDeleteUnknown
//   - BF-30 (D, A): times are Unix seconds inside custom fields and text beside them. WithShopifyFields
//   - BF-31 (A): a filtered list is current after a write. WithSearchLag
//   - BF-32 (A): the paths of the old version are 404. WithV1
//   - BF-33 (D): created_at of a custom field is its first write, updated_at its last.
//   - BF-34 (D): new records beyond ten are refused with the word "update" too.
//   - BF-35 (A): an empty parameter counts as absent, with a note.
//   - BF-36 (A): an attribute without a value is null. WithEmptyStrings
//   - BF-37 (V): that the API may be for one plan only is not modelled: a shop without it is one with a wrong key.
//   - BF-38 (A): custom fields come in the order of their definitions, and only those with a value. WithFieldsReversed
//
// # Unverified
//
// Everything marked A was never compared with the live service: all sentences
// but the three that the document has, the statuses 400, 404 and 405 but for
// eleven records, the form of cursors and their life, how filters are read and
// compared, the order of lists and of checks, what an update leaves alone, and
// what becomes of a batch in which a record fails.
//
// # Advice that no fake can check
//
// The key belongs neither in a browser nor in a log. Another vendor has a
// product of the same name, with a V2 of its own: its documentation does not
// apply here.
package bonify

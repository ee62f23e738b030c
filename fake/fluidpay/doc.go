// Package fluidpay is a fake of FluidPay's carts and products: what a merchant
// sells, over https://sandbox.fluidpay.com. The document prints paths and bodies
// of twelve calls; what lies around them is from the vendor's other pages and
// SDKs, or chosen.
//
//	shop := fluidpay.Start(t)
//	client := NewClient(shop.BaseURL(), shop.Client(), shop.MerchantID(), shop.APIKey())
//
// A fresh fake has one merchant, "testmerchant12345678", with a private key that
// may do everything on it, and neither carts nor products. Records go in and
// come out as Go values through Server.Carts and Server.Products, which hold
// those of all merchants: MerchantID says whose a record is.
//
// What clients get wrong, and the fake therefore does as the service:
//
//   - A failure says "failed" in the body. Not only the status tells: the fault
//     not-saved with status=200 sends that body under a 200.
//   - The private key stands alone in Authorization. Bearer before it is a 401.
//   - A cart read alone has products as objects; everywhere else it has their
//     ids, and ids are what a client sends.
//   - No records is "data":null.
//   - A search has only a few filters. What it does not know it ignores, and
//     then everything fits. It gives ten records unless asked for more.
//   - A deleted record is still there, for a search with deleted_at.
//   - Updates are POSTs, and replace lists as a whole.
//
// # Words of failure
//
// A failure has the body {"status":"failed","msg":"<text>"} and no data. From
// 502 up it is a gateway that fails, with a page of HTML and without
// x-correlation-id, which all other answers carry: an id of the moment and of
// the number of the call. Statuses 403, 406, 415, 429 and 5xx come from faults
// only, and Retry-After only where a fault names it. The fault not-saved refuses
// a write with its own text, else "record not saved"; its parameter status
// chooses another status than 400, without "bad request error: " before the
// text, and word another word than "failed". It has no use for persisted and
// echo.
//
// # Known, not modelled
//
// Cart sessions, checkout, statistics of carts and the hosted page of a cart are
// known from the vendor's other pages. They are answered with 404, and a finding
// names them. No delivery about carts or products is known.
//
// # Clauses
//
// The headings of the document, which stand once in the chapter "Cart" and once
// in "Products":
//
//   - Get Single: one record
//   - Search: the records that fit some filters
//   - Get All: all records
//   - Create: a new record
//   - Update: a change of a record
//   - Delete: the end of a record
//
// # Readings
//
// What the document leaves open or says twice, and how the fake decides it. D:
// the document says or shows so; V: the vendor's other pages or its SDKs do; A:
// nobody does, we chose. An option that decides otherwise is named at the end.
//
//   - FP-1 (D, V): carts and products both stand with and without /api. WithControlPanel
//   - FP-2 (D, V): the products of a cart are objects in GetCart and ids elsewhere.
//   - FP-3 (D): an unset processor is "" in GetCart and null elsewhere.
//   - FP-4 (V): GetCart has public_hash as its second key, though its sample lacks it. WithDocumentShapes
//   - FP-5 (D, A): settings are null or an object of any keys, and can be set by both writes.
//   - FP-6 (V): products and payments can be set by both writes.
//   - FP-7 (A): an unknown product refuses the write of a cart.
//   - FP-8 (A): products are replaced, not added to; their order stays, repeats go.
//   - FP-9 (V): a write is answered with the whole record, products as ids.
//   - FP-10 (V): a search answers with a list and total_count, and with null instead of an empty list. WithEmptyLists
//   - FP-11 (V): lists have total_count. WithDocumentShapes
//   - FP-12 (A): a search gives 10 records; a limit of 0 or above 100 is as good as 100. WithPageSize, WithStrictLimit
//   - FP-13 (D, A): an operator that is not listed is refused. WithLenientSearch
//   - FP-14 (V): an unknown filter restricts nothing.
//   - FP-15 (A): texts are compared exactly; product is the name of any product of the cart.
//   - FP-16 (V): a range has start_date and end_date, RFC 3339, both included.
//   - FP-17 (A): a deleted record keeps its data and is found by a search with deleted_at only. WithDeletes
//   - FP-18 (A): a product in a cart can be deleted, and vanishes from it. RefuseProduct
//   - FP-19 (D): sku and name have 1 to 100 characters of any kind.
//   - FP-20 (D): price is a whole number, whatever its pattern says.
//   - FP-21 (D): the lone true and false in the table of products are its column Required.
//   - FP-22 (V, A): taxes and unit_of_measure can be set; they start as 0, 0 and null.
//   - FP-23 (D, A): an image goes in as base64 or URL and comes out as URL.
//   - FP-24 (D, A): a product needs a description of at most 254 characters, which may be "".
//   - FP-25 (D): for a required flag false is a value.
//   - FP-26 (A): an update checks what it brings and nothing else.
//   - FP-27 (V): an update merges.
//   - FP-28 (V, A): a wrong key, no key, a public one and another merchant's path are all 401. WithMerchant
//   - FP-29 (A): an id of another form is an unknown one.
//   - FP-30 (A): another verb on a known path is 405.
//   - FP-31 (A): media types are not looked at.
//   - FP-32 (D): a URL may be "".
//   - FP-33 (D): custom_fields_group has at most 254 characters.
//   - FP-34 (A): no rate limit but by a fault.
//   - FP-35 (D): blanks in a placeholder are spelling.
//   - FP-36 (A): the type of a cart can change.
//   - FP-37 (A): a final slash is 404.
//   - FP-38 (A): a search by GET is a cart or product that nobody has.
//   - FP-39 (A): records come by created_at, then by id.
//   - FP-40 (D, A): custom_fields_group starts as "default".
//   - FP-41 (A): an empty list of all records is null too. WithEmptyLists
//   - FP-42 (A): a body that is empty or no object is 400, in a search too.
//   - FP-43 (A): null leaves what cannot be null unchanged.
//   - FP-44 (D, V): msg is "success". WithSearchMsg
//   - FP-45 (A): total_count stands behind data.
//   - FP-46 (A): an update without changes moves updated_at, a deletion does not.
//   - FP-47 (D, V): keys of older versions are not sent. WithOlderKeys
//   - FP-48 (D): a single record is not in a list.
//   - FP-49 (A): != on product fits a cart that has no product of that name.
//   - FP-50 (V): tokens are refused unless the test names one. WithToken
//   - FP-51 (A): comments and braces in the sample of a search are notation.
//   - FP-52 (D): the flags of a cart are not required and start as false.
//   - FP-53 (V): money is in whole cents.
//   - FP-54 (D): an id and created_at are of one second where the fake makes both.
//   - FP-55 (D): stray lines of markup mean nothing.
//   - FP-56 (A): a range without ends restricts nothing; on deleted_at it means all that are deleted.
//   - FP-57 (A): an id in a cart that is no product of its merchant is not shown.
//
// # Unverified
//
// Everything marked A was never compared with the live service: the order of
// checks, the statuses 403, 404 of an unknown path, 405, 406, 415, 429 and 500,
// the text behind "bad request error: " and all other texts but "unauthorized"
// and "not found", the content type of answers, the pages of HTML, how texts and
// times are spelled, the order of lists, what a deletion leaves behind, the URL
// of an image, the machine in ids and how public_hash is made.
//
// # Advice that no fake can check
//
// The sandbox and the live host have keys of their own, and the private one
// belongs into no browser and no log. Repeating a creation makes a second
// record: nothing in this API tells a repeat.
package fluidpay

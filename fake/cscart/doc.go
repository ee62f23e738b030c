// Package cscart is a fake of the carts of a CS-Cart shop: the lists of what
// customers and guests have put aside and not bought, as the vendor's page
// https://docs.cs-cart.com/latest/developer_guide/api/entities/carts.html
// describes them.
//
//	store := cscart.Start(t)
//	client := NewClient(store.BaseURL(), store.Client(), store.Email(), store.APIKey())
//
// A fresh fake is the shop example.com in the edition Ultimate, with one company,
// one administrator who may do everything, no carts and no limits. Carts go in
// and come out as Go values through Server.Carts; AddProducts, RemoveProduct and
// RefuseDelete do what happens in the shop. Further users of the API, other
// editions, engines and add-ons are options. Paths begin with /api/; a final
// slash may be left out.
//
// What clients get wrong, and the fake therefore does as the shop:
//
//   - Nearly all values are strings; page and items_per_page of params are
//     numbers, total_items beside them is a string.
//   - A guest's user_data is [], and so is every keyed value without members.
//   - A filter that is to be set to true is switched on by false, too.
//   - time_from and time_to do nothing without period=C, sort orders and types
//     that are unknown give the default, unknown parameters are echoed. Nothing
//     is ever refused.
//   - A DELETE that announces JSON and sends none is a 400.
//   - Credentials are asked for before anything else is looked at.
//   - The id 0 is no id: GET /api/carts/0 is the list.
//   - DELETE takes the wishlist along, and date is not when a cart was made: it
//     moves with each row.
//
// # Words of failure
//
// A failure is {"message":"<reason phrase>","status":<number>}, with ": <detail>"
// after the phrase where there is one; several details are parted by ". ".
// Engine420 has the details in "errors", too. Outside /api, and from 500 up, the
// shop answers with an HTML page. A 503 has Retry-After: 300 unless a fault names
// another; a 429 comes from faults only. The fault not-saved refuses a DELETE as
// RefuseDelete does, a 400 with its errors as details; its status may be another
// of the 4xx. Its words persisted, echo and word mean nothing here and are
// refused. The fault page-drift takes carts from the pages before the one that is
// read, touches the oldest carts of the list, so that they move to its newer end,
// and adds carts of new guests. The fault stale-read shows lists as they were, and
// with scope=all single carts, too; faults of cursors, batches and saved fields
// are refused.
//
// # Clauses
//
// Headings of the document that give rules and no endpoint:
//
//   - Carts: what a cart is, and when there is one
//   - Pagination, Sorting, and Filtering: the parameters of the list
//   - Response Format: statuses and samples
//   - Cart Details: the record
//
// # Readings
//
// What the document leaves open or says twice, and how the fake decides it. D:
// the document says so; V: the vendor's other pages or the shop software do; A:
// nobody does, we chose. An option that decides otherwise is named at the end.
//
//   - CC-1 (D, V): lists go by date, desc, as the table has it, and not by customer as in the sample's params. WithDefaultSort
//   - CC-2 (V): users_type is a filter; user_type of the example is none, and is echoed.
//   - CC-3 (V): page is the number of the page from 1, not how many carts it has.
//   - CC-4 (D): types are those of the sample, field by field, not always strings.
//   - CC-5 (D): ids, dates and totals are strings.
//   - CC-6 (D): ip_address is dotted text; inside extra it is the hex of its bytes.
//   - CC-7 (D): user_data is an object for registered users and [] for guests.
//   - CC-8 (V, A): each row has its time, and date is that of the newest.
//   - CC-9 (D): pages of 10. WithPageSize, WithEngine
//   - CC-10 (V): a DELETE is a 400 only for a body that cannot be read, and after Server.RefuseDelete.
//   - CC-11 (V): failures have the shorter body. WithEngine
//   - CC-12 (V): Basic with e-mail and key, 401 without; view_users and manage_users, 403 without. WithUser
//   - CC-13 (V): any value but "" and "0" switches a filter on, "false" too.
//   - CC-14 (V): email is a part of the address, with wildcards.
//   - CC-15 (V): HM is a calendar month, not 30 days.
//   - CC-16 (V): time_from and time_to do nothing without a period that reads them.
//   - CC-17 (D): p_ids[] works, which it does not in real shops. WithArrayIDs
//   - CC-18 (V): any of the p_ids will do. WithEdition
//   - CC-19 (D, V): rows are in the cart or on the wishlist; the add-on is on. WithAddons
//   - CC-20 (D, V): a final slash may be there or not; two side by side are 404.
//   - CC-21 (V): no match is an empty list, and so is a page past the end; page 0 is 1.
//   - CC-22 (D): no order is null. WithEngine
//   - CC-23 (D, V): params has the company of the call, whatever was sent. WithCompany
//   - CC-24 (D): extra is free, never computed from its row. Product.Extra
//   - CC-25 (D): only GetCart has products.
//   - CC-26 (V): no version, or 2.0, 2.1, 4.0. WithEngine
//   - CC-27 (V): POST and PUT are 405.
//   - CC-28 (A): equal carts go by user_id ascending.
//   - CC-29 (D): a list is an object, as in the sample, and not an array.
//   - CC-30 (V, A): numbers are read as PHP does: as far as they go.
//   - CC-31 (V, A): a wishlist alone is a cart without sums and products; with the add-on off it is none. WithAddons
//   - CC-32 (A): where filters narrow the rows, date is that of the newest that matched.
//   - CC-33 (A): outside /api the shop answers 404 in HTML.
//   - CC-34 (V, A): stores/{n} and vendors/{n} narrow a call to that company.
//   - CC-35 (A): user_id is read as a number; text is 0, which nobody has.
//   - CC-36 (A): a date in ISO form is the number that it begins with.
//   - CC-37 (A): a list where a single value belongs is ignored and echoed.
//   - CC-38 (V, A): names and addresses are compared without regard to case; accents count.
//   - CC-39 (A): the newer fields stand behind company_id.
//   - CC-40 (A): a user has one cart, of one company.
//   - CC-41 (A): there are no rate limits but by a fault.
//   - CC-42 (V): a cart without rows does not exist.
//   - CC-43 (V, A): total_from and total_to of 0 are none, each by itself.
//   - CC-44 (D, V): period=D is the store's day, and looks at the times of rows. WithTimezone
//
// # Unverified
//
// Everything marked A was never compared with a shop: the readings above, and
// besides that the place of the HTTPS check, the words of 429, which page the shop
// shows on a failure, the casts of page, user_id and p_ids, the generated extra,
// the handling of repeated options and groups, the company of a vendor's path, in
// which case _METHOD may be written (in any), and where in "errors" details go. The
// fault page-drift is ours.
package cscart

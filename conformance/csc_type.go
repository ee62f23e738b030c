package conformance

import (
	"encoding/json"
	"fmt"
	"regexp"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cscart"
)

func cscType() []cscCheck {
	return []cscCheck{cscType01(), cscType02(), cscType03(), cscType04(), cscType05(), cscType06(), cscType07(), cscType08(), cscType09()}
}

// cscReads is the prerequisite that a cart was sent.
var cscReads = askedAny(cscart.ListCarts, cscart.GetCart)

func cscType01() cscCheck {
	return cscCheck{
		id: "CSC-TYPE-01", title: "user_data is an empty list for a guest, and an object for a member",
		clause: "cscart:160,460-464", level: must,
		summary: "The sample has a guest with [] and a registered user with an object.",
		needs:   []string{"Get|List"},
		after:   cscCalling,
		scenes: []cscScene{{state: func(r *cscRun) {
			cscGuests(1)(r)
			cscCart3(r)
		}}},
		drive: cscReadAll,
		seen:  cscReads,
		judge: func(r *cscRun) Finding {
			return cscEach(r, func(got CscartCart, want cscart.Cart) Finding {
				if got.Guest != (want.User == nil) {
					return found("wrong-guest", fmt.Sprintf("user %s is a guest: %t", cscID(want), want.User == nil), "%t", got.Guest)
				}
				return Finding{}
			})
		},
		backed: "CSC-TYPE-09",
		mutants: []mutant{
			{"a", "has user_data as an object alone, and fails on []", "error"},
			{"b", "skips the carts of a list that do not decode", "cart-missing"},
		},
	}
}

func cscType02() cscCheck {
	const words = `names are null or "", order_id is null, "0" or an id, and an address has dots, whatever the table calls them`
	newer := []fake.Option{cscart.WithEngine(cscart.Engine420)}
	ordered := func(r *cscRun) {
		cscGuests(1)(r)
		cscShop(r).Carts.Change(cscStored(r, 0).UserID, func(c *cscart.Cart) { c.OrderID = 77 })
	}
	return cscCheck{
		id: "CSC-TYPE-02", title: "what is not there is null, empty or 0",
		clause: "cscart:152-155,159,430-434", level: must,
		summary: "In the sample " + words + ".",
		flags:   []string{"IP_INTEGER"},
		needs:   []string{"Get|List"},
		after:   cscCalling,
		scenes: []cscScene{
			{name: "null", state: cscGuests(1)},
			{name: `"" and "0", as in newer shops`, state: cscGuests(1), options: newer},
			{name: "order 77", state: ordered},
		},
		drive: cscReadAll,
		seen:  cscReads,
		judge: func(r *cscRun) Finding { return cscEach(r, cscAbsent) },
		mutants: []mutant{
			{"a", "takes the word null for a name", "wrong-name"},
			{"b", "parses the address as an integer, which fails", "error"},
		},
	}
}

// cscAbsent judges a guest's cart: no name, the order if there is one, the
// address.
func cscAbsent(got CscartCart, want cscart.Cart) Finding {
	order := got.OrderID == "" || got.OrderID == "0"
	if want.OrderID != 0 {
		order = got.OrderID == fmt.Sprint(want.OrderID)
	}
	switch {
	case got.FirstName != "" || got.LastName != "":
		return found("wrong-name", "no name, for null and for an empty text", "%q", got.FirstName+" "+got.LastName)
	case !order:
		return found("wrong-order", fmt.Sprintf("order %d, where 0 is none: empty or 0", want.OrderID), "%q", got.OrderID)
	case got.IP != want.IPAddress:
		return found("wrong-address", want.IPAddress, "%q", got.IP)
	}
	return Finding{}
}

func cscType03() cscCheck {
	return cscCheck{
		id: "CSC-TYPE-03", title: "user ids take 32 bits and more",
		clause: "cscart:151", level: must,
		summary: "The sample's guest has the id 3810267128, which is more than a signed integer of 32 bits holds.",
		needs:   []string{"Get|List"},
		after:   cscReading,
		scenes: []cscScene{{state: func(r *cscRun) {
			row := cscCup(3000)
			row.ItemID = 4294967295
			cscAdd(r, cscart.Cart{UserID: 3810267128}, row)
		}}},
		drive: cscReadAll,
		seen:  cscReads,
		judge: func(r *cscRun) Finding {
			for _, a := range r.all() {
				all := a.cscCarts()
				if one := a.cscCart(); one.UserID != "" {
					all = append(all, one)
				}
				for _, got := range all {
					if got.UserID != "3810267128" {
						return found("wrong-id", "the user id 3810267128", "the user id %q, from %s", got.UserID, a.call).of(a)
					}
				}
			}
			return cscEach(r, func(CscartCart, cscart.Cart) Finding { return Finding{} })
		},
		mutants: []mutant{
			{"a", "keeps user ids in 32 bits", "wrong-id"},
		},
	}
}

func cscType04() cscCheck {
	return cscCheck{
		id: "CSC-TYPE-04", title: "amounts of money are decimal texts",
		clause: "cscart:158,398", level: must,
		summary: "Totals and prices come in quotes, with two decimals.",
		needs:   []string{"Get|List"},
		after:   cscCalling,
		scenes: []cscScene{{state: func(r *cscRun) {
			for i, row := range []cscart.Product{
				{Price: 3000}, {Price: 10}, {Price: 1999, Amount: 3}, {Price: 999999999999, Amount: 9007},
			} {
				row.ProductID, row.Name = 12, "Cup"
				cscAdd(r, cscart.Cart{UserID: int64(101 + i)}, row)
			}
		}}},
		drive: cscReadAll,
		seen:  cscReads,
		judge: func(r *cscRun) Finding {
			return cscEach(r, func(got CscartCart, want cscart.Cart) Finding {
				if !cscSame(got.Total, cscTotal(want)) {
					return found("wrong-total", "the total "+cscTotal(want), "the total %q", got.Total)
				}
				for _, line := range got.Lines {
					if price := cscMoney(want.Products[0].Price); !cscSame(line.Price, price) {
						return found("wrong-price", "the price "+price, "the price %q", line.Price)
					}
				}
				return Finding{}
			})
		},
		mutants: []mutant{
			{"a", "goes through binary floating point", "wrong-total"},
			{"b", `parses a total as an integer, which fails on "30.00"`, "error"},
		},
	}
}

func cscType05() cscCheck {
	return cscCheck{
		id: "CSC-TYPE-05", title: "times are UNIX seconds in a text",
		clause: "cscart:154,424-428", level: must,
		summary: `The sample has "1466409032", which is 2016-06-20T07:50:32Z.`,
		needs:   []string{"Get|List"},
		after:   cscReading,
		scenes: []cscScene{{state: func(r *cscRun) {
			row := cscCup(3000)
			row.Timestamp = time.Unix(1466409032, 0)
			cscAdd(r, cscart.Cart{UserID: 101}, row)
		}}},
		drive: cscReadAll,
		seen:  cscReads,
		judge: func(r *cscRun) Finding {
			return cscEach(r, func(got CscartCart, _ cscart.Cart) Finding {
				if want := time.Unix(1466409032, 0).UTC(); !got.Date.Equal(want) {
					return found("wrong-date", "the date "+want.Format(time.RFC3339), "the date %s", got.Date.UTC().Format(time.RFC3339))
				}
				return Finding{}
			})
		},
		mutants: []mutant{
			{"a", "reads milliseconds", "wrong-date"},
		},
	}
}

// cscQuoted are numbers of pieces in quotes.
var cscQuoted = regexp.MustCompile(`"(amount|cart_products)":"([0-9]+)"`)

func cscType06() cscCheck {
	pieces := func(r *cscRun) {
		cscAdd(r, cscart.Cart{UserID: 101, User: cscOwner("Ann", "Lee", "ann@example.com"), IPAddress: "10.0.0.3"},
			cscart.Product{ProductID: 12, Name: "Cup", Price: 750},
			cscart.Product{ProductID: 14, Name: "Pin", Price: 10, Amount: 3})
	}
	return cscCheck{
		id: "CSC-TYPE-06", title: "numbers with quotes and without, and empty options",
		clause: "cscart:226,231,322-333,398", level: should,
		summary: "The text says that values are strings, and the sample has numbers beside them; options are [] where there are none.",
		flags:   []string{"NUMBERS_AS_STRINGS"},
		needs:   []string{"Get"},
		after:   append([]string{"CSC-GET-01", "CSC-TYPE-07"}, cscReading...),
		scenes: []cscScene{
			{name: "as texts", state: pieces},
			{name: "as numbers", state: func(r *cscRun) {
				pieces(r)
				edit(r.fake, "", func(_ *fake.Call, reply *fake.Reply) {
					reply.Body = cscQuoted.ReplaceAll(reply.Body, []byte(`"$1":$2`))
				})
			}},
		},
		drive: func(r *cscRun) { csc(r).get("101") },
		seen:  asked(cscart.GetCart),
		judge: func(r *cscRun) Finding {
			want := cscStored(r, 0)
			if f := cscGot(r.nth(0), want); f.Code != "" {
				return f
			}
			if got := r.nth(0).cscCart().Items; !cscSame(got, cscItems(want)) {
				return found("wrong-number", cscItems(want)+" items", "%q", got)
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "decodes texts alone, and fails on a number", "error"},
			{"b", "fails on an empty list of options", "error"},
		},
	}
}

func cscType07() cscCheck {
	row := cscCup(3000)
	row.Options = []cscart.Option{{ID: 3, Variant: 12}}
	filled := cscOwner("Ann", "Lee", "ann@example.com")
	filled.Usergroups, filled.Fields = []cscart.Usergroup{{ID: 7}}, map[int64]any{36: "blue"}
	empty := cscOwner("Ann", "Lee", "ann@example.com")
	return cscCheck{
		id: "CSC-TYPE-07", title: "keyed values are objects, and [] when they are empty",
		clause: "cscart:196,221,340-343", level: should,
		summary: "User groups, fields and options go by their number; without any, the shop sends an empty list.",
		needs:   []string{"Get|List"},
		after:   cscCalling,
		scenes: []cscScene{
			{name: "filled", state: func(r *cscRun) { cscAdd(r, cscart.Cart{UserID: 101, User: filled}, row) }},
			{name: "empty", state: func(r *cscRun) { cscAdd(r, cscart.Cart{UserID: 101, User: empty}, cscCup(3000)) }},
		},
		drive: cscReadAll,
		seen:  cscReads,
		judge: func(r *cscRun) Finding {
			return cscEach(r, func(got CscartCart, want cscart.Cart) Finding {
				if got.FirstName != want.User.FirstName || got.LastName != want.User.LastName {
					return found("wrong-name", "Ann Lee", "%q", got.FirstName+" "+got.LastName)
				}
				return Finding{}
			})
		},
		backed: "CSC-GET-01",
		mutants: []mutant{
			{"a", "reads lists alone", "error"},
			{"b", "reads objects alone", "error"},
		},
	}
}

func cscType08() cscCheck {
	extras := []string{
		`{"product_id":12,"price":29.99}`, `{"product_id":"12","price":"31.00"}`, `{"product_id":null,"price":null}`,
		`{"product_id":{"of":12},"price":[30]}`,
	}
	return cscCheck{
		id: "CSC-TYPE-08", title: "extra has no fixed types, and no price that counts",
		clause: "cscart:324-384; CC-24", level: should,
		summary: "What stands in extra is a picture of the shopper's session; its types and its values differ from those of the row.",
		needs:   []string{"Get"},
		after:   append([]string{"CSC-GET-01", "CSC-TYPE-06"}, cscReading...),
		scenes: []cscScene{{state: func(r *cscRun) {
			var rows []cscart.Product
			for i, extra := range extras {
				rows = append(rows, cscart.Product{
					ProductID: 12, ItemID: uint32(1 + i), Name: "Cup", Price: 3000, Extra: json.RawMessage(extra),
				})
			}
			cscAdd(r, cscart.Cart{UserID: 101, IPAddress: "10.0.0.3"}, rows...)
		}}},
		drive: func(r *cscRun) { csc(r).get("101") },
		seen:  asked(cscart.GetCart),
		judge: func(r *cscRun) Finding { return cscGot(r.nth(0), cscStored(r, 0)) },
		mutants: []mutant{
			{"a", "has one fixed type for product_id inside extra", "error"},
			{"b", "reads the price from extra", "wrong-price"},
		},
	}
}

func cscType09() cscCheck {
	return cscCheck{
		id: "CSC-TYPE-09", title: "keys that depend on edition and add-ons may be missing",
		clause: "CC-18; CC-19", level: should,
		summary: "Multi-Vendor has no company_id, a wishlist alone has no total, and points come with an add-on.",
		needs:   []string{"Get|List"},
		after:   append([]string{"CSC-TYPE-07"}, cscReading...),
		scenes: []cscScene{{
			options: []fake.Option{cscart.WithEdition(cscart.MultiVendor), cscart.WithAddons(cscart.Wishlist)},
			state: func(r *cscRun) {
				cscGuests(1)(r)
				cscCart3(r)
				cscAdd(r, cscart.Cart{UserID: 900_004}, cscart.Product{ProductID: 15, Name: "Hat", Price: 900, Type: cscart.OnWishlist})
			},
		}},
		drive: cscReadAll,
		seen:  cscReads,
		judge: func(r *cscRun) Finding {
			return cscEach(r, func(CscartCart, cscart.Cart) Finding { return Finding{} })
		},
		backed: "CSC-FILT-08",
		mutants: []mutant{
			{"a", "needs company_id and total", "error"},
		},
	}
}

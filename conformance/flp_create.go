package conformance

import (
	"cmp"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake/fluidpay"
)

func flpCre() []flpCheck {
	return []flpCheck{flpCre01(), flpCre02(), flpCre03(), flpCre04(), flpCre05(), flpCre06(), flpCre07()}
}

// flpCreates makes a check of carts that are made one after the other. Those
// that are good have to be stored as given; the others have to end in an error
// and to leave nothing behind. A good one is judged by what was stored, for how
// a client takes the answer is for another check.
func flpCreates(k flpCheck, good, bad []FluidpayCart, same func(FluidpayCart, fluidpay.Cart) string) flpCheck {
	k.needs = []string{"CreateCart"}
	k.drive = func(r *flpRun) {
		for _, in := range append(good[:len(good):len(good)], bad...) {
			flp(r).createCart(in)
		}
	}
	k.seen = asked(fluidpay.CreateCart)
	k.judge = func(r *flpRun) Finding {
		made := flpMade(r)
		for i, in := range good {
			if i >= len(made) {
				return found("not-stored", "a cart with "+flpGiven(in), "%s", r.nth(i).outcome()).of(r.nth(i))
			}
			if wrong := same(in, made[i]); wrong != "" {
				return found("stored-otherwise", "a cart with "+flpGiven(in), "%s", wrong)
			}
		}
		if len(made) > len(good) {
			now := made[len(good)]
			return found("stored", "an error and no cart", "a cart with %s", flpGiven(FluidpayCart{
				Name: now.Name, Type: string(now.Type), CustomFieldsGroup: now.CustomFieldsGroup, SuccessURL: now.SuccessURL,
			}))
		}
		for i, in := range bad {
			if f := mustFail(r.nth(len(good)+i), flpGiven(in)); f.Code != "" {
				return f
			}
		}
		return Finding{}
	}
	return k
}

// flpLetters measures a text of each record that the client is to make: it may
// refuse one by itself.
func flpLetters[T any](of func(T) string) measure {
	return eachAsked(func(in T) int { return utf8.RuneCountInString(of(in)) })
}

// flpGiven says in words what there is to a new cart.
func flpGiven(in FluidpayCart) string {
	words := fmt.Sprintf("the name %q", in.Name)
	if n := utf8.RuneCountInString(in.Name); n > 20 {
		words = fmt.Sprintf("a name of %d letters", n)
	}
	if in.Type != "" {
		words += ", type " + in.Type
	}
	if n := utf8.RuneCountInString(in.CustomFieldsGroup); n > 20 {
		words += fmt.Sprintf(", a group of %d letters", n)
	}
	for _, id := range []*string{in.CardProcessorID, in.ACHProcessorID} {
		if id != nil {
			words += ", processor " + *id
		}
	}
	if in.SuccessURL != "" {
		words += ", success_url " + in.SuccessURL
	}
	return words
}

func flpCre01() flpCheck {
	k := flpCreates(flpCheck{
		id: "FLP-CRE-01", title: "type and name are in every new cart",
		clause: "fluidpay:139-140", level: must,
		summary: "A new cart needs a name and a type, which is normal or donation.",
		after:   flpBase,
		scenes:  []flpScene{{state: flpShelf}},
		mutants: []mutant{
			{"a", "leaves the usual type out", "type-missing"},
			{"b", "drops the refusal of the type gift", "no-error"},
		},
	}, []FluidpayCart{{Name: "Summer", Type: "normal"}, {Name: "Help", Type: "donation"}}, []FluidpayCart{{Name: "Present", Type: "gift"}},
		func(in FluidpayCart, made fluidpay.Cart) string {
			if string(made.Type) != in.Type {
				return "type " + string(made.Type)
			}
			return ""
		})
	k.wire = func(w *wire) Finding {
		for _, x := range w.of(fluidpay.CreateCart) {
			for _, name := range []string{"type", "name"} {
				if !gjson.GetBytes(x.Body, name).Exists() {
					return found(name+"-missing", "type and name in the body", "%s", short(x.Body)).at(x)
				}
			}
		}
		return Finding{}
	}
	return k
}

func flpCre02() flpCheck {
	return flpCreates(flpCheck{
		id: "FLP-CRE-02", title: "names of 1 to 100 letters",
		clause: "fluidpay:140", level: must,
		summary: "A name has between 1 and 100 characters.",
		after:   flpAfter(flpBase, []string{"FLP-CRE-01"}),
		limits: []limit{
			{100, 101, "letters in a name", "fluidpay:140", flpLetters(func(in FluidpayCart) string { return in.Name })},
			{1, 0, "letters in a name", "fluidpay:140", flpLetters(func(in FluidpayCart) string { return in.Name })},
		},
		scenes: []flpScene{{state: flpShelf}},
		mutants: []mutant{
			{"a", "counts bytes, and refuses 100 letters", "not-stored"},
			{"b", "cuts a name to 100 letters", "stored"},
		},
	}, []FluidpayCart{{Name: "é"}, {Name: strings.Repeat("é", 100)}}, []FluidpayCart{{Name: ""}, {Name: strings.Repeat("é", 101)}},
		func(in FluidpayCart, made fluidpay.Cart) string {
			if made.Name != in.Name {
				return fmt.Sprintf("a name of %d letters", utf8.RuneCountInString(made.Name))
			}
			return ""
		})
}

func flpCre03() flpCheck {
	return flpCreates(flpCheck{
		id: "FLP-CRE-03", title: "a group of custom fields has up to 254 letters",
		clause: "fluidpay:142", level: must,
		summary: "custom_fields_group must have less than 255 characters.",
		after:   flpAfter(flpBase, []string{"FLP-CRE-01"}),
		limits:  []limit{{254, 255, "letters in a group", "fluidpay:142", flpLetters(func(in FluidpayCart) string { return in.CustomFieldsGroup })}},
		scenes:  []flpScene{{state: flpShelf}},
		mutants: []mutant{
			{"a", "cuts it to 254", "stored"},
		},
	}, []FluidpayCart{{Name: "Long", CustomFieldsGroup: strings.Repeat("g", 254)}}, []FluidpayCart{{Name: "Longer", CustomFieldsGroup: strings.Repeat("g", 255)}},
		func(in FluidpayCart, made fluidpay.Cart) string {
			if made.CustomFieldsGroup != in.CustomFieldsGroup {
				return fmt.Sprintf("a group of %d letters", len(made.CustomFieldsGroup))
			}
			return ""
		})
}

func flpCre04() flpCheck {
	digits := func(in FluidpayCart) string { return *cmp.Or(in.ACHProcessorID, new(string)) }
	return flpCreates(flpCheck{
		id: "FLP-CRE-04", title: "the id of a processor has 20 digits from 0 to v",
		clause: "fluidpay:143-144", level: must,
		summary: "The ids of processors match ^[0-9a-v]{20}$.",
		after:   flpAfter(flpBase, []string{"FLP-CRE-01"}),
		limits: []limit{
			{20, 19, "digits in the id of a processor", "fluidpay:143-144", flpLetters(digits)},
			{20, 21, "digits in the id of a processor", "fluidpay:143-144", flpLetters(digits)},
		},
		scenes: []flpScene{{state: flpShelf}},
		mutants: []mutant{
			{"a", "takes hexadecimal digits only", "not-stored"},
		},
	}, []FluidpayCart{{Name: "Plain"}, {Name: "Paid", CardProcessorID: text("0123456789abcdefghiv"), ACHProcessorID: text("vutsrqponmlkjihgfedc")}},
		[]FluidpayCart{
			{Name: "Wide", CardProcessorID: text("0123456789abcdefghiw")},
			{Name: "Short", ACHProcessorID: text("0123456789abcdefghi")},
			{Name: "Long", ACHProcessorID: text("0123456789abcdefghijk")},
		},
		func(in FluidpayCart, made fluidpay.Cart) string {
			if in.CardProcessorID != nil && (made.CardProcessorID != *in.CardProcessorID || made.ACHProcessorID != *in.ACHProcessorID) {
				return fmt.Sprintf("processors %q and %q", made.CardProcessorID, made.ACHProcessorID)
			}
			return ""
		})
}

func flpCre05() flpCheck {
	flags := []string{"show_available_products", "require_shipping_details", "email_receipt"}
	return flpCheck{
		id: "FLP-CRE-05", title: "flags of a cart are booleans",
		clause: "fluidpay:147-149", level: must,
		summary: "Three attributes of a cart are booleans.",
		needs:   []string{"CreateCart"},
		after:   flpBase,
		scenes:  []flpScene{{state: flpShelf}},
		drive: func(r *flpRun) {
			flp(r).createCart(FluidpayCart{Name: "Flags", ShowAvailable: true, EmailReceipt: true})
			flp(r).createCart(FluidpayCart{Name: "No flags"})
		},
		seen: func(w *wire) string {
			for _, x := range w.of(fluidpay.CreateCart) {
				for _, name := range flags {
					if gjson.GetBytes(x.Body, name).Exists() {
						return ""
					}
				}
			}
			return "a new cart with a flag; there was none"
		},
		wire: func(w *wire) Finding {
			for _, x := range w.of(fluidpay.CreateCart, fluidpay.UpdateCart) {
				for _, name := range flags {
					if v := gjson.GetBytes(x.Body, name); v.Exists() && !v.IsBool() && v.Type != gjson.Null {
						return found("boolean-form", name+" as true or false", "%s is %s", name, v.Raw).at(x)
					}
				}
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "sends booleans as texts", "boolean-form"},
		},
	}
}

func flpCre06() flpCheck {
	return flpCheck{
		id: "FLP-CRE-06", title: "200 is a success for a creation and a deletion",
		clause: "FP-9", level: care,
		summary: "The vendor answers every call that worked with 200; the document shows no status.",
		needs:   []string{"CreateCart", "DeleteCart"},
		after:   flpAfter(flpBase, []string{"FLP-CRE-01", "FLP-CRE-05", "FLP-ENV-03"}),
		scenes:  []flpScene{{state: flpShelf}},
		drive: func(r *flpRun) {
			flp(r).createCart(flpNewCart())
			flp(r).deleteCart(flpC2)
		},
		seen: asked(fluidpay.CreateCart, fluidpay.DeleteCart),
		judge: func(r *flpRun) Finding {
			if f := firstOf(mustWork(r.nth(0)), mustWork(r.nth(1))); f.Code != "" {
				return f
			}
			made := flpMade(r)
			if len(made) != 1 || made[0].ID != r.nth(0).made() {
				return found("wrong-id", "the id of the new cart", "the id %q", r.nth(0).made()).of(r.nth(0))
			}
			return Finding{}
		},
		backed: "FLP-DEL-01",
		mutants: []mutant{
			{"a", "wants 201 for a creation", "error"},
			{"b", "wants 204 for a deletion", "error"},
		},
	}
}

func flpCre07() flpCheck {
	return flpCreates(flpCheck{
		id: "FLP-CRE-07", title: "a URL that is none is refused",
		clause: "fluidpay:145-146", level: must,
		summary: "success_url and cancel_url must be valid URLs.",
		after:   flpAfter(flpBase, []string{"FLP-CRE-01"}),
		scenes:  []flpScene{{state: flpShelf}},
		mutants: []mutant{
			{"a", "drops the refusal", "no-error"},
		},
	}, []FluidpayCart{{Name: "Good", SuccessURL: "https://shop.example.com/thanks"}}, []FluidpayCart{{Name: "Bad", SuccessURL: "/thanks"}},
		func(in FluidpayCart, made fluidpay.Cart) string {
			if made.SuccessURL != in.SuccessURL {
				return "success_url " + made.SuccessURL
			}
			return ""
		})
}

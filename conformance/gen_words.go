package conformance

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/cartdouble/cartdouble/fake"
)

func (p profile[C]) texts() []check[C] {
	return []check[C]{p.otherText(), p.letters()}
}

func (p profile[C]) otherText() check[C] {
	const words, others = "has already been taken", "ist schon vergeben"
	return check[C]{
		id: "GEN-TEXT-01", title: "the same refusal in other words is the same",
		clause: "-", level: care,
		summary: "Texts are for people and change with the next release, or with the account's language.",
		needs:   named(p.change()), after: after([]string{p.saved}, p.change()),
		scenes: []scene[C]{{state: p.people(3), faults: []fake.Fault{p.refuse(0, words), p.refuse(1, words), p.refuse(2, others)}}},
		drive: func(r *run[C]) {
			for n := range 3 {
				p.change().try(r, n)
			}
		},
		seen: asked(p.change().op),
		judge: func(r *run[C]) Finding {
			for i := range 3 {
				if f := mustFail(r.nth(i), "it was refused"); f.Code != "" {
					return f
				}
			}
			before, again, after := r.nth(0).err, r.nth(1).err, r.nth(2).err
			if classify := r.cfg.classify; classify != nil && classify(before) != classify(after) {
				return found("other-kind", "one kind of error: "+classify(before), "%s", classify(after))
			}
			if !alike(before, again, after) {
				return found("other-kind", fmt.Sprintf("an error like %q", before), "%q, which errors.Is and errors.As tell from it", after)
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "goes by the text of the message", "other-kind"},
		},
	}
}

// alike tells whether an error is of the kind of two others that are of one
// kind: it has the same types in it, and the same errors that those two share.
func alike(one, two, other error) bool {
	a, b, c := chain(one), chain(two), chain(other)
	if len(a) != len(c) || len(a) != len(b) {
		return false
	}
	for i := range a {
		if reflect.TypeOf(a[i]) != reflect.TypeOf(c[i]) {
			return false
		}
		if same(a[i], b[i]) && !same(a[i], c[i]) {
			return false
		}
	}
	return true
}

// same tells whether two errors are one, for errors.Is.
func same(a, b error) bool {
	return reflect.ValueOf(a).Comparable() && reflect.ValueOf(b).Comparable() && a == b
}

// chain lists an error and all that it wraps, in the order of errors.Is.
func chain(err error) []error {
	if err == nil {
		return nil
	}
	all := []error{err}
	switch wraps := err.(type) {
	case interface{ Unwrap() error }:
		all = append(all, chain(wraps.Unwrap())...)
	case interface{ Unwrap() []error }:
		for _, e := range wraps.Unwrap() {
			all = append(all, chain(e)...)
		}
	}
	return all
}

// unseen stands for a text that a call does not show.
const unseen = "\x00"

func shows(got, text string) bool { return got == text || got == unseen }

func (p profile[C]) letters() check[C] {
	texts := []string{"Zoé 漢字 😀", `"O'Neil" <b>&amp;`, "א\u200fב née"}
	return check[C]{
		id: "GEN-UTF8-01", title: "letters of all kinds go out and come back",
		clause: "-", level: care,
		summary: "People have names.",
		needs:   named(p.put(), p.get), after: after(nil, p.put(), p.get),
		scenes: []scene[C]{
			{name: "sent back plain"},
			{name: `sent back as \uxxxx`, state: func(r *run[C]) {
				edit(r.fake, "", func(_ *fake.Call, reply *fake.Reply) { reply.Body = escaped(reply.Body) })
			}},
		},
		drive: func(r *run[C]) {
			p.write(r, texts)
			p.get.try(r, 0)
		},
		seen: asked(p.put().op),
		judge: func(r *run[C]) Finding {
			if a := r.nth(0); a.err != nil {
				return found("error", "success of "+a.call, "%s", a.outcome()).of(a)
			}
			for i, got := range [][]string{p.stored(r), p.written(r.nth(0)), p.written(r.nth(1))} {
				if got != nil && !slices.EqualFunc(got, texts, shows) { // a create may show nothing of it
					about := [...]string{"stored", "given by " + p.put().name, "given by " + p.get.name}[i]
					return found("wrong-text", fmt.Sprintf("%+q", texts), "%s: %+q", about, got)
				}
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "writes Latin-1", "error"},
			{"b", "undoes escapes by hand, half a surrogate pair at a time", "wrong-text"},
		},
	}
}

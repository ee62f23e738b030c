package conformance

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
)

// A limit is a number of the document that a check rests on: so many customers in
// a call, so many letters in a name. Clients go wrong right beside it, so Prove
// demands that the client which is right comes to the last number that is within
// it, and to the next one, which is not.
type limit struct {
	last, next int     // 10 and 11; for a least number, 1 and 0
	unit       string  // of what: "customers to be updated"
	clause     string  // that says so, of those that the check cites
	met        measure // the numbers that a scene came to
}

// A measure is what a scene came to, by its log: what went over the wire, and
// what the client was asked for and answered, which may be a refusal of its own
// that no wire shows.
type measure func(*wire, []*answer) []int

// String is the limit in words: "10 and 11 customers to be updated (bonify:88)".
func (l limit) String() string {
	return fmt.Sprintf("%d and %d %s (%s)", l.last, l.next, l.unit, l.clause)
}

// refuseLimit gives what is wrong with a limit of a check, "" for nothing.
func (s *Suite[C]) refuseLimit(k *check[C], l limit) string {
	switch {
	case l.next != l.last+1 && l.next != l.last-1:
		return fmt.Sprintf("the sides of its limit are %d and %d; want numbers that are next to each other", l.last, l.next)
	case l.unit == "":
		return fmt.Sprintf("its limit of %d has no unit: what is counted", l.last)
	case l.met == nil:
		return "nothing shows where its limit of " + l.String() + " was met"
	case !clauseForm.MatchString(l.clause) || !s.cites(k.clause, l.clause):
		return fmt.Sprintf("its limit of %d %s rests on %q; want one of the lines and readings that the check cites: %s", l.last, l.unit, l.clause, k.clause)
	}
	return ""
}

// cites tells whether a clause has all the lines and readings of another.
func (s *Suite[C]) cites(whole, part string) bool {
	lines := Rule{API: s.api, Clause: whole}.cites()
	for _, at := range (Rule{API: s.api, Clause: part}).cites() {
		if !slices.ContainsFunc(lines, func(in span) bool { return in.from <= at.from && at.to <= in.to }) {
			return false
		}
	}
	for one := range strings.SplitSeq(part, "; ") {
		if !strings.HasPrefix(one, s.api+":") && !slices.Contains(strings.Split(whole, "; "), one) {
			return false
		}
	}
	return true
}

// measured are the numbers that a scene came to, for each limit of its check.
func (k *check[C]) measured(w *wire, calls []*answer) [][]int {
	var met [][]int
	for _, l := range k.limits {
		met = append(met, l.met(w, calls))
	}
	return met
}

// limits demands that each limit was come to from both sides.
func (p *proof[C]) limits(good *evaluator[C]) {
	for _, k := range p.s.checks {
		for i, l := range k.limits {
			met := good.done[k.id].met[i]
			for _, side := range []int{l.last, l.next} {
				if !slices.Contains(met, side) {
					slices.Sort(met)
					p.wrong("%s rests on %s, and the good client never comes to %d; it comes to %v", k.id, l, side, slices.Compact(met))
				}
			}
		}
	}
}

// allOf measures all exchanges of an operation in a scene together: the records
// of all pages of a list, or those of all calls of an update. What was refused
// does not count.
func allOf(op fake.Op, number func(fake.Exchange) int) measure {
	return func(w *wire, _ []*answer) []int {
		sum := 0
		for _, x := range w.of(op) {
			if x.Status < 400 {
				sum += number(x)
			}
		}
		return []int{sum}
	}
}

// eachAsked measures every call of the client with a T that it came back from.
func eachAsked[T any](number func(T) int) measure {
	return func(_ *wire, calls []*answer) []int {
		var met []int
		for _, a := range calls {
			if in, is := a.in.(T); is && a.returned() {
				met = append(met, number(in))
			}
		}
		return met
	}
}

// sent is a number in the body of a request, given the number in that of its
// answer.
func sent(path string) func(fake.Exchange) int {
	return func(x fake.Exchange) int { return int(gjson.GetBytes(x.Body, path).Int()) }
}

func given(path string) func(fake.Exchange) int {
	return func(x fake.Exchange) int { return int(gjson.GetBytes(x.ReplyBody, path).Int()) }
}

package conformance

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
)

func (p profile[C]) bodies() []check[C] {
	cut := func(name, how string) scene[C] {
		return scene[C]{name: name, state: p.people(60), faults: []fake.Fault{
			fake.NewFault("truncated").Set("how", how).On(p.list.op),
		}}
	}
	return []check[C]{
		{
			id: "GEN-BODY-01", title: "half a reply is no reply",
			clause: "-", level: care,
			summary: "A transfer that breaks off leaves the beginning of a list, which looks like a list.",
			needs:   named(p.list), after: after(nil, p.list),
			scenes: []scene[C]{
				cut("cut in the middle, with Content-Length", "length"),
				cut("cut in the middle, without it", "silent"),
			},
			drive: func(r *run[C]) { p.list.try(r, 0) },
			seen:  asked(p.list.op),
			judge: func(r *run[C]) Finding {
				f := p.list.rightOrError(r, r.nth(0))
				if f.Code != "" {
					f.Code, f.Expected = "short-result", "an error, never a shorter list"
				}
				return f
			},
			mutants: []mutant{
				{"a", "ignores the error of reading and keeps what it has", "short-result"},
			},
		},
		p.html(),
	}
}

func (p profile[C]) html() check[C] {
	const page = "<html><body><h1>Sorry</h1></body></html>"
	broken := func(status, body string) scene[C] {
		return scene[C]{
			name: fmt.Sprintf("%s with body %s", status, body), state: p.people(3),
			faults: []fake.Fault{fake.NewFault("server-error").Set("status", status).Set("body", body).On(p.list.op)},
		}
	}
	forbidden := func(body string) scene[C] {
		return scene[C]{
			name: "403 with body " + body, state: p.people(3),
			faults: []fake.Fault{fake.NewFault("wrong-credentials").Set("status", "403").Set("body", body).On(p.list.op)},
		}
	}
	return check[C]{
		id: "GEN-HTML-01", title: "a page for people is no data",
		clause: "-", level: care,
		summary: "Proxies and maintenance answer with HTML or with nothing, under any status.",
		needs:   named(p.list), after: after([]string{p.denied}, p.list),
		scenes: []scene[C]{
			broken("502", "html"),
			{name: "200 with body html", state: func(r *run[C]) {
				p.people(3)(r)
				edit(r.fake, p.list.op, func(_ *fake.Call, reply *fake.Reply) {
					reply.Header.Set("Content-Type", "text/html")
					reply.Body = []byte(page)
				})
			}},
			forbidden("html"), forbidden("empty"),
			broken("500", "html"), broken("500", "empty"),
		},
		panics: true,
		drive:  func(r *run[C]) { p.list.try(r, 0) },
		seen:   asked(p.list.op),
		judge: func(r *run[C]) Finding {
			a := r.nth(0)
			if a.panicked != "" {
				return found("panic", "an error", "%s", a.outcome()).of(a)
			}
			if f := mustFail(a, "the answer was no data"); f.Code != "" {
				return f
			}
			status := r.of(p.list.op)[0].Status
			if status != 200 && !a.tells(status) {
				return found("status-unnamed", fmt.Sprintf("%d in the error", status), "%q", a.err).of(a)
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "reads HTML under 200 as an empty list", "no-error"},
		},
	}
}

// tells whether an error names a status, in its text or by the adapter.
func (a *answer) tells(status int) bool {
	return a.status == status || strings.Contains(a.err.Error(), strconv.Itoa(status))
}

func (p profile[C]) oddities() []check[C] {
	return []check[C]{p.loops(), p.misses(), p.unknowns()}
}

func (p profile[C]) loops() check[C] {
	return check[C]{
		id: "GEN-LOOP-01", title: "a list that never ends is an error",
		clause: "-", level: care,
		summary: "A server with a bug sends the same page for ever, which looks like progress.",
		needs:   named(p.list), after: after(nil, p.list),
		scenes: []scene[C]{{state: func(r *run[C]) {
			p.people(100)(r)
			if p.endless != nil {
				p.endless(r)
			}
			var first []byte
			edit(r.fake, p.list.op, func(_ *fake.Call, reply *fake.Reply) {
				if first == nil {
					first = reply.Body
				}
				reply.Body = first
			})
		}}},
		drive: func(r *run[C]) { p.list.try(r, 0) },
		seen:  asked(p.list.op),
		judge: func(r *run[C]) Finding { return mustFail(r.nth(0), "the list does not end") },
		mutants: []mutant{
			{"a", "has no guard against a page that repeats", "runaway"},
		},
	}
}

func (p profile[C]) misses() check[C] {
	onGet := func(status int, body string) func(*run[C]) {
		return func(r *run[C]) { p.people(3)(r); instead(r.fake, p.get.op, status, body) }
	}
	forbidden := scene[C]{name: "403", state: p.people(3), options: p.forbidMissing}
	if p.forbidMissing == nil {
		forbidden = scene[C]{name: "403", state: onGet(403, p.envelope)}
	}
	return check[C]{
		id: "GEN-MISS-01", title: "a record that is not there is an error",
		clause: "-", level: care,
		summary: "However a missing record is told, an empty record would pass for one.",
		needs:   named(p.get, p.list), after: after([]string{p.denied}, p.get, p.list),
		scenes: []scene[C]{
			{name: "404", state: p.people(3)},
			{name: "200 with null", state: onGet(200, "null")},
			{name: "200 with an error in it", state: onGet(200, p.envelope)},
			forbidden,
		},
		drive: func(r *run[C]) {
			p.get.try(r, nobody)
			p.list.try(r, 0)
		},
		seen: asked(p.get.op),
		judge: func(r *run[C]) Finding {
			return firstOf(mustFail(r.nth(0), "there is no such record"), p.list.right(r, r.nth(1)))
		},
		backed: "GEN-LEAK-01",
		mutants: []mutant{
			{"a", "gives a zero record and no error", "no-error"},
		},
	}
}

func (p profile[C]) unknowns() check[C] {
	return check[C]{
		id: "GEN-UNK-01", title: "members that are not known yet are passed over",
		clause: "-", level: care,
		summary: "The next edition of an API adds members to its records.",
		needs:   named(p.list, p.change()), after: after(nil, p.list, p.change()),
		scenes: []scene[C]{{state: func(r *run[C]) {
			p.people(3)(r)
			edit(r.fake, "", func(_ *fake.Call, reply *fake.Reply) { reply.Body = grown(reply.Body) })
		}}},
		drive: func(r *run[C]) {
			p.change().try(r, 0)
			p.list.try(r, 0)
		},
		seen: asked(p.list.op, p.change().op),
		judge: func(r *run[C]) Finding {
			return firstOf(p.change().right(r, r.nth(0)), p.list.right(r, r.nth(1)))
		},
		mutants: []mutant{
			{"a", "refuses unknown members", "error"},
		},
	}
}

package conformance

import (
	"fmt"
	"slices"
	"sync"

	"github.com/cartdouble/cartdouble/fake"
)

func (p profile[C]) resources() []check[C] {
	return []check[C]{p.leaks(), p.races(), p.secrets(), p.gzips()}
}

func (p profile[C]) leaks() check[C] {
	const rounds, connections = 5, 2
	return check[C]{
		id: "GEN-LEAK-01", title: "connections are used again, and nothing stays behind",
		clause: "-", level: care,
		summary: "A reply whose body is not closed holds its connection and a goroutine for ever.",
		needs:   named(p.list, p.get, p.change()), after: after([]string{"GEN-MISS-01", p.saved, p.foreseen}, p.list, p.get, p.change()),
		scenes: []scene[C]{{state: p.people(3)}},
		leaks:  true,
		drive: func(r *run[C]) {
			for range rounds {
				p.list.try(r, 0)
				p.get.try(r, 1)
				p.get.try(r, nobody)
				p.change().try(r, nobody)
			}
		},
		seen: p.tried(p.list.op, p.get.op),
		judge: func(r *run[C]) Finding {
			most := 0
			for _, x := range r.calls {
				most = max(most, x.Conn)
			}
			if most > connections {
				return found("connections", fmt.Sprintf("at most %d connections for %d calls in turn", connections, 4*rounds), "%s", count(most, "connection"))
			}
			for i := range rounds {
				f := firstOf(
					p.list.right(r, r.nth(4*i)), p.get.right(r, r.nth(4*i+1)),
					mustFail(r.nth(4*i+2), "there is no such record"), mustFail(r.nth(4*i+3), "it was refused"),
				)
				if f.Code != "" {
					return f
				}
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "does not close the reply's body on an error", "connections"},
		},
	}
}

func (p profile[C]) races() check[C] {
	const callers = 8
	slow := fake.NewFault("slow-body").Set("over", "5s").Set("chunks", "5") // longer than clients that pace themselves wait
	return check[C]{
		id: "GEN-RACE-01", title: "callers at the same time get their own answers",
		clause: "-", level: care,
		summary: "A client is shared by goroutines; what they share inside it mixes their data up.",
		needs:   named(p.list, p.get), after: after(nil, p.list, p.get, p.create, p.update, p.remove),
		scenes: []scene[C]{{state: p.people(callers), faults: []fake.Fault{slow}}},
		drive: func(r *run[C]) {
			var wg sync.WaitGroup
			callers := callers
			if !r.env.Virtual {
				callers = wallCallers
			}
			for n := range callers {
				wg.Go(func() {
					p.get.try(r, n)
					for _, change := range []usual[C]{p.update, p.create, p.remove} {
						if change.claimed(r) {
							change.try(r, n)
						}
					}
				})
			}
			wg.Wait()
			p.list.try(r, 0)
		},
		seen: asked(p.list.op, p.get.op),
		judge: func(r *run[C]) Finding {
			for _, a := range r.all() {
				f := p.list.right
				switch a.about {
				case p.get.op:
					f = p.get.right
				case p.create.op:
					f = p.create.right
				case p.update.op:
					f = p.update.right
				case p.remove.op:
					f = p.remove.right
				}
				if wrong := f(r, a); wrong.Code != "" {
					return found("mixed-up", wrong.Expected, "%s: %s", a.outcome(), wrong.Got).of(a)
				}
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "has one buffer for all calls", "mixed-up"},
		},
	}
}

func (p profile[C]) secrets() check[C] {
	return check[C]{
		id: "GEN-SECRET-01", title: "credentials stay out of URLs and errors",
		clause: "-", level: care,
		summary: "URLs and errors end up in logs, and logs are read by many.",
		needs:   named(p.list, p.get, p.change()), after: after([]string{p.told, p.saved, "GEN-MISS-01", p.foreseen}, p.list, p.get, p.change()),
		scenes: []scene[C]{{state: p.people(3)}},
		drive: func(r *run[C]) {
			p.list.try(r, 0)
			p.get.try(r, 1)
			p.change().try(r, nobody)
			p.get.try(r, nobody)
			r.fake.Inject(fake.NewFault("server-error").Set("status", "502").On(p.list.op))
			p.list.try(r, 0)
		},
		seen: both(p.tried(p.get.op), answeredWith(502, p.list.op)),
		judge: func(r *run[C]) Finding {
			return firstOf(
				p.list.right(r, r.nth(0)), p.get.right(r, r.nth(1)),
				mustFail(r.nth(2), "it was refused"), mustFail(r.nth(3), "there is no such record"), mustFail(r.nth(4), "502"),
				secretSent(p.withoutRenewals(r.calls), r.hidden), secretTold(r.all(), r.hidden),
			)
		},
		mutants: []mutant{
			{"a", "prints the request with its headers when a call fails", "secret-in-error"},
		},
	}
}

// withoutRenewals are requests, those for another token without their bodies: that
// is where secrets belong.
func (p profile[C]) withoutRenewals(calls []fake.Exchange) []fake.Exchange {
	bare := slices.Clone(calls)
	for i := range bare {
		if p.renew != "" && bare[i].Op == p.renew {
			bare[i].Body = nil
		}
	}
	return bare
}

func (p profile[C]) gzips() check[C] {
	return check[C]{
		id: "GEN-GZIP-01", title: "what the client asks to be zipped is unzipped",
		clause: "-", level: care,
		summary: "Go unzips replies by itself unless the client sets Accept-Encoding.",
		needs:   named(p.list), after: after(nil, p.list),
		scenes: []scene[C]{{state: func(r *run[C]) {
			p.people(3)(r)
			edit(r.fake, p.list.op, zipped)
		}}},
		drive: func(r *run[C]) { p.list.try(r, 0) },
		seen:  asked(p.list.op),
		judge: func(r *run[C]) Finding { return p.list.right(r, r.nth(0)) },
		mutants: []mutant{
			{"a", "sets Accept-Encoding by hand and does not unzip", "error"},
		},
	}
}

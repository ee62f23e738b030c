package conformance

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
)

func (p profile[C]) lost() []check[C] {
	if p.create.op == "" {
		return nil
	}
	twin := "own-twin"
	if p.twins {
		twin = "twin"
	}
	scenes := []scene[C]{{
		state:  p.people(3),
		faults: []fake.Fault{fake.NewFault("lost-response").On(p.create.op).Call(1)},
	}}
	if p.twinning != nil {
		again := scenes[0]
		again.name, again.options = "twins are allowed", p.twinning
		scenes = append(scenes, again)
	}
	return []check[C]{{
		id: "GEN-DUP-01", title: "a create whose answer was lost",
		clause: "-", level: care,
		summary: "The record may be there although the connection died; sending it again makes a twin, or is refused as taken.",
		needs:   named(p.create), after: after([]string{p.saved}, p.create),
		scenes: scenes,
		drive: func(r *run[C]) {
			p.create.try(r, 0)
			if p.refused != nil {
				p.refused(r)
			}
		},
		seen: asked(p.create.op),
		judge: func(r *run[C]) Finding {
			a, sent := r.nth(0), r.of(p.create.op)
			if p.refused != nil {
				if f := mustFail(r.nth(1), "it was refused"); f.Code != "" {
					return f
				}
				sent = slices.DeleteFunc(sent, func(x fake.Exchange) bool { return x.Status == http.StatusForbidden })
			}
			last := sent[len(sent)-1]
			switch n := p.copies(r, 0); {
			case n != 1:
				return found("twin", "one record, however often it is sent", "%s", count(n, "record"))
			case a.err != nil && len(sent) > 1 && (last.Status >= 400 || gjson.GetBytes(last.ReplyBody, "errors").Exists()):
				return found("own-twin", "success, or an error that leaves the outcome open", "the repeat was refused, for the first one was stored: %q", a.err).at(last).of(a)
			case a.err != nil:
				return Finding{}
			}
			return p.create.right(r, a)
		},
		mutants: []mutant{
			{"a", "sends a POST again when the connection dies", twin},
		},
	}}
}

func (p profile[C]) redirects() []check[C] {
	follows := "follows as Go does, with its own header"
	if p.standardAuth {
		follows = "follows by itself, with the headers of the first request"
	}
	return []check[C]{
		{
			id: "GEN-REDIR-01", title: "credentials do not follow to another host",
			clause: "-", level: care,
			summary: "Go takes Authorization off a request that is sent on to another host, and no header of one's own.",
			needs:   named(p.list), after: after(nil, p.list),
			scenes: []scene[C]{{
				state:  p.people(3),
				faults: []fake.Fault{fake.NewFault("redirect").Set("code", "302").Set("to", "https://elsewhere.test/login").On(p.list.op)},
			}},
			abroad: true,
			drive:  func(r *run[C]) { p.list.try(r, 0) },
			seen:   answeredWith(http.StatusFound, p.list.op),
			judge: func(r *run[C]) Finding {
				for _, v := range r.net.abroadSeen() {
					all := v.url + v.body + fmt.Sprint(v.header)
					if slices.ContainsFunc(r.hidden, func(s string) bool { return strings.Contains(all, s) }) {
						return found("credentials-sent", "no credentials at another host", "%s %s with them", v.method, v.url)
					}
				}
				return p.list.rightOrError(r, r.nth(0))
			},
			mutants: []mutant{
				{"a", follows, "credentials-sent"},
				{"b", "copies all headers in CheckRedirect", "credentials-sent"},
			},
		},
		{
			id: "GEN-REDIR-02", title: "a change that is sent elsewhere still happens, or is an error",
			clause: "-", level: care,
			summary: "Go's client makes a GET of a change that is answered with 301, and sees a 200.",
			needs:   named(p.alter()), after: after(nil, p.alter()),
			scenes: []scene[C]{{options: p.readable, state: func(r *run[C]) {
				p.people(3)(r)
				r.net.front = slashes()
			}}},
			drive: func(r *run[C]) { p.alter().try(r, 0) },
			seen: func(w *wire) string {
				if w.fronted == 0 {
					return "a change to a path without a final slash; there was none"
				}
				return ""
			},
			judge: func(r *run[C]) Finding {
				a := r.nth(0)
				if f := p.alter().right(r, a); a.err == nil && f.Code != "" {
					return found("not-changed", "the change, or an error", "%s, and nothing has changed", a.outcome()).of(a)
				}
				return Finding{}
			},
			mutants: []mutant{
				{"a", "follows redirects as Go does", "not-changed"},
			},
		},
	}
}

// slashes is a proxy that wants a slash at the end of a path to be changed, and
// takes it off again on the way to the fake. A client that sends such a slash is
// wanted to leave it out.
func slashes() func(*http.Request) *http.Response {
	var mu sync.Mutex
	met, wanted := false, true
	return func(r *http.Request) *http.Response {
		mu.Lock()
		defer mu.Unlock()
		path, slash := strings.CutSuffix(r.URL.Path, "/")
		changes := r.Method != http.MethodGet
		if changes && !met {
			met, wanted = true, !slash
		}
		if changes && slash != wanted {
			to := path
			if wanted {
				to += "/"
			}
			return answerTo(r, http.StatusMovedPermanently, http.Header{"Location": {to}}, "")
		}
		if slash {
			r.URL.Path, r.URL.RawPath = path, ""
		}
		return nil
	}
}

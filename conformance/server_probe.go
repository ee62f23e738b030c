package conformance

import (
	"encoding/json"
	"fmt"
	"net/http"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
)

// A probe is one rule being asked for. Its methods judge, and the first thing
// that is wrong ends the rule.
type probe struct {
	*session
	run    *serverRun
	rule   *serverRule
	calls  []fake.Exchange
	undos  []undo
	held   int // how often something was judged and held
	choice Finding
	out    verdict
}

// An undo takes back what a rule made.
type undo struct {
	what string
	do   func() bool // whether it is gone
}

// stopped is what a probe panics with when the rule is over.
type stopped struct{}

// play asks for a rule and cleans up after it.
func (r *serverRun) play(k *serverRule) verdict {
	p := &probe{session: r.session, run: r, rule: k}
	p.guard(func() { k.ask(p) })
	v := p.verdict()
	p.clean()
	secrets := newVeil(p.secret)
	if v.state != pass && v.state != notClaimed {
		calls := secrets.exchanges(p.calls)
		v.wire = wireLines(calls, nil)
		v.try = tryLine(calls, v.finding.Call, r.to.URL)
		v.exchanges = fewCalls(calls, v.finding.Call)
	}
	return v.without(secrets)
}

// guard runs a part of a rule that may stop.
func (p *probe) guard(f func()) {
	defer func() {
		if got := recover(); got != nil && got != (stopped{}) {
			p.out = verdict{state: broke, note: fmt.Sprintf("the suite panicked: %v\n%s", got, debug.Stack())}
		}
	}()
	f()
}

func (p *probe) verdict() verdict {
	switch {
	case p.out.state != "":
		return p.out
	case p.held == 0:
		return verdict{state: broke, note: "the rule judged nothing"}
	case p.choice.Code != "":
		return verdict{state: chosen, finding: p.choice}
	}
	return verdict{state: pass}
}

// clean takes back what the rule made, the last thing first. It goes on where
// something stays, which the report names.
func (p *probe) clean() {
	out := p.out
	for _, u := range slices.Backward(p.undos) {
		gone := false
		p.guard(func() { gone = u.do() })
		if !gone {
			p.left[u.what]++
		}
	}
	p.out = out
}

func (p *probe) stop(v verdict) {
	p.out = v
	panic(stopped{})
}

// wrong ends the rule: the server breaks it.
func (p *probe) wrong(code, expected, got string, args ...any) {
	f := found(code, expected, got, args...)
	if len(p.calls) > 0 {
		f = f.at(p.calls[len(p.calls)-1])
	}
	p.stop(verdict{state: p.rule.level.broken(), finding: f})
}

// must ends the rule unless something holds.
func (p *probe) must(holds bool, code, expected, got string, args ...any) {
	if !holds {
		p.wrong(code, expected, got, args...)
	}
	p.held++
}

// unseen ends the rule: the situation did not come about.
func (p *probe) unseen(needed string, args ...any) {
	p.stop(verdict{state: notExercised, note: fmt.Sprintf(needed, args...)})
}

// reading is the word that is pinned for a flag, or its default.
func (p *probe) reading(name string) string {
	i := slices.IndexFunc(p.run.flags, func(f serverFlag) bool { return f.name == name })
	if i < 0 || !slices.Contains(p.rule.flags, name) {
		panic("the rule does not name the flag " + name)
	}
	if word := p.run.cfg.choices[name]; word != "" {
		return word
	}
	return p.run.flags[i].word()
}

// number is the number that is pinned for a flag, or its default.
func (p *probe) number(name string) int {
	n, err := strconv.Atoi(p.reading(name))
	if err != nil {
		panic(err)
	}
	return n
}

// pinned tells whether a flag was chosen.
func (p *probe) pinned(name string) bool { return p.run.cfg.choices[name] != "" }

// mustRead ends the rule unless the server shows the reading that is expected.
// Where it shows another known one, the finding says how to pin it.
func (p *probe) mustRead(flag, shown, code, expected, got string, args ...any) {
	want := p.reading(flag)
	if shown == want {
		p.held++
		return
	}
	p.guard(func() { p.wrong(code, expected, got, args...) })
	if shown != "" {
		p.out.note = fmt.Sprintf("the document leaves it open; Choose(%q, %q) pins what this server does", flag, shown)
	}
	panic(stopped{})
}

// given is a credential, a record or a function of the target. Where there is
// none, what was asked so far held, and the rest cannot be asked.
func (p *probe) given(word string) string {
	if !slices.Contains(p.rule.needs, word) {
		panic("the rule does not say that it needs " + word)
	}
	value := p.to.Creds[word]
	if value == "" {
		value = p.to.Records[word]
	}
	if value == "" {
		p.stop(verdict{state: notClaimed, missing: []string{word}})
	}
	return value
}

// writing ends the rule if the target is read-only.
func (p *probe) writing(what string) {
	if !p.to.Write {
		p.unseen("leave to write (Target.Write), to %s; the target is read-only", what)
	}
}

// call makes a call. A server that does not answer cannot be judged.
func (p *probe) call(a question) reply {
	if a.writes() && !p.to.Write {
		p.unseen("leave to write (Target.Write), for %s %s; the target is read-only", a.method, a.path)
	}
	x, err := p.send(a)
	kept := x
	kept.ReplyBody, kept.Body = []byte(p.shown(string(x.ReplyBody))), []byte(p.shown(string(x.Body)))
	p.calls = append(p.calls, kept)
	if err != nil {
		p.stop(verdict{state: broke, note: fmt.Sprintf("no answer: %v", err)})
	}
	return reply{x, p}
}

func (p *probe) get(path string) reply { return p.call(question{method: http.MethodGet, path: path}) }

func (p *probe) post(path string, body any) reply {
	return p.call(question{method: http.MethodPost, path: path, body: jsonText(body)})
}

func (p *probe) put(path string, body any) reply {
	return p.call(question{method: http.MethodPut, path: path, body: jsonText(body)})
}

func (p *probe) patch(path string, body any) reply {
	return p.call(question{method: http.MethodPatch, path: path, body: jsonText(body)})
}

func (p *probe) delete(path string) reply {
	return p.call(question{method: http.MethodDelete, path: path})
}

// undo says how something that was just made is taken back; nil is not at all.
func (p *probe) undo(what string, do func() bool) {
	if do == nil {
		do = func() bool { return false }
	}
	p.undos = append(p.undos, undo{what, do})
}

// until waits for something, and tells whether it came about.
func (p *probe) until(most time.Duration, f func() bool) bool {
	const step = 250 * time.Millisecond
	for waited := time.Duration(0); ; waited += step {
		if f() {
			return true
		}
		if waited >= most || p.ctx.Err() != nil {
			return false
		}
		p.wait(step)
	}
}

// jsonText is a value as JSON.
func jsonText(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// object is a JSON object in a body.
type object map[string]any

// A reply is what a call was answered.
type reply struct {
	fake.Exchange
	p *probe
}

// at is what stands at a path of gjson in the body.
func (x reply) at(path string) gjson.Result { return gjson.GetBytes(x.ReplyBody, path) }

// list are the elements of the array at a path.
func (x reply) list(path string) []gjson.Result { return x.at(path).Array() }

func (x reply) ok() bool { return x.Status/100 == 2 }

// told is the answer in short.
func (x reply) told() string {
	return fmt.Sprintf("%s %s is answered %d %s", x.Method, x.URL, x.Status, x.p.short(string(x.ReplyBody)))
}

// good demands success, in JSON.
func (x reply) good() reply {
	x.p.must(x.ok(), "refused", "an answer of 2xx", "%s", x.told())
	return x.json()
}

// json demands a body of JSON.
func (x reply) json() reply {
	x.p.must(gjson.ValidBytes(x.ReplyBody), "no-json", "a body of JSON", "%s", x.told())
	return x
}

// status demands a status that the document gives.
func (x reply) status(want int) reply {
	x.p.must(x.Status == want, "status", fmt.Sprintf("status %d", want), "%s", x.told())
	return x
}

// open judges a status that the document does not give. One of the same class
// is recorded as what this server chooses, and fails only if another is pinned.
func (x reply) open(flag string) reply {
	want := x.p.number(flag)
	if x.Status != want && x.Status/100 == want/100 && !x.p.pinned(flag) {
		if x.p.choice.Code == "" {
			code := "status-" + strconv.Itoa(x.Status)
			x.p.choice = found(code, fmt.Sprintf("status %d, or another that the document leaves open", want), "%s", x.told()).at(x.Exchange)
		}
		x.p.held++
		return x
	}
	return x.status(want)
}

func (f serverFlag) word() string {
	if f.words == nil {
		return strconv.Itoa(f.count)
	}
	return f.words[0]
}

// refuse gives what a word for the flag should have been, "" if it is one.
func (f serverFlag) refuse(word string) string {
	if f.words == nil {
		if n, err := strconv.Atoi(word); err != nil || n < 1 || strconv.Itoa(n) != word {
			return "a number such as " + f.word()
		}
		return ""
	}
	if !slices.Contains(f.words, word) {
		return "one of " + strings.Join(f.words, ", ")
	}
	return ""
}

// jsonType is the JSON type of a value: "string", "number", "boolean", "null",
// "object", "array", "absent".
func jsonType(v gjson.Result) string {
	switch {
	case !v.Exists():
		return "absent"
	case v.IsArray():
		return "array"
	case v.IsObject():
		return "object"
	case v.IsBool():
		return "boolean"
	case v.Type == gjson.String:
		return "string"
	case v.Type == gjson.Number:
		return "number"
	}
	return "null"
}

// shaped demands that an object has members of these types, "string" or
// "string|null"; further members may be there.
func (p *probe) shaped(what string, v gjson.Result, members ...string) {
	p.must(v.IsObject(), "no-object", what+" as an object", "%s", p.short(v.Raw))
	for _, m := range members {
		name, types, _ := strings.Cut(m, " ")
		got := jsonType(v.Get(name))
		p.must(slices.Contains(strings.Split(types, "|"), got), "member-"+strings.ReplaceAll(name, "_", "-"),
			fmt.Sprintf("%s of %s as %s", name, what, types), "it is %s: %s", got, p.short(v.Get(name).Raw))
	}
}

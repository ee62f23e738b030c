package scenarios

import (
	"encoding/json"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// The JSON of a scenario is what the file means, for tools: paths without ~,
// dials instead of modes, faults as lines, sections by name. The names are
// those of the format.
type (
	exported struct {
		Scenario   int               `json:"scenario"` // version of the format
		File       string            `json:"file,omitempty"`
		API        string            `json:"api"`
		APIVersion string            `json:"api_version,omitempty"`
		Origin     string            `json:"origin,omitempty"`
		Clock      *time.Time        `json:"clock,omitempty"`
		Frozen     bool              `json:"frozen,omitempty"`
		Seed       uint64            `json:"seed,omitempty"`
		Mode       string            `json:"mode"`
		Dials      map[string]string `json:"dials"`
		Style      string            `json:"style"`
		State      []exportedState   `json:"state,omitempty"`
		Auth       map[string]string `json:"auth,omitempty"`
		May        []fake.Scope      `json:"may,omitempty"`
		Ignore     *exportedIgnore   `json:"ignore,omitempty"`
		Hooks      []exportedHook    `json:"hooks,omitempty"`
		Held       bool              `json:"deliveries_held,omitempty"`
		With       [][]string        `json:"with,omitempty"`
		Faults     []string          `json:"faults,omitempty"`
		Phases     []exportedPhase   `json:"phases,omitempty"`
		Steps      []exportedStep    `json:"steps"`

		Sections map[string]exportedSection `json:"sections,omitempty"`
	}
	exportedState struct {
		Section    string `json:"section,omitempty"`
		Collection string `json:"collection,omitempty"`
		Count      int    `json:"count,omitempty"`
	}
	exportedIgnore struct {
		Header []string `json:"header,omitempty"`
		Query  []string `json:"query,omitempty"`
		Body   []string `json:"body,omitempty"`
	}
	exportedHook struct {
		Name     string   `json:"as"`
		Receiver string   `json:"receiver"`
		Topics   []string `json:"topics"` // null: all
		URL      string   `json:"url"`
		Secret   string   `json:"secret"`
	}
	exportedPhase struct {
		Line  int    `json:"line"`
		Title string `json:"title"`
	}
	exportedStep struct {
		Line    int               `json:"line"`
		Phase   int               `json:"phase,omitempty"` // from 1
		Par     int               `json:"par,omitempty"`   // of the block, from 1
		Step    string            `json:"step"`            // its first word: ->, never, =>, check …
		Request *exportedRequest  `json:"request,omitempty"`
		Answer  *exportedAnswer   `json:"answer,omitempty"`
		Deliver *exportedDelivery `json:"delivery,omitempty"`
		Check   []string          `json:"check,omitempty"` // path, operator, value
		Advance string            `json:"advance,omitempty"`
		Rotate  map[string]string `json:"rotate,omitempty"`
	}
	exportedRequest struct {
		Ever     bool        `json:"ever,omitempty"`
		Method   string      `json:"method"`
		Path     string      `json:"path"`
		Op       fake.Op     `json:"op,omitempty"`
		Query    [][2]string `json:"query,omitempty"`
		AnyQuery bool        `json:"any_query,omitempty"`
		Section  string      `json:"section,omitempty"`
		Tenant   string      `json:"tenant,omitempty"`
		Least    *int        `json:"least,omitempty"` // how often; without least and most: once
		Most     *int        `json:"most,omitempty"`  // null where least is given: no end
		Wait     []string    `json:"wait,omitempty"`  // from, to; "" for no bound
	}
	exportedAnswer struct {
		Line     int               `json:"line"`
		Live     bool              `json:"live,omitempty"`
		Status   int               `json:"status,omitempty"`
		Section  string            `json:"section,omitempty"`
		Apply    bool              `json:"apply,omitempty"`
		Gzip     bool              `json:"gzip,omitempty"`
		Chunked  bool              `json:"chunked,omitempty"`
		Style    string            `json:"style,omitempty"`
		Captures map[string]string `json:"captures,omitempty"`
		Faults   []string          `json:"faults,omitempty"`
	}
	exportedDelivery struct {
		Topic   string   `json:"topic,omitempty"`
		Again   string   `json:"again,omitempty"`
		Section string   `json:"section,omitempty"`
		Raw     bool     `json:"raw,omitempty"`
		As      string   `json:"as,omitempty"`
		Style   string   `json:"style,omitempty"`
		Faults  []string `json:"faults,omitempty"`
		Want    []string `json:"want"` // answers of the receiver
	}
	exportedSection struct {
		Line    int         `json:"line"`
		Type    string      `json:"type"` // json, txt, form, b64
		Status  int         `json:"status,omitempty"`
		Headers [][2]string `json:"headers,omitempty"`
		Text    string      `json:"text,omitempty"`  // the body as it stands
		Bytes   []byte      `json:"bytes,omitempty"` // in base64, of .b64
	}
)

// MarshalJSON gives what the scenario means as JSON, for tools: the head, the
// phases, each step with its line, the sections by name. It is an error if there
// is something wrong with the scenario.
func (s *Scenario) MarshalJSON() ([]byte, error) {
	prog, err := s.program()
	if err != nil {
		return nil, err
	}
	out := prog.export()
	out.Sections = map[string]exportedSection{}
	for _, sec := range s.doc.sections {
		out.Sections[sec.ref()] = sec.export()
	}
	return json.Marshal(out)
}

func (prog *program) export() exported {
	out := exported{
		Scenario: format, File: prog.file, API: prog.api.name, APIVersion: prog.apiVersion, Origin: prog.origin,
		Frozen: prog.frozen, Seed: prog.seed, Mode: prog.mode, Style: prog.style, May: prog.may, Held: prog.held,
		Dials: map[string]string{"order": prog.dials.order, "body": prog.dials.body, "unknown": prog.dials.unknown, "leftovers": prog.dials.leftovers},
		Steps: []exportedStep{},
	}
	if !prog.clock.IsZero() {
		out.Clock = &prog.clock
	}
	for _, st := range prog.states {
		out.State = append(out.State, exportedState{st.section.exportRef(), st.collection, st.count})
	}
	for _, c := range prog.auth {
		if out.Auth == nil {
			out.Auth = map[string]string{}
		}
		out.Auth[c.key] = c.value.String()
	}
	if ig := prog.ignore; ig.headers != nil || ig.query != nil || ig.body != nil {
		out.Ignore = &exportedIgnore{ig.headers, ig.query, ig.body}
	}
	for _, h := range prog.hooks {
		topics := h.topics
		if h.none {
			topics = []string{}
		}
		out.Hooks = append(out.Hooks, exportedHook{h.name, h.receiver, topics, h.url, h.secret.String()})
	}
	for _, w := range prog.with {
		out.With = append(out.With, append([]string{w.name}, w.args...))
	}
	for _, f := range prog.faults {
		out.Faults = append(out.Faults, f.fault.String())
	}
	for _, p := range prog.phases {
		out.Phases = append(out.Phases, exportedPhase{p.at.line, p.title})
	}
	for _, st := range prog.steps {
		out.Steps = append(out.Steps, exportStep(st))
	}
	return out
}

func exportStep(st statement) exportedStep {
	l := st.line()
	out := exportedStep{Line: l.at.line, Phase: l.phase, Par: l.par}
	switch st := st.(type) {
	case *expect:
		out.Step, out.Request, out.Answer = "->", st.export(), st.answer.export()
	case *never:
		out.Step, out.Request = "never", st.target.export()
		out.Request.Ever = st.ever
	case *deliver:
		out.Step, out.Deliver = "=>", st.export()
	case *action:
		out.Step = st.verb
		switch st.verb {
		case "check":
			out.Check = []string{st.condition.Path, st.condition.Op, st.condition.Value}
		case "advance":
			out.Advance = st.by.String()
		case "rotate":
			out.Rotate = map[string]string{"hook": st.hook.name, "secret": st.secret.String(), "overlap": st.by.String()}
		}
	}
	return out
}

func (t *target) export() *exportedRequest {
	out := &exportedRequest{Method: t.method, Path: t.path, AnyQuery: t.anyQuery, Section: t.body.exportRef(), Tenant: t.tenant}
	for _, p := range t.query {
		out.Query = append(out.Query, [2]string{p.name, p.value.String()})
	}
	return out
}

func (e *expect) export() *exportedRequest {
	out := e.target.export()
	out.Op = e.op
	if e.least != 1 || e.most != 1 {
		out.Least = &e.least
		if e.most >= 0 {
			out.Most = &e.most
		}
	}
	if e.wait != (span{}) {
		out.Wait = []string{"", ""}
		for i, d := range []time.Duration{e.wait.least, e.wait.most} {
			if d > 0 {
				out.Wait[i] = d.String()
			}
		}
	}
	return out
}

func (a *answer) export() *exportedAnswer {
	out := &exportedAnswer{Line: a.at.line, Live: a.live, Status: a.status, Section: a.section.exportRef(), Apply: a.apply, Gzip: a.gzip, Chunked: a.chunked, Faults: exportFaults(a.faults)}
	if a.section != nil {
		out.Style = a.style
	}
	for _, c := range a.captures {
		if out.Captures == nil {
			out.Captures = map[string]string{}
		}
		out.Captures[c.name] = c.path
	}
	return out
}

func (d *deliver) export() *exportedDelivery {
	out := &exportedDelivery{Topic: d.topic, Section: d.section.exportRef(), Raw: d.raw, As: d.name, Faults: exportFaults(d.faults), Want: d.answer.want}
	if d.again != nil {
		out.Topic, out.Again = "", d.topic
	}
	if d.section != nil {
		out.Style = d.style
	}
	return out
}

func exportFaults(faults []fake.Fault) (lines []string) {
	for _, f := range faults {
		lines = append(lines, f.String())
	}
	return lines
}

// exportRef is the name of a section that may not be there.
func (s *section) exportRef() string {
	if s == nil {
		return ""
	}
	return s.ref()
}

func (s *section) export() exportedSection {
	out := exportedSection{Line: s.at.line, Type: s.kind(), Status: s.status}
	for _, h := range s.headers {
		out.Headers = append(out.Headers, [2]string{h.name, h.value})
	}
	if out.Type == "b64" {
		out.Bytes = s.body
	} else {
		out.Text = string(s.body)
	}
	return out
}

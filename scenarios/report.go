package scenarios

import (
	"fmt"
	"slices"
	"strings"
)

// A Report tells how far a run has come, as text and, by its json names, for
// tools.
type Report struct {
	Scenario string       `json:"scenario"` // file
	Steps    []StepReport `json:"steps"`
	Problems []string     `json:"problems,omitempty"` // what did not fit, what is missing
	Notes    []string     `json:"notes,omitempty"`    // what was let pass
}

// A StepReport is one step of a Report.
type StepReport struct {
	At    string `json:"at"` // file and line
	Phase string `json:"phase,omitempty"`
	Step  string `json:"step"`            // as written
	Done  bool   `json:"done"`            // it waits for nothing
	Calls []int  `json:"calls,omitempty"` // numbers of the requests that took it

	// Answers are what receivers answered to each sending of a delivery: "204", "none".
	Answers []string `json:"answers,omitempty"`
}

// Report tells how far the run has come: each step, the problems so far and what
// would be missing if the test ended now. That of a recording has the requests so
// far, without what may be secret in them.
func (r *Run) Report() Report {
	if r.rec != nil {
		return r.rec.report()
	}
	r.gather() // and no more: it may be the test's Errorf that asks
	rep := Report{Scenario: r.prog.file}
	r.Fake().Locked(func() {
		for i, s := range r.prog.steps {
			rep.Steps = append(rep.Steps, r.story.report(i, s))
		}
	})
	missing, patient := r.missing(), r.patient()
	r.mu.Lock()
	defer r.mu.Unlock()
	rep.Problems = append(append(rep.Problems, r.problems...), missing...)
	for _, text := range append(slices.Clone(r.notes), patient...) {
		rep.Notes = append(rep.Notes, r.mask(text))
	}
	return rep
}

// patient are the requests whose client waited for an answer that was held back
// as long as it could be, and did not give up.
func (r *Run) patient() (texts []string) {
	for _, f := range r.Fake().Findings() {
		if f.Kind != "no-timeout" {
			continue
		}
		at := pos{file: r.prog.file}
		r.Fake().Locked(func() {
			for i, s := range r.prog.steps {
				if e, ok := s.(*expect); ok && slices.Contains(r.story.done[i].by, f.Call) {
					at = e.answer.at
				}
			}
		})
		texts = append(texts, fmt.Sprintf("%s: this client has no timeout, or a long one: request #%d: %s", at, f.Call, f.Detail))
	}
	return texts
}

func (st *story) report(i int, s statement) StepReport {
	l := s.line()
	sr := StepReport{At: l.at.String(), Step: l.text}
	if l.phase > 0 {
		sr.Phase = st.prog.phases[l.phase-1].title
	}
	by := st.done[i].by
	switch s := s.(type) {
	case *expect:
		sr.Done, sr.Calls = !st.lacks(i), by
		sr.Step += "\n" + s.answer.text
	case *action:
		sr.Done = by != nil
	case *deliver:
		sr.Done, sr.Answers = by != nil, slices.Clone(st.done[i].answered)
		sr.Step += "\n" + s.answer.text
	case *never:
		sr.Done = st.begun(i)
	}
	return sr
}

// String is the storyboard with a tick for each step that is done.
func (rep Report) String() string {
	var b strings.Builder
	b.WriteString(rep.Scenario + "\n")
	phase := ""
	for _, s := range rep.Steps {
		if s.Phase != phase {
			phase = s.Phase
			b.WriteString("# " + phase + "\n")
		}
		tick := " "
		if s.Done {
			tick = "✓"
		}
		request, answer, _ := strings.Cut(s.Step, "\n")
		calls := ""
		if len(s.Calls) > 0 {
			calls = "   " + numbers(s.Calls)
		}
		fmt.Fprintf(&b, "%s %s%s\n", tick, request, calls)
		if len(s.Answers) > 0 {
			answer += "   " + strings.Join(s.Answers, ", ")
		}
		if answer != "" {
			b.WriteString("  " + answer + "\n")
		}
	}
	for _, text := range rep.Problems {
		b.WriteString("problem: " + text + "\n")
	}
	for _, text := range rep.Notes {
		b.WriteString("note: " + text + "\n")
	}
	return b.String()
}

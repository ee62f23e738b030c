package scenarios

import (
	"slices"
	"strconv"
	"strings"
)

// update changes a step of the file where it says something else now.
func (m *merger) update(o *oldStep, s *draftStep, u update) {
	if o.deliver != nil {
		if u.sent {
			m.section(o.row, o.deliver.section, s.sent, s, "")
		}
		if want := o.deliver.answer; !want.fits(statusOf(s.status)) {
			m.sheet.change(o.answer, func(words []string) []string { return slices.Replace(words, 1, 2, s.status) })
		}
		return
	}
	if u.line {
		m.sheet.change(o.row, func(words []string) []string { return withTarget(words, s) })
	}
	if u.sent {
		m.section(o.row, o.expect.body, s.sent, s, "-sent")
	}
	if o.byHand() {
		return
	}
	a := &o.expect.answer
	if u.answer {
		m.section(o.answer, a.section, s.answer, s, "")
	}
	if a.section == nil || a.section.status == 0 || statusText(a.status) != s.status {
		m.sheet.change(o.answer, func(words []string) []string { return m.answerWords(words, a, s) })
	}
}

// statusOf is the status that stands for the receiver's answer.
func statusOf(text string) int {
	if text == "2xx" {
		return 200
	}
	n, _ := strconv.Atoi(text) // "none" is 0
	return n
}

// withTarget puts path and query of a recorded request into the words of a line.
func withTarget(words []string, s *draftStep) []string {
	words[2] = quote(s.path)
	i := slices.IndexFunc(words, func(w string) bool { return strings.HasPrefix(w, "query=") })
	switch {
	case i >= 0 && s.query == "":
		return slices.Delete(words, i, i+1)
	case i >= 0:
		words[i] = queryWord(s.query)
	case s.query != "":
		return slices.Insert(words, 3, queryWord(s.query))
	}
	return words
}

// answerWords puts status and options into the words of an answer.
func (m *merger) answerWords(words []string, a *answer, s *draftStep) []string {
	if statusWord.MatchString(words[1]) {
		words[1] = s.status
	} else {
		words = slices.Insert(words, 1, s.status)
	}
	for _, option := range []string{"gzip", "chunked"} {
		i := slices.Index(words, option)
		switch want := slices.Contains(s.options, option); {
		case want && i < 0:
			words = append(words, option)
		case !want && i >= 0:
			words = slices.Delete(words, i, i+1)
		}
	}
	if a.section != nil && a.section.status != 0 { // which stands in the line now
		m.sheet.restate(a.section)
	}
	return words
}

// lines are the rows of a new step; its sections are made.
func (m *merger) lines(s *draftStep) []string {
	var first, second string
	if s.topic != "" {
		first, second = "=> "+quote(s.topic)+" raw", "<= "+s.status
	} else {
		first, second = "-> "+s.method+" "+quote(s.path), "<- "+s.status
		if s.query != "" {
			first += " " + queryWord(s.query)
		}
	}
	if s.sent != nil {
		suffix := "-sent"
		if s.topic != "" {
			suffix = ""
		}
		first += " @" + m.sheet.add(m.nameOf(s.sent, s, suffix), s.sent)
		if s.sent.style != "" && s.topic != "" {
			first += " style=" + s.sent.style
		}
	}
	if s.answer != nil {
		second += " @" + m.sheet.add(m.nameOf(s.answer, s, ""), s.answer)
		if s.answer.style != "" {
			second += " style=" + s.answer.style
		}
	}
	for _, o := range s.options {
		second += " " + o
	}
	return []string{first, second}
}

// queryWord is the option with a query. One that cannot be written is not
// compared.
func queryWord(query string) string {
	for part := range strings.SplitSeq(query, "&") {
		name, _, _ := strings.Cut(part, "=")
		if part != "" && name == "" {
			return "query=*"
		}
	}
	if strings.Trim(query, "&") == "" {
		return "query=*"
	}
	return option("query", query)
}

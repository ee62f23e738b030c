package scenarios

import (
	"bytes"
	"context"
	"io"
	"net/url"
	"strings"
)

// differences are the values of answers that differ between two runs, by number
// of the exchange and JSON path.
type differences map[int]map[string]bool

func (d *differences) at(index int, path string) bool { return d != nil && (*d)[index][path] }

func (d differences) add(index int, path string) {
	if d[index] == nil {
		d[index] = map[string]bool{}
	}
	d[index][path] = true
}

// again asks the service everything a second time, with the values that it gives
// now in the place of those that it gave before, and tells what differs.
// Deliveries that come of it are nobody's.
func (c *recorder) again(raw *recording) *differences {
	c.mu.Lock()
	c.deaf = true
	c.mu.Unlock()
	now := map[string]string{} // what was told then, and is told now
	found := differences{}
	for i, x := range raw.exchanges {
		if x.delivery() || c.limited(&x) {
			continue
		}
		second, err := c.askAgain(&x, now)
		switch {
		case err != nil:
			c.problem("Twice: request #%d, %s: %v", i+1, x.method, err)
			return &found
		case second.status != x.status:
			c.problem("Twice: request #%d, %s, was answered %d, and the second time %d", i+1, x.method, x.status, second.status)
			return &found
		}
		if kindOf(x.answerHeader, x.answer, false) != "json" || kindOf(second.answerHeader, second.answer, false) != "json" {
			continue
		}
		if !found.compare(i-c.limitedBefore(raw, i), parseTree(x.answer), parseTree(second.answer), now) {
			c.tb.Logf("scenarios: %s: Twice: the answers to request #%d have not the same form", c.file, i+1)
		}
	}
	return &found
}

// limitedBefore is how many exchanges before one take no step.
func (c *recorder) limitedBefore(raw *recording, i int) (n int) {
	for _, x := range raw.exchanges[:i] {
		if c.limited(&x) {
			n++
		}
	}
	return n
}

// askAgain sends a recorded request once more.
func (c *recorder) askAgain(x *recorded, now map[string]string) (*recorded, error) {
	again := &recorded{method: x.method, target: x.target, header: x.header.Clone(), body: x.body}
	path, query, hasQuery := strings.Cut(x.target, "?")
	again.target = instead(path, now, url.PathEscape)
	if hasQuery {
		again.target += "?" + instead(query, now, url.QueryEscape)
	}
	if kindOf(x.header, x.body, false) != "b64" {
		again.body = []byte(instead(string(x.body), now, func(s string) string { return s }))
	}
	for _, values := range again.header {
		for i := range values {
			values[i] = instead(values[i], now, func(s string) string { return s })
		}
	}
	resp, err := c.ask(context.Background(), again)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	var body bytes.Buffer
	if _, err := io.Copy(&body, resp.Body); err != nil {
		return nil, err
	}
	return again, c.keep(again, resp, body.Bytes())
}

// instead puts the values of now in the place of those of before: all at once,
// for what is told now may be what something else was called before.
func instead(text string, now map[string]string, escape func(string) string) string {
	var odd []string // values with signs in them, which are long
	for before, after := range now {
		if wholeIDs.FindString(before) != before {
			odd = append(odd, escape(before), escape(after))
		}
	}
	text = strings.NewReplacer(odd...).Replace(text)
	return wholeIDs.ReplaceAllStringFunc(text, func(word string) string {
		if after, ok := now[word]; ok {
			return escape(after)
		}
		return word
	})
}

// compare finds the leaves that differ, and false where the form does.
func (d differences) compare(index int, before, after *node, now map[string]string) bool {
	values := map[string]leaf{}
	count := 0
	after.leaves(func(l leaf) { values[l.path] = l; count++ })
	same := true
	before.leaves(func(l leaf) {
		count--
		other, ok := values[l.path]
		if !ok || other.kind != l.kind {
			same = false
			return
		}
		if l.raw != other.raw {
			d.add(index, l.path)
			if len(l.text()) >= shortestNumber {
				now[l.text()] = other.text()
			}
		}
	})
	return same && count == 0
}

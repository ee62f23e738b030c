package scenarios

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/cartdouble/cartdouble/internal/redact"
)

// render makes the file of what was seen. Nothing of it has been written when it
// returns, and an error means that nothing is to be.
func (c *recorder) render(raw *recording, differs *differences) (text []byte, trace string, err error) {
	raw = c.documented(raw)
	clean, err := c.redacted(raw)
	if err != nil {
		return nil, "", err
	}
	c.tokens(clean)
	d := newDraft(clean, raw, c.vendor, differs)
	old, oldText := c.old, c.oldText
	if old == nil {
		oldText = c.head(clean)
	}
	m := newMerger(d, old, oldText, c.mode == extend)
	text = m.merge()
	if old != nil {
		text = c.updateHead(text, clean, m)
	}
	if err := c.scan(text); err != nil {
		return nil, "", err
	}
	if _, err := read(c.file, text); err != nil {
		return nil, "", fmt.Errorf("what was recorded makes no story:\n%w", err)
	}
	return text, d.flow.trace(), nil
}

// documented puts the documented address, and the one where a replay has its
// receiver, in the place of those of the recording.
func (c *recorder) documented(raw *recording) *recording {
	host := c.up.Scheme + "://" + c.up.Host
	base := c.vendor.Base
	baseHost := strings.TrimSuffix(base, basePath(c.vendor))
	var pairs []string
	same := [][2]string{{c.hookURL(), receiverHost + "app"}, {c.url(), base}, {host, baseHost}}
	if c.up.Path != "" { // it stands for the whole base URL, and goes before the host
		same = slices.Insert(same, 2, [2]string{c.up.String(), base})
	}
	for _, p := range same {
		pairs = append(pairs, p[0], p[1], strings.ReplaceAll(p[0], "/", `\/`), strings.ReplaceAll(p[1], "/", `\/`), url.QueryEscape(p[0]), url.QueryEscape(p[1]))
	}
	replace := strings.NewReplacer(pairs...)
	out := &recording{api: raw.api, at: raw.at}
	for _, x := range raw.exchanges {
		x.target = replace.Replace(x.target)
		x.body, x.answer = []byte(replace.Replace(string(x.body))), []byte(replace.Replace(string(x.answer)))
		x.answerHeader = x.answerHeader.Clone()
		for _, values := range x.answerHeader {
			for i := range values {
				values[i] = replace.Replace(values[i])
			}
		}
		out.exchanges = append(out.exchanges, x)
	}
	return out
}

// redacted takes credentials and people out of a recording: twice, since what is
// learned late is not taken out of what was redacted early.
func (c *recorder) redacted(raw *recording) (*recording, error) {
	clean := &recording{api: raw.api, at: raw.at}
	var errs []error
	for i, x := range raw.exchanges {
		if c.limited(&x) {
			c.tb.Logf("scenarios: %s: request #%d was refused by the documented limit, and takes no step", c.file, i+1)
			continue
		}
		x, err := c.redact(x)
		if err != nil {
			errs = append(errs, fmt.Errorf("exchange #%d: %s", i+1, strings.TrimPrefix(err.Error(), "redact: ")))
		}
		clean.exchanges = append(clean.exchanges, x)
	}
	raw.exchanges = slices.DeleteFunc(raw.exchanges, func(x recorded) bool { return c.limited(&x) })
	for i, x := range clean.exchanges {
		if len(errs) > 0 {
			break
		}
		x, err := c.redact(x)
		if err != nil {
			errs = append(errs, fmt.Errorf("exchange #%d: %s", i+1, strings.TrimPrefix(err.Error(), "redact: ")))
		}
		clean.exchanges[i] = x
	}
	return clean, errors.Join(errs...)
}

// limited tells whether a call was refused by a documented limit that the fake
// asks for before it looks for a step: a replay refuses such a call by itself.
func (c *recorder) limited(x *recorded) bool {
	return !x.delivery() && x.status == http.StatusTooManyRequests && limitFirst(c.vendor)
}

func (c *recorder) redact(x recorded) (recorded, error) {
	request, err := c.rules.Request(redact.Message{Method: x.method, Target: x.target, Header: x.header, Body: x.body})
	if err != nil {
		return x, err
	}
	x.target, x.header, x.body = request.Target, request.Header, request.Body
	answer, err := c.rules.Response(redact.Message{Header: x.answerHeader, Body: x.answer})
	if err != nil {
		return x, err
	}
	x.answerHeader, x.answer = answer.Header, answer.Body
	return x, nil
}

// tokens makes of a token that the API gave one that the fake takes for its own,
// so that a client can use it in a replay.
func (c *recorder) tokens(clean *recording) {
	if c.api.issued == "" {
		return
	}
	for i := range clean.exchanges {
		x := &clean.exchanges[i]
		if kindOf(x.answerHeader, x.answer, false) != "json" {
			continue
		}
		tree, changed := parseTree(x.answer), false
		tree.leaves(func(l leaf) {
			if l.key == "access_token" && l.text() == redactedWord {
				l.raw, changed = string(quoteJSON(c.api.issued+redactedWord)), true
			}
		})
		if changed {
			x.answer = respell(tree.fold(), "compact")
		}
	}
}

// head is the head of a new file.
func (c *recorder) head(rec *recording) []byte {
	at := rec.at.UTC()
	rows := []string{
		"scenario 1 " + c.api.name,
		"origin   recorded " + at.Format(time.DateOnly) + " rules=" + c.rules.Name(),
		"clock    " + at.Truncate(time.Second).Format(time.RFC3339),
	}
	if len(c.auth) > 0 {
		rows = append(rows, c.authLine())
	}
	if line := hookLine(rec); line != "" {
		rows = append(rows, line)
	}
	return []byte(strings.Join(rows, "\n") + "\n\n")
}

func (c *recorder) authLine() string { return "auth     " + strings.Join(c.auth, " ") }

// hookLine is a receiver for the deliveries that came, "" if none did.
func hookLine(rec *recording) string {
	if topics := topicsOf(rec); topics != nil {
		return "hook     " + strings.Join(topics, ",") + " -> app secret={{secret.hook}}"
	}
	return ""
}

func topicsOf(rec *recording) (topics []string) {
	for _, x := range rec.exchanges {
		if x.delivery() && !slices.Contains(topics, x.topic) {
			topics = append(topics, x.topic)
		}
	}
	slices.Sort(topics)
	return topics
}

// updateHead brings the head of a file up to date: the rules that are in force,
// credentials, topics. When the file was recorded first stays.
func (c *recorder) updateHead(text []byte, rec *recording, m *merger) []byte {
	rows := strings.SplitAfter(string(text), "\n")
	last := 0
	seen := map[string]bool{}
	for i := 0; i < m.sheet.first && i < len(rows); i++ {
		words := strings.Fields(rows[i])
		if len(words) == 0 || !headWords[words[0]] {
			continue
		}
		last, seen[words[0]] = i, true
		switch words[0] {
		case "origin":
			rows[i] = rulesWord.ReplaceAllString(rows[i], "rules="+c.rules.Name())
		case "auth":
			rows[i] = c.updateAuth(rows[i])
		case "hook":
			rows[i] = moreTopics(rows[i], words, rec, c.old.prog)
		}
	}
	if !seen["auth"] && len(c.auth) > 0 {
		rows[last] += c.authLine() + "\n"
	}
	if line := hookLine(rec); line != "" && !seen["hook"] {
		rows[last] += line + "\n"
	}
	return []byte(strings.Join(rows, ""))
}

var rulesWord = regexp.MustCompile(`\brules=\S+`)

// updateAuth adds what an auth line lacks, and changes what was given otherwise.
func (c *recorder) updateAuth(row string) string {
	row = strings.TrimSuffix(row, "\n")
	x, err := lex(row)
	if err != nil {
		return row + "\n"
	}
	for _, want := range c.auth {
		key, _, _ := strings.Cut(want, "=")
		at := slices.IndexFunc(x.words, func(w word) bool { return strings.HasPrefix(w.raw, key+"=") })
		switch {
		case at < 0:
			row += " " + want
		case x.words[at].raw != want:
			row = strings.Replace(row, x.words[at].raw, want, 1)
		}
	}
	return row + "\n"
}

// moreTopics adds to the first hook line the topics that no hook asks for.
func moreTopics(row string, words []string, rec *recording, prog *program) string {
	topics := strings.Split(words[1], ",")
	if words[1] == "*" || words[1] == "none" || len(prog.hooks) == 0 || !strings.Contains(row, "-> "+prog.hooks[0].receiver) {
		return row
	}
	for _, topic := range topicsOf(rec) {
		asked := slices.ContainsFunc(prog.hooks, func(h *hook) bool { return h.topics == nil && !h.none || slices.Contains(h.topics, topic) })
		if !asked {
			topics = append(topics, topic)
		}
	}
	return strings.Replace(row, words[1], strings.Join(topics, ","), 1)
}

// scan looks for what must not be written: in the story, and in each section by
// itself. Bytes that are no text are looked at as they are.
func (c *recorder) scan(text []byte) error {
	doc, ps := readDocument(c.file, text)
	if len(ps) > 0 {
		return ps.err()
	}
	var errs []error
	look := func(where string, part []byte) {
		err := c.rules.Scan(part)
		leaks := redact.Leaks{}
		if errors.As(err, &leaks) {
			for _, leak := range leaks {
				errs = append(errs, fmt.Errorf("%s, line %d: %s: %s", where, leak.Line, leak.Rule, leak.What))
			}
		} else if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", where, err))
		}
	}
	story := text
	if len(doc.sections) > 0 {
		rows := bytes.SplitAfterN(text, []byte("\n"), doc.sections[0].at.line)
		story = bytes.Join(rows[:doc.sections[0].at.line-1], nil)
	}
	for part := range slices.Chunk(bytes.SplitAfter(story, []byte("\n")), 64) {
		look("the story", bytes.Join(part, nil))
	}
	for _, s := range doc.sections {
		var head bytes.Buffer
		for _, h := range s.headers {
			head.WriteString(h.name + ": " + h.value + "\n")
		}
		look("section "+s.name, append(head.Bytes(), s.body...))
	}
	return errors.Join(errs...)
}

// write puts the file in its place: whole, or not at all. Of a failing test it
// goes beside it.
func (c *recorder) write(text []byte) error {
	file, beside := c.file, c.file+".new"
	c.mu.Lock()
	failed := len(c.problems) > 0
	c.mu.Unlock()
	if failed || c.tb.Failed() {
		c.tb.Logf("scenarios: %s: the test has failed, so the recording is in %s", c.file, beside)
		file = beside
	} else if now, err := os.ReadFile(c.file); err == nil && !bytes.Equal(now, c.oldText) && !bytes.Equal(now, text) {
		c.problem("somebody else has written the file meanwhile; each test needs a file of its own, and this recording is in %s", beside)
		file = beside
	} else if err := os.Remove(beside); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if file == c.file && bytes.Equal(text, c.oldText) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	temp, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name()) // gone already if all went well
	_, err = temp.Write(text)
	err = errors.Join(err, temp.Chmod(0o644), temp.Close())
	if err != nil {
		return err
	}
	return os.Rename(temp.Name(), file)
}

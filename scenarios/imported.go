package scenarios

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cartdouble/cartdouble/internal/har"
	"github.com/cartdouble/cartdouble/internal/redact"
)

// Import makes a scenario of a HAR file, as browsers and proxies save it: of its
// calls to the API of that name. It goes through the redaction of recordings, and
// what that cannot make sure of is an error; secrets that are known are given with
// Secret. Where all calls are to one host it may be any, else those to the API's
// own hosts are taken.
//
// What comes back in a later request gets a name, as in a recording; of the header
// lines of answers those that mean something stay. Calls that were not answered and
// those that a browser makes by itself are left out; a remark in the file counts
// them.
func Import(api string, har []byte, opts ...Option) (*Scenario, error) {
	a := apis()[api]
	if a == nil {
		names := slices.Sorted(maps.Keys(apis()))
		return nil, fmt.Errorf("scenarios: unknown API %q%s; there are %s", api, didYouMean(api, names), strings.Join(names, ", "))
	}
	set := setup{secrets: map[string]string{}}
	for _, o := range opts {
		o(&set)
	}
	rec, err := readHAR(a, har)
	if err == nil {
		var s *Scenario
		if s, err = rec.scenario(set.secrets); err == nil {
			return s, nil
		}
	}
	return nil, fmt.Errorf("scenarios: import: %w", err)
}

// foreign is a recording that another program has made.
type foreign struct {
	recording
	from    string // the program
	leftOut int    // calls of its file that are none of the recording
}

// gathered are the exchanges of a file with calls to many hosts.
type gathered struct {
	api  *api
	from string                // the program that wrote it
	by   map[string][]recorded // by host, without its port
	out  int                   // calls that are none to record
}

func (g *gathered) add(host string, x recorded) {
	if g.by == nil {
		g.by = map[string][]recorded{}
	}
	host = strings.ToLower((&url.URL{Host: host}).Hostname())
	if x.status < 200 || x.method == http.MethodOptions {
		g.out++
		return
	}
	g.by[host] = append(g.by[host], x)
}

// recording is what was said to the API.
func (g *gathered) recording() (*foreign, error) {
	s := g.api.start(nil, nil, nil, nil).server
	own := s.API().Hosts
	s.Close()
	hosts := slices.Sorted(maps.Keys(g.by))
	rec := &foreign{recording{api: g.api}, g.from, g.out}
	for _, host := range hosts {
		if len(hosts) == 1 || slices.Contains(own, host) {
			rec.exchanges = append(rec.exchanges, g.by[host]...)
		} else {
			rec.leftOut += len(g.by[host])
		}
	}
	switch {
	case len(hosts) == 0:
		return nil, errors.New("there is no call in it that was answered")
	case len(rec.exchanges) == 0:
		return nil, fmt.Errorf("none of its calls is to %s; they are to %s", strings.Join(own, " or "), strings.Join(hosts, ", "))
	}
	slices.SortStableFunc(rec.exchanges, func(a, b recorded) int { return a.at.Compare(b.at) })
	rec.at = rec.exchanges[0].at
	for i := range rec.exchanges {
		x := &rec.exchanges[i]
		x.gzipped = x.answerHeader.Get("Content-Encoding") == "gzip"
		x.chunked = x.answerHeader.Get("Transfer-Encoding") == "chunked"
		var err error
		if x.body, err = decoded(x.header, x.body); err == nil {
			x.answer, err = decoded(x.answerHeader, x.answer)
		}
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", x.method, short(x.target, 60), err)
		}
	}
	return rec, nil
}

// mostDecoded is how long a body may become.
const mostDecoded = 64 << 20

// decoded takes the encoding of a body away, if the file has not done so.
func decoded(h http.Header, body []byte) ([]byte, error) {
	coding := h.Get("Content-Encoding")
	h.Del("Content-Encoding")
	if coding != "gzip" || !bytes.HasPrefix(body, []byte{0x1f, 0x8b}) {
		return body, nil
	}
	zip, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	plain, err := io.ReadAll(io.LimitReader(zip, mostDecoded+1))
	if err == nil && len(plain) > mostDecoded {
		err = fmt.Errorf("its body is longer than %d bytes", mostDecoded)
	}
	return plain, err
}

// scenario writes a recording down, as the recorder does. Everything is redacted
// twice: what is learnt late is taken out of what came early.
func (rec *foreign) scenario(secrets map[string]string) (*Scenario, error) {
	rules, err := redact.New(rec.api.name, secrets)
	if err != nil {
		return nil, err
	}
	clean := &recording{api: rec.api, at: rec.at}
	for range 2 {
		clean.exchanges = nil
		for _, x := range rec.exchanges {
			if x, err = x.redacted(rules); err != nil {
				return nil, err
			}
			clean.exchanges = append(clean.exchanges, x)
		}
	}
	clean.exported = rec.from == har.New(nil).Log.Creator.Name
	d := newDraft(clean, &rec.recording, vendorOf(rec.api, nil), nil)
	text := newMerger(d, nil, rec.head(rules.Name()), false).merge()
	s, err := read(rec.from, text)
	if err != nil {
		return nil, err
	}
	return s, s.doc.scan(rules)
}

// head is the head of the file.
func (rec *foreign) head(rules string) []byte {
	var b strings.Builder
	b.WriteString("scenario " + strconv.Itoa(format) + " " + rec.api.name + "\norigin   recorded ")
	if !rec.at.IsZero() { // not every program tells
		b.WriteString(rec.at.UTC().Format(time.DateOnly) + " ")
	}
	b.WriteString("rules=" + rules + " from=" + rec.from + "\n")
	if !rec.at.IsZero() {
		b.WriteString("clock    " + rec.at.UTC().Truncate(time.Second).Format(time.RFC3339) + "\n")
	}
	if rec.leftOut > 0 {
		b.WriteString("\n   # left out: " + counted(rec.leftOut, "call", "calls") + " to other hosts, without an answer, or of a browser itself\n")
	}
	b.WriteString("\n")
	return []byte(b.String())
}

// scan looks for what must not be written. Bytes are looked at as they are: in
// base64 all looks like chance.
func (d *document) scan(rules *redact.Rules) error {
	text := document{lines: d.lines}
	for _, s := range d.sections {
		if s.kind() != "b64" {
			text.sections = append(text.sections, s)
			continue
		}
		if err := rules.Scan(s.body); err != nil {
			return fmt.Errorf("section %s: %w", s.name, err)
		}
	}
	return rules.Scan(text.format())
}

// redacted is an exchange as it may be written.
func (x recorded) redacted(rules *redact.Rules) (recorded, error) {
	request, err := rules.Request(redact.Message{Method: x.method, Target: x.target, Header: x.header, Body: x.body})
	if err != nil {
		return x, err
	}
	answer, err := rules.Response(redact.Message{Header: x.answerHeader, Body: x.answer})
	x.method, x.target, x.header, x.body = request.Method, request.Target, request.Header, request.Body
	x.answerHeader, x.answer = answer.Header, answer.Body
	return x, err
}

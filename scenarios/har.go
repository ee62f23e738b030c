package scenarios

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/scenarios/internal/redact"
)

// The parts of HAR 1.2 that are read and written: what browsers save of their
// network panel.
type (
	harFile struct {
		Log *harLog `json:"log"`
	}
	harLog struct {
		Version string     `json:"version"`
		Creator harCreator `json:"creator"`
		Entries []harEntry `json:"entries"`
	}
	harCreator struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	}
	harEntry struct {
		Started  string      `json:"startedDateTime"`
		Time     float64     `json:"time"` // in milliseconds
		Request  harRequest  `json:"request"`
		Response harResponse `json:"response"`
		Cache    struct{}    `json:"cache"`
		Timings  harTimings  `json:"timings"`
		Conn     string      `json:"connection,omitempty"`
		Comment  string      `json:"comment,omitempty"`
	}
	harTimings struct {
		Send    float64 `json:"send"`
		Wait    float64 `json:"wait"`
		Receive float64 `json:"receive"`
	}
	harPair struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	harRequest struct {
		Method      string    `json:"method"`
		URL         string    `json:"url"`
		HTTPVersion string    `json:"httpVersion"`
		Cookies     []harPair `json:"cookies"`
		Headers     []harPair `json:"headers"`
		Query       []harPair `json:"queryString"`
		PostData    *harPost  `json:"postData,omitempty"`
		HeadersSize int       `json:"headersSize"`
		BodySize    int       `json:"bodySize"`
	}
	harPost struct {
		MimeType string    `json:"mimeType"`
		Text     string    `json:"text"`
		Params   []harPair `json:"params,omitempty"`
		Encoding string    `json:"encoding,omitempty"` // "base64": beyond the standard, as some programs have it
	}
	harResponse struct {
		Status      int        `json:"status"`
		StatusText  string     `json:"statusText"`
		HTTPVersion string     `json:"httpVersion"`
		Cookies     []harPair  `json:"cookies"`
		Headers     []harPair  `json:"headers"`
		Content     harContent `json:"content"`
		RedirectURL string     `json:"redirectURL"`
		HeadersSize int        `json:"headersSize"`
		BodySize    int        `json:"bodySize"`
	}
	harContent struct {
		Size     int    `json:"size"`
		MimeType string `json:"mimeType"`
		Text     string `json:"text,omitempty"`
		Encoding string `json:"encoding,omitempty"`
	}
)

// readHAR reads what a HAR file holds of calls to a service. Calls to other
// hosts, as a browser makes them, are left out.
func readHAR(a *api, data []byte) (*recording, error) {
	var file harFile
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, fmt.Errorf("no HAR: %w", err)
	}
	if file.Log == nil {
		return nil, fmt.Errorf("no HAR: it has no log")
	}
	g := &gathered{api: a, from: "har"}
	if isName(file.Log.Creator.Name) {
		g.from = file.Log.Creator.Name
	}
	for i, e := range file.Log.Entries {
		x, host, err := e.recorded()
		if err != nil {
			return nil, fmt.Errorf("entry %d: %w", i+1, err)
		}
		g.add(host, x)
	}
	return g.recording()
}

// recorded is an entry as an exchange, with the host that was called.
func (e *harEntry) recorded() (x recorded, host string, err error) {
	u, err := url.Parse(e.Request.URL)
	if err != nil {
		return x, "", err
	}
	if u.Host == "" || e.Request.Method == "" {
		return x, "", fmt.Errorf("it has no method, or no host in its URL %q", e.Request.URL)
	}
	x = recorded{
		method: e.Request.Method, target: u.RequestURI(), header: harHeader(e.Request.Headers),
		status: max(e.Response.Status, 0), answerHeader: harHeader(e.Response.Headers),
	}
	if x.at, err = time.Parse(time.RFC3339Nano, e.Started); err != nil && e.Started != "" {
		return x, "", fmt.Errorf("startedDateTime %q is no time", e.Started)
	}
	if p := e.Request.PostData; p != nil {
		text := p.Text
		if text == "" {
			form := url.Values{}
			for _, param := range p.Params {
				form.Add(param.Name, param.Value)
			}
			text = form.Encode()
		}
		if x.body, err = harBytes(text, p.Encoding); err != nil {
			return x, "", fmt.Errorf("postData: %w", err)
		}
	}
	if x.answer, err = harBytes(e.Response.Content.Text, e.Response.Content.Encoding); err != nil {
		return x, "", fmt.Errorf("content: %w", err)
	}
	return x, u.Host, nil
}

func harBytes(text, encoding string) ([]byte, error) {
	switch encoding {
	case "":
		return []byte(text), nil
	case "base64":
		return base64.StdEncoding.DecodeString(text)
	}
	return nil, fmt.Errorf("encoding %q is not known", encoding)
}

func harHeader(pairs []harPair) http.Header {
	h := http.Header{}
	for _, p := range pairs {
		if !strings.HasPrefix(p.Name, ":") { // of HTTP/2, and no header
			h.Add(p.Name, p.Value)
		}
	}
	return h
}

// ExportHAR writes exchanges as HAR 1.2, to be looked at in the network panel of
// a browser: those of a journal, shop.Calls(). Credentials are taken out. A call
// that was not answered has status 0, and what a fault did to it stands in its
// comment.
func ExportHAR(exchanges ...fake.Exchange) ([]byte, error) {
	rules, err := redact.New("", nil, peoples("")...)
	if err != nil {
		return nil, fmt.Errorf("scenarios: %w", err)
	}
	log := harLog{Version: "1.2", Creator: harCreator{"cartdouble", "1"}, Entries: []harEntry{}}
	for _, x := range exchanges {
		request, err := rules.Request(redact.Message{Method: x.Method, Target: x.URL, Header: x.Header, Body: x.Body})
		if err != nil {
			return nil, fmt.Errorf("scenarios: call %d: %w", x.Seq, err)
		}
		answer, err := rules.Response(redact.Message{Header: x.ReplyHeader, Body: x.ReplyBody})
		if err != nil {
			return nil, fmt.Errorf("scenarios: call %d: %w", x.Seq, err)
		}
		log.Entries = append(log.Entries, harEntry{
			Started: x.At.UTC().Format("2006-01-02T15:04:05.000Z"), Conn: fmt.Sprint(x.Conn), Comment: x.Fault,
			Request: exportRequest(request), Response: exportResponse(x.Status, answer),
		})
	}
	return json.MarshalIndent(harFile{&log}, "", "  ")
}

func exportRequest(m redact.Message) harRequest {
	host := m.Header.Get("Host")
	if host == "" {
		host = "fake.example.com"
	}
	target := m.Target
	if strings.HasPrefix(target, "/") {
		target = "https://" + host + target
	}
	r := harRequest{
		Method: m.Method, URL: target, HTTPVersion: "HTTP/1.1", Cookies: []harPair{}, Headers: harPairs(m.Header),
		Query: []harPair{}, HeadersSize: -1, BodySize: len(m.Body),
	}
	if _, query, ok := strings.Cut(target, "?"); ok {
		for _, p := range pairs(query) {
			r.Query = append(r.Query, harPair{p.name, p.value})
		}
	}
	if len(m.Body) > 0 {
		text, encoding := harText(m.Body)
		r.PostData = &harPost{MimeType: m.Header.Get("Content-Type"), Text: text, Encoding: encoding}
	}
	return r
}

func exportResponse(status int, m redact.Message) harResponse {
	text, encoding := harText(m.Body)
	media := m.Header.Get("Content-Type")
	if media == "" {
		media = "application/octet-stream"
	}
	return harResponse{
		Status: status, StatusText: http.StatusText(status), HTTPVersion: "HTTP/1.1", Cookies: []harPair{}, Headers: harPairs(m.Header),
		Content:     harContent{Size: len(m.Body), MimeType: media, Text: text, Encoding: encoding},
		RedirectURL: m.Header.Get("Location"), HeadersSize: -1, BodySize: len(m.Body),
	}
}

// harText is a body as text, or in base64 where it is none.
func harText(body []byte) (text, encoding string) {
	if utf8.Valid(body) {
		return string(body), ""
	}
	return base64.StdEncoding.EncodeToString(body), "base64"
}

// harPairs lists header lines in the order of their names.
func harPairs(h http.Header) []harPair {
	pairs := []harPair{}
	var names []string
	for name := range h {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for _, value := range h[name] {
			pairs = append(pairs, harPair{name, value})
		}
	}
	return pairs
}

package scenarios

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/internal/har"
	"github.com/cartdouble/cartdouble/internal/redact"
)

// readHAR reads what a HAR file holds of calls to a service. Calls to other
// hosts, as a browser makes them, are left out.
func readHAR(a *api, data []byte) (*foreign, error) {
	var file har.Archive
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, fmt.Errorf("no HAR: %w", err)
	}
	if file.Log.Entries == nil {
		return nil, errors.New("no HAR: it has no log with entries")
	}
	g := &gathered{api: a, from: "har"}
	if isName(file.Log.Creator.Name) {
		g.from = file.Log.Creator.Name
	}
	for i, e := range file.Log.Entries {
		x, host, err := recordedEntry(e)
		if err != nil {
			return nil, fmt.Errorf("entry %d: %w", i+1, err)
		}
		g.add(host, x)
	}
	return g.recording()
}

// recordedEntry is an entry as an exchange, with the host that was called.
func recordedEntry(e har.Entry) (x recorded, host string, err error) {
	u, err := url.Parse(e.Request.URL)
	if err != nil {
		return x, "", err
	}
	if u.Host == "" || e.Request.Method == "" {
		return x, "", fmt.Errorf("it has no method, or no host in its URL %q", e.Request.URL)
	}
	x = recorded{
		at: e.Started, method: e.Request.Method, target: u.RequestURI(), header: harHeader(e.Request.Headers),
		status: max(e.Response.Status, 0), answerHeader: harHeader(e.Response.Headers),
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
	if encoding != "" && encoding != "base64" {
		return nil, fmt.Errorf("encoding %q is not known", encoding)
	}
	return har.Bytes(text, encoding)
}

func harHeader(pairs []har.Pair) http.Header {
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
	rules, err := redact.New("", nil, redact.PeopleRules("")...)
	if err != nil {
		return nil, fmt.Errorf("scenarios: %w", err)
	}
	var entries []har.Entry
	for _, x := range exchanges {
		e, err := harEntry(rules, x)
		if err != nil {
			return nil, fmt.Errorf("scenarios: call %d: %w", x.Seq, err)
		}
		entries = append(entries, e)
	}
	return json.MarshalIndent(har.New(entries), "", "  ")
}

// harEntry is an exchange as an entry, without credentials.
func harEntry(rules *redact.Rules, x fake.Exchange) (e har.Entry, err error) {
	request, err := rules.Request(redact.Message{Method: x.Method, Target: x.URL, Header: x.Header, Body: x.Body})
	if err != nil {
		return e, err
	}
	answer, err := rules.Response(redact.Message{Header: x.ReplyHeader, Body: x.ReplyBody})
	if err != nil {
		return e, err
	}
	address := request.Target
	if strings.HasPrefix(address, "/") { // the journal does not say of whom it was asked
		address = "https://fake.example.com" + address
	}
	e = har.NewEntry(x.At.UTC(), request.Method, address, har.Message{Header: request.Header, Body: request.Body}, x.Status, har.Message{Header: answer.Header, Body: answer.Body})
	e.Comment = x.Fault
	return e, nil
}

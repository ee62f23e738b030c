// Package har has the parts of HTTP Archive 1.2, the form in which browsers
// export what their network panel shows. It is shared by what writes and what
// reads it; members that nothing here needs are left out.
package har

import (
	"encoding/base64"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// An Archive is a whole file.
type Archive struct {
	Log Log `json:"log"`
}

// A Log is the one member of an archive.
type Log struct {
	Version string  `json:"version"`
	Creator Creator `json:"creator"`
	Entries []Entry `json:"entries"`
	Comment string  `json:"comment,omitempty"`
}

// A Creator is the program that wrote an archive.
type Creator struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// An Entry is one request with what came back. Times are in milliseconds.
type Entry struct {
	Started  time.Time `json:"startedDateTime"`
	Time     float64   `json:"time"`
	Request  Request   `json:"request"`
	Response Response  `json:"response"`
	Cache    struct{}  `json:"cache"`
	Timings  Timings   `json:"timings"`
	Comment  string    `json:"comment,omitempty"`
}

// Timings are the parts of the time of an entry.
type Timings struct {
	Send    float64 `json:"send"`
	Wait    float64 `json:"wait"`
	Receive float64 `json:"receive"`
}

// A Pair is one header line, or one parameter of a query.
type Pair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// A Request is what was sent. The sizes are in bytes, -1 where unknown.
type Request struct {
	Method      string    `json:"method"`
	URL         string    `json:"url"`
	HTTPVersion string    `json:"httpVersion"`
	Cookies     []Pair    `json:"cookies"`
	Headers     []Pair    `json:"headers"`
	QueryString []Pair    `json:"queryString"`
	PostData    *PostData `json:"postData,omitempty"`
	HeadersSize int       `json:"headersSize"`
	BodySize    int       `json:"bodySize"`
}

// PostData is the body of a request. Encoding is no member of the standard; it
// says "base64" where a body is no text, as for a response.
type PostData struct {
	MimeType string `json:"mimeType"`
	Params   []Pair `json:"params,omitempty"`
	Text     string `json:"text"`
	Encoding string `json:"encoding,omitempty"`
}

// A Response is what came back: status 0 where nothing did.
type Response struct {
	Status      int     `json:"status"`
	StatusText  string  `json:"statusText"`
	HTTPVersion string  `json:"httpVersion"`
	Cookies     []Pair  `json:"cookies"`
	Headers     []Pair  `json:"headers"`
	Content     Content `json:"content"`
	RedirectURL string  `json:"redirectURL"`
	HeadersSize int     `json:"headersSize"`
	BodySize    int     `json:"bodySize"`
	Error       string  `json:"_error,omitempty"`
}

// Content is the body of a response, without its coding on the way.
type Content struct {
	Size     int    `json:"size"`
	MimeType string `json:"mimeType"`
	Text     string `json:"text,omitempty"`
	Encoding string `json:"encoding,omitempty"`
}

// New is an archive of these entries.
func New(entries []Entry) Archive {
	if entries == nil {
		entries = []Entry{}
	}
	return Archive{Log{Version: "1.2", Creator: Creator{Name: "cartdouble", Version: "1"}, Entries: entries}}
}

// A Message is a request or a response, as package net/http has its parts.
type Message struct {
	Header http.Header
	Body   []byte
}

// NewEntry is an entry of a request and its response. The address is absolute; a
// status of 0 says that no answer came.
func NewEntry(at time.Time, method, address string, sent Message, status int, got Message) Entry {
	e := Entry{
		Started: at,
		Request: Request{
			Method: method, URL: address, HTTPVersion: "HTTP/1.1",
			Cookies: []Pair{}, Headers: pairs(sent.Header), QueryString: query(address),
			HeadersSize: -1, BodySize: len(sent.Body),
		},
		Response: Response{
			Status: status, StatusText: http.StatusText(status), HTTPVersion: "HTTP/1.1",
			Cookies: []Pair{}, Headers: pairs(got.Header), RedirectURL: got.Header.Get("Location"),
			Content:     Content{Size: len(got.Body), MimeType: mime(got.Header)},
			HeadersSize: -1, BodySize: len(got.Body),
		},
	}
	if len(sent.Body) > 0 {
		text, encoding := encoded(sent.Body)
		e.Request.PostData = &PostData{MimeType: mime(sent.Header), Text: text, Encoding: encoding}
	}
	e.Response.Content.Text, e.Response.Content.Encoding = encoded(got.Body)
	if status == 0 {
		e.Response.Error = "no answer"
	}
	return e
}

// Bytes is a body as it was before it became part of a JSON text.
func Bytes(text, encoding string) ([]byte, error) {
	if encoding == "base64" {
		return base64.StdEncoding.DecodeString(text)
	}
	return []byte(text), nil
}

func encoded(body []byte) (text, encoding string) {
	if utf8.Valid(body) {
		return string(body), ""
	}
	return base64.StdEncoding.EncodeToString(body), "base64"
}

func mime(h http.Header) string {
	if kind := h.Get("Content-Type"); kind != "" {
		return kind
	}
	return "x-unknown"
}

// pairs are header lines in the order of their names.
func pairs(h http.Header) []Pair {
	found := []Pair{}
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, value := range h[name] {
			found = append(found, Pair{name, value})
		}
	}
	return found
}

// query are the parameters of an address in their order, decoded where that is
// possible.
func query(address string) []Pair {
	found := []Pair{}
	_, raw, _ := strings.Cut(address, "?")
	raw, _, _ = strings.Cut(raw, "#")
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		found = append(found, Pair{decoded(name), decoded(value)})
	}
	return found
}

func decoded(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}

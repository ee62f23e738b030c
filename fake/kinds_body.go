package fake

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// bodyKinds are the faults of bodies, of how they are framed, and of headers.
var bodyKinds = map[string]*kind{
	"wrong-body": {
		point: BeforeApply, both: true, ends: true,
		params: map[string]param{
			"section": someText, "text": escapedText, "status": number(200, 599), "type": someText,
		},
		needs: []string{"section", "text"},
		vet:   vetSection,
		plan: func(c *Call, f Fault, _ int) {
			c.plan.other, c.plan.after = f.page(), f.Get("apply") == "after"
		},
	},
	"empty-body": {
		point:  Body,
		params: map[string]param{"status": number(200, 299)},
		plan: func(c *Call, f Fault, _ int) {
			c.plan.alter(func(_ *Call, r *Reply) {
				r.Status, r.Header, r.Body = f.int("status", r.Status), withoutBody(r.Header), nil
			})
		},
	},
	"gzip": {
		point: Body, asked: true,
		params: map[string]param{"kind": oneOf("good", "unasked", "plain", "cut")},
		chooses: func(c *Call, a *armed) bool {
			switch a.fault.Get("kind") {
			case "", "good":
				return asksForGzip(c)
			case "unasked":
				return !asksForGzip(c)
			}
			return true
		},
		plan: func(c *Call, f Fault, _ int) {
			c.plan.retouch(f, func(c *Call, r *Reply) bool {
				if !c.hasBody() {
					return false
				}
				zip(r, f.or("kind", "good"))
				return true
			})
		},
	},
	"chunked": {
		point:  Wire,
		misses: bodiless,
		params: map[string]param{"size": pieceSize, "trailers": headerNames},
		plan: func(c *Call, f Fault, _ int) {
			c.plan.wire.write = func(w http.ResponseWriter, c *Call) {
				sendChunks(w, c, f.or("size", "1"), headerList(f.Get("trailers")))
			}
		},
	},
	"bad-chunk": {
		point:  Wire,
		misses: bodiless,
		vet:    onlyHTTP1("HTTP/2 has no chunks"),
		plan:   func(c *Call, _ Fault, _ int) { c.plan.wire.write = sendBadChunk },
	},
	"wrong-length": {
		point:  Wire,
		misses: func(c *Call, f Fault) bool { return bodiless(c, f) || f.int("by", 0) < 0 && noBody(c, f) },
		params: map[string]param{"by": offset},
		needs:  []string{"by"},
		plan: func(c *Call, f Fault, _ int) {
			c.plan.wire.write = func(w http.ResponseWriter, c *Call) { sendMisjudged(w, c, f.int("by", 0)) }
		},
	},
	"huge": {
		point: Wire,
		misses: func(c *Call, f Fault) bool { // one that is as large already
			return bodiless(c, f) || f.Has("bytes") && f.int("bytes", 0) <= len(c.reply.Body)
		},
		params: map[string]param{"bytes": number(1, 1<<30), "depth": number(1, 1<<29)},
		vet: func(_ *Server, f Fault) error {
			if f.Has("bytes") && f.Has("depth") {
				return fmt.Errorf("bytes= and depth= are two ways to be huge; want one of them, or neither for a body without an end")
			}
			return nil
		},
		plan: func(c *Call, f Fault, _ int) {
			c.plan.wire.write = func(w http.ResponseWriter, c *Call) {
				sendHuge(w, c, f.int("bytes", 0), f.int("depth", 0))
			}
		},
	},
	"header-oddity": {
		point:  Wire,
		params: map[string]param{"kind": oneOf("many", "long", "repeated", "lower-case")},
		needs:  []string{"kind"},
		vet: func(s *Server, f Fault) error {
			if s.opt.http2 && f.Get("kind") == "lower-case" {
				return fmt.Errorf("kind=lower-case: HTTP/2 writes all names so; there is nothing odd in it")
			}
			return nil
		},
		plan: func(c *Call, f Fault, _ int) {
			if f.Get("kind") == "lower-case" {
				c.plan.wire.write = sendLowerCase
				return
			}
			c.plan.alter(func(_ *Call, r *Reply) { r.Header = oddHeader(r.Header, f.Get("kind")) })
		},
	},
	"raw": {
		point: Wire, both: true, ends: true,
		params: map[string]param{"section": someText, "text": escapedText},
		needs:  []string{"section", "text"},
		vet: func(s *Server, f Fault) error {
			if err := onlyHTTP1("HTTP/2 sends frames, which these bytes are not")(s, f); err != nil {
				return err
			}
			if err := vetSection(s, f); err != nil {
				return err
			}
			if len(f.bytes()) == 0 {
				return fmt.Errorf("there are no bytes to send; reset kind=fin closes without any")
			}
			return nil
		},
		plan: func(c *Call, f Fault, _ int) {
			c.plan.wire.raw, c.plan.wire.unapplied = f.bytes(), f.Get("apply") != "after"
		},
	},
}

// onlyHTTP1 refuses a fault over HTTP/2.
func onlyHTTP1(why string) func(*Server, Fault) error {
	return func(s *Server, _ Fault) error {
		if s.opt.http2 {
			return fmt.Errorf("%s", why)
		}
		return nil
	}
}

// vetSection wants the text of a fault once, and the section in hand.
func vetSection(_ *Server, f Fault) error {
	switch {
	case f.Has("section") && f.Has("text"):
		return fmt.Errorf("section= and text= are two texts; want one")
	case f.Has("section") && f.carried == nil:
		return fmt.Errorf("section=%s: a section stands in a scenario file; without one, say text=, or give its content with Carry", Quote(f.Get("section")))
	}
	return nil
}

// Carry gives a fault the content of the section that it names with section=:
// the answer of wrong-body, or in the body of r the bytes of raw. Scenario files
// do this by themselves.
func (f Fault) Carry(r Reply) Fault {
	f.carried = &Reply{r.Status, r.Header.Clone(), bytes.Clone(r.Body)}
	return f
}

// bytes are the text of a fault.
func (f Fault) bytes() []byte {
	if f.carried != nil {
		return f.carried.Body
	}
	text, _ := unescape(f.Get("text")) // Check has seen it
	return []byte(text)
}

// page is the answer of wrong-body.
func (f Fault) page() *Reply {
	r := Reply{Body: f.bytes()}
	if f.carried != nil {
		r.Status, r.Header = f.carried.Status, f.carried.Header.Clone()
	}
	if r.Status = f.int("status", r.Status); r.Status == 0 {
		r.Status = http.StatusOK
	}
	if r.Header = changeable(r.Header); f.Has("type") || r.Header["Content-Type"] == nil {
		mediaType := "application/json"
		if bytes.HasPrefix(bytes.TrimSpace(r.Body), []byte("<")) {
			mediaType = "text/html; charset=utf-8"
		}
		r.Header["Content-Type"] = []string{f.or("type", mediaType)}
	}
	return &r
}

// unescape reads a text on one line: \n, \r, \t, \\ and \xHH stand for one byte.
func unescape(text string) (string, error) {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, `\`)
		b.WriteString(before)
		if !found {
			return b.String(), nil
		}
		plain := map[string]byte{"n": '\n', "r": '\r', "t": '\t', `\`: '\\'}
		switch c, known := plain[rest[:min(1, len(rest))]]; {
		case known:
			b.WriteByte(c)
			text = rest[1:]
		case len(rest) >= 3 && rest[0] == 'x':
			n, err := strconv.ParseUint(rest[1:3], 16, 8)
			if err != nil {
				return "", errEscape
			}
			b.WriteByte(byte(n))
			text = rest[3:]
		default:
			return "", errEscape
		}
	}
}

var errEscape = fmt.Errorf(`after a backslash want n, r, t, another backslash, or x and two hex digits`)

func escapedText(value string) error { _, err := unescape(value); return err }

func offset(value string) error {
	if n, err := strconv.Atoi(value); err != nil || n == 0 || n < -1<<30 || n > 1<<30 {
		return fmt.Errorf("want a whole number of bytes, above 0 for too long a length and below 0 for too short a one")
	}
	return nil
}

func pieceSize(value string) error {
	if value != "odd" && number(1, 1<<30)(value) != nil {
		return fmt.Errorf("want a number of bytes, or odd for pieces that end inside a letter")
	}
	return nil
}

func headerNames(value string) error {
	for name := range strings.SplitSeq(value, ",") {
		if name == "" || strings.ContainsFunc(name, func(r rune) bool {
			return r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
		}) {
			return fmt.Errorf("want names of headers: X-Checksum,X-Count")
		}
	}
	return nil
}

func headerList(names string) []string {
	if names == "" {
		return nil
	}
	list := strings.Split(names, ",")
	for i := range list {
		list[i] = http.CanonicalHeaderKey(list[i])
	}
	return list
}

func asksForGzip(c *Call) bool {
	for _, value := range c.Request.Header["Accept-Encoding"] {
		for coding := range strings.SplitSeq(value, ",") {
			name, weight, _ := strings.Cut(strings.TrimSpace(coding), ";")
			if (strings.EqualFold(name, "gzip") || name == "*") && strings.ReplaceAll(weight, " ", "") != "q=0" {
				return true
			}
		}
	}
	return false
}

// gzipTrailer is the checksum and the length at the end of what gzip wrote.
const gzipTrailer = 8

// zip makes a body one of gzip, or has the header say so.
func zip(r *Reply, how string) {
	r.Header = changeable(r.Header)
	r.Header["Content-Encoding"] = []string{"gzip"}
	if how == "plain" {
		return
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write(r.Body) // a Buffer takes everything
	_ = z.Close()
	if r.Body = b.Bytes(); how == "cut" {
		r.Body = r.Body[:len(r.Body)-gzipTrailer]
	}
}

// oddHeader is a header as some proxies make them.
func oddHeader(of http.Header, how string) http.Header {
	h := changeable(of)
	switch how {
	case "many":
		for n := 1; n <= 100; n++ {
			h[fmt.Sprintf("X-Hop-%03d", n)] = []string{strconv.Itoa(n)}
		}
	case "long":
		h["X-Padding"] = []string{strings.Repeat("x", 64<<10)}
	case "repeated":
		for name, values := range h {
			h[name] = append(values, values...)
		}
	}
	return h
}

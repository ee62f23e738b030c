package golden

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A difference is one place where golden and test disagree.
type difference struct {
	where     string // "response 2 body customers.0.email"
	want, got string // shown as they stand in the file; nothing for absent
}

const nothing = "nothing"

func (d difference) String() string {
	return fmt.Sprintf("%s: want %s, got %s", d.where, short(d.want), short(d.got))
}

// short cuts a value that would fill the screen.
func short(s string) string {
	const most = 160
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// differTranscripts compares conversations part by part.
func differTranscripts(want, got Transcript) []difference {
	var ds []difference
	wantHooks, gotHooks := want.hooks(), got.hooks()
	for i := range max(len(wantHooks), len(gotHooks)) {
		w, g := pairAt(want.Exchanges, i), pairAt(got.Exchanges, i)
		switch {
		case w != nil && g != nil:
			ds = append(ds, differPairs(want.part("request", i), want.part("response", i), w, g)...)
		case w != nil:
			ds = append(ds, difference{want.part("request", i), requestLine(w.Request), nothing})
		case g != nil:
			ds = append(ds, difference{got.part("request", i), nothing, requestLine(g.Request)})
		}
		var wh, gh []Hook
		if i < len(wantHooks) {
			wh = wantHooks[i]
		}
		if i < len(gotHooks) {
			gh = gotHooks[i]
		}
		ds = append(ds, differHooks(want.part("hook", i), want.part("answer", i), wh, gh)...)
	}
	return ds
}

func pairAt(xs []Exchange, i int) *Exchange {
	if i >= len(xs) {
		return nil
	}
	return &xs[i]
}

// differHooks compares the deliveries of one place, in order.
func differHooks(part, answer string, want, got []Hook) []difference {
	var ds []difference
	for i := range max(len(want), len(got)) {
		switch {
		case i >= len(got):
			ds = append(ds, difference{part + " " + want[i].Topic, requestLine(want[i].Request), nothing})
		case i >= len(want):
			ds = append(ds, difference{part + " " + got[i].Topic, nothing, requestLine(got[i].Request)})
		default:
			w, g := want[i], got[i]
			ds = append(ds, differText(part+" topic", w.Topic, g.Topic)...)
			ds = append(ds, differPairs(part+" "+w.Topic, answer, &Exchange{Request: w.Request, Response: w.Answer}, &Exchange{Request: g.Request, Response: g.Answer})...)
		}
	}
	return ds
}

// differPairs compares a request and what came back.
func differPairs(request, response string, w, g *Exchange) []difference {
	ds := differText(request, requestLine(w.Request), requestLine(g.Request))
	ds = append(ds, differHeaders(request, w.Request.Header, g.Request.Header)...)
	ds = append(ds, differBodies(request+" body", w.Request.Body, g.Request.Body)...)
	ds = append(ds, differText(response+" status", status(w.Response), status(g.Response))...)
	ds = append(ds, differHeaders(response, w.Response.Header, g.Response.Header)...)
	return append(ds, differBodies(response+" body", w.Response.Body, g.Response.Body)...)
}

func requestLine(r Request) string { return r.Method + " " + r.Target }

func status(r Response) string {
	if r.Status == 0 {
		return "no answer"
	}
	return statusLine(r.Status)
}

func differText(where, want, got string) []difference {
	if want == got {
		return nil
	}
	return []difference{{where, want, got}}
}

// differHeaders compares by name, and the values of a name in order.
func differHeaders(where string, want, got []Field) []difference {
	var ds []difference
	var done []string
	for _, f := range slices.Concat(want, got) {
		if name := strings.ToLower(f.Name); !slices.Contains(done, name) {
			done = append(done, name)
			ds = append(ds, differText(where+" header "+f.Name, values(want, f.Name), values(got, f.Name))...)
		}
	}
	return ds
}

// values shows all values of a header: "a", "b".
func values(fields []Field, name string) string {
	var vs []string
	for _, f := range fields {
		if strings.EqualFold(f.Name, name) {
			vs = append(vs, strconv.Quote(f.Value))
		}
	}
	if vs == nil {
		return nothing
	}
	return strings.Join(vs, ", ")
}

// differBodies compares as JSON where both are, else at the first byte.
func differBodies(where string, want, got []byte) []difference {
	if bytes.Equal(want, got) {
		return nil
	}
	w, g := parseShown(want), parseShown(got)
	if w == nil || g == nil {
		return []difference{differBytes(spot(where, ""), want, got)}
	}
	if ds := differNodes(where, "", w, g); len(ds) > 0 {
		return ds
	}
	return []difference{differBytes(spot(where, "")+", equal as JSON", want, got)}
}

// differBytes shows the first byte that differs, with what follows it.
func differBytes(where string, want, got []byte) difference {
	at := 0
	for at < min(len(want), len(got)) && want[at] == got[at] {
		at++
	}
	rest := func(b []byte) string {
		if at == len(b) {
			return "the end"
		}
		return strconv.Quote(string(b[at:min(len(b), at+60)]))
	}
	return difference{fmt.Sprintf("%s, from byte %d on", where, at+1), rest(want), rest(got)}
}

// parseShown reads a body as a golden shows it: JSON in which an alias of a
// number stands without quotes.
func parseShown(body []byte) *node {
	var b []byte
	inside := false
	for i := 0; i < len(body); i++ {
		c := body[i]
		if c == '<' && !inside {
			at := anyToken.FindIndex(body[i:])
			if at == nil || at[0] != 0 {
				return nil
			}
			b = append(append(append(b, `"\u0001`...), body[i:i+at[1]]...), '"')
			i += at[1] - 1
			continue
		}
		b = append(b, c)
		switch {
		case c == '\\' && inside && i+1 < len(body):
			i++
			b = append(b, body[i])
		case c == '"':
			inside = !inside
		}
	}
	root := parseTree(b)
	if root != nil {
		root.leaves(func(n *node) {
			if alias, ok := strings.CutPrefix(n.value, "\x01"); ok {
				n.text = alias
			}
		})
	}
	return root
}

// differNodes compares two values and names the paths that differ.
func differNodes(where, path string, want, got *node) []difference {
	if want.kind != got.kind || want.leaf() {
		if want.kind == got.kind && want.text == got.text {
			return nil
		}
		return []difference{{spot(where, path), want.show(), got.show()}}
	}
	if want.kind == array {
		return differArrays(where, path, want.members, got.members)
	}
	var ds []difference
	for _, key := range keysOf(want, got) {
		w, g := want.under(key), got.under(key)
		for i := range max(len(w), len(g)) {
			ds = append(ds, differMembers(where, join(path, pathWord(key)), w, g, i)...)
		}
	}
	return ds
}

// differArrays compares element by element, after what both begin and end with.
func differArrays(where, path string, want, got []member) []difference {
	asItIs := func(*node) (string, bool) { return "", false }
	same := func(w, g member) bool {
		return bytes.Equal(w.writeCanonical(nil, "", asItIs), g.writeCanonical(nil, "", asItIs))
	}
	end := 0
	if len(want) != len(got) {
		for end < min(len(want), len(got)) && same(want[len(want)-1-end], got[len(got)-1-end]) {
			end++
		}
	}
	w, g := want[:len(want)-end], got[:len(got)-end]
	var ds []difference
	for i := range max(len(w), len(g)) {
		ds = append(ds, differMembers(where, join(path, strconv.Itoa(i)), w, g, i)...)
	}
	return ds
}

// differMembers compares what stands at one index of two lists.
func differMembers(where, path string, want, got []member, i int) []difference {
	switch {
	case i >= len(want):
		return []difference{{spot(where, path), nothing, got[i].show()}}
	case i >= len(got):
		return []difference{{spot(where, path), want[i].show(), nothing}}
	}
	return differNodes(where, path, want[i].node, got[i].node)
}

// spot names a place: "response body customers.0", or "@this" for all of a
// document.
func spot(where, path string) string {
	if where+path == "" {
		return "@this"
	}
	return strings.TrimSpace(where + " " + path)
}

// keysOf lists the keys of two objects, sorted, each once.
func keysOf(a, b *node) []string {
	var keys []string
	for _, m := range slices.Concat(a.members, b.members) {
		keys = append(keys, m.key)
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// under gives the members with this key: one, unless it is doubled.
func (n *node) under(key string) []member {
	var found []member
	for _, m := range n.members {
		if m.key == key {
			found = append(found, m)
		}
	}
	return found
}

// show gives a value on one line.
func (n *node) show() string {
	if n.leaf() {
		return n.text
	}
	parts := make([]string, len(n.members))
	for i, m := range n.members {
		parts[i] = m.show()
		if n.kind == object {
			parts[i] = m.key + ": " + parts[i]
		}
	}
	if n.kind == object {
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// pathWord is a key as a word of a gjson path.
func pathWord(key string) string {
	key = strings.Trim(key, `"`)
	for _, special := range []string{`\`, ".", "*", "?", "|", "#", "@"} {
		key = strings.ReplaceAll(key, special, `\`+special)
	}
	return key
}

func join(path, word string) string {
	if path == "" {
		return word
	}
	return path + "." + word
}

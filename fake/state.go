package fake

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A Snapshot is the state of a server as one JSON object: a member for each
// collection, with the document's attribute names; "tenants" with the further
// tenants; "clock" and "counters". With one seed and the same calls it is the
// same, byte for byte.
type Snapshot []byte

// Snapshot gives the present state.
func (s *Server) Snapshot() Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.snapshot()
}

func (s *Server) snapshot() Snapshot {
	b := s.tenants[0].dump([]byte{'{'})
	if len(s.tenants) > 1 {
		b = append(comma(b), `"tenants":{`...)
		for _, t := range s.tenants[1:] {
			b = append(AppendString(comma(b), t.name), ":{"...)
			b = append(t.dump(b), '}')
		}
		b = append(b, '}')
	}
	b = AppendTime(append(comma(b), `"clock":`...), s.clock.now(), time.RFC3339Nano)
	b = append(b, `,"counters":{`...)
	for _, name := range slices.Sorted(maps.Keys(s.counters)) {
		b = fmt.Appendf(append(AppendString(comma(b), name), ':'), "%d", s.counters[name])
	}
	return append(b, "}}"...)
}

// comma separates what follows from a member or element before it.
func comma(b []byte) []byte {
	if last := b[len(b)-1]; last != '{' && last != '[' {
		return append(b, ',')
	}
	return b
}

func (t *Tenant) dump(b []byte) []byte {
	for _, c := range t.collections {
		b = append(AppendString(comma(b), c.title()), ':')
		b = c.dump(b)
	}
	return b
}

// Reset puts the server back to how it was made: no records, counters and clock
// at their start, faults disarmed, credentials and refusals that a test added
// forgotten, the journal empty, deliveries and their receivers gone. Mistakes that
// were found stay found.
func (s *Server) Reset() {
	s.enter()
	s.clock.settle()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unspent()
	s.Hooks.unclaimed()
	s.forget()
	s.tenants = s.tenants[:1]
	s.tenants[0].refused = map[string][]string{}
	for _, c := range s.tenants[0].collections {
		c.clear()
	}
	s.journal.entries, s.journal.seq = nil, 0
	s.clock.set(s.clock.start)
	if s.api.Reset != nil {
		s.api.Reset()
	}
}

// Dump is the state as text for people: the snapshot, indented.
func (s *Server) Dump() string {
	var b bytes.Buffer
	if err := json.Indent(&b, s.Snapshot(), "", "  "); err != nil {
		panic(err) // a snapshot is JSON
	}
	return b.String() + "\n"
}

// Diff tells two snapshots apart, -before +after; "" where they are equal.
func Diff(before, after Snapshot) string {
	var a, b any
	for _, x := range []struct {
		snap Snapshot
		to   *any
	}{{before, &a}, {after, &b}} {
		d := json.NewDecoder(bytes.NewReader(x.snap))
		d.UseNumber()
		if err := d.Decode(x.to); err != nil {
			return fmt.Sprintf("not a snapshot: %v", err)
		}
	}
	// cmp mixes in non-breaking spaces so that nobody relies on its form
	return strings.ReplaceAll(cmp.Diff(a, b), "\u00a0", " ")
}

func (c *table[K, T]) title() string { return c.spec.Name }

func (c *table[K, T]) dump(b []byte) []byte {
	b = append(b, '[')
	for _, r := range c.rows {
		record, err := marshal(r.value)
		if err != nil {
			panic(fmt.Sprintf("fake: %s: %v", c.spec.Name, err))
		}
		b = append(comma(b), record...)
	}
	return append(b, ']')
}

// marshal is json.Marshal without the escapes for HTML.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte{'\n'}), err
}

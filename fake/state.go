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

// Restore puts a snapshot back, whole or in part: collections that it does not
// name stay as they are, and so do clock and counters. Records are completed as
// by Add. A snapshot that does not fit is a mistake of the test, and changes
// nothing. Journal, faults and credentials are not part of the state.
func (s *Server) Restore(snap Snapshot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	apply, err := s.fit(snap)
	if err != nil {
		s.fatalf("Restore: %v", err)
		return
	}
	apply()
}

// fit checks a snapshot and gives what puts it in place.
func (s *Server) fit(snap Snapshot) (apply func(), err error) {
	var steps []func()
	var last []func()
	err = members(snap, func(name string, value json.RawMessage) error {
		switch name {
		case "clock":
			var t time.Time
			if err := json.Unmarshal(value, &t); err != nil {
				return fmt.Errorf("clock: %w", err)
			}
			if err := s.clock.reaches(t); err != nil {
				return fmt.Errorf("clock: %w", err)
			}
			steps = slices.Insert(steps, 0, func() { s.setClock(t) })
			return nil
		case "counters":
			var counters map[string]int64
			if err := json.Unmarshal(value, &counters); err != nil {
				return fmt.Errorf("counters: %w", err)
			}
			last = append(last, func() { s.counters = maps.Clone(counters) })
			return nil
		case "tenants":
			return members(value, func(name string, value json.RawMessage) error {
				for _, t := range s.tenants[1:] {
					if t.name == name {
						return members(value, func(member string, value json.RawMessage) error {
							return t.fit(&steps, member, value)
						})
					}
				}
				return fmt.Errorf("tenants: there is no %q", name)
			})
		}
		return s.tenants[0].fit(&steps, name, value)
	})
	return func() {
		for _, step := range append(steps, last...) {
			step()
		}
	}, err
}

func (t *Tenant) fit(steps *[]func(), member string, value json.RawMessage) error {
	var names []string
	for _, c := range t.collections {
		if c.title() == member {
			apply, err := c.check(value)
			*steps = append(*steps, apply)
			return err
		}
		names = append(names, c.title())
	}
	return fmt.Errorf("there is no collection %q%s; there are %s", member, didYouMean(member, names), strings.Join(names, ", "))
}

// members goes over the members of a JSON object in order.
func members(object []byte, f func(name string, value json.RawMessage) error) error {
	d := json.NewDecoder(bytes.NewReader(object))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return fmt.Errorf("want a JSON object (%v)", err)
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return fmt.Errorf("%v: %w", name, err)
		}
		if err := f(name.(string), value); err != nil {
			return err
		}
	}
	_, err := d.Token()
	return err
}

// Reset puts the server back to how it was made: no records, counters and clock
// at their start, faults disarmed, credentials and refusals that a test added
// forgotten, the journal empty. Mistakes that were found stay found.
func (s *Server) Reset() {
	s.clock.settle()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unspent()
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

func (c *table[K, T]) check(value []byte) (apply func(), err error) {
	d := json.NewDecoder(bytes.NewReader(value))
	d.DisallowUnknownFields()
	var records []T
	if err := d.Decode(&records); err != nil {
		return nil, fmt.Errorf("%s: %w", c.spec.Name, err)
	}
	seen := map[K]bool{}
	var none K
	for i := range records {
		v := &records[i]
		if c.spec.Illegal != nil {
			if err := c.spec.Illegal(*v); err != nil {
				return nil, fmt.Errorf("%s: record %d: %w", c.spec.Name, i+1, err)
			}
		}
		key := *c.spec.Key(v)
		if key == none {
			continue
		}
		if seen[key] {
			return nil, fmt.Errorf("%s: id %v stands twice", c.spec.Name, key)
		}
		seen[key] = true
	}
	return func() { c.load(records) }, nil
}

// load replaces the records. Those without an id come last, so that they do not
// get one that another has.
func (c *table[K, T]) load(records []T) {
	c.clear()
	now := c.t.s.clock.now()
	var none K
	for _, late := range []bool{false, true} {
		for i := range records {
			v := records[i]
			if (*c.spec.Key(&v) == none) != late {
				continue
			}
			if c.spec.Fill != nil {
				c.spec.Fill(&v, now)
			}
			if err := c.storable(&v); err != nil {
				c.t.s.fatalf("Restore: %s: %v", c.spec.Name, err)
				return
			}
			c.insert(&v, true)
		}
	}
}

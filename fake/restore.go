package fake

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Restore puts a snapshot back, whole or in part: collections that it does not
// name stay as they are, and so do clock and counters. Records are completed as
// by Add. A snapshot that does not fit is a mistake of the test, and changes
// nothing. Journal, faults and credentials are not part of the state.
func (s *Server) Restore(snap Snapshot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.restore(snap); err != nil {
		s.tb.Helper()
		s.Mistake("Restore: %v", err)
		return
	}
	s.Hooks.restored()
	if s.api.Restored != nil {
		s.api.Restored()
	}
}

// restore puts a snapshot in place, or nothing of it: what was filled before the
// mistake is found is put back.
func (s *Server) restore(snap Snapshot) error {
	counters, random := maps.Clone(s.counters), s.random
	if random != nil {
		drawn := *random
		s.random = &drawn
	}
	r := restoring{s: s}
	err := r.read(snap)
	if err != nil {
		s.counters, s.random = counters, random
		for _, undo := range r.undo {
			undo()
		}
		return err
	}
	if r.clock != nil {
		s.setClock(*r.clock)
	}
	if r.counters != nil {
		s.counters = r.counters
	}
	return nil
}

// restoring is a snapshot on its way into the state.
type restoring struct {
	s        *Server
	clock    *time.Time // nil: it stays
	counters map[string]int64
	undo     []func()
}

// read fills the collections that a snapshot names. The clock comes first, as it
// completes the records.
func (r *restoring) read(snap Snapshot) error {
	var whole json.RawMessage
	if err := json.Unmarshal(snap, &whole); err != nil {
		return err
	}
	for _, clock := range []bool{true, false} {
		err := members(whole, func(name string, value json.RawMessage) error {
			if clock != (name == "clock") {
				return nil
			}
			return r.member(name, value)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *restoring) member(name string, value json.RawMessage) error {
	switch name {
	case "clock":
		return r.readClock(value)
	case "counters":
		return r.readCounters(value)
	case "tenants":
		return members(value, func(name string, value json.RawMessage) error {
			at := slices.IndexFunc(r.s.tenants, func(t *Tenant) bool { return t.name == name })
			if at < 1 {
				return fmt.Errorf("tenants: there is no %q", name)
			}
			return members(value, func(member string, value json.RawMessage) error {
				return r.fill(r.s.tenants[at], member, value)
			})
		})
	}
	return r.fill(r.s.tenants[0], name, value)
}

func (r *restoring) readClock(value []byte) error {
	var t time.Time
	err := json.Unmarshal(value, &t)
	if err == nil {
		err = r.s.clock.reaches(t)
	}
	if err != nil {
		return fmt.Errorf("clock: %w", err)
	}
	r.clock = &t
	return nil
}

func (r *restoring) readCounters(value []byte) error {
	if err := json.Unmarshal(value, &r.counters); err != nil {
		return fmt.Errorf("counters: %w", err)
	}
	for _, name := range slices.Sorted(maps.Keys(r.counters)) {
		if n := r.counters[name]; n < 0 {
			return fmt.Errorf("counters: %s is %d", name, n)
		}
	}
	return nil
}

// fill puts records into the collection of that name.
func (r *restoring) fill(t *Tenant, member string, records []byte) error {
	now := r.s.clock.now()
	if r.clock != nil {
		now = r.clock.UTC()
	}
	var names []string
	for _, c := range t.collections {
		if c.title() == member {
			undo, err := c.load(records, now)
			r.undo = append(r.undo, undo)
			return err
		}
		names = append(names, c.title())
	}
	return fmt.Errorf("there is no collection %q%s; there are %s", member, didYouMean(member, names), strings.Join(names, ", "))
}

// members goes over the members of a JSON object in order. Each has a value and
// stands once.
func members(object []byte, f func(name string, value json.RawMessage) error) error {
	d := json.NewDecoder(bytes.NewReader(object))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return errors.New("want a JSON object")
	}
	seen := map[string]bool{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return err
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return err
		}
		name, _ := token.(string)
		if seen[name] {
			return fmt.Errorf("%s stands twice", name)
		}
		seen[name] = true
		if string(value) == "null" {
			return fmt.Errorf("%s: want a value, not null", name)
		}
		if err := f(name, value); err != nil {
			return err
		}
	}
	return nil
}

// load replaces the records by those of a JSON array. Those without an id come
// last, so that they do not get one that another has. undo brings the former
// ones back, after an error too.
func (c *table[K, T]) load(array []byte, now time.Time) (undo func(), err error) {
	before := *c
	undo = func() { *c = before }
	d := json.NewDecoder(bytes.NewReader(array))
	d.DisallowUnknownFields()
	var records []T
	if err := d.Decode(&records); err != nil {
		return undo, fmt.Errorf("%s: %w", c.spec.Name, err)
	}
	c.clear()
	var none K
	for _, late := range []bool{false, true} {
		for i := range records {
			v := &records[i]
			key := *c.spec.Key(v)
			if (key == none) != late {
				continue
			}
			if _, taken := c.position(key); taken {
				return undo, fmt.Errorf("%s: id %v stands twice", c.spec.Name, key)
			}
			if c.spec.Fill != nil {
				c.spec.Fill(v, now)
			}
			if err := c.storable(v); err != nil {
				return undo, fmt.Errorf("%s: record %d: %w", c.spec.Name, i+1, err)
			}
			c.insert(v, true)
		}
	}
	return undo, nil
}

package fake

import (
	"cmp"
	"iter"
	"slices"
	"time"
)

// version is how a record was until a moment; row nil: it was not there.
type version[K cmp.Ordered, T any] struct {
	key   K
	row   *row[K, T]
	until time.Time
	call  int // the last that had arrived by then
}

// remember keeps what a change replaces, while Spec.Keep or a fault asks for
// it, and forgets what is older.
func (c *table[K, T]) remember(key K, before *row[K, T]) {
	keep := max(c.spec.Keep, c.t.s.lag)
	s := c.t.s
	if keep <= 0 && s.lagCalls == 0 {
		return
	}
	now := s.clock.now()
	old := 0
	for old < len(c.past) && now.Sub(c.past[old].until) > keep && (s.lagCalls == 0 || s.journal.seq-c.past[old].call > s.lagCalls) {
		old++
	}
	c.past = append(slices.Delete(c.past, 0, old), version[K, T]{key, before, now, s.journal.seq})
}

// AsOf is for handlers: the records as they were at t, by key ascending, with
// the wire forms of then. It goes back as far as Spec.Keep; before that the
// oldest known version counts. The collection is not to be changed meanwhile.
func (c *Collection[K, T]) AsOf(t time.Time) iter.Seq2[*T, []byte] {
	return c.asOf(func(v *version[K, T]) bool { return v.until.After(t) })
}

// Lagging is for handlers: AsOf for a call that is to see old records by the fault
// stale-read, which lags by a time, or by so many calls.
func (c *Collection[K, T]) Lagging(call *Call, stale Fault) iter.Seq2[*T, []byte] {
	if calls := stale.int("lag", 0); calls > 0 {
		return c.asOf(func(v *version[K, T]) bool { return v.call >= call.Seq-calls })
	}
	return c.AsOf(call.s.clock.now().Add(-stale.duration("lag", 0)))
}

// asOf undoes the changes that are still to come.
func (c *Collection[K, T]) asOf(tocome func(v *version[K, T]) bool) iter.Seq2[*T, []byte] {
	then := map[K]*row[K, T]{}
	for i := len(c.past) - 1; i >= 0; i-- {
		v := &c.past[i]
		if !tocome(v) {
			break
		}
		then[v.key] = v.row
	}
	rows := c.rows
	if len(then) > 0 {
		rows = make([]*row[K, T], 0, len(c.rows))
		for _, r := range c.rows {
			if _, changed := then[r.key]; !changed {
				rows = append(rows, r)
			}
		}
		for _, r := range then {
			if r != nil {
				rows = append(rows, r)
			}
		}
		slices.SortFunc(rows, func(a, b *row[K, T]) int { return cmp.Compare(a.key, b.key) })
	}
	return func(yield func(*T, []byte) bool) {
		for _, r := range rows {
			if !yield(&r.value, r.wire) {
				return
			}
		}
	}
}

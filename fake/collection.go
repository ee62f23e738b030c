package fake

import (
	"cmp"
	"fmt"
	"iter"
	"math"
	"slices"
	"sort"
	"time"
)

// A Collection is one kind of record of one tenant, by id: the typed state that
// a test puts in and takes out, and that handlers serve. Values go in and come
// out as copies. The methods for tests lock; those for handlers are called under
// the server's lock and say so.
type Collection[K cmp.Ordered, T any] struct {
	*table[K, T]
	quiet bool
}

// Spec says how a collection deals with its records. Name and Key are needed.
type Spec[K cmp.Ordered, T any] struct {
	Name    string                              // member of the snapshot: "customers"
	Key     func(*T) *K                         // where a record has its id
	NextKey func() K                            // gives an id; nil: the server-wide counter called Name
	Clone   func(T) T                           // a deep copy; nil: records hold no references
	Fill    func(v *T, now time.Time)           // defaults of a record that a test adds
	Touch   func(before T, v *T, now time.Time) // moves the time of change, unless the test set it
	Illegal func(T) error                       // what the store cannot hold
	Encode  func(*T) []byte                     // wire form, kept with the record; nil: none is kept
	Changed func(before, after *T)              // told of each change, in order; nil for none before or after

	Index  map[string]func(v *T, add func(text string)) // look-ups by text, of which a record may have several; "" is none
	Orders map[string]func(a, b *T) int                 // further orders; records that are equal go by key ascending
	Keep   time.Duration                                // how long earlier versions can be read by AsOf; 0: not at all
}

type table[K cmp.Ordered, T any] struct {
	t       *Tenant
	spec    Spec[K, T]
	rows    []*row[K, T] // by key ascending; a row never changes, it is replaced
	indexes map[string]*index[K]
	orders  map[string]*Ordered[K, T] // those that were asked for
	past    []version[K, T]           // by time, the oldest first
	arrays  map[[2]int][]byte         // joined pages, until the next change
}

type row[K cmp.Ordered, T any] struct {
	key   K
	value T
	wire  []byte
}

// NewCollection gives a tenant a collection. It is for API packages, in New.
func NewCollection[K cmp.Ordered, T any](t *Tenant, spec Spec[K, T]) *Collection[K, T] {
	if spec.Clone == nil {
		spec.Clone = func(v T) T { return v }
	}
	c := &Collection[K, T]{table: &table[K, T]{t: t, spec: spec}}
	c.clear()
	t.collections = append(t.collections, c.table)
	return c
}

// Add stores a record as if it had been made in the vendor's back office: an
// empty id and empty times are filled in, nothing is validated. An id in use,
// and what the API package calls illegal, is a mistake of the test. It gives the
// record as stored.
func (c *Collection[K, T]) Add(v T) T {
	s := c.t.s
	s.mu.Lock()
	defer s.unlock()
	v = c.spec.Clone(v)
	if c.spec.Fill != nil {
		c.spec.Fill(&v, s.clock.now())
	}
	if err := c.storable(&v); err != nil {
		s.tb.Helper()
		s.Mistake("%s: Add: %v", c.spec.Name, err)
		return v
	}
	c.insert(&v, c.quiet)
	return c.spec.Clone(v)
}

// Change changes a record as if in the vendor's back office: the time of change
// becomes now, unless f sets it. An unknown id and a changed one are mistakes of
// the test. f runs under the server's lock: it must not call the server.
func (c *Collection[K, T]) Change(id K, f func(*T)) T {
	s := c.t.s
	s.mu.Lock()
	defer s.unlock()
	i, found := c.position(id)
	if !found {
		s.tb.Helper()
		s.Mistake("%s: Change: there is no record %v", c.spec.Name, id)
		var none T
		return none
	}
	before := c.rows[i].value
	theirs := c.spec.Clone(before)
	f(&theirs)
	v := c.spec.Clone(theirs) // f may have kept what it got and what it set
	if *c.spec.Key(&v) != id {
		s.tb.Helper()
		s.Mistake("%s: Change: the id of record %v cannot be changed", c.spec.Name, id)
		return before
	}
	if c.spec.Illegal != nil {
		if err := c.spec.Illegal(v); err != nil {
			s.tb.Helper()
			s.Mistake("%s: Change: record %v: %v", c.spec.Name, id, err)
			return before
		}
	}
	if c.spec.Touch != nil {
		c.spec.Touch(before, &v, s.clock.now())
	}
	c.replace(i, &v, c.quiet)
	return c.spec.Clone(v)
}

// Remove takes a record away. An unknown id is a mistake of the test.
func (c *Collection[K, T]) Remove(id K) {
	s := c.t.s
	s.mu.Lock()
	defer s.unlock()
	i, found := c.position(id)
	if !found {
		s.tb.Helper()
		s.Mistake("%s: Remove: there is no record %v", c.spec.Name, id)
		return
	}
	c.remove(i, c.quiet)
}

// Get gives a copy of a record, and whether there is one.
func (c *Collection[K, T]) Get(id K) (T, bool) {
	c.t.s.mu.Lock()
	defer c.t.s.mu.Unlock()
	if i, found := c.position(id); found {
		return c.spec.Clone(c.rows[i].value), true
	}
	var none T
	return none, false
}

// All gives copies of the records, by id ascending.
func (c *Collection[K, T]) All() []T {
	var all []T
	c.Each(func(v T) bool { all = append(all, v); return true })
	return all
}

// Each goes over the records as they are now, by id ascending, until f gives
// false. f may use the server.
func (c *Collection[K, T]) Each(f func(T) bool) {
	c.t.s.mu.Lock()
	rows := slices.Clone(c.rows)
	c.t.s.mu.Unlock()
	for _, r := range rows {
		if !f(c.spec.Clone(r.value)) {
			return
		}
	}
}

// Len is the number of records.
func (c *Collection[K, T]) Len() int {
	c.t.s.mu.Lock()
	defer c.t.s.mu.Unlock()
	return len(c.rows)
}

// Quiet is the same collection, whose changes cause no events.
func (c *Collection[K, T]) Quiet() *Collection[K, T] {
	return &Collection[K, T]{table: c.table, quiet: true}
}

// Find is for handlers: a copy of the record, or the API's "not found".
func (c *Collection[K, T]) Find(id K) (T, error) {
	if i, found := c.position(id); found {
		return c.spec.Clone(c.rows[i].value), nil
	}
	var none T
	return none, &Error{Kind: NotFound}
}

// Insert is for handlers: it stores a record that the call has made, under a
// new id where it has none, and gives it back. Without a call, here and below,
// it is the shop itself that changes something, under Locked.
func (c *Collection[K, T]) Insert(call *Call, v T) T {
	if err := c.storable(&v); err != nil {
		panic(fmt.Sprintf("%s: Insert: %v", c.spec.Name, err))
	}
	if call != nil {
		call.changed = true
		call.inserted++
	}
	return c.insert(&v, false).value
}

// Update is for handlers: it stores the new value of a record that is there.
func (c *Collection[K, T]) Update(call *Call, v T) T {
	i, found := c.position(*c.spec.Key(&v))
	if !found {
		panic(fmt.Sprintf("%s: Update: there is no record %v", c.spec.Name, *c.spec.Key(&v)))
	}
	if call != nil {
		call.changed = true
	}
	return c.replace(i, &v, false).value
}

// Delete is for handlers: it takes a record away, if it is there.
func (c *Collection[K, T]) Delete(call *Call, id K) {
	i, found := c.position(id)
	if !found {
		return
	}
	if call != nil {
		call.changed = true
	}
	c.remove(i, false)
}

// Count is for handlers: the number of records.
func (c *Collection[K, T]) Count() int { return len(c.rows) }

// Wire is for handlers: the kept wire form of a record, nil where there is none.
// It is not to be changed.
func (c *Collection[K, T]) Wire(id K) []byte {
	if i, found := c.position(id); found {
		return c.rows[i].wire
	}
	return nil
}

// Look is for handlers: the record itself with its wire form, nil where there is
// none. Neither is to be changed.
func (c *Collection[K, T]) Look(id K) (v *T, wire []byte) {
	if i, found := c.position(id); found {
		return &c.rows[i].value, c.rows[i].wire
	}
	return nil, nil
}

// Range is for handlers: the records at the positions from up to to, counted
// from 0 by id ascending, with their wire forms. Where from is above to, it goes
// down from the position before from to to. Neither is to be changed.
func (c *Collection[K, T]) Range(from, to int) iter.Seq2[*T, []byte] {
	return func(yield func(*T, []byte) bool) {
		for i := max(from, 0); i < min(to, len(c.rows)); i++ {
			if !yield(&c.rows[i].value, c.rows[i].wire) {
				return
			}
		}
		for i := min(from, len(c.rows)); i > max(to, 0); i = min(i-1, len(c.rows)) {
			if !yield(&c.rows[i-1].value, c.rows[i-1].wire) {
				return
			}
		}
	}
}

// mostArrays is how many joined pages a collection remembers.
const mostArrays = 16

// Array is for handlers: the wire forms of Range as a JSON array. A page that is
// read again before anything changes is the same memory, and the journal holds
// it once. It is not to be changed.
func (c *Collection[K, T]) Array(from, to int) []byte {
	page := [2]int{from, to}
	if array, known := c.arrays[page]; known {
		return array
	}
	length := len("[]")
	for _, wire := range c.Range(from, to) {
		length += len(wire) + len(",")
	}
	array := append(make([]byte, 0, length), '[')
	for _, wire := range c.Range(from, to) {
		array = append(comma(array), wire...)
	}
	array = append(array, ']')
	if c.arrays == nil || len(c.arrays) == mostArrays {
		c.arrays = map[[2]int][]byte{}
	}
	c.arrays[page] = array
	return array
}

// Lookup is for handlers: the ids of the records with this text in an index,
// ascending.
func (c *Collection[K, T]) Lookup(name, text string) []K { return c.indexes[name].find(text) }

func (c *table[K, T]) position(id K) (int, bool) {
	if n := len(c.rows); n == 0 || c.rows[n-1].key < id { // a new record, most often
		return n, false
	}
	i := sort.Search(len(c.rows), func(i int) bool { return c.rows[i].key >= id })
	return i, c.rows[i].key == id
}

// storable gives a record its id, if it has none, and checks that the store can
// hold it.
func (c *table[K, T]) storable(v *T) error {
	key := c.spec.Key(v)
	var none K
	if *key == none {
		next, err := c.next()
		if err != nil {
			return err
		}
		*key = next
	}
	if c.spec.Illegal != nil {
		if err := c.spec.Illegal(*v); err != nil {
			return err
		}
	}
	if _, taken := c.position(*key); taken {
		return fmt.Errorf("id %v is in use", *key)
	}
	return nil
}

func (c *table[K, T]) next() (K, error) {
	if c.spec.NextKey != nil {
		return c.spec.NextKey(), nil
	}
	var key K
	n, counts := any(&key).(*int64)
	if !counts {
		return key, fmt.Errorf("the record needs an id")
	}
	for taken := true; taken; _, taken = c.position(key) {
		if c.t.s.counters[c.spec.Name] == math.MaxInt64 {
			return key, fmt.Errorf("there is no id left")
		}
		*n = c.t.s.NextID(c.spec.Name)
	}
	return key, nil
}

func (c *table[K, T]) insert(v *T, quiet bool) *row[K, T] {
	r := c.row(v)
	if n, counts := any(r.key).(int64); counts && c.spec.NextKey == nil {
		c.t.s.counters[c.spec.Name] = max(c.t.s.counters[c.spec.Name], n)
	}
	i, _ := c.position(r.key)
	c.remember(r.key, nil)
	c.rows = slices.Insert(c.rows, i, r)
	c.indexed(r, true)
	c.told(nil, &r.value, quiet)
	return r
}

func (c *table[K, T]) replace(i int, v *T, quiet bool) *row[K, T] {
	before, r := c.rows[i], c.row(v)
	c.remember(r.key, before)
	c.indexed(before, false)
	c.rows[i] = r
	c.indexed(r, true)
	c.told(&before.value, &r.value, quiet)
	return r
}

func (c *table[K, T]) remove(i int, quiet bool) {
	before := c.rows[i]
	c.remember(before.key, before)
	c.indexed(before, false)
	c.rows = slices.Delete(c.rows, i, i+1)
	c.told(&before.value, nil, quiet)
}

func (c *table[K, T]) row(v *T) *row[K, T] {
	r := &row[K, T]{key: *c.spec.Key(v), value: *v}
	if c.spec.Encode != nil {
		r.wire = slices.Clip(c.spec.Encode(&r.value))
	}
	return r
}

// indexed keeps indexes and orders in step with a record that comes or goes.
func (c *table[K, T]) indexed(r *row[K, T], in bool) {
	c.arrays = nil
	for name, texts := range c.spec.Index {
		x := c.indexes[name]
		if in {
			texts(&r.value, func(text string) { x.add(text, r.key) })
		} else {
			texts(&r.value, func(text string) { x.remove(text, r.key) })
		}
	}
	for _, o := range c.orders {
		if in {
			o.add(r)
		} else {
			o.remove(r)
		}
	}
}

func (c *table[K, T]) told(before, after *T, quiet bool) {
	if c.spec.Changed != nil && !quiet {
		c.spec.Changed(before, after)
	}
}

func (c *table[K, T]) clear() {
	c.rows, c.arrays, c.past = nil, nil, nil
	c.indexes, c.orders = map[string]*index[K]{}, map[string]*Ordered[K, T]{}
	for name := range c.spec.Index {
		c.indexes[name] = &index[K]{one: map[string]K{}, more: map[string][]K{}}
	}
}

// index finds ids by a text. Most texts have one record; the others stand apart,
// so that a large collection does not pay for them.
type index[K cmp.Ordered] struct {
	one  map[string]K
	more map[string][]K
}

func (x *index[K]) find(text string) []K {
	if key, is := x.one[text]; is {
		return []K{key}
	}
	return slices.Clone(x.more[text])
}

func (x *index[K]) add(text string, key K) {
	if text == "" {
		return
	}
	if keys, is := x.more[text]; is {
		if i, twice := slices.BinarySearch(keys, key); !twice {
			x.more[text] = slices.Insert(keys, i, key)
		}
		return
	}
	if other, is := x.one[text]; is {
		if other == key {
			return
		}
		delete(x.one, text)
		x.more[text] = []K{min(other, key), max(other, key)}
		return
	}
	x.one[text] = key
}

func (x *index[K]) remove(text string, key K) {
	if text == "" {
		return
	}
	keys, is := x.more[text]
	if !is {
		if x.one[text] == key {
			delete(x.one, text)
		}
		return
	}
	if i, found := slices.BinarySearch(keys, key); found {
		keys = slices.Delete(keys, i, i+1)
	}
	if len(keys) == 1 {
		delete(x.more, text)
		x.one[text] = keys[0]
		return
	}
	x.more[text] = keys
}

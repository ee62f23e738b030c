package fake

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"sort"
)

// An Ordered is a collection in one of its further orders (Spec.Orders). It is
// for handlers, under the server's lock, and sees each change at once.
type Ordered[K cmp.Ordered, T any] struct {
	compare func(a, b *row[K, T]) int
	blocks  [][]*row[K, T] // none is empty; in order, and so are their rows
	count   int
}

// blockSize is how many rows a block holds at most. Finding a position counts
// blocks, and storing a record moves half a block.
const blockSize = 512

// By is the collection in one of its further orders. The first time sorts all
// records; from then on the order is kept. A name that the collection does not
// have is a mistake of the API package.
func (c *Collection[K, T]) By(order string) *Ordered[K, T] {
	if o, kept := c.orders[order]; kept {
		return o
	}
	compare := c.spec.Orders[order]
	if compare == nil {
		panic(fmt.Sprintf("fake: %s has no order %q", c.spec.Name, order))
	}
	o := &Ordered[K, T]{
		compare: func(a, b *row[K, T]) int {
			return cmp.Or(compare(&a.value, &b.value), cmp.Compare(a.key, b.key))
		},
		count: len(c.rows),
	}
	sorted := slices.SortedFunc(slices.Values(c.rows), o.compare)
	for block := range slices.Chunk(sorted, blockSize/2) {
		o.blocks = append(o.blocks, slices.Clone(block))
	}
	c.orders[order] = o
	return o
}

// Count is the number of records.
func (o *Ordered[K, T]) Count() int { return o.count }

// Position is how many records stand before the first one for which before does
// not hold. Before must hold for a beginning of the order and for nothing else.
func (o *Ordered[K, T]) Position(before func(*T) bool) int {
	at := sort.Search(len(o.blocks), func(i int) bool {
		block := o.blocks[i]
		return !before(&block[len(block)-1].value)
	})
	position := 0
	for _, block := range o.blocks[:at] {
		position += len(block)
	}
	if at < len(o.blocks) {
		block := o.blocks[at]
		position += sort.Search(len(block), func(i int) bool { return !before(&block[i].value) })
	}
	return position
}

// Range gives the records at the positions from up to to, counted from 0, with
// their wire forms. Where from is above to, it goes down from the position
// before from to to. The collection is not to be changed meanwhile.
func (o *Ordered[K, T]) Range(from, to int) iter.Seq2[*T, []byte] {
	down := from > to
	first, end := max(min(from, to), 0), min(max(from, to), o.count)
	return func(yield func(*T, []byte) bool) {
		if first >= end {
			return
		}
		at, step := first, 1
		if down {
			at, step = end-1, -1
		}
		b, i := o.locate(at)
		for range end - first {
			r := o.blocks[b][i]
			if !yield(&r.value, r.wire) {
				return
			}
			if i += step; i == len(o.blocks[b]) {
				b, i = b+1, 0
			} else if i < 0 && b > 0 {
				b--
				i = len(o.blocks[b]) - 1
			}
		}
	}
}

// locate finds the block and the place in it of a position.
func (o *Ordered[K, T]) locate(position int) (block, place int) {
	for position >= len(o.blocks[block]) {
		position -= len(o.blocks[block])
		block++
	}
	return block, position
}

// place is where a row stands, or would stand.
func (o *Ordered[K, T]) place(r *row[K, T]) (block, place int) {
	block = sort.Search(len(o.blocks), func(i int) bool {
		rows := o.blocks[i]
		return o.compare(rows[len(rows)-1], r) >= 0
	})
	if block == len(o.blocks) {
		return block, 0
	}
	place, _ = slices.BinarySearchFunc(o.blocks[block], r, o.compare)
	return block, place
}

func (o *Ordered[K, T]) add(r *row[K, T]) {
	o.count++
	b, i := o.place(r)
	if b == len(o.blocks) { // after all others
		if b == 0 {
			o.blocks = append(o.blocks, []*row[K, T]{r})
			return
		}
		b, i = b-1, len(o.blocks[b-1])
	}
	block := slices.Insert(o.blocks[b], i, r)
	o.blocks[b] = block
	if len(block) > blockSize {
		half := blockSize / 2
		o.blocks = slices.Insert(o.blocks, b+1, slices.Clone(block[half:]))
		o.blocks[b] = slices.Clip(block[:half])
	}
}

func (o *Ordered[K, T]) remove(r *row[K, T]) {
	o.count--
	b, i := o.place(r)
	if len(o.blocks[b]) == 1 {
		o.blocks = slices.Delete(o.blocks, b, b+1)
		return
	}
	o.blocks[b] = slices.Delete(o.blocks[b], i, i+1)
}

package fluidpay

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
)

// vet says which faults this API cannot have, and why.
func vet(f fake.Fault) error {
	switch f.Name() {
	case "batch-stops", "limited-after-part":
		return errors.New("this API saves one record at a time; not-saved refuses one")
	case "cursor-expired", "cursor-loop":
		return errors.New("searches of this API have limit and offset and no cursors; page-drift and short-page change what they find")
	case "not-saved":
		for _, word := range []string{"persisted", "echo"} {
			if f.Has(word) {
				return fmt.Errorf("%s=%s: this API shows no record that it refuses", word, f.Get(word))
			}
		}
	case "throttled-in-200":
		if f.Has("cost") {
			return errors.New("cost=: no answer of this API tells what a call costs; code= is the text of the refusal")
		}
	case "silently-dropped":
		return vetFields(f)
	case "dst":
		return errors.New("the times of this API are in UTC, whose offset never changes; clock-skew moves them")
	case "shape-drift":
		if f.Get("bool") == "native" || f.Get("id") == "int" || f.Get("null") == "null" {
			return errors.New("booleans and null of this API are native, and ids are texts that are no numbers; want bool=string, null=absent or extra=")
		}
		if f.Get("id") == "string" {
			return errors.New("id=string: ids of this API are texts already")
		}
	}
	return nil
}

func vetFields(f fake.Fault) error {
	var known []string
	for _, a := range cartAttributes {
		known = append(known, a.key)
	}
	for _, a := range productAttributes {
		if !slices.Contains(known, a.key) {
			known = append(known, a.key)
		}
	}
	for name := range strings.SplitSeq(f.Get("fields"), ",") {
		if !slices.Contains(known, name) {
			return fmt.Errorf("want fields=, some of %s", strings.Join(known, ","))
		}
	}
	return nil
}

// swap puts a caller into another merchant, for the fault token-swapped: the one
// with that id, or the second.
func (s *Server) swap(id string) (any, error) {
	for _, m := range s.merchants {
		if id == m.ID || id == "" && len(s.settings.more) > 0 && m.ID == s.settings.more[0].ID {
			return m, nil
		}
	}
	if id == "" {
		return nil, errors.New("there is one merchant only; WithMerchant makes another")
	}
	return nil, errors.New("there is no such merchant")
}

// acceptedLater is the answer to a write that tells nothing of what it made: a
// deletion. All others are answered with the record.
func (s *Server) acceptedLater(c *fake.Call) (fake.Reply, bool) {
	deleted := map[fake.Op]string{DeleteCart: s.carts.name, DeleteProduct: s.products.name}[c.Op]
	return s.ok(c, []byte(`"Deleted `+deleted+`"`)), deleted != ""
}

// thin undoes what the fault silently-dropped names of a merge that was good.
func (k *kind[T]) thin(c *fake.Call, body gjson.Result, before T, v *T) {
	fault, planned := c.Planned("silently-dropped")
	if !planned {
		return
	}
	names, w, thinned := strings.Split(fault.Get("fields"), ","), &write{k.server, c, merchant(c)}, before
	hit := false
	for i := range k.attributes {
		a := &k.attributes[i]
		value := gjson.Result{}
		for key, given := range fake.Members(body) {
			if key == a.key {
				value = given
			}
		}
		switch {
		case !value.Exists() || value.Type == gjson.Null && !a.clears:
		case slices.Contains(names, a.key):
			hit = true
		default:
			_ = a.set(w, &thinned, value) // it was good the first time
		}
	}
	if hit {
		c.Fault("silently-dropped")
		*v = thinned
	}
}

// look is the record of an id with its kept wire form, nil where there is none:
// the present one, unless the fault stale-read lets single records lag too.
func (k *kind[T]) look(c *fake.Call, id string) (*T, []byte) {
	f, planned := c.Planned("stale-read")
	if !planned || f.Get("scope") != "all" {
		return k.records.Look(id)
	}
	c.Fault("stale-read")
	for v, wire := range k.records.Lagging(c, f) {
		if *k.common(v).id == id {
			return v, wire
		}
	}
	return nil, nil
}

// old are the living records of the merchant as they were, in the order of lists.
func (k *kind[T]) old(c *fake.Call, f fake.Fault) (all []hit[T]) {
	for v, wire := range k.records.Lagging(c, f) {
		if r := k.common(v); *r.merchant == merchant(c) && *r.deleted == nil {
			all = append(all, hit[T]{v, wire})
		}
	}
	slices.SortFunc(all, func(a, b hit[T]) int { return k.listedBefore(a.record, b.record) })
	return all
}

// found is find, where a fault has a part in what a search finds.
func (k *kind[T]) found(c *fake.Call, q query[T]) (page []hit[T], total int) {
	if f, stale := c.Fault("stale-read"); stale {
		all := slices.DeleteFunc(k.old(c, f), func(h hit[T]) bool { return !wants(q.filters, h.record) })
		from := min(int(q.offset), len(all))
		return all[from:min(from+int(q.limit), len(all))], len(all)
	}
	page, total = k.find(q)
	if short, is := c.ShortPage(int(q.limit), total); is {
		return page[:min(short, len(page))], total
	}
	if _, planned := c.Planned("unstable-order"); planned {
		if mixed := k.mixed(q); !slices.EqualFunc(mixed, page, func(a, b hit[T]) bool { return a.record == b.record }) {
			c.Fault("unstable-order")
			return mixed, total
		}
	}
	return page, total
}

// mixed is the page of a search in which records of one second stand the other
// way round than on the page before.
func (k *kind[T]) mixed(q query[T]) []hit[T] {
	all := q
	all.offset, all.limit = 0, int64(k.records.Count())
	hits, _ := k.find(all)
	hits = slices.Clone(hits)
	slices.SortFunc(hits, func(a, b hit[T]) int {
		ra, rb := k.common(a.record), k.common(b.record)
		return cmp.Or(ra.created.Compare(*rb.created), strings.Compare(*rb.id, *ra.id))
	})
	from := min(int(q.offset), len(hits))
	return hits[from:min(from+int(q.limit), len(hits))]
}

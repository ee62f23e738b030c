package cartly

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// What all records of a shop have in common.

// encoded makes the wire form that is kept with a record, in no more memory than
// it takes.
func encoded[T any](s *Server, appendRecord func([]byte, *T) []byte) func(*T) []byte {
	return func(v *T) []byte {
		s.scratch = appendRecord(s.scratch[:0], v)
		return bytes.Clone(s.scratch)
	}
}

// fillID gives a record of a test the next id, or notes the one that it has.
func (s *Server) fillID(prefix string, id *string) {
	if *id == "" {
		*id = s.newID(prefix)
		return
	}
	s.sequence(prefix).put(*id)
}

// elsewhere tells whether another shop has an id.
func (t *ShopHandle) elsewhere(prefix, id string) error {
	if holder := t.server.holder(prefix, id); holder != nil && holder != t {
		return fmt.Errorf("id %s is in use in shop %s", id, holder.shop.ID)
	}
	return nil
}

// inOrder sorts the ids of records as these were made.
func inOrder[T any](of *fake.Collection[string, T], ids []string, made func(a, b *T) int) []string {
	slices.SortFunc(ids, func(a, b string) int {
		first, _ := of.Look(a)
		second, _ := of.Look(b)
		return made(first, second)
	})
	return ids
}

// fillTimes gives a new record the times that it lacks.
func fillTimes(created, updated *time.Time, now time.Time) {
	if created.IsZero() {
		*created = now
	}
	if updated.IsZero() {
		*updated = *created
	}
	*created, *updated = wholeMillis(*created), wholeMillis(*updated)
}

// touchTimes moves the time of change, unless the change itself has.
func touchTimes(created *time.Time, before time.Time, updated *time.Time, now time.Time) {
	if updated.Equal(before) {
		*updated = now
	}
	*created, *updated = wholeMillis(*created), wholeMillis(*updated)
}

// Keys of refusals that a test sets.
const (
	refusedCustomer = "customer "
	refusedEmail    = "email "
	refusedOrder    = "order "
	refusedVariant  = "variant "
	refusedCode     = "code "
)

// RefuseCustomer lets every save of that customer fail with this message, after
// all checks, until it is called with an empty one.
func (t *ShopHandle) RefuseCustomer(id, message string) { t.refuse(refusedCustomer+id, message) }

// RefuseEmail lets every save that would leave a customer with that address fail
// with this message, letter case ignored, until it is called with an empty one.
func (t *ShopHandle) RefuseEmail(email, message string) {
	t.refuse(refusedEmail+foldEmail(email), message)
}

// RefuseOrder lets every update of that order fail with this message, until it is
// called with an empty one.
func (t *ShopHandle) RefuseOrder(id, message string) { t.refuse(refusedOrder+id, message) }

// RefuseVariant lets every adjustment of that variant's stock fail with this
// message, until it is called with an empty one.
func (t *ShopHandle) RefuseVariant(id, message string) { t.refuse(refusedVariant+id, message) }

// RefuseCode lets every creation of a discount with that code fail with this
// message, letter case ignored, until it is called with an empty one.
func (t *ShopHandle) RefuseCode(code, message string) { t.refuse(refusedCode+foldCode(code), message) }

func (t *ShopHandle) refuse(key, message string) {
	if message == "" {
		t.engine.Refuse(key)
		return
	}
	t.engine.Refuse(key, message)
}

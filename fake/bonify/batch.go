package bonify

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
)

// mostRecords is how many customers one call may write ("API Limits").
const mostRecords = 10

// deleteHeader asks for the deletion of fields that are sent empty, with the
// value "true" and on updates alone ("PUT /customers").
const deleteHeader = "X-Delete-Empty-Metafields"

// updateCustomers answers PUT /customers: each record is merged into the one
// with its id ("PUT /customers", reading BF-24).
func (s *Server) updateCustomers(c *fake.Call) (fake.Reply, error) { return s.write(c, false) }

// createCustomers answers POST /customers. The ids are not told ("POST
// /customers").
func (s *Server) createCustomers(c *fake.Call) (fake.Reply, error) { return s.write(c, true) }

// write is the common part of both: the envelope, then the records in their
// order.
func (s *Server) write(c *fake.Call, creates bool) (fake.Reply, error) {
	noteParameters(c, nil)
	noteHeaders(c, creates)
	records, err := s.records(c)
	if err != nil {
		return fake.Reply{}, err
	}
	if err := newBatch(c, creates, len(records)).run(records); err != nil {
		return fake.Reply{}, err
	}
	return s.answer(s.okay), nil
}

// noteHeaders notes a body of another media type, which is read all the same,
// and a delete header that deletes nothing.
func noteHeaders(c *fake.Call, creates bool) {
	media, _, _ := strings.Cut(c.Header("Content-Type"), ";")
	if !strings.EqualFold(strings.TrimSpace(media), "application/json") {
		c.Note("content-type", c.Header("Content-Type"))
	}
	if values := c.Request.Header[deleteHeader]; len(values) > 0 && (creates || values[0] != "true") {
		c.Note("delete-header", values[0])
	}
}

// records reads the envelope: an object with the array "customers". Too many
// records are refused before any of them is looked at (reading BF-18).
func (s *Server) records(c *fake.Call) ([]gjson.Result, error) {
	body, err := c.JSON()
	if err != nil {
		return nil, err
	}
	if !body.Exists() {
		return nil, &fake.Error{Kind: fake.Malformed}
	}
	var list gjson.Result
	var others []string
	for key, value := range fake.Members(body) {
		if key == "customers" {
			list = value
		} else {
			others = append(others, key)
		}
	}
	if !list.IsArray() {
		return nil, invalid(textNoArray)
	}
	for _, key := range others {
		c.Note("ignored-attribute", key)
	}
	records := list.Array()
	switch {
	case len(records) > mostRecords:
		return nil, invalid(textTooMany)
	case len(records) == 0 && !s.settings.emptyBatchOK:
		return nil, invalid(textNoCustomers)
	}
	return records, nil
}

// A batch is a write on its way into the state.
type batch struct {
	shop    *Shop
	call    *fake.Call
	now     time.Time
	creates bool
	deletes bool // empty values delete fields
	policy  BatchPolicy
	pending []Customer // accepted, and not stored before all are

	applied int      // records
	deleted int      // fields
	cleared []string // fields of the present record that are deleted with it

	stopAt    int // record at which a fault ends the batch, 0 for none
	stopText  string
	most      int // parts after which a fault ends the batch, 0 for none: fields deleted; where none can be, records
	forgotten func(name string) bool
}

func newBatch(c *fake.Call, creates bool, records int) *batch {
	t := shopOf(c)
	b := &batch{
		shop: t, call: c, now: now(c), creates: creates, policy: t.server.settings.batch,
		deletes: !creates && c.Header(deleteHeader) == "true", forgotten: silentlyDropped(c),
	}
	if f, planned := c.Planned("batch-stops"); planned && number(f, "n") <= records {
		b.stopAt, b.stopText = max(number(f, "n"), 1), f.Get("text")
		b.policy = cmp.Or(BatchPolicy(f.Get("policy")), b.policy)
	}
	if f, planned := c.Planned("limited-after-part"); planned {
		b.most = max(number(f, "n"), 1)
	}
	return b
}

func number(f fake.Fault, param string) int {
	n, _ := strconv.Atoi(f.Get(param))
	return n
}

// silentlyDropped tells which attributes and custom fields a fault lets go
// unstored: those that it names, by commas; without a name, all custom fields.
func silentlyDropped(c *fake.Call) func(string) bool {
	f, planned := c.Planned("silently-dropped")
	if !planned {
		return func(string) bool { return false }
	}
	var names []string
	for _, list := range f.All("fields") {
		for name := range strings.SplitSeq(list, ",") {
			names = append(names, strings.TrimSpace(name))
		}
	}
	return func(name string) bool {
		if !slices.Contains(names, name) && (names != nil || slices.Contains(writable, name)) {
			return false
		}
		c.Fault("silently-dropped")
		return true
	}
}

// run takes the records one by one. What becomes of the others when one fails is
// the policy's: by default those before it stay changed, and the answer does not
// tell how many (reading BF-17).
func (b *batch) run(records []gjson.Result) error {
	for i, r := range records {
		b.cleared = nil
		customer, err := b.read(r, i+1)
		if err == nil {
			b.store(customer)
			if !b.exhausted() {
				continue
			}
			b.flush()
			err = &fake.Error{Kind: fake.Limited}
		} else if b.policy == Skip {
			continue
		} else if b.policy == AllOrNothing {
			b.pending, b.applied = nil, 0
		}
		if len(records) > 1 {
			b.call.Note("batch", fmt.Sprintf("applied %d of %d", b.applied, len(records)))
		}
		return err
	}
	b.flush()
	return nil
}

// exhausted tells whether a fault lets the shop's own limit end the call now,
// with what was applied so far (reading BF-23).
func (b *batch) exhausted() bool {
	done := b.applied
	if b.deletes {
		done = b.deleted
	}
	if b.most == 0 || done < b.most {
		return false
	}
	b.call.Fault("limited-after-part")
	return true
}

func (b *batch) store(c Customer) {
	b.pending = append(b.pending, c)
	b.applied++
	b.deleted += len(b.cleared)
	for _, name := range b.cleared {
		b.call.Note("deleted-field", name)
	}
	if b.policy != AllOrNothing {
		b.flush()
	}
}

// flush puts into the state what was accepted.
func (b *batch) flush() {
	for _, c := range b.pending {
		if c.ID == 0 {
			b.shop.Customers.Insert(b.call, c)
		} else {
			b.shop.Customers.Update(b.call, c)
		}
	}
	b.pending = nil
}

// find is the customer as the records before have left it.
func (b *batch) find(id int64) (Customer, error) {
	if c := b.waiting(id); c != nil {
		return cloneCustomer(*c), nil
	}
	c, err := b.shop.Customers.Find(id)
	if err != nil {
		e := invalid(textUnknownCustomer)
		if b.shop.server.settings.putUnknown == http.StatusNotFound {
			e.Status = http.StatusNotFound
		}
		return c, e
	}
	return c, nil
}

// waiting is the latest accepted value of a customer, nil where there is none.
func (b *batch) waiting(id int64) *Customer {
	for i := len(b.pending) - 1; i >= 0 && id != 0; i-- {
		if b.pending[i].ID == id {
			return &b.pending[i]
		}
	}
	return nil
}

// taken tells whether another customer has the address, letter case ignored, or
// a record before has just taken it (reading BF-20).
func (b *batch) taken(c *Customer) bool {
	if c.Email == "" {
		return false
	}
	folded := fold(c.Email)
	for _, id := range b.shop.Customers.Lookup(emailIndex, folded) {
		if id != c.ID && b.waiting(id) == nil {
			return true
		}
	}
	for i := range b.pending {
		other := &b.pending[i]
		if current := other.ID == 0 || b.waiting(other.ID) == other; !current || other.ID != 0 && other.ID == c.ID {
			continue
		}
		if equalFolded(other.Email, folded) {
			return true
		}
	}
	return false
}

// taken is the same outside a batch.
func (t *Shop) taken(c *Customer) bool {
	b := batch{shop: t}
	return b.taken(c)
}

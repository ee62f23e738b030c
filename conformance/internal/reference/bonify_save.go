package reference

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// bonifyMost is how many records one call may write.
const bonifyMost = 10

// batches cuts records into calls.
func (c *Bonify) batches(all []BonifyCustomer, creates bool) [][]BonifyCustomer {
	most := bonifyMost
	switch {
	case creates && c.bug.is("BON-POST-01b"), !creates && c.bug.is("BON-PUT-02a"):
		most = max(len(all), 1)
	case !creates && c.bug.is("BON-PUT-02c"):
		most++
	case !creates && c.bug.is("BON-PUT-03a"):
		most = 1
	}
	cut := slices.Collect(slices.Chunk(all, most))
	if last := len(cut) - 1; last > 0 && !creates && len(cut[last]) < most && c.bug.is("BON-PUT-02b") {
		cut = cut[:last]
	}
	return cut
}

// Update changes what is set in each record, ten at a time. When one call fails,
// those after it are not made.
func (c *Bonify) Update(ctx context.Context, all []BonifyCustomer) error {
	cut := c.batches(all, false)
	if c.bug.is("BON-RATE-09a") {
		return errors.Join(c.atOnce(ctx, cut), c.stored(ctx, all))
	}
	for i, batch := range cut {
		_, err := c.put(ctx, batch, false)
		switch {
		case err == nil:
		case i > 0 && c.bug.is("BON-PUT-04a"):
		case len(batch) > 1 && c.bug.is("BON-PUT-06b"):
		default:
			return c.part(err, i*bonifyMost, len(all))
		}
	}
	return c.stored(ctx, all)
}

// atOnce sends all calls at the same time.
func (c *Bonify) atOnce(ctx context.Context, cut [][]BonifyCustomer) error {
	var wg sync.WaitGroup
	failed := make([]error, len(cut))
	for i, batch := range cut {
		wg.Go(func() { _, failed[i] = c.put(ctx, batch, false) })
	}
	wg.Wait()
	return errors.Join(failed...)
}

// part tells how far a write got. In the call that failed, records before the
// one that was refused may have been written.
func (c *Bonify) part(err error, done, of int) error {
	if of == 1 {
		return err
	}
	return fmt.Errorf("%d of %d records are written; of the next %d some may be: %w", done, of, min(bonifyMost, of-done), err)
}

// put sends one call of an update.
func (c *Bonify) put(ctx context.Context, batch []BonifyCustomer, clears bool) (reply, error) {
	q := bonifyRequest{method: http.MethodPut, path: bonifyCustomers, clears: clears}
	var records []map[string]any
	for _, one := range batch {
		record := c.record(one, clears)
		record["id"] = one.ID
		switch {
		case c.bug.is("BON-PUT-01b"):
			delete(record, "id")
		case c.bug.is("BON-PUT-01c"):
			q.path = bonifyItem(one.ID)
		case !clears && c.bug.is("BON-PUT-08b"):
			c.whole(ctx, one.ID, record)
		}
		records = append(records, record)
	}
	q.body = c.encode(records)
	if c.bug.is("BON-PUT-01a") {
		q.body = bytes.TrimSuffix(bytes.TrimPrefix(q.body, []byte(`{"customers":`)), []byte("}"))
	}
	got, _, err := c.send(ctx, q)
	return got, err
}

// record is what is sent of a customer: what is set.
func (c *Bonify) record(one BonifyCustomer, clears bool) map[string]any {
	record := map[string]any{}
	for name, value := range map[string]string{"email": one.Email, "first_name": one.FirstName, "last_name": one.LastName} {
		if value != "" || !clears && one.ID != 0 && c.bug.is("BON-PUT-08a") {
			record[name] = value
		}
	}
	fields := map[string]any{}
	for name, field := range one.Fields {
		if field.Value == "" && !(clears && !c.bug.is("BON-CLR-01b")) && !c.bug.is("BON-CLR-02a") {
			continue // a blank is no wish to clear
		}
		fields[c.name(name)] = field.Value
	}
	if len(fields) > 0 {
		record["customer_fields"] = fields
	}
	if read := c.read(one.ID); len(fields) > 0 && read != nil && c.bug.is("BON-TYPE-02a") {
		for i := range read {
			read[i].Value = one.Fields[read[i].MachineName].Value
		}
		record["customer_fields"] = read
	}
	return record
}

// name is the key of a custom field in a write: its machine name.
func (c *Bonify) name(machine string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if label := c.labels[machine]; label != "" && c.bug.is("BON-TYPE-04a") {
		return label
	}
	return machine
}

func (c *Bonify) read(id int64) []bonifyFieldValue {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.fields[id])
}

// whole fills a record up with all that the customer has.
func (c *Bonify) whole(ctx context.Context, id int64, record map[string]any) {
	before, err := c.Get(ctx, id)
	if err != nil {
		return
	}
	for name, value := range map[string]string{"email": before.Email, "first_name": before.FirstName, "last_name": before.LastName} {
		if record[name] == nil && value != "" {
			record[name] = value
		}
	}
}

// encode wraps records and writes them as JSON.
func (c *Bonify) encode(records []map[string]any) []byte {
	body, err := json.Marshal(map[string]any{"customers": records})
	if err != nil {
		panic(err) // maps of texts and numbers always are JSON
	}
	if c.bug.is("GEN-UTF8-01a") {
		body = latin1(body)
	}
	return body
}

// stored looks whether custom fields were stored that the client has never seen:
// the service says okay to a name that it does not know.
func (c *Bonify) stored(ctx context.Context, all []BonifyCustomer) error {
	if c.bug.is("BON-PUT-07a") {
		return nil
	}
	for _, one := range all {
		if !c.strange(one) {
			continue
		}
		now, err := c.Get(ctx, one.ID)
		if err != nil {
			return fmt.Errorf("%w: written, and not to be read: %w", ErrUnknown, err)
		}
		for name, field := range one.Fields {
			if field.Value != "" && now.Fields[name].Value != field.Value {
				return fmt.Errorf("bonify: %w: the shop has no field %s", ErrNotSaved, name)
			}
		}
	}
	return nil
}

// strange tells whether a record has a custom field that was never seen.
func (c *Bonify) strange(one BonifyCustomer) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for name, field := range one.Fields {
		if _, known := c.labels[name]; !known && field.Value != "" {
			return true
		}
	}
	return false
}

// Clear deletes what a customer has in a custom field.
func (c *Bonify) Clear(ctx context.Context, id int64, field string) error {
	_, err := c.put(ctx, []BonifyCustomer{{ID: id, Fields: map[string]BonifyField{field: {}}}}, true)
	return err
}

// Create makes new customers, ten at a time.
func (c *Bonify) Create(ctx context.Context, all []BonifyCustomer) error {
	for i, batch := range c.batches(all, true) {
		if err := c.create(ctx, batch, 2); err != nil {
			return c.part(err, i*bonifyMost, len(all))
		}
	}
	return nil
}

// create sends one call of it. When the answer is lost, it looks for the new
// customers before it sends those once more that are not there.
func (c *Bonify) create(ctx context.Context, batch []BonifyCustomer, tries int) error {
	var records []map[string]any
	for _, one := range batch {
		record := c.record(one, false)
		if c.bug.is("BON-POST-01a") {
			record["id"] = 0
		}
		records = append(records, record)
	}
	got, _, err := c.send(ctx, bonifyRequest{method: http.MethodPost, path: bonifyCustomers, body: c.encode(records)})
	switch {
	case err == nil:
		c.remembered(batch)
		return nil
	case len(batch) > 1 && got.status == http.StatusBadRequest && tries > 1 && c.bug.is("BON-PUT-06a"):
		return c.create(ctx, batch, 1)
	case len(batch) > 1 && got.status == http.StatusBadRequest && c.bug.is("BON-PUT-06b"):
		return nil
	case !lost(got, err), ctx.Err() != nil, c.bug.is("GEN-DUP-01a"):
		return err
	}
	var left []BonifyCustomer
	for _, one := range batch {
		there, unknown := c.there(ctx, one.Email)
		if unknown != nil {
			return fmt.Errorf("%w: %w", ErrUnknown, err)
		}
		if !there {
			left = append(left, one)
		}
	}
	switch {
	case len(left) == 0:
		c.remembered(batch)
		return nil
	case tries == 1:
		return fmt.Errorf("%w: %w", ErrUnknown, err)
	}
	return c.create(ctx, left, tries-1)
}

// remembered keeps whom the client has made, whom a search may not show yet.
func (c *Bonify) remembered(batch []BonifyCustomer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, one := range batch {
		c.made[strings.ToLower(one.Email)] = time.Now()
	}
}

// lately is how long a search may take to show what was made.
const lately = time.Minute

// there tells whether somebody has an address. The service does not mind capitals
// in one.
func (c *Bonify) there(ctx context.Context, email string) (bool, error) {
	c.mu.Lock()
	made, known := c.made[strings.ToLower(email)]
	c.mu.Unlock()
	if known && time.Since(made) < lately && !c.bug.is("BON-FIND-01a") {
		return true, nil
	}
	hits, err := c.List(ctx, BonifyFilter{"email", "equals", email})
	return slices.ContainsFunc(hits, func(hit BonifyCustomer) bool {
		return hit.Email == email || strings.EqualFold(hit.Email, email) && !c.bug.is("BON-FIND-02a")
	}), err
}

// Ensure makes a customer unless there is one with that address.
func (c *Bonify) Ensure(ctx context.Context, one BonifyCustomer) error {
	there, err := c.there(ctx, one.Email)
	if there || err != nil {
		return err
	}
	return c.Create(ctx, []BonifyCustomer{one})
}

// Delete deletes one customer.
func (c *Bonify) Delete(ctx context.Context, id int64) error {
	q := bonifyRequest{method: http.MethodDelete, path: bonifyItem(id)}
	if c.bug.is("BON-DEL-01a") {
		q.method, q.path = http.MethodPost, bonifyCustomers
		q.body = c.encode([]map[string]any{{"id": id}})
	}
	_, _, err := c.send(ctx, q)
	return err
}

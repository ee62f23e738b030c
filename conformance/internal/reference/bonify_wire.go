package reference

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

// A BonifyCustomer is a customer of the shop. In a write, what is empty is not
// sent: it stays as it is.
type BonifyCustomer struct {
	ID        int64
	Email     string
	FirstName string
	LastName  string
	Fields    map[string]BonifyField // by machine name
}

// A BonifyField is what a customer has in one custom field.
type BonifyField struct {
	Value   string
	Created time.Time
	Updated time.Time
}

// bonifyEnvelope is what every answer comes in.
type bonifyEnvelope struct {
	Status    string               `json:"status"`
	Message   string               `json:"message"`
	PrevPage  *string              `json:"prev_page"`
	NextPage  json.RawMessage      `json:"next_page"`
	PageCount int                  `json:"page_count"` // the old version had it
	Customers []bonifyWireCustomer `json:"customers"`
	Customer  *bonifyWireCustomer  `json:"customer"`
	ID        int64                `json:"id"` // bug BON-GET-01a
}

// next is the cursor of the next page, "" where there is none.
func (e bonifyEnvelope) next() string {
	var cursor string
	_ = json.Unmarshal(e.NextPage, &cursor) // absent, null and no text are none
	return cursor
}

type bonifyWireCustomer struct {
	ID        json.Number     `json:"id"`
	Email     *string         `json:"email"`
	FirstName *string         `json:"first_name"`
	LastName  *string         `json:"last_name"`
	Fields    json.RawMessage `json:"customer_fields"`
}

type bonifyFieldValue struct {
	MachineName string `json:"machine_name"`
	Label       string `json:"label"`
	Value       string `json:"value"`
	CreatedAt   int64  `json:"created_at"` // Unix seconds
	UpdatedAt   int64  `json:"updated_at"`
}

func bonifyReply(err error) error { return fmt.Errorf("bonify: %w: %w", ErrReply, err) }

// customer reads a record.
func (c *Bonify) customer(w bonifyWireCustomer) (BonifyCustomer, error) {
	id, err := w.ID.Int64()
	if err != nil {
		return BonifyCustomer{}, bonifyReply(err)
	}
	if c.bug.is("BON-TYPE-01a") {
		id = int64(float64(id))
	}
	if c.bug.is("BON-TYPE-01b") {
		id = int64(int32(id))
	}
	out := BonifyCustomer{ID: id, Fields: map[string]BonifyField{}}
	for to, from := range map[*string]*string{&out.Email: w.Email, &out.FirstName: w.FirstName, &out.LastName: w.LastName} {
		if from != nil {
			*to = *from
		}
	}
	values, err := c.values(w.Fields)
	if err != nil {
		return out, err
	}
	for i, v := range values {
		name := v.MachineName
		if c.bug.is("BON-TYPE-03b") {
			name = [...]string{"radios", "text"}[i%2]
		}
		out.Fields[name] = BonifyField{v.Value, c.time(v.CreatedAt), c.time(v.UpdatedAt)}
	}
	c.remember(id, values)
	return out, nil
}

// values reads the custom fields: a list of objects. That of a customer without
// any is empty.
func (c *Bonify) values(raw json.RawMessage) ([]bonifyFieldValue, error) {
	if raw == nil {
		return nil, nil
	}
	var values []bonifyFieldValue
	if c.bug.is("BON-TYPE-03a") {
		byName := map[string]string{}
		return nil, json.Unmarshal(raw, &byName)
	}
	if err := c.bug.decode(raw, &values); err != nil {
		return nil, bonifyReply(err)
	}
	return values, nil
}

// time reads a time inside of a custom field.
func (c *Bonify) time(seconds int64) time.Time {
	if c.bug.is("BON-TYPE-05a") {
		return time.UnixMilli(seconds).UTC()
	}
	return time.Unix(seconds, 0).UTC()
}

// remember keeps which custom fields the shop has.
func (c *Bonify) remember(id int64, values []bonifyFieldValue) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fields[id] = values
	for _, v := range values {
		c.labels[v.MachineName] = v.Label
	}
}

// mended is the beginning of a list as if it were whole.
func mended(body []byte) []byte {
	if end := bytes.LastIndex(body, []byte("},{\"id\"")); end > 0 {
		return append(bytes.Clone(body[:end]), "}]}"...)
	}
	return body
}

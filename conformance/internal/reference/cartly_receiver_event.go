package reference

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

// take looks into a delivery that is genuine, and gives the status that it is
// answered with. What is not for this application is acknowledged all the same:
// sent again, it would be no other.
func (p *cartlyReceiver) take(r *http.Request, body []byte) int {
	b := p.c.bug
	shop := r.Header.Get("X-Cartly-Shop-Domain")
	if b.is("CLY-HDR-02a") {
		shop = p.c.app.ShopDomain
	}
	if !strings.HasSuffix(shop, ".mycartly.pro") && b.is("CLY-HDR-03a") {
		return http.StatusNotFound
	}
	var told struct {
		Event string          `json:"event"`
		Data  json.RawMessage `json:"data"`
	}
	var record struct {
		ID string `json:"id"`
	}
	if json.Unmarshal(bytes.TrimPrefix(body, []byte("\ufeff")), &told) != nil {
		return http.StatusOK
	}
	_ = json.Unmarshal(told.Data, &record) // an event may be about something that has no id
	e := CartlyEvent{Name: told.Event, Shop: shop, RecordID: record.ID}
	_, known := p.c.Known(e.RecordID)
	switch {
	case !slices.Contains(cartlyEvents, e.Name) && b.is("CLY-EVT-02a"):
		return http.StatusInternalServerError
	case e.Name == "cart.abandoned" && b.is("CLY-EVT-01a"):
		return http.StatusBadRequest
	case !slices.Contains(cartlyEvents, e.Name):
		return http.StatusOK
	case e.Name == "order.updated" && !known && b.is("CLY-EVT-03a"):
		panic("runtime error: invalid memory address or nil pointer dereference")
	case e.Name == "order.fulfilled" && !known && b.is("CLY-EVT-06a"):
		return http.StatusInternalServerError
	}
	p.c.learn(e.Name, told.Data)
	key := shop + "\n" + string(body) // there is no id of a delivery
	if b.is("CLY-HDR-01a") {
		key = r.Header.Get("X-Cartly-Webhook-Id")
	}
	return p.answered(p.job(key, e))
}

// A cartlyJob is one event in the hands of the application.
type cartlyJob struct {
	done  chan struct{}
	err   error // of the application; read when done
	acked bool  // it was answered that all is well, so nobody sends it again
}

// job gives the job of a delivery: another copy of it may have begun it, at this
// very moment or long ago. One that failed is begun anew.
func (p *cartlyReceiver) job(key string, e CartlyEvent) *cartlyJob {
	b, s := p.c.bug, &p.c.receiving
	s.mu.Lock()
	defer s.mu.Unlock()
	if j := s.seen[key]; j != nil && !b.is("CLY-EVT-04a") {
		return j
	}
	if s.seen == nil {
		s.seen = map[string]*cartlyJob{}
	}
	j := &cartlyJob{done: make(chan struct{})}
	late := b.is("CLY-EVT-04b") // looked up now, written down when it is done
	if !late {
		s.seen[key] = j
	}
	go func() {
		err := p.work(e)
		s.mu.Lock()
		j.err = err
		if late {
			s.seen[key] = j
		}
		if err != nil && !j.acked && !b.is("CLY-EVT-05a") {
			delete(s.seen, key)
		}
		again := err != nil && j.acked
		s.mu.Unlock()
		close(j.done)
		if again {
			p.persist(e)
		}
	}()
	return j
}

// work passes an event on to the application.
func (p *cartlyReceiver) work(e CartlyEvent) error {
	if e.Name == "customer.created" && p.c.bug.is("CLY-EVT-08a") {
		_, _ = p.c.CreateCustomer(context.Background(), CartlyCustomer{Email: e.RecordID + "@accounts.example.com"})
	}
	return p.handled(e)
}

// persist passes on what failed after it was acknowledged.
func (p *cartlyReceiver) persist(e CartlyEvent) {
	for try := range tries {
		time.Sleep(firstWait << try)
		if p.handled(e) == nil {
			return
		}
	}
}

// answered waits for the application as long as the sender can wait.
func (p *cartlyReceiver) answered(j *cartlyJob) int {
	timer := time.NewTimer(cartlyPatience)
	defer timer.Stop()
	over := timer.C
	if p.c.bug.is("CLY-ACK-03a") {
		over = nil
	}
	select {
	case <-j.done:
	case <-over:
		p.c.receiving.mu.Lock()
		defer p.c.receiving.mu.Unlock()
		select {
		case <-j.done:
		default:
			j.acked = true
			return http.StatusAccepted
		}
	}
	if j.err != nil && !p.c.bug.is("CLY-EVT-05b") {
		return http.StatusInternalServerError
	}
	return http.StatusOK
}

// cartlyOrderState is what events tell of an order.
type cartlyOrderState struct {
	ID          string    `json:"id"`
	Status      string    `json:"status"`
	Payment     string    `json:"payment_status"`
	Fulfillment string    `json:"fulfillment_status"`
	Note        string    `json:"note"`
	UpdatedAt   time.Time `json:"updated_at"`
}

// Known gives what events have told of an order.
func (c *Cartly) Known(id string) (CartlyOrder, bool) {
	c.receiving.mu.Lock()
	defer c.receiving.mu.Unlock()
	o, known := c.receiving.known[id]
	return CartlyOrder{ID: o.ID, Status: o.Status, Payment: o.Payment, Fulfillment: o.Fulfillment, Note: o.Note}, known
}

// learn keeps what an event tells of an order, unless something newer is known:
// events come late, and in any order. Of one moment, what was made is older than
// what became of it.
func (c *Cartly) learn(name string, data []byte) {
	var told cartlyOrderState
	if !strings.HasPrefix(name, "order.") || json.Unmarshal(data, &told) != nil {
		return
	}
	c.receiving.mu.Lock()
	defer c.receiving.mu.Unlock()
	last, have := c.receiving.known[told.ID]
	older := told.UpdatedAt.Before(last.UpdatedAt) || told.UpdatedAt.Equal(last.UpdatedAt) && name == "order.created"
	if have && older && !c.bug.is("CLY-EVT-07a") {
		return
	}
	if c.receiving.known == nil {
		c.receiving.known = map[string]cartlyOrderState{}
	}
	c.receiving.known[told.ID] = told
}

package people

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
)

// Cartly is a client of the Cartly Apps API.
type Cartly struct{ service }

// NewCartly makes a client.
func NewCartly(client *http.Client, base, token string) Cartly {
	return Cartly{service{client, base, map[string]string{"Authorization": "Bearer " + token}}}
}

// A Buyer is a customer of a Cartly shop.
type Buyer struct {
	ID        string `json:"id,omitempty"`
	Email     string `json:"email,omitempty"`
	FirstName string `json:"first_name,omitempty"`
	LastName  string `json:"last_name,omitempty"`
	Phone     string `json:"phone,omitempty"`
	Note      string `json:"note,omitempty"`
}

// FindBuyers gives the customers with that address.
func (c Cartly) FindBuyers(ctx context.Context, email string) ([]Buyer, error) {
	var got struct{ Customers []Buyer }
	err := c.send(ctx, "GET", "/apps/api/customers?email="+url.QueryEscape(email), nil, &got)
	return got.Customers, err
}

// CreateBuyer makes a customer.
func (c Cartly) CreateBuyer(ctx context.Context, b Buyer) (made Buyer, err error) {
	err = c.send(ctx, "POST", "/apps/api/customers", b, &made)
	return made, err
}

// UpdateBuyer changes fields, by their names.
func (c Cartly) UpdateBuyer(ctx context.Context, id string, fields map[string]string) (now Buyer, err error) {
	err = c.send(ctx, "PUT", "/apps/api/customers/"+id, fields, &now)
	return now, err
}

// Subscribe has a URL told of events.
func (c Cartly) Subscribe(ctx context.Context, target string, events []string) (string, error) {
	var made struct{ ID string }
	err := c.send(ctx, "POST", "/apps/api/webhooks", map[string]any{"url": target, "events": events}, &made)
	return made.ID, err
}

// Unsubscribe ends a subscription.
func (c Cartly) Unsubscribe(ctx context.Context, id string) error {
	return c.send(ctx, "DELETE", "/apps/api/webhooks/"+id, nil, nil)
}

// An Event is what a delivery tells.
type Event struct {
	Event string
	Shop  string `json:"-"`
	Data  struct{ ID string }
}

// Receiver takes deliveries whose signature is right.
func Receiver(secret string, handle func(Event) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, "cannot read", http.StatusBadRequest)
			return
		}
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write(body)
		want := "sha256=" + hex.EncodeToString(mac.Sum(nil))
		if !hmac.Equal([]byte(want), []byte(r.Header.Get("X-Cartly-Hmac-Sha256"))) {
			http.Error(w, "invalid signature", http.StatusUnauthorized)
			return
		}
		e := Event{Shop: r.Header.Get("X-Cartly-Shop-Domain")}
		if err := json.Unmarshal(body, &e); err != nil {
			http.Error(w, "no JSON", http.StatusBadRequest)
			return
		}
		if err := handle(e); err != nil {
			http.Error(w, "failed", http.StatusInternalServerError)
		}
	})
}

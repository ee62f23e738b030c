package people

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Cscart is a client of the carts of a CS-Cart shop.
type Cscart struct{ service }

// NewCscart makes a client.
func NewCscart(client *http.Client, base, email, key string) Cscart {
	basic := base64.StdEncoding.EncodeToString([]byte(email + ":" + key))
	return Cscart{service{client, base, map[string]string{"Authorization": "Basic " + basic}}}
}

// A Cart of a user or a guest.
type Cart struct {
	UserID    string          `json:"user_id"`
	FirstName string          `json:"firstname"`
	LastName  string          `json:"lastname"`
	Date      string          `json:"date"`
	IP        string          `json:"ip_address"`
	Items     string          `json:"cart_products"`
	Total     string          `json:"total"`
	OrderID   string          `json:"order_id"`
	UserData  json.RawMessage `json:"user_data"` // [] for a guest
	Products  []CartProduct   `json:"products"`
}

// A CartProduct is a line of a cart.
type CartProduct struct {
	ProductID string `json:"product_id"`
	Amount    string `json:"amount"`
	Price     string `json:"price"`
	Name      string `json:"product"`
}

// Time is when the cart was made.
func (c Cart) Time() time.Time {
	seconds, _ := strconv.ParseInt(c.Date, 10, 64)
	return time.Unix(seconds, 0)
}

// Guest tells whether the cart is that of a guest.
func (c Cart) Guest() bool { return string(c.UserData) == "[]" }

// Carts reads all carts that fit the parameters, of all pages.
func (c Cscart) Carts(ctx context.Context, q url.Values) ([]Cart, error) {
	var all []Cart
	q.Set("items_per_page", "100")
	for page := 1; ; page++ {
		q.Set("page", strconv.Itoa(page))
		var got struct {
			Carts  []Cart
			Params struct {
				Total string `json:"total_items"`
			}
		}
		if err := c.send(ctx, "GET", "/api/carts/?"+q.Encode(), nil, &got); err != nil {
			return nil, err
		}
		all = append(all, got.Carts...)
		if total, _ := strconv.Atoi(got.Params.Total); len(all) >= total {
			return all, nil
		}
	}
}

// Cart reads one.
func (c Cscart) Cart(ctx context.Context, user string) (Cart, error) {
	var one Cart
	err := c.send(ctx, "GET", fmt.Sprintf("/api/carts/%s", user), nil, &one)
	return one, err
}

// DeleteCart deletes one.
func (c Cscart) DeleteCart(ctx context.Context, user string) error {
	return c.send(ctx, "DELETE", fmt.Sprintf("/api/carts/%s", user), nil, nil)
}

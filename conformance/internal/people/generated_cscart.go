package people

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
)

// GeneratedCscart is generated from a description of the carts of CS-Cart whose
// schemas were inferred from the document's samples of a member's cart.
type GeneratedCscart struct{ c configuration }

// NewGeneratedCscart makes a client.
func NewGeneratedCscart(client *http.Client, base, email, key string) *GeneratedCscart {
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte(email+":"+key))
	return &GeneratedCscart{configuration{base, client, http.Header{"Authorization": {basic}}, false}}
}

// A CartModel is the schema of a cart.
type CartModel struct {
	UserID       string `json:"user_id"`
	Firstname    string `json:"firstname"`
	Lastname     string `json:"lastname"`
	Date         string `json:"date"`
	IPAddress    string `json:"ip_address"`
	CartProducts string `json:"cart_products"`
	Total        string `json:"total"`
	OrderID      string `json:"order_id"`
	UserData     struct {
		UserID string `json:"user_id"`
		Email  string `json:"email"`
	} `json:"user_data"`
	Products []CartProductModel `json:"products"`
}

// A CartProductModel is the schema of a product in a cart.
type CartProductModel struct {
	ProductID string `json:"product_id"`
	Amount    string `json:"amount"`
	Price     string `json:"price"`
	Product   string `json:"product"`
}

// A CartsResponse is the schema of a page.
type CartsResponse struct {
	Carts []CartModel `json:"carts"`
}

// CartsGet is GET /api/carts/.
func (g *GeneratedCscart) CartsGet(ctx context.Context, page, itemsPerPage int) (out CartsResponse, err error) {
	query := url.Values{"page": {strconv.Itoa(page)}, "items_per_page": {strconv.Itoa(itemsPerPage)}}
	err = g.c.execute(ctx, "CartsGet", http.MethodGet, "/api/carts/", query, nil, &out)
	return out, err
}

// CartsUserIDGet is GET /api/carts/{user_id}/.
func (g *GeneratedCscart) CartsUserIDGet(ctx context.Context, userID string) (out CartModel, err error) {
	err = g.c.execute(ctx, "CartsUserIDGet", http.MethodGet, "/api/carts/"+url.PathEscape(userID)+"/", nil, nil, &out)
	return out, err
}

// CartsUserIDDelete is DELETE /api/carts/{user_id}/.
func (g *GeneratedCscart) CartsUserIDDelete(ctx context.Context, userID string) error {
	return g.c.execute(ctx, "CartsUserIDDelete", http.MethodDelete, "/api/carts/"+url.PathEscape(userID)+"/", nil, nil, nil)
}

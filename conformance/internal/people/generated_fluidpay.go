package people

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// GeneratedFluidpay is generated from a description of FluidPay's products with
// the members of the document's samples.
type GeneratedFluidpay struct{ c configuration }

// NewGeneratedFluidpay makes a client.
func NewGeneratedFluidpay(client *http.Client, base, key string) *GeneratedFluidpay {
	return &GeneratedFluidpay{configuration{base, client, http.Header{"Authorization": {key}}, true}}
}

// A ProductModel is the schema of a product.
type ProductModel struct {
	ID            string    `json:"id"`
	PublicHash    string    `json:"public_hash"`
	MerchantID    string    `json:"merchant_id"`
	Sku           string    `json:"sku"`
	Name          string    `json:"name"`
	Img           string    `json:"img"`
	Price         int32     `json:"price"`
	LocalTax      int32     `json:"local_tax"`
	NationalTax   int32     `json:"national_tax"`
	FixedAmount   bool      `json:"fixed_amount"`
	FixedQty      bool      `json:"fixed_qty"`
	UnitOfMeasure string    `json:"unit_of_measure"`
	Description   string    `json:"description"`
	CreatedAt     time.Time `json:"created_at"`
	UpdatedAt     time.Time `json:"updated_at"`
	DeletedAt     time.Time `json:"deleted_at"`
}

// A ProductInput is the schema of a product to be saved.
type ProductInput struct {
	Sku         string `json:"sku,omitempty"`
	Name        string `json:"name,omitempty"`
	Img         string `json:"img,omitempty"`
	Price       int32  `json:"price,omitempty"`
	FixedAmount bool   `json:"fixed_amount,omitempty"`
	FixedQty    bool   `json:"fixed_qty,omitempty"`
	Description string `json:"description,omitempty"`
}

// A ProductResponse is the schema of one product in its envelope.
type ProductResponse struct {
	Status string       `json:"status"`
	Msg    string       `json:"msg"`
	Data   ProductModel `json:"data"`
}

// A ProductsResponse is the schema of all products in their envelope.
type ProductsResponse struct {
	Status string         `json:"status"`
	Msg    string         `json:"msg"`
	Data   []ProductModel `json:"data"`
}

func productPath(merchant, id string) string {
	return "/api/merchant/" + url.PathEscape(merchant) + "/product" + id
}

// ProductGet is GET /api/merchant/{merchantid}/product/{productid}.
func (g *GeneratedFluidpay) ProductGet(ctx context.Context, merchant, id string) (out ProductResponse, err error) {
	err = g.c.execute(ctx, "ProductGet", http.MethodGet, productPath(merchant, "/"+url.PathEscape(id)), nil, nil, &out)
	return out, err
}

// ProductsGet is GET /api/merchant/{merchantid}/product.
func (g *GeneratedFluidpay) ProductsGet(ctx context.Context, merchant string) (out ProductsResponse, err error) {
	err = g.c.execute(ctx, "ProductsGet", http.MethodGet, productPath(merchant, ""), nil, nil, &out)
	return out, err
}

// ProductPost is POST /api/merchant/{merchantid}/product.
func (g *GeneratedFluidpay) ProductPost(ctx context.Context, merchant string, in ProductInput) (out ProductResponse, err error) {
	err = g.c.execute(ctx, "ProductPost", http.MethodPost, productPath(merchant, ""), nil, in, &out)
	return out, err
}

// ProductUpdate is POST /api/merchant/{merchantid}/product/{productid}.
func (g *GeneratedFluidpay) ProductUpdate(ctx context.Context, merchant, id string, in ProductInput) (out ProductResponse, err error) {
	err = g.c.execute(ctx, "ProductUpdate", http.MethodPost, productPath(merchant, "/"+url.PathEscape(id)), nil, in, &out)
	return out, err
}

package conformance_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/cartdouble/cartdouble/conformance"
)

// till is a client that puts products on the shelf, as such clients are often
// written: the record is a struct, and its empty fields are left out.
type till struct{ conformance.Env }

type tillProduct struct {
	SKU         string `json:"sku,omitempty"`
	Name        string `json:"name,omitempty"`
	Description string `json:"description,omitempty"`
	Price       int64  `json:"price,omitempty"`
	FixedAmount bool   `json:"fixed_amount,omitempty"`
	FixedQty    bool   `json:"fixed_qty,omitempty"`
}

func (c till) create(ctx context.Context, p tillProduct) (id string, err error) {
	text, err := json.Marshal(p)
	if err != nil {
		return "", err
	}
	path := fmt.Sprintf("/api/merchant/%s/product", url.PathEscape(c.Creds["merchant_id"]))
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimRight(c.BaseURL, "/")+path, bytes.NewReader(text))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", c.Creds["api_key"])
	answer, err := c.HTTP.Do(r)
	if err != nil {
		return "", err
	}
	defer func() { _ = answer.Body.Close() }()
	var got struct {
		Status, Msg string
		Data        struct{ ID string }
	}
	if err := json.NewDecoder(answer.Body).Decode(&got); err != nil {
		return "", err
	}
	if answer.StatusCode != http.StatusOK || got.Status != "success" {
		return "", errors.New(got.Msg)
	}
	return got.Data.ID, nil
}

// A client is tried with the functions that it has. This one makes products,
// and leaves out what is required and happens to be false, 0 or "".
func ExampleFluidpay() {
	report, err := conformance.Evaluate(context.Background(), conformance.Fluidpay(), func(env conformance.Env) conformance.FluidpayClient {
		return conformance.FluidpayClient{
			CreateProduct: func(ctx context.Context, in conformance.FluidpayProduct) (string, error) {
				return till{env}.create(ctx, tillProduct{
					SKU: in.SKU, Name: in.Name, Description: in.Description,
					Price: in.Price, FixedAmount: in.FixedAmount, FixedQty: in.FixedQty,
				})
			},
		}
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, failed := range report.Failed() {
		fmt.Println(failed.Rule.ID, failed.Rule.Clause, failed.Rule.Title)
		fmt.Println("  expected", failed.Finding.Expected)
		fmt.Println("  got     ", failed.Finding.Got)
	}
	// Output:
	// FLP-PRD-01 fluidpay:287-288 false is a value, and required
	//   expected fixed_amount as true or false
	//   got      {"sku":"tee1","name":"Tee","description":"a shirt","price":1299}
	// FLP-PRD-02 fluidpay:286 prices are whole cents
	//   expected a price in every new product, 0 too
	//   got      {"sku":"tee1","name":"Tee","description":"a shirt","fixed_amount":true,"…
}

package fluidpay

import (
	"encoding/json"
	"time"
)

// The records of the document's samples, for a test that wants them: Add stores
// them as they are. They belong to the document's merchant, which is the default
// one. Their ids were made a second before the records, as the document has it
// (reading FP-54).

func sampleTime() time.Time { return time.Date(2025, 5, 7, 16, 21, 42, 0, time.UTC) }

const sampleMerchant = "testmerchant12345678"

// SampleCart is the cart of the document's answer to a single read, with its one
// product ("Get Single").
func SampleCart() (Cart, []Product) {
	return Cart{
		ID: "d0doh5fsvrvasm390u6g", PublicHash: "2c2b1b32-c00e-4caa-9931-a21d1e4a8cc1", MerchantID: sampleMerchant,
		Name: "initiatives", Description: "sample cart description", Type: Normal, CustomFieldsGroup: defaultGroup,
		Payments: []Payment{Card, ACH}, Products: []string{"d0doh5fsvrvasm390u30"}, ShowAvailableProducts: true,
		SuccessURL: "http://www.futureb2b.info/streamline/rich", CancelURL: "http://www.districtcollaborative.net/expedite",
		Settings:  json.RawMessage(`{"product_subtitle_verbiage":"Products","save_customer_vault":"none"}`),
		CreatedAt: sampleTime(), UpdatedAt: sampleTime(),
	}, []Product{bleedingEdge("d0doh5fsvrvasm390u30")}
}

// SampleCarts is the cart of the document's list of carts, with its seven
// products ("Get All"). The document shows only their ids; all else is that of
// the product in SampleCart.
func SampleCarts() ([]Cart, []Product) {
	cart, _ := SampleCart()
	cart.Description, cart.SuccessURL, cart.CancelURL, cart.Settings, cart.Products = "sample description", "", "", nil, nil
	var products []Product
	for _, end := range []string{"u30", "u3g", "u40", "u4g", "u50", "u5g", "u60"} {
		id := "d0doh5fsvrvasm390" + end
		cart.Products = append(cart.Products, id)
		products = append(products, bleedingEdge(id))
	}
	return []Cart{cart}, products
}

func bleedingEdge(id string) Product {
	return Product{
		ID: id, PublicHash: "fe254495-bca4-4d2b-9960-da166ae5f36f", MerchantID: sampleMerchant,
		SKU: "dbb3fd7a-31f0-4431-8a55-1a1935844c64", Name: "bleeding-edge", Img: "https://picsum.photos/250/159",
		Price: 233, LocalTax: 225, NationalTax: 210, FixedAmount: true, Description: "sample product description",
		CreatedAt: sampleTime(), UpdatedAt: sampleTime(),
	}
}

// SampleProduct is the product of the document's answer to a single read ("Get
// Single").
func SampleProduct() Product {
	at := time.Date(2025, 5, 8, 15, 30, 41, 0, time.UTC)
	return Product{
		ID: "d0ecs87svrvfjfvijd70", PublicHash: "f164740d-1005-4f9a-b958-111e4704840f", MerchantID: sampleMerchant,
		SKU: "acdfd73e-9fae-45ab-8c5e-c6a6920aff30", Name: "applications", Img: "https://picsum.photos/244/223",
		Price: 708, LocalTax: 388, NationalTax: 444, FixedAmount: true,
		Description: "Train his child does camp terribly myself pride us yet. Moonlight handle publicity shall keep those watch drag truthfully anyone. Bravo tasty these to has rarely soon capture as quarterly.",
		CreatedAt:   at, UpdatedAt: at,
	}
}

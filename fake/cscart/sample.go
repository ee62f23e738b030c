package cscart

import "time"

// The carts of the document.

// SampleCarts are the two carts of the document's list: that of a guest, and that
// of user 3 ("List All Carts").
func SampleCarts() []Cart {
	return []Cart{
		{UserID: 3810267128, Products: []Product{
			{ProductID: 12, Amount: 1, Price: 3000, Name: "100g Pants", Timestamp: time.Unix(1466409032, 0).UTC()},
		}},
		{UserID: 3, User: sampleUser(1466408989), Products: []Product{samplePants(1466409025)}},
	}
}

// SampleCart is the cart of user 3, as the document shows it by itself ("Get a
// Specific Cart").
func SampleCart() Cart {
	return Cart{UserID: 3, User: sampleUser(1466521090), Products: []Product{samplePants(1466521318)}}
}

// samplePants are the document's row. Its extra says something else in part, as
// in the document.
func samplePants(changed int64) Product {
	return Product{
		ProductID: 12, Amount: 1, Price: 3000, Name: "100g Pants", Code: "U0012O5AF0",
		Options: []Option{{ID: 3, Variant: 12}, {ID: 4, Variant: 17}}, Timestamp: time.Unix(changed, 0).UTC(),
		Extra: spelling.AppendJSON(nil, []byte(sampleExtra)), // as the shop writes it
	}
}

func sampleUser(login int64) *User {
	home := Address{
		FirstName: "John", LastName: "Doe", Line1: "44 Main street", City: "Boston", State: "MA", Country: "US", Zip: "02134",
		StateName: "Massachusetts", CountryName: "United States",
	}
	return &User{
		Login: "customer", LastLogin: time.Unix(login, 0).UTC(), Timestamp: time.Unix(1466408289, 0).UTC(),
		FirstName: "John", LastName: "Doe", Company: "Simtech", Email: "customer@example.com", Phone: "77 77 777 7777",
		ProfileID: 2, Billing: home, Shipping: home,
	}
}

const sampleExtra = `{
	"user_id":"3","timestamp":"1466409025","type":"C","user_type":"R","item_id":"822274303","item_type":"P",
	"product_id":12,"amount":1,"price":30,"session_id":"781d045d7ccfd9db6f55be14293b3f5f-1-C",
	"ip_address":"7f000001","order_id":null,"company_id":"1","product_code":"U0012O5AF0","product":"100g Pants",
	"product_options":{"3":"12","4":"17"},"stored_price":"N",
	"main_pair":{"pair_id":"808","image_id":"0","detailed_id":"864","position":"0","detailed":{"object_id":"822274303","object_type":"product_option","image_path":"http://localhost/images/detailed/0/173283_01.jpg","alt":"","image_x":"500","image_y":"500","http_image_path":"http://localhost/images/detailed/0/173283_01.jpg","https_image_path":"https://localhost/images/detailed/0/173283_01.jpg","absolute_path":"/var/www/html/images/detailed/0/173283_01.jpg","relative_path":"detailed/0/173283_01.jpg"}},
	"extra":{"product_options":{"3":"12","4":"17"},"unlimited_download":"N"},"stored_discount":null,
	"amount_total":2,"options_type":"P","exceptions_type":"F","modifiers_price":0,"is_edp":"N","edp_shipping":"N",
	"discount":0,"promotions":[],"base_price":30,"category_ids":[224],"display_price":30}`

package redact_test

import (
	"fmt"
	"net/http"

	"github.com/cartdouble/cartdouble/internal/redact"
)

func Example() {
	rules, err := redact.New("cartfunnel", map[string]string{"secret": "s3cr3t/of-the-shop"})
	if err != nil {
		fmt.Println(err)
		return
	}
	request, err := rules.Request(redact.Message{
		Method: "GET",
		Target: "/v1/customers.json?query=Ann.Real%40firm.example.de",
		Header: http.Header{"X-Cartfunnel-Api-Secret": {"s3cr3t/of-the-shop"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	answer, err := rules.Response(redact.Message{
		Body: []byte(`{"id":7,"email":"ann.real@firm.example.de","first_name":"Ann","last_name":"Real","note":"secret is s3cr3t\/of-the-shop"}`),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(request.Method, request.Target, request.Header)
	fmt.Println(string(answer.Body))
	fmt.Println(rules.Name(), rules.Scan([]byte("a late s3cr3t%2Fof-the-shop")))
	// Output:
	// GET /v1/customers.json?query=Person1%40example.com map[X-Cartfunnel-Api-Secret:[redacted]]
	// {"id":7,"email":"person1@example.com","first_name":"First1","last_name":"Last1","note":"secret is redacted"}
	// cartfunnel+1 redact: line 1: known.1: the secret "secret" stands there
}

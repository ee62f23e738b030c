package redact_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cartdouble/cartdouble/scenarios/internal/redact"
)

// page is a list of a hundred customers.
func page() []byte {
	var b strings.Builder
	b.WriteString("[")
	for i := range 100 {
		fmt.Fprintf(&b, `{"id":%d,"email":"ann%d@firm.de","created_at":"2019-02-04T23:29:37.406-05:00","first_name":"Ann%d","last_name":"Real","note":"x\/y & z"},`, i, i, i)
	}
	return []byte(strings.TrimSuffix(b.String(), ",") + "]")
}

func BenchmarkResponse(b *testing.B) {
	m := redact.Message{Header: headers("Content-Type", "application/json"), Body: page()}
	b.SetBytes(int64(len(m.Body)))
	r := rules(b, "cartfunnel", map[string]string{"secret": planted})
	for b.Loop() {
		if _, err := r.Response(m); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkScan(b *testing.B) {
	r := rules(b, "cartfunnel", map[string]string{"secret": planted})
	out, err := r.Response(redact.Message{Body: page()})
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(out.Body)))
	for b.Loop() {
		if err := r.Scan(out.Body); err != nil {
			b.Fatal(err)
		}
	}
}

package redact_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cartdouble/cartdouble/internal/redact"
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

// The thousandth person costs as much as the first, though all are looked for in
// every text.
func BenchmarkPeople(b *testing.B) {
	person := func(i int) redact.Message {
		return redact.Message{Body: fmt.Appendf(nil, `{"first_name":"Ann%d","last_name":"Real%d","phone":"+49 30 %07d","note":"a word about somebody"}`, i, i, i)}
	}
	for b.Loop() {
		r := rules(b, "cartfunnel", nil)
		var first, last time.Duration
		const many = 2000
		for i := range many {
			began := time.Now()
			if _, err := r.Response(person(i)); err != nil {
				b.Fatal(err)
			}
			switch took := time.Since(began); {
			case i < many/10:
				first += took
			case i >= many-many/10:
				last += took
			}
		}
		b.ReportMetric(float64(last)/float64(first), "last/first")
	}
}

package scenarios_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cartdouble/cartdouble/scenarios"
)

// counting is an upstream that makes a customer at each POST, with an id of his
// own, and reads him at each GET.
func counting() *httptest.Server {
	var n atomic.Int64
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := n.Load()
		if r.Method == http.MethodPost {
			id = n.Add(1)
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		fmt.Fprintf(w, `{"id":%d,"email":"c%d@firm.de","first_name":"Ann","last_name":"Real%[2]d","created_at":"2025-03-01T09:00:00Z","total_spent_cents":1250}`, 880000000+id, id)
	}))
}

// exchange makes n exchanges: customers are made and read by the ids that they
// have got.
func exchange(b *testing.B, run *scenarios.Run, n int) {
	c := newShopper(run)
	for i := range n / 2 {
		made := c.must(b, 200, "POST", "/customers.json", `{"customer": {"email": "c`+itoa(i+1)+`@firm.de", "first_name": "Ann", "last_name": "Real`+itoa(i+1)+`"}}`)
		c.must(b, 200, "GET", "/customers/"+first(made, `[0-9]+`)+".json", "")
	}
}

// A long story costs as much for each exchange as a short one: recorded, recorded
// again over what was recorded, and replayed.
func BenchmarkRecording(b *testing.B) {
	b.Setenv("SCENARIOS_TRACE", "")
	b.Setenv("CI", "")
	long := 10_000
	if testing.Short() {
		long = 2_000
	}
	for b.Loop() {
		cost := map[string][2]time.Duration{}
		for i, n := range []int{long / 10, long} {
			up := counting()
			file := filepath.Join(b.TempDir(), "story.txtar")
			for _, word := range []string{"record", "again", "replay"} {
				b.Setenv("SCENARIOS", map[string]string{"again": "record"}[word])
				if word != "again" {
					b.Setenv("SCENARIOS", word)
				}
				began := time.Now()
				s := watch(func(s *spy) { exchange(b, scenarios.Open(s, file, funnelOptions(up.URL)...), n) })
				took := cost[word]
				took[i] = time.Since(began) / time.Duration(n)
				cost[word] = took
				if failed := s.failures(); len(failed) > 0 {
					b.Fatal(failed[0])
				}
			}
			up.Close()
			_ = os.Remove(file)
		}
		for word, took := range cost {
			b.ReportMetric(float64(took[1].Microseconds()), word+"-µs/exchange")
			b.ReportMetric(float64(took[1])/float64(took[0]), word+"-long/short")
		}
	}
}

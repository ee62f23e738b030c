package scenarios_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/tidwall/gjson"

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
		fmt.Fprintf(w, `{"id":%d,"email":"c%d@firm.de","first_name":"Ann","last_name":"Real%[2]d","created_at":"2025-03-01T09:00:00Z","total_spent_cents":1250,"next_cursor":"bmV4dDo%[1]d"}`, 880000000+id, id)
	}))
}

// exchange makes n exchanges: customers are made and read by the ids and cursors that
// they have got.
func exchange(b testing.TB, run *scenarios.Run, n int) {
	c := newShopper(run)
	for i := range n / 2 {
		made := c.must(b, 200, "POST", "/customers.json", `{"customer": {"email": "c`+itoa(i+1)+`@firm.de", "first_name": "Ann", "last_name": "Real`+itoa(i+1)+`", "phone": "030 `+itoa(1000000+i)+`"}}`)
		c.must(b, 200, "GET", "/customers/"+gjson.Get(made, "id").Raw+".json?after="+url.QueryEscape(gjson.Get(made, "next_cursor").Str), "")
	}
}

// spent is what a story has cost for each exchange.
type spent struct {
	time         time.Duration
	bytes, count uint64 // of what was allocated
}

// spend tells what f costs for each of n exchanges.
func spend(n int, f func()) spent {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	began := time.Now()
	f()
	took := time.Since(began)
	runtime.ReadMemStats(&after)
	return spent{took / time.Duration(n), (after.TotalAlloc - before.TotalAlloc) / uint64(n), (after.Mallocs - before.Mallocs) / uint64(n)}
}

// A long story allocates as much for each exchange as a short one: recorded, recorded
// again over what was recorded, and replayed. What grows with the square of the
// length and allocates nothing is for the benchmark to show.
func TestLongStoriesCostNoMore(t *testing.T) {
	whole(t)
	const short, long, most = 300, 3_000, 1.25
	up := counting()
	defer up.Close()
	cost := map[string]map[int]spent{"recorded": {}, "recorded again": {}, "replayed": {}}
	for _, n := range []int{short, long} {
		file := recordedTo(t)
		for _, what := range []string{"recorded", "recorded again", "replayed"} {
			mode(t, map[bool]string{true: "replay", false: "record"}[what == "replayed"])
			cost[what][n] = spend(n, func() {
				good(t, func(s *spy) { exchange(t, scenarios.Open(s, file, funnelOptions(up.URL)...), n) })
			})
		}
	}
	for what, spent := range cost {
		bytes, count := float64(spent[long].bytes)/float64(spent[short].bytes), float64(spent[long].count)/float64(spent[short].count)
		assert.LessOrEqual(t, bytes, most, "bytes per exchange, %s: %d in %d, %d in %d", what, spent[short].bytes, short, spent[long].bytes, long)
		assert.LessOrEqual(t, count, most, "allocations per exchange, %s: %d in %d, %d in %d", what, spent[short].count, short, spent[long].count, long)
		t.Logf("%s: bytes ×%.3f, allocations ×%.3f", what, bytes, count)
	}
}

// A long story costs as much for each exchange as a short one: recorded, recorded
// again over what was recorded, and replayed. Time is that of a machine with other
// work; the bytes that were allocated are the same each time, and tell too where a
// story grows faster than its length.
func BenchmarkRecording(b *testing.B) {
	b.Setenv("SCENARIOS_TRACE", "")
	b.Setenv("CI", "")
	long := 10_000
	if testing.Short() {
		long = 2_000
	}
	for b.Loop() {
		cost := map[string][2]spent{}
		for i, n := range []int{long / 10, long} {
			up := counting()
			file := filepath.Join(b.TempDir(), "story.txtar")
			for _, word := range []string{"record", "again", "replay", "replay", "replay"} {
				b.Setenv("SCENARIOS", strings.Replace(word, "again", "record", 1))
				var s *spy
				now := spend(n, func() {
					s = watch(func(s *spy) { exchange(b, scenarios.Open(s, file, funnelOptions(up.URL)...), n) })
				})
				if failed := s.failures(); len(failed) > 0 {
					b.Fatal(failed[0])
				}
				best := cost[word]
				if best[i].time == 0 || now.time < best[i].time {
					best[i] = now
				}
				cost[word] = best
			}
			up.Close()
			_ = os.Remove(file)
		}
		for word, took := range cost {
			b.ReportMetric(float64(took[1].time.Microseconds()), word+"-µs/exchange")
			b.ReportMetric(float64(took[1].time)/float64(took[0].time), word+"-long/short")
			b.ReportMetric(float64(took[1].bytes)/float64(took[0].bytes), word+"-bytes-long/short")
		}
	}
}

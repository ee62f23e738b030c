package fluidpay_test

import (
	"encoding/base32"
	"encoding/binary"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake/fluidpay"
)

// The records of the shelf: three products, a cart with the first of them, an
// empty one.
const (
	p1 = "d0shelf0000000000001"
	p2 = "d0shelf0000000000002"
	p3 = "d0shelf0000000000003"
	c1 = "d0cart00000000000001"
	c2 = "d0cart00000000000002"
)

// A scene is one thing that a reading decides: a call on a fake with the shelf
// in it, and what of the answer shows the decision.
type scene struct {
	options []fluidpay.Option
	prepare func(testing.TB, *fluidpay.Server)
	call    func(c client) answer
	show    func(a answer, shop *fluidpay.Server) []any
	want    []any
}

func value(keys ...string) func(answer, *fluidpay.Server) []any {
	return func(a answer, _ *fluidpay.Server) []any {
		var shown []any
		for _, key := range keys {
			shown = append(shown, raw(a, key))
		}
		return shown
	}
}

// shown is the status, then values.
func shown(keys ...string) func(answer, *fluidpay.Server) []any {
	return func(a answer, shop *fluidpay.Server) []any {
		return append([]any{a.status}, value(keys...)(a, shop)...)
	}
}

// found is the status, then what was noted.
func found(a answer, shop *fluidpay.Server) []any {
	all := []any{a.status}
	for _, note := range notes(shop) {
		all = append(all, note)
	}
	return all
}

// failing is the status, then the findings that fail the test.
func failing(a answer, shop *fluidpay.Server) []any {
	all := []any{a.status}
	for _, f := range shop.Findings() {
		if f.Mistake {
			all = append(all, f.Kind)
		}
	}
	return all
}

func status(a answer, _ *fluidpay.Server) []any { return []any{a.status} }

func statusAndBody(a answer, _ *fluidpay.Server) []any { return []any{a.status, a.body} }

// keysOf are the keys of an object in the answer, in order.
func keysOf(path string) func(answer, *fluidpay.Server) []any {
	return func(a answer, _ *fluidpay.Server) []any {
		var keys []string
		gjson.Get(a.body, path).ForEach(func(key, _ gjson.Result) bool { keys = append(keys, key.Str); return true })
		return []any{strings.Join(keys, " ")}
	}
}

func get(path string) func(client) answer { return func(c client) answer { return c.get(path) } }

func del(path string) func(client) answer { return func(c client) answer { return c.del(path) } }

func post(path, body string) func(client) answer {
	return func(c client) answer { return c.post(path, body) }
}

// change updates the first cart, search asks for products.
func change(body string) func(client) answer { return post("/cart/"+c1, body) }

func search(body string) func(client) answer { return post("/product/search", body) }

func carts(body string) func(client) answer { return post("/cart/search", body) }

func call(method, path string) func(client) answer {
	return func(c client) answer { return c.send(method, path, "") }
}

// then makes several calls and gives the answer to the last.
func then(calls ...func(client) answer) func(client) answer {
	return func(c client) answer {
		var last answer
		for _, call := range calls {
			last = call(c)
		}
		return last
	}
}

// product is the body of a creation, with keys put in or replaced; "-" leaves a
// key out.
func product(changes ...string) func(client) answer {
	keys := []string{"sku", "name", "price", "fixed_amount", "fixed_qty", "description"}
	values := map[string]string{"sku": `"T-1"`, "name": `"Tee"`, "price": "1299", "fixed_amount": "true", "fixed_qty": "false", "description": `"A tee"`}
	for i := 0; i < len(changes); i += 2 {
		if values[changes[i]] == "" {
			keys = append(keys, changes[i])
		}
		values[changes[i]] = changes[i+1]
	}
	var parts []string
	for _, key := range keys {
		if values[key] != "-" {
			parts = append(parts, `"`+key+`":`+values[key])
		}
	}
	return post("/product", "{"+strings.Join(parts, ",")+"}")
}

// cart is the body of a creation with further keys.
func cart(more string) func(client) answer {
	return post("/cart", `{"type":"normal","name":"Summer"`+more+`}`)
}

func merged(maps ...map[string][]scene) map[string][]scene {
	all := map[string][]scene{}
	for _, m := range maps {
		for name, scenes := range m {
			all[name] = append(all[name], scenes...)
		}
	}
	return all
}

// moment is the time inside a record's id.
func moment(id string) time.Time {
	b, err := base32.NewEncoding("0123456789abcdefghijklmnopqrstuv").WithPadding(base32.NoPadding).DecodeString(id)
	if err != nil || len(b) != 12 {
		return time.Time{}
	}
	return time.Unix(int64(binary.BigEndian.Uint32(b)), 0).UTC()
}

func hundredAndFive(_ testing.TB, shop *fluidpay.Server) {
	for range 102 {
		shop.Products.Add(fluidpay.Product{Name: "more"})
	}
}

func count(a answer, _ *fluidpay.Server) []any {
	return []any{a.status, len(gjson.Get(a.body, "data").Array()), raw(a, "total_count")}
}

func TestReadings(t *testing.T) {
	t.Parallel()
	readings := merged(shapeReadings, searchReadings, recordReadings, callReadings)
	for name, scenes := range readings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for i, s := range scenes {
				var tb testing.TB = t
				if s.show != nil && len(s.options) > 0 && s.want[len(s.want)-1] == strictly {
					tb = &quiet{TB: t} // the finding fails the test, which is what is shown
				}
				shop := still(tb, s.options...)
				shelf(t, shop)
				shelfCarts(t, shop)
				if s.prepare != nil {
					s.prepare(t, shop)
				}
				want := s.want
				if tb != testing.TB(t) {
					want = want[:len(want)-1]
				}
				assert.Equal(t, want, s.show(s.call(clientOf(t, shop)), shop), "scene %d", i+1)
			}
		})
	}
	t.Run("none is forgotten", func(t *testing.T) {
		t.Parallel()
		doc, err := os.ReadFile("doc.go")
		require.NoError(t, err)
		listed := regexp.MustCompile(`(?m)^//   - (FP-[0-9]+) \(`).FindAllSubmatch(doc, -1)
		assert.Len(t, listed, len(readings))
		for _, m := range listed {
			assert.Contains(t, readings, string(m[1]))
		}
	})
}

// strictly stands last in what is wanted where findings fail the test.
const strictly = "strictly"

// quiet is a test that is not to fail by what the fake reports at its end.
type quiet struct{ testing.TB }

func (*quiet) Errorf(string, ...any) {}

func (*quiet) Logf(string, ...any) {}

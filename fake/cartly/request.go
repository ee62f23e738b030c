package cartly

import (
	"iter"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
)

// fields are the members of a request's body that the operation knows.
type fields map[string]gjson.Result

// given tells whether a key is there with a value: where null counts as absent.
func (f fields) given(key string) bool { return f[key].Exists() && f[key].Type != gjson.Null }

// text is the contents of a string, "" of any other value.
func text(v gjson.Result) string {
	if v.Type != gjson.String {
		return ""
	}
	return fake.Text(v)
}

// integer reads a JSON number without fraction or exponent.
func integer(v gjson.Result) (n int64, whole bool) {
	if v.Type != gjson.Number || strings.Trim(v.Raw, "-0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(v.Raw, 10, strconv.IntSize)
	return n, err == nil
}

// wrappers are the single keys that look like a wrapped body.
var wrappers = []string{"customer", "order", "inventory", "discount", "webhook"}

// readFields reads the body of a writing call: one bare object, whatever its
// media type (readings CL-25 and CL-44). Of a doubled key the last counts;
// unknown ones are left out, and noted.
func readFields(c *fake.Call, known ...string) (fields, error) {
	noteMediaType(c)
	body, err := c.JSON()
	if err != nil {
		return nil, err
	}
	if !body.Exists() {
		return nil, &fake.Error{Kind: fake.Malformed}
	}
	if !body.IsObject() {
		return nil, &fake.Error{Kind: fake.Malformed, Texts: []string{textNoObject}}
	}
	given, unknown := fields{}, []string(nil)
	var wrapped gjson.Result
	for key, value := range fake.Members(body) {
		if slices.Contains(known, key) {
			given[key] = value
			continue
		}
		unknown, wrapped = append(unknown, key), value
	}
	if len(given) == 0 && len(unknown) == 1 && slices.Contains(wrappers, unknown[0]) && wrapped.IsObject() {
		c.Note("wrapped-body", unknown[0])
		return given, nil
	}
	for _, key := range unknown {
		c.Note("ignored-attribute", key)
	}
	return given, nil
}

func noteMediaType(c *fake.Call) {
	given := c.Header("Content-Type")
	if !strings.EqualFold(mediaType(given), "application/json") {
		c.Note("content-type", given)
	}
}

// mediaType is the value of a Content-Type without its parameters.
func mediaType(value string) string {
	media, _, _ := strings.Cut(value, ";")
	return strings.TrimSpace(media)
}

// noteQuery notes what is odd about the query parameters of a call that knows
// these: of a repeated one the first counts, an empty one counts as absent, and
// all others are left out.
func noteQuery(c *fake.Call, known ...string) {
	if c.Request.URL.RawQuery == "" {
		return
	}
	var names []string
	for name := range c.Query() {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		values := c.Query()[name]
		if !slices.Contains(known, name) {
			c.Note("ignored-parameter", name)
			continue
		}
		if len(values) > 1 {
			c.Note("repeated-parameter", name)
		}
		if values[0] == "" {
			c.Note("empty-filter", name)
		}
	}
}

// mostListed is how many records a list has at most (reading CL-24).
const mostListed = 50

// The parameters that every list has (reading CL-24).
const (
	limitParam  = "limit"
	offsetParam = "offset"
)

// window is the part of a list that a call asks for: at most limit records from
// offset on. What cannot be used counts as absent.
func (s *Server) window(c *fake.Call) (offset, limit int) {
	limit = s.settings.pageSize
	if c.Request.URL.RawQuery == "" {
		return 0, limit
	}
	if n := wholeNumber(c.Query().Get(limitParam)); n > 0 {
		limit = min(n, limit)
	}
	return max(wholeNumber(c.Query().Get(offsetParam)), 0), limit
}

// far is behind the end of every list.
const far = 1 << 40

// wholeNumber reads a number from 0; -1 where it is none.
func wholeNumber(text string) int {
	digits := strings.TrimLeft(text, "0")
	if text == "" || strings.Trim(digits, "0123456789") != "" {
		return -1
	}
	if len(digits) > 12 {
		return far
	}
	n, _ := strconv.Atoi("0" + digits)
	return n
}

// list is the answer of a list call: an object with one member, and no total.
func list(name string, records iter.Seq[[]byte]) fake.Reply {
	wires, size := make([][]byte, 0, mostListed), len(name)+len(`{"":[]}`)
	for record := range records {
		wires, size = append(wires, record), size+len(record)+1
	}
	body := append(appendKey(append(make([]byte, 0, size), '{'), name), '[')
	for _, record := range wires {
		body = append(appendKey(body, ""), record...)
	}
	return jsonReply(http.StatusOK, append(body, ']', '}'))
}

// A selection is what a list call wants of a collection.
type selection[T any] struct {
	name string // of the member in the answer
	of   *fake.Collection[string, T]
	made func(a, b *T) int  // the order in which records were made
	same func(a, b *T) bool // whether two were made at one moment; nil: nobody asks
	fits func(*T) bool      // nil: all do
	ids  []string           // those that fit, in that order
}

// answer is the window of a selection that the call asks for.
func (q selection[T]) answer(s *Server, c *fake.Call) fake.Reply {
	offset, limit := s.window(c)
	if _, planned := c.Planned("short-page"); planned {
		all := q.sorted(q.of.Range(0, q.of.Count()))
		limit, _ = c.ShortPage(limit, len(all))
	}
	if _, planned := c.Planned("unstable-order"); planned && q.same != nil {
		if wires, mixed := q.mixed(offset, limit); mixed {
			c.Fault("unstable-order")
			return list(q.name, slices.Values(wires))
		}
	}
	if f, stale := staleRead(c, "list"); stale {
		return list(q.name, windowOf(q.sorted(q.of.Lagging(c, f)), offset, limit))
	}
	if q.fits == nil {
		return list(q.name, q.all(offset, limit))
	}
	return list(q.name, func(yield func([]byte) bool) {
		for id := range windowOf(q.ids, offset, limit) {
			if !yield(q.of.Wire(id)) {
				return
			}
		}
	})
}

func (q selection[T]) all(offset, limit int) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		made := q.of.By(byMaking)
		from := min(offset, made.Count())
		for _, wire := range made.Range(from, from+limit) {
			if !yield(wire) {
				return
			}
		}
	}
}

// mixed is the window of a list in which records of one moment stand the other
// way round, and whether that makes a difference.
func (q selection[T]) mixed(offset, limit int) (window [][]byte, differs bool) {
	type record struct {
		value *T
		wire  []byte
	}
	var all []record
	for value, wire := range q.of.Range(0, q.of.Count()) {
		if q.fits == nil || q.fits(value) {
			all = append(all, record{value, wire})
		}
	}
	slices.SortFunc(all, func(a, b record) int { return q.made(a.value, b.value) })
	usual := slices.Collect(windowOf(all, offset, limit))
	slices.SortFunc(all, func(a, b record) int {
		if q.same(a.value, b.value) {
			return q.made(b.value, a.value)
		}
		return q.made(a.value, b.value)
	})
	for i, r := range slices.Collect(windowOf(all, offset, limit)) {
		differs = differs || r.value != usual[i].value
		window = append(window, r.wire)
	}
	return window, differs
}

// sorted are those of some records that are selected, as they were made.
func (q selection[T]) sorted(records iter.Seq2[*T, []byte]) [][]byte {
	type record struct {
		value *T
		wire  []byte
	}
	var old []record
	for value, wire := range records {
		if q.fits == nil || q.fits(value) {
			old = append(old, record{value, wire})
		}
	}
	slices.SortFunc(old, func(a, b record) int { return q.made(a.value, b.value) })
	wires := make([][]byte, len(old))
	for i, r := range old {
		wires[i] = r.wire
	}
	return wires
}

// windowOf are at most limit of all, from offset on.
func windowOf[E any](all []E, offset, limit int) iter.Seq[E] {
	from := min(offset, len(all))
	return slices.Values(all[from:min(from+limit, len(all))])
}

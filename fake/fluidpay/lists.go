package fluidpay

import (
	"iter"
	"net/http"
	"strconv"

	"github.com/cartdouble/cartdouble/fake"
)

// list answers with all records of the merchant that live, in the order of
// their creation (reading FP-39). There are no parameters and no pages.
func (k *kind[T]) list(c *fake.Call) (fake.Reply, error) {
	if f, stale := c.Fault("stale-read"); stale {
		old := k.old(c, f)
		body := k.array("success", records(old), len(old), !k.server.settings.documentShape)
		return fake.Reply{Status: http.StatusOK, Header: k.server.header(c, jsonType), Body: body}, nil
	}
	now := k.server.version()
	kept, known := k.listed[merchant(c)]
	if !known || kept.at != now {
		where := k.whole(part{merchant: merchant(c)})
		records := k.records.By(byCreated).Range(where.from, where.to)
		kept = listing{now, k.array("success", records, where.count(), !k.server.settings.documentShape)} // reading FP-11
		if k.listed == nil {
			k.listed = map[string]listing{}
		}
		if delete(k.listed, merchant(c)); len(kept.body) <= mostKept {
			k.listed[merchant(c)] = kept
		}
	}
	return fake.Reply{Status: http.StatusOK, Header: k.server.header(c, jsonType), Body: kept.body}, nil
}

// mostKept is how long a list may be that is kept, in bytes.
const mostKept = 1 << 20

// A listing is the answer to a list, as long as nothing changes. A list that is
// read again is the same memory, so that a journal holds it once.
type listing struct {
	at   version
	body []byte
}

// search answers with the records that fit all filters, at most limit of them,
// and with how many fit (reading FP-10).
func (k *kind[T]) search(c *fake.Call) (fake.Reply, error) {
	body, err := object(c)
	if err != nil {
		return fake.Reply{}, err
	}
	q, err := k.query(merchant(c), body, c.Note)
	if err != nil {
		return fake.Reply{}, err
	}
	page, total := k.found(c, q)
	answer := k.array(k.server.settings.searchMsg, records(page), total, true)
	return fake.Reply{Status: http.StatusOK, Header: k.server.header(c, jsonType), Body: answer}, nil
}

// records are those of a page with their kept wire forms.
func records[T any](page []hit[T]) iter.Seq2[*T, []byte] {
	return func(yield func(*T, []byte) bool) {
		for _, h := range page {
			if !yield(h.record, h.wire) {
				return
			}
		}
	}
}

// array is the body of an answer with several records, and their total behind
// them (reading FP-45). Without records data is null (readings FP-10 and FP-41).
func (k *kind[T]) array(msg string, all iter.Seq2[*T, []byte], total int, counted bool) []byte {
	length := 2 * len(success)
	for _, wire := range all {
		length += len(wire) + 1
	}
	body := append(make([]byte, 0, length+len(msg)), `{"status":"success","msg":`...)
	body = append(spelling.AppendString(body, msg), `,"data":`...)
	open := len(body)
	body = append(body, '[')
	for v, wire := range all {
		body = append(k.append(body, v, wire), ',')
	}
	switch empty := len(body) == open+1; {
	case !empty:
		body[len(body)-1] = ']'
	case k.server.settings.emptyLists:
		body = append(body, ']')
	default:
		body = append(body[:open], "null"...)
	}
	if counted {
		body = strconv.AppendInt(append(body, `,"total_count":`...), int64(total), 10)
	}
	return append(body, '}')
}

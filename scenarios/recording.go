package scenarios

import (
	"net/http"
	"time"
)

// A recording is what was seen of a service, by the recorder or by another
// program whose file is imported. It is as it was on the wire, with credentials
// and people in it: nothing of it may be written before it has been redacted.
type recording struct {
	api       *api
	at        time.Time // when it began
	exchanges []recorded
	exported  bool // by us, of a recording: stand-ins in it are of people whom a client had named
}

// A recorded exchange: a request with its answer, or a delivery with that of the
// receiver. Exchanges stand in the order in which their requests arrived.
type recorded struct {
	at     time.Time
	topic  string // of a delivery; "": a request to the service
	method string
	target string // path and query as sent, below the host: "/v1/customers.json?page=2"
	header http.Header
	body   []byte // without transfer and content encodings

	status       int // 0: nothing was answered
	answerHeader http.Header
	answer       []byte // without transfer and content encodings
	gzipped      bool   // it came compressed
	chunked      bool   // it came in chunks, without a length
}

// delivery tells whether the service called the receiver.
func (x *recorded) delivery() bool { return x.topic != "" }

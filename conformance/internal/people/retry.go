package people

import (
	"bytes"
	"io"
	"net/http"
	"time"
)

// Retry is a transport that repeats what failed, as the popular ones do: any
// method, after an error of the network and after 429 and 5xx, with a pause
// that doubles.
type Retry struct {
	Next  http.RoundTripper
	Most  int           // further attempts; 4 if 0
	First time.Duration // first pause; a second if 0
}

// Retrying is a client with such a transport.
func Retrying(client *http.Client) *http.Client {
	own := *client
	own.Transport = Retry{Next: client.Transport}
	return &own
}

// RoundTrip sends a request until it is answered.
func (t Retry) RoundTrip(r *http.Request) (*http.Response, error) {
	most, pause := t.Most, t.First
	if most == 0 {
		most = 4
	}
	if pause == 0 {
		pause = time.Second
	}
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		_ = r.Body.Close()
	}
	for attempt := 0; ; attempt++ {
		again := r.Clone(r.Context())
		if r.Body != nil {
			again.Body = io.NopCloser(bytes.NewReader(body))
		}
		answer, err := t.Next.RoundTrip(again)
		if err == nil && answer.StatusCode != http.StatusTooManyRequests && answer.StatusCode < 500 || attempt == most {
			return answer, err
		}
		if err == nil {
			_, _ = io.Copy(io.Discard, answer.Body)
			_ = answer.Body.Close()
		}
		select {
		case <-time.After(pause << attempt):
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
}

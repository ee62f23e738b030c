package reference

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"sync"
	"time"
)

// What all clients have in common stands here, with the bugs that it may have.

const (
	tries     = 5
	firstWait = 500 * time.Millisecond
	longest   = 10 * time.Minute // a longer wait is the caller's to decide
)

// wait is how long to wait before the next attempt: as long as the server says,
// in seconds or as a date by its own clock, else twice as long each time.
func (b *Bug) wait(try int, got reply) time.Duration {
	if b.is("GEN-WAIT-01a") {
		return 0
	}
	told := got.header.Get("Retry-After")
	if seconds, err := strconv.Atoi(told); err == nil && seconds >= 0 {
		return time.Duration(seconds) * time.Second
	}
	if date, err := http.ParseTime(told); err == nil {
		if b.is("GEN-WAIT-01b") {
			return 0
		}
		now, err := http.ParseTime(got.header.Get("Date"))
		if err != nil {
			now = time.Now()
		}
		return max(date.Sub(now), 0)
	}
	return firstWait << try
}

var errTooLong = errors.New("the server asks for a longer wait than this client takes")

// pause lets time pass, as long as the context lasts.
func (b *Bug) pause(ctx context.Context, d time.Duration) error {
	if d > longest {
		return errTooLong
	}
	if b.is("GEN-CTX-01b") {
		time.Sleep(d)
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// reader reads the bodies of one client.
type reader struct {
	mu     sync.Mutex
	buffer []byte // bug GEN-RACE-01a
}

// readAll reads a body to its end.
func (r *reader) readAll(b *Bug, body io.Reader) ([]byte, error) {
	if !b.is("GEN-RACE-01a") {
		return io.ReadAll(body)
	}
	r.mu.Lock()
	r.buffer = nil
	r.mu.Unlock()
	part := make([]byte, 64)
	for {
		n, err := body.Read(part)
		r.mu.Lock()
		r.buffer = append(r.buffer, part[:n]...)
		all := string(r.buffer)
		r.mu.Unlock()
		if err == io.EOF {
			return []byte(all), nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// decode reads a JSON text.
func (b *Bug) decode(body []byte, into any) error {
	if b.is("GEN-UTF8-01b") {
		body = escapes.ReplaceAllFunc(body, func(e []byte) []byte {
			code, _ := strconv.ParseUint(string(e[2:]), 16, 32)
			return []byte(string(rune(code)))
		})
	}
	d := json.NewDecoder(bytes.NewReader(body))
	if b.is("GEN-UNK-01a") {
		d.DisallowUnknownFields()
	}
	return d.Decode(into)
}

var escapes = regexp.MustCompile(`\\u[0-9a-f]{4}`)

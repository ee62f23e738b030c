package people

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// A GenericError is what generated clients give for an answer of 300 or more.
type GenericError struct {
	Op     string
	Status int
	Raw    []byte
}

func (e *GenericError) Error() string { return fmt.Sprintf("%s: unexpected status %d", e.Op, e.Status) }

// A configuration is what generated clients share.
type configuration struct {
	base   string
	client *http.Client
	header http.Header
	strict bool // unknown members are refused
}

// execute sends a request, and decodes an answer that is a success.
func (c configuration) execute(ctx context.Context, op, method, path string, query url.Values, in, out any) error {
	target, err := url.JoinPath(c.base, path)
	if err != nil {
		return err
	}
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	var body io.Reader
	if in != nil {
		encoded := &bytes.Buffer{}
		if err := json.NewEncoder(encoded).Encode(in); err != nil {
			return err
		}
		body = encoded
	}
	r, err := http.NewRequestWithContext(ctx, method, target, body)
	if err != nil {
		return err
	}
	r.Header = c.header.Clone()
	r.Header.Set("Accept", "application/json")
	if in != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	answer, err := c.client.Do(r)
	if err != nil {
		return err
	}
	raw, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	if err != nil {
		return err
	}
	if answer.StatusCode >= 300 {
		return &GenericError{op, answer.StatusCode, raw}
	}
	if out == nil {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	if c.strict {
		decoder.DisallowUnknownFields()
	}
	return decoder.Decode(out)
}

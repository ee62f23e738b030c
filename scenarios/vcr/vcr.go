// Package vcr makes scenarios of the cassettes of go-vcr. It is a package of its
// own because cassettes are YAML: a test that only plays scenarios compiles no
// reader for it.
package vcr

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/cartdouble/cartdouble/scenarios"
)

// A cassette is what go-vcr writes, of both versions of its format. What is not
// named here says nothing of the calls.
type cassette struct {
	Version      *int          `yaml:"version"`
	Interactions []interaction `yaml:"interactions"`
}

type interaction struct {
	Request struct {
		Method  string              `yaml:"method"`
		URL     string              `yaml:"url"`
		Headers map[string][]string `yaml:"headers"`
		Body    string              `yaml:"body"`
		Form    map[string][]string `yaml:"form"`
	} `yaml:"request"`
	Response struct {
		Headers map[string][]string `yaml:"headers"`
		Body    string              `yaml:"body"`
		Code    int                 `yaml:"code"`
	} `yaml:"response"`
}

// Import makes a scenario of a cassette: of its calls to the API of that name. It
// goes the way of scenarios.Import, through the redaction of recordings.
func Import(api string, text []byte, opts ...scenarios.Option) (*scenarios.Scenario, error) {
	var c cassette
	if err := yaml.Unmarshal(text, &c); err != nil {
		return nil, fmt.Errorf("vcr: no cassette: %w", err)
	}
	switch {
	case c.Version == nil:
		return nil, errors.New("vcr: no cassette: it has no version")
	case *c.Version != 1 && *c.Version != 2:
		return nil, fmt.Errorf("vcr: cassettes of version %d are not known; there are 1 and 2", *c.Version)
	}
	har, err := json.Marshal(c.har())
	if err != nil {
		return nil, fmt.Errorf("vcr: %w", err)
	}
	return scenarios.Import(api, har, opts...)
}

type object = map[string]any

// har is the cassette as browsers would have saved it, as far as it is read.
func (c cassette) har() object {
	entries := []object{}
	for _, i := range c.Interactions {
		request := object{"method": i.Request.Method, "url": i.Request.URL, "headers": pairs(i.Request.Headers)}
		switch body, encoding := text(i.Request.Body); {
		case body != "":
			request["postData"] = object{"text": body, "encoding": encoding}
		case len(i.Request.Form) > 0:
			request["postData"] = object{"params": pairs(i.Request.Form)}
		}
		body, encoding := text(i.Response.Body)
		entries = append(entries, object{"request": request, "response": object{
			"status": i.Response.Code, "headers": pairs(i.Response.Headers), "content": object{"text": body, "encoding": encoding},
		}})
	}
	return object{"log": object{"creator": object{"name": "go-vcr"}, "entries": entries}}
}

// text is a body as JSON can have it.
func text(body string) (text, encoding string) {
	if utf8.ValidString(body) {
		return body, ""
	}
	return base64.StdEncoding.EncodeToString([]byte(body)), "base64"
}

func pairs(values map[string][]string) []object {
	list := []object{}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		for _, value := range values[name] {
			list = append(list, object{"name": name, "value": value})
		}
	}
	return list
}

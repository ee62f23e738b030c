package vectors

import (
	"bytes"
	"io/fs"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

type object = map[string]any

// A shape is what the schema of one file has of its own.
type shape struct {
	title  string
	group  object // members of a group beside its tests
	input  object // members of a test that are what comes over the wire
	needs  []string
	expect object
	wants  []string // members of expect that are always there
}

// schema is the JSON Schema of a file of vectors.
func (s shape) schema(m *maker) []byte {
	text := object{"type": "string", "minLength": 1}
	test := object{
		"tcId": object{"type": "integer", "minimum": 1}, "comment": text,
		"flags":  object{"type": "array", "items": text, "uniqueItems": true, "maxItems": 1},
		"result": object{"enum": []string{"valid", "invalid", "acceptable"}},
		"expect": closed(s.expect, s.wants...),
	}
	needs := append([]string{"tcId", "comment", "flags", "result", "expect"}, s.needs...)
	for name, of := range s.input {
		test[name] = of
	}
	group := object{"tests": object{"type": "array", "minItems": 1, "items": closed(test, needs...)}}
	inGroup := []string{"tests"}
	for name, of := range s.group {
		group[name] = of
		inGroup = append(inGroup, name)
	}
	whole := closed(object{
		"schema":        object{"const": m.file.Schema},
		"source":        closed(object{"document": text, "clause": text, "sha256": object{"type": "string", "pattern": "^[0-9a-f]{64}$"}}, "document", "clause", "sha256"),
		"numberOfTests": object{"type": "integer", "minimum": 1},
		"retiredIds":    object{"type": "array", "items": object{"type": "integer", "minimum": 1}, "uniqueItems": true},
		"notes": object{"type": "object", "additionalProperties": closed(object{
			"bugType":     object{"enum": []string{"AUTH_BYPASS", "CRASH", "MISSING_STEP", "LEGACY", "BASIC", "LOST_DATA", "FALSE_SUCCESS", "FALSE_FAILURE"}},
			"description": text, "effect": text, "check": object{"type": "string", "pattern": "^[A-Z]{3}-[A-Z0-9]+-[0-9]{2}$"}, "flag": text,
		}, "bugType", "description")},
		"testGroups": object{"type": "array", "minItems": 1, "items": closed(group, inGroup...)},
	}, "schema", "source", "numberOfTests", "retiredIds", "notes", "testGroups")
	whole["$schema"], whole["title"] = "https://json-schema.org/draft/2020-12/schema", s.title
	return append(m.json(whole, " "), '\n')
}

// closed is an object with these members and no others.
func closed(members object, needed ...string) object {
	if needed == nil {
		needed = []string{}
	}
	return object{"type": "object", "additionalProperties": false, "properties": members, "required": needed}
}

// compiled is the schema that a file names.
func compiled(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	text, err := fs.ReadFile(Files(), name)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(name, doc); err != nil {
		t.Fatal(err)
	}
	return c.MustCompile(name)
}

// endSchema compares the schema of a file, or writes it.
func (m *maker) endSchema(s shape) {
	m.t.Helper()
	m.compare(m.file.Schema, s.schema(m))
}

package vectors

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"testing"
)

// A maker writes one file of vectors. It is generated whole each time; what the
// last file says is used for ids alone.
type maker struct {
	t    *testing.T
	name string
	file File
	ids  map[string]int // by comment, of the file as it is
	top  int            // the highest id ever given
	kept map[int]bool
}

// making begins a file.
func making(t *testing.T, name string, source Source, notes map[string]Note) *maker {
	t.Helper()
	m := &maker{t: t, name: name, ids: map[string]int{}, kept: map[int]bool{}}
	m.file = File{Schema: name[:len(name)-len(".json")] + ".schema.json", Source: source, RetiredIDs: []int{}, Notes: notes}
	text, err := os.ReadFile(name)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	var last File
	if err == nil {
		if err := json.Unmarshal(text, &last); err != nil {
			t.Fatal(err)
		}
	}
	m.file.RetiredIDs = append(m.file.RetiredIDs, last.RetiredIDs...)
	for _, g := range last.Groups {
		for _, test := range g.Tests {
			m.ids[test.Comment] = test.ID
		}
	}
	for _, id := range m.ids {
		m.top = max(m.top, id)
	}
	for _, id := range last.RetiredIDs {
		m.top = max(m.top, id)
	}
	return m
}

// group adds tests, each with the id that it had or a new one.
func (m *maker) group(g Group) {
	m.t.Helper()
	for i := range g.Tests {
		test := &g.Tests[i]
		if test.Flags == nil {
			test.Flags = []string{}
		}
		id, had := m.ids[test.Comment]
		if !had {
			m.top++
			id = m.top
			m.ids[test.Comment] = id
		}
		if m.kept[id] {
			m.t.Fatalf("%s: two tests say %q", m.name, test.Comment)
		}
		m.kept[id] = true
		test.ID = id
	}
	m.file.NumberOfTests += len(g.Tests)
	m.file.Groups = append(m.file.Groups, g)
}

// end compares the file with the one that there is, or writes it where VECTORS
// says update.
func (m *maker) end() {
	m.t.Helper()
	m.retire()
	m.compare(m.name, m.text())
}

// retire puts the ids of tests that are gone away for good.
func (m *maker) retire() {
	for _, id := range m.ids {
		if !m.kept[id] {
			m.file.RetiredIDs = append(m.file.RetiredIDs, id)
		}
	}
	slices.Sort(m.file.RetiredIDs)
}

// compare compares a file with what it should be, or writes it.
func (m *maker) compare(name string, text []byte) {
	m.t.Helper()
	if os.Getenv("VECTORS") == "update" {
		if err := os.WriteFile(name, text, 0o644); err != nil {
			m.t.Fatal(err)
		}
		return
	}
	now, err := os.ReadFile(name)
	if err != nil {
		m.t.Fatalf("%v (VECTORS=update go test ./conformance/vectors writes it)", err)
	}
	if !bytes.Equal(now, text) {
		m.t.Errorf("%s is not what the fakes send; VECTORS=update go test ./conformance/vectors rewrites it. The first line that differs:\n%s", name, differing(now, text))
	}
}

// differing is the first line in which two texts differ, of each.
func differing(a, b []byte) string {
	as, bs := bytes.Split(a, []byte("\n")), bytes.Split(b, []byte("\n"))
	for i := range min(len(as), len(bs)) {
		if !bytes.Equal(as[i], bs[i]) {
			return "-" + string(as[i]) + "\n+" + string(bs[i])
		}
	}
	return "one of them ends earlier"
}

// text is the file with one line for each test, so that a change of one is a
// change of one line.
func (m *maker) text() []byte {
	head := m.file
	head.Groups = nil
	var b bytes.Buffer
	begin := m.json(head, " ")
	begin, _, _ = bytes.Cut(begin, []byte("\n \"testGroups\""))
	b.Write(begin)
	b.WriteString("\n \"testGroups\": [")
	for i, g := range m.file.Groups {
		tests := g.Tests
		g.Tests = nil
		open, _, _ := bytes.Cut(m.json(g, ""), []byte(`"tests"`))
		b.WriteString(comma(i) + "\n  " + string(open) + `"tests": [`)
		for j, test := range tests {
			b.WriteString(comma(j) + "\n   ")
			b.Write(m.json(test, ""))
		}
		b.WriteString("\n  ]}")
	}
	b.WriteString("\n ]\n}\n")
	return b.Bytes()
}

func comma(i int) string {
	if i > 0 {
		return ","
	}
	return ""
}

// json is a value without escapes that people would trip over.
func (m *maker) json(v any, indent string) []byte {
	m.t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	if err := e.Encode(v); err != nil {
		m.t.Fatal(err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// expects is what a test expects, as JSON.
func expects(v any) json.RawMessage {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return text
}

func ptr[T any](v T) *T { return &v }

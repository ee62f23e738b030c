package bonify

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// A FieldType says what values a custom field takes, and how filters read them.
type FieldType string

// The types of custom fields. Values are kept and sent as text, whatever the
// type (reading BF-26).
const (
	Text        FieldType = ""             // any text
	Number      FieldType = "number"       // 12, -0.5
	Date        FieldType = "date"         // 2025-03-01
	Choice      FieldType = "choice"       // one of Choices, if there are any
	MultiChoice FieldType = "multi_choice" // some of Choices; several are joined by commas
)

// A Field is the definition of a custom field of a shop: made by its merchant,
// never sent. With a rule that a write breaks, the write is refused.
type Field struct {
	MachineName string    `json:"machine_name"` // the key in requests and answers
	Label       string    `json:"label"`        // empty: the machine name
	Type        FieldType `json:"type,omitempty"`
	Required    bool      `json:"required,omitempty"`
	Choices     []string  `json:"choices,omitempty"` // nil: any value
}

// check finds what makes a definition impossible.
func (f Field) check() error {
	if f.MachineName == "" {
		return errors.New("a field needs a machine name")
	}
	if !slices.Contains([]FieldType{Text, Number, Date, Choice, MultiChoice}, f.Type) {
		return fmt.Errorf("field %s: there is no type %q", f.MachineName, f.Type)
	}
	return nil
}

// complete is the definition as it is kept.
func (f Field) complete() Field {
	if f.Label == "" {
		f.Label = f.MachineName
	}
	f.Choices = slices.Clone(f.Choices)
	return f
}

// sampleFields are the definitions of the document's sample.
func sampleFields() []Field {
	return []Field{{MachineName: "radios", Label: "Radios"}, {MachineName: "text", Label: "Text"}}
}

// definition is a Field in its place among those of a shop, as a record.
type definition struct {
	Position int64 `json:"position"`
	Field
}

// definitions are a shop's field definitions, ready to be looked up. The
// collection replaces a record that changes, so the pointers tell whether they
// are still those of the collection.
type definitions struct {
	list   []*definition
	byName map[string]*definition
	stale  map[string]bool // machine names that changed since records were encoded
}

// definitions are the present ones, in order.
func (t *Shop) definitions() *definitions {
	d, n := &t.defined, t.fields.Count()
	same := n == len(d.list)
	if same {
		i := 0
		for f := range t.fields.Range(0, n) {
			same = same && d.list[i] == f
			i++
		}
	}
	if same {
		return d
	}
	before := d.byName
	d.list, d.byName = nil, make(map[string]*definition, n)
	for f := range t.fields.Range(0, n) {
		d.list, d.byName[f.MachineName] = append(d.list, f), f
	}
	if d.stale == nil {
		d.stale = map[string]bool{}
	}
	for _, all := range []map[string]*definition{before, d.byName} {
		for name := range all {
			if before[name] != d.byName[name] {
				d.stale[name] = true
			}
		}
	}
	return d
}

// refresh encodes the records anew that have a value for a field whose
// definition has changed.
func (t *Shop) refresh() {
	d := t.definitions()
	if len(d.stale) == 0 {
		return
	}
	var changed []Customer
	for c := range t.Customers.Range(0, t.Customers.Count()) {
		if slices.ContainsFunc(c.Fields, func(v FieldValue) bool { return d.stale[v.MachineName] }) {
			changed = append(changed, *c)
		}
	}
	clear(d.stale)
	for _, c := range changed {
		t.Customers.Update(nil, c)
	}
}

// lastPosition is the place behind all definitions.
func (t *Shop) lastPosition() int64 {
	n := t.fields.Count()
	for f := range t.fields.Range(n, n-1) {
		return f.Position + 1
	}
	return 1
}

func (t *Shop) illegalField(d definition) error {
	if err := d.check(); err != nil {
		return err
	}
	for f := range t.fields.Range(0, t.fields.Count()) {
		if f.MachineName == d.MachineName && f.Position != d.Position {
			return fmt.Errorf("the shop has a field %q", d.MachineName)
		}
	}
	return nil
}

// Fields are the definitions of the shop's custom fields, in order.
func (t *Shop) Fields() []Field {
	var all []Field
	t.fields.Each(func(d definition) bool { all = append(all, d.Field); return true })
	return all
}

// DefineField defines one more custom field, behind the others. A machine name
// in use is a mistake of the test.
func (t *Shop) DefineField(f Field) { t.fields.Add(definition{Field: f}) }

// RemoveField takes a definition away: the values of the field are no longer
// sent, and are there again once it is defined again. An unknown machine name is
// a mistake of the test.
func (t *Shop) RemoveField(machineName string) {
	found := false
	t.server.Locked(func() {
		var d *definition
		if d, found = t.definitions().byName[machineName]; found {
			t.fields.Delete(nil, d.Position)
		}
	})
	if !found {
		t.server.Mistake("RemoveField: the shop has no field %q; it has %q", machineName, t.machineNames())
	}
}

func (t *Shop) machineNames() []string {
	var names []string
	t.server.Locked(func() { names = slices.Sorted(maps.Keys(t.definitions().byName)) })
	return names
}

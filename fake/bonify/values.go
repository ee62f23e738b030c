package bonify

import (
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
)

// mergeFields takes custom fields over. They are given as an object from machine
// name to value; the array that is read is refused (reading BF-3).
func (b *batch) mergeFields(c *Customer, given gjson.Result) error {
	values, ok := b.fieldValues(given)
	if !ok {
		return invalid("customer_fields must be an object")
	}
	defined := b.shop.definitions()
	if err := b.unknownFields(values, defined); err != nil {
		return err
	}
	var texts map[string]string
	if len(values) > 0 {
		texts = make(map[string]string, len(values))
	}
	for _, d := range defined.list {
		value, is := values[d.MachineName]
		if !is {
			continue
		}
		text, wrong := d.read(value)
		if wrong != "" {
			return invalid(wrong)
		}
		texts[d.MachineName] = text
	}
	for _, d := range defined.list {
		text, is := texts[d.MachineName]
		if d.Required && text == "" && (b.creates || is && b.deletes && c.value(d.MachineName) != nil) {
			return invalid(d.Label + ": Required field")
		}
	}
	for _, d := range defined.list {
		if text, is := texts[d.MachineName]; is && !b.forgotten(d.MachineName) {
			b.setField(c, d.MachineName, text)
		}
	}
	return nil
}

// setField stores a value. An empty one deletes the field where the header says
// so, and else does nothing (reading BF-21).
func (b *batch) setField(c *Customer, machineName, text string) {
	switch {
	case text != "":
		c.setField(machineName, text, b.now)
	case b.deletes && b.most > 0 && b.deleted+len(b.cleared) == b.most:
		// the call is over before this deletion
	case b.deletes:
		if c.clearField(machineName) {
			b.cleared = append(b.cleared, machineName)
		}
	case b.shop.server.settings.emptyValues == Store:
		c.setField(machineName, "", b.now)
	default:
		b.call.Note("empty-value", machineName)
	}
}

// fieldValues reads customer_fields. null is as good as nothing.
func (b *batch) fieldValues(given gjson.Result) (values map[string]gjson.Result, ok bool) {
	if given.Type == gjson.Null {
		return nil, true
	}
	values = map[string]gjson.Result{}
	switch {
	case given.IsObject():
		for name, value := range fake.Members(given) {
			values[name] = value
		}
	case given.IsArray() && b.shop.server.settings.arrayFields:
		for _, element := range given.Array() {
			var name, value gjson.Result
			for key, v := range fake.Members(element) {
				switch key {
				case "machine_name":
					name = v
				case "value":
					value = v
				}
			}
			if name.Type != gjson.String {
				return nil, false
			}
			values[fake.Text(name)] = value
		}
	default:
		return nil, false
	}
	return values, true
}

// unknownFields leaves out what the shop does not define, letter case counting,
// or refuses it (reading BF-25).
func (b *batch) unknownFields(values map[string]gjson.Result, defined *definitions) error {
	var unknown []string
	for name := range values {
		if defined.byName[name] == nil {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	for _, name := range unknown {
		if b.shop.server.settings.unknownFields == Reject {
			return invalid("unknown field: " + name)
		}
		b.call.Note("unknown-field", name)
	}
	return nil
}

// read makes a text of a value: the string, the number's own digits, true or
// false; of several choices, all of them with commas between (reading BF-26).
// What the field's rules say against it is wrong.
func (d *definition) read(value gjson.Result) (text, wrong string) {
	switch {
	case value.Type == gjson.Null:
		return "", ""
	case value.IsArray() && d.Type == MultiChoice:
		var choices []string
		for _, element := range value.Array() {
			if element.Type != gjson.String {
				return "", d.MachineName + " must be a string"
			}
			choices = append(choices, fake.Text(element))
		}
		return strings.Join(choices, ","), d.refuses(choices)
	case value.IsObject() || value.IsArray():
		return "", d.MachineName + " must be a string"
	}
	if text = fake.Text(value); text == "" {
		return "", ""
	}
	if d.Type == MultiChoice {
		return text, d.refuses(strings.Split(text, ","))
	}
	return text, d.refuses([]string{text})
}

// refuses is the sentence about values that break the field's rule, "" for none.
func (d *definition) refuses(values []string) string {
	for _, value := range values {
		switch d.Type {
		case Number:
			if _, ok := readDecimal(value); !ok {
				return d.Label + ": Invalid number"
			}
		case Date:
			if _, ok := readDay(value); !ok {
				return d.Label + ": Invalid date"
			}
		case Choice, MultiChoice:
			if d.Choices != nil && !slices.Contains(d.Choices, value) {
				return d.Label + ": Invalid choice"
			}
		}
	}
	return ""
}

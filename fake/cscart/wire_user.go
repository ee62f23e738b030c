package cscart

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"time"
)

// appendUser adds the owner of a cart.
func (s *Server) appendUser(b []byte, c *Cart) []byte {
	u := c.User
	b = append(b, `{"user_id":`...)
	b = appendDigits(b, c.UserID)
	b = appendText(b, "status", u.Status)
	b = appendText(b, "user_type", u.Type)
	b = appendText(b, "user_login", u.Login)
	b = appendText(b, "referer", u.Referer)
	b = appendText(b, "is_root", yesNo(u.IsRoot))
	b = appendNumber(b, "company_id", u.CompanyID)
	b = appendNumber(b, "last_login", unix(u.LastLogin))
	b = appendNumber(b, "timestamp", unix(u.Timestamp))
	for _, m := range []struct{ key, text string }{
		{"firstname", u.FirstName},
		{"lastname", u.LastName},
		{"company", u.Company},
		{"email", u.Email},
		{"phone", u.Phone},
		{"fax", u.Fax},
		{"url", u.URL},
		{"tax_exempt", yesNo(u.TaxExempt)},
		{"lang_code", u.LangCode},
		{"birthday", u.Birthday},
		{"purchase_timestamp_from", u.PurchaseFrom},
		{"purchase_timestamp_to", u.PurchaseTo},
		{"responsible_email", u.ResponsibleEmail},
	} {
		b = appendText(b, m.key, m.text)
	}
	if s.janrain {
		b = appendText(b, "janrain_identifier", u.JanrainIdentifier)
	}
	b = append(b, `,"usergroups":`...)
	b = appendGroups(b, u.Usergroups)
	b = appendNumber(b, "profile_id", u.ProfileID)
	b = appendText(b, "profile_type", u.ProfileType)
	b = appendAddress(b, "b_", &u.Billing)
	b = appendAddress(b, "s_", &u.Shipping)
	b = appendText(b, "s_address_type", u.ShippingType)
	b = appendText(b, "profile_name", u.ProfileName)
	b = append(b, `,"fields":`...)
	b = appendFields(b, u.Fields)
	for _, m := range []struct{ key, text string }{
		{"b_country_descr", u.Billing.CountryName},
		{"s_country_descr", u.Shipping.CountryName},
		{"b_state_descr", u.Billing.StateName},
		{"s_state_descr", u.Shipping.StateName},
	} {
		if m.text != "" {
			b = appendText(b, m.key, m.text)
		}
	}
	if s.points { // a number, unlike all others (reading CC-4)
		b = strconv.AppendInt(append(b, `,"points":`...), u.Points, 10)
	}
	return append(b, '}')
}

func appendAddress(b []byte, prefix string, a *Address) []byte {
	for _, m := range []struct{ key, text string }{
		{"firstname", a.FirstName},
		{"lastname", a.LastName},
		{"address", a.Line1},
		{"address_2", a.Line2},
		{"city", a.City},
		{"county", a.County},
		{"state", a.State},
		{"country", a.Country},
		{"zipcode", a.Zip},
		{"phone", a.Phone},
	} {
		b = append(append(append(append(b, `,"`...), prefix...), m.key...), `":`...)
		b = spelling.AppendString(b, m.text)
	}
	return b
}

// appendGroups adds the user groups by group id; of two with one id the later
// counts. None is [].
func appendGroups(b []byte, groups []Usergroup) []byte {
	if len(groups) == 0 {
		return append(b, `[]`...)
	}
	sorted := slices.Clone(groups)
	slices.SortStableFunc(sorted, func(a, b Usergroup) int { return cmp.Compare(a.ID, b.ID) })
	b = append(b, '{')
	for i, g := range sorted {
		if i+1 < len(sorted) && sorted[i+1].ID == g.ID {
			continue
		}
		if b[len(b)-1] != '{' {
			b = append(b, ',')
		}
		b = append(appendDigits(b, g.ID), `:{"link_id":`...)
		b = appendDigits(b, g.LinkID)
		b = appendNumber(b, "usergroup_id", g.ID)
		b = appendText(b, "status", g.Status)
		b = append(appendText(b, "type", g.Type), '}')
	}
	return append(b, '}')
}

// appendFields adds the profile fields by field id. None is [], and so is a
// field whose value is an object without members.
func appendFields(b []byte, fields map[int64]any) []byte {
	if len(fields) == 0 {
		return append(b, `[]`...)
	}
	ids := make([]int64, 0, len(fields))
	for id := range fields {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	b = append(b, '{')
	for i, id := range ids {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendDigits(b, id), ':')
		value, _ := json.Marshal(fields[id]) // illegal has tried it
		at := len(b)
		if b = spelling.AppendJSON(b, value); string(b[at:]) == "{}" {
			b = append(b[:at], "[]"...)
		}
	}
	return append(b, '}')
}

func yesNo(b bool) string {
	if b {
		return "Y"
	}
	return "N"
}

// unix is a time in UNIX seconds, 0 for none.
func unix(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

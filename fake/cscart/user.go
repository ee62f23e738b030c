package cscart

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"time"
)

// A User is the registered owner of a cart, the document's user_data ("Cart
// Details"). He has the id of his cart. Passwords and keys are not part of it.
type User struct {
	Status    string    `json:"status"`     // "": A
	Type      string    `json:"user_type"`  // "": C
	Login     string    `json:"user_login"` // and so on: empty texts stay empty, where nothing else is said
	Referer   string    `json:"referer"`
	IsRoot    bool      `json:"is_root"`
	CompanyID int64     `json:"company_id"` // 0: that of the cart
	LastLogin time.Time `json:"last_login"` // zero: never
	Timestamp time.Time `json:"timestamp"`  // of the registration; zero: now

	FirstName string `json:"firstname"`
	LastName  string `json:"lastname"`
	Company   string `json:"company"`
	Email     string `json:"email"`
	Phone     string `json:"phone"`
	Fax       string `json:"fax"`
	URL       string `json:"url"`

	TaxExempt         bool   `json:"tax_exempt"`
	LangCode          string `json:"lang_code"` // "": en
	Birthday          string `json:"birthday"`
	PurchaseFrom      string `json:"purchase_timestamp_from"`
	PurchaseTo        string `json:"purchase_timestamp_to"`
	ResponsibleEmail  string `json:"responsible_email"`
	JanrainIdentifier string `json:"janrain_identifier"` // on the wire with the add-on Janrain

	Usergroups   []Usergroup   `json:"usergroups"`
	ProfileID    int64         `json:"profile_id"`   // 0: the id of the cart
	ProfileType  string        `json:"profile_type"` // "": P
	ProfileName  string        `json:"profile_name"` // "": Main
	Billing      Address       `json:"billing"`
	Shipping     Address       `json:"shipping"`
	ShippingType string        `json:"s_address_type"`
	Fields       map[int64]any `json:"fields"` // by field id: texts, or what makes a JSON object or array
	Points       int64         `json:"points"` // on the wire with the add-on RewardPoints
}

// An Address is one of the two of a User. Where it has the name of its state or
// of its country, the wire has it too; the fake knows no names by itself.
type Address struct {
	FirstName   string `json:"firstname"`
	LastName    string `json:"lastname"`
	Line1       string `json:"address"`
	Line2       string `json:"address_2"`
	City        string `json:"city"`
	County      string `json:"county"`
	State       string `json:"state"`
	Country     string `json:"country"`
	Zip         string `json:"zipcode"`
	Phone       string `json:"phone"`
	StateName   string `json:"state_descr"`
	CountryName string `json:"country_descr"`
}

// A Usergroup is the membership of a User in a group of the shop.
type Usergroup struct {
	LinkID int64  `json:"link_id"` // 0: the place in Usergroups, from 1
	ID     int64  `json:"usergroup_id"`
	Status string `json:"status"` // "": A
	Type   string `json:"type"`   // "": C
}

// fill gives a user what he lacks.
func (u *User) fill(cart *Cart, now time.Time) {
	u.Status = cmp.Or(u.Status, "A")
	u.Type = cmp.Or(u.Type, "C")
	u.CompanyID = cmp.Or(u.CompanyID, cart.CompanyID)
	u.LangCode = cmp.Or(u.LangCode, "en")
	u.ProfileID = cmp.Or(u.ProfileID, cart.UserID)
	u.ProfileType = cmp.Or(u.ProfileType, "P")
	u.ProfileName = cmp.Or(u.ProfileName, "Main")
	if u.Timestamp.IsZero() {
		u.Timestamp = now
	}
	u.tidy()
}

// tidy brings a user into the one form in which he is kept.
func (u *User) tidy() {
	u.LastLogin, u.Timestamp = seconds(u.LastLogin), seconds(u.Timestamp)
	for i := range u.Usergroups {
		g := &u.Usergroups[i]
		g.LinkID = cmp.Or(g.LinkID, int64(i+1))
		g.Status = cmp.Or(g.Status, "A")
		g.Type = cmp.Or(g.Type, "C")
	}
	if len(u.Usergroups) == 0 {
		u.Usergroups = nil
	}
	if len(u.Fields) == 0 {
		u.Fields = nil
	}
}

// clone is a deep copy.
func (u *User) clone() *User {
	if u == nil {
		return nil
	}
	copied := *u
	copied.Usergroups = slices.Clone(u.Usergroups)
	if u.Fields != nil {
		copied.Fields = make(map[int64]any, len(u.Fields))
		for id, v := range u.Fields {
			copied.Fields[id] = cloneField(v)
		}
	}
	return &copied
}

// cloneField copies the kinds of values that a field is usually made of.
func cloneField(v any) any {
	switch v := v.(type) {
	case map[string]any:
		copied := make(map[string]any, len(v))
		for key, inner := range v {
			copied[key] = cloneField(inner)
		}
		return copied
	case []any:
		copied := make([]any, len(v))
		for i, inner := range v {
			copied[i] = cloneField(inner)
		}
		return copied
	case map[string]string:
		return maps.Clone(v)
	case []string:
		return slices.Clone(v)
	case json.RawMessage:
		return slices.Clone(v)
	}
	return v
}

// seconds cuts a time to whole seconds, in UTC.
func seconds(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Second)
}

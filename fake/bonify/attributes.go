package bonify

import (
	"time"
)

// An attribute is what a filter field reads of a customer. Of the functions one
// is set, as the kind says.
type attribute struct {
	kind        kind
	text        func(*Customer) string      // textual, word, figure; also the date of a custom field
	count       func(*Customer) int64       // count
	hundredths  bool                        // count is of hundredths
	flag        func(*Customer) bool        // boolean
	date        func(*Customer) time.Time   // date
	dates       func(*Customer) []time.Time // date: any of several
	index       string                      // where equal texts are looked up; "": nowhere
	machineName string                      // of a custom field that is indexed
	isID        bool
	isUpdated   bool
}

// attributes are the filter fields of the document but shop_id, which reads the
// shop ("GET Filters Query Parameter").
var attributes = map[string]attribute{
	"accepts_marketing":         {kind: boolean, flag: func(c *Customer) bool { return c.AcceptsMarketing }},
	"activation_date":           {kind: date, date: func(c *Customer) time.Time { return c.ActivationDate }},
	"address1":                  {kind: textual, text: func(c *Customer) string { return c.Address.Address1 }},
	"address2":                  {kind: textual, text: func(c *Customer) string { return c.Address.Address2 }},
	"city":                      {kind: textual, text: func(c *Customer) string { return c.Address.City }},
	"company":                   {kind: textual, text: func(c *Customer) string { return c.Address.Company }},
	"country":                   {kind: textual, text: func(c *Customer) string { return c.Address.Country }},
	"customer_date":             {kind: date, date: func(c *Customer) time.Time { return c.CreatedAt }},
	"customer_first_name":       {kind: textual, text: firstName},
	"customer_id":               {kind: count, count: customerID, isID: true},
	"customer_last_name":        {kind: textual, text: lastName},
	"customer_tag":              {kind: tagged, index: tagIndex},
	"email":                     {kind: textual, text: func(c *Customer) string { return c.Email }, index: emailIndex},
	"email_marketing_state":     {kind: word, text: emailMarketingState},
	"first_name":                {kind: textual, text: firstName},
	"first_order_date":          {kind: date, date: firstOrderDate},
	"id":                        {kind: count, count: customerID, isID: true},
	"last_abandoned_order_date": {kind: date, date: func(c *Customer) time.Time { return c.LastAbandonedOrderDate }},
	"last_name":                 {kind: textual, text: lastName},
	"multipass_identifier":      {kind: textual, text: func(c *Customer) string { return c.MultipassIdentifier }},
	"orders_count":              {kind: count, count: func(c *Customer) int64 { return int64(c.OrdersCount) }},
	"order_date":                {kind: date, dates: func(c *Customer) []time.Time { return c.OrderDates }},
	"phone":                     {kind: textual, text: func(c *Customer) string { return c.Phone }, index: phoneIndex},
	"province":                  {kind: textual, text: func(c *Customer) string { return c.Address.Province }},
	"state":                     {kind: word, text: func(c *Customer) string { return c.State }},
	"tag":                       {kind: tagged, index: tagIndex},
	"total_spent":               {kind: count, count: func(c *Customer) int64 { return c.TotalSpentCents }, hundredths: true},
	"updated_at":                {kind: date, date: func(c *Customer) time.Time { return c.UpdatedAt }, isUpdated: true},
	"verified_email":            {kind: boolean, flag: func(c *Customer) bool { return c.VerifiedEmail }},
	"product_subscriber_status": {kind: word, text: func(c *Customer) string { return c.ProductSubscriberStatus }},
}

func customerID(c *Customer) int64 { return c.ID }
func firstName(c *Customer) string { return c.FirstName }
func lastName(c *Customer) string  { return c.LastName }

// emailMarketingState is what the customer has said, or what follows from
// accepting marketing.
func emailMarketingState(c *Customer) string {
	switch {
	case c.EmailMarketingState != "":
		return c.EmailMarketingState
	case c.AcceptsMarketing:
		return "subscribed"
	}
	return "not_subscribed"
}

// firstOrderDate is the earliest order's, zero where there is none.
func firstOrderDate(c *Customer) (first time.Time) {
	for _, t := range c.OrderDates {
		if first.IsZero() || t.Before(first) {
			first = t
		}
	}
	return first
}

// attribute finds a filter field: one of the document, or the machine name of a
// custom field of the shop (reading BF-13).
func (t *Shop) attribute(name string) (attribute, bool) {
	if a, known := attributes[name]; known {
		return a, true
	}
	if name == "shop_id" {
		return attribute{kind: count, count: func(*Customer) int64 { return t.number }}, true
	}
	d, known := t.definitions().byName[name]
	if !known || t.server.settings.noFieldFilters {
		return attribute{}, false
	}
	a := attribute{kind: textual, text: func(c *Customer) string { return c.field(name) }}
	switch d.Type {
	case Number:
		a.kind = figure
	case Date:
		a.kind = date
	default:
		a.machineName = name
	}
	return a, true
}

// indexed is where those stand whose whole text is this one, "" where no index
// knows.
func (a attribute) indexed(folded string) (index, key string) {
	if a.machineName == "" {
		return a.index, folded
	}
	if key = fieldKey(a.machineName, folded); key == "" {
		return "", ""
	}
	return fieldIndex, key
}

// empty is the condition of an attribute without a value.
func (a attribute) empty() func(*Customer) bool {
	switch {
	case a.text != nil:
		text := a.text
		return func(c *Customer) bool { return text(c) == "" }
	case a.date != nil:
		date := a.date
		return func(c *Customer) bool { return date(c).IsZero() }
	case a.dates != nil:
		dates := a.dates
		return func(c *Customer) bool {
			for _, t := range dates(c) {
				if !t.IsZero() {
					return false
				}
			}
			return true
		}
	}
	return func(c *Customer) bool { return len(c.Tags) == 0 }
}

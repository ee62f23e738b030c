package reference

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const (
	bonifyCustomers = "/customers"
	bonifyPage      = 50
	bonifyIdle      = 20 // so many pages in a row without anything new are no list
)

func bonifyItem(id int64) string { return fmt.Sprintf("%s/%d", bonifyCustomers, id) }

// List gives all customers that fit all filters.
func (c *Bonify) List(ctx context.Context, filters ...BonifyFilter) ([]BonifyCustomer, error) {
	var all []BonifyCustomer
	err := c.walk(ctx, filters, func(one BonifyCustomer) error {
		if c.fits(one, filters) {
			all = append(all, one)
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case len(all) == 0 && len(filters) > 0 && c.bug.is("BON-FILT-05a"):
		return nil, fmt.Errorf("bonify: %w: nobody fits", ErrNotFound)
	case len(all) > 1 && len(filters) > 0 && loose(filters[0]) && c.bug.is("BON-FILT-03b"):
		all = all[:1]
	}
	return all, nil
}

// Each calls f with every customer while the list is being read. One that f
// changes moves to the end of the list, and is met there again: f is called once.
func (c *Bonify) Each(ctx context.Context, f func(BonifyCustomer) error) error {
	return c.walk(ctx, nil, f)
}

// A walk is a list that is being read.
type bonifyWalk struct {
	cursor   string
	asked    map[string]bool // cursors
	seen     map[int64]bool
	pages    int
	idle     int // pages without anything new
	restarts int
	skip     int // bug BON-RATE-08b: pages that had their turn
}

// walk reads all pages. The end is that there is no cursor to a next one: pages
// may be short, or empty, before that. A cursor that the service does not take
// any more is a reason to start over, once.
func (c *Bonify) walk(ctx context.Context, filters []BonifyFilter, visit func(BonifyCustomer) error) error {
	w := bonifyWalk{asked: map[string]bool{}, seen: map[int64]bool{}}
	for {
		got, e, err := c.page(ctx, w.cursor, filters)
		switch {
		case errors.Is(err, errPageLost):
			c.loses(&w)
			continue
		case got.status == http.StatusBadRequest && w.cursor != "" && (w.restarts == 0 || c.bug.is("BON-PAGE-09a")):
			w.cursor, w.asked = "", map[string]bool{}
			w.restarts++
			continue
		case got.status == http.StatusForbidden && w.cursor != "" && c.bug.is("BON-PAGE-07a"):
			return nil
		case err != nil:
			return err
		}
		w.pages++
		if next := e.next(); next != "" && c.bug.is("BON-PAGE-09b") {
			c.bug.put(next)
		}
		if w.pages > w.skip {
			if err := c.visit(&w, e, visit); err != nil {
				return err
			}
		}
		over, err := c.turn(&w, e)
		if over || err != nil {
			return err
		}
	}
}

// loses is what bugs do about a page that was refused.
func (c *Bonify) loses(w *bonifyWalk) {
	if c.bug.is("BON-RATE-08b") { // skips it
		w.skip = w.pages + 1
	} else {
		w.seen = map[int64]bool{}
	}
	w.cursor, w.asked, w.pages = "", map[string]bool{}, 0
}

// page reads one page.
func (c *Bonify) page(ctx context.Context, cursor string, filters []BonifyFilter) (reply, bonifyEnvelope, error) {
	query := url.Values{}
	raw := ""
	if len(filters) > 0 && (cursor == "" || !c.bug.is("BON-PAGE-08a")) {
		raw = c.filters(query, filters)
	}
	if c.bug.is("BON-PAGE-10a") {
		query.Set("limit", "200")
	}
	switch {
	case cursor == "":
	case c.bug.is("BON-PAGE-02a"):
		raw += "&next_page=" + cursor
	case c.bug.is("BON-PAGE-02b"):
		query.Set("next_page", url.QueryEscape(cursor))
	default:
		query.Set("next_page", cursor)
	}
	text := strings.Trim(query.Encode()+"&"+strings.TrimPrefix(raw, "&"), "&")
	return c.send(ctx, bonifyRequest{method: http.MethodGet, path: bonifyCustomers, query: text, cursor: cursor})
}

// visit goes through the customers of one page that are new.
func (c *Bonify) visit(w *bonifyWalk, e bonifyEnvelope, f func(BonifyCustomer) error) error {
	w.idle++
	for _, wire := range e.Customers {
		one, err := c.customer(wire)
		if err != nil {
			return err
		}
		if w.seen[one.ID] && !(w.restarts == 0 && c.bug.is("BON-PAGE-11a")) {
			continue
		}
		w.seen[one.ID], w.idle = true, 0
		if err := f(one); err != nil {
			return err
		}
	}
	if len(e.Customers) > 0 && w.idle > bonifyIdle && !c.endless() {
		return fmt.Errorf("bonify: %w: %d pages bring nothing new", ErrReply, w.idle)
	}
	return nil
}

// endless tells whether there is no guard against pages without anything new.
func (c *Bonify) endless() bool {
	return c.bug.is("GEN-LOOP-01a") || c.bug.is("BON-PAGE-04a") || c.bug.is("BON-PAGE-09a") || c.bug.is("BON-PAGE-11a")
}

// turn goes to the next page. A cursor that was there before leads nowhere.
func (c *Bonify) turn(w *bonifyWalk, e bonifyEnvelope) (over bool, err error) {
	next := e.next()
	switch {
	case c.bug.is("BON-PAGE-01a"), c.bug.is("BON-PAGE-10a"),
		w.pages >= e.PageCount && c.bug.is("BON-PAGE-05a"),
		len(e.Customers) < bonifyPage && c.bug.is("BON-PAGE-06a"),
		len(e.Customers) == 0 && c.bug.is("BON-PAGE-06b"):
		return true, nil
	case next == "" && e.NextPage != nil && c.bug.is("BON-PAGE-04a"):
		w.cursor, w.asked = "", map[string]bool{}
		return false, nil
	case next == "":
		return true, nil
	case c.bug.is("BON-PAGE-03a"):
		next = strconv.Itoa(w.pages + 1)
	case c.bug.is("BON-PAGE-03b"):
		n, _ := strconv.Atoi(next)
		next = strconv.Itoa(n)
	case e.PrevPage != nil && c.bug.is("BON-PAGE-03c"):
		next = *e.PrevPage
	}
	if c.bug.is("BON-PAGE-09b") {
		next = c.bug.got()
	}
	if w.asked[next] && !c.bug.is("GEN-LOOP-01a") {
		return false, fmt.Errorf("bonify: %w: a cursor leads back to where it was", ErrReply)
	}
	w.asked[next], w.cursor = true, next
	return false, nil
}

// Get gives one customer.
func (c *Bonify) Get(ctx context.Context, id int64) (BonifyCustomer, error) {
	got, e, err := c.send(ctx, bonifyRequest{method: http.MethodGet, path: bonifyItem(id)})
	switch {
	case got.status == http.StatusNotFound && c.bug.is("BON-GET-01b"):
		return c.customer(e.Customers[0])
	case string(got.body) == "null" && c.bug.is("GEN-MISS-01a"):
		return BonifyCustomer{}, nil
	case err != nil:
		return BonifyCustomer{}, err
	case c.bug.is("BON-GET-01a"):
		return BonifyCustomer{ID: e.ID}, nil
	case e.Customer != nil && !c.bug.is("BON-GET-02a"):
		return c.customer(*e.Customer)
	case len(e.Customers) == 0:
		return BonifyCustomer{}, fmt.Errorf("bonify: %w: no customer has the id %d", ErrNotFound, id)
	}
	return c.customer(e.Customers[0])
}

// fits looks at a hit once more. A service that leaves out a filter which it
// does not know gives customers that do not fit.
func (c *Bonify) fits(one BonifyCustomer, filters []BonifyFilter) bool {
	for _, f := range filters {
		if _, known := bonifyOwn[f.Field]; known || c.bug.is("BON-FILT-08a") {
			continue
		}
		value, there := one.Fields[f.Field]
		switch f.Operator {
		case "empty", "not_equals", "not_contains":
			there = true
		case "equals":
			there = there && strings.EqualFold(value.Value, f.Value)
		}
		if !there {
			return false
		}
	}
	return true
}

// A BonifyFilter is one condition.
type BonifyFilter struct {
	Field    string
	Operator string
	Value    string
}

// bonifyOwn are the fields that the API has itself, and whether they are texts.
var bonifyOwn = map[string]bool{
	"accepts_marketing": false, "activation_date": false, "address1": true, "address2": true, "city": true, "company": true,
	"country": true, "customer_date": false, "customer_first_name": true, "customer_id": false, "customer_last_name": true,
	"customer_tag": false, "email": true, "email_marketing_state": false, "first_name": true, "first_order_date": false,
	"id": false, "last_abandoned_order_date": false, "last_name": true, "multipass_identifier": true, "orders_count": false,
	"order_date": false, "phone": true, "province": true, "shop_id": false, "state": false, "tag": false,
	"total_spent": false, "updated_at": false, "verified_email": false, "product_subscriber_status": false,
}

// loose tells whether a filter needs quotes to be exact.
func loose(f BonifyFilter) bool { return f.Field == "email" && f.Operator == "equals" }

// filters puts the filters into the one parameter for them. What it gives is to
// be sent as it is.
func (c *Bonify) filters(query url.Values, filters []BonifyFilter) string {
	var all []string
	for _, f := range filters {
		if c.bug.is("BON-FILT-01a") {
			query.Set(f.Field, f.Value)
			continue
		}
		all = append(all, c.filter(f))
	}
	switch {
	case all == nil:
		return ""
	case len(all) > 1 && c.bug.is("BON-FILT-02a"):
		query["filters"] = all
		return ""
	case c.bug.is("BON-FILT-06a"):
		return "&filters=" + strings.NewReplacer(" ", "%20", `"`, "%22", "|", "%7C").Replace(strings.Join(all, ","))
	}
	query.Set("filters", strings.Join(all, ","))
	return ""
}

// filter writes one filter. A value that is to be equal is in quotes, which makes
// it the whole of a text; so is one that would not be read as one value else.
func (c *Bonify) filter(f BonifyFilter) string {
	operator, value := f.Operator, f.Value
	quote := slices.Contains([]string{"equals", "not_equals"}, operator) || strings.ContainsAny(value, `,|" `) && !c.bug.is("BON-FILT-03c")
	switch {
	case operator == "not_empty" && bonifyOwn[f.Field] && c.bug.is("BON-FILT-07a"):
		return f.Field + `|gt|""`
	case operator == "empty" && c.bug.is("BON-FILT-04b"):
		return f.Field + "|empty|true"
	case operator == "empty", operator == "not_empty":
		return f.Field + "|" + operator
	case operator == "equals" && c.bug.is("BON-FILT-04a"):
		operator = "eq"
	}
	if strings.Contains(value, ",") && c.bug.is("BON-FILT-03a") || loose(f) && c.bug.is("BON-FILT-03b") {
		quote = false
	}
	if quote {
		value = `"` + strings.ReplaceAll(value, `"`, `""`) + `"`
	}
	return f.Field + "|" + operator + "|" + value
}

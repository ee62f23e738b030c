package conformance

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/cartdouble/cartdouble/fake"
)

// An odd client is the reference client with something done to its requests, or
// to its functions.
type oddCscart struct {
	trip func(next http.RoundTripper, r *http.Request) (*http.Response, error)
	wrap func(c *CscartClient)
}

func (o oddCscart) make(tb fake.TB, env Env) CscartClient {
	mk := cscartAdapter(nil)
	if o.trip != nil {
		mk = with(mk, o.trip)
	}
	c := mk(tb, env)
	if o.wrap != nil {
		o.wrap(&c)
	}
	return c
}

// querying changes the query of every request that has one, or may have.
func querying(change func(url.Values)) oddCscart {
	return oddCscart{trip: func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/carts/") {
			r = r.Clone(r.Context())
			query := r.URL.Query()
			change(query)
			r.URL.RawQuery = query.Encode()
		}
		return next.RoundTrip(r)
	}}
}

// replacing changes texts of the query as it is sent.
func replacing(pairs ...string) oddCscart {
	return oddCscart{trip: func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
		r = r.Clone(r.Context())
		r.URL.RawQuery = strings.NewReplacer(pairs...).Replace(r.URL.RawQuery)
		return next.RoundTrip(r)
	}}
}

// pathing changes the path of every request.
func pathing(change func(string) string) oddCscart {
	return oddCscart{trip: func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
		r = r.Clone(r.Context())
		r.URL.Path, r.URL.RawPath = change(r.URL.Path), ""
		return next.RoundTrip(r)
	}}
}

// heading sets a header of every request.
func heading(name, value string) oddCscart {
	return oddCscart{trip: func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
		r = r.Clone(r.Context())
		r.Header.Set(name, value)
		return next.RoundTrip(r)
	}}
}

// cartListing changes what List gives.
func cartListing(change func([]CscartCart) []CscartCart) oddCscart {
	return oddCscart{wrap: func(c *CscartClient) {
		list := c.List
		c.List = func(ctx context.Context, f CscartFilter) ([]CscartCart, error) {
			all, err := list(ctx, f)
			return change(all), err
		}
	}}
}

// cartReading changes every cart that List and Get give.
func cartReading(change func(*CscartCart)) oddCscart {
	return oddCscart{wrap: func(c *CscartClient) {
		list, get := c.List, c.Get
		c.List = func(ctx context.Context, f CscartFilter) ([]CscartCart, error) {
			all, err := list(ctx, f)
			for i := range all {
				change(&all[i])
			}
			return all, err
		}
		c.Get = func(ctx context.Context, id string) (CscartCart, error) {
			one, err := get(ctx, id)
			change(&one)
			return one, err
		}
	}}
}

// deleting puts something in the place of Delete.
func deleting(remove func(ctx context.Context, c CscartClient, id string) error) oddCscart {
	return oddCscart{wrap: func(c *CscartClient) {
		before := *c
		c.Delete = func(ctx context.Context, id string) error { return remove(ctx, before, id) }
	}}
}

func blind(c *CscartClient) { c.Status = func(error) int { return 0 } }

// The findings that no mutant brings about are found too.
func TestMoreBugsOfCscartClientsAreFound(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		id, code string
		client   oddCscart
	}{
		"sends no base64":              {"CSC-AUTH-01", "pair", heading("Authorization", "Basic first+second@example.com:key")},
		"sends half of the pair":       {"CSC-AUTH-01", "pair", heading("Authorization", "Basic Omtlew==")},
		"keeps the status of refusals": {"CSC-AUTH-02", "status", oddCscart{wrap: blind}},
		"keeps the status of a miss":   {"CSC-GET-02", "status", oddCscart{wrap: blind}},
		"keeps the status to itself":   {"CSC-ERR-01", "status", oddCscart{wrap: blind}},
		"asks for each page twice":     {"CSC-PAGE-02", "too-many-pages", doubled(http.MethodGet)},
		"reads past the end":           {"CSC-PAGE-03", "too-many-pages", beyond(3)},
		"lists without the last":       {"CSC-PAGE-05", "carts-missing", cartListing(func(all []CscartCart) []CscartCart { return all[:5] })},
		"sorts one page otherwise": {"CSC-PAGE-05", "sort-differs", querying(func(q url.Values) {
			if q.Get("page") == "2" {
				q.Set("sort_by", "date")
			}
		})},
		"lists one cart twice":          {"CSC-PAGE-01", "listed-twice", cartListing(func(all []CscartCart) []CscartCart { return append(all, all[0]) })},
		"lists a cart of its own":       {"CSC-PAGE-01", "wrong-carts", cartListing(func(all []CscartCart) []CscartCart { return append(all, CscartCart{UserID: "7"}) })},
		"copies the example":            {"CSC-FILT-01", "example-spelling", replacing("users_type", "user_type")},
		"sends ids as JSON":             {"CSC-FILT-03", "ids-form", querying(func(q url.Values) { q.Set("p_ids", "["+q.Get("p_ids")+"]") })},
		"leaves brackets as they are":   {"CSC-FILT-03", "unescaped", replacing("p_ids=12%2C13%2C14", "p_ids[]=12&p_ids[]=13&p_ids[]=14")},
		"sends ISO dates":               {"CSC-FILT-02", "not-seconds", querying(func(q url.Values) { q.Set("time_from", "1999-12-25T12:00:00Z") })},
		"sorts by name":                 {"CSC-FILT-07", "sort-value", replacing("sort_by=customer", "sort_by=name")},
		"sorts the wrong way round":     {"CSC-FILT-07", "wrong-order", replacing("sort_order=asc", "sort_order=desc")},
		"takes everyone for a guest":    {"CSC-TYPE-01", "wrong-guest", cartReading(func(c *CscartCart) { c.Guest = true })},
		"loses the order":               {"CSC-TYPE-02", "wrong-order", cartReading(func(c *CscartCart) { c.OrderID = "" })},
		"loses the address":             {"CSC-TYPE-02", "wrong-address", cartReading(func(c *CscartCart) { c.IP = "" })},
		"rounds prices":                 {"CSC-TYPE-04", "wrong-price", cartReading(roundPrices)},
		"counts lines, not pieces":      {"CSC-TYPE-06", "wrong-number", cartReading(func(c *CscartCart) { c.Items = "2" })},
		"loses a name":                  {"CSC-TYPE-07", "wrong-name", cartReading(func(c *CscartCart) { c.FirstName = "" })},
		"mixes carts up":                {"CSC-GET-01", "wrong-cart", cartReading(func(c *CscartCart) { c.UserID = "4" })},
		"mixes lines up":                {"CSC-GET-01", "wrong-line", cartReading(func(c *CscartCart) { c.Lines[0].Name = "Cup" })},
		"asks whether it has changed":   {"CSC-GET-06", "validator", heading("If-None-Match", `"1"`)},
		"gets no cart for a blank id":   {"CSC-GET-05", "no-error", blankIsNothing()},
		"deletes nothing":               {"CSC-DEL-01", "error", deleting(func(ctx context.Context, c CscartClient, _ string) error { return c.Delete(ctx, "7") })},
		"says that it deletes":          {"CSC-DEL-01", "not-deleted", deleting(func(ctx context.Context, c CscartClient, _ string) error { _ = c.Delete(ctx, "7"); return nil })},
		"deletes another":               {"CSC-DEL-02", "not-there", deleting(deleteMore)},
		"deletes all that it sees":      {"CSC-DEL-04", "wrong-cart", deleting(deleteAll)},
		"is happy with a blank id":      {"CSC-DEL-04", "no-error", deleting(blankIsDone)},
		"deletes what another was told": {"CSC-DEL-06", "not-deleted", deleting(func(ctx context.Context, c CscartClient, _ string) error { return c.Delete(ctx, "7") })},
		"is happy without an answer":    {"CSC-DEL-06", "no-error", unheard()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := evaluateCscart(t, c.client.make, Only(c.id))
			if f := r.Results[0].Finding; f.Code != c.code {
				t.Errorf("%s: %s, want %s", c.id, r.text(false), c.code)
			}
		})
	}
}

// doubled sends each request of a method twice.
func doubled(method string) oddCscart {
	return oddCscart{trip: func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
		if r.Method == method {
			answer, err := next.RoundTrip(r)
			if err != nil {
				return nil, err
			}
			_, _ = io.Copy(io.Discard, answer.Body)
			_ = answer.Body.Close()
		}
		return next.RoundTrip(r)
	}}
}

// beyond asks for pages that there are not before each list.
func beyond(pages int) oddCscart {
	return oddCscart{trip: func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
		for page := range pages {
			past := r.Clone(r.Context())
			past.URL.RawQuery = "page=" + strings.Repeat("9", page+2)
			answer, err := next.RoundTrip(past)
			if err != nil {
				return nil, err
			}
			_ = answer.Body.Close()
		}
		return next.RoundTrip(r)
	}}
}

func roundPrices(c *CscartCart) {
	for i := range c.Lines {
		c.Lines[i].Price, _, _ = strings.Cut(c.Lines[i].Price, ".")
		c.Lines[i].Price += ".5"
	}
}

func blankIsNothing() oddCscart {
	return oddCscart{wrap: func(c *CscartClient) {
		get := c.Get
		c.Get = func(ctx context.Context, id string) (CscartCart, error) {
			if id == "" {
				return CscartCart{}, nil
			}
			return get(ctx, id)
		}
	}}
}

func deleteAll(ctx context.Context, c CscartClient, _ string) error {
	all, err := c.List(ctx, CscartFilter{})
	for _, one := range all {
		err = c.Delete(ctx, one.UserID)
	}
	return err
}

func deleteMore(ctx context.Context, c CscartClient, id string) error {
	_ = c.Delete(ctx, "1001")
	return c.Delete(ctx, id)
}

func blankIsDone(ctx context.Context, c CscartClient, id string) error {
	if id == "" {
		return nil
	}
	return c.Delete(ctx, id)
}

// unheard takes a request whose answer is lost for one that worked.
func unheard() oddCscart {
	return oddCscart{trip: func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
		answer, err := next.RoundTrip(r)
		if err != nil && r.Method == http.MethodDelete {
			return answerTo(r, http.StatusNoContent, http.Header{}, ""), nil
		}
		return answer, err
	}}
}

// What a right client may do otherwise than the reference is no finding.
func TestOtherWaysOfCscartClientsAreNoFindings(t *testing.T) {
	t.Parallel()
	all := []string{"CSC-*", "GEN-*"}
	for name, c := range map[string]struct {
		only   []string
		client oddCscart
	}{
		"asks for 100 carts a page":       {all, querying(func(q url.Values) { q.Set("items_per_page", "100") })},
		"asks for page 1 by its number":   {all, querying(first)},
		"says version 2.1":                {all, pathing(func(path string) string { return strings.Replace(path, "/api/", "/api/2.1/", 1) })},
		"says version 4.0":                {[]string{"CSC-URL-*"}, pathing(func(path string) string { return strings.Replace(path, "/api/", "/api/4.0/", 1) })},
		"ends paths in a slash":           {all, pathing(func(path string) string { return strings.TrimSuffix(path, "/") + "/" })},
		"ends no path in a slash":         {all, pathing(func(path string) string { return strings.TrimSuffix(path, "/") })},
		"asks for a page without a limit": {[]string{"CSC-PAGE-06"}, unlimited()},
		"accepts anything":                {all, heading("Accept", "text/html,*/*;q=0.8")},
		"sends ids as an array":           {[]string{"CSC-FILT-03"}, replacing("p_ids=12%2C13%2C14", "p_ids%5B%5D=12&p_ids%5B%5D=13&p_ids%5B%5D=14")},
		"says off with 0":                 {[]string{"CSC-FILT-08"}, querying(func(q url.Values) { q.Set("with_info_only", "0") })},
		"says on with Y":                  {[]string{"CSC-FILT-05"}, replacing("with_info_only=true", "with_info_only=Y")},
		"filters by itself":               {[]string{"CSC-FILT-01", "CSC-FILT-07", "CSC-FILT-08"}, byItself()},
		"cannot tell a status":            {[]string{"CSC-AUTH-02", "CSC-GET-02"}, oddCscart{wrap: func(c *CscartClient) { c.Status = nil }}},
		"gets each cart of a list":        {[]string{"CSC-GET-04", "CSC-PAGE-01"}, oddCscart{wrap: getsEach}},
		"writes money without a zero":     {all, cartReading(func(c *CscartCart) { c.Total = strings.TrimSuffix(c.Total, "0") })},
		"says 0 where no order is":        {[]string{"CSC-TYPE-02"}, cartReading(noOrder)},
		"leaves a lost delete open":       {[]string{"CSC-DEL-06"}, deleting(func(ctx context.Context, c CscartClient, id string) error { _ = c.Delete(ctx, id); return errNo })},
		"takes a gone cart for a done":    {[]string{"CSC-DEL-*"}, deleting(goneIsDone)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := evaluateCscart(t, c.client.make, Only(c.only...))
			for _, res := range r.Results {
				if !slices.Contains([]State{pass, notClaimed}, res.State) {
					t.Errorf("%s", r.blockText(res))
				}
			}
		})
	}
}

func first(q url.Values) {
	if q.Get("page") == "" {
		q.Set("page", "1")
	}
}

func noOrder(c *CscartCart) {
	if c.OrderID == "" {
		c.OrderID = "0"
	}
}

func goneIsDone(ctx context.Context, c CscartClient, id string) error {
	err := c.Delete(ctx, id)
	if c.Status(err) == http.StatusNotFound {
		return nil
	}
	return err
}

func getsEach(c *CscartClient) {
	list, get := c.List, c.Get
	c.List = func(ctx context.Context, f CscartFilter) ([]CscartCart, error) {
		all, err := list(ctx, f)
		for i := range all {
			if all[i], err = get(ctx, all[i].UserID); err != nil {
				return nil, err
			}
		}
		return all, err
	}
}

// unlimited asks for all carts at once, and for no second page.
func unlimited() oddCscart {
	return oddCscart{trip: func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
		if r.URL.Query().Has("page") {
			return answerTo(r, http.StatusOK, http.Header{"Content-Type": {"application/json"}}, `{"carts":[],"params":{}}`), nil
		}
		r = r.Clone(r.Context())
		r.URL.RawQuery = "items_per_page=0"
		return next.RoundTrip(r)
	}}
}

// byItself asks the shop for all carts, and filters and sorts them.
func byItself() oddCscart {
	return oddCscart{wrap: func(c *CscartClient) {
		list := c.List
		c.List = func(ctx context.Context, f CscartFilter) ([]CscartCart, error) {
			all, err := list(ctx, CscartFilter{})
			all = slices.DeleteFunc(all, func(one CscartCart) bool {
				return f.Kind == "guest" && !one.Guest || f.Kind == "registered" && one.Guest
			})
			if f.SortBy == "customer" {
				slices.SortFunc(all, func(a, b CscartCart) int { return strings.Compare(a.LastName+a.FirstName, b.LastName+b.FirstName) })
			}
			return all, err
		}
	}}
}

package conformance

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// A bonOdd is the reference client with a bug of its own, with something done to
// its requests, or to its functions.
type bonOdd struct {
	bug  string
	trip func(next http.RoundTripper, r *http.Request) (*http.Response, error)
	wrap func(env Env, c *BonifyClient)
}

func (o bonOdd) make(tb fake.TB, env Env) BonifyClient {
	mk := bonifyAdapter(bugged(o.bug))
	if o.trip != nil {
		mk = with(mk, o.trip)
	}
	c := mk(tb, env)
	if o.wrap != nil {
		o.wrap(env, &c)
	}
	return c
}

// bonSending changes the body of what is sent by a method.
func bonSending(method, old, changed string) bonOdd {
	return bonOdd{trip: func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
		if r.Method == method {
			body, _ := io.ReadAll(r.Body)
			text := strings.Replace(string(body), old, changed, 1)
			r = r.Clone(r.Context())
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
		}
		return next.RoundTrip(r)
	}}
}

// bonAsking changes the URL of what is sent by a method.
func bonAsking(method string, change func(*url.URL)) bonOdd {
	return bonOdd{trip: func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
		if r.Method == method {
			r = r.Clone(r.Context())
			change(r.URL)
		}
		return next.RoundTrip(r)
	}}
}

// bonQuerying changes the query of lists.
func bonQuerying(change func(url.Values)) bonOdd {
	return bonAsking(http.MethodGet, func(u *url.URL) {
		query := u.Query()
		change(query)
		u.RawQuery = query.Encode()
	})
}

// bonTwice sends what is sent by a method once more, where it fits.
func bonTwice(method string, status int) bonOdd {
	return bonOdd{trip: func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
		if r.Method != method {
			return next.RoundTrip(r)
		}
		body := ""
		if r.Body != nil {
			text, _ := io.ReadAll(r.Body)
			body = string(text)
		}
		send := func() (*http.Response, error) {
			q := r.Clone(r.Context())
			q.Body = io.NopCloser(strings.NewReader(body))
			return next.RoundTrip(q)
		}
		answer, err := send()
		if err != nil || answer.StatusCode != status {
			return answer, err
		}
		_, _ = io.Copy(io.Discard, answer.Body)
		_ = answer.Body.Close()
		return send()
	}}
}

// bonWrapped puts something in the place of functions.
func bonWrapped(wrap func(before BonifyClient, c *BonifyClient)) bonOdd {
	return bonOdd{wrap: func(_ Env, c *BonifyClient) { wrap(*c, c) }}
}

// bonLists changes what List gives.
func bonLists(change func([]BonifyCustomer, error) ([]BonifyCustomer, error)) bonOdd {
	return bonWrapped(func(before BonifyClient, c *BonifyClient) {
		c.List = func(ctx context.Context, filters ...BonifyFilter) ([]BonifyCustomer, error) {
			return change(before.List(ctx, filters...))
		}
	})
}

// bonUpdatesBy puts something in the place of Update.
func bonUpdatesBy(update func(ctx context.Context, before BonifyClient, cs []BonifyCustomer) error) bonOdd {
	return bonWrapped(func(before BonifyClient, c *BonifyClient) {
		c.Update = func(ctx context.Context, cs []BonifyCustomer) error { return update(ctx, before, cs) }
	})
}

// bonDeletesBy puts something in the place of Delete.
func bonDeletesBy(remove func(ctx context.Context, before BonifyClient, id int64) error) bonOdd {
	return bonWrapped(func(before BonifyClient, c *BonifyClient) {
		c.Delete = func(ctx context.Context, id int64) error { return remove(ctx, before, id) }
	})
}

// bonGets puts something in the place of Get.
func bonGets(get func(ctx context.Context, before BonifyClient, id int64) (BonifyCustomer, error)) bonOdd {
	return bonWrapped(func(before BonifyClient, c *BonifyClient) {
		c.Get = func(ctx context.Context, id int64) (BonifyCustomer, error) { return get(ctx, before, id) }
	})
}

// bonWalks puts something in the place of Each.
func bonWalks(each func(ctx context.Context, before BonifyClient, f func(BonifyCustomer) error) error) bonOdd {
	return bonWrapped(func(before BonifyClient, c *BonifyClient) {
		c.Each = func(ctx context.Context, f func(BonifyCustomer) error) error { return each(ctx, before, f) }
	})
}

// The findings that no mutant brings about are found too.
func TestMoreBonifyBugsAreFound(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		id, code string
		client   bonOdd
	}{
		"uses another key": {"BON-AUTH-01", "header-differs", bonOdd{trip: func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			r = r.Clone(r.Context())
			r.Header.Set(bonKey, "other")
			return next.RoundTrip(r)
		}}},
		"tries a refusal again":  {"BON-AUTH-02", "repeated", bonTwice(http.MethodGet, 403)},
		"puts two slashes":       {"BON-URL-01", "path", bonAsking(http.MethodGet, func(u *url.URL) { u.Path = strings.Replace(u.Path, "/customers", "//customers", 1) })},
		"asks for pages twice":   {"BON-PAGE-04", "too-many-pages", bonTwice(http.MethodGet, 200)},
		"lists a customer twice": {"BON-PAGE-01", "listed-twice", bonLists(func(all []BonifyCustomer, err error) ([]BonifyCustomer, error) { return append(all, all[0]), err })},
		"lists one of its own": {"BON-PAGE-01", "wrong-customers", bonLists(func(all []BonifyCustomer, err error) ([]BonifyCustomer, error) {
			return append(all, BonifyCustomer{ID: 7}), err
		})},
		"changes its filters": {"BON-PAGE-08", "refused", bonQuerying(otherFilters)},
		"changes a customer twice": {"BON-PAGE-11", "changed-twice", bonWalks(func(ctx context.Context, before BonifyClient, f func(BonifyCustomer) error) error {
			first := true
			return before.Each(ctx, func(c BonifyCustomer) error {
				if first {
					_ = f(c)
				}
				first = false
				return f(c)
			})
		})},
		"skips a customer": {"BON-PAGE-11", "skipped", bonWalks(func(ctx context.Context, before BonifyClient, f func(BonifyCustomer) error) error {
			first := true
			return before.Each(ctx, func(c BonifyCustomer) error {
				if first {
					first = false
					return nil
				}
				return f(c)
			})
		})},
		"sends a word for a filter":  {"BON-FILT-01", "filter-form", bonQuerying(func(q url.Values) { q.Set("filters", "bonify") })},
		"takes a refusal for nobody": {"BON-FILT-08", "no-error", bonLists(func(all []BonifyCustomer, _ error) ([]BonifyCustomer, error) { return all, nil })},
		"knows nobody by no error": {"BON-GET-01", "no-error", bonGets(func(ctx context.Context, before BonifyClient, id int64) (BonifyCustomer, error) {
			one, _ := before.Get(ctx, id)
			return one, nil
		})},
		"makes one more": {"BON-FIND-02", "twin", bonWrapped(func(before BonifyClient, c *BonifyClient) {
			c.Ensure = func(ctx context.Context, one BonifyCustomer) error {
				return before.Create(ctx, []BonifyCustomer{{Email: "x" + one.Email}})
			}
		})},
		"changes an id in a path": {"BON-TYPE-01", "id-changed", bonAsking(http.MethodGet, func(u *url.URL) { u.Path = strings.Replace(u.Path, "740993", "740992", 1) })},
		"changes an id in a body": {"BON-TYPE-01", "id-changed", bonSending(http.MethodPut, "740993", "740992")},
		"reads no fields": {"BON-TYPE-02", "not-read", bonLists(func(all []BonifyCustomer, err error) ([]BonifyCustomer, error) {
			all[0].Fields = nil
			return all, err
		})},
		"writes another field too": {"BON-TYPE-02", "not-stored", bonSending(http.MethodPut, `"radios":"one"`, `"radios":"two"`)},
		"writes all twice":         {"BON-PUT-02", "written-twice", bonTwice(http.MethodPut, 200)},
		"tells nothing": {"BON-PUT-04", "untold", bonUpdatesBy(func(ctx context.Context, before BonifyClient, cs []BonifyCustomer) error {
			if before.Update(ctx, cs) != nil {
				return errNo
			}
			return nil
		})},
		"writes another name":      {"BON-PUT-08", "not-changed", bonSending(http.MethodPut, `"last_name":"New"`, `"last_name":"Old"`)},
		"clears another field too": {"BON-CLR-01", "not-cleared", bonSending(http.MethodPut, `"text":""`, `"text":"","radios":""`)},
		"deletes what it updates": {"BON-CLR-02", "deleted", bonUpdatesBy(func(ctx context.Context, before BonifyClient, cs []BonifyCustomer) error {
			_ = before.Update(ctx, cs)
			return before.Delete(ctx, cs[0].ID)
		})},
		"has another envelope":  {"BON-POST-01", "no-envelope", bonSending(http.MethodPost, `"customers"`, `"customer"`)},
		"deletes a collection":  {"BON-DEL-01", "path", bonAsking(http.MethodDelete, func(u *url.URL) { u.Path = u.Path[:strings.LastIndexByte(u.Path, '/')] })},
		"deletes with a body":   {"BON-DEL-01", "body", bonSending(http.MethodDelete, "", "{}")},
		"deletes the one after": {"BON-DEL-01", "not-deleted", bonDeletesBy(func(ctx context.Context, before BonifyClient, id int64) error { return before.Delete(ctx, id+1) })},
		"deletes others too": {"BON-DEL-02", "deleted", bonDeletesBy(func(ctx context.Context, before BonifyClient, id int64) error {
			_ = before.Delete(ctx, id+1)
			return before.Delete(ctx, id)
		})},
		"tries each try again": {"BON-RATE-05", "too-many-attempts", bonGets(func(ctx context.Context, before BonifyClient, id int64) (one BonifyCustomer, err error) {
			for range 5 {
				if one, err = before.Get(ctx, id); err == nil {
					break
				}
			}
			return one, err
		})},
		"thinks about failures": {"BON-RATE-05", "too-late", bonGets(func(ctx context.Context, before BonifyClient, id int64) (BonifyCustomer, error) {
			one, err := before.Get(ctx, id)
			if err != nil {
				<-time.After(20 * time.Minute)
			}
			return one, err
		})},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := evaluate(t, Bonify(), c.client.make, Only(c.id))
			if f := r.Results[0].Finding; f.Code != c.code {
				t.Errorf("%s: %s, want %s", c.id, r.text(false), c.code)
			}
		})
	}
}

// otherFilters asks for the second page of another list.
func otherFilters(q url.Values) {
	if q.Has("next_page") && q.Has("filters") {
		q.Set("filters", "email|contains|matc")
	}
}

// What a right client may do otherwise than the reference is no finding.
func TestOtherBonifyWaysAreNoFindings(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		only   []string
		client bonOdd
	}{
		"says prev_page for any cursor": {[]string{"BON-PAGE-*"}, bonQuerying(func(q url.Values) {
			if cursor := q.Get("next_page"); cursor != "" {
				q.Del("next_page")
				q.Set("prev_page", cursor)
			}
		})},
		"clears with null":          {[]string{"BON-CLR-*"}, bonSending(http.MethodPut, `"text":""`, `"text":null`)},
		"leaves a bar behind empty": {[]string{"BON-FILT-*"}, bonQuerying(func(q url.Values) { trailing(q, "|empty"); trailing(q, "|not_empty") })},
		"filters by itself":         {[]string{"BON-FILT-01", "BON-FILT-02", "BON-FILT-05"}, bonWrapped(bonByItself)},
		"updates five at a time": {[]string{"BON-PUT-02", "BON-PUT-04", "BON-PUT-06", "BON-RATE-01", "BON-RATE-09"}, bonUpdatesBy(
			func(ctx context.Context, before BonifyClient, cs []BonifyCustomer) error {
				for five := range slices.Chunk(cs, 5) {
					if err := before.Update(ctx, five); err != nil {
						return err
					}
				}
				return nil
			})},
		"updates at the same time, and waits after a 429": {[]string{"BON-RATE-09"}, bonOdd{bug: "BON-RATE-04a", wrap: func(_ Env, c *BonifyClient) {
			update := c.Update
			c.Update = func(ctx context.Context, cs []BonifyCustomer) error {
				var wg sync.WaitGroup
				failed := make(chan error, len(cs))
				for ten := range slices.Chunk(cs, 10) {
					wg.Go(func() { failed <- update(ctx, ten) })
				}
				wg.Wait()
				return <-failed
			}
		}}},
		"warns of a field that it does not know": {[]string{"BON-PUT-07"}, bonOdd{bug: "BON-PUT-07a", wrap: func(env Env, c *BonifyClient) {
			update := c.Update
			c.Update = func(ctx context.Context, cs []BonifyCustomer) error {
				env.Log("there may be no field shoe_size")
				return update(ctx, cs)
			}
		}}},
		"gives up at a cursor that is refused": {[]string{"BON-PAGE-09"}, bonOdd{trip: func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			answer, err := next.RoundTrip(r)
			if err == nil && answer.StatusCode == http.StatusBadRequest {
				_ = answer.Body.Close()
				return nil, errNo
			}
			return answer, err
		}}},
		"looks through the whole list": {[]string{"BON-FIND-*"}, bonWrapped(func(before BonifyClient, c *BonifyClient) {
			c.Ensure = func(ctx context.Context, one BonifyCustomer) error {
				all, err := before.List(ctx)
				if err != nil || slices.ContainsFunc(all, func(c BonifyCustomer) bool { return strings.EqualFold(c.Email, one.Email) }) {
					return err
				}
				return before.Create(ctx, []BonifyCustomer{one})
			}
		})},
		"has no list but Each": {[]string{"BON-PAGE-09", "BON-PAGE-11", "BON-AUTH-01"}, bonWrapped(func(_ BonifyClient, c *BonifyClient) { c.List = nil })},
		"has no Each":          {[]string{"BON-PAGE-09"}, bonWrapped(func(_ BonifyClient, c *BonifyClient) { c.Each = nil })},
		"has no Get":           {[]string{"BON-RATE-*"}, bonWrapped(func(_ BonifyClient, c *BonifyClient) { c.Get = nil })},
		"updates and no more":  {[]string{"BON-RATE-*", "BON-AUTH-*"}, bonWrapped(func(_ BonifyClient, c *BonifyClient) { c.Get, c.List, c.Each = nil, nil, nil })},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := evaluate(t, Bonify(), c.client.make, Only(c.only...))
			for _, res := range r.Results {
				if res.State != pass && res.State != notClaimed {
					t.Error(r.blockText(res))
				}
			}
		})
	}
}

// trailing puts a bar behind an operator that takes no value.
func trailing(q url.Values, operator string) {
	if text := q.Get("filters"); strings.HasSuffix(text, operator) {
		q.Set("filters", text+"|")
	}
}

// bonByItself asks for all customers and looks through them, for contains.
func bonByItself(before BonifyClient, c *BonifyClient) {
	c.List = func(ctx context.Context, filters ...BonifyFilter) ([]BonifyCustomer, error) {
		all, err := before.List(ctx)
		return slices.DeleteFunc(all, func(one BonifyCustomer) bool {
			return slices.ContainsFunc(filters, func(f BonifyFilter) bool {
				has := map[string]string{"email": one.Email, "first_name": one.FirstName, "last_name": one.LastName}[f.Field]
				return !strings.Contains(strings.ToLower(has), f.Value)
			})
		}), err
	}
}

// Right beside a limit, where the reference client does not go.
func TestBonifyBesideALimit(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		id, code string // "" for none
		client   bonOdd
	}{
		"calls 1 s apart":                 {"BON-RATE-04", "", bonOdd{bug: "BON-RATE-04a", trip: paced(time.Second)}},
		"calls 999 ms apart":              {"BON-RATE-04", "refused", bonOdd{bug: "BON-RATE-04a", trip: paced(999 * time.Millisecond)}},
		"a retry after 1 s":               {"BON-RATE-02", "", bonOdd{bug: "BON-RATE-03a", trip: again(time.Second)}},
		"a retry after 999 ms":            {"BON-RATE-02", "too-soon", bonOdd{bug: "BON-RATE-03a", trip: again(999 * time.Millisecond)}},
		"50 customers, and one page more": {"BON-PAGE-01", "error", bonOdd{trip: onward}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := evaluate(t, Bonify(), c.client.make, Only(c.id))
			if f := r.Results[0].Finding; f.Code != c.code {
				t.Errorf("%s: %s, want %q", c.id, r.text(false), c.code)
			}
		})
	}
}

// paced lets calls go that far apart, one after the other.
func paced(apart time.Duration) func(http.RoundTripper, *http.Request) (*http.Response, error) {
	return func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
		answer, err := next.RoundTrip(r)
		<-time.After(apart)
		return answer, err
	}
}

// again sends a call again, so long after each 429.
func again(after time.Duration) func(http.RoundTripper, *http.Request) (*http.Response, error) {
	return func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
		for {
			answer, err := next.RoundTrip(r)
			if err != nil || answer.StatusCode != http.StatusTooManyRequests {
				return answer, err
			}
			_ = answer.Body.Close()
			<-time.After(after)
		}
	}
}

// onward makes up a page behind each full one, as a client does that goes by the
// number of customers.
func onward(next http.RoundTripper, r *http.Request) (*http.Response, error) {
	answer, err := next.RoundTrip(r)
	if err != nil {
		return answer, err
	}
	body, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	text := string(body)
	if strings.Count(text, `"email"`) == 50 && !strings.Contains(text, `"next_page"`) {
		text = strings.Replace(text, `{"status":"okay"`, `{"status":"okay","next_page":"51"`, 1)
	}
	return answerTo(r, answer.StatusCode, answer.Header, text), err
}

package scenarios_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/bonify"
	"github.com/cartdouble/cartdouble/scenarios"
)

// callers are, for faults about credentials, limits, saves and lists, a client that
// is wrong in the way that the fault stands for, and one that is right. Where nothing
// goes wrong both come to the same.
var callers = map[string]struct {
	api          string
	fault        fake.Fault
	wrong, right believer
	truth, plain string // what is true under the fault, and without it
}{
	"wrong-credentials":  {"cartfunnel", scenarios.WrongCredentials(), signedIn(401), signedIn(400), "bad key", "2 customers"},
	"auth-redirect":      {"cartfunnel", scenarios.AuthRedirect(), signedIn(401), signedIn(300), "bad key", "2 customers"},
	"out-of-scope":       {"cartfunnel", scenarios.OutOfScope().Set("op", "CreateCustomer"), createThenList(true), createThenList(false), "2 customers", "2 customers"},
	"revoked":            {"cartfunnel", scenarios.Revoked().After(1), askFiveTimes(false), askFiveTimes(true), "2 calls", "5 calls"},
	"token-expired":      {"cartly", scenarios.TokenExpired().Call(1), withToken(false), withToken(true), "200", "200"},
	"token-swapped":      {"cartfunnel", scenarios.TokenSwapped().Set("account", "other"), ownCustomers(false), ownCustomers(true), "not ours", "2 customers"},
	"limited-after-part": {"bonify", scenarios.LimitedAfterPart(1).Call(1), createTwo(false), createTwo(true), "2 made", "2 made"},
	"batch-stops":        {"bonify", scenarios.BatchStops(2, "").Call(1), updateTwo(false), updateTwo(true), "mine", "mine"},
	"not-saved":          {"cartfunnel", scenarios.NotSaved("is blocked"), saveNote(func(status int, _ string) bool { return status == 200 }), saveNote(savedByWords), "refused", "saved"},

	"saved-but-says-error": {"cartfunnel", scenarios.SavedButSaysError().Call(1), createOrLook(false), createOrLook(true), "customer 6", "customer 6"},
	"silently-dropped":     {"cartfunnel", scenarios.SilentlyDropped("note"), noteOfNew(false), noteOfNew(true), `note ""`, `note "n"`},
	"quota-shared":         {"bonify limited", scenarios.QuotaShared("").Optional(), twoShops(0), twoShops(time.Second), "200 200", "200 200"},
	"limit-headers":        {"bonify limited", scenarios.LimitHeaders("lying"), pacedBy(true), pacedBy(false), "200 200", "200 200"},
	"cursor-expired":       {"bonify", scenarios.CursorExpired().Call(2), followCursors(false, true), followCursors(true, true), "5 customers", "5 customers"},
	"cursor-loop":          {"bonify", scenarios.CursorLoop().Set("from", "2"), followCursors(true, false), followCursors(true, true), "stands still", "5 customers"},
	"page-drift":           {"cartfunnel", scenarios.PageDrift().Set("delete", "1").First(1), readAllPages(false), readAllPages(true), "2 3 4 5", "1 2 3 4 5"},
	"stale-read":           {"cartfunnel", scenarios.StaleRead(time.Hour).Optional(), findNew(false), findNew(true), "new@example.com", "new@example.com"},
}

func TestFaultsCatchWrongCallers(t *testing.T) {
	t.Parallel()
	for name, c := range callers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			believes := func(client believer, fault fake.Fault) string {
				open := stores[c.api]
				if c.api == "bonify limited" {
					open = limitedShop
				}
				s := open(t, fake.Frozen(), fake.At(time.Date(2025, 3, 1, 9, 0, 0, 0, time.UTC)), fake.Allow("too-soon", "blind-repeat", "unclaimed-delivery"))
				if fault.Name() != "" {
					require.Equal(t, name, fault.Name())
					s.Inject(fault)
				}
				return client(t, s)
			}
			assert.Equal(t, c.truth, believes(c.right, c.fault), "the right client")
			assert.NotEqual(t, c.truth, believes(c.wrong, c.fault), "the wrong client is not caught")
			assert.Equal(t, c.plain, believes(c.right, fake.Fault{}), "the right client, where nothing goes wrong")
			assert.Equal(t, c.plain, believes(c.wrong, fake.Fault{}), "the wrong client, where nothing goes wrong")
		})
	}
}

// limitedShop is a shop with the limit of one call a second, beside another.
func limitedShop(tb fake.TB, opts ...fake.Option) *store {
	shop := bonify.Start(tb, opts...)
	shop.AddShop("eve.myshopify.com", "k2")
	return &store{shop.Server, http.Header{"X-Shop-Domain": {shop.ShopDomain()}, "X-Api-Key": {shop.APIKey()}}}
}

// signedIn takes a status from here on for a key that is bad.
func signedIn(from int) believer {
	return func(t *testing.T, s *store) string {
		status, body, _ := s.ask(t, asked["cartfunnel"]["list"])
		if status == 401 || from != 401 && status >= from {
			return "bad key"
		}
		return fmt.Sprint(len(gjson.Get(body, "#.id").Array()), " customers")
	}
}

// createThenList stops altogether, or with what it may not do.
func createThenList(stops bool) believer {
	return func(t *testing.T, s *store) string {
		if status, _, _ := s.ask(t, asked["cartfunnel"]["create"]); status == 403 && stops {
			return "stopped"
		}
		_, body, _ := s.ask(t, asked["cartfunnel"]["list"])
		return fmt.Sprint(len(gjson.Get(body, "#.id").Array()), " customers")
	}
}

func askFiveTimes(stops bool) believer {
	return func(t *testing.T, s *store) string {
		for range 5 {
			if status, _, _ := s.ask(t, asked["cartfunnel"]["list"]); status == 403 && stops {
				break
			}
		}
		return fmt.Sprint(len(s.Calls()), " calls")
	}
}

// withToken gives up where its token has ended, or gets another.
func withToken(refreshes bool) believer {
	return func(t *testing.T, s *store) string {
		status, _, _ := s.ask(t, asked["cartly"]["list"])
		if status == 401 && refreshes {
			known := s.Credentials()
			answer, err := s.Client().PostForm(s.BaseURL()+"/oauth/token", url.Values{
				"grant_type": {"refresh_token"}, "refresh_token": {known["refresh_token"]},
				"client_id": {known["client_id"]}, "client_secret": {known["client_secret"]},
			})
			require.NoError(t, err)
			defer answer.Body.Close()
			text, err := io.ReadAll(answer.Body)
			require.NoError(t, err)
			s.header = http.Header{"Authorization": {"Bearer " + gjson.GetBytes(text, "access_token").Str}}
			status, _, _ = s.ask(t, asked["cartly"]["list"])
		}
		return fmt.Sprint(status)
	}
}

// ownCustomers looks for one that it knows before it believes a list.
func ownCustomers(looks bool) believer {
	return func(t *testing.T, s *store) string {
		if looks {
			if status, _, _ := s.ask(t, asked["cartfunnel"]["get"]); status != 200 {
				return "not ours"
			}
		}
		_, body, _ := s.ask(t, asked["cartfunnel"]["list"])
		return fmt.Sprint(len(gjson.Get(body, "#.id").Array()), " customers")
	}
}

// createTwo repeats a batch that was refused, whole or from where it stopped.
func createTwo(looks bool) believer {
	return func(t *testing.T, s *store) string {
		const one, other = `{"phone":"1"}`, `{"phone":"2"}`
		made := func() int { return int(gjson.GetBytes(s.Snapshot(), "customers.#").Int()) - 5 }
		if status, _, _ := s.ask(t, `POST /customers {"customers":[`+one+`,`+other+`]}`); status != 200 {
			rest := one + `,` + other
			if looks && made() == 1 {
				rest = other
			}
			s.ask(t, `POST /customers {"customers":[`+rest+`]}`)
		}
		return fmt.Sprint(made(), " made")
	}
}

// updateTwo takes a refusal for nothing done, or reads what became of it.
func updateTwo(reads bool) believer {
	return func(t *testing.T, s *store) string {
		status, _, _ := s.ask(t, `PUT /customers {"customers":[{"id":345345345345,"first_name":"mine"},{"id":345345345346,"first_name":"mine"}]}`)
		if status != 200 && !reads {
			return "as before"
		}
		_, body, _ := s.ask(t, asked["bonify"]["get"])
		return gjson.Get(body, "customers.0.first_name").Str
	}
}

func savedByWords(status int, body string) bool {
	return status == 200 && !gjson.Get(body, "errors").Exists() && !gjson.Get(body, "customer.errors").Exists()
}

func saveNote(saved func(status int, body string) bool) believer {
	return func(t *testing.T, s *store) string {
		status, body, _ := s.ask(t, asked["cartfunnel"]["update"])
		if saved(status, body) {
			return "saved"
		}
		return "refused"
	}
}

// createOrLook believes an error, or looks first.
func createOrLook(looks bool) believer {
	return func(t *testing.T, s *store) string {
		status, body, _ := s.ask(t, asked["cartfunnel"]["create"])
		switch {
		case status == 200:
			return "customer " + gjson.Get(body, "id").Raw
		case !looks:
			return "none"
		}
		_, body, _ = s.ask(t, asked["cartfunnel"]["page3"])
		return "customer " + gjson.Get(body, `#(email=="new@example.com").id`).Raw
	}
}

// noteOfNew believes what it sent, or what is there.
func noteOfNew(reads bool) believer {
	return func(t *testing.T, s *store) string {
		s.ask(t, asked["cartfunnel"]["create"])
		note := "n"
		if reads {
			_, body, _ := s.ask(t, "GET /customers/6.json")
			note = gjson.Get(body, "note").Str
		}
		return fmt.Sprintf("note %q", note)
	}
}

// twoShops asks for one shop and, so much later, for another.
func twoShops(pause time.Duration) believer {
	return func(t *testing.T, s *store) string {
		first, _, _ := s.ask(t, "GET /customers")
		s.Advance(pause)
		theirs := &store{s.Server, http.Header{"X-Shop-Domain": {"eve.myshopify.com"}, "X-Api-Key": {"k2"}}}
		second, _, _ := theirs.ask(t, "GET /customers")
		return fmt.Sprint(first, " ", second)
	}
}

// pacedBy goes as fast as headers let it, or keeps the pace that is documented.
func pacedBy(headers bool) believer {
	return func(t *testing.T, s *store) string {
		first, _, header := s.ask(t, "GET /customers")
		if left := header.Get("X-Ratelimit-Remaining"); !headers || left == "" || left == "0" {
			s.Advance(time.Second)
		}
		second, _, _ := s.ask(t, "GET /customers")
		return fmt.Sprint(first, " ", second)
	}
}

// followCursors takes a cursor that is refused for the end or begins again, and notices one that leads to
// itself.
func followCursors(restarts, notices bool) believer {
	return func(t *testing.T, s *store) string {
		path, seen, n := "GET /customers", "", 0
		for range 20 {
			status, body, _ := s.ask(t, path)
			if status == 400 {
				if !restarts {
					return fmt.Sprint(n, " customers")
				}
				path, seen, n = "GET /customers", "", 0
				continue
			}
			n += len(gjson.Get(body, "customers.#.id").Array())
			next := gjson.Get(body, "next_page").Str
			switch {
			case next == "":
				return fmt.Sprint(n, " customers")
			case next == seen && notices:
				return "stands still"
			}
			seen, path = next, "GET /customers?next_page="+url.QueryEscape(next)
		}
		return "does not end"
	}
}

// readAllPages reads the pages once, or until it has read the same twice.
func readAllPages(again bool) believer {
	return func(t *testing.T, s *store) string {
		walk := walkPages(func(n int) bool { return n == 0 })
		read := walk(t, s)
		for range 5 {
			before := read
			if read = walk(t, s); !again || before == read {
				return before
			}
		}
		return "does not end"
	}
}

// findNew looks for what it has made in a list, or asks for it by its id.
func findNew(byID bool) believer {
	return func(t *testing.T, s *store) string {
		_, body, _ := s.ask(t, asked["cartfunnel"]["create"])
		if byID {
			_, body, _ = s.ask(t, "GET /customers/"+gjson.Get(body, "id").Raw+".json")
			return gjson.Get(body, "email").Str
		}
		_, body, _ = s.ask(t, asked["cartfunnel"]["page3"])
		emails := []string{}
		for _, email := range gjson.Get(body, "#.email").Array() {
			emails = append(emails, email.Str)
		}
		if i := slices.Index(emails, "new@example.com"); i >= 0 {
			return emails[i]
		}
		return strings.Join(emails, " ")
	}
}

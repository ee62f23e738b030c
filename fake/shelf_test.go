package fake

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"
)

// shelf is the API that the engine's own tests serve: books on a shelf.
type shelf struct {
	*Server
	Books *Collection[int64, book]
	set   shelfSettings
}

type book struct {
	ID      int64     `json:"id"`
	Title   string    `json:"title"`
	Changed time.Time `json:"changed"`
	Tags    []string  `json:"tags,omitempty"`
}

type shelfSettings struct {
	page   int
	limit  int
	unique bool // no two books have the same title
	vet    func(Fault) error
}

func withPage(n int) Option {
	return Setting("WithPage", func(s *shelfSettings) error {
		if n < 1 {
			return fmt.Errorf("%d: want at least 1", n)
		}
		s.page = n
		return nil
	})
}

func withLimit(n int) Option {
	return Setting("WithLimit", func(s *shelfSettings) error { s.limit = n; return nil })
}

func withVet(f func(Fault) error) Option {
	return Setting("WithVet", func(s *shelfSettings) error { s.vet = f; return nil })
}

func newShelf(tb TB, opts ...Option) *shelf {
	s := &shelf{set: shelfSettings{page: 3}}
	api := API{
		Name: "shelf", Base: "https://api.shelf.example/v1", Hosts: []string{"api.shelf.example"},
		Routes: []Route{
			{Op: "ListBooks", Pattern: "GET /books.json", Scope: "read", Clause: "List", Handle: s.list},
			{Op: "GetBook", Pattern: "GET /books/{id}.json", Scope: "read", Clause: "Get", Handle: s.get},
			{Op: "AddBook", Pattern: "POST /books.json", Scope: "write", Clause: "Add", Writes: true, Handle: s.add},
			{Op: "RenameBook", Pattern: "PATCH /books/{id}.json", Scope: "write", Clause: "Rename", Writes: true, Handle: s.rename},
			{Op: "DeleteBook", Pattern: "DELETE /books/{id}.json"},
			{Op: "Authors", Pattern: "GET /authors.json", Clause: "Authors"},
			{Op: "Panic", Pattern: "GET /panic", Clause: "Panic", Handle: func(*Call) (Reply, error) { panic("oh") }},
			{Op: "Wrong", Pattern: "GET /wrong", Clause: "Wrong", Handle: func(*Call) (Reply, error) { return Reply{}, io.EOF }},
		},
		Auth:        s.who,
		Error:       s.word,
		Page:        s.pageOf,
		Taken:       s.taken,
		Accepted:    func(c *Call) (Reply, bool) { return Reply{Status: 202, Body: []byte("later")}, c.Op == "AddBook" },
		Drift:       s.drift,
		Credentials: func() Credentials { return Credentials{"key": "k"} },
		Vet: func(f Fault) error {
			if s.set.vet == nil {
				return nil
			}
			return s.set.vet(f)
		},
		Limit: func(c *Call) Budget {
			return Budget{Key: c.Caller.Key, Calls: s.set.limit, Window: time.Second}
		},
	}
	s.Server = New(tb, api, &s.set, opts...)
	s.Books = NewCollection(s.First(), Spec[int64, book]{
		Name: "books", Key: func(b *book) *int64 { return &b.ID },
		Clone: func(b book) book { b.Tags = append([]string(nil), b.Tags...); return b },
		Fill: func(b *book, now time.Time) {
			if b.Changed.IsZero() {
				b.Changed = now
			}
		},
		Touch: func(before book, b *book, now time.Time) {
			if b.Changed.Equal(before.Changed) {
				b.Changed = now
			}
		},
		Illegal: func(b book) error {
			if b.ID < 0 {
				return fmt.Errorf("id %d is negative", b.ID)
			}
			return nil
		},
		Encode: func(b *book) []byte {
			w := strconv.AppendInt([]byte(`{"id":`), b.ID, 10)
			return append(AppendString(append(w, `,"title":`...), b.Title), '}')
		},
		Index: map[string]func(*book, func(string)){
			"title": func(b *book, add func(string)) { add(strings.ToLower(b.Title)) },
			"tag": func(b *book, add func(string)) {
				for _, tag := range b.Tags {
					add(tag)
				}
			},
		},
		Keep: time.Hour,
		Orders: map[string]func(a, b *book) int{
			"title": func(a, b *book) int { return strings.Compare(a.Title, b.Title) },
		},
	})
	return s
}

func (s *shelf) who(c *Call) (Caller, error) {
	switch c.Header("X-Key") {
	case "k":
		return Caller{Key: "k", Tenant: s.First(), Scopes: []Scope{"read", "write"}}, nil
	case "r":
		return Caller{Key: "r", Tenant: s.First(), Scopes: []Scope{"read"}}, nil
	}
	return Caller{}, &Error{Kind: Unauthenticated}
}

func (s *shelf) word(c *Call, e *Error) Reply {
	status := map[Kind]int{NoRoute: 404, BadMethod: 405, Unauthenticated: 401, OutOfScope: 403, NotFound: 404, Conflict: 409, Malformed: 400, NotSaved: 422, Limited: 429, Broken: 500}[e.Kind]
	if e.Status != 0 {
		status = e.Status
	}
	h := http.Header{"Content-Type": {"application/json"}}
	if e.RetryAfter != "" {
		h.Set("Retry-After", e.RetryAfter)
	}
	return Reply{Status: status, Header: h, Body: AppendString(nil, e.Error())}
}

func (s *shelf) pageOf(c *Call) int {
	if c.Op != "ListBooks" {
		return 0
	}
	n, _ := strconv.Atoi(c.Query().Get("page"))
	return max(n, 1)
}

func (s *shelf) drift(c *Call, d Drift) {
	for range d.Insert {
		s.Books.Insert(c, book{Title: "drifted"})
	}
}

func ok(body []byte) (Reply, error) {
	return Reply{Status: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: body}, nil
}

// taken puts the book on the shelf that a call wants to add.
func (s *shelf) taken(c *Call, _ string) bool {
	title := gjson.GetBytes(c.Body, "title").Str
	if s.set.unique = true; len(s.Books.Lookup("title", strings.ToLower(title))) > 0 {
		return false
	}
	s.Books.Insert(nil, book{Title: title})
	return true
}

func (s *shelf) list(c *Call) (Reply, error) {
	body := []byte{'['}
	from := (s.pageOf(c) - 1) * s.set.page
	to := from + s.set.page
	if first, end, short := c.ShiftedPage(s.set.page, s.Books.Count()); short {
		from, to = first, end
	}
	if _, turned := c.Fault("unstable-order"); turned { // by nothing: all are equal
		n := s.Books.Count()
		from, to = n-from, n-to
	}
	for _, wire := range s.Books.Range(from, to) {
		body = append(comma(body), wire...)
	}
	return ok(append(body, ']'))
}

func (s *shelf) get(c *Call) (Reply, error) {
	b, err := s.Books.Find(c.Int("id"))
	if err != nil {
		return Reply{}, err
	}
	return ok(s.Books.Wire(b.ID))
}

func (s *shelf) add(c *Call) (Reply, error) {
	body, err := c.JSON()
	if err != nil {
		return Reply{}, err
	}
	if texts := c.Refusals(s.First(), body.Get("title").Str); texts != nil {
		return Reply{}, &Error{Kind: NotSaved, Texts: texts}
	}
	if s.set.unique && len(s.Books.Lookup("title", strings.ToLower(body.Get("title").Str))) > 0 {
		return Reply{}, &Error{Kind: Conflict, Texts: []string{"title"}}
	}
	b := s.Books.Insert(c, book{Title: body.Get("title").Str, Changed: c.Now()})
	return ok(s.Books.Wire(b.ID))
}

func (s *shelf) rename(c *Call) (Reply, error) {
	b, err := s.Books.Find(c.Int("id"))
	if err != nil {
		return Reply{}, err
	}
	body, err := c.JSON()
	if err != nil {
		return Reply{}, err
	}
	b.Title = body.Get("title").Str
	s.Books.Update(c, b)
	return ok(s.Books.Wire(b.ID))
}

// ask sends a request with the good key and gives status and body.
func (s *shelf) ask(method, path, body string) (int, string, error) {
	return s.askVia(s.Client(), s.BaseURL(), method, path, body)
}

func (s *shelf) askVia(client *http.Client, base, method, path, body string) (int, string, error) {
	r, err := http.NewRequest(method, base+path, strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	r.Header.Set("X-Key", "k")
	answer, err := client.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	return answer.StatusCode, string(text), err
}

func (s *shelf) must(t testing.TB, method, path, body string) string {
	t.Helper()
	status, text, err := s.ask(method, path, body)
	require.NoError(t, err)
	require.Equal(t, 200, status, text)
	return text
}

// spy is a TB that remembers what it was told.
type spy struct {
	mu       sync.Mutex
	errors   []string
	logs     []string
	cleanups []func()
	fatal    string
	dir      string
}

func (s *spy) Helper()          {}
func (s *spy) Name() string     { return "TestSpied" }
func (s *spy) Cleanup(f func()) { s.cleanups = append(s.cleanups, f) }
func (s *spy) Failed() bool     { return len(s.errors) > 0 || s.fatal != "" }
func (s *spy) ArtifactDir() string {
	return s.dir
}

func (s *spy) Logf(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.logs = append(s.logs, fmt.Sprintf(format, args...))
}

func (s *spy) Errorf(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.errors = append(s.errors, fmt.Sprintf(format, args...))
}

func (s *spy) Fatalf(format string, args ...any) {
	s.fatal = fmt.Sprintf(format, args...)
	panic(s)
}

// run calls f and gives the text with which it ended the test, "" if it did not.
func (s *spy) run(f func()) (fatal string) {
	defer func() {
		if p := recover(); p != nil && p != any(s) {
			panic(p)
		}
		fatal, s.fatal = s.fatal, ""
	}()
	f()
	return ""
}

func (s *spy) cleanup() {
	for i := len(s.cleanups) - 1; i >= 0; i-- {
		s.cleanups[i]()
	}
}

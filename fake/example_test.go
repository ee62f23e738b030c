package fake_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/tidwall/gjson"
)

// The operations of an API of two endpoints: notes that are put on a board.
const (
	ListNotes fake.Op = "ListNotes"
	PinNote   fake.Op = "PinNote"
)

// A Note is a record of the API, with the attribute names of its document.
type Note struct {
	ID     int64     `json:"id"`
	Text   string    `json:"text"`
	Pinned time.Time `json:"pinned_at"`
}

// A Board is what an API package gives its users: the engine's server, with
// typed state.
type Board struct {
	*fake.Server
	Notes    *fake.Collection[int64, Note]
	settings boardSettings
}

type boardSettings struct{ longest int }

// WithLongestText is an option of the API package's own.
func WithLongestText(letters int) fake.Option {
	return fake.Setting("WithLongestText", func(s *boardSettings) error {
		if letters < 1 {
			return fmt.Errorf("%d: want at least one letter", letters)
		}
		s.longest = letters
		return nil
	})
}

// NewBoard makes a server for examples, on a clock that stands. A package has a
// Start(tb, opts...) beside it, for tests, which hands the TB to fake.New.
func NewBoard(opts ...fake.Option) *Board {
	b := &Board{settings: boardSettings{longest: 140}}
	start := time.Date(2025, 3, 1, 9, 0, 0, 0, time.UTC)
	b.Server = fake.New(nil, b.api(), &b.settings, append([]fake.Option{fake.At(start), fake.Frozen()}, opts...)...)
	b.Notes = fake.NewCollection(b.First(), fake.Spec[int64, Note]{
		Name: "notes",
		Key:  func(n *Note) *int64 { return &n.ID },
		Fill: func(n *Note, now time.Time) {
			if n.Pinned.IsZero() {
				n.Pinned = now
			}
		},
		Encode: func(n *Note) []byte {
			w := strconv.AppendInt([]byte(`{"id":`), n.ID, 10)
			w = fake.AppendString(append(w, `,"text":`...), n.Text)
			w = fake.AppendTime(append(w, `,"pinned_at":`...), n.Pinned, time.RFC3339)
			return append(w, '}')
		},
	})
	return b
}

func (b *Board) api() fake.API {
	return fake.API{
		Name:  "board",
		Base:  "https://board.example/v1",
		Hosts: []string{"board.example"},
		Routes: []fake.Route{
			{Op: ListNotes, Pattern: "GET /notes", Clause: "List notes", Handle: b.listNotes},
			{Op: PinNote, Pattern: "POST /notes", Clause: "Pin a note", Writes: true, Handle: b.pinNote},
			{Op: "TearOff", Pattern: "DELETE /board", Clause: "Not yet available"},
		},
		Auth: func(c *fake.Call) (fake.Caller, error) {
			if c.Header("X-Key") != "k" {
				return fake.Caller{}, &fake.Error{Kind: fake.Unauthenticated}
			}
			return fake.Caller{Key: "k"}, nil
		},
		Error: func(_ *fake.Call, e *fake.Error) fake.Reply {
			status := map[fake.Kind]int{
				fake.Malformed: 400, fake.Unauthenticated: 401, fake.NoRoute: 404, fake.BadMethod: 405,
				fake.Invalid: 422, fake.Broken: 500,
			}[e.Kind]
			return fake.Reply{Status: status, Body: fake.AppendString(nil, e.Error())}
		},
		Credentials: func() fake.Credentials { return fake.Credentials{"key": "k"} },
	}
}

func (b *Board) listNotes(*fake.Call) (fake.Reply, error) {
	return fake.Reply{Status: http.StatusOK, Body: b.Notes.Array(0, b.Notes.Count())}, nil
}

func (b *Board) pinNote(c *fake.Call) (fake.Reply, error) {
	body, err := c.JSON()
	if err != nil {
		return fake.Reply{}, err
	}
	n := Note{Pinned: c.Now()}
	for name, value := range fake.Members(body) {
		if name != "text" {
			c.Note("ignored-attribute", name)
			continue
		}
		n.Text = value.String()
	}
	if len(n.Text) > b.settings.longest {
		return fake.Reply{}, &fake.Error{Kind: fake.Invalid, Texts: []string{"text is too long"}}
	}
	n = b.Notes.Insert(c, n)
	return fake.Reply{Status: http.StatusCreated, Body: b.Notes.Wire(n.ID)}, nil
}

// send is the client of the examples. It gives what came back, in one line.
func send(b *Board, method, path, body string) string {
	r, err := http.NewRequest(method, b.BaseURL()+path, strings.NewReader(body))
	if err != nil {
		return err.Error()
	}
	r.Header.Set("X-Key", b.Credentials()["key"])
	answer, err := b.Client().Do(r)
	if err != nil {
		return err.Error()
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%d %s", answer.StatusCode, text)
}

// An API package describes the API to New: routes, credentials, words of failure.
// The rest of this file shows what its users get.
func Example() {
	board := NewBoard()
	defer board.Close()
	fmt.Println(send(board, "POST", "/notes", `{"text":"milk"}`))
	fmt.Println(send(board, "GET", "/notes", ""))
	fmt.Println(send(board, "POST", "/notes", `{"text":`))
	fmt.Println(board.Notes.Len(), board.Calls(PinNote)[0].Committed)
	// Output:
	// 201 {"id":1,"text":"milk","pinned_at":"2025-03-01T09:00:00Z"}
	// 200 [{"id":1,"text":"milk","pinned_at":"2025-03-01T09:00:00Z"}]
	// 400 "malformed"
	// 1 true
}

func ExampleSetting() {
	board := NewBoard(WithLongestText(3))
	defer board.Close()
	fmt.Println(send(board, "POST", "/notes", `{"text":"milk"}`))
	// Output:
	// 422 "invalid: text is too long"
}

func ExampleCollection() {
	board := NewBoard()
	defer board.Close()
	note := board.Notes.Add(Note{Text: "milk"})
	board.Notes.Change(note.ID, func(n *Note) { n.Text = "bread" })
	board.Notes.Add(Note{ID: 7, Text: "eggs"})
	fmt.Println(send(board, "GET", "/notes", ""))
	board.Notes.Remove(7)
	for _, n := range board.Notes.All() {
		fmt.Println(n.ID, n.Text)
	}
	// Output:
	// 200 [{"id":1,"text":"bread","pinned_at":"2025-03-01T09:00:00Z"},{"id":7,"text":"eggs","pinned_at":"2025-03-01T09:00:00Z"}]
	// 1 bread
}

func ExampleServer_Advance() {
	board := NewBoard()
	defer board.Close()
	board.Notes.Add(Note{Text: "milk"})
	board.Advance(36 * time.Hour)
	board.Notes.Add(Note{Text: "bread"})
	for _, n := range board.Notes.All() {
		fmt.Println(n.Text, n.Pinned.Format(time.DateTime))
	}
	// Output:
	// milk 2025-03-01 09:00:00
	// bread 2025-03-02 21:00:00
}

func ExampleServer_Calls() {
	board := NewBoard()
	defer board.Close()
	send(board, "POST", "/notes", `{"text":"milk"}`)
	send(board, "GET", "/notes?color=red", "")
	send(board, "GET", "/nodes", "")
	for _, x := range board.Calls() {
		fmt.Println(x.Seq, x.Op, x.Method, x.URL, x.Status)
	}
	fmt.Println(len(board.Calls(ListNotes)), len(board.Calls("GET /v1/*")))
	// Output:
	// 1 PinNote POST /v1/notes 201
	// 2 ListNotes GET /v1/notes?color=red 200
	// 3  GET /v1/nodes 404
	// 1 2
}

func ExampleServer_Await() {
	board := NewBoard()
	defer board.Close()
	go func() { // the program under test, at work in the background
		send(board, "POST", "/notes", `{"text":"milk"}`)
		send(board, "POST", "/notes", `{"text":"bread"}`)
	}()
	calls, err := board.Await(context.Background(), 2, PinNote)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s\n%s\n", calls[0].Body, calls[1].Body)
	// Output:
	// {"text":"milk"}
	// {"text":"bread"}
}

func ExampleServer_Findings() {
	board := NewBoard()
	defer board.Close()
	send(board, "POST", "/notes", `{"text":"milk","color":"red"}`)
	send(board, "POST", "/note", `{"text":"milk"}`)
	send(board, "DELETE", "/board", "")
	_, err := board.Client().Get("https://elsewhere.example/")
	fmt.Println(err)
	for _, f := range board.Findings() { // under Start, mistakes fail the test
		fmt.Println(f.Mistake, f)
	}
	// Output:
	// Get "https://elsewhere.example/": board: GET https://elsewhere.example/: this fake answers for [board.example] only, and nothing leaves the process
	// false call 1: ignored-attribute: color
	// true call 2: no-route: POST /v1/note: no such endpoint; did you mean POST /v1/notes?
	// true call 3: no-route: DELETE /v1/board: TearOff is not modelled
	// true foreign-host: GET https://elsewhere.example/ (GEN-REDIR-01)
}

func ExampleStrict() {
	board := NewBoard(fake.Strict(), fake.Allow("no-route"))
	defer board.Close()
	send(board, "POST", "/notes", `{"text":"milk","color":"red"}`)
	send(board, "POST", "/note", "")
	for _, f := range board.Findings() {
		fmt.Println(f.Mistake, f.Kind)
	}
	// Output:
	// true ignored-attribute
	// false no-route
}

func ExampleServer_Snapshot() {
	board := NewBoard()
	defer board.Close()
	board.Notes.Add(Note{Text: "milk"})
	before := board.Snapshot()
	fmt.Println(string(before))
	send(board, "POST", "/notes", `{"text":"bread"}`)
	fmt.Println(board.Notes.Len())
	board.Restore(before)
	fmt.Println(board.Notes.Len(), fake.Diff(before, board.Snapshot()) == "")
	board.Restore(fake.Snapshot(`{"notes":[{"text":"a"},{"text":"b"},{"text":"c"}]}`)) // in part
	fmt.Println(board.Notes.Len())
	board.Reset()
	fmt.Print(board.Dump())
	// Output:
	// {"notes":[{"id":1,"text":"milk","pinned_at":"2025-03-01T09:00:00Z"}],"clock":"2025-03-01T09:00:00Z","counters":{"notes":1}}
	// 2
	// 1 true
	// 3
	// {
	//   "notes": [],
	//   "clock": "2025-03-01T09:00:00Z",
	//   "counters": {}
	// }
}

func ExampleServer_Inject() {
	board := NewBoard()
	defer board.Close()
	armed := board.Inject(fake.NewFault("server-error").On(PinNote).AfterApply().Call(1))
	fmt.Println(send(board, "POST", "/notes", `{"text":"milk"}`))
	fmt.Println(send(board, "GET", "/notes", ""))
	fmt.Println(armed.Fired(), armed.Spent())
	fmt.Println(board.Calls()[0].Fault)
	// Output:
	// 500 "broken"
	// 200 [{"id":1,"text":"milk","pinned_at":"2025-03-01T09:00:00Z"}]
	// 1 true
	// server-error on=PinNote apply=after call=1
}

func ExampleServer_Intercept() {
	board := NewBoard()
	defer board.Close()
	remove := board.Intercept(fake.Authenticated, func(c *fake.Call) {
		if c.Op == PinNote {
			c.Answer(fake.Reply{Status: http.StatusTeapot, Body: []byte("short and stout")})
		}
	})
	fmt.Println(send(board, "POST", "/notes", `{"text":"milk"}`))
	remove()
	fmt.Println(send(board, "POST", "/notes", `{"text":"milk"}`))
	// Output:
	// 418 short and stout
	// 201 {"id":1,"text":"milk","pinned_at":"2025-03-01T09:00:00Z"}
}

func ExampleServer_Down() {
	board := NewBoard()
	defer board.Close()
	up := board.Down()
	_, err := board.Client().Get(board.BaseURL() + "/notes")
	fmt.Println(errors.Is(err, syscall.ECONNREFUSED))
	up()
	fmt.Println(send(board, "GET", "/notes", ""))
	// Output:
	// true
	// 200 []
}

// A program that cannot be given a client is given a URL on the loopback
// interface.
func ExampleServer_URL() {
	board := NewBoard()
	defer board.Close()
	answer, err := http.Get(board.URL() + "/notes")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer answer.Body.Close()
	fmt.Println(answer.Status, strings.HasPrefix(board.URL(), "http://127.0.0.1:"))
	// Output:
	// 401 Unauthorized true
}

func ExampleServer_AddTenant() {
	board := NewBoard()
	defer board.Close()
	kitchen := fake.NewCollection(board.AddTenant("kitchen"), fake.Spec[int64, Note]{
		Name: "notes", Key: func(n *Note) *int64 { return &n.ID },
	})
	board.Notes.Add(Note{Text: "milk"})
	fmt.Println(kitchen.Add(Note{Text: "bread"}).ID, board.Notes.Len(), kitchen.Len())
	// Output:
	// 2 1 1
}

func ExampleNearest() {
	fmt.Println(fake.Nearest("ListNote", []string{ListNotes, PinNote}))
	// Output:
	// ListNotes
}

func ExampleMembers() {
	for name, value := range fake.Members(gjson.Parse(`{"a":1,"b":2,"a":3}`)) {
		fmt.Println(name, value)
	}
	// Output:
	// a 3
	// b 2
}

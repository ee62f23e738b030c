package fake

import (
	"fmt"
	"io"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// faultCut is one call that breaks off, and what becomes of it.
type faultCut struct {
	name    string // reset, or lost-response, which comes after the call was applied
	kind    string
	visible string
	warm    bool // the connection had a call before
	method  string
	key     bool // the request has an Idempotency-Key
}

func faultCuts(test func(c faultCut)) {
	for _, name := range []string{"reset", "lost-response"} {
		for _, kind := range []string{"rst", "fin"} {
			for _, visible := range []string{"yes", "no"} {
				for _, warm := range []bool{false, true} {
					for _, request := range []string{"GET", "POST", "POST key"} {
						method, key, _ := strings.Cut(request, " ")
						test(faultCut{name, kind, visible, warm, method, key != ""})
					}
				}
			}
		}
	}
}

func (c faultCut) String() string {
	return fmt.Sprintf("%s kind=%s visible=%s warm=%t %s key=%t", c.name, c.kind, c.visible, c.warm, c.method, c.key)
}

// hidden tells whether net/http sends the request again by itself, unseen: what
// may be repeated, on a connection that had worked before.
func (c faultCut) hidden() bool {
	return c.visible == "no" && c.warm && (c.method == "GET" || c.key)
}

// run makes the call, and gives what the client got and the journal of it.
func (c faultCut) run(t *testing.T, p *faultPeer) (faultAnswer, []Exchange) {
	t.Helper()
	if c.warm {
		require.Equal(t, 200, p.status("GET", "/books.json", ""))
	}
	p.Inject(NewFault(c.name).Set("kind", c.kind).Set("visible", c.visible).Call(1))
	var header []string
	if c.key {
		header = []string{"Idempotency-Key", "1"}
	}
	a := p.send(c.method, "/books.json", `{"title":"Emma"}`, header...)
	calls := p.Calls()
	if c.warm {
		calls = calls[1:]
	}
	return a, calls
}

// Section by section: what the client sees of a cut, how many requests the
// server does, and what they did.
func TestCuts(t *testing.T) {
	t.Parallel()
	faultOver(t, func(t *testing.T, n faultNet) {
		faultCuts(func(c faultCut) {
			if n.http2 && (c.kind == "fin" || c.visible == "no") {
				return // refused where it is armed
			}
			p := n.start(t, Allow("blind-repeat"))
			a, calls := c.run(t, p)
			sendings := 1
			if c.hidden() {
				sendings = 2
				require.NoError(t, a.err, c)
				require.Equal(t, 200, a.status, c)
			} else {
				c.broken(t, n, a.err)
			}
			require.Len(t, calls, sendings, c)
			first, last := calls[0], calls[sendings-1]
			require.Zero(t, first.Status, c)
			require.Nil(t, first.ReplyBody, c)
			require.Equal(t, c.name == "lost-response" && c.method == "POST", first.Committed, c)
			require.Equal(t, NewFault(c.name).Set("kind", c.kind).Set("visible", c.visible).Call(1).String(), first.Fault, c)
			require.False(t, first.Resend, c)
			require.Equal(t, c.hidden(), last.Resend, c)
			require.Equal(t, c.hidden(), last.Conn != first.Conn, c)
			books := 0
			for _, x := range calls {
				if x.Committed {
					books++
				}
			}
			require.Equal(t, books, p.Books.Len(), c)
			require.Equal(t, books == 2, len(p.Findings()) == 1, "a twin: %v", c)
			require.Equal(t, 200, p.status("GET", "/books.json", ""), c)
		})
	})
}

// broken checks the client's error.
func (c faultCut) broken(t *testing.T, n faultNet, err error) {
	t.Helper()
	switch {
	case n.http2:
		require.ErrorContains(t, err, "INTERNAL_ERROR; received from peer", c)
	case c.kind == "rst":
		require.ErrorIs(t, err, syscall.ECONNRESET, c)
	case n.tcp && c.warm && c.visible == "yes":
		// the connection of a client of the test's own is still warm, and so
		// there is a 103 before the end
		require.ErrorIs(t, err, io.ErrUnexpectedEOF, c)
	default:
		require.ErrorIs(t, err, io.EOF, c)
	}
}

// While a cut is armed that is to be seen, no connection is kept: net/http would
// hide the cut. A cut that may be hidden leaves the connections alone.
func TestCutsAndKeepAlive(t *testing.T) {
	t.Parallel()
	closes := func(p *faultPeer) bool {
		a := p.send("GET", "/books.json", "")
		require.Equal(t, 200, a.status)
		return a.closes
	}
	p := faultNets[0].start(t)
	require.False(t, closes(p))
	armed := p.Inject(NewFault("reset").Call(3))
	require.True(t, closes(p))
	require.False(t, p.last(t).Reused, "a connection from before is not used")
	require.True(t, closes(p))
	require.ErrorIs(t, p.send("GET", "/books.json", "").err, syscall.ECONNRESET)
	require.True(t, armed.Spent())
	require.False(t, closes(p), "spent")

	p.Inject(NewFault("lost-response").Set("visible", "no").Call(2))
	require.False(t, closes(p))
	require.True(t, p.last(t).Reused)
	require.Equal(t, 200, p.status("GET", "/books.json", ""))

	p.Inject(NewFault("reset").Call(9)).Disarm()
	require.False(t, closes(p), "disarmed")
}

// A cut on a connection that became warm meanwhile is seen: a byte of an answer
// keeps net/http from sending again.
func TestCutOnAConnectionThatBecameWarm(t *testing.T) {
	t.Parallel()
	faultOver(t, func(t *testing.T, n faultNet) {
		p := n.start(t)
		p.Inject(NewFault("reset").On("ListBooks"))
		require.Error(t, p.send("GET", "/books.json", "").err)
		require.Equal(t, 404, p.status("GET", "/books/1.json", ""))
		require.Error(t, p.send("GET", "/books.json", "").err)
		calls := p.Calls()
		require.Len(t, calls, 3)
		require.True(t, calls[2].Reused)
	})
}

func TestTruncated(t *testing.T) {
	t.Parallel()
	const whole = `{"id":1,"title":"Emma"}`
	for line, want := range map[string]string{
		"truncated":                    whole[:11],
		"truncated at=0":               "",
		"truncated at=1":               whole[:1],
		"truncated at=22":              whole[:22],
		"truncated at=6 how=length":    whole[:6],
		"truncated how=chunked":        whole[:11],
		"truncated at=0 how=chunked":   "",
		"truncated at=500 how=chunked": whole,
		"truncated how=rst":            whole[:11],
		"truncated at=0 how=rst":       "",
		"truncated at=22 how=rst":      whole[:22],
		"truncated how=silent":         whole[:11],
		"truncated at=0 how=silent":    "",
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			faultOver(t, func(t *testing.T, n faultNet) {
				f := faultLine(line)
				how := f.Get("how")
				if n.http2 && (how == "chunked" || how == "silent") {
					return // refused where it is armed
				}
				p := n.start(t)
				p.send("GET", "/books.json", "") // a warm connection makes no difference
				p.Inject(f)
				a := p.send("POST", "/books.json", `{"title":"Emma"}`)
				require.Equal(t, 200, a.status)
				require.Equal(t, want, a.body)
				length := int64(len(whole))
				switch {
				case n.http2:
					require.ErrorContains(t, a.err, "INTERNAL_ERROR; received from peer")
				case how == "silent": // no error at all
					require.NoError(t, a.err)
					length = -1
				case how == "rst":
					require.ErrorIs(t, a.err, syscall.ECONNRESET)
				default:
					require.ErrorIs(t, a.err, io.ErrUnexpectedEOF)
					if how == "chunked" {
						length = -1
					}
				}
				require.Equal(t, length, a.length)
				x := p.last(t)
				require.Equal(t, 200, x.Status)
				require.Equal(t, whole, string(x.ReplyBody), "as meant")
				require.True(t, x.Committed)
			})
		})
	}
}

// A body that is shorter than where it is to be cut is whole, and was not hit.
func TestTruncatedBehindTheEnd(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"length", "rst", "silent"} {
		p := faultNets[0].start(t)
		armed := p.Inject(faultLine("truncated at=23 how=" + how).Optional())
		a := p.send("POST", "/books.json", `{"title":"Emma"}`)
		require.NoError(t, a.err)
		require.Equal(t, `{"id":1,"title":"Emma"}`, a.body)
		require.Equal(t, int64(23), a.length)
		require.False(t, a.closes)
		require.Zero(t, armed.Fired(), how)
		require.Empty(t, p.last(t).Fault)
	}
}

// A save that worked without the client knowing, and is sent again, makes a
// twin. The same save sent again after a failure, or after an answer, does not.
func TestBlindRepeat(t *testing.T) {
	t.Parallel()
	const body = `{"title":"Emma"}`
	for line, lost := range map[string]bool{
		"lost-response call=1":                      true,
		"hang max=1s apply=after call=1":            true,
		"hang max=1m apply=after call=1":            true,
		"server-error apply=after call=1":           true,
		"burst calls=1 apply=after":                 true,
		"saved-but-says-error call=1":               true,
		"slow-headers delay=30s call=1":             true, // the client gives up after 10 s
		"slow-headers delay=30s apply=after call=1": true,
		"slow-headers delay=1s call=1":              false,
		"slow-headers delay=1s apply=after call=1":  false,
		"reset call=1":                              false,
		"hang max=1s call=1":                        false,
		"server-error call=1":                       false,
		"rate-limited call=1":                       false,
		"wrong-content-type type=text/html call=1":  false,
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			faultBubble(t, func(t *testing.T, p *faultPeer) {
				p.client.Timeout = 10 * time.Second
				p.Inject(faultLine(line))
				p.send("POST", "/books.json", body)
				time.Sleep(time.Minute) // for the server to apply it
				require.Equal(t, 200, p.status("POST", "/books.json", body))
				var got []string
				for _, found := range p.Findings() {
					if found.Kind == "blind-repeat" {
						got = append(got, found.String())
					}
				}
				if !lost {
					require.Empty(t, got)
					return
				}
				require.Equal(t, []string{"call 2: blind-repeat: AddBook repeats call 1, whose answer was lost after it was applied: there are two records now (GEN-DUP-01)"}, got)
				require.Equal(t, 2, p.Books.Len())
			}, Allow("blind-repeat"))
		})
	}
}

// A repeat that the API refuses is a note, and another save is none.
func TestBlindRepeatThatIsRefused(t *testing.T) {
	t.Parallel()
	p := faultNets[0].start(t)
	p.Inject(faultLine("lost-response call=1"))
	require.Error(t, p.send("POST", "/books.json", `{"title":"Emma"}`).err)
	require.Equal(t, 200, p.status("POST", "/books.json", `{"title":"Sanditon"}`))
	p.First().Refuse("Emma", "taken")
	require.Equal(t, 422, p.status("POST", "/books.json", `{"title":"Emma"}`))
	require.Equal(t, []Finding{{
		Call: 3, Kind: "blind-repeat", Check: "GEN-DUP-01",
		Detail: "AddBook repeats call 1, whose answer was lost after it was applied: refused",
	}}, p.Findings())
}

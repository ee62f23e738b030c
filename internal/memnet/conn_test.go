package memnet

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// pipeBoth runs a test in a bubble and outside.
func pipeBoth(t *testing.T, f func(*testing.T)) {
	t.Run("outside", func(t *testing.T) {
		t.Parallel()
		f(t)
	})
	t.Run("in a bubble", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, f)
	})
}

// pipePair gives both ends of a connection, closed after the test.
func pipePair(t testing.TB) (client, server *Conn) {
	t.Helper()
	l := Listen("shop")
	c, err := l.Dial(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	s, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Close()
		s.Close()
		l.Close()
	})
	return c.(*Conn), s.(*Conn)
}

// pipeFails checks that an error is a *net.OpError of this operation, as code
// made for TCP expects it.
func pipeFails(t *testing.T, err error, op string, want error) {
	t.Helper()
	var e *net.OpError
	if !errors.Is(err, want) || !errors.As(err, &e) || e.Op != op || e.Net != "memory" || e.Addr == nil {
		t.Errorf("got error %#v, want a *net.OpError of %q with %q", err, op, want)
	}
}

func pipeSend(t *testing.T, c net.Conn, text string) {
	t.Helper()
	if n, err := io.WriteString(c, text); n != len(text) || err != nil {
		t.Fatalf("Write(%d bytes): got %d, %v", len(text), n, err)
	}
}

func pipeGets(t *testing.T, c net.Conn, text string) {
	t.Helper()
	got := make([]byte, len(text))
	if n, err := io.ReadFull(c, got); err != nil || string(got) != text {
		t.Fatalf("got %q, %v, want %q", got[:n], err, text)
	}
}

// pipeFill writes until nothing more fits.
func pipeFill(t *testing.T, c net.Conn) {
	t.Helper()
	pipeSend(t, c, strings.Repeat("x", mostBuffer))
}

func TestPipeConnCarriesBothDirections(t *testing.T) {
	t.Parallel()
	pipeBoth(t, func(t *testing.T) {
		client, server := pipePair(t)
		const rounds = 1000
		var work sync.WaitGroup
		bounce := func(c net.Conn, first bool) {
			ball := make([]byte, 8)
			for i := range rounds {
				if first {
					ball[0] = byte(i)
					c.Write(ball)
				}
				if _, err := io.ReadFull(c, ball); err != nil || ball[0] != byte(i) {
					t.Errorf("round %d: got %d, %v", i, ball[0], err)
					c.Close()
					return
				}
				if !first {
					c.Write(ball)
				}
			}
		}
		work.Go(func() { bounce(client, true) })
		work.Go(func() { bounce(server, false) })
		work.Wait()
	})
}

// What goes in comes out, whatever the sizes of the pieces are: the buffer
// grows, wraps round, fills up.
func TestPipeConnKeepsBytesInOrder(t *testing.T) {
	t.Parallel()
	for _, most := range []int{10, 1500, 5000, 3 * mostBuffer} {
		pipeBoth(t, func(t *testing.T) {
			client, server := pipePair(t)
			chance := rand.New(rand.NewPCG(1, uint64(most)))
			sent := make([]byte, min(200*most, 20*mostBuffer))
			for i := range sent {
				sent[i] = byte(chance.Uint32())
			}
			go func() {
				chance := rand.New(rand.NewPCG(2, uint64(most)))
				for rest := sent; len(rest) > 0; {
					n := min(chance.IntN(most+1), len(rest))
					if done, err := client.Write(rest[:n]); done != n || err != nil {
						t.Errorf("Write(%d bytes): got %d, %v", n, done, err)
					}
					rest = rest[n:]
				}
				client.Close()
			}()
			var got []byte
			for piece := make([]byte, most); ; {
				n, err := server.Read(piece[:chance.IntN(most+1)])
				got = append(got, piece[:n]...)
				if err != nil {
					if err != io.EOF || n != 0 {
						t.Errorf("at the end: got %d, %v, want 0, EOF", n, err)
					}
					break
				}
			}
			if !bytes.Equal(got, sent) {
				t.Errorf("%d bytes sent are not the %d that came", len(sent), len(got))
			}
		})
	}
}

// A Write larger than the buffer is not mixed with another.
func TestPipeConnKeepsWritesWhole(t *testing.T) {
	t.Parallel()
	pipeBoth(t, func(t *testing.T) {
		client, server := pipePair(t)
		const size = 3*mostBuffer + 7
		for _, letter := range []string{"a", "b", "c"} {
			go func() {
				if _, err := io.WriteString(client, strings.Repeat(letter, size)); err != nil {
					t.Error(err)
				}
			}()
		}
		got := make([]byte, 3*size)
		if _, err := io.ReadFull(server, got); err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(got); i += size {
			if part := got[i : i+size]; bytes.Count(part, part[:1]) != size {
				t.Errorf("bytes %d to %d are of several writes", i, i+size)
			}
		}
	})
}

func TestPipeConnWriterWaitsAtTheBound(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, server := pipePair(t)
		done := false
		go func() {
			pipeSend(t, client, strings.Repeat("x", mostBuffer+1))
			done = true
		}()
		synctest.Wait()
		if done {
			t.Fatalf("%d bytes went into a buffer of %d", mostBuffer+1, mostBuffer)
		}
		pipeGets(t, server, "x")
		synctest.Wait()
		if !done {
			t.Fatal("there is room for the last byte, and the writer still waits")
		}
	})
}

func TestPipeConnEmptyReadAndWrite(t *testing.T) {
	t.Parallel()
	client, server := pipePair(t)
	for _, f := range []func([]byte) (int, error){client.Read, client.Write} {
		if n, err := f(nil); n != 0 || err != nil {
			t.Errorf("got %d, %v", n, err)
		}
	}
	server.SetReadDeadline(pipeLongAgo)
	_, err := server.Read(make([]byte, 1)) // nothing came
	pipeFails(t, err, "read", os.ErrDeadlineExceeded)
}

// Everything at once, for the race detector; it has to end.
func TestPipeConnConcurrentMethods(t *testing.T) {
	t.Parallel()
	pipeBoth(t, func(t *testing.T) {
		client, server := pipePair(t)
		var work sync.WaitGroup
		for i := range 20 {
			for _, c := range []*Conn{client, server} {
				work.Go(func() { c.Read(make([]byte, 1024)) })
				work.Go(func() { c.Write(make([]byte, 1024)) })
				work.Go(func() { c.SetDeadline(time.Now().Add(time.Millisecond)) })
				work.Go(func() { c.SetReadDeadline(pipeLongAgo) })
				work.Go(func() { c.SetWriteDeadline(time.Time{}) })
				work.Go(func() { _, _ = c.LocalAddr(), c.RemoteAddr() })
				if i == 19 {
					work.Go(func() { c.Close() })
					work.Go(func() { c.reset() })
				}
			}
		}
		work.Wait()
	})
}

// Like a kernel's, the way through a warm connection is free of garbage.
func TestPipeConnAllocatesNothing(t *testing.T) {
	client, server := pipePair(t)
	piece := make([]byte, 500)
	if n := testing.AllocsPerRun(100, func() {
		client.Write(piece)
		server.SetReadDeadline(time.Now().Add(time.Minute))
		io.ReadFull(server, piece)
		server.SetReadDeadline(pipeLongAgo)
		server.Read(piece)
		server.SetReadDeadline(time.Time{})
	}); n != 0 {
		t.Errorf("got %v allocations for a Write, two Reads and three deadlines, want 0", n)
	}
}

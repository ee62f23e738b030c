package memnet

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"syscall"
	"testing"
	"testing/synctest"
)

func TestPipeConnHalfClose(t *testing.T) {
	t.Parallel()
	pipeBoth(t, func(t *testing.T) {
		client, server := pipePair(t)
		pipeSend(t, client, "question")
		if err := client.CloseWrite(); err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(server); string(got) != "question" || err != nil {
			t.Fatalf("got %q, %v", got, err)
		}
		pipeSend(t, server, "answer")
		pipeGets(t, client, "answer")
		_, err := client.Write([]byte("x"))
		pipeFails(t, err, "write", syscall.EPIPE)
		server.Close()
		if n, err := client.Read(make([]byte, 1)); n != 0 || err != io.EOF {
			t.Errorf("got %d, %v, want 0, EOF", n, err)
		}
		client.Close()
		pipeFails(t, client.CloseWrite(), "close", net.ErrClosed)
	})
}

func TestPipeConnClose(t *testing.T) {
	t.Parallel()
	pipeBoth(t, func(t *testing.T) {
		client, server := pipePair(t)
		pipeSend(t, server, "unread")
		pipeSend(t, client, "bye")
		if err := client.Close(); err != nil {
			t.Fatal(err)
		}
		pipeGone(t, client)
		pipeGets(t, server, "bye")
		for range 2 {
			if n, err := server.Read(make([]byte, 1)); n != 0 || err != io.EOF {
				t.Errorf("got %d, %v, want 0, EOF", n, err)
			}
			_, err := server.Write([]byte("x"))
			pipeFails(t, err, "write", syscall.EPIPE)
		}
	})
}

// pipeGone checks that an end that closed or reset its connection is of no use
// any more.
func pipeGone(t *testing.T, c *Conn) {
	t.Helper()
	_, err := c.Read(make([]byte, 1))
	pipeFails(t, err, "read", net.ErrClosed)
	_, err = c.Write([]byte("x"))
	pipeFails(t, err, "write", net.ErrClosed)
	pipeFails(t, c.Close(), "close", net.ErrClosed)
	pipeFails(t, c.SetDeadline(pipeLongAgo), "set", net.ErrClosed)
}

func TestPipeConnReset(t *testing.T) {
	t.Parallel()
	pipeBoth(t, func(t *testing.T) {
		client, server := pipePair(t)
		pipeSend(t, server, "sent before")
		pipeSend(t, client, "never read")
		server.reset()
		pipeGone(t, server)
		pipeGets(t, client, "sent before")
		for range 2 {
			_, err := client.Read(make([]byte, 1))
			pipeFails(t, err, "read", syscall.ECONNRESET)
			_, err = client.Write([]byte("x"))
			pipeFails(t, err, "write", syscall.ECONNRESET)
		}
		if err := client.Close(); err != nil {
			t.Error(err)
		}
	})
}

// A direction that has ended stays as it ended, whatever the peer does next.
func TestPipeConnResetAfterHalfClose(t *testing.T) {
	t.Parallel()
	client, server := pipePair(t)
	server.CloseWrite()
	server.reset()
	if n, err := client.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		t.Errorf("got %d, %v, want 0, EOF", n, err)
	}
	_, err := client.Write([]byte("x"))
	pipeFails(t, err, "write", syscall.ECONNRESET)

	client, server = pipePair(t)
	client.CloseWrite()
	server.reset()
	_, err = client.Write([]byte("x"))
	pipeFails(t, err, "write", syscall.EPIPE)
	_, err = client.Read(make([]byte, 1))
	pipeFails(t, err, "read", syscall.ECONNRESET)
}

// Whoever waits in Read or Write when an end goes away is told at once: the
// peer of what happened, this end that it is closed.
func TestPipeConnEndsWaiting(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name        string
		end         func(*Conn)
		read, write error // of the peer
	}{
		{"Close", func(c *Conn) { c.Close() }, io.EOF, syscall.EPIPE},
		{"reset", (*Conn).reset, syscall.ECONNRESET, syscall.ECONNRESET},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client, server := pipePair(t)
				read, write := pipeWait(t, client)
				test.end(server)
				if err := <-read; test.read == io.EOF && err != io.EOF {
					t.Errorf("got %v, want EOF", err)
				} else if test.read != io.EOF {
					pipeFails(t, err, "read", test.read)
				}
				pipeFails(t, <-write, "write", test.write)

				client, _ = pipePair(t)
				read, write = pipeWait(t, client)
				test.end(client)
				pipeFails(t, <-read, "read", net.ErrClosed)
				pipeFails(t, <-write, "write", net.ErrClosed)
			})
		})
	}
}

// pipeWait makes an end wait in Read and in Write, in a bubble.
func pipeWait(t *testing.T, c *Conn) (read, write chan error) {
	t.Helper()
	read, write = make(chan error, 1), make(chan error, 1)
	pipeFill(t, c)
	go func() {
		_, err := c.Read(make([]byte, 1))
		read <- err
	}()
	go func() {
		_, err := c.Write(make([]byte, 1))
		write <- err
	}()
	synctest.Wait()
	if len(read)+len(write) > 0 {
		t.Fatal("there is nothing to read and no room to write, and still somebody does not wait")
	}
	return read, write
}

func TestPipeResetConn(t *testing.T) {
	t.Parallel()
	t.Run("TCP", func(t *testing.T) {
		t.Parallel()
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		client, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		server, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		Reset(server)
		if _, err := client.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("got %v, want a reset", err)
		}
	})
	t.Run("in memory, below TLS", func(t *testing.T) {
		t.Parallel()
		client, server := pipePair(t)
		Reset(tls.Server(server, &tls.Config{}))
		_, err := client.Read(make([]byte, 1))
		pipeFails(t, err, "read", syscall.ECONNRESET)
	})
	t.Run("of another kind", func(t *testing.T) {
		t.Parallel()
		client, server := net.Pipe()
		Reset(server)
		if _, err := client.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("got %v, want EOF", err)
		}
	})
}

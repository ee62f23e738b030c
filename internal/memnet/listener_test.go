package memnet

import (
	"context"
	"errors"
	"net"
	"syscall"
	"testing"
)

func TestPipeListener(t *testing.T) {
	t.Parallel()
	t.Run("connects in the order of dialling", func(t *testing.T) {
		t.Parallel()
		l := Listen("shop")
		defer l.Close()
		for _, word := range []string{"first", "second", "third"} {
			c, err := l.Dial(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			pipeSend(t, c, word) // before anybody accepted
		}
		for i, word := range []string{"first", "second", "third"} {
			s, err := l.Accept()
			if err != nil {
				t.Fatal(err)
			}
			pipeGets(t, s, word)
			host, port, err := net.SplitHostPort(s.RemoteAddr().String())
			if err != nil || host != "client" || port != []string{"1", "2", "3"}[i] {
				t.Errorf("remote address of connection %d: %s, %v", i+1, s.RemoteAddr(), err)
			}
			if s.LocalAddr().String() != "shop" || s.LocalAddr().Network() != "memory" || s.RemoteAddr().Network() != "memory" {
				t.Errorf("local address: got %s %s, want memory shop", s.LocalAddr().Network(), s.LocalAddr())
			}
		}
	})
	t.Run("refuses while told to", func(t *testing.T) {
		t.Parallel()
		l := Listen("shop")
		defer l.Close()
		l.Refuse(true)
		c, err := l.Dial(t.Context())
		if c != nil {
			t.Errorf("got a connection: %v", c)
		}
		pipeFails(t, err, "dial", syscall.ECONNREFUSED)
		if want := "dial memory shop: connect: connection refused"; err.Error() != want {
			t.Errorf("got %q, want %q", err, want)
		}
		l.Refuse(false)
		if _, err := l.Dial(t.Context()); err != nil {
			t.Error(err)
		}
	})
	t.Run("does not dial for a context that has ended", func(t *testing.T) {
		t.Parallel()
		l := Listen("shop")
		defer l.Close()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := l.Dial(ctx)
		pipeFails(t, err, "dial", context.Canceled)
		ctx, cancel = context.WithTimeout(t.Context(), -1)
		defer cancel()
		_, err = l.Dial(ctx)
		pipeFails(t, err, "dial", context.DeadlineExceeded)
		if e := net.Error(nil); !errors.As(err, &e) || !e.Timeout() {
			t.Errorf("%v is not a timeout", err)
		}
	})
}

func TestPipeListenerClose(t *testing.T) {
	t.Parallel()
	pipeBoth(t, func(t *testing.T) {
		l := Listen("shop")
		accepted, err := l.Dial(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		server, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		ended := make(chan error)
		go func() {
			_, err := l.Accept()
			ended <- err
		}()
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		pipeFails(t, <-ended, "accept", net.ErrClosed)
		_, err = l.Dial(t.Context())
		pipeFails(t, err, "dial", syscall.ECONNREFUSED)
		pipeFails(t, l.Close(), "close", net.ErrClosed)

		pipeSend(t, accepted, "still there")
		pipeGets(t, server, "still there")
	})
}

func TestPipeListenerCloseResetsTheUnaccepted(t *testing.T) {
	t.Parallel()
	l := Listen("shop")
	c, err := l.Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	_, err = c.Read(make([]byte, 1))
	pipeFails(t, err, "read", syscall.ECONNRESET)
}

func TestSecure(t *testing.T) {
	t.Parallel()
	l := Listen("shop")
	defer l.Close()
	for want, dial := range map[bool]func(context.Context) (net.Conn, error){false: l.Dial, true: l.DialSecure} {
		client, err := dial(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		server, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		if Secure(client) != want || Secure(server) != want {
			t.Errorf("the ends are secure: %v and %v, want %v", Secure(client), Secure(server), want)
		}
	}
	if Secure(nil) {
		t.Error("no connection is secure")
	}
	_ = l.Close()
	if _, err := l.DialSecure(t.Context()); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("a closed listener gives %v", err)
	}
}

package memnet

import (
	"errors"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"
)

// pipeLongAgo is the deadline by which net/http interrupts a Read.
var pipeLongAgo = time.Unix(1, 0)

func pipeLate(t *testing.T, err error, op string) {
	t.Helper()
	pipeFails(t, err, op, os.ErrDeadlineExceeded)
	if e := net.Error(nil); !errors.As(err, &e) || !e.Timeout() {
		t.Errorf("%v is not a timeout", err)
	}
}

// pipeOps are the two sides of an end that can do neither at once: nothing to
// read, no room to write.
var pipeOps = []struct {
	op   string
	do   func(*Conn) error
	set  func(*Conn, time.Time) error
	free func(*testing.T, *Conn) // done to the peer, lets it go on
}{
	{
		"read",
		func(c *Conn) error { _, err := c.Read(make([]byte, 1)); return err },
		(*Conn).SetReadDeadline,
		func(t *testing.T, peer *Conn) { pipeSend(t, peer, "x") },
	},
	{
		"write",
		func(c *Conn) error { _, err := c.Write(make([]byte, 1)); return err },
		(*Conn).SetWriteDeadline,
		func(t *testing.T, peer *Conn) { pipeGets(t, peer, "x") },
	},
}

func TestPipeDeadline(t *testing.T) {
	t.Parallel()
	for _, side := range pipeOps {
		t.Run(side.op, func(t *testing.T) {
			t.Parallel()
			for _, test := range []struct {
				name string
				at   func(now time.Time) time.Time
			}{
				{"that is long past", func(time.Time) time.Time { return pipeLongAgo }},
				{"that is just past", func(now time.Time) time.Time { return now.Add(-1) }},
				{"that is now", func(now time.Time) time.Time { return now }},
				{"to come", func(now time.Time) time.Time { return now.Add(time.Millisecond) }},
				{"to come, by the wall clock", func(now time.Time) time.Time { return now.Round(0).Add(time.Millisecond) }},
			} {
				t.Run(test.name, func(t *testing.T) {
					t.Parallel()
					pipeBoth(t, func(t *testing.T) {
						c, peer := pipePair(t)
						pipeFill(t, c)
						for range 2 { // it can be used again after it has passed
							if err := side.set(c, test.at(time.Now())); err != nil {
								t.Fatal(err)
							}
							pipeLate(t, side.do(c), side.op)
							pipeLate(t, side.do(c), side.op)
						}
						if err := side.set(c, time.Time{}); err != nil {
							t.Fatal(err)
						}
						side.free(t, peer)
						if err := side.do(c); err != nil {
							t.Errorf("without a deadline: %v", err)
						}
					})
				})
			}
		})
	}
}

// A passed deadline holds even where nobody would have to wait.
func TestPipeDeadlineBeforeData(t *testing.T) {
	t.Parallel()
	client, server := pipePair(t)
	pipeSend(t, server, "data")
	client.SetDeadline(pipeLongAgo)
	_, err := client.Read(make([]byte, 1))
	pipeLate(t, err, "read")
	_, err = client.Write(make([]byte, 1))
	pipeLate(t, err, "write")
	client.SetDeadline(time.Time{})
	pipeGets(t, client, "data")
}

// The times at which deadlines are set while somebody waits, and when he is to
// be told; a bubble makes them exact.
func TestPipeDeadlineWhileWaiting(t *testing.T) {
	t.Parallel()
	const s = time.Second
	for _, test := range []struct {
		name   string
		before time.Duration      // deadline set before the waiting begins; 0: none
		after  [][2]time.Duration // at this time, this deadline (both from the start); 0: none, -1: long past
		told   time.Duration      // 0: never
	}{
		{"is as told", 3 * s, nil, 3 * s},
		{"is set", 0, [][2]time.Duration{{1 * s, 3 * s}}, 3 * s},
		{"is put off", 2 * s, [][2]time.Duration{{1 * s, 3 * s}}, 3 * s},
		{"is put off twice", 2 * s, [][2]time.Duration{{1 * s, 3 * s}, {2500 * time.Millisecond, 4 * s}}, 4 * s},
		{"is brought forward", 5 * s, [][2]time.Duration{{1 * s, 2 * s}}, 2 * s},
		{"is taken away", 2 * s, [][2]time.Duration{{1 * s, 0}}, 0},
		{"is taken away and set", 2 * s, [][2]time.Duration{{1 * s, 0}, {3 * s, 4 * s}}, 4 * s},
		{"is long past", 5 * s, [][2]time.Duration{{1 * s, -1}}, 1 * s},
		{"has passed when set", 0, [][2]time.Duration{{2 * s, 1 * s}}, 2 * s},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for _, side := range pipeOps {
				synctest.Test(t, func(t *testing.T) {
					c, peer := pipePair(t)
					pipeFill(t, c)
					start := time.Now()
					set := func(d time.Duration) {
						at := start.Add(d)
						switch d {
						case 0:
							at = time.Time{}
						case -1:
							at = pipeLongAgo
						}
						if err := side.set(c, at); err != nil {
							t.Error(err)
						}
					}
					set(test.before)
					var ended time.Duration
					done := make(chan error)
					go func() {
						err := side.do(c)
						ended = time.Since(start)
						done <- err
					}()
					for _, step := range test.after {
						time.Sleep(time.Until(start.Add(step[0])))
						set(step[1])
					}
					if test.told == 0 {
						time.Sleep(time.Hour)
						side.free(t, peer)
						if err := <-done; err != nil {
							t.Errorf("%s: %v", side.op, err)
						}
						return
					}
					pipeLate(t, <-done, side.op)
					if ended != test.told {
						t.Errorf("%s ended after %v, want %v", side.op, ended, test.told)
					}
				})
			}
		})
	}
}

// A Write that a deadline cuts says how much went, and that much arrives.
func TestPipeDeadlineCutsWrite(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, server := pipePair(t)
		client.SetWriteDeadline(time.Now().Add(time.Millisecond))
		n, err := client.Write(make([]byte, mostBuffer+100))
		pipeLate(t, err, "write")
		if n != mostBuffer {
			t.Errorf("got %d bytes written, want %d", n, mostBuffer)
		}
		client.Close()
		got := 0
		for piece := make([]byte, 1000); ; {
			n, err := server.Read(piece)
			got += n
			if err != nil {
				break
			}
		}
		if got != n {
			t.Errorf("%d bytes came of %d", got, n)
		}
	})
}

// Closing ends what waits for a deadline, and the deadline's timer with it.
func TestPipeDeadlineAndClose(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, _ := pipePair(t)
		start := time.Now()
		client.SetDeadline(start.Add(time.Hour))
		read, write := pipeWait(t, client)
		client.Close()
		pipeFails(t, <-read, "read", net.ErrClosed)
		pipeFails(t, <-write, "write", net.ErrClosed)
		if d := time.Since(start); d != 0 {
			t.Errorf("it took %v", d)
		}
		for _, side := range []*memSide{&client.in.reader, &client.out.writer} {
			if side.timer.Stop() {
				t.Error("the timer still ran")
			}
		}
	})
}

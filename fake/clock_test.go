package fake

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// clockStart is where the clocks of these tests start.
var clockStart = time.Date(2025, 3, 1, 9, 0, 0, 0, time.UTC)

// clockHold arms a delay for the next call and starts that call. It gives the
// channel of its outcome once the call waits for the clock.
func clockHold(t *testing.T, s *shelf, delay string) <-chan error {
	t.Helper()
	before := len(s.Calls())
	s.Inject(NewFault("slow-headers").Set("delay", delay).Call(1))
	done := make(chan error, 1)
	go func() {
		_, _, err := s.ask("GET", "/books.json", "")
		done <- err
	}()
	_, err := s.Await(t.Context(), before+1)
	require.NoError(t, err)
	return done
}

// clockBusy is the number of pieces of work that the clock counts.
func clockBusy(k *clock) int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.busy
}

func TestClockFollowsTheMachine(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShelf(t)
		require.Equal(t, time.Now().UTC().Round(0), s.Now())
		time.Sleep(3 * time.Second)
		require.Equal(t, time.Now().UTC().Round(0), s.Now())
		s.Advance(time.Hour)
		require.Equal(t, time.Now().Add(time.Hour).UTC().Round(0), s.Now())
	})
}

func TestClockStartsWhereItIsSaid(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShelf(t, At(clockStart.In(time.FixedZone("east", 7200))))
		require.Equal(t, clockStart, s.Now(), "in UTC")
		time.Sleep(1500 * time.Millisecond)
		require.Equal(t, clockStart.Add(1500*time.Millisecond), s.Now())
	})
}

func TestClockFrozen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShelf(t, Frozen())
		start := s.Now()
		time.Sleep(time.Hour)
		require.Equal(t, start, s.Now())
		s.Advance(90 * time.Second)
		s.Advance(0)
		require.Equal(t, start.Add(90*time.Second), s.Now())
	})
}

// Work that sets the next timer only when it is woken is what a single jump of
// the clock would lose.
func TestAdvanceStepsFromTimerToTimer(t *testing.T) {
	t.Parallel()
	s := newShelf(t, At(clockStart), Frozen())
	var woken []time.Duration
	s.clock.begin()
	go func() {
		defer s.clock.end()
		for range 5 {
			if s.clock.wait(context.Background(), 10*time.Second) == nil {
				woken = append(woken, s.Now().Sub(clockStart))
			}
		}
	}()
	s.Advance(45 * time.Second)
	require.Equal(t, []time.Duration{10 * time.Second, 20 * time.Second, 30 * time.Second, 40 * time.Second}, woken)
	require.Equal(t, clockStart.Add(45*time.Second), s.Now())
	s.Advance(5 * time.Second)
	require.Len(t, woken, 5)
	require.Equal(t, clockStart.Add(50*time.Second), s.Now())
}

func TestAdvanceGoesInTheOrderOfTime(t *testing.T) {
	t.Parallel()
	s := newShelf(t, At(clockStart), Frozen())
	var mu sync.Mutex
	var woken []time.Duration
	for _, d := range []time.Duration{30, 10, 20, 40} {
		s.clock.begin()
		go func() {
			defer s.clock.end()
			_ = s.clock.wait(context.Background(), d*time.Second)
			mu.Lock()
			defer mu.Unlock()
			woken = append(woken, s.Now().Sub(clockStart)/time.Second)
		}()
	}
	s.Advance(30 * time.Second)
	require.Equal(t, []time.Duration{10, 20, 30}, woken)
	s.Advance(10 * time.Second)
}

func TestAdvanceLetsAHeldCallGo(t *testing.T) {
	t.Parallel()
	s := newShelf(t, Frozen())
	done := clockHold(t, s, "30s")
	s.Advance(29 * time.Second)
	require.Zero(t, s.Calls()[0].Status)
	s.Advance(time.Second)
	require.Equal(t, 200, s.Calls()[0].Status, "it is in the journal before Advance returns")
	require.NoError(t, <-done)
}

func TestAdvanceShortensTheWaitOfARunningClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShelf(t)
		start := time.Now()
		done := clockHold(t, s, "30s")
		time.Sleep(5 * time.Second)
		s.Advance(10 * time.Second)
		require.NoError(t, <-done)
		require.Equal(t, 20*time.Second, time.Since(start))
	})
}

func TestAdvanceWaitsForWork(t *testing.T) {
	t.Parallel()
	for name, wait := range map[string]func(*shelf){
		"Advance": func(s *shelf) { s.Advance(time.Second) },
		"Settle":  func(s *shelf) { s.Settle() },
		"Reset":   func(s *shelf) { s.Reset() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newShelf(t, At(clockStart), Frozen())
				s.clock.begin()
				done := make(chan bool)
				go func() { wait(s); close(done) }()
				synctest.Wait()
				select {
				case <-done:
					require.Fail(t, "it did not wait for the work in progress")
				default:
				}
				require.Equal(t, clockStart, s.Now())
				s.clock.end()
				<-done
			})
		})
	}
}

// The goroutine that a timer wakes may come to run late; its work counts all
// the same.
func TestWorkCountsBeforeItsGoroutineStarts(t *testing.T) {
	t.Parallel()
	k := newClock(clockStart, true)
	due := k.after(time.Second)
	require.Zero(t, clockBusy(k))
	require.True(t, k.step(clockStart.Add(time.Hour)))
	require.Equal(t, 1, clockBusy(k))
	<-due.fired
	require.Equal(t, clockStart.Add(time.Second), k.now())
	require.False(t, k.step(clockStart.Add(time.Hour)))
}

func TestSettleDoesNotWaitForTheClock(t *testing.T) {
	t.Parallel()
	s := newShelf(t, Frozen())
	done := clockHold(t, s, "24h")
	s.Settle()
	require.Zero(t, s.Calls()[0].Status)
	s.Advance(24 * time.Hour)
	require.NoError(t, <-done)
}

func TestCancelledWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k := newClock(clockStart, false)
		ctx, cancel := context.WithCancel(context.Background())
		k.begin()
		done := make(chan error)
		go func() { done <- k.wait(ctx, time.Hour) }()
		synctest.Wait()
		require.Zero(t, clockBusy(k), "what waits is no work")
		cancel()
		require.ErrorIs(t, <-done, context.Canceled)
		require.Equal(t, 1, clockBusy(k), "what goes on is")
		require.Empty(t, k.timers)
		require.False(t, k.wake.Stop(), "no timer of the machine is left behind")
		require.ErrorIs(t, k.wait(ctx, 0), context.Canceled)
		require.NoError(t, k.wait(context.Background(), -time.Second))
		require.Equal(t, 1, clockBusy(k))
	})
}

func TestCancelledWaitLeavesTheOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k := newClock(clockStart, false)
		ctx, cancel := context.WithCancel(context.Background())
		start, done := time.Now(), make(chan error)
		for _, wait := range []func(){
			func() { done <- k.wait(ctx, 10*time.Second) },
			func() { done <- k.wait(context.Background(), 20*time.Second) },
		} {
			k.begin()
			go wait()
		}
		synctest.Wait()
		cancel()
		require.Error(t, <-done)
		require.NoError(t, <-done)
		require.Equal(t, 20*time.Second, time.Since(start))
	})
}

func TestCancelMeetsTheTimer(t *testing.T) {
	t.Parallel()
	k := newClock(clockStart, true)
	for range 2000 {
		ctx, cancel := context.WithCancel(context.Background())
		var work sync.WaitGroup
		k.begin()
		work.Go(func() { _ = k.wait(ctx, time.Second); k.end() })
		work.Go(cancel)
		work.Go(func() { k.step(k.now().Add(time.Second)) })
		work.Wait()
		require.Zero(t, clockBusy(k))
		require.Empty(t, k.timers)
	}
}

func TestClockSetBack(t *testing.T) {
	t.Parallel()
	s := newShelf(t, At(clockStart), Frozen())
	done := clockHold(t, s, "30s")
	s.Restore(Snapshot(`{"clock":"2025-03-01T08:59:00Z"}`))
	require.Equal(t, clockStart.Add(-time.Minute), s.Now())
	s.Advance(89 * time.Second)
	require.Zero(t, s.Calls()[0].Status, "a wait keeps the moment when it ends")
	s.Advance(time.Second)
	require.NoError(t, <-done)
}

func TestClockSetForward(t *testing.T) {
	t.Parallel()
	s := newShelf(t, At(clockStart), Frozen())
	done := clockHold(t, s, "30s")
	s.Restore(Snapshot(`{"clock":"2025-03-01T10:00:00.25Z"}`))
	require.NoError(t, <-done)
	require.Equal(t, clockStart.Add(time.Hour+250*time.Millisecond), s.Now())
}

func TestRunningClockSetBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShelf(t, At(clockStart))
		start := time.Now()
		done := clockHold(t, s, "10s")
		s.Restore(Snapshot(`{"clock":"2025-03-01T08:00:00Z"}`))
		require.NoError(t, <-done)
		require.Equal(t, time.Hour+10*time.Second, time.Since(start))
		s.Reset()
		require.Equal(t, clockStart, s.Now())
	})
}

// A clock in the far past or future is more than a Duration away.
func TestClockIsSetFarAway(t *testing.T) {
	t.Parallel()
	s := newShelf(&spy{}, At(clockStart), Frozen())
	defer s.Close()
	for _, far := range []string{"1900-01-01T00:00:00Z", "2150-12-31T23:59:59Z"} {
		s.Restore(Snapshot(`{"clock":"` + far + `"}`))
		require.Equal(t, far, s.Now().Format(time.RFC3339))
	}
	before := s.Now()
	for _, tooFar := range []string{"0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"} {
		text := s.tb.(*spy).run(func() { s.Restore(Snapshot(`{"clock":"` + tooFar + `"}`)) })
		require.Equal(t, "shelf: Restore: clock: "+tooFar+" is more than 200 years from where the clock started", text)
		require.Equal(t, before, s.Now())
	}
}

func TestAdvanceBack(t *testing.T) {
	t.Parallel()
	const text = "shelf: Advance(-1s): the clock only goes forward; Restore puts an earlier state back"
	tb := &spy{}
	s := newShelf(tb, Frozen())
	defer s.Close()
	before := s.Now()
	require.Equal(t, text, tb.run(func() { s.Advance(-time.Second) }))
	require.Contains(t, tb.run(func() { s.Advance(1<<63 - 1) }), "is more than 200 years from where the clock started")
	require.Equal(t, before, s.Now())
	bare := newShelf(nil)
	defer bare.Close()
	require.PanicsWithValue(t, text, func() { bare.Advance(-time.Second) })
}

// Calls come in while the clock is moved from several sides.
func TestAdvanceWhileCallsComeIn(t *testing.T) {
	t.Parallel()
	s := newShelf(t, At(clockStart), Frozen())
	s.Inject(NewFault("slow-headers").Set("delay", "1s"))
	var clients sync.WaitGroup
	for range 20 {
		clients.Go(func() {
			for range 5 {
				_, _, err := s.ask("GET", "/books.json", "")
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	done := make(chan bool)
	go func() { clients.Wait(); close(done) }()
	for answered := false; !answered; {
		s.Advance(time.Second)
		select {
		case <-done:
			answered = true
		default:
		}
	}
	require.Len(t, s.Calls(), 100)
	require.Zero(t, clockBusy(s.clock))
}

package bubble

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestBubbleID(t *testing.T) {
	t.Parallel()
	if id := ID(); id != 0 {
		t.Errorf("outside a bubble: got %d, want 0", id)
	}
	var first, second int
	synctest.Test(t, func(t *testing.T) {
		first = ID()
		started := make(chan int)
		go func() { started <- ID() }()
		if id := <-started; id != first {
			t.Errorf("a goroutine of bubble %d is in bubble %d", first, id)
		}
	})
	synctest.Test(t, func(t *testing.T) { second = ID() })
	if first == 0 || second == 0 || first == second {
		t.Errorf("two bubbles have the numbers %d and %d", first, second)
	}
}

func TestBubbleGuard(t *testing.T) {
	t.Parallel()
	outside := NewGuard()
	var first Guard
	synctest.Test(t, func(t *testing.T) {
		first = NewGuard()
		bubbleExpect(t, first, nil)
		bubbleExpect(t, outside, errMadeOutside)
		time.Sleep(100 * 365 * 24 * time.Hour) // the clock of a bubble may pass the machine's
		bubbleExpect(t, first, nil)
		bubbleExpect(t, outside, errMadeOutside)
	})
	synctest.Test(t, func(t *testing.T) {
		bubbleExpect(t, first, errOtherBubble)
		bubbleExpect(t, outside, errMadeOutside)
	})
	bubbleExpect(t, first, errMadeInside)
	bubbleExpect(t, outside, nil)
}

// A clock that is set back looks like a bubble's; the stack tells them apart.
func TestBubbleGuardClockSetBack(t *testing.T) {
	t.Parallel()
	g := NewGuard()
	g.made = g.made.Add(time.Hour)
	bubbleExpect(t, g, nil)
}

func bubbleExpect(t *testing.T, g Guard, want error) {
	t.Helper()
	if err := g.Check(); err != want {
		t.Errorf("made in bubble %d, checked in %d: got error %v, want %v", g.bubble, ID(), err, want)
	}
}

func BenchmarkBubbleCheck(b *testing.B) {
	b.Run("outside", func(b *testing.B) {
		g := NewGuard()
		for b.Loop() {
			if err := g.Check(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("stack", func(b *testing.B) { // what each check costs inside
		for b.Loop() {
			if ID() != 0 {
				b.Fatal("a benchmark does not run in a bubble")
			}
		}
	})
	b.Run("deep stack", func(b *testing.B) {
		bubbleDeep(20, func() {
			for b.Loop() {
				if ID() != 0 {
					b.Fatal("a benchmark does not run in a bubble")
				}
			}
		})
	})
}

func bubbleDeep(n int, f func()) {
	if n == 0 {
		f()
		return
	}
	bubbleDeep(n-1, f)
}

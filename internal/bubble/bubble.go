// Package bubble notices synctest bubbles before the runtime does.
package bubble

import (
	"bytes"
	"errors"
	"runtime"
	"time"
)

// A Guard notices that something is used across the border of a synctest bubble,
// which would stop the whole test binary in the runtime, with a text that says
// nothing about it.
type Guard struct {
	bubble int       // where the server was made
	made   time.Time // when, by the wall clock of that place
}

var (
	errMadeOutside = errors.New("the server was made outside this synctest bubble and cannot work in it; make it inside synctest.Test, or use it outside")
	errMadeInside  = errors.New("the server was made inside a synctest bubble and cannot work outside it; use and close it inside that synctest.Test, with the t given there")
	errOtherBubble = errors.New("the server was made inside another synctest bubble and cannot work in this one; make a server inside each synctest.Test")
)

// NewGuard guards a server that is made here and now.
func NewGuard() Guard {
	now := time.Now()
	g := Guard{made: now.Round(0)}
	if g.made == now { // a bubble's time is without a monotonic reading
		g.bubble = ID()
	}
	return g
}

// Inside tells whether what is guarded was made in a bubble.
func (g Guard) Inside() bool { return g.bubble != 0 }

// Check gives nil where the server can be used, otherwise a sentence about what
// to do. Of a server made outside, the common case, the stack is not looked at
// while the clock shows that there is no bubble: in a bubble, time is without a
// monotonic reading and begins in the year 2000.
func (g Guard) Check() error {
	if g.bubble == 0 {
		now := time.Now()
		if wall := now.Round(0); wall != now && !wall.Before(g.made) {
			return nil
		}
	}
	switch here := ID(); {
	case here == g.bubble:
		return nil
	case g.bubble == 0:
		return errMadeOutside
	case here == 0:
		return errMadeInside
	default:
		return errOtherBubble
	}
}

// ID is the number of the synctest bubble that the caller runs in, 0
// outside. A new goroutine finds it out: it is in the same bubble, and the cost
// of a stack grows with its depth.
func ID() int {
	id := make(chan int, 1)
	go func() { id <- bubbleOnStack() }()
	return <-id
}

// bubbleOnStack reads the number in the headline of a stack, the only place
// that tells it:
//
//	goroutine 20 [running, synctest bubble 1]:
func bubbleOnStack() int {
	var stack [128]byte
	headline, _, _ := bytes.Cut(stack[:runtime.Stack(stack[:], false)], []byte("]:"))
	_, number, _ := bytes.Cut(headline, []byte(", synctest bubble "))
	id := 0
	for _, digit := range number {
		if digit < '0' || digit > '9' {
			break
		}
		id = 10*id + int(digit-'0')
	}
	return id
}

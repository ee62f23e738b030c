package conformance

import (
	"errors"
	"io"
	"log"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// By the clock on the wall a scene takes as long as it takes, so its waiting is
// cut short.
const (
	wallLongest = 30 * time.Second       // for all calls of one scene
	wallPause   = 300 * time.Millisecond // for what goes on behind the caller's back
	wallTold    = time.Second            // the longest wait that a server asks for
	wallCallers = 3                      // at the same time, each with a few calls
	wallSlow    = 2 * time.Second        // for a body that comes slowly
	wallOverlap = 3 * time.Second        // for which an old secret is good
)

// WallClock plays the scenes by the clock on the wall and over loopback, for a
// client that is not in this process or cannot take an *http.Client; why stands
// in the report. Env.BaseURL is then an address on 127.0.0.1, and long waits are
// cut short. Checks that take virtual time, or have to see into the client, are
// NOT CLAIMED.
func WallClock(why string) Option {
	return func(c *config) error {
		if why == "" {
			return errors.New(`WallClock(""): say why; it stands in the report`)
		}
		c.wall = why
		return nil
	}
}

// clock names the clock of a run for its report.
func (c *config) clock() string {
	if c.wall == "" {
		return "virtual"
	}
	return "wall, " + c.wall
}

// onTheWall plays a scene outside a bubble.
func (e *evaluator[C]) onTheWall(k *check[C], sc scene[C]) verdict {
	if why := k.inside(); why != "" {
		return verdict{state: notClaimed, scene: sc.name, missing: []string{"Env.HTTP"}, note: why}
	}
	return e.round(k, sc)
}

// inside tells why a check can only be played in virtual time, "" if it cannot
// only be.
func (k *check[C]) inside() string {
	if k.virtual == "" && k.leaks {
		return "it looks for goroutines that a client leaves behind"
	}
	return k.virtual
}

// pass lets time pass: the whole of it where it is virtual, else a moment.
func (r *run[C]) pass(d time.Duration) {
	if !r.env.Virtual {
		d = min(d, wallPause)
	}
	time.Sleep(d)
}

// longest is how long the calls of a scene may take.
func (r *run[C]) longest() time.Duration {
	if r.env.Virtual {
		return longest
	}
	return wallLongest
}

// shortened is a fault whose told wait is no longer than can be waited for.
func (s *Suite[C]) shortened(f fake.Fault) fake.Fault {
	if s.tells503 && f.Name() == "server-error" && !f.Has("retry-after") {
		return f.Set("retry-after", wallTold.String())
	}
	if slow, err := time.ParseDuration(f.Get("over")); err == nil && slow > wallSlow {
		f = f.Set("over", wallSlow.String())
	}
	if told, err := time.ParseDuration(f.Get("retry-after")); err == nil && told > wallTold {
		f = f.Set("retry-after", wallTold.String())
	}
	return f
}

// silence is a log that nobody reads.
func silence() *log.Logger { return log.New(io.Discard, "", 0) }

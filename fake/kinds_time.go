package fake

import (
	"errors"
	"regexp"
	"strings"
	"time"
)

// timeKinds are the faults of clocks.
var timeKinds = map[string]*kind{
	"clock-skew": {
		point:  timed,
		params: map[string]param{"by": signedTime, "jump": signedTime},
		needs:  []string{"by", "jump"},
		plan:   func(c *Call, f Fault, already int) { c.plan.skew = skewOf(f, already) },
		hook: func(p *parcel, f Fault, already int) {
			p.skew = skewOf(f, already)
			p.tells(func(e *Event) { e.At = e.At.Add(p.skew) })
		},
	},
	"dst": {
		point: dated, asked: true,
		params: map[string]param{"at": moment},
		plan: func(c *Call, f Fault, _ int) {
			at := c.s.clock.now()
			if a := c.plan.by[len(c.plan.by)-1]; a != nil {
				at = a.since
			}
			if f.Has("at") {
				at, _ = time.Parse(time.RFC3339, f.Get("at"))
			}
			c.plan.retouch(f, func(_ *Call, r *Reply) bool {
				changed := false
				r.Body = offsets.ReplaceAllFunc(r.Body, func(text []byte) []byte {
					later, is := summer(string(text[1:len(text)-1]), at)
					if !is {
						return text
					}
					changed = true
					return []byte(`"` + later + `"`)
				})
				return changed
			})
		},
	},
}

// skewOf is how far a clock is off: by=, and for each hit before jump= more.
func skewOf(f Fault, already int) time.Duration {
	by, jump := f.duration("by", 0), f.duration("jump", 0)
	if jump != 0 { // further off than the longest time it does not get
		already = min(already, int(longest/jump.Abs()))
	}
	return by + time.Duration(already)*jump
}

func moment(value string) error {
	if _, err := time.Parse(time.RFC3339, value); err != nil {
		return errors.New("want a moment such as 2025-03-09T07:00:00Z")
	}
	return nil
}

// offsets finds the times of a JSON text that have a numeric offset.
var offsets = regexp.MustCompile(`"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d"`)

// summer writes a time from at on with an offset that is one hour later. It is
// the same moment.
func summer(text string, at time.Time) (string, bool) {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil || t.Before(at) {
		return "", false
	}
	_, offset := t.Zone()
	const seconds, zone = "2006-01-02T15:04:05", "-07:00"
	fraction := ""
	if digits := len(text) - len(seconds) - len(zone); digits > 0 {
		fraction = "." + strings.Repeat("0", digits-1)
	}
	return t.In(time.FixedZone("", offset+60*60)).Format(seconds + fraction + zone), true
}

package cscart

import (
	"math"
	"strings"
	"time"
)

// A period is a stretch of time, both ends in it, in UNIX seconds.
type period struct{ from, to int64 }

// always holds every row.
var always = period{math.MinInt64, math.MaxInt64}

// bounds tells what a period parameter is, beyond the stretch that it names.
type bounds struct {
	period
	on     bool // rows are filtered
	custom bool // time_from and time_to are read: C, and every code that is unknown
}

// periodOf reads the parameter period and those that go with it ("Pagination,
// Sorting, and Filtering", readings CC-15, CC-16 and CC-44). Days, weeks, months
// and years are those of the store's zone; weeks begin on Monday.
func (s *settings) periodOf(q *query, now time.Time) bounds {
	code := q.text("period")
	if blank(code) || code == "A" {
		return bounds{period: always}
	}
	now = now.In(s.zone)
	year, month, day := now.Date()
	weekday := (int(now.Weekday()) + 6) % 7 // Monday is 0
	named := bounds{on: true}
	switch code {
	case "D":
		named.period = s.days(year, month, day, day)
	case "LD":
		named.period = s.days(year, month, day-1, day-1)
	case "W":
		named.period = s.days(year, month, day-weekday, day-weekday+6)
	case "LW":
		named.period = s.days(year, month, day-weekday-7, day-weekday-1)
	case "M":
		named.period = period{s.midnight(year, month, 1), s.endOfDay(year, month+1, 0)}
	case "LM":
		named.period = period{s.midnight(year, month-1, 1), s.endOfDay(year, month, 0)}
	case "Y":
		named.period = period{s.midnight(year, 1, 1), s.endOfDay(year, 12, 31)}
	case "LY":
		named.period = period{s.midnight(year-1, 1, 1), s.endOfDay(year-1, 12, 31)}
	case "HH":
		named.period = period{now.AddDate(0, 0, -1).Unix(), now.Unix()}
	case "HW":
		named.period = period{now.AddDate(0, 0, -7).Unix(), now.Unix()}
	case "HM": // a calendar month, not 30 days
		named.period = period{now.AddDate(0, -1, 0).Unix(), now.Unix()}
	case "HC":
		named.period = period{back(now.Unix(), cast(q.text("last_days"))), now.Unix()}
	default:
		named.custom = true
		named.period = period{s.bound(q.text("time_from"), now, 0, false), s.bound(q.text("time_to"), now, now.Unix(), true)}
	}
	return named
}

// knownPeriods are the codes of the document and of the shop.
const knownPeriods = " A D LD W LW M LM Y LY HH HW HM HC C "

func knownPeriod(code string) bool {
	return !strings.Contains(code, " ") && strings.Contains(knownPeriods, " "+code+" ")
}

// days is the stretch from the beginning of one day to the end of another, both
// counted from the first of a month.
func (s *settings) days(year int, month time.Month, first, last int) period {
	return period{s.midnight(year, month, first), s.endOfDay(year, month, last)}
}

func (s *settings) midnight(year int, month time.Month, day int) int64 {
	return time.Date(year, month, day, 0, 0, 0, 0, s.zone).Unix()
}

func (s *settings) endOfDay(year int, month time.Month, day int) int64 {
	return time.Date(year, month, day, 23, 59, 59, 0, s.zone).Unix()
}

// back is now less a number of days of 86400 seconds, held at the ends of 64 bits.
func back(now, days int64) int64 {
	const day = 86400
	switch {
	case days > (math.MaxInt64-1<<40)/day:
		return math.MinInt64
	case days < -(math.MaxInt64-1<<40)/day:
		return math.MaxInt64
	}
	return now - days*day
}

// bound reads time_from or time_to: a number is that second, a date between
// slashes the beginning or the end of that day, anything else the number that it
// begins with (reading CC-36). Without a value it is unset.
func (s *settings) bound(text string, now time.Time, unset int64, end bool) int64 {
	if blank(text) {
		return unset
	}
	parts := slashed(text)
	if parts == nil {
		return cast(text)
	}
	month, day, year := date(parts[0]), date(parts[1]), 0
	if s.dayFirst {
		month, day = day, month
	}
	if len(parts) == 3 {
		year = date(parts[2])
	}
	if year == 0 {
		year = now.Year()
	}
	if end {
		return s.endOfDay(year, time.Month(month), day)
	}
	return s.midnight(year, time.Month(month), day)
}

// slashed is the two or three parts of a date between slashes; nil: it is none.
func slashed(text string) []string {
	if n := strings.Count(text, "/"); n < 1 || n > 2 {
		return nil
	}
	return strings.Split(text, "/")
}

// date reads a part of a date, which is carried on as package time does, within
// reason.
func date(part string) int {
	const far = 1_000_000
	return int(min(max(cast(part), -far), far))
}

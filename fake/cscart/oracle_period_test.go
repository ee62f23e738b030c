package cscart_test

import (
	"math/big"
	"strings"
	"time"
)

// A span is the time that a period covers, both ends included.
type span struct {
	from, to             int64
	fromAsSent, toAsSent bool // the echo keeps what was sent
}

// span reads the period of a query, false where there is none.
func (s slowShop) span(q question) (span, bool) {
	code, _ := q.text("period")
	if q.blank("period") || code == "A" {
		return span{}, false
	}
	now := s.now.In(s.zone)
	y, m, d := now.Date()
	// days are whole days, counted in months and days from a first one.
	days := func(y int, m time.Month, d, months, count int) (span, bool) {
		last := time.Date(y, m+time.Month(months), d+count, 0, 0, 0, 0, s.zone).AddDate(0, 0, -1)
		ly, lm, ld := last.Date()
		return span{
			from: time.Date(y, m, d, 0, 0, 0, 0, s.zone).Unix(),
			to:   time.Date(ly, lm, ld, 23, 59, 59, 0, s.zone).Unix(),
		}, true
	}
	monday := d - (int(now.Weekday())+6)%7
	until := func(from time.Time) (span, bool) { return span{from: from.Unix(), to: now.Unix()}, true }
	switch code {
	case "D":
		return days(y, m, d, 0, 1)
	case "LD":
		return days(y, m, d-1, 0, 1)
	case "W":
		return days(y, m, monday, 0, 7)
	case "LW":
		return days(y, m, monday-7, 0, 7)
	case "M":
		return days(y, m, 1, 1, 0)
	case "LM":
		return days(y, m-1, 1, 1, 0)
	case "Y":
		return days(y, 1, 1, 12, 0)
	case "LY":
		return days(y-1, 1, 1, 12, 0)
	case "HH":
		return until(now.AddDate(0, 0, -1))
	case "HW":
		return until(now.AddDate(0, 0, -7))
	case "HM":
		return until(now.AddDate(0, -1, 0))
	case "HC":
		text, _ := q.text("last_days")
		back := new(big.Int).Mul(big.NewInt(castPHP(text)), big.NewInt(86400))
		return span{from: held(back.Sub(big.NewInt(now.Unix()), back)), to: now.Unix()}, true
	}
	var own span
	own.from, own.fromAsSent = s.bound(q, "time_from", 0)
	own.to, own.toAsSent = s.bound(q, "time_to", now.Unix())
	return own, true
}

// bound reads one end of a period that the client names itself.
func (s slowShop) bound(q question, name string, otherwise int64) (second int64, asSent bool) {
	text, isText := q.text(name)
	parts := strings.Split(text, "/")
	switch _, sent := q.values[name]; {
	case !isText && sent: // a list: left alone
		return otherwise, true
	case q.blank(name):
		return otherwise, false
	case isNumeric(text), len(parts) != 2 && len(parts) != 3:
		return castPHP(text), true
	}
	a, b, year := int(castPHP(parts[0])), int(castPHP(parts[1])), 0
	if len(parts) == 3 {
		year = int(castPHP(parts[2]))
	}
	if year == 0 {
		year = s.now.In(s.zone).Year()
	}
	if s.dayFirst {
		a, b = b, a
	}
	if name == "time_to" {
		return time.Date(year, time.Month(a), b, 23, 59, 59, 0, s.zone).Unix(), false
	}
	return time.Date(year, time.Month(a), b, 0, 0, 0, 0, s.zone).Unix(), false
}

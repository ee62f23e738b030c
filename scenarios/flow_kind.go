package scenarios

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// A sort is what a value of an answer is taken for, and why.
type sort struct {
	typ    string // of its placeholder
	prefix string // what stays in the file before it: "ord_"
	why    string // the rule, for the trace
	maybe  bool   // a placeholder only if it comes back
	own    bool   // the id of the record that it is in
}

// Values that are short are never linked: they are equal by chance too often.
const (
	shortestNumber = 4
	shortestWord   = 6
	shortestCursor = 8
)

var (
	isUUID   = regexp.MustCompile(`^` + types["uuid"] + `$`)
	isTime   = regexp.MustCompile(`^` + types["time"] + `$`)
	isDigits = regexp.MustCompile(`^[0-9]+$`)
	isToken  = regexp.MustCompile(`^` + types["token"] + `$`)
	isULID   = regexp.MustCompile(`^(?:[a-z]{2,10}_)?[0-7][0-9A-HJKMNP-TV-Z]{25}$`)
	// prefixed is an id that tells what it is of.
	prefixed = regexp.MustCompile(`^([a-z]{2,10}_)([A-Za-z0-9]{6,})$`)
	idKey    = regexp.MustCompile(`^(?:ids?|uuid|guid)$|[_-](?:ids?|uuid|guid)$|[a-z](?:Ids?|IDs?|Uuid|UUID|Guid)$`)
	ownKey   = regexp.MustCompile(`^(?:id|uuid|guid)$`)
	timeKey  = regexp.MustCompile(`(?i)(?:^|_)(?:time|timestamp|date|at|on|since|until)$|[a-z](?:At|Time|Date|Timestamp)$`)
	traceKey = regexp.MustCompile(`(?i)^x?[_-]?(?:request|correlation|trace)[_-]?id$`)
	// plainNumber are keys of what is counted or paid: such numbers are no ids.
	plainNumber = regexp.MustCompile(`(?i)(?:cents|price|total|amount|count|quantity|spent|sum|tax|number_of|size|limit|page|weight)`)
)

var cursorKeys = []string{
	"cursor", "next", "prev", "previous", "nextpage", "prevpage", "previouspage", "nextcursor", "prevcursor", "previouscursor",
	"startcursor", "endcursor", "startingafter", "endingbefore", "pagetoken", "nextpagetoken", "prevpagetoken", "nexttoken", "continuation",
	"continuationtoken", "after", "before", "pageinfo", "scrollid", "bookmark",
}

func plainKey(key string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			return unicode.ToLower(c)
		}
		return -1
	}, key)
}

// sortOf tells what a value is by its key and its looks; false for what stays as
// it is. near is when it was told.
func sortOf(key, text string, number bool, near time.Time) (sort, bool) {
	if number {
		return sortOfNumber(key, text, near)
	}
	switch {
	case text == redactedWord || standIns.MatchString(text):
		return sort{}, false
	case isTime.MatchString(text):
		return sort{typ: "time", why: "a time"}, true
	case isUUID.MatchString(text):
		return sort{typ: "uuid", why: "a UUID", own: ownKey.MatchString(key)}, true
	case slices.Contains(cursorKeys, plainKey(key)) && len(text) >= shortestCursor && !strings.ContainsAny(text, " ?") && !strings.Contains(text, "://") && !strings.HasPrefix(text, "/"):
		return sort{typ: "cursor", why: "a cursor by its key"}, true
	case traceKey.MatchString(key) && len(text) >= shortestWord && isToken.MatchString(text):
		return sort{typ: "token", why: "the number of a request"}, true
	case idKey.MatchString(key) && isDigits.MatchString(text):
		return sort{typ: "digits", why: "an id by its key", own: ownKey.MatchString(key)}, len(text) >= shortestNumber
	case isULID.MatchString(text), idKey.MatchString(key) && len(text) >= shortestWord && isToken.MatchString(text) && strings.ContainsFunc(text, unicode.IsDigit):
		s := sort{typ: "token", why: "an id by its key", own: ownKey.MatchString(key)}
		if !idKey.MatchString(key) {
			s.why = "an id by its looks"
		}
		if m := prefixed.FindStringSubmatch(text); m != nil {
			s.prefix = m[1]
		}
		return s, true
	case timeKey.MatchString(key) && isDigits.MatchString(text) && aboutNow(text, near):
		return sort{typ: "digits", why: "a time in seconds"}, true
	case len(text) >= 8 && isToken.MatchString(text) && strings.ContainsFunc(text, unicode.IsDigit) && strings.ContainsFunc(text, unicode.IsLetter):
		return sort{typ: "token", why: "a made-up word that came back", maybe: true}, true
	}
	return sort{}, false
}

func sortOfNumber(key, text string, near time.Time) (sort, bool) {
	switch {
	case !isDigits.MatchString(text) || len(text) < shortestNumber:
		return sort{}, false
	case timeKey.MatchString(key) && aboutNow(text, near):
		return sort{typ: "unix", why: "a time in seconds"}, true
	case idKey.MatchString(key):
		return sort{typ: "int", why: "an id by its key", own: ownKey.MatchString(key)}, true
	case len(text) >= shortestWord && !plainNumber.MatchString(key):
		return sort{typ: "int", why: "a long number that came back", maybe: true}, true
	}
	return sort{}, false
}

// aboutNow tells whether a number is a time in seconds, ten years off at most.
func aboutNow(text string, near time.Time) bool {
	n, err := strconv.ParseInt(text, 10, 64)
	return err == nil && len(text) == 10 && time.Unix(n, 0).Sub(near).Abs() < 10*366*24*time.Hour
}

// sortOfSent tells what a client has made up by itself: a random UUID, or the time.
// All else that it says by itself is meant as it is.
func sortOfSent(key, text string, number bool, at time.Time) (sort, bool) {
	switch {
	case number && timeKey.MatchString(key) && aboutNow(text, at):
		n, _ := strconv.ParseInt(text, 10, 64)
		return sort{typ: "unix", why: "the time of the request"}, time.Unix(n, 0).Sub(at).Abs() < 25*time.Hour
	case number:
		return sort{}, false
	case isUUID.MatchString(text) && text[14] == '4':
		return sort{typ: "uuid", why: "a UUID of the client"}, true
	case isTime.MatchString(text):
		t, err := time.Parse(time.RFC3339Nano, text)
		return sort{typ: "time", why: "the time of the request"}, err == nil && t.Sub(at).Abs() < 25*time.Hour
	}
	return sort{}, false
}

// redactedWord stands where a credential was.
const redactedWord = "redacted"

// standIns find what stands for a person.
var standIns = regexp.MustCompile(`(?i)\bperson[1-9][0-9]*(?:\+tag[1-9][0-9]*)?@example\.com\b|\b(?:first|last|city|company|login)[1-9][0-9]*\b|\b[1-9][0-9]* example street\b`)

// wholeIDs are the words of a text that may be values of their own.
var wholeIDs = regexp.MustCompile(`[A-Za-z0-9][A-Za-z0-9_-]*`)

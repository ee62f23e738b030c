package conformance

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"
)

// A knownFailure is one line of the file of known failures.
type knownFailure struct {
	at     string // "conformance.known:3"
	id     string
	reason string
	why    string // part of the finding
	see    string
	until  time.Time // the day on which it ends
}

// over tells whether the last day has passed.
func (k knownFailure) over(today time.Time) bool { return !today.Before(k.until.AddDate(0, 0, 1)) }

// covers tells whether the check fails for the recorded reason.
func (k knownFailure) covers(f Finding) bool { return strings.Contains(f.String(), k.why) }

func readKnown(fsys fs.FS, name string) ([]knownFailure, error) {
	text, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, err
	}
	var all []knownFailure
	number := 0
	for line := range strings.Lines(string(text)) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		k, err := parseKnown(line)
		k.at = fmt.Sprintf("%s:%d", name, number)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", k.at, err)
		}
		if i := slices.IndexFunc(all, func(o knownFailure) bool { return o.id == k.id }); i >= 0 {
			return nil, fmt.Errorf("%s: %s stands at %s already", k.at, k.id, all[i].at)
		}
		all = append(all, k)
	}
	return all, nil
}

var knownWords = []string{"reason", "until", "see", "why"}

func parseKnown(line string) (knownFailure, error) {
	id, rest, _ := strings.Cut(line, " ")
	k := knownFailure{id: id}
	fields := map[string]string{}
	for rest = strings.TrimSpace(rest); rest != ""; rest = strings.TrimSpace(rest) {
		key, after, ok := strings.Cut(rest, "=")
		if !ok || strings.ContainsAny(key, " \t\"") {
			return k, fmt.Errorf("want key=value, not %q", rest)
		}
		if !slices.Contains(knownWords, key) {
			return k, fmt.Errorf("unknown word %q%s", key, didYouMean(key, knownWords))
		}
		if _, twice := fields[key]; twice {
			return k, fmt.Errorf("%s is given twice", key)
		}
		value, after, err := knownValue(after)
		if err != nil {
			return k, fmt.Errorf("%s: %w", key, err)
		}
		fields[key], rest = value, after
	}
	for _, key := range []string{"reason", "until", "why"} {
		if fields[key] == "" {
			return k, fmt.Errorf("%s has no %s=", id, key)
		}
	}
	until, err := time.Parse(time.DateOnly, fields["until"])
	if err != nil {
		return k, fmt.Errorf("until=%s: want a day such as 2027-01-31", fields["until"])
	}
	k.reason, k.why, k.see, k.until = fields["reason"], fields["why"], fields["see"], until
	return k, nil
}

// knownValue reads a value up to the next blank, or between double quotes.
func knownValue(text string) (value, rest string, err error) {
	if !strings.HasPrefix(text, `"`) {
		value, rest, _ = strings.Cut(text, " ")
		return value, rest, nil
	}
	value, rest, ok := strings.Cut(text[1:], `"`)
	if !ok {
		return "", "", fmt.Errorf("the quotes are not closed")
	}
	if rest != "" && rest[0] != ' ' {
		return "", "", fmt.Errorf("want a blank after the quotes, not %q", rest)
	}
	return value, rest, nil
}

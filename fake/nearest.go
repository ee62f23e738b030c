package fake

import "strings"

// Nearest gives the word of a list that a misspelt one most likely meant, and
// "" where none is near: at most a third of its letters may differ.
func Nearest(word string, of []string) string {
	best, least := "", max(1, len(word)/3)+1
	for _, o := range of {
		if max(len(word)-len(o), len(o)-len(word)) >= least {
			continue // no need to compare what is so much longer or shorter
		}
		if d := distance(strings.ToLower(word), strings.ToLower(o)); d < least {
			best, least = o, d
		}
	}
	return best
}

// distance is the number of insertions, deletions, replacements and swaps of
// neighbours between two texts.
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

// didYouMean is the tail of an error text: "" or " (did you mean x?)".
func didYouMean(word string, of []string) string {
	if near := Nearest(word, of); near != "" {
		return " (did you mean \"" + near + "\"?)"
	}
	return ""
}

package golden

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
)

// splitPath cuts a gjson path at its dots. What cannot name a place in a
// document is an error.
func splitPath(path string) ([]string, error) {
	if path == "@this" {
		return nil, nil
	}
	var words []string
	word, depth, quoted := "", 0, false
	for i := 0; i < len(path); i++ {
		c := path[i]
		switch {
		case c == '\\' && i+1 < len(path):
			word += path[i : i+2]
			i++
			continue
		case c == '"' && depth > 0:
			quoted = !quoted
		case quoted:
		case c == '(':
			depth++
		case c == ')':
			depth--
		case depth > 0:
		case c == '|':
			return nil, fmt.Errorf("a pipe names no place in a document")
		case c == '.':
			words = append(words, word)
			word = ""
			continue
		}
		word += string(c)
	}
	for _, w := range append(words, word) {
		switch {
		case w == "":
			return nil, fmt.Errorf("a word of the path is empty")
		case strings.ContainsAny(w[:1], "@!{["):
			return nil, fmt.Errorf("%q names no place in a document", w)
		case depth != 0 || quoted, w[0] == '#' && w != "#" && (!strings.HasPrefix(w, "#(") || !strings.HasSuffix(strings.TrimSuffix(w, "#"), ")")):
			return nil, fmt.Errorf("%q is no query; it is #(…) or #(…)#", w)
		}
	}
	return append(words, word), nil
}

// find gives the values at a path. A # over an empty array matches, and finds
// nothing: a list may be empty.
func (n *node) find(words []string) (found []*node, matches bool) {
	if len(words) == 0 {
		return []*node{n}, true
	}
	next, matches := n.step(words[0])
	if len(next) == 0 {
		return nil, matches
	}
	matches = false
	for _, child := range next {
		more, ok := child.find(words[1:])
		found, matches = append(found, more...), matches || ok
	}
	return found, matches
}

// step follows one word of a path. A key with wildcards stands for every
// member that it fits, and so does a key that is doubled: which of them comes
// first is no property of the document.
func (n *node) step(word string) (next []*node, matches bool) {
	switch {
	case n.leaf():
		return nil, false
	case word[0] == '#' && n.kind == object:
		return nil, false
	case word[0] == '#':
		query, all := strings.CutSuffix(word, "#")
		for _, m := range n.members {
			if query == "" || gjson.Get("["+m.raw+"]", query).Exists() {
				next = append(next, m.node)
			}
			if !all && len(next) == 1 {
				break
			}
		}
		return next, len(next) > 0 || len(n.members) == 0
	}
	for i, m := range n.members {
		if n.kind == array && word == strconv.Itoa(i) || n.kind == object && gjson.Get("{"+m.key+":0}", word).Exists() {
			next = append(next, m.node)
		}
	}
	return next, len(next) > 0
}

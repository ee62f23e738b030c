package scenarios

import (
	"embed"
	"io/fs"
)

//go:embed library
var library embed.FS

// Library gives the scenarios that are shipped for an API, in the order of their
// names; none for an API that has none.
func Library(api string) []*Scenario {
	var all []*Scenario
	files, err := fs.Glob(library, "library/"+api+"/*.txtar")
	if err != nil {
		return nil // an API whose name is a bad pattern has none
	}
	for _, file := range files {
		s, err := Load(library, file)
		if err != nil {
			panic(err) // a test loads them all
		}
		all = append(all, s)
	}
	return all
}

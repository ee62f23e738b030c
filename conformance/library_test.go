package conformance

import (
	"strings"
	"testing"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/scenarios"
)

// Each fault is an incident in some file, and each API has enough of them to be
// learned from.
func TestLibraryHasEachFault(t *testing.T) {
	t.Parallel()
	shown, text := map[string]bool{}, ""
	for _, api := range []string{"bonify", "cartfunnel", "cartly", "cscart", "fluidpay"} {
		all := scenarios.Library(api)
		if len(all) < fewest[api] {
			t.Errorf("%s has %d files, want %d", api, len(all), fewest[api])
		}
		for _, s := range all {
			text += string(s.Format())
			words := strings.Fields(string(s.Format()))
			for i, word := range words[1:] {
				if before := words[i]; before == "fault" || before == "!!" {
					shown[word] = true
				}
			}
		}
	}
	for _, name := range fake.FaultNames() {
		if !shown[name] {
			t.Errorf("no file of the library shows %s", name)
		}
	}
	for _, words := range []string{ // each is another incident of its fault
		" overtake when=", " overtake by=retry ", " overtake with=", " duplicate gap=", " duplicate parallel=", " revoked hooks=off ",
		" form=date\n", " form=fraction\n", " form=garbage\n", " form=negative\n", " form=zero\n",
	} {
		if !strings.Contains(text, words) {
			t.Errorf("no file of the library has %q", words)
		}
	}
}

// fewest is how many files each API has at least.
var fewest = map[string]int{"bonify": 8, "cartfunnel": 8, "cartly": 12, "cscart": 8, "fluidpay": 8}

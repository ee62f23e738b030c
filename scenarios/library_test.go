package scenarios_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/scenarios"
)

// Every shipped story stands as Format writes it. What clients make of them is for
// the tests of package conformance.
func TestLibraryIsInOrder(t *testing.T) {
	t.Parallel()
	for _, api := range []string{"bonify", "cartfunnel", "cartly", "cscart", "fluidpay"} {
		files, err := os.ReadDir("library/" + api)
		require.NoError(t, err)
		all := scenarios.Library(api)
		require.Len(t, all, len(files), api)
		for i, s := range all {
			assert.Equal(t, s.Name()+".txtar", files[i].Name())
			assert.Equal(t, api, s.API(), s.Name())
			text, err := os.ReadFile("library/" + api + "/" + files[i].Name())
			require.NoError(t, err)
			assert.Equal(t, string(text), string(s.Format()), s.Name())
		}
	}
	assert.Empty(t, scenarios.Vet(os.DirFS("library")))
	assert.Empty(t, scenarios.Library("nobody"))
	assert.Empty(t, scenarios.Library("["), "a name that is a broken pattern")
}

func ExampleLibrary() {
	for _, s := range scenarios.Library("cartfunnel") {
		fmt.Println(s.Name())
	}
	// Output:
	// address-taken
	// bad-day
	// clock-behind
	// dropped-note
	// half-answers
	// key-withdrawn
	// late-list
	// limited-list
	// lost-save
	// new-release
	// one-deploy
	// sent-to-login
	// shop-moves-on
	// worn-connection
	// wrong-account
}

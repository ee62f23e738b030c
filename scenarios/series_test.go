package scenarios_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// statusesOf are those of so many reads of one customer, a second apart.
func statusesOf(t *testing.T, c shopper, n int) (got []int) {
	t.Helper()
	for range n {
		status, _, err := c.do(http.MethodGet, "/customers/1.json", "")
		require.NoError(t, err)
		got = append(got, status)
		c.pass(time.Second)
	}
	return got
}

// A fault of a step that is taken several times goes on from one call to the next,
// and ends as its own words say. The next step begins anew, and so does another run.
func TestFaultsOfAStepGoOn(t *testing.T) {
	t.Parallel()
	for fault, want := range map[string][]int{
		"burst calls=9 mix=500,502,503":       {500, 502, 503, 500, 502},
		"burst calls=2 mix=503,502":           {503, 502, 200, 200, 200},
		"burst for=2500ms":                    {500, 500, 500, 200, 200},
		"rate-limited times=1 retry-after=1s": {429, 200, 200, 200, 200},
		"server-error status=504":             {504, 504, 504, 504, 504},
	} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := story(t, "state customers=1\n-> GET ~/customers/1.json x5\n<- fault "+fault+"\n-> GET ~/customers/1.json x5\n<- live !! "+fault+"\n")
				for range 2 {
					c := newShopper(s.Start(t))
					assert.Equal(t, want, statusesOf(t, c, 5))
					assert.Equal(t, want, statusesOf(t, c, 5), "the next step")
				}
			})
		})
	}
}

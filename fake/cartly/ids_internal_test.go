package cartly

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestIDs(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{
		1:             "wh_01H80000000000000000000001",
		31:            "wh_01H8000000000000000000000Z",
		32:            "wh_01H80000000000000000000010",
		math.MaxInt64: "wh_01H80000000007ZZZZZZZZZZZZ",
	} {
		assert.Equal(t, want, formatID(hookID, n))
		assert.Equal(t, n, numberOf(hookID, want))
	}
	for _, id := range []string{
		"", "x", "wh_01H8", "wh_01H8000000000000000000001", "wh_01H800000000000000000000001", "cus_01H80000000000000000000001",
		"wh_01H8000000000000000000000I", "wh_01H8000000000000000000000z", "wh_01H88000000000000000000000", "wh_01H80000000000000000000000",
	} {
		assert.Zero(t, numberOf(hookID, id), id)
	}
}

func TestSequence(t *testing.T) {
	t.Parallel()
	q := &sequence{prefix: customerID, chosen: map[string]place{}}
	give := func(n int64) string { q.last = n; return formatID(customerID, n) }
	var made []string
	q.put("z")
	made = append(made, "z", give(1))
	q.put("b")
	q.put("a")
	q.put("z") // keeps its place
	made = append(made, "b", "a", give(2))
	q.put(formatID(customerID, 1)) // as in a snapshot that is put back
	sorted := slices.Clone(made)
	slices.Sort(sorted)
	slices.SortFunc(sorted, q.compare)
	assert.Equal(t, made, sorted)
	assert.Zero(t, q.compare("a", "a"))
}

package main

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTourShowsTheThreeJobs(t *testing.T) {
	t.Parallel()
	var out, errs bytes.Buffer
	require.Equal(t, exitOK, run(context.Background(), []string{"tour"}, &out, &errs), errs.String())
	for _, want := range []string{
		"saved with id 2",
		"status 200, and yet not saved: Email has already been taken",
		"lost-save, right client: green",
		"lost-save, careless client: red",
		"see GEN-DUP-01",
		"right client\n\n     customers (cartfunnel",
		"FAIL CFN-SAVE-01",
		"FAIL CFN-PAGE-01",
		"cartfunnel:94-96",
		"nothing left this process",
	} {
		require.Contains(t, out.String(), want)
	}
	require.Empty(t, errs.String())
}

// A stop that goes wrong is a failure of the command, and says which.
func TestTourFailsWhenAStopDoes(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var out, errs bytes.Buffer
	require.Equal(t, exitFailed, run(ctx, []string{"tour"}, &out, &errs))
	require.Contains(t, errs.String(), "cartdouble tour: 1. Start a fake and drive it: ")
	require.Contains(t, errs.String(), "context canceled")
}

func TestRunnerIsATestOfItsOwn(t *testing.T) {
	t.Parallel()
	r := &runner{name: "own"}
	var order []string
	problems := r.during(func() {
		r.Cleanup(func() { order = append(order, "first") })
		r.Cleanup(func() { order = append(order, "second") })
		r.Errorf("one %d", 1)
		r.Fatalf("two")
		order = append(order, "never")
	})
	require.Equal(t, []string{"one 1", "two"}, problems)
	require.Equal(t, []string{"second", "first"}, order)
	require.True(t, r.Failed())
	require.EqualError(t, none(problems), "one 1\ntwo")
	require.NoError(t, none(nil))
}

package cscart_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cscart"
	"github.com/cartdouble/cartdouble/golden"
)

// A setting is where a worked exchange begins, and what the fake notes of it.
type setting struct {
	options   []fake.Option
	prepare   func(t *testing.T, store *cscart.Server)
	anonymous bool // the first request has no credentials
	notes     []string
}

// worked are the exchanges by number. Those with several requests hold them on
// one server, one after the other, each in a file of its own.
var worked = map[int]setting{
	1: {prepare: sampleList},
	2: {prepare: sampleList, options: options(cscart.WithDefaultSort("customer", "asc"))},
	3: {prepare: sampleCart},
	4: {prepare: with(ann)},
	5: {prepare: sampleCart, notes: []string{"no-route"}},
	6: {prepare: sampleCart},
	7: {prepare: func(t *testing.T, store *cscart.Server) {
		sampleCart(t, store)
		store.RefuseDelete(3, "")
	}},
	8: {prepare: sampleCart, notes: []string{"ignored-body"}},
	9: {anonymous: true},
	10: {prepare: sampleCart, notes: []string{"no-route"}, options: options(cscart.WithUser(cscart.APIUser{
		Email: "clerk@example.com", Key: "CartDoubleTestKey000000000000002", Privileges: []fake.Scope{cscart.ViewUsers},
	}))},
	11: {},
	12: {},
	13: {notes: []string{"no-route", "no-route"}},
	14: {prepare: filterSet, notes: []string{"zero-id"}},
	15: {notes: []string{"ignored-parameter: foo"}},
	16: {prepare: filterSet},
	17: {prepare: filterSet, notes: []string{"ignored-parameter: user_type (users_type?)", "ignored-parameter: user_type (users_type?)"}},
	18: {prepare: filterSet, notes: []string{"no-limit"}},
	19: {prepare: filterSet, notes: []string{"switched-on: with_info_only=false"}},
	20: {prepare: filterSet, notes: []string{"inert: time_from"}},
	21: {prepare: filterSet},
	22: {prepare: filterSet, notes: []string{"fallback: sort_by=total", "fallback: sort_order=up", "list-parameter: p_ids"}},
	23: {prepare: with(g1, g2, g3, wished)},
	24: {prepare: sampleList},
	25: {prepare: with(g2), options: options(cscart.WithEngine(cscart.Engine420))},
}

func options(o ...fake.Option) []fake.Option { return o }

var goldenName = regexp.MustCompile(`^([A-Za-z]+)_X([0-9]+)(?:_([0-9]+))?\.txtar$`)

// goldens holds the exchanges whose requests are of one operation, each on a
// fake of its own, after the requests before it under the same number.
func goldens(t *testing.T, op string) {
	t.Helper()
	files, err := filepath.Glob("testdata/golden/" + op + "_X*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		parts := goldenName.FindStringSubmatch(filepath.Base(file))
		require.NotNil(t, parts, file)
		number, err := strconv.Atoi(parts[2])
		require.NoError(t, err)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := worked[number]
			store := still(t, append(options(fake.Allow("no-route")), s.options...)...)
			if s.prepare != nil {
				s.prepare(t, store)
			}
			before, _ := strconv.Atoi(parts[3])
			for i := 1; i < before; i++ {
				say(t, store, number, i)
			}
			var header []golden.Option
			if !s.anonymous || before > 1 {
				header = append(header, golden.Header("Authorization", basic(store.Email(), store.APIKey())))
			}
			golden.Replay(t, name, store.Client(), store.BaseURL(), header...)
			calls := store.Calls()
			want := op
			if op == "NoRoute" {
				want = ""
			}
			assert.Equal(t, want, calls[len(calls)-1].Op, "what the journal calls it")
			assert.Equal(t, op == "DeleteCart" && calls[len(calls)-1].Status == 204, calls[len(calls)-1].Committed)
		})
	}
}

// say sends an earlier request of a conversation.
func say(t *testing.T, store *cscart.Server, number, request int) {
	t.Helper()
	files, err := filepath.Glob("testdata/golden/*_X" + strconv.Itoa(number) + "_" + strconv.Itoa(request) + ".txtar")
	require.NoError(t, err)
	require.Len(t, files, 1)
	script, err := golden.ReadFile(files[0])
	require.NoError(t, err)
	for _, x := range script.Exchanges {
		me := clientOf(t, store)
		if worked[number].anonymous && request == 1 {
			me.basic = ""
		}
		var headers []string
		for _, h := range x.Request.Header {
			headers = append(headers, h.Name+": "+h.Value)
		}
		got := me.send(x.Request.Method, x.Request.Target, string(x.Request.Body), headers...)
		require.Equal(t, string(x.Response.Body), got.body)
	}
}

func TestListCarts(t *testing.T) {
	t.Parallel()
	goldens(t, "ListCarts")
}

func TestGetCart(t *testing.T) {
	t.Parallel()
	goldens(t, "GetCart")
}

func TestDeleteCart(t *testing.T) {
	t.Parallel()
	goldens(t, "DeleteCart")
}

func TestGetVersion(t *testing.T) {
	t.Parallel()
	goldens(t, "GetVersion")
}

func TestNoRoute(t *testing.T) {
	t.Parallel()
	goldens(t, "NoRoute")
}

// The notes are those of the whole conversation under a number.
func TestNotesOfWorkedExchanges(t *testing.T) {
	t.Parallel()
	found, err := os.ReadDir("testdata/golden")
	require.NoError(t, err)
	requests := map[int]int{}
	for _, f := range found {
		parts := goldenName.FindStringSubmatch(f.Name())
		require.NotNil(t, parts, f.Name())
		number, _ := strconv.Atoi(parts[2])
		requests[number]++
	}
	require.Len(t, requests, len(worked))
	for number, s := range worked {
		t.Run(strconv.Itoa(number), func(t *testing.T) {
			t.Parallel()
			store := still(t, append(options(fake.Allow("no-route")), s.options...)...)
			if s.prepare != nil {
				s.prepare(t, store)
			}
			if requests[number] == 1 {
				one, err := filepath.Glob("testdata/golden/*_X" + strconv.Itoa(number) + ".txtar")
				require.NoError(t, err)
				require.Len(t, one, 1)
				script, err := golden.ReadFile(one[0])
				require.NoError(t, err)
				x := script.Exchanges[0].Request
				clientOf(t, store).send(x.Method, x.Target, string(x.Body))
			}
			for i := 1; requests[number] > 1 && i <= requests[number]; i++ {
				say(t, store, number, i)
			}
			got := notes(store)
			assert.Len(t, got, len(s.notes), "%q", got)
			for i := range min(len(got), len(s.notes)) {
				assert.True(t, strings.HasPrefix(got[i], s.notes[i]), "want %s, got %s", s.notes[i], got[i])
			}
		})
	}
}

package vectors

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/cartdouble/cartdouble/conformance/internal/reference"
)

// thenNothing is a network on which the first request has the answer of a test,
// and what is asked for next is the end of the list.
type thenNothing struct {
	always
	asked []string // queries
}

func (n *thenNothing) RoundTrip(r *http.Request) (*http.Response, error) {
	n.asked = append(n.asked, r.URL.RawQuery)
	if len(n.asked) > 1 {
		n.Test = Test{Status: http.StatusOK, Body: ptr(`{"status":"okay","customers":[]}`)}
	}
	return n.always.RoundTrip(r)
}

// listedBy lets the reference client list, and tells what is wrong with what it
// makes of the first page.
func listedBy(t *testing.T, bug *reference.Bug, c Case) error {
	net := &thenNothing{always: always{c.Test}}
	client := reference.NewBonify("https://apps.bonify.io/v2", "shop.example.com", "key", &http.Client{Transport: net}, bug)
	got, err := client.List(t.Context())
	want := wants[paged](t, c.Test)
	if err != nil || !want.OK {
		if (err == nil) != want.OK {
			return fmt.Errorf("error %v", err)
		}
		return nil
	}
	var ids []string
	for _, one := range got {
		ids = append(ids, fmt.Sprint(one.ID))
	}
	if !slices.Equal(ids, want.IDs) {
		return fmt.Errorf("ids %v", ids)
	}
	if more := len(net.asked) > 1; more != (want.Next != "") {
		return fmt.Errorf("%d requests", len(net.asked))
	}
	if want.Next == "" {
		return nil
	}
	sent, err := url.ParseQuery(net.asked[1])
	if err != nil {
		return err
	}
	if read := sent["next_page"]; !slices.Equal(read, []string{want.Next}) {
		return fmt.Errorf("the server reads %q", read)
	}
	return nil
}

func TestReferenceOnPages(t *testing.T) {
	t.Parallel()
	for bug, want := range map[string]string{
		"":             "",
		"BON-ENV-01a":  "Failed 1",
		"BON-PAGE-02a": "Escapes 5, FewerOne 1, PrevPage 1",
		"BON-PAGE-02b": "Escapes 6, FewerOne 1, PrevPage 1",
		"BON-PAGE-03c": "PrevPage 1",
		"BON-PAGE-06b": "FewerOne 1",
		"BON-TYPE-01a": "BigID 1",
		"BON-TYPE-01b": "BigID 2",
	} {
		t.Run(bug, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				onVectors(t, bug, "bonify_cursors_v1.json", want, listedBy)
			})
		})
	}
}

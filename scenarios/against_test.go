package scenarios_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/bonify"
	"github.com/cartdouble/cartdouble/fake/cartfunnel"
	"github.com/cartdouble/cartdouble/scenarios"
)

const recordedShop = `origin   recorded 2025-03-01 rules=cartfunnel+1
clock    2025-03-01T09:00:00Z
state    customers=2
auth     account=myshop secret={{secret.api}}

-> POST ~/customers.json @ann
<- 200 @created
-> GET ~/customers/{{id}}.json
<- 200 @one
-> GET ~/customers.json query=page=1
<- live
advance 1h
-> GET ~/customers/99.json
<- 404
-> GET ~/customers.json query=page=2
<- fault server-error

-- ann.json --
{"customer": {"email": "{{mail:email}}"}}
-- created.json --
{"id": "{{id:int}}", "email": "{{mail}}", "accepts_marketing": "false", "persisted": "true"}
-- one.json --
X-Request-Id: {{:uuid}}

{"id": "{{id}}", "email": 7, "gone": {"a": 1}, "first_name": null}
`

func TestCompareWithTheFake(t *testing.T) {
	t.Parallel()
	s := story(t, recordedShop)
	ds, err := s.CompareFake(context.Background())
	require.NoError(t, err)
	var told []string
	for _, d := range ds {
		if d.Grade != scenarios.Note {
			told = append(told, d.String())
		}
	}
	assert.Equal(t, []string{
		"s.txtar:10: warning: header X-Request-Id: recorded there, got nothing",
		`s.txtar:10: failure: email: recorded number, got string`,
		`s.txtar:10: warning: gone: recorded object, got nothing`,
	}, told)
	assert.Contains(t, ds, scenarios.Difference{At: "s.txtar:10", Grade: scenarios.Note, Path: "created_at", Recorded: "nothing", Got: "string"})
}

func TestCompareWithNothing(t *testing.T) {
	t.Parallel()
	_, err := story(t, "-> GET ~/customers.json\n<- live\n").CompareFake(context.Background())
	assert.EqualError(t, err, "scenarios: s.txtar: no answer of it stands in the file, so nothing is compared")
	_, err = scenarios.New("cartfunel").CompareFake(context.Background())
	assert.ErrorContains(t, err, "unknown API")
	_, err = scenarios.New("cartfunel").CompareTo(context.Background(), nil, "")
	assert.ErrorContains(t, err, "unknown API")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = story(t, recordedShop).CompareFake(ctx)
	assert.ErrorIs(t, err, context.Canceled)
}

// Another service is only read, with the credentials that the test gives.
func TestCompareWithAService(t *testing.T) {
	t.Parallel()
	shop := cartfunnel.Start(t, cartfunnel.WithAccount("myshop", "s3cret-of-the-shop"), fake.Allow("foreign-host"))
	shop.Customers.Add(cartfunnel.Customer{Email: "eve@example.com"})
	s := story(t, "origin recorded 2025-03-01\nauth account=myshop secret={{secret.api}}\n-> GET ~/customers.json\n<- 200 @list\n-> PATCH ~/customers/1.json\n<- 200\n-> POST ~/customers.json\n<- live\n-- list.json --\n[{\"id\": \"{{:int}}\", \"email\": \"{{:email}}\", \"orders_count\": \"0\"}]\n")
	ds, err := s.CompareTo(context.Background(), shop.Client(), shop.BaseURL()+"/", scenarios.Secret("api", "s3cret-of-the-shop"))
	require.NoError(t, err)
	assert.Len(t, shop.Calls(), 1, "nothing was written")
	assert.Contains(t, ds, scenarios.Difference{At: "s.txtar:7", Grade: scenarios.Note, Path: "the answer", Recorded: "PATCH", Got: "not asked: it may write"})
	assert.Contains(t, ds, scenarios.Difference{At: "s.txtar:5", Grade: scenarios.Failure, Path: "[].orders_count", Recorded: "string", Got: "number"})

	ds, err = s.CompareTo(context.Background(), shop.Client(), shop.BaseURL())
	require.NoError(t, err)
	assert.Contains(t, ds, scenarios.Difference{At: "s.txtar:5", Grade: scenarios.Failure, Path: "status", Recorded: "200", Got: "403"})

	_, err = s.CompareTo(context.Background(), shop.Client(), "https://api.cartfunnel.net/v2")
	assert.EqualError(t, err, "scenarios: https://api.cartfunnel.net/v2: want a base URL that ends in /v1")
	_, err = s.CompareTo(context.Background(), shop.Client(), "https://elsewhere.example.com/v1")
	assert.ErrorContains(t, err, "s.txtar:4: -> GET ~/customers.json: ")
}

// What the limit of the service refuses is asked again when it may be.
func TestCompareWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		shop := bonify.Start(t, fake.Allow("too-soon"))
		s := storyOf(t, "bonify", "-> GET ~/customers x2\n<- 200 @page\n-> GET ~/customers\n<- 200 @page\n-> GET ~/customers wait=1h..\n<- 200 @page\n-- page.json --\n{\"status\": \"okay\"}\n")
		begun := time.Now()
		credentials := shop.Credentials()
		s2 := scenarios.New("bonify", scenarios.Line("auth shop_domain="+credentials["shop_domain"]+" api_key={{secret.k}}"))
		s2.Expect("GET ~/customers").Answer(200, scenarios.Body(`{"status": "okay"}`))
		s2.Expect("GET ~/customers").Answer(200, scenarios.Body(`{"status": "okay"}`))
		s2.Expect("GET ~/customers wait=1h..").Answer(200, scenarios.Body(`{"status": "okay"}`))
		ds, err := s2.CompareTo(context.Background(), &http.Client{Transport: shop.Transport()}, shop.BaseURL(), scenarios.Secret("k", credentials["api_key"]))
		require.NoError(t, err)
		for _, d := range ds {
			assert.Equal(t, scenarios.Note, d.Grade, d)
		}
		assert.Equal(t, time.Hour+2*time.Second, time.Since(begun))

		ds, err = s.CompareFake(context.Background())
		require.NoError(t, err)
		for _, d := range ds {
			assert.Equal(t, scenarios.Note, d.Grade, d)
		}
		assert.Equal(t, time.Hour+2*time.Second, time.Since(begun), "its clock is its own")
	})
}

// The recording tells who gave the field; the fake does not have it any more.
func ExampleScenario_CompareFake() {
	s := scenarios.New("cartfunnel", scenarios.State(`{"customers": [{"id": 1, "email": "ann@example.com"}]}`))
	s.Expect("GET ~/customers/1.json").Answer(200, scenarios.Body(`{"id": "1", "email": "{{:email}}", "shoe_size": 41}`))
	differences, err := s.CompareFake(context.Background())
	if err != nil {
		panic(err)
	}
	for _, d := range differences {
		if d.Grade != scenarios.Note {
			fmt.Println(d.Grade, d.Path, "recorded", d.Recorded, "got", d.Got)
		}
	}
	// Output:
	// failure id recorded string got number
	// warning shoe_size recorded number got nothing
}

package scenarios_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/scenarios"
)

// The words after "with", and those that they do not take.
func TestCscartOptionsInFiles(t *testing.T) {
	t.Parallel()
	const story = "scenario 1 cscart\nclock    2016-06-21T16:00:00Z\nstate    carts=3\nwith     %s\n\n-> GET ~/api/carts/ query=*\n<- live\n"
	for words, want := range map[string]string{
		"page-size 2":                     `"items_per_page":2`,
		"company 7":                       `"company_id":"7"`,
		"engine 4.20":                     `"storefront_id":"1"`,
		"edition multivendor":             `"company_id":0`,
		"default-sort customer asc":       `"sort_by":"customer"`,
		"addons":                          `"total_items":"3"`,
		"addons wishlist janrain":         `"total_items":"3"`,
		"timezone America/New_York":       `"total_items":"3"`,
		"day-first":                       `"total_items":"3"`,
		"array-ids no-match":              `"total_items":"3"`,
		"user a@example.com k view_users": `"total_items":"3"`,
	} {
		t.Run(words, func(t *testing.T) {
			t.Parallel()
			c := newShopper(startText(t, strings.Replace(story, "%s", words, 1)))
			assert.Contains(t, c.must(t, 200, "GET", "/api/carts/", ""), want)
		})
	}
	for words, want := range map[string]string{
		"engine 5": `"5"`, "page-size x": "x", "timezone Nowhere/Else": "Nowhere/Else", "timezone": "the name of a zone", "default-sort date": "a key and a direction",
		"user a@example.com": "an e-mail address", "https-only yes": "no argument", "addons gifts": "gifts", "company 0": "company 0",
	} {
		t.Run(words, func(t *testing.T) {
			t.Parallel()
			watched := watch(func(w *spy) { startText(w, strings.Replace(story, "%s", words, 1)) })
			require.NotEmpty(t, watched.failures())
			assert.Contains(t, watched.failures()[0], want)
		})
	}
}

// The words after "with" are the options of the fake.
func TestFluidpayOptions(t *testing.T) {
	t.Parallel()
	const shop = "\n-- shop.json --\n{\"carts\": [{\"id\": \"c\", \"name\": \"Spring\"}]}\n"
	for with, want := range map[string]string{
		"empty-lists":             `GET /product -> "data":[]`,
		"document-shapes":         `GET /cart -> "deleted_at":null}]}`,
		"older-keys":              `GET /cart/c -> "shopify_hash":""`,
		"search-msg ok":           `POST /cart/search -> "msg":"ok"`,
		"page-size 1":             `POST /cart/search -> "total_count":1}`,
		"strict-limit":            `POST /cart/search -> "total_count":1}`,
		"lenient-search":          `POST /cart/search -> "total_count":1}`,
		"token abc":               `GET /cart -> "total_count":1}`,
		"deletes readable":        `GET /cart -> "total_count":1}`,
		"control-panel":           `GET /cart -> "total_count":1}`,
		"merchant another api_No": `GET /cart -> "total_count":1}`,
	} {
		t.Run(with, func(t *testing.T) {
			t.Parallel()
			request, reply, _ := strings.Cut(want, " -> ")
			method, path, _ := strings.Cut(request, " ")
			run := startText(t, "scenario 1 fluidpay\nclock 2025-05-08T16:00:00Z\nstate @shop\nwith "+with+"\n\n-> "+method+" /api/merchant/testmerchant12345678"+path+"\n<- live\n"+shop)
			body := ""
			if method == "POST" {
				body = "{}"
			}
			assert.Contains(t, newShopper(run).must(t, 200, method, "/api/merchant/testmerchant12345678"+path, body), reply)
		})
	}
	for _, with := range []string{"page-size 101", "deletes never", "merchant x", "merchant testmerchant12345678 api_x", "control-panel now", "page-size ten"} {
		_, err := storyText("scenario 1 fluidpay\nwith " + with + "\n")
		assert.Error(t, err, with)
	}
}

func storyText(text string) (*scenarios.Scenario, error) {
	return scenarios.Load(fstest.MapFS{"story.txtar": {Data: []byte(text)}}, "story.txtar")
}

func startText(t fake.TB, text string) *scenarios.Run {
	s, err := storyText(text)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return s.Start(t)
}

package bonify_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/bonify"
)

var operators = []string{"contains", "not_contains", "empty", "not_empty", "equals", "not_equals", "gt", "lt"}

// sorts are the operators that fields of each kind have, and a value for them.
var sorts = map[string]struct{ operators, value string }{
	"text":    {"contains not_contains empty not_empty equals not_equals", "x"},
	"tags":    {"contains not_contains empty not_empty equals not_equals", "x"},
	"word":    {"empty not_empty equals not_equals", "x"},
	"number":  {"equals not_equals gt lt", "1"},
	"custom":  {"empty not_empty equals not_equals gt lt", "1"},
	"date":    {"empty not_empty equals not_equals gt lt", "2025-01-01"},
	"boolean": {"equals not_equals", "true"},
}

// The filter fields: the 31 of the document, and custom ones.
var fields = map[string]string{
	"text":    "address1 address2 city company country province customer_first_name first_name customer_last_name last_name email multipass_identifier phone note_ choice_ many_",
	"tags":    "customer_tag tag",
	"word":    "email_marketing_state state product_subscriber_status",
	"number":  "customer_id id orders_count shop_id total_spent",
	"custom":  "size_",
	"date":    "activation_date customer_date first_order_date last_abandoned_order_date order_date updated_at born_",
	"boolean": "accepts_marketing verified_email",
}

var customFields = bonify.WithFields(
	bonify.Field{MachineName: "note_"}, bonify.Field{MachineName: "choice_", Type: bonify.Choice}, bonify.Field{MachineName: "many_", Type: bonify.MultiChoice},
	bonify.Field{MachineName: "size_", Type: bonify.Number}, bonify.Field{MachineName: "born_", Type: bonify.Date},
)

func TestEveryFieldAndOperator(t *testing.T) {
	t.Parallel()
	shop := still(t, customFields)
	c := clientOf(t, shop)
	documented := 0
	for sort, names := range fields {
		for name := range strings.FieldsSeq(names) {
			if !strings.HasSuffix(name, "_") {
				documented++
			}
			for _, operator := range operators {
				filter := name + "|" + operator
				if !strings.HasSuffix(operator, "empty") {
					filter += "|" + sorts[sort].value
				}
				want := ""
				if !slices.Contains(strings.Fields(sorts[sort].operators), operator) {
					want = "operator " + operator + " is not available for " + name
				}
				assert.Equal(t, want, c.ids(filter), filter)
			}
		}
	}
	assert.Equal(t, 31, documented)
}

// full is a customer with a value everywhere; the empty one has none.
var (
	full = bonify.Customer{
		ID: 1, Email: "Ann@Example.com", FirstName: "Ann Marie", LastName: "O'Neil-Ström", Phone: "+43 1 234", OrdersCount: 3, TotalSpentCents: 12345,
		State: "enabled", Tags: []string{"VIP", "big spender"}, VerifiedEmail: true, AcceptsMarketing: true,
		CreatedAt: time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC), UpdatedAt: time.Date(2025, 2, 2, 3, 4, 5, 0, time.UTC),
		ProductSubscriberStatus: "active", MultipassIdentifier: "mp-1",
		Address:                bonify.Address{Address1: "1 High St", Address2: "Flat 2", City: "Graz", Company: "ACME, Inc", Country: "Austria", Province: "Styria"},
		ActivationDate:         at(1, 3, 12),
		LastAbandonedOrderDate: at(1, 4, 12),
		OrderDates:             []time.Time{at(1, 6, 12), at(1, 5, 12), at(1, 7, 12)},
		Fields:                 []bonify.FieldValue{{MachineName: "note_", Value: `a "quoted" word`}, {MachineName: "size_", Value: "7.50"}, {MachineName: "born_", Value: "2000-02-29"}},
	}
	bare = bonify.Customer{ID: 2, CreatedAt: at(2, 1, 0), UpdatedAt: at(2, 3, 0)}
)

// TestFilters gives filters with those that they find: 1 is full, 2 is bare.
func TestFilters(t *testing.T) {
	t.Parallel()
	shop := still(t, customFields)
	with(full, bare)(t, shop)
	c := clientOf(t, shop)
	for filter, want := range map[string]string{
		// text
		`email|contains|EXAMPLE`:                 "1",
		`email|contains|""`:                      "1 2",
		`email|not_contains|""`:                  "",
		`email|not_contains|xyz`:                 "1 2",
		`email|empty`:                            "2",
		`email|empty|`:                           "2",
		` email | not_empty | `:                  "1",
		`email|equals|ann@example`:               "1",
		`email|equals|"ann@example"`:             "",
		`email|equals|"ann@example.com"`:         "1",
		`email|equals|""`:                        "2",
		`email|not_equals|ann`:                   "2",
		`email|not_equals|"ann"`:                 "1 2",
		`first_name|equals|marie`:                "1",
		`customer_first_name|equals|"ann marie"`: "1",
		`last_name|contains|STRÖ`:                "1",
		`customer_last_name|contains|o'neil`:     "1",
		`phone|contains|+43`:                     "1",
		`phone|equals|"+43 1 234"`:               "1",
		`company|equals|"acme, inc"`:             "1",
		`company|equals|acme, city|equals|graz`:  "1",
		`address1|equals|high`:                   "1",
		`address2|contains|" 2"`:                 "1",
		`address2|contains|"2 "`:                 "",
		`country|not_equals|austria`:             "2",
		`province|empty`:                         "2",
		`multipass_identifier|equals|"MP-1"`:     "1",
		// words
		`state|equals|ENABLED`:                              "1",
		`state|equals|"disabled"`:                           "2",
		`state|equals|able`:                                 "",
		`state|not_equals|enabled`:                          "2",
		`state|empty`:                                       "",
		`email_marketing_state|equals|subscribed`:           "1",
		`email_marketing_state|equals|not_subscribed`:       "2",
		`product_subscriber_status|equals|never_subscribed`: "2",
		// numbers
		`id|equals|1`:                 "1",
		`id|equals|01.0`:              "1",
		`id|equals|1.5`:               "",
		`customer_id|not_equals|1`:    "2",
		`id|gt|1`:                     "2",
		`id|gt|0.5`:                   "1 2",
		`id|lt|1.5`:                   "1",
		`id|lt|"2"`:                   "1",
		`id|lt|99999999999999999999`:  "1 2",
		`id|gt|-99999999999999999999`: "1 2",
		`id|gt|99999999999999999999`:  "",
		`orders_count|equals|3`:       "1",
		`orders_count|lt|-0`:          "",
		`total_spent|equals|123.45`:   "1",
		`total_spent|equals|123.450`:  "1",
		`total_spent|gt|123.449`:      "1",
		`total_spent|lt|123.45`:       "2",
		`shop_id|equals|1`:            "1 2",
		`shop_id|equals|2`:            "",
		`size_|equals|7.5`:            "1",
		`size_|gt|7.49`:               "1",
		`size_|lt|7.49`:               "",
		`size_|not_equals|8`:          "1 2",
		`size_|empty`:                 "2",
		// dates
		`customer_date|equals|2025-01-02`:                   "1",
		`customer_date|equals|2025-01-02T03:04:05Z`:         "1",
		`customer_date|equals|2025-01-02T04:04:05.9+01:00`:  "1",
		`customer_date|equals|2025-01-02T03:04:06Z`:         "",
		`customer_date|equals|1735787045`:                   "1",
		`customer_date|gt|2025-01-02`:                       "1 2",
		`customer_date|gt|2025-01-02T03:04:05Z`:             "2",
		`customer_date|lt|2025-01-02T03:04:05Z`:             "",
		`customer_date|lt|2025-01-02T03:04:05.5Z`:           "1",
		`updated_at|gt|2025-02-02,updated_at|lt|2025-02-03`: "1",
		`updated_at|equals|2025-02-03`:                      "2",
		`updated_at|not_equals|2025-02-03`:                  "1",
		`updated_at|gt|9223372036854775807`:                 "",
		`updated_at|equals|9223372036854775807`:             "",
		`activation_date|empty`:                             "2",
		`activation_date|not_equals|2025-01-03`:             "2",
		`activation_date|lt|2030-01-01`:                     "1",
		`last_abandoned_order_date|equals|2025-01-04`:       "1",
		`first_order_date|equals|2025-01-05`:                "1",
		`first_order_date|gt|2025-01-06`:                    "",
		`order_date|equals|2025-01-07`:                      "1",
		`order_date|not_equals|2025-01-07`:                  "2",
		`order_date|gt|2025-01-07`:                          "1",
		`order_date|lt|2025-01-06`:                          "1",
		`order_date|empty`:                                  "2",
		`order_date|not_empty`:                              "1",
		`born_|equals|2000-02-29`:                           "1",
		`born_|lt|2000-03-01`:                               "1",
		`born_|empty`:                                       "2",
		`born_|not_equals|2000-02-29`:                       "2",
		// booleans
		`accepts_marketing|equals|true`:   "1",
		`accepts_marketing|equals|"true"`: "1",
		`verified_email|not_equals|true`:  "2",
		`verified_email|equals|false`:     "2",
		// tags
		`tag|contains|spend`:             "1",
		`tag|equals|spender`:             "1",
		`tag|equals|"vip"`:               "1",
		`tag|equals|"spender"`:           "",
		`tag|equals|""`:                  "",
		`customer_tag|not_equals|"vip"`:  "2",
		`customer_tag|not_contains|nope`: "1 2",
		`tag|contains|""`:                "1",
		`tag|empty`:                      "2",
		// custom texts, and grammar
		`note_|equals|"a ""quoted"" word"`:        "1",
		`note_|contains|"quoted"`:                 "1",
		`note_|contains|a "quoted"`:               "1",
		`note_|contains|"""quoted"""`:             "1",
		`email|contains|ann,email|empty`:          "",
		`email|contains|ann , email|contains|com`: "1",
		// what is wrong
		``:                              "1 2",
		` `:                             "invalid filter: ",
		`email`:                         "invalid filter: email",
		`email|contains|a,`:             "invalid filter: ",
		`|`:                             "unknown filter field: ",
		`Email|equals|a`:                "unknown filter field: Email",
		`colour|is`:                     "unknown filter field: colour",
		`email|Equals|a`:                "unknown filter operator: Equals",
		`email|`:                        "unknown filter operator: ",
		`email|equals`:                  "filter value is missing: email",
		`email|equals|  `:               "filter value is missing: email",
		`email|equals|a|b`:              "invalid filter: email|equals|a|b",
		`email|equals|"a`:               `invalid filter: email|equals|"a`,
		`email|equals|"a"b`:             `invalid filter: email|equals|"a"b`,
		`email|empty|x`:                 "invalid filter: email|empty|x",
		`email|empty|""`:                `invalid filter: email|empty|""`,
		`id|equals|a|b`:                 "invalid filter: id|equals|a|b",
		`id|equals|abc`:                 "invalid filter value: id",
		`id|gt|1e3`:                     "invalid filter value: id",
		`id|gt|""`:                      "invalid filter value: id",
		`total_spent|equals|$1`:         "invalid filter value: total_spent",
		`updated_at|gt|yesterday`:       "invalid filter value: updated_at",
		`born_|gt|2025-02-30`:           "invalid filter value: born_",
		`accepts_marketing|equals|TRUE`: "invalid filter value: accepts_marketing",
		`verified_email|not_equals|1`:   "invalid filter value: verified_email",
		`id|gt|x,colour|is`:             "invalid filter value: id",
		`email|contains|a,colour|is,id`: "unknown filter field: colour",
		"email|contains|\xff":           "",
	} {
		assert.Equal(t, want, c.ids(filter), filter)
	}
}

// TestFiltersAreReadFromRawQueries sends what clients do not escape.
func TestFiltersAreReadFromRawQueries(t *testing.T) {
	t.Parallel()
	shop := still(t)
	shop.Customers.Add(bonify.Customer{ID: 1, LastName: `a+b&c#d "x"; y`})
	c := clientOf(t, shop)
	for query, want := range map[string]string{
		`filters=last_name%7Cequals%7C%22a%2Bb%26c%23d%20%22%22x%22%22%3B%20y%22`: "1",
		`filters=last_name|contains|;+y`:                                          "1",
		`filters=last_name|contains|a%2Bb`:                                        "1",
		`filters=last_name|contains|a+b`:                                          "",
		`filters=last_name|contains|a&filters=id|equals|2`:                        "1",
		`fil%74ers=id|equals|2`:                                                   "",
		`filters=id%7cequals%7c1&&`:                                               "1",
	} {
		assert.Equal(t, want, ids(c.get("/customers?"+query)), query)
	}
	for _, query := range []string{"filters=%", "x=%zz", "%2=1", "next_page=%a"} {
		assert.Equal(t, failed("invalid query string"), c.get("/customers?"+query).body, query)
	}
}

func TestIgnoredFilters(t *testing.T) {
	t.Parallel()
	shop := still(t, bonify.WithBadFilters(bonify.Ignore), bonify.WithPageSize(1))
	with(full, bare)(t, shop)
	c := clientOf(t, shop)
	got := c.list("filters", "colour|equals|red,id|gt|0,zzz")
	assert.Equal(t, "1", ids(got))
	noted("bad-filter: unknown filter field: colour", "bad-filter: invalid filter: zzz")(t, shop)
	assert.Equal(t, "2", ids(c.list("next_page", cursorOf(got, "next_page"))))
	assert.Len(t, shop.Findings(), 2)
}

func TestNotesOfLists(t *testing.T) {
	t.Parallel()
	shop := still(t, fake.Allow("no-route"))
	with(full, bare)(t, shop)
	c := clientOf(t, shop)
	c.get("/customers?limit=5&filters=tag|equals|vip,email|not_equals|x,email|equals|%22a%22&filters=a&filters=b&limit=6")
	c.get("/customers/1?next_page=2&fields=id")
	c.send("DELETE", v2+"/customers/2?x=1", "")
	noted(
		"ignored-parameter: limit", "repeated-parameter: filters", "loose-equals: tag",
		"ignored-parameter: next_page", "ignored-parameter: fields", "ignored-parameter: x",
	)(t, shop)
}

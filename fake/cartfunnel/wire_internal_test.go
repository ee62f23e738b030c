package cartfunnel

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestAppendCustomer(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("", -5*60*60)
	at := time.Date(2018, 12, 5, 4, 29, 37, 406_999_999, time.UTC)
	joe := Customer{
		ID: 1, Email: "joe@example.com", CreatedAt: at, UpdatedAt: at, AcceptsMarketing: true, FirstName: "Joe",
		OrdersCount: 3, TotalSpentCents: math.MaxInt64, LastOrderID: 3200291, TagList: []string{"a", "b"},
	}
	cases := []struct {
		name     string
		form     form
		customer Customer
		outcome  outcome
		want     string
	}{
		{
			name: "the default", form: form{zone: zone}, customer: joe, outcome: outcome{persisted: true},
			want: `{"id":1,"email":"joe@example.com","created_at":"2018-12-04T23:29:37.406-05:00","updated_at":"2018-12-04T23:29:37.406-05:00","accepts_marketing":"true","first_name":"Joe","last_name":"","note":"","orders_count":3,"total_spent_cents":9223372036854775807,"tax_exempt":"false","subscriptions_count":0,"last_order_id":3200291,"persisted":"true"}`,
		},
		{
			name: "all other forms", form: form{zone: time.UTC, nativeBooleans: true, nullLastOrder: true, nullNames: true, tagListShown: true},
			customer: Customer{ID: 2, CreatedAt: at, UpdatedAt: at, TagList: []string{"a", "b"}}, outcome: outcome{persisted: true},
			want: `{"id":2,"email":"","created_at":"2018-12-05T04:29:37.406+00:00","updated_at":"2018-12-05T04:29:37.406+00:00","accepts_marketing":false,"first_name":null,"last_name":null,"note":"","orders_count":0,"total_spent_cents":0,"tax_exempt":false,"subscriptions_count":0,"last_order_id":null,"tag_list":"a, b","persisted":true}`,
		},
		{
			name: "unsaved, null", form: form{zone: zone, unsavedKeys: Null}, outcome: outcome{unsaved: true, errors: []string{`a "b"`, "c"}},
			want: `{"id":null,"email":"","created_at":null,"updated_at":null,"accepts_marketing":"false","first_name":"","last_name":"","note":"","orders_count":0,"total_spent_cents":0,"tax_exempt":"false","subscriptions_count":0,"last_order_id":"null","persisted":"false","errors":["a \"b\"","c"]}`,
		},
		{
			name: "unsaved, the word null", form: form{zone: zone, unsavedKeys: StringNull}, outcome: outcome{unsaved: true, errors: []string{"c"}},
			want: `{"id":"null","email":"","created_at":"null","updated_at":"null","accepts_marketing":"false","first_name":"","last_name":"","note":"","orders_count":0,"total_spent_cents":0,"tax_exempt":"false","subscriptions_count":0,"last_order_id":"null","persisted":"false","errors":["c"]}`,
		},
		{
			name: "unsaved, absent", form: form{zone: zone, unsavedKeys: Absent, tagListShown: true}, outcome: outcome{unsaved: true, errors: []string{}},
			want: `{"email":"","accepts_marketing":"false","first_name":"","last_name":"","note":"","orders_count":0,"total_spent_cents":0,"tax_exempt":"false","subscriptions_count":0,"last_order_id":"null","tag_list":"","persisted":"false","errors":[]}`,
		},
		{
			name: "letters that others escape", form: form{zone: zone}, customer: Customer{Note: "<&> é \u2028 / \\ \x01 \xff", CreatedAt: at, UpdatedAt: at},
			want: `{"id":0,"email":"","created_at":"2018-12-04T23:29:37.406-05:00","updated_at":"2018-12-04T23:29:37.406-05:00","accepts_marketing":"false","first_name":"","last_name":"","note":"<&> é ` + "\u2028" + ` / \\ \u0001 ` + "\ufffd" + `","orders_count":0,"total_spent_cents":0,"tax_exempt":"false","subscriptions_count":0,"last_order_id":"null","persisted":"false"}`,
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := string(c.form.appendCustomer([]byte("kept"), &c.customer, c.outcome))
			assert.Equal(t, "kept"+c.want, got)
			assert.True(t, json.Valid([]byte(c.want)))
		})
	}
}

func TestOffsetFollowsTheZone(t *testing.T) {
	t.Parallel()
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Skip("this machine has no time zones")
	}
	f := form{zone: newYork}
	winter := Customer{CreatedAt: time.Date(2025, 3, 9, 6, 59, 59, 999e6, time.UTC), UpdatedAt: time.Date(2025, 3, 9, 7, 0, 0, 0, time.UTC)}
	got := string(f.appendCustomer(nil, &winter, outcome{}))
	assert.Contains(t, got, `"created_at":"2025-03-09T01:59:59.999-05:00","updated_at":"2025-03-09T03:00:00.000-04:00"`)
}

package cartly_test

import (
	"testing"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartly"
)

// The worked exchanges of each operation, byte for byte.

func TestGetMe(t *testing.T) {
	t.Parallel()
	goldens(t, map[string]setting{
		"GetMe_X1":    {},
		"GetMe_X12_1": {noToken: true},
		"GetMe_X12_2": {},
		"GetMe_X12_3": {notes: []string{"no-bearer-word: Authorization"}},
	})
}

func TestListCustomers(t *testing.T) {
	t.Parallel()
	goldens(t, map[string]setting{
		"ListCustomers_X6_1": {prepare: janeAndBob},
		"ListCustomers_X6_2": {prepare: janeAndBob},
		"ListCustomers_X6_3": {prepare: janeAndBob},
	})
}

func TestCreateCustomer(t *testing.T) {
	t.Parallel()
	goldens(t, map[string]setting{
		"CreateCustomer_X5":    {prepare: customerHook},
		"CreateCustomer_X13":   {prepare: reader},
		"CreateCustomer_X15_1": {prepare: customerJane},
		"CreateCustomer_X15_2": {prepare: customerJane},
		"CreateCustomer_X15_3": {prepare: customerJane, notes: []string{"wrapped-body: customer"}},
		"CreateCustomer_X15_4": {prepare: customerJane},
	})
}

func TestUpdateCustomer(t *testing.T) {
	t.Parallel()
	goldens(t, map[string]setting{
		"UpdateCustomer_X7": {prepare: func(t *testing.T, shop *cartly.Server) {
			jane(t, shop)
			shop.Advance(time.Minute)
		}},
	})
}

func TestUpdateOrder(t *testing.T) {
	t.Parallel()
	goldens(t, map[string]setting{
		"UpdateOrder_X8":   {prepare: paidOrder, notes: []string{"status-word: fulfilled"}},
		"UpdateOrder_X9_1": {prepare: afterX8()},
		"UpdateOrder_X9_2": {prepare: afterX8("UpdateOrder_X9_1")},
		"UpdateOrder_X9_3": {prepare: afterX8("UpdateOrder_X9_1", "UpdateOrder_X9_2")},
		"UpdateOrder_X9_4": {prepare: afterX8("UpdateOrder_X9_1", "UpdateOrder_X9_2", "UpdateOrder_X9_3")},
	})
}

func TestAdjustInventory(t *testing.T) {
	t.Parallel()
	goldens(t, map[string]setting{
		"AdjustInventory_X10_1": {prepare: twoLocations()},
		"AdjustInventory_X10_2": {prepare: twoLocations("AdjustInventory_X10_1")},
		"AdjustInventory_X10_3": {prepare: twoLocations("AdjustInventory_X10_1", "AdjustInventory_X10_2")},
		"AdjustInventory_X10_4": {prepare: twoLocations("AdjustInventory_X10_1", "AdjustInventory_X10_2")},
	})
}

func TestCreateDiscount(t *testing.T) {
	t.Parallel()
	goldens(t, map[string]setting{
		"CreateDiscount_X11_1": {},
		"CreateDiscount_X11_2": {prepare: saying("CreateDiscount_X11_1")},
		"CreateDiscount_X11_3": {prepare: saying("CreateDiscount_X11_1")},
	})
}

func TestListWebhooks(t *testing.T) {
	t.Parallel()
	goldens(t, map[string]setting{
		"ListWebhooks_X3":  {prepare: saying("CreateWebhook_X2")},
		"ListWebhooks_X21": {prepare: switchedOff},
	})
}

func TestCreateWebhook(t *testing.T) {
	t.Parallel()
	goldens(t, map[string]setting{
		"CreateWebhook_X2":    {},
		"CreateWebhook_X16_1": {},
		"CreateWebhook_X16_2": {notes: []string{"ignored-attribute: event"}},
		"CreateWebhook_X16_3": {},
		"CreateWebhook_X16_4": {},
	})
}

func TestDeleteWebhook(t *testing.T) {
	t.Parallel()
	goldens(t, map[string]setting{
		"DeleteWebhook_X4_1": {prepare: saying("CreateWebhook_X2")},
		"DeleteWebhook_X4_2": {prepare: saying("CreateWebhook_X2", "DeleteWebhook_X4_1")},
	})
}

func TestNoRoute(t *testing.T) {
	t.Parallel()
	goldens(t, map[string]setting{
		"NoRoute_X14_1": {
			noToken: true, options: options(fake.Allow("no-route")),
			notes: []string{"no-route: GET /apps/api/orders/ord_01H80000000000000000000001: GetOrder is not modelled"},
		},
		"NoRoute_X14_2": {
			noToken: true, options: options(fake.Allow("no-route")),
			notes: []string{"no-route: GET /apps/api/discount: no such endpoint; did you mean POST /apps/api/discounts?"},
		},
	})
}

func TestShowConsent(t *testing.T) {
	t.Parallel()
	goldens(t, map[string]setting{
		"ShowConsent_X17": {noToken: true},
		"ShowConsent_X18_3": {noToken: true, notes: []string{
			"no-pkce: zapier", "unknown-scope: products:read,orders:read", "comma-scope: products:read,orders:read",
		}},
		"ShowConsent_X18_4": {noToken: true},
	})
}

func TestDecideConsent(t *testing.T) {
	t.Parallel()
	goldens(t, map[string]setting{
		"DecideConsent_X18_1": {noToken: true},
		"DecideConsent_X18_2": {noToken: true},
	})
}

func TestIssueToken(t *testing.T) {
	t.Parallel()
	const consent, wrong, exchange = "DecideConsent_X18_1", "IssueToken_X19_1", "IssueToken_X19_2"
	goldens(t, map[string]setting{
		"IssueToken_X19_1": {noToken: true, prepare: saying(consent)},
		"IssueToken_X19_2": {noToken: true, prepare: saying(consent, wrong)},
		"IssueToken_X19_3": {noToken: true, prepare: saying(consent, wrong, exchange)},
		"IssueToken_X20_1": {noToken: true, prepare: saying(consent, wrong, exchange)},
		"IssueToken_X20_2": {noToken: true, prepare: saying(consent, wrong, exchange, "IssueToken_X20_1")},
		"IssueToken_X20_3": {
			noToken: true, prepare: saying(consent, wrong, exchange, "IssueToken_X20_1", "IssueToken_X20_2"),
			notes: []string{"json-token-request: application/json"},
		},
	})
}

func TestListOrders(t *testing.T) {
	t.Parallel()
	goldens(t, map[string]setting{"ListOrders_X24_1": {prepare: twoOrders}})
}

func TestGetShop(t *testing.T) {
	t.Parallel()
	goldens(t, map[string]setting{"GetShop_X24_2": {prepare: twoOrders}})
}

func TestHook(t *testing.T) {
	t.Parallel()
	goldens(t, map[string]setting{
		"Hook_X21": {prepare: switchedOff},
		"Hook_X23": {prepare: abandoned},
	})
}

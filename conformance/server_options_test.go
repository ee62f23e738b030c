package conformance

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/bonify"
	"github.com/cartdouble/cartdouble/fake/cartfunnel"
	"github.com/cartdouble/cartdouble/fake/cartly"
	"github.com/cartdouble/cartdouble/fake/cscart"
	"github.com/cartdouble/cartdouble/fake/fluidpay"
)

// A way is an option of a fake, and what it promises in the words of the rules.
type way struct {
	name    string // begins with the name of the option
	option  fake.Option
	promise []string // flag and reading, in turn
}

func (w way) chosen() []Option {
	var opts []Option
	for i := 0; i < len(w.promise); i += 2 {
		opts = append(opts, Choose(w.promise[i], w.promise[i+1]))
	}
	return opts
}

var newYork = time.FixedZone("", -4*60*60)

// waysOf are all options of an API package.
var waysOf = map[string][]way{
	"cartfunnel": {
		{"WithAccount", cartfunnel.WithAccount("another", "another_secret"), nil},
		{"WithContentType", cartfunnel.WithContentType("text/json; charset=utf-8"), nil},
		{"WithCreatedStatus", cartfunnel.WithCreatedStatus(http.StatusCreated), nil},
		{"WithEcho", cartfunnel.WithEcho(cartfunnel.Stored), nil},
		{"WithEchoedUpdatedAt", cartfunnel.WithEchoedUpdatedAt(cartfunnel.StoredTime), nil},
		{"WithErrorTexts", cartfunnel.WithErrorTexts(map[string]string{"Email can't be blank": "no address"}), nil},
		{"WithForbiddenBody", cartfunnel.WithForbiddenBody("text/html", "<h1>no</h1>"), nil},
		{"WithMethodNotAllowed", cartfunnel.WithMethodNotAllowed(), nil},
		{"WithMissingWrapperRefused", cartfunnel.WithMissingWrapperRefused(), nil},
		{"WithNativeBooleans", cartfunnel.WithNativeBooleans(), []string{"BOOL_AS_STRING", "booleans"}},
		{"WithNewestFirst", cartfunnel.WithNewestFirst(), nil},
		{"WithNullLastOrder", cartfunnel.WithNullLastOrder(), []string{"NULL_AS_STRING", "null"}},
		{"WithNullNames", cartfunnel.WithNullNames(), nil},
		{"WithPageSize", cartfunnel.WithPageSize(7), []string{"PAGE_SIZE", "7"}},
		{"WithPathAlias", cartfunnel.WithPathAlias(), nil},
		{"WithPersistedFalseOnUpdate", cartfunnel.WithPersistedFalseOnUpdate(), []string{"PERSISTED_WITH_ERRORS", "false"}},
		{"WithTagListShown", cartfunnel.WithTagListShown(), nil},
		{"WithUnknownRecord", cartfunnel.WithUnknownRecord(http.StatusForbidden), nil},
		{"WithUnsavedKeys", cartfunnel.WithUnsavedKeys(cartfunnel.Absent), nil},
		{"WithUnsavedKeys null", cartfunnel.WithUnsavedKeys(cartfunnel.StringNull), nil},
		{"WithZone", cartfunnel.WithZone(newYork), nil},
	},
	"cscart": {
		{"WithAccount", cscart.WithAccount("root@example.com", "AnotherKey0000000000000000000001"), nil},
		{"WithAddons", cscart.WithAddons(), []string{"WISHLIST", "off"}},
		{"WithAddons two", cscart.WithAddons(cscart.Wishlist, cscart.RewardPoints), nil},
		{"WithArrayIDs crash", cscart.WithArrayIDs(cscart.ArrayCrash), []string{"ARRAY_IDS", "crash"}},
		{"WithArrayIDs none", cscart.WithArrayIDs(cscart.ArrayNoMatch), []string{"ARRAY_IDS", "no-match"}},
		{"WithCompany", cscart.WithCompany(5), nil},
		{"WithDayFirst", cscart.WithDayFirst(), nil},
		{"WithDefaultSort", cscart.WithDefaultSort("customer", "asc"), []string{"DEFAULT_SORT", "customer asc"}},
		{"WithEdition", cscart.WithEdition(cscart.MultiVendor), []string{"EDITION", "multivendor"}},
		{"WithEngine", cscart.WithEngine(cscart.Engine420), []string{"PAGE_SIZE", "50"}},
		{"WithHTTPSOnly", cscart.WithHTTPSOnly(), nil},
		{"WithPageSize", cscart.WithPageSize(3), []string{"PAGE_SIZE", "3"}},
		{"WithTimezone", cscart.WithTimezone(newYork), nil},
		{"WithUser", cscart.WithUser(cscart.APIUser{Email: "second@example.com", Key: "SecondKey00000000000000000000001"}), nil},
	},
	"fluidpay": {
		{"WithAccount", fluidpay.WithAccount("another12345678", "api_AnotherKey000001"), nil},
		{"WithControlPanel", fluidpay.WithControlPanel(), []string{"PREFIX_SPLIT", "api"}},
		{"WithDeletes hidden", fluidpay.WithDeletes(fluidpay.DeletedHidden), nil},
		{"WithDeletes readable", fluidpay.WithDeletes(fluidpay.DeletedReadable), []string{"DELETED_RECORD", "readable"}},
		{"WithDeletes for good", fluidpay.WithDeletes(fluidpay.DeletedForGood), []string{"DELETED_RECORD", "gone"}},
		{"WithDocumentShapes", fluidpay.WithDocumentShapes(), nil},
		{"WithEmptyLists", fluidpay.WithEmptyLists(), []string{"EMPTY_DATA", "list"}},
		{"WithLenientSearch", fluidpay.WithLenientSearch(), []string{"SEARCH_OPERATORS", "lenient"}},
		{"WithMerchant", fluidpay.WithMerchant(fluidpay.Merchant{ID: "run", Key: "api_Second", PublicKey: "pub_Second"}), nil},
		{"WithOlderKeys", fluidpay.WithOlderKeys(), nil},
		{"WithPageSize", fluidpay.WithPageSize(3), nil},
		{"WithSearchMsg", fluidpay.WithSearchMsg(""), nil},
		{"WithStrictLimit", fluidpay.WithStrictLimit(), []string{"SEARCH_LIMIT", "strict"}},
		{"WithToken", fluidpay.WithToken("a.b.c"), nil},
	},
	"bonify": {
		{"WithArrayFields", bonify.WithArrayFields(), nil},
		{"WithBadFilters", bonify.WithBadFilters(bonify.Ignore), nil},
		{"WithBatch all", bonify.WithBatch(bonify.AllOrNothing), nil},
		{"WithBatch skip", bonify.WithBatch(bonify.Skip), nil},
		{"WithCursorFilters strict", bonify.WithCursorFilters(bonify.Strict), []string{"CURSOR_FILTER", "strict"}},
		{"WithCursorFilters forget", bonify.WithCursorFilters(bonify.Forget), []string{"CURSOR_FILTER", "forget"}},
		{"WithDeleteUnknown", bonify.WithDeleteUnknown(http.StatusOK), nil},
		{"WithDuplicateEmails", bonify.WithDuplicateEmails(), nil},
		{"WithEmptyBatchOK", bonify.WithEmptyBatchOK(), nil},
		{"WithEmptyStrings", bonify.WithEmptyStrings(), nil},
		{"WithEmptyValues", bonify.WithEmptyValues(bonify.Store), []string{"EMPTY_VALUES", "store"}},
		{"WithFieldFilters", bonify.WithFieldFilters(false), nil},
		{"WithFields", bonify.WithFields(bonify.Field{MachineName: "size", Label: "Size"}), nil},
		{"WithFieldsReversed", bonify.WithFieldsReversed(), nil},
		{"WithOrder", bonify.WithOrder(bonify.ByID), nil},
		{"WithPageSize", bonify.WithPageSize(7), nil},
		{"WithPutUnknown", bonify.WithPutUnknown(http.StatusNotFound), nil},
		{"WithSearchLag", bonify.WithSearchLag(5 * time.Second), nil},
		{"WithShop", bonify.WithShop("mine.myshopify.com", "mine_key"), nil},
		{"WithShopifyFields", bonify.WithShopifyFields(), nil},
		{"WithSingleObject", bonify.WithSingleObject(), []string{"SINGLE_CUSTOMER", "object"}},
		{"WithUnknownCustomer", bonify.WithUnknownCustomer(http.StatusOK), []string{"MISSING_RECORD", "200"}},
		{"WithUnknownFields", bonify.WithUnknownFields(bonify.Reject), nil},
		{"WithV1", bonify.WithV1(), nil},
		{"WithoutLimits", bonify.WithoutLimits(), []string{"RATE_LIMIT", "none"}},
	},
	"cartly": {
		{"WithAbandonAfter", cartly.WithAbandonAfter(time.Minute), nil},
		{"WithAnyURL", cartly.WithAnyURL(), nil},
		{"WithApp", cartly.WithApp(cartly.App{Name: "Mine", ClientID: "mine", ClientSecret: "mine_secret", Scopes: cartly.Scopes()}), nil},
		{"WithAutoConsent", cartly.WithAutoConsent(cartly.Allow), nil},
		{"WithBackoff", cartly.WithBackoff(time.Minute, 3), nil},
		{"WithBareHexSignature", cartly.WithBareHexSignature(), []string{"SIGNATURE_FORM", "bare"}},
		{"WithBarePayload", cartly.WithBarePayload(), nil},
		{"WithCodeLifetime", cartly.WithCodeLifetime(time.Minute), nil},
		{"WithCreatedStatus", cartly.WithCreatedStatus(http.StatusOK), nil},
		{"WithDeletedStatus", cartly.WithDeletedStatus(http.StatusOK), nil},
		{"WithDeliveryTimeout", cartly.WithDeliveryTimeout(time.Second), nil},
		{"WithDuplicateStatus", cartly.WithDuplicateStatus(http.StatusUnprocessableEntity), nil},
		{"WithErrorBody", cartly.WithErrorBody(func(int, string, string) (string, []byte) { return "text/html", []byte("<h1>no</h1>") }), nil},
		{"WithExtraEvents", cartly.WithExtraEvents(), nil},
		{"WithFailureCount", cartly.WithFailureCount(cartly.PerDelivery), nil},
		{"WithGoneDisables", cartly.WithGoneDisables(), nil},
		{"WithMaxRetries", cartly.WithMaxRetries(0), nil},
		{"WithNegativeStock", cartly.WithNegativeStock(), nil},
		{"WithNoteReplaced", cartly.WithNoteReplaced(), nil},
		{"WithOrderReads", cartly.WithOrderReads(), nil},
		{"WithPKCERequired", cartly.WithPKCERequired(), nil},
		{"WithPageSize", cartly.WithPageSize(1), nil},
		{"WithPayload", cartly.WithPayload(func(e cartly.Event) []byte { return []byte("<" + e.Name + ">") }), nil},
		{"WithQuantityAsDelta", cartly.WithQuantityAsDelta(), nil},
		{"WithRefreshRotation", cartly.WithRefreshRotation(false), nil},
		{"WithReuseDetection", cartly.WithReuseDetection(), nil},
		{"WithScope", cartly.WithScope(cartly.ListCustomers, cartly.WriteCustomers), nil},
		{"WithShop", cartly.WithShop(cartly.Shop{Name: "Mine", Domain: "mine.mycartly.pro"}), nil},
		{"WithSilentAPICustomers", cartly.WithSilentAPICustomers(), []string{"API_EVENTS", "silent"}},
		{"WithSubscriptionSecrets", cartly.WithSubscriptionSecrets(), nil},
		{"WithToken", cartly.WithToken("another_token", cartly.Scopes()...), nil},
		{"WithTokenLifetime", cartly.WithTokenLifetime(24 * time.Hour), nil},
		{"WithUniqueSubscriptions", cartly.WithUniqueSubscriptions(), nil},
		{"WithUpsert", cartly.WithUpsert(), nil},
		{"WithWebhookSecret", cartly.WithWebhookSecret("whsec_another"), nil},
		{"WithoutExtensions", cartly.WithoutExtensions(), nil},
	},
}

// A fake keeps what it promises, whichever option it is made with.
func TestFakesPassAsServersUnderEveryOption(t *testing.T) {
	t.Parallel()
	for _, api := range serverAPIs {
		for _, w := range waysOf[api] {
			t.Run(api+"/"+w.name, func(t *testing.T) {
				t.Parallel()
				allPass(t, judge(t, serveWay(t, api, w), w.chosen()...))
			})
		}
	}
}

// serveWay serves a fake made with options. A shop that is served by HTTPS alone
// is reached so.
func serveWay(t *testing.T, api string, ways ...way) Target {
	t.Helper()
	var opts []fake.Option
	for _, w := range ways {
		opts = append(opts, w.option)
	}
	s := serve(t, api, opts...)
	if slices.ContainsFunc(ways, func(w way) bool { return w.name == "WithHTTPSOnly" }) {
		s.URL = strings.Replace(s.URL, "http:", "https:", 1)
	}
	return s.Target
}

// The table has every option that an API package exports.
func TestEveryOptionIsTried(t *testing.T) {
	t.Parallel()
	exported := regexp.MustCompile(`(?m)^func (With\w*)\(`)
	for _, api := range serverAPIs {
		list, err := os.ReadFile(filepath.Join("..", "fake", api, "api.txt"))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range exported.FindAllStringSubmatch(string(list), -1) {
			if !slices.ContainsFunc(waysOf[api], func(w way) bool { name, _, _ := strings.Cut(w.name, " "); return name == m[1] }) {
				t.Errorf("%s.%s is not tried", api, m[1])
			}
		}
	}
}

// Two options that each switch the subject of a rule do not get in each other's
// way.
func TestFakesPassAsServersUnderPairsOfOptions(t *testing.T) {
	whole(t)
	t.Parallel()
	for _, api := range serverAPIs {
		switches := slices.DeleteFunc(slices.Clone(waysOf[api]), func(w way) bool { return w.promise == nil })
		for i, a := range switches {
			for _, b := range switches[:i] {
				if a.promise[0] == b.promise[0] {
					continue
				}
				t.Run(fmt.Sprintf("%s/%s and %s", api, b.name, a.name), func(t *testing.T) {
					t.Parallel()
					allPass(t, judge(t, serveWay(t, api, a, b), append(a.chosen(), b.chosen()...)...))
				})
			}
		}
	}
}

// Without the promise, a fake that is switched is found out, and told how to
// say so; or what it does is recorded, where the document leaves a status open.
func TestSwitchedFakesAreFoundOut(t *testing.T) {
	t.Parallel()
	for _, api := range serverAPIs {
		for _, w := range waysOf[api] {
			if w.promise == nil {
				continue
			}
			t.Run(api+"/"+w.name, func(t *testing.T) {
				t.Parallel()
				r := judge(t, serveWay(t, api, w))
				hint := fmt.Sprintf("Choose(%q, %q)", w.promise[0], w.promise[1])
				broken, told := 0, false
				for _, res := range r.Results {
					if res.State == fail || res.State == warn {
						broken++
						told = told || strings.Contains(res.Note, hint)
						if !slices.Contains(res.Rule.Flags, w.promise[0]) {
							t.Errorf("%s is broken, and not about %s:\n%s", res.Rule.ID, w.promise[0], r.blockText(res))
						}
					}
				}
				if broken == 0 {
					t.Error("no rule is broken")
				}
				if open := []string{"PAGE_SIZE", "DEFAULT_SORT", "EDITION", "ARRAY_IDS", "WISHLIST", "API_EVENTS", "MISSING_RECORD", "DELETED_RECORD"}; !told && !slices.Contains(open, w.promise[0]) {
					t.Errorf("no note says %s", hint)
				}
			})
		}
	}
}

// unasked are the readings that no rule for servers is about, and why.
var unasked = map[string]string{
	"cartfunnel MISSING_RECORD 403": "no rule of Cartfunnel asks for a record that is not there: the document says nothing of it",
}

// A reading that clients may be judged by is asked of servers too, both ways.
func TestServersAreAskedForTheReadingsOfClients(t *testing.T) {
	t.Parallel()
	for api, flags := range map[string][]flag{
		"cartfunnel": cfnFlags(), "cscart": cscFlags(), "fluidpay": flpFlags(), "bonify": bonFlags(), "cartly": clyFlags(),
	} {
		for _, f := range flags {
			for _, r := range f.readings {
				if r.options == nil {
					continue
				}
				promised := slices.ContainsFunc(waysOf[api], func(w way) bool { return slices.Equal(w.promise, []string{f.name, r.word}) })
				reason := unasked[strings.Join([]string{api, f.name, r.word}, " ")]
				if promised == (reason != "") {
					t.Errorf("%s: %s as %q: promised by an option: %v; reason why not: %q", api, f.name, r.word, promised, reason)
				}
			}
		}
	}
}

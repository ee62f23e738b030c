package scenarios_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/scenarios"
)

// lines are the faults of the constructors as lines of a file.
var lines = map[string]fake.Fault{
	"wrong-credentials body=html":    scenarios.WrongCredentials().Set("body", "html"),
	"out-of-scope op=CreateCustomer": scenarios.OutOfScope().Set("op", "CreateCustomer"),
	"revoked after=3":                scenarios.Revoked().After(3),
	"rate-limited":                   scenarios.RateLimited(scenarios.NoRetryAfter),
	"rate-limited retry-after=2s on=ListCustomers call=2,3 optional": scenarios.RateLimited(2*time.Second).On("ListCustomers").Call(2, 3).Optional(),
	"rate-limited retry-after=0s":                                    scenarios.RateLimited(0),
	"not-saved":                                                      scenarios.NotSaved(),
	"not-saved errors='Customer is blocked' errors='It''s late'":     scenarios.NotSaved("Customer is blocked", "It's late"),
	"saved-but-says-error status=503":                                scenarios.SavedButSaysError().Set("status", "503"),
	"server-error status=502 apply=after":                            scenarios.ServerError(502).AfterApply(),
	"burst calls=3 mix=500,503":                                      scenarios.Burst().Set("calls", "3").Set("mix", "500,503"),
	"redirect code=301 to=https://example.com/":                      scenarios.Redirect(301, "https://example.com/"),
	"slow-headers delay=1m30s between=1s..5s":                        scenarios.SlowHeaders(90*time.Second).Between(time.Second, 5*time.Second),
	"hang max=1h0m0s every=2":                                        scenarios.Hang().Set("max", time.Hour.String()).Every(2),
	"slow-body over=2s chunks=4":                                     scenarios.SlowBody().Set("over", "2s").Set("chunks", "4"),
	"reset kind=fin chance=0.25":                                     scenarios.Reset().Set("kind", "fin").Rate(0.25),
	"lost-response visible=no attempt=1":                             scenarios.LostResponse().Set("visible", "no").Attempt(1),
	"truncated how=silent at=10":                                     scenarios.Truncated("silent").Set("at", "10"),
	"malformed-json kind=bom first=2":                                scenarios.MalformedJSON().Set("kind", "bom").First(2),
	"wrong-content-type type='text/html; charset=latin1'":            scenarios.WrongContentType("text/html; charset=latin1"),
	"page-drift insert=1 delete=2 when='query:page == 2'":            scenarios.PageDrift().Set("insert", "1").Set("delete", "2").When("query:page", "==", "2"),
	"maintenance status=503":                                         scenarios.Maintenance().Set("status", "503"),
	"method-or-route-gone status=410 sunset=2025-04-01":              scenarios.MethodOrRouteGone(410).Set("sunset", "2025-04-01"),
	"early-hints code=100":                                           scenarios.EarlyHints().Set("code", "100"),
	"stall bytes=10 for=30s":                                         scenarios.Stall().Set("bytes", "10").Set("for", "30s"),
	"slow-accept delay=3s call=2":                                    scenarios.SlowAccept(3 * time.Second).Call(2),
	"refused for=30s":                                                scenarios.Refused().Set("for", "30s"),
	"reset-during-upload bytes=1000":                                 scenarios.ResetDuringUpload().Set("bytes", "1000"),
	"stale-keepalive idle=1m30s":                                     scenarios.StaleKeepAlive().Set("idle", "1m30s"),
	"close-after say=no":                                             scenarios.CloseAfter().Set("say", "no"),
	"goaway":                                                         scenarios.GoAway(),
	"stream-error at=3 apply=after":                                  scenarios.StreamError().Set("at", "3").AfterApply(),
	"half-answer apply=after":                                        scenarios.HalfAnswer().AfterApply(),
	`wrong-body text='<p>It''s\n\xc3\xa9 \\</p>' status=502`:         scenarios.WrongBody("<p>It's\n\u00e9 \\</p>").Set("status", "502"),
	"wrong-body section=portal":                                      fake.NewFault("wrong-body").Set("section", "portal"),
	"empty-body status=204":                                          scenarios.EmptyBody().Set("status", "204"),
	"gzip kind=cut":                                                  scenarios.Gzip("cut"),
	"chunked size=odd trailers=X-Checksum":                           scenarios.Chunked().Set("size", "odd").Set("trailers", "X-Checksum"),
	"bad-chunk":                                                      scenarios.BadChunk(),
	"wrong-length by=-3":                                             scenarios.WrongLength(-3),
	"huge depth=100000":                                              scenarios.Huge().Set("depth", "100000"),
	"header-oddity kind=lower-case":                                  scenarios.HeaderOddity("lower-case"),
	`raw text='HTTP/1.1 2\r\n\x00\t' apply=after`:                    scenarios.Raw("HTTP/1.1 2\r\n\x00\t").AfterApply(),
	"duplicate times=2 on=hook:order.created":                        scenarios.Duplicate().Set("times", "2").On("hook:order.created"),
	"overtake by=retry":                                              scenarios.Overtake().Set("by", "retry"),
	"delay by=1h0m0s":                                                scenarios.Delay(time.Hour),
	"early call=1":                                                   scenarios.Early().Call(1),
	"dropped":                                                        scenarios.Dropped(),
	"bad-signature kind=empty":                                       scenarios.BadSignature().Set("kind", "empty"),
	"bad-signature value='sha256=a b'":                               scenarios.BadSignature().Set("value", "sha256=a b"),
	"no-signature":                                                   scenarios.NoSignature(),
	"signature-form form=upper":                                      scenarios.SignatureForm("upper"),
	"tampered kind=re-encoded":                                       scenarios.Tampered().Set("kind", "re-encoded"),
	"old-secret overlap=1h":                                          scenarios.OldSecret().Set("overlap", "1h"),
	"replayed age=10m0s":                                             scenarios.Replayed(10 * time.Minute),
	"clock-skew by=-5m0s":                                            scenarios.ClockSkew(-5 * time.Minute),
	"retry max=2 attempt=1":                                          scenarios.Retry().Set("max", "2").Attempt(1),
	"disabled after=3":                                               scenarios.Disabled().Set("after", "3"),
	"unknown-event topic=order.archived":                             scenarios.UnknownEvent("order.archived"),
	"flood n=100 parallel=10":                                        scenarios.Flood(100).Set("parallel", "10"),
	"body-style style=pretty":                                        scenarios.BodyStyle("pretty"),
	"slow-post over=5s":                                              scenarios.SlowPost(5 * time.Second),
	"cut-post at=7":                                                  scenarios.CutPost().Set("at", "7"),
	"wrong-target method=PUT slash=yes":                              scenarios.WrongTarget("PUT").Set("slash", "yes"),
	"test-ping":                                                      scenarios.TestPing(),
	"token-expired ttl=1h refresh=rotate":                            scenarios.TokenExpired().Set("ttl", "1h").Set("refresh", "rotate"),
	"token-swapped account=other":                                    scenarios.TokenSwapped().Set("account", "other"),
	"limited-after-part n=3":                                         scenarios.LimitedAfterPart(3),
	"batch-stops n=3":                                                scenarios.BatchStops(3, ""),
	"batch-stops n=3 text='is not valid'":                            scenarios.BatchStops(3, "is not valid"),
	"silently-dropped fields=tags,note":                              scenarios.SilentlyDropped("tags", "note"),
	"silently-dropped":                                               scenarios.SilentlyDropped(),
	"cursor-expired ttl=5m times=2":                                  scenarios.CursorExpired().Set("ttl", "5m").Set("times", "2"),
	"cursor-loop from=3":                                             scenarios.CursorLoop().Set("from", "3"),
	"auth-redirect code=301 to=/login":                               scenarios.AuthRedirect().Set("code", "301").Set("to", "/login"),
	"throttled-in-200 code=THROTTLED":                                scenarios.ThrottledIn200().Set("code", "THROTTLED"),
	"quota-shared":                                                   scenarios.QuotaShared(""),
	"quota-shared keys=a,b call=1":                                   scenarios.QuotaShared("a,b").Call(1),
	"limit-headers kind=lying limit=40 per=1m":                       scenarios.LimitHeaders("lying").Set("limit", "40").Set("per", "1m"),
	"rate-limited retry-after=2s enforce extend=1s":                  scenarios.RateLimited(2*time.Second).Set("enforce", "").Set("extend", "1s"),
	"taken field=email":                                              scenarios.Taken().Set("field", "email"),
	"conflict":                                                       scenarios.Conflict(""),
	`conflict change='{"a": 1}' status=409`:                          scenarios.Conflict(`{"a": 1}`).Set("status", "409"),
	"accepted-later delay=1m0s fail=yes":                             scenarios.AcceptedLater(time.Minute).Set("fail", "yes"),
	`shape-drift bool=native null="null" extra=tier`:                 scenarios.ShapeDrift().Set("bool", "native").Set("null", `"null"`).Set("extra", "tier"),
	"short-page size=0 at-page=3":                                    scenarios.ShortPage(0).Set("at-page", "3"),
	"unstable-order":                                                 scenarios.UnstableOrder(),
	"vanished id=7 status=403":                                       scenarios.Vanished().Set("id", "7").Set("status", "403"),
	"dst at=2025-03-09T07:00:00Z":                                    scenarios.DST().Set("at", "2025-03-09T07:00:00Z"),
	"rotated late=5m overlap=1h":                                     scenarios.Rotated().Set("late", "5m").Set("overlap", "1h"),
	"stale-read lag=5s scope=all":                                    scenarios.StaleRead(5*time.Second).Set("scope", "all"),
}

func TestConstructors(t *testing.T) {
	t.Parallel()
	var named []string
	for line, f := range lines {
		assert.Equal(t, line, f.String())
		require.NoError(t, f.Check(), line)
		named = append(named, f.Name())
	}
	slices.Sort(named)
	assert.Equal(t, fake.FaultNames(), slices.Compact(named), "each fault has its constructor")
}

func TestParseFaultIsTheInverseOfString(t *testing.T) {
	t.Parallel()
	for line, f := range lines {
		got, err := scenarios.ParseFault(line)
		require.NoError(t, err)
		assert.Equal(t, f, got)
	}
}

func TestParseFaultNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"":                        "scenarios: the name of the fault is missing",
		"   # nothing":            `scenarios: fault "   # nothing": unexpected "# nothing"`,
		"reset 'kind":             `scenarios: fault "reset 'kind": the quote ' is never closed; double it to mean a quote`,
		"reset #2":                `scenarios: fault "reset #2": unexpected "#2"`,
		"kind=fin":                "scenarios: the name of the fault is missing",
		"rest":                    `scenarios: unknown fault "rest" (did you mean "reset"?)`,
		"reset fin":               `scenarios: fault reset: unexpected "fin"; want NAME=VALUE`,
		"reset kind=end":          "scenarios: fault reset: kind=end: want one of rst, fin",
		"reset kind=fin kind=rst": "scenarios: fault reset: kind is set twice",
		"page-drift":              "scenarios: fault page-drift: it needs insert= or delete= or touch=",
	} {
		_, err := scenarios.ParseFault(line)
		assert.EqualError(t, err, want, line)
	}
}

func FuzzParseFault(f *testing.F) {
	for _, line := range slices.Sorted(maps.Keys(lines)) {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		first, err := scenarios.ParseFault(line)
		if err != nil {
			return
		}
		again, err := scenarios.ParseFault(first.String())
		require.NoError(t, err)
		require.Equal(t, first, again)
		require.Equal(t, first.String(), again.String())
	})
}

package fake

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestFaultIsAValue(t *testing.T) {
	t.Parallel()
	base := NewFault("burst").Set("calls", "2")
	left, right := base.Set("mix", "502"), base.Set("body", "html")
	_ = base.Set("calls", "9")
	_ = base.On("ListBooks").Call(1).Optional()
	require.Equal(t, "burst calls=2", base.String())
	require.Equal(t, "burst calls=2 mix=502", left.String())
	require.Equal(t, "burst calls=2 body=html", right.String())
	require.Equal(t, "burst", base.Name())
}

func TestFaultSet(t *testing.T) {
	t.Parallel()
	f := NewFault("not-saved").Set("errors", "a", "b").Set("word", "failed")
	require.Equal(t, "a", f.Get("errors"), "the first of several")
	require.Equal(t, []string{"a", "b"}, f.All("errors"))
	require.True(t, f.Has("errors"))

	f = f.Set("errors", "c")
	require.Equal(t, "not-saved errors=c word=failed", f.String(), "in its old place")
	f = f.Set("errors")
	require.Equal(t, "not-saved word=failed", f.String(), "taken back")
	require.False(t, f.Has("errors"))
	require.Equal(t, "", f.Get("errors"))
	require.Nil(t, f.All("errors"))

	require.True(t, f.Set("word", "").Has("word"), "set to nothing is set")
}

func TestFaultString(t *testing.T) {
	t.Parallel()
	f := NewFault("server-error")
	for want, f := range map[string]Fault{
		"server-error":                              f,
		"server-error on=ListBooks":                 f.On("ListBooks"),
		"server-error on='GetBook,POST /v1/*'":      f.On("GetBook", "POST /v1/*"),
		"server-error when='title == Emma'":         f.When("title", "==", "Emma"),
		"server-error when='a == 1' when='b ~ ^x$'": f.When("a", "==", "1").When("b", "~", "^x$"),
		"server-error call=2,3":                     f.Call(2, 3),
		"server-error attempt=1":                    f.Attempt(1),
		"server-error first=3":                      f.First(3),
		"server-error after=4":                      f.After(4),
		"server-error every=5":                      f.Every(5),
		"server-error between=1s..1m30s":            f.Between(time.Second, 90*time.Second),
		"server-error chance=0.3":                   f.Rate(0.3),
		"server-error chance=1e-09":                 f.Rate(1e-9),
		"server-error apply=before":                 f.BeforeApply(),
		"server-error apply=after":                  f.BeforeApply().AfterApply(),
		"server-error optional":                     f.Optional().Optional(),
		"server-error status=502 call=1 optional":   f.Set("status", "502").Call(1).Optional(),
		"not-saved errors='it''s off' errors=''":    NewFault("not-saved").Set("errors", "it's off", ""),
	} {
		require.Equal(t, want, f.String())
	}
}

func TestQuote(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":        "''",
		"plain":   "plain",
		"a=b,c#d": "a=b,c#d",
		"a b":     "'a b'",
		"a\tb":    "'a\tb'",
		"it's":    "'it''s'",
		"'":       "''''",
		`"x"`:     `"x"`,
	} {
		require.Equal(t, want, Quote(text))
	}
}

// faultRight are faults that can be armed, with every parameter of each.
var faultRight = []string{
	"wrong-credentials status=403 body=vendor",
	"wrong-credentials body=empty",
	"wrong-credentials body=html",
	"out-of-scope op=ListBooks scope=read",
	"revoked status=410 after=2",
	"revoked after=10m",
	"rate-limited per=1s burst=2 body=html",
	"rate-limited retry-after=1m30s form=seconds times=2",
	"rate-limited retry-after=0s form=date",
	"rate-limited form=fraction",
	"rate-limited form=zero",
	"rate-limited form=garbage",
	"rate-limited form=negative",
	"not-saved errors=a errors=b persisted=true echo=stored status=200 word=error",
	"not-saved persisted=false echo=attempt status=499 word=failed",
	"saved-but-says-error status=200",
	"server-error status=599 body=empty retry-after=2s apply=after",
	"burst for=10s mix=500,502,503 body=html apply=before",
	"burst calls=3",
	"redirect code=308 to=/v1/books.json",
	"slow-headers delay=2s jitter=0s apply=after",
	"hang max=1m",
	"slow-body chunks=3 over=2s",
	"slow-body rate=10",
	"reset kind=rst visible=yes",
	"reset kind=fin visible=no",
	"lost-response kind=fin",
	"truncated at=0 how=length",
	"truncated how=chunked",
	"truncated how=rst",
	"truncated how=silent",
	"malformed-json at=3 kind=cut",
	"wrong-content-type type=none",
	"wrong-content-type type=",
	"page-drift insert=1 delete=2 touch=0 at-page=3",
	"server-error on=ListBooks call=2,3 attempt=1 first=2 after=1 every=2 between=0s..5s chance=0.5 apply=before optional",
}

func TestFaultCheckAcceptsWhatThereIs(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	named := map[string]bool{}
	for _, line := range faultRight {
		f := faultLine(line)
		require.NoError(t, f.Check(), line)
		s.Inject(f).Disarm()
		named[f.Name()] = true
	}
	for name := range callKinds {
		require.True(t, named[name], "%s is not among the faults of this test", name)
	}
	require.True(t, slices.IsSorted(FaultNames()))
	require.Len(t, FaultNames(), len(kinds))
}

func TestFaultCheckSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"rate_limited":                             `unknown fault "rate_limited" (did you mean "rate-limited"?)`,
		"earthquake":                               `unknown fault "earthquake"`,
		"server-error statu=502":                   `fault server-error: unknown parameter "statu" (did you mean "status"?)`,
		"server-error cal=1":                       `fault server-error: unknown parameter "cal" (did you mean "call"?)`,
		"server-error for=1s":                      `fault server-error: unknown parameter "for"`,
		"server-error status=404":                  `fault server-error: status=404: want a whole number from 500 to 599`,
		"server-error status=bad":                  `fault server-error: status=bad: want a whole number from 500 to 599`,
		"server-error status=500 status=502":       `fault server-error: status is set twice`,
		"server-error body=htm":                    `fault server-error: body=htm: want one of vendor, empty, html (did you mean "html"?)`,
		"server-error body=":                       `fault server-error: body='': want one of vendor, empty, html`,
		"server-error retry-after=2":               `fault server-error: retry-after=2: want a time such as 2s or 1m30s`,
		"server-error retry-after=-2s":             `fault server-error: retry-after=-2s: want a time such as 2s or 1m30s`,
		"wrong-credentials status=500":             `fault wrong-credentials: status=500: want a whole number from 400 to 499`,
		"out-of-scope scope=":                      `fault out-of-scope: scope='': want a text`,
		"rate-limited per=0s":                      `fault rate-limited: per=0s: want a time above 0 such as 2s or 1m30s`,
		"rate-limited burst=0":                     `fault rate-limited: burst=0: want a whole number from 1 to 1073741824`,
		"rate-limited form=second":                 `fault rate-limited: form=second: want one of seconds, date, fraction, zero, garbage, negative (did you mean "seconds"?)`,
		"not-saved errors=a errors=":               `fault not-saved: errors='': want a text`,
		"burst":                                    `fault burst: it needs for= or calls=`,
		"burst calls=2 mix=500,404":                `fault burst: mix=500,404: want a whole number from 500 to 599`,
		"burst calls=2 mix=":                       `fault burst: mix='': want a whole number from 500 to 599`,
		"redirect":                                 `fault redirect: it needs to=`,
		"redirect to=/ code=304":                   `fault redirect: code=304: want one of 301, 302, 303, 307, 308 (did you mean "301"?)`,
		"slow-headers":                             `fault slow-headers: it needs delay=`,
		"slow-body chunks=2":                       `fault slow-body: it needs rate= or over=`,
		"truncated at=-1":                          `fault truncated: at=-1: want a whole number from 0 to 1073741824`,
		"wrong-content-type":                       `fault wrong-content-type: it needs type=`,
		"page-drift at-page=2":                     `fault page-drift: it needs insert= or delete= or touch=`,
		"server-error call=0":                      `fault server-error: call=0: want a whole number from 1`,
		"server-error call=":                       `fault server-error: call='': want a whole number from 1`,
		"server-error call=1,x":                    `fault server-error: call=1,x: want a whole number from 1`,
		"server-error call=1 call=2":               `fault server-error: call is set twice`,
		"server-error attempt=0":                   `fault server-error: attempt=0: want a whole number from 1`,
		"server-error first=0":                     `fault server-error: first=0: want a whole number from 1`,
		"server-error every=-3":                    `fault server-error: every=-3: want a whole number from 1`,
		"server-error after=-1":                    `fault server-error: after=-1: want 0 or more`,
		"server-error after=soon":                  `fault server-error: after=soon: want a time such as 2s or 1m30s`,
		"server-error between=5s":                  `fault server-error: between=5s: want a time such as 2s or 1m30s`,
		"server-error between=5s..5s":              `fault server-error: between=5s..5s: the window is empty`,
		"server-error between=5s..1s":              `fault server-error: between=5s..1s: the window is empty`,
		"server-error chance=1.01":                 `fault server-error: chance=1.01: want a probability of 0 to 1`,
		"server-error chance=NaN":                  `fault server-error: chance=NaN: want a probability of 0 to 1`,
		"server-error apply=during":                `fault server-error: apply=during: want before or after`,
		"server-error optional=yes":                `fault server-error: optional=yes: it takes no value`,
		"rate-limited apply=after":                 `fault rate-limited: it takes no apply=: its place in the call is fixed`,
		"lost-response apply=before":               `fault lost-response: it takes no apply=: its place in the call is fixed`,
		"saved-but-says-error apply=before":        `fault saved-but-says-error: it takes no apply=: its place in the call is fixed`,
		"rate-limited burst=5":                     `fault rate-limited: burst= goes with per=: so many calls pass in that time`,
		"slow-body over=1s rate=10":                `fault slow-body: rate= and over= are two ways to be slow; want one of them`,
		"slow-post over=1s rate=10":                `fault slow-post: rate= and over= are two ways to be slow; want one of them`,
		"page-drift insert=0 touch=0":              `fault page-drift: nothing drifts; want insert=, delete= or touch= above 0`,
		"slow-headers delay=2562047h":              `fault slow-headers: delay=2562047h: want a time of 100 years at most`,
		"slow-headers delay=1s jitter=876001h":     `fault slow-headers: jitter=876001h: want a time of 100 years at most`,
		"rate-limited retry-after=2562047h":        `fault rate-limited: retry-after=2562047h: want a time of 100 years at most`,
		"server-error between=1s..2562047h":        `fault server-error: between=1s..2562047h: want a time of 100 years at most`,
		"server-error after=2562047h":              `fault server-error: after=2562047h: want a time of 100 years at most`,
		"clock-skew by=-876001h":                   `fault clock-skew: by=-876001h: want a time of 100 years at most`,
		"stale-read lag=876001h":                   `fault stale-read: lag=876001h: want a time of 100 years at most`,
		"limit-headers limit=1 per=1s names=A,a,B": `fault limit-headers: names=A,a,B: a name stands twice`,
		"server-error first=99999999999999999999":  `fault server-error: first=99999999999999999999: want a whole number from 1`,
	} {
		require.EqualError(t, faultLine(line).Check(), want, line)
	}
	require.EqualError(t, NewFault("not-saved").Set("errors", "a\nb").Check(), "fault not-saved: errors: a value stands on one line")
	require.EqualError(t, NewFault("server-error").When("a", "=", "1").Check(),
		`fault server-error: when='a = 1': condition "a = 1": unknown operator "="; there are == != <= >= < > ~`)
	require.EqualError(t, NewFault("server-error").Rate(-0.5).Check(), "fault server-error: chance=-0.5: want a probability of 0 to 1")
}

// Whatever the words of a fault, reading them ends in an error or in a fault
// that one line stands for.
func FuzzFaultCheck(f *testing.F) {
	for _, line := range append(slices.Clone(faultRight), wireRight...) {
		f.Add(line)
	}
	f.Add("server-error when=a")
	f.Add("burst calls=1,2 mix=,")
	f.Add("page-drift insert=0x1 between=..")
	s := newShelf(nil)
	f.Cleanup(s.Close)
	f.Fuzz(func(t *testing.T, line string) {
		if len(strings.Fields(line)) == 0 {
			return
		}
		fault := faultLine(line)
		_, armed := s.arm(fault)
		if err := fault.Check(); err != nil {
			require.Error(t, armed)
			require.NotContains(t, err.Error(), "\n")
			return
		}
		require.NotContains(t, fault.String(), "\n")
	})
}

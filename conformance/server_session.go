package conformance

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// A session is the calls that one run makes, at the pace that the target bears.
type session struct {
	ctx    context.Context
	to     Target
	client *http.Client
	pace   time.Duration
	auth   func(h http.Header, creds fake.Credentials)
	secret []string // what no report shows

	start  time.Time
	waited time.Duration // by Target.Wait
	last   time.Time     // when the last call was answered
	seq    int
	names  int
	left   map[string]int // kinds of records that stay, and how many
	inbox  *inbox         // nil until something is to be delivered
}

func newSession(ctx context.Context, to Target, s *serverSuite) *session {
	client := to.HTTP
	if client == nil {
		client = &http.Client{}
	}
	once := *client
	once.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	to.URL = strings.TrimRight(to.URL, "/")
	to.Prefix = cmp.Or(to.Prefix, "cartdouble-"+strings.ToLower(rand.Text()[:8]))
	se := &session{ctx: ctx, to: to, client: &once, pace: max(0, cmp.Or(to.Pace, s.pace)), auth: s.auth, left: map[string]int{}}
	for word, value := range to.Creds {
		if !slices.Contains(s.public, word) {
			se.hide(value)
		}
	}
	if s.encoded != nil {
		for _, secret := range s.encoded(to.Creds) {
			se.hide(secret)
		}
	}
	return se
}

// hide keeps a text out of reports, however it is written there. The longest
// come first, so that none is hidden in part.
func (s *session) hide(secret string) {
	quoted := jsonText(secret)
	for _, form := range []string{secret, quoted[1 : len(quoted)-1], url.QueryEscape(secret)} {
		if form != "" && !slices.Contains(s.secret, form) {
			s.secret = append(s.secret, form)
		}
	}
	slices.SortFunc(s.secret, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
}

// shown is a text as a report shows it.
func (s *session) shown(text string) string {
	var pairs []string
	for _, secret := range s.secret {
		pairs = append(pairs, secret, "***")
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// short is the beginning of a text as a report shows it. Secrets are taken out
// before it is cut, for half of one would be shown else.
func (s *session) short(text string) string { return short([]byte(s.shown(text))) }

// name is a new one for a record of this run.
func (s *session) name() string {
	s.names++
	return s.to.Prefix + "-" + strconv.Itoa(s.names)
}

func (s *session) email() string { return s.name() + "@example.com" }

// leftBehind says what stays of this run.
func (s *session) leftBehind() []string {
	var lines []string
	for _, kind := range slices.Sorted(maps.Keys(s.left)) {
		lines = append(lines, count(s.left[kind], kind)+" of "+s.to.Prefix)
	}
	return lines
}

// wait lets time pass for the target.
func (s *session) wait(d time.Duration) {
	if d <= 0 {
		return
	}
	if s.to.Wait != nil {
		s.to.Wait(d)
		s.waited += d
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-s.ctx.Done():
	}
}

// now is the time of a call: that of the machine, or of the target's clock as
// far as it was moved.
func (s *session) now() time.Time {
	if s.to.Wait != nil {
		return s.start.Add(s.waited)
	}
	return time.Now()
}

// rest waits until the next call is within the pace. Where the target's clock
// is not the machine's, that is the whole time after each call.
func (s *session) rest() {
	switch {
	case s.last.IsZero():
	case s.to.Wait != nil:
		s.wait(s.pace)
	default:
		s.wait(s.pace - time.Since(s.last))
	}
}

// A question is one call that a rule makes.
type question struct {
	method string
	path   string // below the base URL, or from the root of the host where it begins with "//"
	header map[string]string
	body   string           // JSON
	creds  fake.Credentials // instead of the target's; an empty word is left out
	search bool             // changes nothing, whatever its method
	fast   bool             // at once, and a refusal for the rate is an answer
}

// writes tells whether a call may change something.
func (a question) writes() bool {
	return a.method != http.MethodGet && a.method != http.MethodHead && !a.search
}

// send makes a call and gives the exchange. A call that is refused for its rate
// is made again, for others may be calling too.
func (s *session) send(a question) (fake.Exchange, error) {
	const most = 4
	for try := 1; ; try++ {
		if !a.fast {
			s.rest()
		}
		x, err := s.once(a)
		s.last = time.Now()
		if err != nil || a.fast || x.Status != http.StatusTooManyRequests || try == most {
			return x, err
		}
		told, _ := strconv.Atoi(x.ReplyHeader.Get("Retry-After"))
		s.wait(min(time.Minute, max(time.Second, time.Duration(told)*time.Second)))
	}
}

func (s *session) once(a question) (fake.Exchange, error) {
	const longest, most = time.Minute, 64 << 20
	ctx, cancel := context.WithTimeout(s.ctx, longest)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, a.method, s.to.URL+a.path, strings.NewReader(a.body))
	if err != nil {
		return fake.Exchange{}, err
	}
	if a.body == "" {
		r.Body, r.ContentLength = http.NoBody, 0
	} else {
		r.Header.Set("Content-Type", "application/json")
	}
	creds := maps.Clone(s.to.Creds)
	maps.Copy(creds, a.creds)
	s.auth(r.Header, creds)
	for name, value := range a.header {
		r.Header.Set(name, value)
	}
	s.seq++
	x := fake.Exchange{Seq: s.seq, At: s.now(), Method: a.method, URL: r.URL.RequestURI(), Header: r.Header.Clone(), Body: []byte(a.body)}
	answer, err := s.client.Do(r)
	if err != nil {
		return x, err
	}
	defer func() { _ = answer.Body.Close() }()
	x.Status, x.ReplyHeader = answer.StatusCode, answer.Header
	if x.ReplyBody, err = io.ReadAll(io.LimitReader(answer.Body, most)); err != nil {
		return x, fmt.Errorf("the answer to %s %s breaks off: %w", a.method, x.URL, err)
	}
	x.ReplyBody = bytes.Clone(x.ReplyBody)
	return x, nil
}

package scenarios_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartly"
	"github.com/cartdouble/cartdouble/scenarios"
)

// desk is a receiver of deliveries about customers, and the program behind it. It is
// wrong in one way, or right.
type desk struct {
	*store
	shop  *cartly.Server
	wrong bool

	mu      sync.Mutex
	booked  []string // ids
	parked  []string // ids of customers that it does not know yet
	known   []string // ids that the API has told it
	note    string
	changed string // when the note did
	busy    time.Duration
}

// A post is a delivery as a desk gets it.
type post struct {
	r    *http.Request
	body []byte
	err  error // how the body ended
}

func (p post) get(path string) string { return gjson.GetBytes(p.body, path).Str }

// receivers are, for each fault of deliveries, what a desk does with a post, what it
// is played, and what it believes in the end.
var receivers = map[string]struct {
	fault fake.Fault
	take  func(d *desk, p post) (status int)
	play  func(d *desk, t *testing.T)
	tell  func(d *desk, t *testing.T) string
	truth string // under the fault
	plain string // and without it; "": neither is certain there
}{
	"duplicate": {scenarios.Duplicate(), (*desk).bookOnce, (*desk).create, (*desk).count, "1", "1"},
	"retry":     {scenarios.Retry().Call(1), (*desk).bookOnce, (*desk).create, (*desk).count, "1", "1"},
	"overtake":  {scenarios.Overtake().Call(1), (*desk).keepNewest, (*desk).createAndChange, (*desk).lastNote, "mine", "mine"},
	"replayed":  {scenarios.Replayed(10 * time.Minute).On("hook:customer.created"), (*desk).keepNewest, (*desk).createAndChange, (*desk).lastNote, "mine", "mine"},
	"delay":     {scenarios.Delay(time.Hour).On("hook:customer.created"), (*desk).keepPresent, (*desk).createAndChange, (*desk).lastNote, "mine", "mine"},
	"early":     {scenarios.Early(), (*desk).bookKnown, (*desk).create, (*desk).count, "1", ""},
	"dropped":   {scenarios.Dropped(), (*desk).bookOnce, (*desk).create, (*desk).countOrList, "1", "1"},
	"disabled":  {scenarios.Disabled(), (*desk).bookOnce, (*desk).create, (*desk).countOrOff, "off", "1"},

	"bad-signature":  {scenarios.BadSignature().Set("kind", "truncated"), bookIf(signedSoFar, signed), (*desk).create, (*desk).count, "0", "1"},
	"no-signature":   {scenarios.NoSignature(), bookIf(signedIfAtAll, signed), (*desk).create, (*desk).count, "0", "1"},
	"signature-form": {scenarios.SignatureForm("bare"), bookIf(signed, signedInEitherForm), (*desk).create, (*desk).count, "1", "1"},
	"tampered":       {scenarios.Tampered().Set("kind", "re-encoded"), bookIf(signedAnew, signed), (*desk).create, (*desk).count, "0", "1"},
	"body-style":     {scenarios.BodyStyle("pretty"), bookIf(signedAnew, signed), (*desk).create, (*desk).count, "1", "1"},
	"old-secret":     {scenarios.OldSecret(), bookIf(signedEver, signed), (*desk).rotateAndCreate, (*desk).count, "0", "1"},
	"rotated":        {scenarios.Rotated().Set("late", "1h"), bookIf(signed, signedEver), (*desk).rotateAndCreate, (*desk).count, "1", "1"},

	"unknown-event": {scenarios.UnknownEvent("customer.promoted"), (*desk).takeEvent, (*desk).create, (*desk).lastStatus, "200", "200"},
	"test-ping":     {scenarios.TestPing(), (*desk).bookEvent, (*desk).create, (*desk).count, "0", "1"},
	"wrong-target":  {scenarios.WrongTarget("GET"), (*desk).bookPosts, (*desk).create, (*desk).count, "0", "1"},
	"cut-post":      {scenarios.CutPost().Attempt(1), (*desk).bookWhole, (*desk).create, (*desk).ends, "1 whole", "1 whole"},
	"slow-post":     {scenarios.SlowPost(time.Hour).Call(1), nil, (*desk).create, (*desk).patience, "has time", "has time"},
	"flood":         {scenarios.Flood(50), (*desk).queue, (*desk).create, (*desk).refusals, "0 refused", "0 refused"},
}

func TestFaultsCatchWrongReceivers(t *testing.T) {
	t.Parallel()
	for name, c := range receivers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			believes := func(wrong bool, fault fake.Fault) (belief string) {
				synctest.Test(t, func(t *testing.T) {
					shop := cartly.Start(t, cartly.WithExtraEvents(), fake.Allow("unclaimed-delivery"))
					d := &desk{
						store: &store{shop.Server, http.Header{"Authorization": {"Bearer " + shop.Token()}, "Content-Type": {"application/json"}}},
						shop:  shop, wrong: wrong,
					}
					shop.Hooks.To(d.serving(c.take), "customer.created", "customer.updated")
					if fault.Name() != "" {
						require.Equal(t, name, fault.Name())
						shop.Inject(fault)
					}
					c.play(d, t)
					time.Sleep(3 * time.Hour) // whatever is late has come
					shop.Settle()
					belief = c.tell(d, t)
				})
				return belief
			}
			assert.Equal(t, c.truth, believes(false, c.fault), "the right receiver")
			assert.NotEqual(t, c.truth, believes(true, c.fault), "the wrong receiver is not caught")
			if c.plain != "" {
				assert.Equal(t, c.plain, believes(false, fake.Fault{}), "the right receiver, where nothing goes wrong")
				assert.Equal(t, c.plain, believes(true, fake.Fault{}), "the wrong receiver, where nothing goes wrong")
			}
		})
	}
}

// serving is the handler of the desk. One that is right does not read for ever.
func (d *desk) serving(take func(*desk, post) int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		if !d.wrong {
			_ = http.NewResponseController(w).SetReadDeadline(start.Add(5 * time.Second)) // else the case shows it
		}
		body, err := io.ReadAll(r.Body)
		status := http.StatusOK
		if late := net.Error(nil); errors.As(err, &late) && late.Timeout() {
			status = http.StatusRequestTimeout
		} else if take != nil {
			status = take(d, post{r, body, err})
		}
		d.mu.Lock()
		d.busy = max(d.busy, time.Since(start))
		d.mu.Unlock()
		w.WriteHeader(status)
	}
}

func (d *desk) book(id string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.booked = append(d.booked, id)
	return http.StatusOK
}

// What is played.

func (d *desk) create(t *testing.T) {
	_, body, _ := d.ask(t, asked["cartly"]["create"])
	d.mu.Lock()
	defer d.mu.Unlock()
	d.known = append(d.known, gjson.Get(body, "id").Str)
	d.booked = append(d.booked, d.parked...)
}

func (d *desk) createAndChange(t *testing.T) {
	d.create(t)
	d.Advance(time.Second)
	d.ask(t, asked["cartly"]["update"])
}

func (d *desk) rotateAndCreate(t *testing.T) {
	d.shop.RotateSecret("the-new-secret")
	d.Advance(time.Minute)
	d.create(t)
}

// What a desk does with a post.

// bookOnce tells by its id what it has, or takes all for new.
func (d *desk) bookOnce(p post) int {
	d.mu.Lock()
	seen := slices.Contains(d.booked, p.get("data.id"))
	d.mu.Unlock()
	if seen && !d.wrong {
		return http.StatusOK
	}
	return d.book(p.get("data.id"))
}

// keepNewest tells by its time what is newer, or takes what comes last for it.
func (d *desk) keepNewest(p post) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	if at := p.get("data.updated_at"); d.wrong || at >= d.changed {
		d.note, d.changed = p.get("data.note"), at
	}
	return http.StatusOK
}

// keepPresent asks for what is true now, or takes what it is told for it.
func (d *desk) keepPresent(p post) int {
	note := p.get("data.note")
	if !d.wrong {
		for _, c := range d.shop.Customers.All() {
			if c.ID == p.get("data.id") {
				note = c.Note
			}
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.note = note
	return http.StatusOK
}

// bookKnown keeps what it does not know yet, or throws it away.
func (d *desk) bookKnown(p post) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch id := p.get("data.id"); {
	case slices.Contains(d.known, id):
		d.booked = append(d.booked, id)
	case !d.wrong:
		d.parked = append(d.parked, id)
	}
	return http.StatusOK
}

// takeEvent takes what it does not know for the sender's mistake, or lets it pass.
func (d *desk) takeEvent(p post) int {
	if d.wrong && !strings.HasPrefix(p.get("event"), "customer.c") && p.get("event") != "customer.updated" {
		return http.StatusBadRequest
	}
	return http.StatusOK
}

// bookEvent books what it knows, or whatever comes.
func (d *desk) bookEvent(p post) int {
	if !d.wrong && p.get("event") != "customer.created" {
		return http.StatusOK
	}
	return d.book(p.get("data.id"))
}

func (d *desk) bookPosts(p post) int {
	if !d.wrong && p.r.Method != http.MethodPost {
		return http.StatusMethodNotAllowed
	}
	return d.book(p.get("data.id"))
}

// bookWhole wants the whole of a body, or is content with its beginning.
func (d *desk) bookWhole(p post) int {
	if p.err != nil && !d.wrong {
		return http.StatusBadRequest
	}
	whole := "whole"
	if !json.Valid(p.body) {
		whole = "half"
	}
	return d.book(whole)
}

// queue has room for ten, or for all.
func (d *desk) queue(p post) int {
	d.mu.Lock()
	full := d.wrong && len(d.booked) == 10
	d.mu.Unlock()
	if full {
		return http.StatusServiceUnavailable
	}
	return d.book(p.get("data.id"))
}

// bookIf books what is signed, as the desk sees it.
func bookIf(wrong, right func(d *desk, p post, signature string) bool) func(*desk, post) int {
	return func(d *desk, p post) int {
		good := right
		if d.wrong {
			good = wrong
		}
		if !good(d, p, p.r.Header.Get(cartly.SignatureHeader)) {
			return http.StatusUnauthorized
		}
		return d.book(p.get("data.id"))
	}
}

func signed(d *desk, p post, signature string) bool {
	return cartly.Verify(d.shop.WebhookSecret(), p.body, signature) == nil
}

// signedSoFar compares as much as there is.
func signedSoFar(d *desk, p post, signature string) bool {
	return strings.HasPrefix(cartly.Sign(d.shop.WebhookSecret(), p.body), signature)
}

func signedIfAtAll(d *desk, p post, signature string) bool {
	return signature == "" || signed(d, p, signature)
}

func signedInEitherForm(d *desk, p post, signature string) bool {
	return signed(d, p, "sha256="+strings.TrimPrefix(signature, "sha256="))
}

// signedAnew writes the body as it would itself, and checks that.
func signedAnew(d *desk, p post, signature string) bool {
	var b bytes.Buffer
	return json.Compact(&b, p.body) == nil && cartly.Verify(d.shop.WebhookSecret(), b.Bytes(), signature) == nil
}

// signedEver knows the secret before the present one as well.
func signedEver(d *desk, p post, signature string) bool {
	return signed(d, p, signature) || cartly.Verify(d.shop.OldSecret(), p.body, signature) == nil
}

// What it believes.

func (d *desk) count(*testing.T) string    { return fmt.Sprint(len(d.booked)) }
func (d *desk) lastNote(*testing.T) string { return d.note }
func (d *desk) ends(*testing.T) string {
	return fmt.Sprint(len(d.booked), " ", strings.Join(d.booked, " "))
}

// countOrList asks the API what it has missed, or counts on being told.
func (d *desk) countOrList(t *testing.T) string {
	if d.wrong {
		return d.count(t)
	}
	_, body, _ := d.ask(t, asked["cartly"]["list"])
	return fmt.Sprint(len(gjson.Get(body, "customers").Array()))
}

// countOrOff asks whether it is still told, or takes silence for peace.
func (d *desk) countOrOff(t *testing.T) string {
	_, body, _ := d.ask(t, asked["cartly"]["hooks"])
	if !d.wrong && !gjson.Get(body, "webhooks.0.active").Bool() {
		return "off"
	}
	return d.count(t)
}

func (d *desk) lastStatus(*testing.T) string {
	attempts := d.shop.Hooks.Attempts()
	return fmt.Sprint(attempts[len(attempts)-1].Status)
}

func (d *desk) refusals(*testing.T) string {
	n := 0
	for _, a := range d.shop.Hooks.Attempts() {
		if a.Status >= 300 {
			n++
		}
	}
	return fmt.Sprint(n, " refused")
}

func (d *desk) patience(*testing.T) string {
	if d.busy > time.Minute {
		return "was kept for " + d.busy.String()
	}
	return "has time"
}

package scenarios

import (
	"bytes"
	"cmp"
	"crypto/hmac"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// HookURL is the address that the service is to be given for its deliveries: a
// receiver of the run. While a story is played that is the one of the first hook
// line; in a recording it is a port of the loopback interface, from where
// deliveries are written down and passed on to the handler of Run.Receiver.
func (r *Run) HookURL() string {
	r.tb.Helper()
	if !r.prog.api.hooks {
		r.tb.Fatalf("scenarios: %s: %s sends no deliveries, so there is no address for them", r.prog.file, r.prog.api.name)
	}
	switch {
	case r.rec != nil:
		return r.rec.hookURL()
	case len(r.prog.hooks) > 0:
		return r.prog.hooks[0].url
	}
	return receiverHost + "app"
}

func (c *recorder) hookURL() string {
	if c.guard.Inside() {
		return receiverHost + "app" // which only the fake finds
	}
	return "http://" + c.listener.Addr().String() + hookPath + "app"
}

// serveHook is where deliveries come in.
func (c *recorder) serveHook(w http.ResponseWriter, r *http.Request) {
	body, ok := c.begin(w, r)
	if !ok {
		return
	}
	defer c.leave()
	c.take(w, r, body)
}

// noTopic is that of a delivery which does not tell it.
const noTopic = "?"

// take passes a delivery on to the program under test, and keeps it.
func (c *recorder) take(w http.ResponseWriter, r *http.Request, body []byte) {
	c.mu.Lock()
	h, deaf := c.handler, c.deaf
	c.mu.Unlock()
	if deaf {
		w.WriteHeader(http.StatusOK)
		return
	}
	x := &recorded{method: r.Method, target: r.URL.RequestURI(), header: r.Header.Clone(), body: body, topic: noTopic}
	if err := c.genuine(x); err != nil {
		c.problem("a delivery: %v", err)
	}
	if h == nil {
		c.problem("a delivery of %s came, and nobody receives it: the test calls Run.Receiver before", x.topic)
		http.Error(w, "nobody receives: the test calls Run.Receiver", http.StatusServiceUnavailable)
		return
	}
	if x.topic != noTopic {
		c.arrived(x)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	answer := &heard{ResponseWriter: w}
	h.ServeHTTP(answer, r)
	c.mu.Lock()
	defer c.mu.Unlock()
	x.status = cmp.Or(answer.status, http.StatusOK)
}

// heard is the answer of a receiver, whose status is kept.
type heard struct {
	http.ResponseWriter
	status int
}

func (h *heard) WriteHeader(status int) {
	if h.status == 0 && status >= 200 {
		h.status = status
	}
	h.ResponseWriter.WriteHeader(status)
}

// Unwrap is what http.ResponseController asks for.
func (h *heard) Unwrap() http.ResponseWriter { return h.ResponseWriter }

// genuine checks the signature of a delivery and finds its topic. The signature
// is not kept: a replay signs anew.
func (c *recorder) genuine(x *recorded) error {
	hooks := c.vendor.Hooks
	if topic := c.api.topic(x.header, x.body); topic != "" {
		x.topic = topic
	}
	secret := c.set.secrets["hook"]
	got := x.header.Get(hooks.Signed)
	want := hooks.Sign(secret, c.now(), x.body)
	_, bare, _ := strings.Cut(want, "=")
	switch {
	case x.topic == noTopic:
		return fmt.Errorf("it does not tell its topic")
	case secret == "":
		return fmt.Errorf("its signature cannot be checked; the test has to give scenarios.Secret(\"hook\", …)")
	case got == "":
		return fmt.Errorf("%s: it has no header %s", x.topic, hooks.Signed)
	case !hmac.Equal([]byte(got), []byte(want)) && !hmac.Equal([]byte(got), []byte(bare)):
		return fmt.Errorf("%s: its signature belongs to another body or another secret than \"hook\"", x.topic)
	}
	x.header.Del(hooks.Signed)
	return nil
}

func (c *recorder) receiver(h http.Handler) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.handler = h
}

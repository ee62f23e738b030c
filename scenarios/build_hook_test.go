package scenarios_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/scenarios"
)

const orderSeven = `{"id": "ord_7"}`

// rotated is a story of deliveries that is built in Go.
func rotated() *scenarios.Scenario {
	s := scenarios.New("cartly", scenarios.Clock("2025-03-01T09:00:00Z frozen"), scenarios.Line("hook order.created -> app as=orders"))
	s.Phase("The secret changes")
	s.Deliver("order.created as=first", scenarios.Body(orderSeven)).With(scenarios.CutPost()).Answered("none")
	s.Advance(time.Second)
	s.Rotate("orders", "next", time.Hour)
	s.Deliver("first again").With(scenarios.OldSecret()).Answered("2xx")
	s.Deliver("order.created raw style=as-is", scenarios.Body(orderSeven)).Answered("2xx|400")
	s.Check("app.failed", "<=", "2")
	return s
}

const rotatedText = `scenario 1 cartly
clock    2025-03-01T09:00:00Z frozen
hook     order.created -> app as=orders

# The secret changes
=> order.created as=first @order-created !! cut-post
<= none
advance 1s
rotate orders secret={{secret.next}} overlap=1h0m0s
=> first again !! old-secret
<= 2xx
=> order.created raw style=as-is @order-created
<= 2xx|400
check app.failed <= 2

-- order-created.json --
{"id": "ord_7"}
`

func TestBuildDeliveries(t *testing.T) {
	t.Parallel()
	s := rotated()
	assert.Equal(t, rotatedText, string(s.Format()))
	require.NoError(t, s.WriteFile(filepath.Join(t.TempDir(), "s.txtar")))
	r := newTill(s.Start(t), "")
	assert.Equal(t, []string{"ord_7"}, r.booked)

	watched := watch(func(w *spy) { rotated().Start(w).Receiver(answers(401)) })
	assert.Regexp(t, `^build_hook_test\.go:\d+: delivery #1 was not answered as the story wants\n`, watched.failures()[0])
}

func TestBuildDeliveriesNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	for want, build := range map[string]func(s *scenarios.Scenario){
		"no answer of the receiver follows; want a line: <= 2xx": func(s *scenarios.Scenario) { s.Deliver("order.created", scenarios.Body(orderSeven)) },
		"<= ok: want none, a status such as 204, a class such as 2xx, or several: 401|403": func(s *scenarios.Scenario) {
			s.Deliver("order.created", scenarios.Body(orderSeven)).Answered("ok")
		},
		"fault reset is about calls; it stands behind <-": func(s *scenarios.Scenario) {
			s.Deliver("order.created", scenarios.Body(orderSeven)).With(scenarios.Reset()).Answered("2xx")
		},
		"fault old-secret: there is no old secret, for no rotate line stands above": func(s *scenarios.Scenario) {
			s.Deliver("order.created", scenarios.Body(orderSeven)).With(scenarios.OldSecret()).Answered("401")
		},
		"rotate: there is no hook wh": func(s *scenarios.Scenario) { s.Rotate("wh", "next", 0) },
		"fault bad-signature is about deliveries; it stands behind =>": func(s *scenarios.Scenario) {
			s.Expect("GET ~/apps/api/me").Live().With(scenarios.BadSignature())
		},
		"faults bad-signature and no-signature both change the same: what happens when a delivery is signed": func(s *scenarios.Scenario) {
			s.Deliver("order.created", scenarios.Body(orderSeven)).With(scenarios.BadSignature(), scenarios.NoSignature()).Answered("401")
		},
		"fault early cannot hit this delivery now": func(s *scenarios.Scenario) {
			s.Deliver("order.created", scenarios.Body(orderSeven)).With(scenarios.Early()).Answered("2xx")
		},
	} {
		s := scenarios.New("cartly", scenarios.Line("hook order.created -> app"))
		build(s)
		err := s.WriteFile(filepath.Join(t.TempDir(), "s.txtar"))
		require.Error(t, err, want)
		first, _, _ := strings.Cut(err.Error(), "\n")
		_, text, _ := strings.Cut(strings.TrimPrefix(first, "scenarios: build_hook_test.go:"), ": ")
		assert.Equal(t, want, text)
	}
}

package scenarios_test

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/scenarios"
)

func TestDeliveriesAreRead(t *testing.T) {
	t.Parallel()
	s, err := scenarios.Load(os.DirFS("testdata"), "hooks.txtar")
	require.NoError(t, err)
	text, err := os.ReadFile("testdata/hooks.txtar")
	require.NoError(t, err)
	assert.Equal(t, string(text), string(s.Format()))
}

func TestDeliveriesAreChecked(t *testing.T) {
	t.Parallel()
	const (
		hook = "hook order.created -> app as=wh\n"
		o    = "-- o.json --\n{\"id\": \"ord_7\"}\n"
	)
	for text, want := range map[string]string{
		"hook a app\n":                                           `2: hook: want TOPICS -> NAME, not "hook a app"`,
		"hook a -> app scret={{secret.a}}\n":                     `2: unknown option scret= (did you mean "secret"?)`,
		"hook a -> app x\n":                                      `2: unexpected "x"`,
		"hook a ->\n":                                            `2: "hook a ->": the receiver's name is missing`,
		"hook a -> 7\n":                                          `2: hook: "7" is no name`,
		"hook a -> app secret=abc\n":                             `2: a secret does not belong in a file; write secret={{secret.hook}}`,
		"hook a -> app url=/hooks\n":                             `2: hook: url=/hooks: want a whole address: https://shop.example.com/hooks`,
		"hook order.creatd -> app\n":                             `2: hook: cartly has no event "order.creatd" (did you mean "order.created"?); it has order.created, order.updated, order.fulfilled, order.canceled, product.created, product.updated, customer.created, cart.abandoned`,
		"hook * -> app\nhook * -> app\n":                         `3: hook: line 2 is called app too; give one of them a name: as=NAME`,
		"hook * -> a\nhook * -> b secret={{secret.c}}\n":         `3: hook: cartly signs with one secret for all; line 2 has {{secret.hook}}`,
		"deliveries hold\n":                                      `2: unknown word "hold" (did you mean "held"?); there are auto, held`,
		"rotate\n":                                               `2: "rotate": the hook is missing`,
		"rotate wh overlap=long\n":                               `2: overlap: "long" is no time; want one like 1s, 250ms, 5m, 75h`,
		hook + "rotate wx secret={{secret.b}}\n":                 `3: rotate: there is no hook wx (did you mean "wh"?)`,
		hook + "rotate wh\n":                                     `3: rotate: what the secret becomes is missing: secret={{secret.hook2}}`,
		hook + "rotate wh secret=b\n":                            `3: a secret does not belong in a file; write secret={{secret.hook2}}`,
		"=>\n":                                                   `2: "=>": the topic, or the name of a delivery is missing`,
		hook + "=> order.created agian\n<= 2xx\n":                `3: unknown word "agian" (did you mean "again"?)`,
		hook + "=> order.created @o\n<= 2xx\n":                   `3: there is no section @o`,
		hook + "=> order.created @o\n" + o:                       `3: no answer of the receiver follows; want a line: <= 2xx`,
		"<= 2xx\n":                                               `2: <= follows a delivery (=>)`,
		hook + "=> order.created @o\n<= ok\n" + o:                `4: <= ok: want none, a status such as 204, a class such as 2xx, or several: 401|403`,
		hook + "=> order.created @o !! rest\n<= 2xx\n" + o:       `3: unknown fault "rest" (did you mean "reset"?)`,
		hook + "par {\n=> a\n}\n":                                `4: => cannot stand inside par { }, only requests and their answers can`,
		"-> GET ~/apps/api/me again\n<- 200":                     `2: again belongs to a delivery (=>), not to a request`,
		"=> order.created @o\n<= 2xx\n" + o:                      `2: => order.created: nobody receives it; the head needs a line: hook order.created -> app`,
		hook + "=> order.create @o\n<= 2xx\n" + o:                `3: => order.create: no hook asks for it (did you mean "order.created"?); they ask for order.created`,
		"hook * -> app\n=> order.creatd raw @o\n<= 2xx\n" + o:    `3: =>: cartly has no event "order.creatd" (did you mean "order.created"?); it has order.created, order.updated, order.fulfilled, order.canceled, product.created, product.updated, customer.created, cart.abandoned`,
		hook + "=> order.created\n<= 2xx\n":                      `3: => order.created: want @section with the record; without one it is a delivery that the fake has made and holds, and the head needs the line: deliveries held`,
		hook + "=> order.created raw\n<= 2xx\n":                  `3: => order.created raw: the section with the body is missing`,
		hook + "=> order.created @o @o\n<= 2xx\n" + o:            `3: a second section @o`,
		hook + "=> order.created @o style=prety\n<= 2xx\n" + o:   `3: unknown style "prety" (did you mean "pretty"?); there are compact, pretty, escaped-slashes, ascii, as-is`,
		hook + "=> order.created @t\n<= 2xx\n-- t.txt --\nx\n":   `3: => order.created @t: a record is a .json section; with raw the section is the whole body`,
		hook + "=> order.created @n\n<= 2xx\n-- n.json --\n{}\n": `3: section n.json: the record has no id; want one like "id": "ord_7"`,
		hook + "=> order.created @n\n<= 2xx\n-- n.json --\n{\"id\": \"a\", \"totl\": 1}\n": `3: section n.json: no record for order.created: unknown field "totl"`,
		hook + "=> first again\n<= 2xx\n":                                                  `3: => first again: no delivery above has as=first`,
		hook + "=> order.created @o as=first\n<= 2xx\n=> frist again\n<= 2xx\n" + o:        `5: => frist again: no delivery above has as=frist (did you mean "first"?)`,
		hook + "=> order.created @o as=a\n<= 2xx\n=> a again style=pretty\n<= 2xx\n" + o:   `5: style=pretty: again sends the same once more; a fault can change it`,
		hook + "=> order.created @o as=a\n<= 2xx\n=> order.created @o as=a\n<= 2xx\n" + o:  `5: a second delivery as=a; the first is line 3`,
		hook + "=> order.created @o !! reset\n<= 2xx\n" + o:                                `3: fault reset is about calls; it stands behind <-`,
		hook + "check app.acepted == 1\n":                                                  `3: check: the receiver app has no "acepted" (did you mean "accepted"?); it has accepted, refused, failed`,
		hook + "check ap.accepted == 1\n":                                                  `3: check: there is no receiver ap (did you mean "app"?); a hook line names one`,
	} {
		text = "scenario 1 cartly\n" + strings.TrimSuffix(text, "\n") + "\n"
		_, err := scenarios.Load(fstest.MapFS{"s.txtar": {Data: []byte(text)}}, "s.txtar")
		require.Error(t, err, text)
		assert.Equal(t, "scenarios: s.txtar:"+want, err.Error(), text)
	}
}

// An API that sends nothing has no use for words about deliveries.
func TestDeliveriesOfAnAPIWithoutAny(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"hook a -> app\n":         "2: hook: cartfunnel sends no deliveries",
		"deliveries held\n":       "2: deliveries: cartfunnel sends no deliveries",
		"check app.failed == 0\n": "2: check app.failed: cartfunnel sends no deliveries",
	} {
		_, err := scenarios.Load(fstest.MapFS{"s.txtar": {Data: []byte("scenario 1 cartfunnel\n" + text)}}, "s.txtar")
		require.Error(t, err, text)
		assert.Equal(t, "scenarios: s.txtar:"+want, err.Error(), text)
	}
}

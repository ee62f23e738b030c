package scenarios

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// hookshop is an API with deliveries: the reader knows their grammar already.
func hookshop() map[string]*api {
	a := cartfunnelAPI()
	a.name, a.hooks = "hookshop", true
	return map[string]*api{"hookshop": a}
}

func TestDeliveriesAreRead(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/hooks.txtar")
	require.NoError(t, err)
	doc, ps := readDocument("hooks.txtar", text)
	require.Empty(t, ps)
	_, ps = compile(doc, hookshop())
	assert.Empty(t, ps)
}

func TestDeliveriesAreChecked(t *testing.T) {
	t.Parallel()
	const top = "scenario 1 hookshop\n"
	for text, want := range map[string]string{
		"hook a app\n":                          `hook: want TOPICS -> NAME, not "hook a app"`,
		"hook a -> app scret={{secret.a}}\n":    `unknown option scret= (did you mean "secret"?)`,
		"hook a -> app x\n":                     `unexpected "x"`,
		"hook a ->\n":                           `"hook a ->": the receiver's name is missing`,
		"deliveries hold\n":                     `unknown word "hold" (did you mean "held"?); there are auto, held`,
		"rotate\n":                              `"rotate": the hook is missing`,
		"rotate wh overlap=long\n":              `overlap: "long" is no time; want one like 1s, 250ms, 5m, 75h`,
		"=>\n":                                  `"=>": the topic, or the name of a delivery is missing`,
		"=> a agian\n<= 2xx\n":                  `unknown word "agian" (did you mean "again"?)`,
		"=> a @o\n<= 2xx\n":                     `there is no section @o`,
		"=> a\n":                                `no answer of the receiver follows; want a line: <= 2xx`,
		"<= 2xx\n":                              `<= follows a delivery (=>)`,
		"=> a\n<= ok\n":                         `<= ok: want none, a status such as 204, a class such as 2xx, or several: 401|403`,
		"=> a !! rest\n<= 2xx\n":                `unknown fault "rest" (did you mean "reset"?)`,
		"par {\n=> a\n}\n":                      `=> cannot stand inside par { }, only requests and their answers can`,
		"-> GET ~/customers.json again\n<- 200": `again belongs to a delivery (=>), not to a request`,
	} {
		doc, ps := readDocument("s.txtar", []byte(top+strings.TrimSuffix(text, "\n")+"\n"))
		require.Empty(t, ps, text)
		_, ps = compile(doc, hookshop())
		var got []string
		for _, p := range ps {
			got = append(got, p.Text)
		}
		assert.Equal(t, []string{want}, got, text)
	}
}

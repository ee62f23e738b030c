package scenarios_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/golden"
	"github.com/cartdouble/cartdouble/scenarios"
)

// throughHAR writes a recording as HAR and reads that again, which has to give the
// same story: all but the head, and deliveries, for which HAR has no place.
func throughHAR(t *testing.T, file string) []byte {
	t.Helper()
	s, err := scenarios.Load(os.DirFS(filepath.Dir(file)), filepath.Base(file))
	require.NoError(t, err)
	har, err := s.ExportHAR()
	require.NoError(t, err)
	harHolds(t, har)
	back, err := scenarios.Import(s.API(), har)
	require.NoError(t, err, "%s", har)
	assert.Equal(t, told(string(s.Format())), told(string(back.Format())), "%s", har)
	return har
}

var deliveryLines = regexp.MustCompile(`(?m)^(?:=> \S+ raw @(\S+).*|<= .*)\n`)

// told is a story without its head and its deliveries.
func told(text string) string {
	_, story, _ := strings.Cut(text, "\n->")
	for _, step := range deliveryLines.FindAllStringSubmatch(story, -1) {
		if step[1] != "" {
			story = regexp.MustCompile(`(?s)-- `+regexp.QuoteMeta(step[1])+`\.\w+ --\n.*?\n(-- |$)`).ReplaceAllString(story, "$1")
		}
	}
	return deliveryLines.ReplaceAllString(story, "")
}

// toldStory has all that a recording can come to have by hand.
const toldStory = `scenario 1 cartly
clock    2025-03-01T09:00:00Z
auth     token={{secret.api}}
hook     order.created -> app secret={{secret.hook}}

-> GET ~/apps/api/customers query=email={{person1:email}}&key={{secret.other}} x2..5
<- 200 @list gzip
advance 1h
-> PUT ~/apps/api/customers/{{id}} @form wait=2s..30s
<- live !! slow-headers delay=1s
-> POST ~/apps/api/customers @form
<- 201 chunked !! truncated how=silent
=> order.created raw @order
<= 2xx
-> POST ~/apps/api/customers @form
<- fault server-error status=503
-> GET ~/apps/api/logo optional
<- 200 @logo
never ever GET ~/apps/api/shop

-- list.json --
{"customers": [{"id": "cus_{{id:token}}", "email": "{{person1:email}}", "since": "{{:time}}", "note": "{{now+5m}}"}]}
-- form.form --
email={{other:email}}
-- order.json --
{"event": "order.created"}
-- logo.b64 --
iVBORw0KGgoA/w==
`

func loadedStory(t *testing.T, text string) *scenarios.Scenario {
	t.Helper()
	s, err := scenarios.Load(fstest.MapFS{"story.txtar": {Data: []byte(text)}}, "story.txtar")
	require.NoError(t, err)
	return s
}

func TestExportRecordingAsHAR(t *testing.T) {
	t.Parallel()
	s := loadedStory(t, toldStory)
	text, err := s.ExportHAR()
	require.NoError(t, err)
	harHolds(t, text)
	golden.Text(t, "har", string(text))
	again, err := s.ExportHAR()
	require.NoError(t, err)
	assert.Equal(t, string(text), string(again), "the seed says it all")

	log := gjson.GetBytes(text, "log")
	assert.Equal(t, "left out: 1 delivery", log.Get("comment").Str)
	var times []string
	for _, e := range log.Get("entries").Array() {
		times = append(times, strings.TrimPrefix(e.Get("startedDateTime").Str, "2025-03-01T")+" "+e.Get("response.status").Raw+" "+e.Get("comment").Str)
	}
	assert.Equal(t, []string{
		"09:00:00Z 200 ", "09:00:00Z 200 ", "10:00:02Z 0 live !! slow-headers delay=1s", "10:00:02Z 201 truncated how=silent",
		"10:00:02Z 0 fault server-error status=503", "10:00:02Z 200 ",
	}, times)
	id := strings.TrimPrefix(gjson.Get(log.Get("entries.0.response.content.text").Str, "customers.0.id").Str, "cus_")
	assert.Equal(t, "https://cartly.pro/apps/api/customers/"+id, log.Get("entries.2.request.url").Str, "what was told comes back")
	assert.Equal(t, []string{"person1@example.com", "redacted"}, []string{log.Get("entries.0.request.queryString.0.value").Str, log.Get("entries.0.request.queryString.1.value").Str})
	assert.Equal(t, "gzip", log.Get(`entries.0.response.headers.#(name=="Content-Encoding").value`).Str)
	assert.Equal(t, "iVBORw0KGgoA/w==", log.Get("entries.5.response.content.text").Str)
}

// Without a clock line there is no time to tell, and an import makes none.
func TestExportRecordingWithoutAClock(t *testing.T) {
	t.Parallel()
	s := loadedStory(t, "scenario 1 cartfunnel\n\n-> GET ~/customers.json\n<- 200 @list\n\n-- list.json --\n{\"a\": \"{{x:digits}}\"}\n")
	text, err := s.ExportHAR()
	require.NoError(t, err)
	harHolds(t, text)
	back, err := scenarios.Import("cartfunnel", text)
	require.NoError(t, err)
	assert.NotContains(t, string(back.Format()), "clock")
}

func TestExportOfNoRecording(t *testing.T) {
	t.Parallel()
	_, err := loadedStory(t, "scenario 1 cartfunnel\n-> GET ~/customers.json\n<- live\n").ExportHAR()
	require.Error(t, err)
	assert.Equal(t, "scenarios: story.txtar: no answer of it stands in the file; to see those of the fake, play it and write the journal: scenarios.ExportHAR(run.Fake().Calls()...)", err.Error())
	_, err = scenarios.New("cartfunel").ExportHAR()
	require.Error(t, err)
	assert.Contains(t, err.Error(), "cartfunel")
}

// A recording is looked at as a browser shows what it has called.
func ExampleScenario_ExportHAR() {
	file := fstest.MapFS{"read.txtar": {Data: []byte(`scenario 1 cartfunnel
clock    2025-03-01T09:00:00Z

-> GET ~/customers/{{customer1.id}}.json
<- 200 @customer

-- customer.json --
{"id": "{{customer1.id:int}}", "email": "ann@example.com"}
`)}}
	s, err := scenarios.Load(file, "read.txtar")
	if err != nil {
		panic(err)
	}
	text, err := s.ExportHAR()
	if err != nil {
		panic(err)
	}
	entry := gjson.GetBytes(text, "log.entries.0")
	fmt.Println(entry.Get("startedDateTime"), entry.Get("request.url"))
	fmt.Println(entry.Get("response.content.text"))
	// Output:
	// 2025-03-01T09:00:00Z https://api.cartfunnel.net/v1/customers/594507.json
	// {"id":594507,"email":"ann@example.com"}
}

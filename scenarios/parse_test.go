package scenarios

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	head = "scenario 1 cartfunnel\n"
	get  = "-> GET ~/customers.json\n"
	post = "-> POST ~/customers.json @ann\n"
	live = "<- live\n"
	ann  = "-- ann.json --\n{\"customer\": {\"email\": \"ann@example.com\"}}\n"
)

// bad are files with what is wrong with them, as Load says it.
var bad = []struct{ name, text, want string }{
	// the text as such
	{"empty", "", `s.txtar: the file is empty; a scenario begins with: scenario 1 API`},
	{"byte order mark", "\ufeff" + head, `s.txtar:1: the file begins with a byte order mark; save it without one`},
	{"carriage return", head + get + "<- live\r\n", `s.txtar:3: carriage return; save the file with line ends of a newline alone`},
	{"zero byte", head + get + "\x00\n", `s.txtar:3: zero byte; bytes that are no text belong in a .b64 section`},
	{"not UTF-8", head + "# caf\xe9\n", `s.txtar:2: not UTF-8; bytes that are no text belong in a .b64 section`},
	{"no newline at the end", head + get + "<- live", `s.txtar:3: the last line has no newline`},
	{"quote", head + "mode 'strict\n", `s.txtar:2: the quote ' is never closed; double it to mean a quote`},
	{"phase without blank", head + "#one\n", `s.txtar:2: a phase begins with "# " and a title; indent the line to make it a remark`},
	{"phase without title", head + "# \n", `s.txtar:2: a phase begins with "# " and a title; indent the line to make it a remark`},

	// sections
	{"marker in the storyboard", head + "--ann.json--\n", `s.txtar:2: "--ann.json--" looks like the beginning of a section; write -- NAME.json --`},
	{"section name", head + "-- ann.yaml --\na: 1\n", `s.txtar:2: section name "ann.yaml": want letters, digits, "-" and "_", and an end of .json, .txt, .form or .b64`},
	{"section twice", head + post + live + ann + "-- ann.txt --\nx\n", `s.txtar:6: section ann.txt: there is a section ann.json already, in line 4`},
	{"section unused", head + get + live + ann, `s.txtar:4: section ann.json is not used`},
	{"section missing", head + "-> POST ~/customers.json @an\n" + live + ann, "s.txtar:2: there is no section @an (did you mean \"ann\"?)\nscenarios: s.txtar:4: section ann.json is not used"},
	{"section with its end", head + "-> POST ~/customers.json @ann.json\n" + live + ann, `s.txtar:2: @ann.json: sections are called without their ends; write @ann`},
	{"section empty", head + post + live + "-- ann.json --\n", `s.txtar:4: section ann.json is empty`},
	{"section not JSON", head + post + live + "-- ann.json --\n{\"a\": 1,\n \"b\": }\n", `s.txtar:6: section ann.json is not JSON: invalid character '}' looking for beginning of value`},
	{"section cut", head + post + live + "-- ann.json --\n{\"a\": 1\n", `s.txtar:5: section ann.json is not JSON: unexpected end of JSON input`},
	{"section not base64", head + post + live + "-- ann.b64 --\n!!!\n", `s.txtar:5: section ann.b64: illegal base64 data at input byte 0`},
	{"header lines without end", head + post + live + "-- ann.json --\nX-A: 1\n{}\n", `s.txtar:6: section ann.json: header lines end with an empty line`},
	{"marker in a section", head + post + live + "-- ann.txt --\none\n--two--\n", `s.txtar:6: "--two--" looks like the beginning of a section; put a backslash before it if it is not`},

	// the head
	{"no scenario line", "clock 2025-03-01T09:00:00Z\n", `s.txtar:1: the first line is no scenario line; want: scenario 1 API`},
	{"version missing", "scenario\n", `s.txtar:1: "scenario": the version of the format, 1 is missing`},
	{"version", "scenario 2 cartfunnel\n", `s.txtar:1: format version "2" is not known; this package reads version 1, a later one of it may read more`},
	{"version of old", "scenario 0 cartfunnel\n", `s.txtar:1: format version "0" is not known; this package reads version 1`},
	{"version no number", "scenario 01 cartfunnel\n", `s.txtar:1: format version "01" is not known; this package reads version 1`},
	{"API missing", "scenario 1\n", `s.txtar:1: "scenario 1": the API is missing`},
	{"API", "scenario 1 cartfunel\n", `s.txtar:1: unknown API "cartfunel" (did you mean "cartfunnel"?); there are bonify, cartfunnel, cartly, cscart, fluidpay`},
	{"version of the API", "scenario 1 cartfunnel v2\n", `s.txtar:1: cartfunnel has no version "v2"; there is v1`},
	{"version of an API without", "scenario 1 cartly v2\n", `s.txtar:1: cartly has no versions, so "v2" cannot stand behind it`},
	{"scenario word too many", "scenario 1 cartfunnel v1 x\n", `s.txtar:1: unexpected "x"`},
	{"scenario twice", head + head, `s.txtar:2: a second scenario line`},
	{"word", head + "clok 2025-03-01T09:00:00Z\n", `s.txtar:2: unknown word "clok" (did you mean "clock"?)`},
	{"head after a phase", head + "# one\nmode strict\n", `s.txtar:3: mode belongs to the head, above the first phase and the first step`},
	{"head after a step", head + get + live + "mode strict\n", `s.txtar:4: mode belongs to the head, above the first phase and the first step`},
	{"head twice", head + "mode strict\nmode lenient\n", `s.txtar:3: a second mode line; the first is line 2`},
	{"clock missing", head + "clock\n", `s.txtar:2: "clock": the time is missing`},
	{"clock", head + "clock today\n", `s.txtar:2: clock: "today" is no time; want one like 2025-03-01T09:00:00Z`},
	{"clock word", head + "clock 2025-03-01T09:00:00Z still\n", `s.txtar:2: unexpected "still"`},
	{"seed", head + "seed -1\n", `s.txtar:2: seed: "-1" is no whole number from 1`},
	{"state", head + "state many\n", `s.txtar:2: state many: want @section, or COLLECTION=N with a whole number from 1 to 1000000`},
	{"state collection", head + "state customer=3\n", `s.txtar:2: state: cartfunnel has no collection "customer" (did you mean "customers"?); it has customers`},
	{"state of another kind", head + "state @s\n-- s.txt --\nx\n", `s.txtar:2: state @s: a state is a .json section`},
	{"state no object", head + "state @s\n-- s.json --\n[]\n", `s.txtar:2: state: section s.json: want a JSON object with the collections`},
	{"state record", head + "state @s\n-- s.json --\n{\"customers\": [{\"mail\": \"x\"}]}\n", `s.txtar:2: state: customers: json: unknown field "mail"`},
	{"state id twice", head + "state @s\n-- s.json --\n{\"customers\": [{\"id\": 1}, {\"id\": 1}]}\n", `s.txtar:2: state: customers: id 1 stands twice`},
	{"auth word", head + "auth myshop\n", `s.txtar:2: auth: want KEY=VALUE, not "myshop"`},
	{"auth key", head + "auth acount=myshop\n", `s.txtar:2: auth: cartfunnel has no credential "acount" (did you mean "account"?); it has account, secret, may`},
	{"auth secret", head + "auth secret=abc\n", `s.txtar:2: auth: a secret does not belong in a file; write secret={{secret.secret}}`},
	{"auth may", head + "auth may=customers:raed\n", `s.txtar:2: auth: may=customers:raed: cartfunnel has no such permission (did you mean "customers:read"?); it has customers:read, customers:write`},
	{"mode", head + "mode strikt\n", `s.txtar:2: unknown word "strikt" (did you mean "strict"?); there are strict, per-resource, lenient`},
	{"mode missing", head + "mode\n", `s.txtar:2: "mode": the mode: strict, per-resource, lenient is missing`},
	{"mode dial", head + "mode strict bdy=part\n", `s.txtar:2: mode: unexpected "bdy=part" (did you mean "body"?); behind the mode can stand body=, leftovers=, order=, unknown=`},
	{"mode word", head + "mode strict loudly\n", `s.txtar:2: mode: unexpected "loudly"; behind the mode can stand body=, leftovers=, order=, unknown=`},
	{"mode position", head + "mode strict unknown=alive\n", `s.txtar:2: mode: unknown=alive: there are fail, live (did you mean "live"?)`},
	{"mode dial twice", head + "mode strict body=part body=equal\n", `s.txtar:2: mode: body stands twice`},
	{"style", head + "style nice\n", `s.txtar:2: unknown word "nice"; there are compact, pretty, escaped-slashes, ascii, as-is`},
	{"ignore", head + "ignore bodies a\n", `s.txtar:2: unknown word "bodies"; there are header, query, body`},
	{"ignore nothing", head + "ignore body\n", `s.txtar:2: "ignore body": what is ignored is missing`},
	{"fault missing", head + "fault\n", `s.txtar:2: the name of the fault is missing`},
	{"fault", head + "fault rate_limited\n", `s.txtar:2: unknown fault "rate_limited" (did you mean "rate-limited"?)`},
	{"fault parameter", head + "fault rate-limited retry_after=2s\n", `s.txtar:2: fault rate-limited: unknown parameter "retry_after" (did you mean "retry-after"?)`},
	{"fault word", head + "fault reset now\n", `s.txtar:2: fault reset: unexpected "now"; want NAME=VALUE`},
	{"fault operation", head + "fault reset on=ListCustomer\n", `s.txtar:2: fault reset: on="ListCustomer" is no operation of this API (did you mean "ListCustomers"?); it has ListCustomers, GetCustomer, CreateCustomer, UpdateCustomer`},
	{"with", head + "with pagesize 2\n", `s.txtar:2: with: cartfunnel has no option "pagesize" (did you mean "page-size"?); it has ` + strings.Join(cartfunnelAPI().options(), ", ") + ", http2, tls"},
	{"with missing", head + "with\n", `s.txtar:2: "with": the option is missing`},
	{"with value", head + "with page-size 500\n", `s.txtar:2: with page-size: WithPageSize: 500 records a page; want 1 to 100`},
	{"with no number", head + "with page-size two\n", `s.txtar:2: with page-size: "two" is no whole number`},
	{"with argument", head + "with null-names yes\n", `s.txtar:2: with null-names: it takes no argument`},
	{"with zone", head + "with zone Europe/Atlantis\n", `s.txtar:2: with zone: unknown time zone Europe/Atlantis`},

	// requests
	{"method missing", head + "->\n" + live, "s.txtar:2: \"->\": the method is missing\nscenarios: s.txtar:3: <- follows a request (->)"},
	{"method", head + "-> Get ~/customers.json\n" + live, `s.txtar:2: unknown method "Get" (did you mean "GET"?)`},
	{"path missing", head + "-> GET\n", `s.txtar:2: "-> GET": the path is missing`},
	{"path", head + "-> GET customers.json\n" + live, `s.txtar:2: path "customers.json": want all of it, from its first slash, or ~ for /v1`},
	{"path with query", head + "-> GET ~/customers.json?page=1\n" + live, `s.txtar:2: path "~/customers.json?page=1": write the query as an option: /v1/customers.json query=page=1`},
	{"path escape", head + "-> GET ~/customers/%zz.json\n" + live, `s.txtar:2: path "~/customers/%zz.json": invalid URL escape "%zz"`},
	{"path of no endpoint", head + "-> GET ~/customer.json\n" + live, `s.txtar:2: cartfunnel has no endpoint GET /v1/customer.json (did you mean "GET /v1/customers.json"?); a request that the fake does not know needs a fixed answer`},
	{"query", head + "-> GET ~/customers.json query==1\n" + live, `s.txtar:2: query "=1": want NAME=VALUE`},
	{"wait", head + "-> GET ~/customers.json wait=2s\n" + live, `s.txtar:2: wait=2s: want a range: wait=2s..30s, or wait=2s.. without an end`},
	{"wait backwards", head + "-> GET ~/customers.json wait=2s..1s\n" + live, `s.txtar:2: wait=2s..1s: the range is empty`},
	{"wait no time", head + "-> GET ~/customers.json wait=2..\n" + live, `s.txtar:2: wait: "2" is no time; want one like 1s, 250ms, 5m, 75h`},
	{"times", head + "-> GET ~/customers.json x5..1\n" + live, `s.txtar:2: x5..1: the range is empty`},
	{"times none", head + "-> GET ~/customers.json x0\n" + live, `s.txtar:2: x0: the range is empty`},
	{"request word", head + "-> GET ~/customers.json optionl\n" + live, `s.txtar:2: unknown word "optionl" (did you mean "optional"?)`},
	{"request option", head + "-> GET ~/customers.json qeury=page=1\n" + live, `s.txtar:2: unknown option qeury= (did you mean "query"?)`},
	{"delivery word", head + "-> GET ~/customers.json as=first\n" + live, `s.txtar:2: as=first belongs to a delivery (=>), not to a request`},
	{"two bodies", head + "-> POST ~/customers.json @ann @ann\n" + live + ann, `s.txtar:2: a second section @ann`},
	{"status line in a request", head + "-> POST ~/customers.json @a\n" + live + "-- a.json --\nHTTP/1.1 200 OK\n\n{}\n", `s.txtar:2: @a has a status line; that is for answers`},
	{"forbidden and expected", head + "never GET ~/customers.json\n" + get + live, `s.txtar:3: line 2 forbids this request until the end of the phase`},
	{"forbidden for ever and expected", head + "# one\nnever ever GET ~/customers.json\n# two\n" + get + live, `s.txtar:5: line 3 forbids this request until the end of the file`},
	{"never word", head + "never GET ~/customers.json x2\n", `s.txtar:2: unknown word "x2"`},

	// answers
	{"no answer", head + get + get + live, `s.txtar:2: no answer follows; want a line: <- live`},
	{"no answer at the end", head + get, `s.txtar:2: no answer follows; want a line: <- live`},
	{"answer of nothing", head + live, `s.txtar:2: <- follows a request (->)`},
	{"answer missing", head + get + "<-\n", `s.txtar:3: "<-": the answer: live, a status, @section or fault NAME is missing`},
	{"answer", head + get + "<- alive\n", `s.txtar:3: unknown answer "alive" (did you mean "live"?); want live, a status, @section or fault NAME`},
	{"capture", head + get + "<- live id\n", `s.txtar:3: unexpected "id"; after live: NAME=PATH, to keep a value of the answer`},
	{"no status", head + get + "<- @ann\n" + ann, `s.txtar:3: no status: write <- 200 @ann, or begin the section with HTTP/1.1 200 OK`},
	{"status twice", head + get + "<- 200 @a\n-- a.json --\nHTTP/1.1 201 Created\n\n{}\n", `s.txtar:3: the status stands twice: 200 here, 201 in section a.json`},
	{"status without body", head + get + "<- 204 @ann\n" + ann, `s.txtar:3: an answer with status 204 has no body`},
	{"status not final", head + get + "<- 103\n", `s.txtar:3: status 103 is no final answer`},
	{"answer word", head + get + "<- 200 aply\n", `s.txtar:3: unknown word "aply" (did you mean "apply"?)`},
	{"answer style", head + get + "<- 200 @ann style=prety\n" + ann, `s.txtar:3: unknown style "prety" (did you mean "pretty"?); there are compact, pretty, escaped-slashes, ascii, as-is`},
	{"fault of an answer", head + get + "<- fault server-eror\n", `s.txtar:3: unknown fault "server-eror" (did you mean "server-error"?)`},
	{"fault without name", head + get + "<- live !!\n", `s.txtar:3: the name of the fault is missing`},
	{"fault with a trigger", head + get + "<- live !! reset call=2\n", `s.txtar:3: fault reset: call= chooses calls; a fault of a step hits the calls of that step`},
	{"fault twice", head + get + "<- live !! reset !! reset\n", `s.txtar:3: fault reset stands twice`},
	{"faults on one point", head + get + "<- live !! reset !! slow-body over=1s\n", `s.txtar:3: faults reset and slow-body both change what happens at the point "wire" of one call`},
	{"a rate on a step", head + "-> GET ~/customers.json x5\n<- fault rate-limited per=1s burst=2\n", `s.txtar:3: fault rate-limited: per= and burst= let some calls pass; a fault of a step hits the calls of that step, so write it in the head: fault rate-limited per=1s burst=2`},
	{"faults of the head on one point", head + "fault reset\nfault burst on=ListCustomers calls=2\nfault lost-response on=ListCustomers\n", `s.txtar:4: faults reset and lost-response both change what happens at the point "wire" of one call; the other is line 2`},
	{"fault of the head on the point of a step", head + "fault slow-body over=1s on=ListCustomers,GetCustomer\n" + get + "<- live !! reset\n", `s.txtar:4: faults slow-body and reset both change what happens at the point "wire" of one call; the other is line 2`},
	{"fault of a save", head + get + "<- fault not-saved\n", `s.txtar:3: fault not-saved is about saving; GET saves nothing`},
	{"fault on a fixed answer", head + get + "<- 200 !! server-error\n", `s.txtar:3: fault server-error is an answer of its own; it cannot stand on a fixed answer`},
	{"fault after nothing", head + get + "<- 200 !! hang apply=after\n", `s.txtar:3: fault hang: a fixed answer applies nothing; add the word apply before the fault`},

	// what the run does by itself
	{"check missing", head + "check customers.#\n", `s.txtar:2: "check customers.#": the comparison: == != < <= > >= ~ is missing`},
	{"check operator", head + "check customers.# = 3\n", `s.txtar:2: check: condition "customers.# = 3": unknown operator "="; there are == != <= >= < > ~`},
	{"check path", head + "check 'a b' == 3\n", `s.txtar:2: check: condition "a b == 3": unknown operator "b"; there are == != <= >= < > ~`},
	{"check word", head + "check customers.# == 3 4\n", `s.txtar:2: unexpected "4"`},
	{"check of a receiver", head + "check app.accepted == 3\n", `s.txtar:2: check app.accepted: cartfunnel sends no deliveries`},
	{"advance", head + "advance soon\n", `s.txtar:2: advance: "soon" is no time; want one like 1s, 250ms, 5m, 75h`},
	{"advance missing", head + "advance\n", `s.txtar:2: "advance": how far the clock goes is missing`},
	{"settle word", head + "settle down\n", `s.txtar:2: unexpected "down"`},
	{"par", head + "par [\n", `s.txtar:2: par: want {, not "["`},
	{"par open", head + "par {\n" + get + live, `s.txtar:2: par { is never closed`},
	{"par closed twice", head + "par {\n" + get + live + "}\n}\n", `s.txtar:6: } closes nothing`},
	{"par in par", head + "par {\npar {\n}\n", `s.txtar:3: par cannot stand inside par { }, only requests and their answers can`},
	{"check in par", head + "par {\ncheck customers.# == 1\n}\n", `s.txtar:3: check cannot stand inside par { }, only requests and their answers can`},
	{"phase in par", head + "par {\n# one\n}\n", `s.txtar:3: a phase cannot begin inside par { }`},

	// deliveries, of which this API has none
	{"hook", head + "hook order.created -> app secret={{secret.hook}}\n", `s.txtar:2: hook: cartfunnel sends no deliveries`},
	{"deliveries", head + "deliveries held\n", `s.txtar:2: deliveries: cartfunnel sends no deliveries`},
	{"rotate", head + "rotate app secret={{secret.two}} overlap=1h\n", `s.txtar:2: rotate: cartfunnel sends no deliveries`},
	{"delivery", head + "=> order.created @ann\n<= 2xx\n" + ann, "s.txtar:2: =>: cartfunnel sends no deliveries\nscenarios: s.txtar:3: <=: cartfunnel sends no deliveries"},

	// placeholders
	{"placeholder open", head + "-> GET ~/customers/{{id.json\n" + live, `s.txtar:2: {{id.json: no }} closes the placeholder`},
	{"placeholder type", head + "-> GET ~/customers/{{id:itn}}.json\n" + live, `s.txtar:2: {{id:itn}}: unknown type "itn" (did you mean "int"?); there are any, cursor, digits, email, int, time, token, unix, uuid, and /a regular expression/`},
	{"placeholder name", head + "-> GET ~/customers/{{1}}.json\n" + live, `s.txtar:2: {{1}}: want {{name}}, {{name:type}}, {{:type}}, {{secret.name}} or {{now+5m}}`},
	{"placeholder time", head + "-> GET ~/customers/{{now+1}}.json\n" + live, `s.txtar:2: {{now+1}}: time: missing unit in duration "+1"`},
	{"placeholder regexp", head + "-> GET ~/customers/{{id:/(/}}.json\n" + live, "s.txtar:2: {{id:/(/}}: error parsing regexp: missing closing ): `(`"},
	{"placeholder with two types", head + "-> GET ~/customers/{{id:int}}.json\n" + live + "-> GET ~/customers/{{id:uuid}}.json\n" + live, `s.txtar:4: {{id:uuid}} has another type in line 2`},
	{"placeholder in a section", head + post + live + "-- ann.json --\n{\"a\": \"{{x:it}}\"}\n", `s.txtar:4: section ann.json: {{x:it}}: unknown type "it" (did you mean "int"?); there are any, cursor, digits, email, int, time, token, unix, uuid, and /a regular expression/`},
	{"placeholder nobody knows", head + "check customers.# == {{n}}\n", `s.txtar:2: {{n}} has no value yet`},
	{"placeholder nobody can make up", head + get + "<- 200 @a\n-- a.json --\n{\"a\": \"{{:/[a-z]+/}}\"}\n", `s.txtar:3: {{:/[a-z]+/}}: no value of a regular expression can be made up; bind it in a request before`},
}

func TestLoadNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	for _, b := range bad {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			_, err := Load(fstest.MapFS{"s.txtar": {Data: []byte(b.text)}}, "s.txtar")
			assert.EqualError(t, err, "scenarios: "+b.want)
		})
	}
}

func TestLoadOfNoFile(t *testing.T) {
	t.Parallel()
	_, err := Load(fstest.MapFS{}, "s.txtar")
	assert.EqualError(t, err, "open s.txtar: file does not exist")
}

func TestLoadNamesAllProblems(t *testing.T) {
	t.Parallel()
	text := head + "mode strikt\nseed x\n" + get + "<- alive\nadvance soon\n"
	_, err := Load(fstest.MapFS{"a/s.txtar": {Data: []byte(text)}}, "a/s.txtar")
	require.Error(t, err)
	var lines []string
	for line := range strings.SplitSeq(err.Error(), "\n") {
		lines = append(lines, line[:len("scenarios: a/s.txtar:2:")])
	}
	assert.Equal(t, []string{
		"scenarios: a/s.txtar:2:", "scenarios: a/s.txtar:3:", "scenarios: a/s.txtar:5:", "scenarios: a/s.txtar:6:",
	}, lines)
}

func TestVet(t *testing.T) {
	t.Parallel()
	problems := Vet(fstest.MapFS{
		"good.txtar":    {Data: []byte(head + get + live)},
		"sub/bad.txtar": {Data: []byte(head + "mode strikt\n" + get + "<- alive\n")},
		"misspelt.txtar": {
			Data: []byte("scenaro 1 cartfunnel\n"),
		},
		"talk.txtar":  {Data: []byte("# a transcript\n-- request --\n")},
		"other.txt":   {Data: []byte("scenario 1 nothing\n")},
		"write.txtar": {Data: []byte(head + post + "<- 200 @ann\n" + get + live + ann)},
	})
	assert.Equal(t, []Problem{
		{"misspelt.txtar", 1, "the first line is no scenario line; want: scenario 1 API"},
		{"sub/bad.txtar", 2, `unknown word "strikt" (did you mean "strict"?); there are strict, per-resource, lenient`},
		{"sub/bad.txtar", 4, `unknown answer "alive" (did you mean "live"?); want live, a status, @section or fault NAME`},
		{"write.txtar", 3, "a fixed answer to a write: later live answers know nothing of it; add the word apply if they should"},
	}, problems)
}

func TestPhases(t *testing.T) {
	t.Parallel()
	doc, ps := readDocument("s.txtar", []byte(head+"# One,\n# and on\n"+get+live+"  # a remark\n# Two\n\n# Three\n"+get+live))
	require.Empty(t, ps)
	prog, ps := compile(doc, apis())
	require.Empty(t, ps)
	assert.Equal(t, []phase{{pos{"s.txtar", 2}, "One, and on"}, {pos{"s.txtar", 7}, "Two"}, {pos{"s.txtar", 9}, "Three"}}, prog.phases)
	require.Len(t, prog.steps, 2)
	assert.Equal(t, 1, prog.steps[0].line().phase)
	assert.Equal(t, 3, prog.steps[1].line().phase)
}

func TestScenarioTellsWhatItIs(t *testing.T) {
	t.Parallel()
	s, err := Load(fstest.MapFS{"a/lost-save.txtar": {Data: []byte("scenario 1 cartfunnel v1\n" + get + live)}}, "a/lost-save.txtar")
	require.NoError(t, err)
	assert.Equal(t, "lost-save", s.Name())
	assert.Equal(t, "cartfunnel", s.API())
}

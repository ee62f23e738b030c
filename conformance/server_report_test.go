package conformance

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cartdouble/cartdouble/fake"
)

// No report shows a credential, whatever the server does with it.
func TestServerReportsShowNoSecret(t *testing.T) {
	t.Parallel()
	for _, api := range serverAPIs {
		s := serve(t, api)
		next := s.HTTP.Transport
		s.HTTP = &http.Client{Transport: tripper(func(r *http.Request) (*http.Response, error) {
			shown := r.Header.Clone()
			answer, err := next.RoundTrip(r)
			if err != nil {
				return nil, err
			}
			_ = answer.Body.Close()
			return answerTo(r, http.StatusTeapot, nil, fmt.Sprint(shown)), nil
		})}
		text := judge(t, s.Target).text(false)
		for word, value := range s.Creds {
			if secret := !slices.Contains(serverSuites[api]().public, word); secret && strings.Contains(text, value) {
				t.Errorf("%s: %s is in the report:\n%s", api, word, text)
			}
		}
		contains(t, text, "***")
		if api == "cscart" && strings.Contains(text, "YWRtaW5AZXhhbXBsZS5jb206") {
			t.Errorf("the pair is in the report:\n%s", text)
		}
	}
}

// What differs from one time to the next is flaky, and what is known is known.
func TestServerResultsAreLookedAtTwice(t *testing.T) {
	t.Parallel()
	s := serve(t, "cartfunnel")
	s.fake.Inject(fake.NewFault("malformed-json").Call(1))
	r := judge(t, s.Target, Only("S-CFN-03"))
	if r.Results[0].State != flaky || !strings.Contains(r.Results[0].Note, ", then PASS") {
		t.Errorf("a server that fails once: %s", r.text(false))
	}
	known := KnownFailures(fstest.MapFS{"known": {Data: []byte("S-CFN-08 reason=ours until=2999-01-31 why=boolean")}}, "known")
	s = serve(t, "cartfunnel", waysOf["cartfunnel"][9].option)
	if r = judge(t, s.Target, Only("S-CFN-08"), known); r.Results[0].State != "KNOWN" || r.Failed() != nil {
		t.Errorf("a known failure: %s", r.text(false))
	}
	if r = judge(t, s.Target, Only("S-CFN-08")); r.Results[0].State != warn || r.Failed() != nil {
		t.Errorf("a SHOULD: %s", r.text(false))
	}
	if r = judge(t, s.Target, Only("S-CFN-08"), Strict()); r.Failed() == nil {
		t.Errorf("a SHOULD under Strict: %s", r.text(false))
	}
}

func TestRunServer(t *testing.T) {
	t.Parallel()
	s := serve(t, "bonify")
	r := RunServer(t, s.Target, Client("our double"), Only("S-BON-0[1-4]"))
	if len(r.Results) != 4 || r.Failed() != nil || r.Target != s.URL {
		t.Errorf("%d results, %d failures at %s", len(r.Results), len(r.Failed()), r.Target)
	}
	var text bytes.Buffer
	if err := r.WriteText(&text); err != nil {
		t.Error(err)
	}
	contains(t, text.String(), "server: "+s.URL+"\n", "4 checks: 4 pass")
	r.Results[1].State, r.Results[1].Finding = fail, found("status", "status 200", "it is 201")
	contains(t, r.text(false), "again     go test -run '^TestRunServer$/^S-BON-02$'")
}

// A report about a server is written and read back like one about a client.
func TestServerReportsAreWritten(t *testing.T) {
	t.Parallel()
	s := serve(t, "cartfunnel", waysOf["cartfunnel"][9].option)
	dir := t.TempDir()
	var r *Report
	t.Run("run", func(t *testing.T) {
		s.Write = false
		r = RunServer(t, s.Target, Only("S-CFN-0[1-3]"), ReportTo(dir))
	})
	s.Write = true
	r = judge(t, s.Target, Only("S-CFN-02", "S-CFN-05", "S-CFN-08"), Choose("NULL_AS_STRING", "examples"))
	var text bytes.Buffer
	if err := r.WriteJSON(&text); err != nil {
		t.Fatal(err)
	}
	contains(t, text.String(), `"target": "https://api.cartfunnel.net/v1"`, `"2 customers of run"`, `"asks": "the customers of the first page"`)
	if err := fits(t, "report_v1.schema.json", text.Bytes()); err != nil {
		t.Error(err)
	}
	back, err := ReadReport(&text)
	if err != nil {
		t.Fatal(err)
	}
	if back.Target != s.URL || back.ReadOnly || !slices.Equal(back.Left, r.Left) || back.Results[0].Rule.Holds != r.Results[0].Rule.Holds {
		t.Errorf("read back: %+v", back)
	}
	if got := fmt.Sprint(back.Choices); got != "[{BOOL_AS_STRING strings false} {NULL_AS_STRING examples true} {PERSISTED_WITH_ERRORS true false} {PAGE_SIZE 100 false}]" {
		t.Errorf("choices are %s", got)
	}
	if last := back.Results[2]; last.State != warn || len(last.Exchanges) == 0 || last.Often == "" || !strings.Contains(last.Note, `Choose("BOOL_AS_STRING", "booleans")`) {
		t.Errorf("S-CFN-08 is %+v", last)
	}
	for _, f := range reportFiles {
		file, err := os.ReadFile(filepath.Join(dir, f.name))
		if err != nil {
			t.Error(err)
		}
		for _, secret := range []string{s.Creds["secret"], s.Creds["read_only_secret"]} {
			if bytes.Contains(file, []byte(secret)) {
				t.Errorf("%s is in %s", secret, f.name)
			}
		}
	}
	file, err := os.ReadFile(filepath.Join(dir, "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	if back, err = ReadReport(bytes.NewReader(file)); err != nil || !back.ReadOnly || back.Failed() != nil {
		t.Errorf("%v, %v", back, err)
	}
}

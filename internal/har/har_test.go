package har

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var at = time.Date(2025, 3, 1, 9, 0, 0, 0, time.UTC)

func TestEntryHasWhatTheFormAsksFor(t *testing.T) {
	t.Parallel()
	e := NewEntry(at, "POST", "https://api.example.com/a?b=c+d&e=%2B&bad=%zz&f",
		Message{http.Header{"Content-Type": {"application/json"}, "Accept": {"a", "b"}}, []byte(`{"x":1}`)},
		201, Message{http.Header{"Location": {"/a/1"}}, []byte{0xff, 0}})
	text, err := json.Marshal(New([]Entry{e}))
	require.NoError(t, err)
	require.JSONEq(t, `{"log":{"version":"1.2","creator":{"name":"cartdouble","version":"1"},"entries":[{
		"startedDateTime":"2025-03-01T09:00:00Z","time":0,"cache":{},"timings":{"send":0,"wait":0,"receive":0},
		"request":{"method":"POST","url":"https://api.example.com/a?b=c+d&e=%2B&bad=%zz&f","httpVersion":"HTTP/1.1","cookies":[],
			"headers":[{"name":"Accept","value":"a"},{"name":"Accept","value":"b"},{"name":"Content-Type","value":"application/json"}],
			"queryString":[{"name":"b","value":"c d"},{"name":"e","value":"+"},{"name":"bad","value":"%zz"},{"name":"f","value":""}],
			"postData":{"mimeType":"application/json","text":"{\"x\":1}"},"headersSize":-1,"bodySize":7},
		"response":{"status":201,"statusText":"Created","httpVersion":"HTTP/1.1","cookies":[],"headers":[{"name":"Location","value":"/a/1"}],
			"content":{"size":2,"mimeType":"x-unknown","text":"/wA=","encoding":"base64"},"redirectURL":"/a/1","headersSize":-1,"bodySize":2}}]}}`, string(text))
	body, err := Bytes(e.Response.Content.Text, e.Response.Content.Encoding)
	require.NoError(t, err)
	require.Equal(t, []byte{0xff, 0}, body)
	_, err = Bytes("***", "base64")
	require.Error(t, err)
}

func TestEntryWithoutAnswer(t *testing.T) {
	t.Parallel()
	e := NewEntry(at, "GET", "https://api.example.com/a", Message{}, 0, Message{})
	require.Equal(t, "no answer", e.Response.Error)
	require.Nil(t, e.Request.PostData)
	text, err := json.Marshal(New(nil))
	require.NoError(t, err)
	require.Contains(t, string(text), `"entries":[]`, "a viewer wants the list")
}

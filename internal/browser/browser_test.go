package browser_test

import (
	"bytes"
	"image/png"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/cartdouble/cartdouble/internal/browser"
	"github.com/stretchr/testify/require"
)

const page = `<!DOCTYPE html><title>Two ways</title><h1>Choose</h1>
<form method="post" action="/chosen"><button name="way" value="left">Left</button><button name="way" value="right">Right</button></form>
<p id="script">none</p><script>document.getElementById("script").textContent = "ran"</script>`

func TestBrowser(t *testing.T) {
	var chosen string
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			chosen = r.FormValue("way")
			http.Redirect(w, r, "/done?way="+chosen, http.StatusFound)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if r.URL.Path == "/done" {
			_, _ = w.Write([]byte("<p id=done>Done</p>"))
			return
		}
		_, _ = w.Write([]byte(page))
	}))
	defer site.Close()
	for _, scripts := range []bool{false, true} {
		b := browser.Start(t, scripts)
		b.Open(site.URL)
		require.Equal(t, "Choose", b.Text("h1"))
		require.Equal(t, map[bool]string{false: "none", true: "ran"}[scripts], b.Text("#script"))
		picture, err := png.Decode(bytes.NewReader(b.Screenshot()))
		require.NoError(t, err)
		require.Greater(t, picture.Bounds().Dx(), 500)
		b.Click("button[value=right]")
		require.Equal(t, "Done", b.Text("#done"))
		require.Equal(t, "right", chosen)
		require.Equal(t, site.URL+"/done?way=right", b.Address())
	}
}

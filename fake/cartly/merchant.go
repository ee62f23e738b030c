package cartly

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// Approve is a merchant who opens an authorization URL and allows what the app
// asks for. It gives the address that the browser is sent back to: both requests
// are in the journal. What ends on a page instead is an error.
func (s *Server) Approve(authorizeURL string) (redirect string, err error) {
	return s.consent(authorizeURL, Allow)
}

// Deny is a merchant who opens an authorization URL and refuses.
func (s *Server) Deny(authorizeURL string) (redirect string, err error) {
	return s.consent(authorizeURL, Deny)
}

// consent is a browser without a window. The host of the URL does not matter.
func (s *Server) consent(authorizeURL string, decision Consent) (string, error) {
	u, err := url.Parse(authorizeURL)
	if err != nil {
		return "", err
	}
	browser := s.Client()
	browser.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	shown, err := browser.Get(s.BaseURL() + u.RequestURI())
	if err != nil {
		return "", err
	}
	page, redirect, err := outcome(shown)
	if err != nil || redirect != "" {
		return redirect, err
	}
	filled := url.Values{decisionParam: {string(decision)}}
	for _, field := range hiddenField.FindAllStringSubmatch(page, -1) {
		filled.Set(html.UnescapeString(field[1]), html.UnescapeString(field[2]))
	}
	answered, err := browser.PostForm(s.BaseURL()+"/oauth/authorize", filled)
	if err != nil {
		return "", err
	}
	if _, redirect, err = outcome(answered); err == nil && redirect == "" {
		err = fmt.Errorf("cartly: POST /oauth/authorize: want a redirect, got %s", answered.Status)
	}
	return redirect, err
}

var hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)

// outcome is what came of a request: the consent page, or an address to go to.
func outcome(answer *http.Response) (page, redirect string, err error) {
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	switch {
	case err != nil:
		return "", "", err
	case answer.StatusCode == http.StatusFound:
		return "", answer.Header.Get("Location"), nil
	case answer.StatusCode != http.StatusOK:
		text := strings.Join(strings.Fields(string(body)), " ")
		return "", "", fmt.Errorf("cartly: %s %s: %s: %s", answer.Request.Method, answer.Request.URL.Path, answer.Status, text)
	}
	return string(body), "", nil
}

package cartly

import (
	"html"
	"strings"
)

// page is the consent page: plain HTML with a form, without script or style.
// Each line, the last one too, ends in a newline.
func (a *authorization) page() []byte {
	var page strings.Builder
	line := func(parts ...string) {
		for i, part := range parts {
			if i%2 == 1 { // literal and value by turns
				part = html.EscapeString(part)
			}
			page.WriteString(part)
		}
		page.WriteByte('\n')
	}
	title := a.app.app.Name + " asks for access to " + a.shop.shop.Name
	heading(line, title)
	line("<ul>")
	for _, scope := range a.scopes {
		line("<li>", scope, "</li>")
	}
	line("</ul>")
	line(`<form method="post" action="/oauth/authorize">`)
	for _, name := range authorizeParams {
		if value := a.get(name); value != "" && name != decisionParam {
			line(`<input type="hidden" name="`, name, `" value="`, value, `">`)
		}
	}
	line(`<button name="decision" value="`, string(Allow), `">Allow</button>`)
	line(`<button name="decision" value="`, string(Deny), `">Deny</button>`)
	line("</form>")
	return []byte(page.String())
}

func heading(line func(...string), title string) {
	line("<!doctype html>")
	line(`<meta charset="utf-8">`)
	line("<title>", title, "</title>")
	line("<h1>", title, "</h1>")
}

// plainPage is a page that says one thing.
func plainPage(title string) []byte {
	var page strings.Builder
	heading(func(parts ...string) { page.WriteString(strings.Join(parts, "") + "\n") }, html.EscapeString(title))
	return []byte(page.String())
}

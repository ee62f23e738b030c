package conformance

import (
	"strings"

	"github.com/cartdouble/cartdouble/fake"
)

// cutMark stands where a text was cut short.
const cutMark = "…"

// A veil hides secrets in what a report shows.
type veil struct {
	secrets []string
	whole   *strings.Replacer
}

func newVeil(secrets []string) veil {
	v := veil{}
	var pairs []string
	for _, secret := range secrets {
		if secret != "" {
			v.secrets = append(v.secrets, secret)
			pairs = append(pairs, secret, "***")
		}
	}
	v.whole = strings.NewReplacer(pairs...)
	return v
}

// hide takes secrets out of a text, and the beginning of one where the text was
// cut in the midst of it: findings quote bodies that are cut already.
func (v veil) hide(text string) string {
	const least = 4 // a shorter beginning gives nothing away, and may stand there by chance
	text = v.whole.Replace(text)
	if !strings.Contains(text, cutMark) {
		return text
	}
	for _, secret := range v.secrets {
		for n := len(secret) - 1; n >= least; n-- {
			text = strings.ReplaceAll(text, secret[:n]+cutMark, "***"+cutMark)
		}
	}
	return text
}

// exchanges are the exchanges without secrets. They are hidden before anything
// is cut, so that no half of one is left.
func (v veil) exchanges(calls []fake.Exchange) []fake.Exchange {
	clean := make([]fake.Exchange, len(calls))
	for i, x := range calls {
		clean[i] = hidden(x, v.hide)
	}
	return clean
}

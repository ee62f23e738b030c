package conformance

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// The measures of a diagram, in pixels. The axis on the left is true to scale;
// the rows beside it stand apart far enough to be read, and a thin line leads
// from each to its moment on the axis.
const (
	rowHigh  = 44
	axisX    = 90
	clientX  = 190
	serverX  = 700
	drawn    = 960
	top      = 40
	lastRows = 8 // of many exchanges, this many at each end
)

// diagram is the conversation of a result as a drawing: who said what when, on
// the virtual time axis. "" where nothing was said.
func diagram(res Result) template.HTML {
	calls, left := inTurn(res.Exchanges, res.Deliveries, res.Finding.says, res.Finding.sends), 0
	all := len(calls)
	if len(calls) == 0 {
		return ""
	}
	if len(calls) > 2*lastRows+1 {
		left = len(calls) - 2*lastRows
		calls = append(calls[:lastRows:lastRows], calls[len(calls)-lastRows:]...)
	}
	from := calls[0].at
	span := calls[len(calls)-1].at.Sub(from)
	high := rowHigh * len(calls)
	y := func(at time.Time) float64 { // on the axis
		if span <= 0 {
			return top + float64(rowHigh)/2
		}
		return top + float64(rowHigh)/2 + float64(at.Sub(from))/float64(span)*float64(high-rowHigh)
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg viewBox="0 0 %d %d" width="%d" role="img" aria-label="%s">`, drawn, top+high+10, drawn,
		fmt.Sprintf("%d exchanges in %s", all, fmtDuration(span)))
	fmt.Fprintf(&b, `<text x="%d" y="20" text-anchor="middle">client</text><text x="%d" y="20" text-anchor="middle">service</text><text class="quiet" x="4" y="20">virtual time</text>`, clientX, serverX)
	for _, x := range []int{clientX, serverX} {
		fmt.Fprintf(&b, `<line x1="%d" y1="28" x2="%d" y2="%d"/>`, x, x, top+high)
	}
	fmt.Fprintf(&b, `<line x1="%d" y1="%.1f" x2="%d" y2="%.1f" stroke-width="2"/>`, axisX, y(from), axisX, y(from.Add(span)))
	lastLabel := -100.0
	for i, x := range calls {
		row := top + float64(rowHigh*i)
		lastLabel = moment(&b, x.at.Sub(from), y(x.at), row+14, lastLabel)
		x.draw(&b, row)
		if left > 0 && i == lastRows-1 {
			fmt.Fprintf(&b, `<text class="quiet" x="%d" y="%.1f">… %d more</text>`, serverX+30, row+rowHigh, left)
		}
	}
	b.WriteString(`</svg>`)
	return template.HTML(b.String()) // every text in it is escaped
}

// moment draws the mark of one exchange on the axis, and the line to its row. It
// gives where the last label stands, for labels must not overlap.
func moment(b *strings.Builder, after time.Duration, y, row, lastLabel float64) float64 {
	fmt.Fprintf(b, `<line x1="%d" y1="%.1f" x2="%d" y2="%.1f"/>`, axisX-4, y, axisX+4, y)
	fmt.Fprintf(b, `<path d="M%d %.1fL%d %.1f" stroke-dasharray="2 3" opacity=".6"/>`, axisX+4, y, clientX-4, row)
	if y-lastLabel < 13 {
		return lastLabel
	}
	fmt.Fprintf(b, `<text class="quiet" x="%d" y="%.1f" text-anchor="end">+%s</text>`, axisX-8, y+4, fmtDuration(after))
	return y
}

// A turn is one row of a diagram: who asked, what, and what was answered.
type turn struct {
	at        time.Time
	about     bool // the finding is about it
	delivered bool // the service asked, and the client answered
	request   string
	answer    string
	answered  bool
}

// says is an exchange as a row.
func (f Finding) says(x fake.Exchange) turn {
	s := turn{
		at: x.At, about: x.Seq == f.Call, request: fmt.Sprintf("#%d %s %s", x.Seq, x.Method, x.URL),
		answer: statusText(x), answered: x.Status != 0,
	}
	if x.Fault != "" {
		s.answer += "  (" + x.Fault + ")"
	}
	return s
}

// sends is a sending of a delivery as a row.
func (f Finding) sends(a fake.Attempt) turn {
	return turn{at: a.At, about: f.about(a), delivered: true, request: attemptName(a), answer: answerWords(a), answered: a.Status != 0}
}

// draw draws a request and its answer: from the left to the right and back, and
// a delivery the other way round.
func (s turn) draw(b *strings.Builder, row float64) {
	line, head := "", "head"
	if s.about {
		line, head = ` class="at"`, "athead"
	}
	asks, answers, ahead := clientX, serverX, 1
	if s.delivered {
		asks, answers, ahead = serverX, clientX, -1
	}
	there, back := row+14, row+34
	fmt.Fprintf(b, `<line%s x1="%d" y1="%.1f" x2="%d" y2="%.1f"/><path class="%s" d="M%d %.1fl%d -4v8z"/>`, line, asks, there, answers-2*ahead, there, head, answers, there, -8*ahead)
	fmt.Fprintf(b, `<text x="%d" y="%.1f">%s</text>`, clientX+10, there-4, template.HTMLEscapeString(clip(s.request, 66)))
	if s.answered {
		fmt.Fprintf(b, `<line%s x1="%d" y1="%.1f" x2="%d" y2="%.1f" stroke-dasharray="6 3"/><path class="%s" d="M%d %.1fl%d -4v8z"/>`, line, answers, back, asks+2*ahead, back, head, asks, back, 8*ahead)
	} else {
		fmt.Fprintf(b, `<path%s d="M%d %.1fl10 10m0 -10l-10 10"/>`, line, serverX-96, back-9)
	}
	fmt.Fprintf(b, `<text x="%d" y="%.1f" text-anchor="end">%s</text>`, serverX-10, back-4, template.HTMLEscapeString(clip(s.answer, 66)))
}

func clip(text string, most int) string {
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	return string(runes[:most-1]) + "…"
}

// fmtDuration is a span of time as short as it can be read: "1m2s", "75h".
func fmtDuration(d time.Duration) string {
	switch {
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	case d < time.Minute:
		return d.Round(100 * time.Millisecond).String()
	}
	text := d.Round(time.Second).String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, zero) {
			text = text[:len(text)-2]
		}
	}
	return text
}

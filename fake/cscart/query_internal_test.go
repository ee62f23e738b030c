package cscart

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// text is a query with its values as JSON.
func (q query) String() string {
	var parts []string
	for _, p := range q.list {
		parts = append(parts, p.name+"="+string(p.value.appendJSON(nil)))
	}
	return strings.Join(parts, " ")
}

func TestQuery(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"":                            "",
		"a=1&b=2&a=3":                 `a="3" b="2"`,
		"a":                           `a=""`,
		"&&=5&a=b=c&":                 `a="b=c"`,
		"a+b=c+d%20e&a.b=1&%20x.y=z":  `a_b="1" x_y="z"`,
		"a%5B%5D=1&a[]=2":             `a=["1","2"]`,
		"a[1]=x&a[0]=y":               `a={"1":"x","0":"y"}`,
		"a[0]=x&a[1]=y&a[]=z":         `a=["x","y","z"]`,
		"a[5]=x&a[]=y":                `a={"5":"x","6":"y"}`,
		"a[-5]=x&a[]=y":               `a={"-5":"x","0":"y"}`,
		"a[05]=x&a[]=y":               `a={"05":"x","0":"y"}`,
		"a[k][j]=1&a[k][]=2&a[ ]=3":   `a={"k":{"j":"1","0":"2"},"0":"3"}`,
		"a[b]c=1&a[d]e[f]=2":          `a={"b":"1","d":"2"}`,
		"a[b=1&a[b[c=2":               `a_b="1" a_b_c="2"`,
		"a[b[c]=1":                    `a={"b[c":"1"}`,
		"a[b][c=1":                    `a={"b":"1"}`,
		"[a]=1&[=2":                   ``,
		"a=1&a[]=2":                   `a=["2"]`,
		"a[]=2&b=&a=1":                `a="1" b=""`,
		"a[x.y z]=1":                  `a={"x.y z":"1"}`,
		"%zz=%1&%41=%c3%bc%2F":        `%zz="%1" A="\u00fc\/"`,
		"a=%ff%F0%9F%98%80":           `a="\ufffd\ud83d\ude00"`,
		"_d=carts&a=1&ajax_custom=1":  `a="1"`,
		"_d[]=carts&ajax_custom[x]=1": ``,
		"a]=1":                        `a]="1"`,
		"a[]]=1":                      `a=["1"]`,
	} {
		assert.Equal(t, want, parseQuery(raw).String(), raw)
	}
	deep := "a" + strings.Repeat("[x]", deepest)
	assert.Len(t, parseQuery(deep+"=1").list, 1)
	assert.Empty(t, parseQuery(deep+"[x]=1").list)
}

// Many parameters are found as few are.
func TestQueryOfMany(t *testing.T) {
	t.Parallel()
	var raw strings.Builder
	for i := range 100 {
		fmt.Fprintf(&raw, "p%d=%d&", i, i)
	}
	q := parseQuery(raw.String() + "p7=again&_d=x&p99=last")
	assert.Len(t, q.list, 100)
	assert.Equal(t, "again", q.text("p7"))
	assert.Equal(t, "last", q.text("p99"))
	assert.Equal(t, "p7", q.list[7].name)
	assert.True(t, q.list[7].repeated)
	assert.False(t, q.list[8].repeated)
	assert.Empty(t, q.text("_d"))
}

func TestLike(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, part string
		want       bool
	}{
		{"John", "OH", true},
		{"John", "", true},
		{"John", "x", false},
		{"Jöhn", "Ö", true},
		{"Jöhn", "o", false},
		{"axb", "a_b", true},
		{"aöb", "a_b", true},
		{"ab", "a_b", false},
		{"a%b", "a%b", true},
		{"axxb", "a%b", true},
		{"b a", "a%b", false},
		{"", "%", true},
		{"", "_", false},
		{"abc", "___", true},
		{"abc", "____", false},
		{"aab", "a_%b", true},
		{"mississippi", "s%ss_p", true},
		{"mississippi", "s%sx", false},
		{"50%", "50%", true},
		{`a\b`, `a\_b`, false},
		{"ééé", "é_é", true},
		{"éé", "%é%é%", true},
	} {
		assert.Equal(t, c.want, newLike(c.part).in([]byte(fold(c.text))), "%q in %q", c.part, c.text)
	}
}

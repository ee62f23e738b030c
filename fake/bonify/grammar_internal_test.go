package bonify

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPhrases(t *testing.T) {
	t.Parallel()
	for list, want := range map[string][]phrase{
		``:                   {{}},
		`email`:              {{text: `email`, field: `email`}},
		`email|equals|bob`:   {{text: `email|equals|bob`, barred: true, field: `email`, operator: `equals`, valued: true, value: `bob`}},
		` email | equals | `: {{text: `email | equals |`, barred: true, field: `email`, operator: `equals`}},
		`email|empty`:        {{text: `email|empty`, barred: true, field: `email`, operator: `empty`}},
		`a|b|c|d`:            {{text: `a|b|c|d`, barred: true, field: `a`, operator: `b`, valued: true, value: `c|d`, torn: true}},
		`a|b|"c|d"`:          {{text: `a|b|"c|d"`, barred: true, field: `a`, operator: `b`, valued: true, value: `c|d`, quoted: true}},
		`a|b|" c "`:          {{text: `a|b|" c "`, barred: true, field: `a`, operator: `b`, valued: true, value: ` c `, quoted: true}},
		`a|b|""`:             {{text: `a|b|""`, barred: true, field: `a`, operator: `b`, valued: true, quoted: true}},
		`a|b|"5"" disc"`:     {{text: `a|b|"5"" disc"`, barred: true, field: `a`, operator: `b`, valued: true, value: `5" disc`, quoted: true}},
		`a|b|5" disc`:        {{text: `a|b|5" disc`, barred: true, field: `a`, operator: `b`, valued: true, value: `5" disc`}},
		`a|b|"c" d`:          {{text: `a|b|"c" d`, barred: true, field: `a`, operator: `b`, valued: true, value: `c`, quoted: true, torn: true}},
		`a|b|"c`:             {{text: `a|b|"c`, barred: true, field: `a`, operator: `b`, valued: true, value: `c`, quoted: true, torn: true}},
		`a|b|"`:              {{text: `a|b|"`, barred: true, field: `a`, operator: `b`, valued: true, quoted: true, torn: true}},
		`a|b|"""`:            {{text: `a|b|"""`, barred: true, field: `a`, operator: `b`, valued: true, value: `"`, quoted: true, torn: true}},
		`a|b|x , c|d`: {
			{text: `a|b|x`, barred: true, field: `a`, operator: `b`, valued: true, value: `x`},
			{text: `c|d`, barred: true, field: `c`, operator: `d`},
		},
		`a|b|"x,y",c|d`: {
			{text: `a|b|"x,y"`, barred: true, field: `a`, operator: `b`, valued: true, value: `x,y`, quoted: true},
			{text: `c|d`, barred: true, field: `c`, operator: `d`},
		},
		`a|b|"x""",c|d`: {
			{text: `a|b|"x"""`, barred: true, field: `a`, operator: `b`, valued: true, value: `x"`, quoted: true},
			{text: `c|d`, barred: true, field: `c`, operator: `d`},
		},
		`a|b|5",c|d`: {{text: `a|b|5",c|d`, barred: true, field: `a`, operator: `b`, valued: true, value: `5",c|d`, torn: true}},
		`a|b,`:       {{text: `a|b`, barred: true, field: `a`, operator: `b`}, {}},
		`|`:          {{text: `|`, barred: true}},
	} {
		assert.Equal(t, want, slices.Collect(phrases(list)), list)
	}
}

func TestPhrasesStopWhenAsked(t *testing.T) {
	t.Parallel()
	seen := 0
	for range phrases("a,b,c") {
		if seen++; seen == 2 {
			break
		}
	}
	assert.Equal(t, 2, seen)
}

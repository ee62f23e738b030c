package fake

import (
	"testing"

	"github.com/stretchr/testify/require"
)

type optionSettings struct{ color string }

func optionColor(color string) Option {
	return Setting("WithColor", func(s *optionSettings) error { s.color = color; return nil })
}

func TestOptions(t *testing.T) {
	t.Parallel()
	var set optionSettings
	s := New(t, tinyAPI(), &set, optionColor("red"), Option{}, optionColor("blue"), Seed(7))
	require.Equal(t, "blue", set.color, "the last one counts")
	require.EqualValues(t, 7, s.opt.seed)
}

func TestWrongOptions(t *testing.T) {
	t.Parallel()
	for text, o := range map[string]Option{
		"shelf: WithColor is an option of another API": optionColor("red"),
		"shelf: WithPage: 0: want at least 1":          withPage(0),
	} {
		tb := &spy{}
		require.Equal(t, text, tb.run(func() { newShelf(tb, o) }))
		require.PanicsWithValue(t, text, func() { newShelf(nil, o) })
		require.Empty(t, tb.cleanups, "there is no server to close")
	}
	require.PanicsWithValue(t, "tiny: WithColor is an option of another API", func() { New(nil, tinyAPI(), nil, optionColor("red")) })
}

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"
)

func TestScenariosList(t *testing.T) {
	t.Parallel()
	code, out, errs := commandLine(t, "scenarios", "list")
	require.Equal(t, exitOK, code, errs)
	for _, want := range []string{"cartfunnel/lost-save\n    ", "cartly/forged\n", "bonify/", "cscart/", "fluidpay/"} {
		assert.Contains(t, out, want)
	}
	code, out, errs = commandLine(t, "scenarios", "list", "--api", "cartly", "--json")
	require.Equal(t, exitOK, code, errs)
	for line := range strings.Lines(out) {
		assert.Equal(t, "cartly", gjson.Get(line, "api").Str)
	}
	assert.Greater(t, strings.Count(out, "\n"), 3)
}

func TestScenariosVet(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "sub"), 0o700))
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		return file
	}
	good := write("good.txtar", twoReads)
	code, out, errs := commandLine(t, "scenarios", "vet", good, filepath.Dir(good))
	assert.Equal(t, exitOK, code)
	assert.Empty(t, out+errs)

	bad := write("sub/bad.txtar", "scenario 1 cartfunnel\nmode strikt\n-> GET ~/customers.json\n<- alive\n")
	other := write("notes.txt", "no scenario")
	code, out, errs = commandLine(t, "scenarios", "vet", dir)
	assert.Equal(t, exitFailed, code)
	assert.Equal(t, bad+":2: unknown word \"strikt\" (did you mean \"strict\"?); there are strict, per-resource, lenient\n"+
		bad+":4: unknown answer \"alive\" (did you mean \"live\"?); want live, a status, @section or fault NAME\n", out)
	assert.Equal(t, "cartdouble scenarios: 2 problems\n", errs)

	code, out, errs = commandLine(t, "scenarios", "vet", "--json", bad, other)
	assert.Equal(t, exitFailed, code)
	assert.Equal(t, "3 problems", strings.TrimPrefix(strings.TrimSpace(errs), "cartdouble scenarios: "))
	assert.Equal(t, []string{bad, bad, other}, []string{gjson.Get(out, "..0.file").Str, gjson.Get(out, "..1.file").Str, gjson.Get(out, "..2.file").Str})
	assert.EqualValues(t, 4, gjson.Get(out, "..1.line").Int())
	assert.Equal(t, "no scenario: it begins with another word, or is not called .txtar", gjson.Get(out, "..2.text").Str)
}

func TestScenariosExplain(t *testing.T) {
	t.Parallel()
	const file = "cartfunnel/lost-save"
	const create = `POST ~/customers.json {"customer":{"email":"dora@example.com","first_name":"Dora"}}`
	code, out, errs := commandLine(t, "scenarios", "explain", file, create)
	require.Equal(t, exitOK, code, errs)
	assert.Contains(t, out, "lost-save.txtar:")
	assert.Contains(t, out, "it takes the step   -> POST /v1/customers.json @dora\nand is answered   <- live !! lost-response\n")

	code, out, errs = commandLine(t, "scenarios", "explain", file, create, create)
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, out, "This looks like a write repeated without looking")
	assert.Equal(t, "cartdouble scenarios: it does not fit\n", errs)

	code, out, errs = commandLine(t, "scenarios", "explain", "--json", "--secret", "x=y", file, create, "GET /v1/customers.json?page=1")
	require.Equal(t, exitOK, code, errs)
	assert.Equal(t, "-> GET /v1/customers.json query=*\n<- live", gjson.Get(out, "steps.0.step").Str)
	code, _, errs = commandLine(t, "scenarios", "explain", written(t, "scenario 1 cartfunnel\nmode strikt\n"), create)
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, errs, "strikt")
}

func TestScenariosIsCalledWrongly(t *testing.T) {
	t.Parallel()
	for want, args := range map[string][]string{
		"which of list, vet, explain, import, export and compare?":              {},
		`unknown verb "veto" (did you mean vet?)`:                               {"veto"},
		`unexpected "cartly"; it takes flags only`:                              {"list", "cartly"},
		`--api: unknown API "cartli" (did you mean cartly?)`:                    {"list", "--api", "cartli"},
		"want files or folders to look at, such as testdata":                    {"vet"},
		"no such file or directory":                                             {"vet", "nowhere"},
		"want a scenario, and the request in quotes":                            {"explain", "cartly/forged"},
		`"GET customers": want METHOD PATH [BODY]`:                              {"explain", "cartfunnel/lost-save", "GET customers"},
		`net/http: invalid method "G(T"`:                                        {"explain", "cartfunnel/lost-save", "G(T /"},
		"flag provided but not defined: -jsn":                                   {"explain", "--jsn"},
		"cartly/forgd is no file, and no scenario of the library (did you mean": {"explain", "cartly/forgd", "GET /"},
	} {
		code, _, errs := commandLine(t, append([]string{"scenarios"}, args...)...)
		assert.Equal(t, exitUsage, code, want)
		assert.Contains(t, errs, "cartdouble scenarios: ")
		assert.Contains(t, errs, want)
	}
	for _, args := range [][]string{{"scenarios", "-h"}, {"scenarios", "vet", "-h"}, {"replay", "-h"}} {
		code, out, errs := commandLine(t, args...)
		assert.Equal(t, exitOK, code)
		assert.Contains(t, out, "cartdouble "+strings.Join(args[:len(args)-1], " "))
		assert.Empty(t, errs)
	}
}

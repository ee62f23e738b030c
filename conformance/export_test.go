package conformance

// These are for the tests outside the package.
var (
	Whole  = whole
	Golden = golden
)

package conformance

// Whole is for the tests outside the package.
var Whole = whole

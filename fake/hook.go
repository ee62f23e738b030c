package fake

// The stage hook comes after send: events that a call has caused leave as signed
// deliveries, one at a time, in the order of the changes. No API of this release
// sends any; what they will need is here already: collections tell of changes
// (Spec.Changed), work counts on the clock before its goroutine starts, and
// Settle waits for it.

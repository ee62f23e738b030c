//go:build !go1.26

package bubble

// HTTP2 tells whether HTTP/2 can be served in a bubble. Before Go 1.26 net/http
// keeps channels in a pool for the whole process, and one that was made in
// another bubble, or outside, ends the test binary.
const HTTP2 = false

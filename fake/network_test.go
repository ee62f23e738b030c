package fake

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"testing"
)

// networkClient is a client that knows nothing of the server but, under TLS, its
// certificate.
func networkClient(t *testing.T, s *shelf) *http.Client {
	t.Helper()
	transport := &http.Transport{ForceAttemptHTTP2: true}
	t.Cleanup(transport.CloseIdleConnections)
	if cert := s.Certificate(); cert != nil {
		pool := x509.NewCertPool()
		pool.AddCert(cert)
		transport.TLSClientConfig = &tls.Config{RootCAs: pool}
	}
	return &http.Client{Transport: transport}
}

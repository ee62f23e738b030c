package memnet

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cartdouble/cartdouble/internal/bubble"
)

// pipeProtocol is what net/http speaks over the pipe.
type pipeProtocol string

const (
	pipeHTTP1 pipeProtocol = "HTTP/1"
	pipeTLS   pipeProtocol = "HTTP/1 over TLS"
	pipeHTTP2 pipeProtocol = "HTTP/2"
)

func (p pipeProtocol) url() string {
	if p == pipeHTTP1 {
		return "http://shop.test/"
	}
	return "https://shop.test/"
}

// pipeProtocols runs a test for each protocol, in a bubble and outside.
func pipeProtocols(t *testing.T, f func(*testing.T, pipeProtocol), protocols ...pipeProtocol) {
	for _, p := range protocols {
		t.Run(string(p), func(t *testing.T) {
			t.Parallel()
			pipeBoth(t, func(t *testing.T) { f(t, p) })
		})
	}
}

// pipeServer is a net/http server and its client over the pipe.
type pipeServer struct {
	*http.Server
	listener *Listener
	client   *http.Client
	url      string
	hits     atomic.Int32
	dials    atomic.Int32
}

func pipeServe(t testing.TB, p pipeProtocol, h http.HandlerFunc) *pipeServer {
	t.Helper()
	if p == pipeHTTP2 && bubble.ID() != 0 && !bubble.HTTP2 {
		t.Skip("net/http cannot serve HTTP/2 in a bubble, before Go 1.26")
	}
	var protocols http.Protocols
	protocols.SetHTTP1(p != pipeHTTP2)
	protocols.SetHTTP2(p == pipeHTTP2)
	s := &pipeServer{listener: Listen("shop"), url: p.url()}
	s.Server = &http.Server{
		Protocols: &protocols,
		ErrorLog:  log.New(io.Discard, "", 0),
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			s.hits.Add(1)
			h(w, r)
		}),
	}
	transport := &http.Transport{
		Protocols: &protocols,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			s.dials.Add(1)
			return s.listener.Dial(ctx)
		},
	}
	s.client = &http.Client{Transport: transport}
	ended := make(chan error)
	if p == pipeHTTP1 {
		go func() { ended <- s.Serve(s.listener) }()
	} else {
		certificate, roots := pipeCertificate(t)
		s.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}}
		transport.TLSClientConfig = &tls.Config{RootCAs: roots}
		go func() { ended <- s.ServeTLS(s.listener, "", "") }()
	}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		s.Close()
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
	})
	return s
}

// pipeCertificate is good for shop.test, today and in the year 2000.
func pipeCertificate(t testing.TB) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: "shop.test"},
		DNSNames:     []string{"shop.test"},
		NotBefore:    time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:     time.Date(2999, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, roots
}

// do sends a request and reads the answer. An error is of the reading where
// there is a status.
func (s *pipeServer) do(t *testing.T, method, body string, header ...string) (status int, got string, err error) {
	t.Helper()
	request, err := http.NewRequest(method, s.url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body == "" {
		request.Body, request.GetBody = nil, nil
	}
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := s.client.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	bytes, err := io.ReadAll(response.Body)
	return response.StatusCode, string(bytes), err
}

func (s *pipeServer) counts(t *testing.T, hits, dials int32) {
	t.Helper()
	if s.hits.Load() != hits || s.dials.Load() != dials {
		t.Errorf("got %d requests over %d connections, want %d over %d", s.hits.Load(), s.dials.Load(), hits, dials)
	}
}

func pipeEcho(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(err)
	}
	w.Write(body)
}

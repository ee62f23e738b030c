package memnet

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"
)

// BenchmarkPipeGet is a GET over a warm connection from net/http to net/http:
// in memory, over net.Pipe and over TCP. The three take turns, so that a machine
// that slows down slows all of them; "x" is the time as a part of net.Pipe's and
// of TCP's.
func BenchmarkPipeGet(b *testing.B) {
	for _, size := range []int{400, 50_000} {
		b.Run(fmt.Sprintf("%dB", size), func(b *testing.B) {
			page := make([]byte, size)
			networks := pipeNetworks(b)
			clients := make([]*http.Client, len(networks))
			for i, n := range networks {
				server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(page) })}
				go server.Serve(n.listener)
				transport := &http.Transport{DialContext: n.dial}
				clients[i] = &http.Client{Transport: transport}
				b.Cleanup(func() {
					transport.CloseIdleConnections()
					server.Close()
				})
			}
			took := make([]time.Duration, len(networks))
			for b.Loop() {
				for i, client := range clients {
					start := time.Now()
					response, err := client.Get("http://shop.test/")
					if err != nil {
						b.Fatal(err)
					}
					if n, err := io.Copy(io.Discard, response.Body); n != int64(size) || err != nil {
						b.Fatal(n, err)
					}
					response.Body.Close()
					took[i] += time.Since(start)
				}
			}
			for i, n := range networks {
				b.ReportMetric(float64(took[i])/float64(b.N), "ns/"+n.name)
			}
			b.ReportMetric(float64(took[0])/float64(took[1]), "x-of-net.Pipe")
			b.ReportMetric(float64(took[0])/float64(took[2]), "x-of-TCP")
			b.ReportMetric(0, "ns/op")
		})
	}
}

type pipeNetwork struct {
	name     string
	listener net.Listener
	dial     func(context.Context, string, string) (net.Conn, error)
}

func pipeNetworks(b *testing.B) []pipeNetwork {
	memory := Listen("shop")
	unbuffered := &pipeUnbuffered{server: make(chan net.Conn), closed: make(chan struct{})}
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	return []pipeNetwork{
		{"memory", memory, func(ctx context.Context, _, _ string) (net.Conn, error) { return memory.Dial(ctx) }},
		{"net.Pipe", unbuffered, func(context.Context, string, string) (net.Conn, error) {
			client, server := net.Pipe()
			unbuffered.server <- server
			return client, nil
		}},
		{"TCP", tcp, func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", tcp.Addr().String())
		}},
	}
}

// pipeUnbuffered is a listener for net.Pipe.
type pipeUnbuffered struct {
	server chan net.Conn
	once   sync.Once
	closed chan struct{}
}

func (l *pipeUnbuffered) Accept() (net.Conn, error) {
	select {
	case c := <-l.server:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeUnbuffered) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *pipeUnbuffered) Addr() net.Addr { return serverAddr("unbuffered") }

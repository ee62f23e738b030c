package conformance

import (
	"errors"
	"time"
)

// lastWords is how long a program that no longer reads may take to end.
const lastWords = time.Second

// because gives the reason for which a line could not be sent: how the program
// ended, which is known a moment after its pipe has broken.
func (p *program) because(err error) error {
	select {
	case <-p.ended:
		return p.gone()
	case <-time.After(lastWords):
		return err
	}
}

// fail ends the conversation. The first reason stays.
func (p *program) fail(err error) {
	p.mu.Lock()
	if p.err == nil {
		p.err = err
	}
	p.mu.Unlock()
	p.over.Do(func() { close(p.ended) })
}

// gone says why nothing more can be asked, nil if something can.
func (p *program) gone() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

// stop ends the program.
func (p *program) stop() {
	_ = p.tell(message{Type: "stop"}) // it may be gone
	_ = p.in.Close()
	select {
	case <-p.ended:
	case <-time.After(5 * time.Second):
		p.fail(errors.New("it did not stop within 5s of being told to"))
	}
}

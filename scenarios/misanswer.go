package scenarios

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
)

// misanswered tells of a delivery that was answered in another way than the step
// wants.
func (r *Run) misanswered(d *deliver, a fake.Attempt, phase phaseCount) string {
	var p page
	p.add("%s: delivery #%d was not answered as the story wants", d.answer.at, a.Delivery)
	p.add("")
	if line := phase.head(r.prog); line != "" {
		p.add("%s", line)
	}
	p.row("sent    ", d.text, d.at)
	p.row("want    ", d.answer.text, d.answer.at)
	got := statusText(a.Status)
	switch {
	case a.Err != "":
		got += ": " + short(a.Err, 50)
	case a.Verdict == fake.UnderWay:
		got += ": the receiver is still at it, and the clock stands"
	case len(a.Answer) > 0:
		got += " " + short(string(a.Answer), 50)
	}
	at := "at " + a.At.Format("15:04:05.000")
	if a.Number > 0 {
		at += fmt.Sprintf(", attempt %d", a.Number)
	}
	p.columns("got        "+got, at)
	p.add("")
	for _, sentence := range r.blame(d, a) {
		p.add("      %s", sentence)
	}
	if a.URL != "" {
		receiver := r.receiverOf(a.URL)
		p.add("      so far %s: %s", receiver, r.counts(receiver))
	}
	return p.String()
}

// blame says what probably is wrong with a receiver that gave this answer.
func (r *Run) blame(d *deliver, a fake.Attempt) []string {
	faults := func(names ...string) string {
		for line := range strings.SplitSeq(a.Fault, "; ") {
			if name, _, _ := strings.Cut(line, " "); slices.Contains(names, name) {
				return name
			}
		}
		return ""
	}
	took, refused := a.Status >= 200 && a.Status < 300, a.Status >= 400 && a.Status < 500
	failed := a.Status >= 500 || strings.Contains(a.Err, "panic")
	if name := faults("bad-signature", "no-signature", "tampered", "signature-form", "old-secret", "replayed"); name != "" && failed {
		return []string{"The receiver failed over a delivery that it is to refuse (" + name + ").   see CLY-SIG-04"}
	}
	switch {
	case took && faults("no-signature") != "":
		return []string{"This delivery had no signature at all, and the receiver took it: whoever knows its", "address can send it anything.   see CLY-SIG-03"}
	case took && faults("bad-signature", "tampered") != "":
		return []string{"The signature did not fit the body (" + faults("bad-signature", "tampered") + "), and the receiver took it: whoever", "knows its address can send it anything.   see CLY-SIG-02"}
	case took && faults("old-secret") != "":
		return []string{"This delivery was signed with a secret that is no longer good, and the receiver took it.   see CLY-SIG-12"}
	case took && faults("signature-form") != "":
		return []string{"The signature had another form than the documented one, and the receiver took it.   see CLY-SIG-07"}
	case refused && faults("old-secret") != "":
		return []string{fmt.Sprintf("This delivery was signed with the former secret, still good by line %d.   see CLY-SIG-12", r.rotatedIn())}
	case refused && (faults("body-style") != "" || d.section != nil && d.style != "compact"):
		return []string{"Nothing is wrong but the spelling of the JSON. A signature is over the bytes as they", "came, not over the values that they hold.   see CLY-SIG-05"}
	}
	if line := r.rotatedIn(); refused && line > 0 {
		return []string{fmt.Sprintf("The secret was changed in line %d, and this delivery is signed with the new one.   see CLY-SIG-12", line)}
	}
	return r.blameManners(d, a, took, faults)
}

// blameManners is blame where no signature is in doubt.
func (r *Run) blameManners(d *deliver, a fake.Attempt, took bool, faults func(...string) string) []string {
	switch {
	case !took && faults("unknown-event") != "":
		return []string{"Events that a receiver does not know are acknowledged: what is refused comes again, and", "after some failures nothing comes any more.   see CLY-EVT-02"}
	case a.Status >= 300 && a.Status < 400:
		return []string{"Deliveries follow no redirect: the receiver's address is to answer itself.   see CLY-ACK-04"}
	case a.Err == "timeout" || a.Verdict == fake.UnderWay:
		return []string{"The sender waits a few seconds only: acknowledge first, then work.   see CLY-ACK-03"}
	case !took && a.Status != 0 && (d.again != nil || faults("duplicate") != ""):
		return []string{"This delivery came before. What is known already is acknowledged, else it comes again", "and again.   see CLY-EVT-04"}
	case !took && a.Status != 0 && a.Fault == "":
		return []string{"Nothing is wrong with this delivery: it is as the vendor sends it.   see CLY-SIG-01"}
	}
	return nil
}

// rotatedIn is the line that changed the secret last, 0 without one.
func (r *Run) rotatedIn() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.rotated == nil {
		return 0
	}
	return r.rotated.at.line
}

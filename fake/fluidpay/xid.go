package fluidpay

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"time"

	"github.com/google/uuid"
)

// The parts of an id that are the same in each: machine and process of the
// document's cart, whose id they give with its time and counter. Another seed
// than the default has its low 16 bits in place of the process.
const (
	machine     uint32 = 0xfcfefe
	process     uint16 = 0xae58
	defaultSeed        = 1
)

// digits write an id: 5 bits each, the most significant first.
var digits = base32.NewEncoding("0123456789abcdefghijklmnopqrstuv").WithPadding(base32.NoPadding)

// xid is an id in the form of the document's: 4 bytes of time in seconds, 3 of
// machine, 2 of process and 3 of a counter, in 20 digits. Ids of one process
// sort by the second in which they were made, then by the counter.
func xid(at time.Time, machine uint32, process uint16, counter int64) string {
	var b [12]byte
	binary.BigEndian.PutUint32(b[0:], uint32(at.Unix()))
	binary.BigEndian.PutUint32(b[4:], machine<<8)
	binary.BigEndian.PutUint16(b[7:], process)
	b[9], b[10], b[11] = byte(counter>>16), byte(counter>>8), byte(counter)
	var id [20]byte
	digits.Encode(id[:], b[:])
	return string(id[:])
}

// newID is the id of a record that is about to be stored. Time and created_at
// are the same second where the fake makes both (reading FP-54).
func (s *Server) newID(now time.Time) string {
	for {
		id := xid(now, machine, s.process, s.NextID("records"))
		if cart, _ := s.Carts.Look(id); cart != nil {
			continue // put there by a test
		}
		if product, _ := s.Products.Look(id); product == nil {
			return id
		}
	}
}

// publicHash is the public_hash of the record with that id: the beginning of a
// SHA-256 in the form of a UUID, as uuid.NewHash makes it.
func publicHash(id string) string {
	var room [64]byte
	sum := sha256.Sum256(append(append(room[:0], uuid.NameSpaceOID[:]...), id...))
	hash := uuid.UUID(sum[:16])
	hash[6], hash[8] = hash[6]&0x0f|0x40, hash[8]&0x3f|0x80
	return hash.String()
}

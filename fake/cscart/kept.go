package cscart

import (
	"encoding/binary"
	"strconv"
)

// kept is what is kept with each cart, made when it is stored: what filters ask
// for, and then the cart as GetCart sends it. Its beginning, without products,
// is what lists hold. A list may show another date.
//
//	 0  newest row that can be seen, UNIX seconds
//	 8  oldest row that can be seen
//	16  sum over all rows, in hundredths
//	24  where the date stands
//	28  where the list's part ends
//	32  where the JSON begins
//	36  length of the folded first name
//	40  length of the folded last name
//	44  length of the date; 45 flags
//	46  folded first name, last name, e-mail; then the JSON
type kept []byte

const (
	atNewest, atOldest, atSum           = 0, 8, 16
	atDate, atListEnd, atJSON           = 24, 28, 32
	atFirst, atLast, atDateLen, atFlags = 36, 40, 44, 45
	keptHead                            = 46

	flagVisible    = 1 // it has a row that can be seen
	flagRegistered = 2
	flagContact    = 4 // registered, with an e-mail
)

func (k kept) number(at int) int64 { return int64(binary.LittleEndian.Uint64(k[at:])) }
func (k kept) place(at int) int    { return int(binary.LittleEndian.Uint32(k[at:])) }

func (k kept) newest() int64    { return k.number(atNewest) }
func (k kept) oldest() int64    { return k.number(atOldest) }
func (k kept) sum() int64       { return k.number(atSum) }
func (k kept) visible() bool    { return k != nil && k[atFlags]&flagVisible != 0 }
func (k kept) registered() bool { return k[atFlags]&flagRegistered != 0 }
func (k kept) contact() bool    { return k[atFlags]&flagContact != 0 }

// first, last and email are folded, for filters.
func (k kept) first() []byte { return k[keptHead : keptHead+k.place(atFirst)] }

func (k kept) last() []byte {
	from := keptHead + k.place(atFirst)
	return k[from : from+k.place(atLast)]
}

func (k kept) email() []byte { return k[keptHead+k.place(atFirst)+k.place(atLast) : k.place(atJSON)] }

// whole is the cart with its products. It is not to be changed.
func (k kept) whole() []byte { return k[k.place(atJSON):] }

// listLength is about how much appendListed adds.
func (k kept) listLength() int { return k.place(atListEnd) - k.place(atJSON) + len("}") + 8 }

// appendListed adds the cart as lists have it, with this date (readings CC-8 and
// CC-32).
func (k kept) appendListed(dst []byte, date int64) []byte {
	if date == k.newest() {
		return append(append(dst, k[k.place(atJSON):k.place(atListEnd)]...), '}')
	}
	at := k.place(atDate)
	dst = append(dst, k[k.place(atJSON):at]...)
	dst = strconv.AppendInt(dst, date, 10)
	dst = append(dst, k[at+int(k[atDateLen]):k.place(atListEnd)]...)
	return append(dst, '}')
}

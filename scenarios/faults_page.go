package scenarios

import (
	"strconv"

	"github.com/cartdouble/cartdouble/fake"
)

// ShortPage shows size records on the second page of a list; 0 is an empty page in
// the middle. No record is lost: what is not shown comes on the next page. It
// stands for clients that stop at a page that is not full. Set: at-page; size=rest,
// for so many that the last page is full.
func ShortPage(size int) fake.Fault {
	return fake.NewFault("short-page").Set("size", strconv.Itoa(size))
}

// UnstableOrder lets records that are equal by what a list is sorted by stand the
// other way round on later pages. It stands for databases that promise no order
// among equals: some records are seen twice, others never.
func UnstableOrder() fake.Fault { return fake.NewFault("unstable-order") }

// Vanished answers that there is no such record, though it was listed a moment ago.
// It stands for the record that another has deleted; with status=403, for one that
// is not the caller's, which is no reason to take the credentials for dead. Set: id,
// of one record; status.
func Vanished() fake.Fault { return fake.NewFault("vanished") }

// DST lets the offset of times be an hour later from a moment on, as at the
// beginning of summer time. It stands for clients that compare times as texts. Set:
// at, the moment; without, the one at which it is armed.
func DST() fake.Fault { return fake.NewFault("dst") }

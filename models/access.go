package models

// Access is what a person may do with the record of a room.
type Access string

// The kinds of access; each includes those before it.
const (
	AccessNone     Access = ""
	AccessViewer   Access = "viewer"   // read and hear
	AccessReviewer Access = "reviewer" // decide flags, correct texts
	AccessHost     Access = "host"     // act in the room, name, merge and erase people
	AccessOwner    Access = "owner"    // give access to others
)

// Rank orders kinds of access: one that allows more has a higher rank; an unknown one has 0, as none has.
func (a Access) Rank() int {
	for i, x := range []Access{AccessNone, AccessViewer, AccessReviewer, AccessHost, AccessOwner} {
		if x == a {
			return i
		}
	}
	return 0
}

// Allows says whether what needs the other kind is allowed.
func (a Access) Allows(need Access) bool { return a.Rank() >= need.Rank() && a.Rank() > 0 }

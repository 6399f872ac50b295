package auth

import (
	"context"
	"maps"
	"net/http"

	"earshot/models"
)

// Visitor is the person or program that makes a request.
type Visitor struct {
	Name  string
	All   models.Access            // in every room
	Rooms map[string]models.Access // in single rooms, in addition to All
	// LoggedIn says that the visitor has a browser login, which can be ended.
	LoggedIn bool
}

// In returns the visitor's access in a room; for "" the access in all rooms.
func (v Visitor) In(room string) models.Access {
	if a := v.Rooms[room]; a.Rank() > v.All.Rank() {
		return a
	}
	return v.All
}

// May reports whether the visitor has at least an access in a room, or in all rooms for "".
func (v Visitor) May(room string, need models.Access) bool { return v.In(room).Allows(need) }

// Somewhere reports whether the visitor has at least an access in some room.
func (v Visitor) Somewhere(need models.Access) bool {
	for room := range v.Rooms {
		if v.May(room, need) {
			return true
		}
	}
	return v.All.Allows(need)
}

// Same reports whether two visitors are the same, with the same access.
func (v Visitor) Same(w Visitor) bool {
	return v.Name == w.Name && v.All == w.All && maps.Equal(v.Rooms, w.Rooms)
}

// Scope returns the rooms that the visitor may see; queries are limited to them.
func (v Visitor) Scope() models.RoomSet {
	if v.All.Allows(models.AccessViewer) {
		return models.RoomSet{}
	}
	var seen []string
	for room := range v.Rooms {
		if v.May(room, models.AccessViewer) {
			seen = append(seen, room)
		}
	}
	return models.OnlyRooms(seen...)
}

// Require returns an error for visitors with less than an access in a room: models.ErrForbidden if they may see the room, and
// models.ErrNotFound if not, so that they learn nothing.
func (v Visitor) Require(room string, need models.Access) error {
	switch {
	case v.May(room, need):
		return nil
	case v.May(room, models.AccessViewer):
		return models.ErrForbidden
	}
	return models.ErrNotFound
}

// RequireOwner returns models.ErrForbidden for everybody but owners.
func (v Visitor) RequireOwner() error {
	if !v.All.Allows(models.AccessOwner) {
		return models.ErrForbidden
	}
	return nil
}

type visitorKey struct{}

// WithVisitor adds the visitor to a request.
func WithVisitor(r *http.Request, v Visitor) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), visitorKey{}, v))
}

// VisitorOf returns the visitor of a request; nobody if it did not pass the guard.
func VisitorOf(ctx context.Context) Visitor {
	v, _ := ctx.Value(visitorKey{}).(Visitor)
	return v
}

// OpenVisitor is the visitor while no login is required.
func OpenVisitor() Visitor { return Visitor{Name: "host", All: models.AccessOwner} }

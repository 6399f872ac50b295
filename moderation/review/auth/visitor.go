package auth

import (
	"context"
	"maps"
	"net/http"

	"earshot/models"
)

// Visitor is who asks for a page.
type Visitor struct {
	Name  string
	All   models.Access            // in every room
	Rooms map[string]models.Access // in single rooms, beyond All
}

// In is what the visitor may do in a room; in room "" it is what holds for all rooms.
func (v Visitor) In(room string) models.Access {
	if a := v.Rooms[room]; a.Rank() > v.All.Rank() {
		return a
	}
	return v.All
}

// May says that the visitor has at least an access in a room, or in all rooms when it is "".
func (v Visitor) May(room string, need models.Access) bool { return v.In(room).Allows(need) }

// Same says that two visitors are one, with the same access.
func (v Visitor) Same(w Visitor) bool {
	return v.Name == w.Name && v.All == w.All && maps.Equal(v.Rooms, w.Rooms)
}

// Scope is the rooms that the visitor may see; queries are held to it.
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

// Require is an error for who has less than an access in a room: models.ErrForbidden for who may see it, and
// models.ErrNotFound for who may not, who thus learns nothing.
func (v Visitor) Require(room string, need models.Access) error {
	switch {
	case v.May(room, need):
		return nil
	case v.May(room, models.AccessViewer):
		return models.ErrForbidden
	}
	return models.ErrNotFound
}

// RequireOwner is models.ErrForbidden for who is no owner.
func (v Visitor) RequireOwner() error {
	if !v.All.Allows(models.AccessOwner) {
		return models.ErrForbidden
	}
	return nil
}

type visitorKey struct{}

// WithVisitor puts into a request who asks.
func WithVisitor(r *http.Request, v Visitor) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), visitorKey{}, v))
}

// VisitorOf is who asks; nobody when the guard was not passed.
func VisitorOf(ctx context.Context) Visitor {
	v, _ := ctx.Value(visitorKey{}).(Visitor)
	return v
}

// OpenVisitor is whoever opens the pages while no login is asked for.
func OpenVisitor() Visitor { return Visitor{Name: "host", All: models.AccessOwner} }

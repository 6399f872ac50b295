package review

import (
	"context"
	"maps"
	"net/http"

	"earshot/models"
)

// visitor is who asks for a page.
type visitor struct {
	Name  string
	All   models.Access            // in every room
	Rooms map[string]models.Access // in single rooms, beyond All
}

// in is what the visitor may do in a room; in room "" it is what holds for all rooms.
func (v visitor) in(room string) models.Access {
	if a := v.Rooms[room]; a.Rank() > v.All.Rank() {
		return a
	}
	return v.All
}

func (v visitor) may(room string, need models.Access) bool { return v.in(room).Allows(need) }

// same says that two visitors are one, with the same access.
func (v visitor) same(w visitor) bool {
	return v.Name == w.Name && v.All == w.All && maps.Equal(v.Rooms, w.Rooms)
}

// rooms are those that the visitor may see.
func (v visitor) rooms() models.RoomSet {
	if v.everywhere() {
		return models.RoomSet{}
	}
	var seen []string
	for room := range v.Rooms {
		if v.may(room, models.AccessViewer) {
			seen = append(seen, room)
		}
	}
	return models.OnlyRooms(seen...)
}

// everywhere says that no room is hidden from the visitor.
func (v visitor) everywhere() bool { return v.All.Allows(models.AccessViewer) }

type visitorKey struct{}

func withVisitor(r *http.Request, v visitor) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), visitorKey{}, v))
}

// visitorOf is who asks; nobody when the guard was not passed.
func visitorOf(ctx context.Context) visitor {
	v, _ := ctx.Value(visitorKey{}).(visitor)
	return v
}

// atTheMachine is whoever opens the pages while no login is asked for.
func atTheMachine() visitor { return visitor{Name: "host", All: models.AccessOwner} }

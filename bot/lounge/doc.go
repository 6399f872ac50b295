// Package lounge is Earshot's own room: people publish their microphones by WHIP (RFC 9725) from a page or from Go, and
// listeners hear each of them by WHEP. It is the demo and the tests' own room server, and the bot joins it as it joins
// any other.
//
//	POST   /whip/{room}?name=      publish: SDP offer -> 201, answer, Location of the resource
//	POST   /whep/{room}/{person}   hear one person: SDP offer -> 201, answer, Location
//	PATCH  /res/{id}               trickled ICE candidates
//	PUT    /res/{id}               {"name":…, "muted":…} of one's own publication
//	DELETE /res/{id}               leave, or stop hearing
//	GET    /rooms/{room}           what the page needs to know
//	GET    /rooms/{room}/events    who is here, as server-sent events (type Event)
//	GET    /room/{room}            the page
//
// The server forwards Opus as it is and decodes nothing. Everybody who hears is visible to everybody who speaks.
package lounge

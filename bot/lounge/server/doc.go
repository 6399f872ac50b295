// Package server is Earshot's own room server: people publish their microphones by WHIP (RFC 9725) from a page or from Go, and
// listeners hear each of them by WHEP. It is the demo and the tests' own room, and the bot joins it as it joins any other.
//
//	POST   /whip/{room}?name=      publish: SDP offer -> 201, answer, Location of the resource
//	POST   /whep/{room}/{person}   hear one person: SDP offer -> 201, answer, Location
//	PATCH  /res/{id}               trickled ICE candidates
//	PUT    /res/{id}               {"name":…, "muted":…} of one's own publication
//	DELETE /res/{id}               leave, or stop hearing
//	GET    /rooms/{room}           what the page needs to know
//	GET    /rooms/{room}/events    who is here, as server-sent events (type lounge.Event)
//	POST   /rooms/{room}/chat      {"text":…}: a line to everybody; with the host's token and "to", to one person
//	POST   /rooms/{room}/people/{person}/{verb}
//	                               a host's decision: mute, unmute, to_audience, to_stage, remove, ban, unban
//	GET    /room/{room}            the page
//
// A host is who sends the host's token as Bearer; a bot is a listener who does. Names that pass for theirs are refused, or marked on
// listeners. Everybody else shares bounded places (budget.Limits). A ban holds against the browser's own key, and against the
// address and name of an encoder, which has none: there are no accounts here that a person could not throw away, and many people may
// share an address.
//
// The server forwards Opus as it is and decodes nothing. Everybody who hears is visible to everybody who speaks. What is asked over
// HTTP is read here; who is in which room is package rooms', and which places are taken package budget's.
package server

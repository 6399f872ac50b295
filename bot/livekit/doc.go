// Package livekit joins LiveKit rooms as a visible listener, receives a separate track per speaker, and moderates where it has the
// right to.
//
//	signalling   protobuf over a websocket (protocol 15), one at a time, resumed after a cut
//	media        one receive-only PeerConnection for all speakers; the stream id names the participant
//	actions      the server's RoomService (Twirp), each one done once its effect has been seen
//	invitations  an agent worker that the server dispatches to rooms, and signed webhooks
//
// A Connector connects once per Run. What a person may do is read from the server: a role attribute counts only when
// its owner cannot set it. Everything that touches LiveKit's protocol is in this package.
package livekit

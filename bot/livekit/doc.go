// Package livekit joins LiveKit rooms as a visible listener, hears every speaker on a track of their own, and acts in
// the room where it has the right to.
//
//	signalling   protobuf over a websocket (protocol 15), one at a time, resumed after a cut
//	sound        one receive-only PeerConnection for all speakers; the stream id names the participant
//	actions      the server's RoomService (Twirp), each one done when its effect was seen
//	invitations  an agent worker that the server sends to rooms, and signed webhooks
//
// A Connector connects once per Run. What a person may do is read from the server: a role attribute counts only when
// its owner cannot set it. Everything that touches LiveKit's protocol sits in this package.
package livekit

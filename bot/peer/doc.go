// Package peer is the receiving end of WebRTC: pion PeerConnections that accept Opus audio only, and the HTTP signalling (WHIP, WHEP)
// that several connectors share.
//
// A Factory holds the settings and may be shared by any number of goroutines and connections. A Conn is one PeerConnection; its Close
// returns after all its goroutines. All uses of pion/webrtc are under bot/, so that moving to another major version affects one
// folder.
package peer

// Package peer is the receiving end of WebRTC: pion PeerConnections that take Opus audio and nothing else, and the
// few lines of HTTP signalling (WHIP, WHEP) that several connectors share.
//
// A Factory holds the settings and may be shared by any number of goroutines and connections. A Conn is one
// PeerConnection; its Close returns after all goroutines that it started. Everything that touches pion/webrtc sits
// under bot/, so that moving to another major version is one folder's work.
package peer

// Package peer is the receiving end of WebRTC: pion PeerConnections that accept only Opus audio, and the HTTP signalling (WHIP, WHEP) that
// several connectors share.
//
// A Factory holds the settings; any number of goroutines and connections may share it. A Conn is a PeerConnection; its Close returns after
// all its goroutines have ended. pion/webrtc is used only under bot/, so that a change of its major version affects a single folder.
package peer

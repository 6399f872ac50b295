// Package janus listens in rooms of the Janus WebRTC server (https://janus.conf.meetecho.com/docs/) by its websocket
// API: in a VideoRoom with one PeerConnection for all speakers, and in an AudioBridge with its one mixed track.
//
//	janus+ws://host:8188/room/1234        a VideoRoom (janus+wss:// behind TLS; a path before /room is the websocket's)
//	janus+ws://host:8188/bridge/1234      an AudioBridge
//
// In a VideoRoom the server reuses a media section for another speaker, without a new track and with the same SSRC. Who speaks
// is therefore taken from the server's list of streams (slots), never from the track.
//
// Janus has no chat: the bot's display name says what it does. With the room's secret the bot may mute and kick.
package janus

// Package jitsi listens in Jitsi meetings. While transcription is on in a meeting, its bridge dials in and sends each person's Opus packets
// over a single websocket. An Endpoint accepts bridges; a Connector listens in one meeting. By XMPP, the bot joins the meeting's chat room,
// where people can see it and where it learns who is who.
package jitsi

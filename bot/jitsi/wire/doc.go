// Package wire parses what a Jitsi bridge sends to a transcriber and encodes the replies: JSON text frames over a websocket, in the format
// of jitsi-videobridge's MediaJsonEncoder.
package wire

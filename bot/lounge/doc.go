// Package lounge joins Earshot's own rooms and publishes into them, and says what their server and its clients tell one another.
// The server is package server.
package lounge

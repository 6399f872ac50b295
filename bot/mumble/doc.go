// Package mumble listens in a channel of a Mumble server (versions 1.3 to 1.5), which sends each speaker's voice separately, as Opus
// tunnelled through the TLS connection. The bot is visible by its name, recording mark and comment. It identifies itself with a client
// certificate to which an administrator can grant rights, and pins the server's certificate.
package mumble

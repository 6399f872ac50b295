// Package wire reads and writes what a Mumble client and its server send each other over TLS: frames, the control messages that a
// listener needs, and tunnelled voice. It keeps no state and trusts no length. The formats are those of Mumble's own documentation
// ("Mumble Protocol", 1.2.X and later) and of its Mumble.proto and MumbleUDP.proto.
package wire

// Package xmpp implements the small part of XMPP that a member of a Jitsi meeting's chat room needs: a client over WebSocket (RFC 7395),
// where each message is a single element, SASL ANONYMOUS and PLAIN, and multi-user chat (XEP-0045). The size of messages is limited and
// they are parsed strictly; unknown ones are ignored.
package xmpp

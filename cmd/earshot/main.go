// Earshot listens in live audio rooms, transcribes on this machine, applies a host's rules while people talk, and keeps
// the record for review.

// Names are looked up by Go itself: a private libc can't load the system's name service modules.
//
//go:debug netdns=go
package main

import "os"

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

package models

import (
	"testing"
)

func TestIPv6NetworksCountAsOneSource(t *testing.T) {
	for remote, want := range map[string]string{
		"192.0.2.7:4711":                "192.0.2.7",
		"192.0.2.7":                     "192.0.2.7",
		"[::ffff:192.0.2.7]:80":         "192.0.2.7",
		"[2001:db8:1:2:3:4:5:6]:80":     "2001:db8:1:2::/64",
		"2001:db8:1:2:ffff::1":          "2001:db8:1:2::/64",
		"[fe80::1%eth0]:80":             "fe80::/64",
		"@":                             "@",
		"":                              "",
		"not an address, with a colon:": "not an address, with a colon",
	} {
		if got := SourceOf(remote); got != want {
			t.Errorf("%q stands for %q, want %q", remote, got, want)
		}
	}
}

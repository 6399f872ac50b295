package models_test

import (
	"net/netip"
	"testing"

	"earshot/models"
)

func TestWhichAddressesStrangersMayHaveReached(t *testing.T) {
	for ip, want := range map[string][2]bool{ // public targets, private: yes
		"93.184.215.14": {true, true}, "2606:4700::1111": {true, true}, "::ffff:93.184.215.14": {true, true},
		"127.0.0.1": {false, true}, "127.255.255.254": {false, true}, "::1": {false, true}, "::ffff:127.0.0.1": {false, true},
		"10.0.0.1": {false, true}, "172.16.0.1": {false, true}, "172.31.255.255": {false, true}, "192.168.1.1": {false, true},
		"fd00::1":         {false, true},
		"::ffff:10.0.0.1": {false, true}, "64:ff9b::a00:1": {false, true}, "2002:a00:1::": {false, true},
		"169.254.169.254": {}, "::ffff:169.254.169.254": {}, "fe80::1": {}, "fe80::1%eth0": {}, "64:ff9b::a9fe:a9fe": {},
		"0.0.0.0": {}, "::": {}, "0.1.2.3": {}, "100.64.0.1": {}, "192.0.0.1": {}, "192.0.2.1": {}, "198.18.0.1": {}, "198.51.100.1": {},
		"203.0.113.1": {}, "224.0.0.1": {}, "240.0.0.1": {}, "255.255.255.255": {}, "ff02::1": {}, "::7f00:1": {}, "64:ff9b:1::1": {},
		"100::1": {}, "2001::1": {}, "2001:db8::1": {}, "fec0::1": {}, "64:ff9b::808:808": {true, true}, "2002:808:808::": {true, true},
	} {
		addr := netip.MustParseAddr(ip)
		if got := [2]bool{models.MayReach(addr, false), models.MayReach(addr, true)}; got != want {
			t.Errorf("%s: %v, want %v", ip, got, want)
		}
	}
	if models.MayReach(netip.Addr{}, true) {
		t.Error("no address at all is allowed")
	}
}

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
		if got := models.SourceOf(remote); got != want {
			t.Errorf("%q stands for %q, want %q", remote, got, want)
		}
	}
}

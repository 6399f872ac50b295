package server

import (
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/pion/sdp/v3"
)

// mostCandidates bounds how many of a client's ICE candidates are tried, those of the offer and those after it.
const mostCandidates = 16

// leastFields is how many words a candidate has at least.
const leastFields = 8

// lowestPort is the lowest port that a candidate may have: below it are servers, not people's programs.
const lowestPort = 1024

// offered is a client's SDP offer, read.
type offered struct {
	sdp        string
	candidates int // that are left in it
}

// mostSections bounds the sections of an offer: a call with a few cameras and screens has less.
const mostSections = 16

// readOffer reads an offer with sound in Opus, and pictures and data beside it that nobody will see, and takes those candidates out
// of it that the lounge does not send to. The refusal says what is wrong with it.
func readOffer(text string, from netip.Addr) (_ offered, status int, refusal string) {
	if !strings.HasPrefix(text, "v=0") || strings.ContainsFunc(strings.ReplaceAll(text, "\r\n", "\n"), isControl) {
		return offered{}, http.StatusBadRequest, "the body is not SDP"
	}
	var d sdp.SessionDescription
	if err := d.Unmarshal([]byte(text)); err != nil {
		return offered{}, http.StatusBadRequest, "the body is not SDP that can be read"
	}
	if why := unfit(d.MediaDescriptions); why != "" {
		return offered{}, http.StatusUnprocessableEntity, why
	}
	var o offered
	keep := func(attributes []sdp.Attribute) []sdp.Attribute {
		return slices.DeleteFunc(attributes, func(a sdp.Attribute) bool {
			if !a.IsICECandidate() {
				return false
			}
			if o.candidates == mostCandidates || !reachable(a.Value, from) {
				return true
			}
			o.candidates++
			return false
		})
	}
	d.Attributes = slices.DeleteFunc(d.Attributes, sdp.Attribute.IsICECandidate)
	for _, m := range d.MediaDescriptions {
		m.Attributes = keep(m.Attributes)
	}
	b, err := d.Marshal()
	if err != nil {
		return offered{}, http.StatusBadRequest, "the body is not SDP that can be read"
	}
	o.sdp = string(b)
	return o, 0, ""
}

// isControl reports what has no place in SDP but at a line's end: readers differ on what it means.
func isControl(r rune) bool { return r < ' ' && r != '\n' && r != '\t' || r == 0x7f }

// unfit says why sections can't be answered, or "".
func unfit(sections []*sdp.MediaDescription) string {
	sound := 0
	for _, m := range sections {
		switch m.MediaName.Media {
		case "audio":
			if !hasOpus(m) {
				return "the sound that is offered must be Opus"
			}
			sound++
		case "video", "application":
		default:
			return "the offer has a section that is neither sound, nor pictures, nor data"
		}
	}
	switch {
	case sound != 1:
		return "the offer must have one section of sound, in Opus"
	case len(sections) > mostSections:
		return fmt.Sprintf("the offer has more than %d sections", mostSections)
	}
	return ""
}

func hasOpus(m *sdp.MediaDescription) bool {
	return slices.ContainsFunc(m.Attributes, func(a sdp.Attribute) bool {
		return a.Key == "rtpmap" && strings.Contains(strings.ToLower(a.Value), " opus/48000")
	})
}

// reachable reports whether the lounge sends connectivity checks to a candidate (RFC 8839, section 5.1, without its "a="): over
// UDP, to the address that the request came from and no other, so that nobody can have it send to others. What is left out is
// no loss: when the client's own checks arrive, they are answered to where they came from.
func reachable(candidate string, from netip.Addr) bool {
	f := strings.Fields(strings.TrimPrefix(candidate, "candidate:"))
	if len(f) < leastFields || !strings.EqualFold(f[2], "udp") || !from.IsValid() {
		return false
	}
	to, err := netip.ParseAddr(f[4])
	port, errPort := strconv.ParseUint(f[5], 10, 16)
	if err != nil || errPort != nil || port < lowestPort || to.Zone() != "" {
		return false
	}
	to = to.Unmap()
	return to == from && !to.IsUnspecified() && !to.IsMulticast() && !to.IsLinkLocalUnicast()
}

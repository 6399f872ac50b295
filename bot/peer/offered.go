package peer

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v3"
)

// mostCodecs limits how many video codecs of an offer are accepted.
const mostCodecs = 32

// Accepting returns a Factory whose Conns accept an offer with whatever video it contains besides audio: some clients can't handle an
// answer that rejects a media section. Received video is discarded.
func (f *Factory) Accepting(offer string) (*Factory, error) {
	pictures, err := pictureCodecs(offer)
	if err != nil {
		return nil, fmt.Errorf("peer: the other side's offer: %w", err)
	}
	own := *f
	if own.codecs, err = mediaEngine(); err != nil {
		return nil, fmt.Errorf("peer: codecs: %w", err)
	}
	for _, c := range pictures {
		if err := own.codecs.RegisterCodec(c, webrtc.RTPCodecTypeVideo); err != nil {
			return nil, fmt.Errorf("peer: codecs: %w", err)
		}
	}
	return &own, nil
}

// pictureCodecs returns the codecs of an offer's video sections as offered. It omits those for retransmission and error correction, since
// nothing is to be repaired.
func pictureCodecs(offer string) ([]webrtc.RTPCodecParameters, error) {
	var d sdp.SessionDescription
	if err := d.Unmarshal([]byte(offer)); err != nil {
		return nil, err
	}
	var out []webrtc.RTPCodecParameters
	for _, m := range d.MediaDescriptions {
		if m.MediaName.Media != "video" {
			continue
		}
		for _, format := range m.MediaName.Formats {
			pt, err := strconv.ParseUint(format, 10, 7)
			taken := slices.ContainsFunc(out, func(c webrtc.RTPCodecParameters) bool { return uint64(c.PayloadType) == pt })
			if err != nil || taken || pt == OpusPayloadType || len(out) == mostCodecs {
				continue
			}
			c, err := d.GetCodecForPayloadType(uint8(pt))
			if err != nil || repairs(c.Name) {
				continue
			}
			out = append(out, webrtc.RTPCodecParameters{PayloadType: webrtc.PayloadType(pt), RTPCodecCapability: webrtc.RTPCodecCapability{
				MimeType: "video/" + c.Name, ClockRate: c.ClockRate, SDPFmtpLine: c.Fmtp,
			}})
		}
	}
	return out, nil
}

func repairs(codec string) bool {
	return slices.Contains([]string{"rtx", "red", "ulpfec", "flexfec", "flexfec-03"}, strings.ToLower(codec))
}

package peer

import "github.com/pion/webrtc/v3"

// silent is a track that sends nothing.
type silent struct{}

func (*silent) Bind(t webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	return t.CodecParameters()[0], nil
}
func (*silent) Unbind(webrtc.TrackLocalContext) error { return nil }
func (*silent) ID() string                            { return "a" }
func (*silent) RID() string                           { return "" }
func (*silent) StreamID() string                      { return "a" }
func (*silent) Kind() webrtc.RTPCodecType             { return webrtc.RTPCodecTypeAudio }

package audio

import (
	"bytes"
	"testing"

	"earshot/bot/audio/wav"
	"earshot/models"
)

// TestClipBecomesWAV: a second of Ogg Opus is a second of WAV.
func TestClipBecomesWAV(t *testing.T) {
	var ogg bytes.Buffer
	out, err := NewOggWriter(&ogg, OggHead{Channels: 1, Rate: models.SampleRate})
	if err != nil {
		t.Fatal(err)
	}
	silence := []byte{0xf8, 0xff, 0xfe} // 20 ms
	for range 50 {
		if err := out.WritePacket(silence); err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Close(0); err != nil {
		t.Fatal(err)
	}
	file, err := OggFiles{}.WAV(ogg.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	pcm, err := wav.ReadAll(bytes.NewReader(file))
	if err != nil || len(pcm) != models.SampleRate {
		t.Errorf("%d samples, %v", len(pcm), err)
	}
	if _, err := (OggFiles{}).WAV([]byte("words")); err == nil {
		t.Error("what is no clip becomes sound")
	}
}

//go:build !race

package audio

import (
	"bytes"
	"errors"
	"math"
	"strings"
	"testing"

	"earshot/bot/audio/sound"
	"earshot/models"
)

// TestCoverOgg: what is covered is silence or a beep, both when decoded and in the packets, and the rest is unchanged.
func TestCoverOgg(t *testing.T) {
	var file bytes.Buffer
	if err := EncodeOgg(&file, tones(300, 400, 500, 600), EncoderConfig{FEC: true, LossPercent: 20}); err != nil {
		t.Fatal(err)
	}
	for _, beep := range []bool{false, true} {
		var covered bytes.Buffer
		if err := CoverOgg(
			&covered, bytes.NewReader(file.Bytes()), []models.Span{{StartMS: 1200, EndMS: 1800}, {StartMS: 3700, EndMS: 9000}}, beep,
		); err != nil {
			t.Fatal(err)
		}
		pcm, err := ReadOggOpus(&covered)
		if err != nil {
			t.Fatal(err)
		}
		if len(pcm) < 4*oneSecond-10 || len(pcm) > 4*oneSecond+10 {
			t.Errorf("4 s have become %d samples", len(pcm))
		}
		for at, want := range map[int]float64{200: 300, 2100: 500, 3050: 600} {
			if got := pitch(pcm[at*16:]); math.Abs(got-want) > 10 {
				t.Errorf("at %d ms: %.0f Hz and not %.0f", at, got, want)
			}
		}
		for _, part := range [][2]int{{1180, 1820}, {3700, 3990}} {
			part16 := pcm[part[0]*16 : part[1]*16]
			if level := sound.DBFS(sound.Power(part16)); !beep && level > -60 || beep && math.Abs(level-beepDBFS) > 4 {
				t.Errorf("beep %v: what is covered from %d ms has %.0f dBFS", beep, part[0], level)
			}
		}
		if beep && math.Abs(pitch(pcm[1230*16:])-beepHz) > 10 {
			t.Errorf("the beep has %.0f Hz", pitch(pcm[1230*16:]))
		}
	}
	if err := CoverOgg(&bytes.Buffer{}, strings.NewReader("no file"), nil, true); !errors.Is(err, ErrNotOgg) {
		t.Error(err)
	}
}

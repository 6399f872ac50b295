package audio

import (
	"bytes"
	"errors"
	"io"
	"math"
	"testing"
)

// toneShare is how much of a sound's energy is at 1 kHz, 0 to 1 (Goertzel).
func toneShare(pcm []float32) float64 {
	var re, im, all float64
	for i, x := range pcm {
		a := 2 * math.Pi * bleepHz * float64(i) / 16000
		re, im, all = re+float64(x)*math.Cos(a), im+float64(x)*math.Sin(a), all+float64(x)*float64(x)
	}
	return 2 * (re*re + im*im) / (float64(len(pcm)) * max(all, 1e-12))
}

func TestBleepCoversAndKeepsTheRest(t *testing.T) {
	pcm := evalWAVs(t)[0]
	in := oggFile(t, pcm)
	before, err := ReadOggOpus(bytes.NewReader(in))
	if err != nil {
		t.Fatal(err)
	}
	out, heard, err := Bleep(in, []Stretch{{500, 900}, {850, 1000}, {-300, -200}, {1 << 40, 1 << 41}})
	if err != nil {
		t.Fatal(err)
	}
	after, err := ReadOggOpus(bytes.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	if len(after) != len(before) || len(heard) != len(before) {
		t.Fatalf("%d and %d samples of %d", len(after), len(heard), len(before))
	}
	covered := after[500*16 : 1000*16]
	if share := toneShare(covered); share < 0.95 {
		t.Errorf("only %.2f of what is covered is the tone", share)
	}
	if r := correlation(covered, before[500*16:1000*16]); math.Abs(r) > 0.1 {
		t.Errorf("what is covered is still like the speech: %.2f", r)
	}
	rest := 1200 * 16
	if _, r := bestLag(before[rest:], after[rest:], 50); r < 0.95 {
		t.Errorf("the rest is not what it was: %.2f", r)
	}
	again, _, err := Bleep(in, []Stretch{{500, 900}, {850, 1000}, {-300, -200}, {1 << 40, 1 << 41}})
	if err != nil || !bytes.Equal(again, out) {
		t.Error("the same bleep gave other bytes", err)
	}
}

// No packet of the old file is in the new one: with its in-band copies it would hold what was covered.
func TestBleepLeavesNoOldPacket(t *testing.T) {
	in := oggFile(t, evalWAVs(t)[1])
	out, _, err := Bleep(in, []Stretch{{300, 600}})
	if err != nil {
		t.Fatal(err)
	}
	o, err := NewOggReader(bytes.NewReader(in))
	if err != nil {
		t.Fatal(err)
	}
	for n := 0; ; n++ {
		p, err := o.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if n >= 11 && n <= 34 && len(p.Payload) > 8 && bytes.Contains(out, p.Payload[1:]) {
			t.Errorf("packet %d is still there", n)
		}
	}
	if _, _, err := Bleep([]byte("no Ogg"), nil); !errors.Is(err, ErrNotOgg) {
		t.Error(err)
	}
}

//go:build !race

package audio

import (
	"errors"
	"testing"

	"earshot/bot/audio/sound"
)

func TestDecoderFollowsTheSource(t *testing.T) {
	pcm := evalWAVs(t)[0]
	dec, err := NewDecoder()
	if err != nil {
		t.Fatal(err)
	}
	var out []float32
	var buf [maxFrame16]float32
	for _, p := range encode(t, pcm, EncoderConfig{Bitrate: 32000}) {
		n, err := dec.Decode(p.Payload, buf[:])
		if err != nil || n != 320 {
			t.Fatalf("%d samples, %v", n, err)
		}
		out = append(out, buf[:n]...)
	}
	// The encoder's delay is 6.5 ms, 104 samples.
	if lag, r := bestLag(pcm, out, 200); lag < 101 || lag > 107 || r < 0.95 {
		t.Errorf("correlation %.3f with the source at a delay of %d samples", r, lag)
	}
}

// In-band FEC restores what concealment only guesses.
func TestFECBeatsConcealment(t *testing.T) {
	pcm := evalWAVs(t)[2]
	packets := encode(t, pcm, EncoderConfig{Bitrate: 24000, FEC: true, LossPercent: 20})
	whole := decodeAll(t, packets, nil)
	lost := func(i int) bool { return i%7 == 3 }
	noise := func(got []float32) (sum float64) {
		for i := range packets {
			if lost(i) {
				for k := i * 320; k < (i+1)*320; k++ {
					d := float64(got[k] - whole[k])
					sum += d * d
				}
			}
		}
		return sum
	}
	plc := noise(decodeAll(t, packets, func(d *Decoder, i int, pcm []float32) bool {
		if lost(i) {
			if _, err := d.Conceal(pcm); err != nil {
				t.Fatal(err)
			}
		}
		return lost(i)
	}))
	fec := noise(decodeAll(t, packets, func(d *Decoder, i int, pcm []float32) bool {
		if lost(i) {
			if _, err := d.DecodeFEC(packets[i+1].Payload, pcm); err != nil {
				t.Fatal(err)
			}
		}
		return lost(i)
	}))
	if gain := sound.DBFS(plc) - sound.DBFS(fec); gain < 3 {
		t.Errorf("FEC is %.1f dB better than concealment, want 3", gain)
	}
}

// decodeAll decodes packets; replace may decode one of them differently.
func decodeAll(t *testing.T, packets []sent, replace func(*Decoder, int, []float32) bool) (out []float32) {
	t.Helper()
	dec, err := NewDecoder()
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range packets {
		buf := make([]float32, 320)
		if replace == nil || i+1 == len(packets) || !replace(dec, i, buf) {
			if _, err := dec.Decode(p.Payload, buf); err != nil {
				t.Fatal(err)
			}
		}
		out = append(out, buf...)
	}
	return out
}

func TestOpusErrors(t *testing.T) {
	dec, err := NewDecoder()
	if err != nil {
		t.Fatal(err)
	}
	var buf [maxFrame16]float32
	if _, err := dec.Decode(nil, buf[:]); !errors.Is(err, ErrOpus) {
		t.Errorf("no packet: %v", err)
	}
	if _, err := dec.Decode([]byte{3, 0, 1}, buf[:]); !errors.Is(err, ErrOpus) {
		t.Errorf("no frames: %v", err)
	}
	if _, err := dec.Decode([]byte{8, 1, 2, 3}, buf[:10]); !errors.Is(err, ErrOpus) {
		t.Errorf("a buffer of 10 samples: %v", err)
	}
	if _, err := NewEncoder(EncoderConfig{Channels: 3}); !errors.Is(err, ErrOpus) {
		t.Errorf("three channels: %v", err)
	}
	if _, err := NewEncoder(EncoderConfig{LossPercent: 101}); !errors.Is(err, ErrOpus) {
		t.Errorf("101 %% of loss: %v", err)
	}
	enc, err := NewEncoder(EncoderConfig{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := enc.Encode(make([]float32, 961)); !errors.Is(err, ErrOpus) {
		t.Errorf("961 samples: %v", err)
	}
}

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"

	"earshot/bot/audio"
	"earshot/bot/lounge"
	"earshot/models"
)

// tapeLine is one line of the tape: a recorded sentence with what it says.
type tapeLine struct {
	text string
	pcm  []float32 // 48 kHz
}

// openTape cuts the demo's recordings into their lines.
func openTape() ([]tapeLine, error) {
	play, err := readPlay()
	if err != nil {
		return nil, err
	}
	spoken := map[string][]audio.Segment{}
	var tape []tapeLine
	for _, c := range play {
		if _, ok := spoken[c.speaker]; !ok {
			if spoken[c.speaker], err = recordedLines(c.speaker); err != nil {
				return nil, err
			}
		}
		rest := spoken[c.speaker]
		if len(rest) == 0 {
			return nil, fmt.Errorf("the tape of %s has fewer lines than the play", c.speaker)
		}
		tape = append(tape, tapeLine{c.text, audio.Resample(rest[0].PCM, models.SampleRate, 48000)})
		spoken[c.speaker] = rest[1:]
	}
	return tape, nil
}

func recordedLines(speaker string) ([]audio.Segment, error) {
	data, err := demoFiles.ReadFile(speakerFile(speaker))
	if err != nil {
		return nil, err
	}
	pcm, err := audio.ReadOggOpus(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return audio.Cut(pcm, audio.SegmentConfig{}, nil)
}

// taped is a recording as packets of 20 ms.
type taped struct {
	frames []lounge.Frame
	length time.Duration
}

// recordTape encodes lines with pauses before them, without sending the silence (DTX).
func recordTape(lines []tapeLine, pause func(line time.Duration) time.Duration) (taped, error) {
	enc, err := audio.NewEncoder(audio.EncoderConfig{Channels: 1, Bitrate: 24000, FEC: true, LossPercent: 5})
	if err != nil {
		return taped{}, err
	}
	const frame = 960
	var t taped
	for _, l := range lines {
		t.length += pause(time.Duration(len(l.pcm)) * time.Second / 48000).Truncate(20 * time.Millisecond)
		for pcm := l.pcm; len(pcm) >= frame; pcm = pcm[frame:] {
			packet, err := enc.Encode(pcm[:frame])
			if err != nil {
				return taped{}, err
			}
			t.frames = append(t.frames, lounge.Frame{Opus: bytes.Clone(packet), At: t.length})
			t.length += 20 * time.Millisecond
		}
	}
	return t, nil
}

// continuous is the whole tape as one speaker would say it, with breaths of 0.8 s.
func continuous(tape []tapeLine) (taped, error) {
	return recordTape(tape, func(time.Duration) time.Duration { return 800 * time.Millisecond })
}

// hear takes the packets through a track of the bot.
func (t taped) hear() ([]models.Clip, error) { return t.watch(nil) }

// watch is hear that calls look, when it is set, after each packet.
func (t taped) watch(look func(*audio.Track)) ([]models.Clip, error) {
	var sink heard
	track, err := audio.NewTrack(audio.TrackConfig{Session: "bench", Epoch: 1, Track: "tape", Attribution: models.AttributionTrack}, &sink)
	if err != nil {
		return nil, err
	}
	for i, f := range t.frames {
		track.Push(audio.Packet{SSRC: 1, Seq: uint16(i), Timestamp: uint32(f.At.Milliseconds() * 48), Payload: bytes.Clone(f.Opus)}, f.At) //nolint:gosec // counters wrap
		if look != nil {
			look(track)
		}
	}
	track.Close(t.length)
	return sink.clips, nil
}

// heard keeps the clips of a track.
type heard struct{ clips []models.Clip }

// Clip keeps a clip.
func (h *heard) Clip(c models.Clip) { h.clips = append(h.clips, c) }

// Gap has nothing to keep: the tape loses nothing.
func (h *heard) Gap(models.Gap) {}

// decodeTime is what decoding the packets alone takes, with the sound they hold, at 16 kHz.
func (t taped) decodeTime() (time.Duration, []float32, error) {
	dec, err := audio.NewDecoder()
	if err != nil {
		return 0, nil, err
	}
	pcm := make([]float32, 0, len(t.frames)*320)
	d, err := cpu(func() error {
		var buf [1920]float32
		for _, f := range t.frames {
			n, err := dec.Decode(f.Opus, buf[:])
			if err != nil {
				return err
			}
			pcm = append(pcm, buf[:n]...)
		}
		return nil
	})
	return d, pcm, err
}

// source plays the packets.
func (t taped) source() lounge.Source { return &tapeSource{frames: t.frames} }

type tapeSource struct{ frames []lounge.Frame }

// Next is the next packet; io.EOF after the last.
func (s *tapeSource) Next() (lounge.Frame, error) {
	if len(s.frames) == 0 {
		return lounge.Frame{}, io.EOF
	}
	f := s.frames[0]
	s.frames = s.frames[1:]
	return f, nil
}

var errNoLines = errors.New("the tape is too short for one line: measure longer")

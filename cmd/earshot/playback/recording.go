package playback

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"earshot/bot/audio"
	"earshot/bot/audio/sound"
	"earshot/bot/lounge"
	"earshot/models"
)

// Line is one recorded sentence with what it says.
type Line struct {
	Text string
	PCM  []float32 // 48 kHz, one channel
}

// Speech is what one speaker says, as lines and as they are sent.
type Speech struct {
	Name      string
	Lines     []Line
	Recording Recording
}

// Lines cuts the demo's recordings into the lines of its script, in its order. Everybody who asks shares their sound.
func Lines() ([]Line, error) {
	lines, err := recorded()
	return slices.Clone(lines), err
}

// recorded decodes the demo's recordings, once.
var recorded = sync.OnceValues(func() ([]Line, error) {
	script, err := Script()
	if err != nil {
		return nil, err
	}
	spoken := map[string][]audio.Segment{}
	var lines []Line
	for _, c := range script {
		if _, ok := spoken[c.Speaker]; !ok {
			if spoken[c.Speaker], err = recordedLines(c.Speaker); err != nil {
				return nil, err
			}
		}
		rest := spoken[c.Speaker]
		if len(rest) == 0 {
			return nil, fmt.Errorf("the recording of %s has fewer lines than the script", c.Speaker)
		}
		lines = append(lines, Line{c.Text, sound.Resample(rest[0].PCM, models.SampleRate, 48000)})
		spoken[c.Speaker] = rest[1:]
	}
	return lines, nil
})

func recordedLines(speaker string) ([]audio.Segment, error) {
	data, err := files.ReadFile(speakerFile(speaker))
	if err != nil {
		return nil, err
	}
	pcm, err := audio.ReadOggOpus(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return audio.Cut(pcm, audio.SegmentConfig{}, nil)
}

// Recording is speech as Opus packets of 20 ms.
type Recording struct {
	Frames []lounge.Frame
	Length time.Duration
}

// Record encodes lines with pauses before them, without sending the silence (DTX).
func Record(lines []Line, pause func(line time.Duration) time.Duration) (Recording, error) {
	enc, err := audio.NewEncoder(audio.EncoderConfig{Channels: 1, Bitrate: 24000, FEC: true, LossPercent: 5})
	if err != nil {
		return Recording{}, err
	}
	const frame = 960
	var r Recording
	for _, l := range lines {
		r.Length += pause(time.Duration(len(l.PCM)) * time.Second / 48000).Truncate(20 * time.Millisecond)
		for pcm := l.PCM; len(pcm) >= frame; pcm = pcm[frame:] {
			packet, err := enc.Encode(pcm[:frame])
			if err != nil {
				return Recording{}, err
			}
			r.Frames = append(r.Frames, lounge.Frame{Opus: bytes.Clone(packet), At: r.Length})
			r.Length += 20 * time.Millisecond
		}
	}
	return r, nil
}

// Continuous records the lines as one speaker would say them, with breaths of 0.8 s.
func Continuous(lines []Line) (Recording, error) {
	return Record(lines, func(time.Duration) time.Duration { return 800 * time.Millisecond })
}

// Clips returns the clips that a track of the bot makes of the packets.
func (r Recording) Clips() ([]models.Clip, error) { return r.ClipsWatched(nil) }

// ClipsWatched is Clips that calls look, unless it is nil, after each packet.
func (r Recording) ClipsWatched(look func(*audio.Track)) ([]models.Clip, error) {
	var sink Clips
	track, err := audio.NewTrack(audio.TrackConfig{Session: "bench", Epoch: 1, Track: "bench", Attribution: models.AttributionTrack}, &sink)
	if err != nil {
		return nil, err
	}
	for i, f := range r.Frames {
		//nolint:gosec // counters wrap
		track.Push(audio.Packet{SSRC: 1, Seq: uint16(i), Timestamp: uint32(f.At.Milliseconds() * 48), Payload: bytes.Clone(f.Opus)}, f.At)
		if look != nil {
			look(track)
		}
	}
	track.Close(r.Length)
	return sink, nil
}

// Clips keeps the clips of a track, as its audio.Sink.
type Clips []models.Clip

// Clip keeps a clip.
func (c *Clips) Clip(clip models.Clip) { *c = append(*c, clip) }

// Gap keeps nothing.
func (*Clips) Gap(models.Gap) {}

// Source plays the packets.
func (r Recording) Source() lounge.Source { return &source{frames: r.Frames} }

type source struct{ frames []lounge.Frame }

// Next is the next packet; io.EOF after the last.
func (s *source) Next() (lounge.Frame, error) {
	if len(s.frames) == 0 {
		return lounge.Frame{}, io.EOF
	}
	f := s.frames[0]
	s.frames = s.frames[1:]
	return f, nil
}

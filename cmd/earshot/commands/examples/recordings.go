package examples

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"

	"earshot/bot/audio"
	"earshot/bot/audio/sound"
	"earshot/bot/audio/wav"
)

const craigInfo = "Recording abc\r\n\r\nStart time:\t2026-11-20T20:00:00.000Z\r\n\r\n" +
	"Tracks:\r\n\tAna María (ana_m) (81234567890123456)\r\n\tBen (ben) (91234567890123456)\r\n"

// craig returns a recording as Craig packs it: a ZIP archive with a track per person and a file that says who they are.
func craig(ana, ben []byte) ([]byte, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range []struct {
		name string
		data []byte
	}{{"info.txt", []byte(craigInfo)}, {"1-ana_m.wav", ana}, {"2-ben.wav", ben}} {
		w, err := z.Create(f.name)
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(f.data); err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// janus returns the recordings of a Janus VideoRoom by file name; the second person joins 11 s after the first.
func janus(ana, ben []byte) (map[string][]byte, error) {
	const began = 1_795_204_800_000_000 // µs since 1970
	out := map[string][]byte{}
	for i, recording := range [][]byte{ana, ben} {
		first := began + int64(i)*11_000_000
		file, err := mjr(recording, first)
		if err != nil {
			return nil, err
		}
		out[fmt.Sprintf("videoroom-1234-user-%d-%d-audio-0.mjr", 77+11*i, first)] = file
	}
	return out, nil
}

// mjr returns a recording in Janus's format (https://janus.conf.meetecho.com/docs/recordings.html): a JSON header followed by RTP packets,
// each preceded by its length and its time.
func mjr(recording []byte, first int64) ([]byte, error) {
	pcm, err := wav.ReadAll(bytes.NewReader(recording))
	if err != nil {
		return nil, err
	}
	enc, err := audio.NewEncoder(audio.EncoderConfig{Bitrate: 24000})
	if err != nil {
		return nil, err
	}
	head := fmt.Sprintf(`{"t":"a","c":"opus","s":%d,"u":%d}`, first, first)
	out := append(binary.BigEndian.AppendUint16([]byte("MJR00002"), uint16(len(head))), head...)
	pcm = sound.Resample(pcm, 16000, 48000)
	for i := uint32(0); len(pcm) >= 960; i, pcm = i+1, pcm[960:] {
		opus, err := enc.Encode(pcm[:960])
		if err != nil {
			return nil, err
		}
		raw := binary.BigEndian.AppendUint16([]byte{0x80, 111}, uint16(i))
		raw = binary.BigEndian.AppendUint32(raw, i*960)
		raw = append(binary.BigEndian.AppendUint32(raw, 7), opus...)
		out = binary.BigEndian.AppendUint32(append(out, "MEET"...), i*20)
		out = append(binary.BigEndian.AppendUint16(out, uint16(len(raw))), raw...)
	}
	return out, nil
}

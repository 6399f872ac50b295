package wav

import (
	"encoding/binary"
	"math"

	"earshot/models"
)

// headSize is the length of the header that Encode writes: RIFF, fmt and the head of the data.
const headSize = 44

// Encode makes a WAV file of mono PCM at 16 kHz: 16-bit samples, louder ones than the range [-1, 1] cut to it.
func Encode(pcm []float32) []byte {
	const width = 2 // bytes of a sample
	b := make([]byte, 0, headSize+width*len(pcm))
	le := binary.LittleEndian
	b = append(b, "RIFF"...)
	b = le.AppendUint32(b, uint32(headSize-8+width*len(pcm)))
	b = append(b, "WAVEfmt "...)
	b = le.AppendUint32(b, 16) // of what follows
	b = le.AppendUint16(b, 1)  // PCM
	b = le.AppendUint16(b, 1)  // channels
	b = le.AppendUint32(b, models.SampleRate)
	b = le.AppendUint32(b, width*models.SampleRate)
	b = le.AppendUint16(b, width)
	b = le.AppendUint16(b, 8*width)
	b = append(b, "data"...)
	b = le.AppendUint32(b, uint32(width*len(pcm)))
	for _, s := range pcm {
		b = le.AppendUint16(b, uint16(int16(math.Round(float64(min(1, max(-1, s)))*math.MaxInt16))))
	}
	return b
}

//go:build !race

package audio_test

import (
	"bytes"
	"fmt"
	"log"
	"math"

	"earshot/bot/audio"
	"earshot/bot/audio/sound"
)

// tone is a second of 440 Hz at half of full scale.
func tone() []float32 {
	pcm := make([]float32, 16000)
	for i := range pcm {
		pcm[i] = float32(0.5 * math.Sin(2*math.Pi*440*float64(i)/16000))
	}
	return pcm
}

// A recording that is encoded as Ogg Opus is as long as before, and about as loud.
func ExampleEncodeOgg() {
	var file bytes.Buffer
	if err := audio.EncodeOgg(&file, tone(), audio.EncoderConfig{}); err != nil {
		log.Fatal(err)
	}
	pcm, err := audio.ReadOggOpus(&file)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d ms, %.0f dBFS\n", len(pcm)/16, sound.DBFS(sound.Power(pcm)))
	// Output: 1000 ms, -9 dBFS
}

// Nobody speaks in silence.
func ExampleEnergyVAD() {
	vad := audio.NewEnergyVAD()
	fmt.Println(vad.Speech(make([]float32, audio.VADBlock)) > 0.5)
	// Output: false
}

package transcribe_test

import (
	"context"
	"fmt"
	"time"

	"earshot/models"
	"earshot/transcribe"
)

// loudspeaker is a decoder that returns the same text for every clip.
type loudspeaker struct{ text string }

func (l loudspeaker) Decode(context.Context, transcribe.Sound, transcribe.Options) (transcribe.Result, error) {
	return transcribe.Result{Text: l.text, Language: "en", LogProb: -0.2}, nil
}

// A Service decodes what is submitted and delivers each line until it has been accepted.
func ExampleService() {
	stored := make(chan models.Utterance)
	s, err := transcribe.New(transcribe.Config{Model: "tiny.en"}, func(_ context.Context, u models.Utterance) error {
		stored <- u
		return nil
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- s.Run(ctx) }()
	s.Attach(loudspeaker{"Good evening, everybody."}, nil) // decoders come and go while it runs

	s.Submit(models.Clip{
		Key: models.Key{Session: "s1", Epoch: 1, Track: "ana"}, SpeakerName: "Ana",
		EndMS: 2000, PCM: make([]float32, 2*models.SampleRate), VoicedMS: 1800, LevelDBFS: -20, Spoken: time.Now(),
	})
	u := <-stored
	fmt.Println(u.SpeakerName+":", u.Text, u.State, len(u.Doubt), "doubts")
	stop()
	fmt.Println(<-ended)
	// Output:
	// Ana: Good evening, everybody. ok 0 doubts
	// <nil>
}

// What Whisper invents on silence and noise is kept as a line, and marked as doubtful.
func ExampleDoubts() {
	breath := models.Clip{EndMS: 1500, VoicedMS: 90, LevelDBFS: -58}
	speech := models.Clip{EndMS: 1500, VoicedMS: 1200, LevelDBFS: -22}
	thanks := transcribe.Result{Text: "Thank you.", Language: "en", LogProb: -0.4}
	fmt.Println(transcribe.Doubts(breath, thanks))
	fmt.Println(transcribe.Doubts(speech, thanks))
	fmt.Println(transcribe.Doubts(speech, transcribe.Result{Text: "Subtitles by the community", Language: "en", LogProb: -0.3}))
	// Output:
	// [phantom low_voice]
	// []
	// [phantom]
}

package programtest

import (
	"bytes"
	"math"
	"strings"
	"time"

	"earshot/bot/audio"
	"earshot/models"
	"earshot/models/store"
	"earshot/models/waittest"
)

// Hum is the pitch, in Hz, of the tone that stands for a voice.
const Hum = 300

// SayANumber stores a line of a name and a number, from 100 s on, with its clip: the number is in its last second.
func SayANumber(t waittest.TB, record store.Records) models.Utterance {
	t.Helper()
	pcm := make([]float32, 3*16_000)
	for i := range pcm {
		pcm[i] = float32(0.3 * math.Sin(2*math.Pi*Hum*float64(i)/16_000))
	}
	var ogg bytes.Buffer
	if err := audio.EncodeOgg(&ogg, pcm, audio.EncoderConfig{}); err != nil {
		t.Fatalf("a line with a number: %v", err)
	}
	u := models.Utterance{
		Key: models.Key{Session: "open-mic-1", Epoch: 1, Track: "t-b", Seq: 7}, SpeakerID: "b", SpeakerName: "Benjamin",
		StartMS: 100_000, EndMS: 103_000, Text: "please call me on 01715551234", State: models.UtteranceOK, Language: "en",
	}
	for i, w := range strings.Fields(u.Text) {
		u.Words = append(u.Words, models.Word{Text: " " + w, StartMS: u.StartMS + int64(i)*500, EndMS: u.StartMS + int64(i+1)*500, P: 0.9})
	}
	u.Words[4].EndMS = u.EndMS
	f := models.Flag{
		ID: "f7", Session: u.Session, Utterance: u.Key, SpeakerID: "b", SpeakerName: "Benjamin", Rule: "r", StartMS: u.StartMS,
		Status: models.FlagOpen,
	}
	err := record.Put(t.Context(), models.Record{
		Session: u.Session, Utterance: &u, Flags: []models.Flag{f},
		Evidence: &models.Evidence{
			Utterance: u.Key, StartMS: u.StartMS, EndMS: u.EndMS, Ogg: ogg.Bytes(), Peaks: []byte{1}, Expires: time.Now().Add(time.Hour),
		},
	})
	if err != nil {
		t.Fatalf("a line with a number: %v", err)
	}
	return u
}

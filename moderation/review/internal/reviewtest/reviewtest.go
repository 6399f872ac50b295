// Package reviewtest makes what tests of the review show: lines that somebody said, and flags on their words.
package reviewtest

import (
	"strings"

	"earshot/models"
)

// Said makes a line whose words are spread evenly over its time.
func Said(session string, seq int, speaker string, startMS, endMS int64, text string) models.Utterance {
	u := models.Utterance{
		Key:       models.Key{Session: session, Epoch: 1, Track: "t-" + speaker, Seq: seq},
		SpeakerID: speaker, SpeakerName: speaker, Attribution: models.AttributionTrack,
		StartMS: startMS, EndMS: endMS, Text: text, State: models.UtteranceOK, VoicedMS: endMS - startMS, Language: "en",
	}
	words := strings.Fields(text)
	for i, w := range words {
		at := startMS + int64(i)*(endMS-startMS)/int64(len(words))
		u.Words = append(u.Words, models.Word{Text: " " + w, StartMS: at, EndMS: at + 200, P: 0.9})
	}
	return u
}

// Flagged is a flag on some words of a line.
func Flagged(u models.Utterance, rule string, level models.Level, words ...int) models.Flag {
	f := models.Flag{
		ID: strings.NewReplacer("/", "-", " ", "").Replace(u.String() + rule), Session: u.Session, Utterance: u.Key, SpeakerID: u.SpeakerID,
		SpeakerName: u.SpeakerName, Rule: rule, Pack: "open-mic", Hash: "3f9c21", Level: level, Mode: models.ModeSuggest,
		Title: "Rule " + rule, StartMS: u.StartMS, EndMS: u.EndMS, Why: "Matched by " + rule + ".", Status: models.FlagOpen,
	}
	for _, i := range words {
		f.Matched = append(f.Matched, u.Words[i])
	}
	return f
}

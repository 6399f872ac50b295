package export_test

import (
	"fmt"
	"os"

	"earshot/models"
	"earshot/moderation/review/export"
)

// meeting is what was heard in a short recording.
func meeting() export.Transcript {
	return export.Transcript{Utterances: []models.Utterance{
		{
			Key: models.Key{Session: "s1", Epoch: 1, Track: "t1", Seq: 1}, SpeakerID: "ana", SpeakerName: "Ana",
			StartMS: 1200, EndMS: 3000, Text: "Hello Ben, call me at 555 0100.", State: models.UtteranceOK,
		},
		{
			Key: models.Key{Session: "s1", Epoch: 1, Track: "t2", Seq: 1}, SpeakerID: "ben", SpeakerName: "Ben",
			StartMS: 3500, EndMS: 4400, Text: "I will.", State: models.UtteranceOK,
		},
	}}
}

func ExampleWrite() {
	if err := export.Write(os.Stdout, export.FormatVTT, meeting()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// WEBVTT
	//
	// 00:00:01.200 --> 00:00:03.000
	// <v Ana>Hello Ben, call me at 555 0100.
	//
	// 00:00:03.500 --> 00:00:04.400
	// <v Ben>I will.
}

func ExampleRedact() {
	if err := export.Write(os.Stdout, export.FormatText, export.Redact(meeting())); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 00:01  Speaker 1  Hello ███, call me at ███ ████.
	// 00:03  Speaker 2  I will.
}

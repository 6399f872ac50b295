package transcribe

import (
	"strings"

	"earshot/models"
)

// agreement tracks the text of one open segment across its decodes. A word is stable once two consecutive decodes agree on
// it and on every word before it (LocalAgreement-2: Macháček et al., Turning Whisper into a real-time transcription system,
// 2023). The end of an open segment is often cut mid-word and changes most.
type agreement struct {
	key       models.Key
	words     []string // of the latest decode
	stable    int      // how many of words are stable
	announced bool     // some text of the segment has been shown
}

// update takes the words of the next decode. retracted reports that stable words have changed or gone.
func (a *agreement) update(words []string) (retracted bool) {
	same := common(a.words, words)
	retracted = same < a.stable
	a.words, a.stable = words, same
	return retracted
}

// shown reports whether viewers see any of the segment's text.
func (a *agreement) shown() bool { return len(a.words) > 0 }

// partial returns the text that viewers see.
func (a *agreement) partial(c models.Clip, retracted bool) models.Partial {
	p := models.Partial{
		Key: a.key, SpeakerID: c.SpeakerID, SpeakerName: c.SpeakerName, Attribution: c.Attribution,
		StartMS: c.StartMS, Retracted: retracted,
		Stable: strings.Join(a.words[:a.stable], " "), Tail: strings.Join(a.words[a.stable:], " "),
	}
	p.Tail = strings.TrimRight(p.Tail, ".,!?…") // the model ends a sentence where the audio ends
	if p.Stable != "" && p.Tail != "" {
		p.Stable += " "
	}
	return p
}

// settle compares the final text with the stable words. kept counts the leading stable words that it confirms; ok reports
// whether that is all of them. When a segment was cut for its length, its last words may belong to the next one.
func (a *agreement) settle(text string, forced bool) (kept int, ok bool) {
	words := strings.Fields(text)
	kept = common(a.words[:a.stable], words)
	return kept, kept == a.stable || forced && kept == len(words)
}

// common counts the words that two texts share at their start, ignoring punctuation and case.
func common(a, b []string) int {
	n := 0
	for n < min(len(a), len(b)) && plain(a[n]) == plain(b[n]) {
		n++
	}
	return n
}

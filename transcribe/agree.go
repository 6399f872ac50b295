package transcribe

import (
	"strings"

	"earshot/models"
)

// agreement follows the text of one open stretch over its decodes. A word is stable when two decodes in a row have it
// and all words before it (LocalAgreement-2: Macháček et al., Turning Whisper into a real-time transcription system,
// 2023): the end of an open stretch is cut in the middle of a word and changes most.
type agreement struct {
	key    models.Key
	words  []string // of the latest decode
	stable int      // of them
	told   bool     // something of it was shown
}

// hear takes the words of the next decode. retracted says that words which were stable are not there any more.
func (a *agreement) hear(words []string) (retracted bool) {
	same := common(a.words, words)
	retracted = same < a.stable
	a.words, a.stable = words, same
	return retracted
}

// shown reports that watchers see something of it.
func (a *agreement) shown() bool { return len(a.words) > 0 }

// partial is what watchers get to see.
func (a *agreement) partial(c models.Clip, retracted bool) models.Partial {
	p := models.Partial{
		Key: a.key, SpeakerID: c.SpeakerID, SpeakerName: c.SpeakerName, StartMS: c.StartMS, Retracted: retracted,
		Stable: strings.Join(a.words[:a.stable], " "), Tail: strings.Join(a.words[a.stable:], " "),
	}
	p.Tail = strings.TrimRight(p.Tail, ".,!?…") // where speech goes on, the model ends a sentence
	if p.Stable != "" && p.Tail != "" {
		p.Stable += " "
	}
	return p
}

// settle compares the final text with what was stable. kept is how many stable words it has; ok says that it has all of
// them. Of a stretch that was cut for its length the last words may belong to the next one.
func (a *agreement) settle(text string, forced bool) (kept int, ok bool) {
	words := strings.Fields(text)
	kept = common(a.words[:a.stable], words)
	return kept, kept == a.stable || forced && kept == len(words)
}

// common is how many words two texts have in common at their beginning, punctuation and case aside.
func common(a, b []string) int {
	n := 0
	for n < min(len(a), len(b)) && plain(a[n]) == plain(b[n]) {
		n++
	}
	return n
}

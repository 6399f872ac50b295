package pages

import "earshot/models"

// mostNext is how many people the page names who have the right to speak next.
const mostNext = 4

// nextSpeaker is one of those who spoke least.
type nextSpeaker struct {
	Who    *person
	TalkMS int64
}

// next is who may speak next, fairly: those of a live room who spoke least. With fewer than two there is no order.
func (p *painter) next(f models.Floor) []nextSpeaker {
	if len(f.Next) < 2 {
		return nil
	}
	var out []nextSpeaker
	for _, t := range f.Next[:min(len(f.Next), mostNext)] {
		who, _ := p.cast.find(t.SpeakerID, t.SpeakerName)
		out = append(out, nextSpeaker{who, t.TalkMS})
	}
	return out
}

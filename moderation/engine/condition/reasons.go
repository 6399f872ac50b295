package condition

// Reasons are the reasons for which a condition holds.
type Reasons struct {
	Score float64 // the highest minimum score required of the text model; 0: it was not used
	Other bool    // something else that was said, heard or done
}

func (g Reasons) with(o Reasons) Reasons { return Reasons{max(g.Score, o.Score), g.Other || o.Other} }

// ReasonsOf returns the grounds of a condition when only matches of at least minP count. Who speaks, reported speech and negated
// conditions are no grounds, since they hold whatever is said.
func ReasonsOf(c Condition, e *Context, minP float64) (out Reasons) {
	held, ms := c.Eval(e, minP)
	if !held {
		return Reasons{}
	}
	switch c := c.(type) {
	case anyHolds:
		for _, kid := range c.kids {
			out = out.with(ReasonsOf(kid, e, minP))
		}
	case allHold:
		for _, kid := range c.kids {
			out = out.with(ReasonsOf(kid, e, minP))
		}
	case meaning:
		for _, m := range ms {
			out.Score = max(out.Score, e.meant[-1-m.Source].Score)
		}
	case noneHolds, *role, *speaker, *reportedSpeech:
	default:
		out.Other = true
	}
	return out
}

// MeaningAlone reports whether a condition may hold on the text model alone, and the highest minimum score that it then requires.
func MeaningAlone(c Condition) (score float64, ok bool) {
	score, ok = unaided(c)
	return score, ok && score > 0
}

// unaided is MeaningAlone if conditions that are no grounds may hold without any reason.
func unaided(c Condition) (score float64, ok bool) {
	switch c := c.(type) {
	case meaning:
		for _, r := range c.any {
			score = max(score, r.Score)
		}
		return score, true
	case noneHolds, *role, *speaker, *reportedSpeech:
		return 0, true
	case anyHolds:
		for _, kid := range c.kids {
			if s, may := unaided(kid); may {
				score, ok = max(score, s), true
			}
		}
		return score, ok
	case allHold:
		for _, kid := range c.kids {
			s, may := unaided(kid)
			if !may {
				return 0, false
			}
			score = max(score, s)
		}
		return score, true
	}
	return 0, false
}

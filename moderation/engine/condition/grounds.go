package condition

// Grounds are what a condition holds on.
type Grounds struct {
	Score float64 // the highest of the least scores that the text model gave; 0: it was not asked
	Other bool    // something else that was said, heard or done
}

func (g Grounds) with(o Grounds) Grounds { return Grounds{max(g.Score, o.Score), g.Other || o.Other} }

// GroundsOf are what a condition holds on when only matches of at least minP count. Who speaks, whose words they are and what
// does not hold are no grounds: they are so whatever is said.
func GroundsOf(c Condition, e *Context, minP float64) (out Grounds) {
	held, ms := c.Eval(e, minP)
	if !held {
		return Grounds{}
	}
	switch c := c.(type) {
	case anyHolds:
		for _, kid := range c.kids {
			out = out.with(GroundsOf(kid, e, minP))
		}
	case allHold:
		for _, kid := range c.kids {
			out = out.with(GroundsOf(kid, e, minP))
		}
	case meaning:
		for _, m := range ms {
			out.Score = max(out.Score, e.meant[-1-m.Source].score)
		}
	case noneHolds, *role, *speaker, *reportedSpeech:
	default:
		out.Other = true
	}
	return out
}

// MeaningAlone reports whether a condition may hold on nothing but what the text model says, and the highest least score that
// it then asks for.
func MeaningAlone(c Condition) (score float64, ok bool) {
	score, ok = unaided(c)
	return score, ok && score > 0
}

// unaided is MeaningAlone where conditions that are no grounds may hold on nothing at all.
func unaided(c Condition) (score float64, ok bool) {
	switch c := c.(type) {
	case meaning:
		for _, r := range c.any {
			score = max(score, r.score)
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

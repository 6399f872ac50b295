package engine

import (
	"fmt"
	"slices"
	"strings"

	"earshot/models"
	"earshot/moderation/rules"
)

// Gate is one condition of trust that a verdict must pass to rise above watch.
type Gate struct {
	Name   string `json:"name"`
	Passed bool   `json:"passed"`
	// Why describes the finding; it never quotes what was said.
	Why string `json:"why"`
}

// gates are the limits of trust for one rule.
type gates struct {
	wordP, logProb, voiced, lossMax float64
	attribution                     []models.Attribution
}

// trust is the profile's limits: for finals, for matches by sound, and the floor below which no rule may go.
type trust struct{ final, sound, floor gates }

// lateMS is the age, in ms, beyond which a verdict is only recorded: nobody expects to be muted for what they said that long ago.
const lateMS = 30_000

// defaultTrust applies if no file sets other values.
func defaultTrust() trust {
	final := gates{wordP: 0.60, logProb: -0.8, voiced: 0.3, lossMax: 0.10, attribution: []models.Attribution{models.AttributionTrack}}
	sound, floor := final, final
	sound.wordP, floor.wordP = 0.75, 0.40
	return trust{final, sound, floor}
}

func (t *trust) merge(raw rules.Trust) {
	t.final = t.final.with(raw.Final)
	t.sound = t.sound.with(raw.Sound)
	t.floor = t.floor.with(raw.Floor)
}

// with returns the gates overridden by raw.
func (g gates) with(raw rules.Gates) gates {
	set := func(to *float64, from *float64) {
		if from != nil {
			*to = *from
		}
	}
	set(&g.wordP, raw.WordP)
	set(&g.logProb, raw.LogProb)
	set(&g.voiced, raw.Voiced)
	set(&g.lossMax, raw.LossMax)
	if raw.Attribution != nil {
		g.attribution = raw.Attribution
	}
	return g
}

// forRule returns the profile's gates overridden by a rule's. word_p may go down to the floor (checked at load); a rule can only
// tighten the other gates.
func (t trust) forRule(raw rules.Gates) gates {
	g := t.final.with(raw)
	g.logProb = max(g.logProb, t.final.logProb)
	g.voiced = max(g.voiced, t.final.voiced)
	g.lossMax = min(g.lossMax, t.final.lossMax)
	g.attribution = slices.DeleteFunc(slices.Clone(g.attribution), func(a models.Attribution) bool {
		return !slices.Contains(t.final.attribution, a)
	})
	return g
}

// judge evaluates whole lines, the current one last; heard says whether the rule holds on confidently heard words alone.
func (g gates) judge(lines []models.Utterance, heard bool) []Gate {
	all := func(ok func(u models.Utterance, length float64) bool) bool {
		return !slices.ContainsFunc(lines, func(u models.Utterance) bool { return !ok(u, float64(max(u.EndMS-u.StartMS, 1))) })
	}
	var doubt []models.Doubt
	for _, u := range lines {
		doubt = append(doubt, u.Doubt...)
	}
	return []Gate{
		gate("word_p", heard, "the words were heard with enough confidence", "the words were not heard with enough confidence"),
		gate("logprob", all(func(u models.Utterance, _ float64) bool { return u.LogProb >= g.logProb }),
			"the line was recognised well", "the line as a whole was recognised poorly"),
		gate("voiced", all(func(u models.Utterance, length float64) bool { return float64(u.VoicedMS) >= g.voiced*length }),
			"enough of the audio is speech", "too little of the audio is speech"),
		gate("loss_max", all(func(u models.Utterance, length float64) bool { return float64(u.ConcealedMS) <= g.lossMax*length }),
			"packet loss was low", "packet loss was too high"),
		gate("attribution", all(func(u models.Utterance, _ float64) bool { return slices.Contains(g.attribution, u.Attribution) }),
			"it is certain who spoke", "it is not certain who spoke"),
		gate("doubt", len(doubt) == 0, "the text is not doubtful", "the text is doubtful"+doubts(doubt)),
		gate("late", lines[len(lines)-1].LateMS <= lateMS, "the text came in time", "the text came too late to act on"),
	}
}

func gate(name string, ok bool, yes, no string) Gate {
	if ok {
		return Gate{name, true, yes}
	}
	return Gate{name, false, no}
}

func doubts(ds []models.Doubt) string {
	if len(ds) == 0 {
		return ""
	}
	out := make([]string, len(ds))
	for i, d := range ds {
		out[i] = strings.ReplaceAll(string(d), "_", " ")
	}
	return fmt.Sprintf(" (%s)", strings.Join(out, ", "))
}

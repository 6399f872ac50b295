package engine

import (
	"earshot/models"
	"earshot/moderation/engine/condition"
	"earshot/moderation/match"
)

// Recall restores, after a restart, what was said earlier in the session: the stored lines in the order in which they were spoken,
// and which of them were flagged. They are not judged again, but clean speech and talk time continue, and matches, repeats, said:
// and not_said: can look back at them. Everybody who was present counts as gone until Person or an observation reports them again.
// Call it after the stored people have been added, and before anything new is judged.
func (s *Session) Recall(lines []models.Utterance, flagged map[models.Key]bool) {
	s.roster.Gone()
	for _, u := range lines {
		p := s.roster.Person(u.SpeakerID)
		sc := s.see(p, condition.EvalOptions{})
		words := match.WordsOf(u)
		if u.State == models.UtteranceFailed {
			words = nil
		}
		sc.Look(p.Within(u.EndMS-s.set.Reach), u, words)
		sc.Remember()
		p.Remember(&sc.Window, !flagged[u.Key], max(s.set.Reach, s.set.Repeats))
		if flagged[u.Key] {
			s.roster.Flagged(u.EndMS)
		}
		s.roster.Spoke(p, u.EndMS, spokenIn(u))
	}
}

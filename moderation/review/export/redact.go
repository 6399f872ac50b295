package export

import (
	"fmt"
	"maps"
	"slices"

	"earshot/models"
)

// Redact returns a copy of the transcript for people who should not learn who spoke or who was spoken of. In everything that was
// said or written, names of speakers, words written like names, e-mail and web addresses, handles, digits and long numbers in words
// become bars of the same length. Speakers become "Speaker 1" and so on, in the order in which they first spoke; ids, the room's
// address, who decided flags and why they were raised are omitted. Masked lists the corresponding spans of audio.
//
// It recognises names by their spelling. A lower-case name that is not a speaker's remains, as does anything revealed only by the
// meaning of a sentence: a person should check what is shared.
func Redact(t Transcript) Transcript {
	r := newRedactor(t)
	out := Transcript{Version: t.Version, Redacted: true, Session: r.session(t.Session)}
	for _, p := range t.Speakers {
		p.Session, p.ID, p.Name = r.id, r.person(p.ID, p.Name).id, r.person(p.ID, p.Name).name
		out.Speakers = append(out.Speakers, p)
	}
	for _, u := range t.Utterances {
		masked, spans := r.utterance(u)
		out.Utterances = append(out.Utterances, masked)
		out.Masked = append(out.Masked, spans...)
	}
	out.Clips = r.clips(t, out.Masked)
	for _, f := range t.Flags {
		out.Flags = append(out.Flags, r.flag(f))
	}
	for _, g := range t.Gaps {
		g.Session = r.id
		if g.SpeakerID != "" || g.SpeakerName != "" {
			p := r.person(g.SpeakerID, g.SpeakerName)
			g.SpeakerID, g.SpeakerName = p.id, p.name
		}
		out.Gaps = append(out.Gaps, g)
	}
	if t.Summary != nil {
		s := r.summary(*t.Summary)
		out.Summary = &s
	}
	return out
}

type alias struct{ id, name string }

// redactor knows whom it renames and which words are names.
type redactor struct {
	id     string // of the session
	mask   masker
	people map[string]alias // by platform id, or by name if there is no id
	tracks map[string]string
}

func newRedactor(t Transcript) *redactor {
	r := &redactor{id: "session", mask: newMasker(t), people: map[string]alias{}, tracks: map[string]string{}}
	for _, u := range t.Utterances {
		r.person(u.SpeakerID, u.SpeakerName)
	}
	for _, p := range t.Speakers {
		r.person(p.ID, p.Name)
	}
	return r
}

func (r *redactor) person(id, name string) alias {
	key := id
	if key == "" {
		key = "\x00" + name
	}
	if a, ok := r.people[key]; ok {
		return a
	}
	n := len(r.people) + 1
	a := alias{fmt.Sprintf("speaker-%d", n), fmt.Sprintf("Speaker %d", n)}
	r.people[key] = a
	return a
}

// key replaces the session and the track, which may contain a person's identity.
func (r *redactor) key(k models.Key) models.Key {
	if _, ok := r.tracks[k.Track]; !ok {
		r.tracks[k.Track] = fmt.Sprintf("track-%d", len(r.tracks)+1)
	}
	k.Session, k.Track = r.id, r.tracks[k.Track]
	return k
}

func (r *redactor) keys(ks []models.Key) []models.Key {
	out := make([]models.Key, len(ks))
	for i, k := range ks {
		out[i] = r.key(k)
	}
	return out
}

func (r *redactor) session(s *models.Session) *models.Session {
	if s == nil {
		return nil
	}
	out := *s
	out.ID, out.Room, out.URL, out.Name = r.id, "room", "", r.mask.text(s.Name, "")
	return &out
}

// utterance masks a line and its words, and returns when the masked words were said. If the words don't match the text, all of them
// are masked.
func (r *redactor) utterance(u models.Utterance) (models.Utterance, []Span) {
	p := r.person(u.SpeakerID, u.SpeakerName)
	key := r.key(u.Key)
	spans := r.mask.Spans(u.Text, u.Language)
	hit, agree := hits(u, spans)
	if !agree {
		for i, w := range u.Words {
			hit[i] = len(spans) > 0 || len(r.mask.Spans(w.Text, u.Language)) > 0
		}
	}
	var beeps []Span
	words := slices.Clone(u.Words)
	for i, w := range u.Words {
		words[i].Text = r.mask.text(w.Text, u.Language)
		if !hit[i] {
			continue
		}
		words[i].Text = bars(w.Text)
		if n := len(beeps); n > 0 && i > 0 && hit[i-1] {
			beeps[n-1].EndMS = max(beeps[n-1].EndMS, w.EndMS)
		} else {
			beeps = append(beeps, Span{key, w.StartMS, w.EndMS})
		}
	}
	if len(spans) > 0 && len(beeps) == 0 { // it is unknown when it was said
		beeps = []Span{{key, u.StartMS, u.EndMS}}
	}
	u.Key, u.SpeakerID, u.SpeakerName, u.Words = key, p.id, p.name, words
	u.Text = masked(u.Text, spans)
	return u, beeps
}

func (r *redactor) flag(f models.Flag) models.Flag {
	p := r.person(f.SpeakerID, f.SpeakerName)
	f.Session, f.Utterance = r.id, r.key(f.Utterance)
	f.ID = fmt.Sprintf("%s-%d-%s", f.Utterance.Track, f.Utterance.Seq, f.Rule)
	f.SpeakerID, f.SpeakerName = p.id, p.name
	f.Matched = slices.Clone(f.Matched)
	for i, w := range f.Matched {
		f.Matched[i].Text = r.mask.text(w.Text, "")
	}
	f.Title, f.Why, f.DecidedBy = r.mask.text(f.Title, ""), "", ""
	return f
}

func (r *redactor) summary(s models.Summary) models.Summary {
	s.Session, s.Basis = r.id, ""
	s.Headline = r.mask.text(s.Headline, "")
	s.Chapters = slices.Clone(s.Chapters)
	for i, c := range s.Chapters {
		s.Chapters[i].Title, s.Chapters[i].Cites = r.mask.text(c.Title, ""), r.keys(c.Cites)
	}
	for _, list := range []*[]models.SummaryItem{&s.Highlights, &s.Decisions, &s.Actions, &s.Questions} {
		*list = slices.Clone(*list)
		for i, it := range *list {
			it.Text, it.Heard, it.Cites = r.mask.text(it.Text, ""), r.mask.text(it.Heard, ""), r.keys(it.Cites)
			it.Owner, it.Due = r.mask.text(it.Owner, ""), r.mask.text(it.Due, "")
			if it.SpeakerID != "" {
				it.SpeakerID = r.person(it.SpeakerID, "").id
			}
			(*list)[i] = it
		}
	}
	s.Talk = slices.Clone(s.Talk)
	for i, p := range s.Talk {
		a := r.person(p.SpeakerID, p.SpeakerName)
		s.Talk[i].SpeakerID, s.Talk[i].SpeakerName = a.id, a.name
	}
	s.Digest.ByRule, s.Digest.Actions = maps.Clone(s.Digest.ByRule), maps.Clone(s.Digest.Actions)
	return s
}

// clips replaces the lines of clips and determines what must be covered in them: the masked words of the person's lines, and
// everything outside these lines, since what is said there is unknown.
func (r *redactor) clips(t Transcript, masked []Span) (out []Clip) {
	speaker := map[models.Key]string{}
	for _, u := range t.Utterances {
		speaker[u.Key] = u.SpeakerID
	}
	for _, c := range t.Clips {
		who, ok := speaker[c.Utterance]
		if !ok {
			continue
		}
		at := c.StartMS
		for _, u := range t.Utterances { // in order of time
			if u.SpeakerID != who || u.EndMS <= c.StartMS || u.StartMS >= c.EndMS || u.Text == "" {
				continue
			}
			if u.StartMS > at {
				c.Cover = append(c.Cover, models.Span{StartMS: at, EndMS: u.StartMS})
			}
			at = max(at, u.EndMS)
			for _, m := range masked {
				if m.Utterance == r.key(u.Key) {
					c.Cover = append(c.Cover, models.Span{StartMS: m.StartMS, EndMS: m.EndMS})
				}
			}
		}
		if at < c.EndMS {
			c.Cover = append(c.Cover, models.Span{StartMS: at, EndMS: c.EndMS})
		}
		c.Utterance, c.ID = r.key(c.Utterance), ""
		out = append(out, c)
	}
	return out
}

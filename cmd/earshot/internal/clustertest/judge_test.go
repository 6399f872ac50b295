//go:build !race

package clustertest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"earshot/models"
	"earshot/models/postgres"
	"earshot/transcribe/fixture"
)

const (
	// nearby is how far a line may be from where its sentence was said: a busy machine sends and hears it late.
	nearby = 8 * time.Second
	// unheard is how much of a sentence may be missing in its line, as at its quiet ends, without a gap that says so.
	unheard = time.Second
)

// span is a time in a room.
type span struct{ from, to time.Time }

// room is what is on record of one, by the clock.
type room struct {
	id    string
	lines []models.Utterance
	spans []span // of the lines
	gaps  []models.Gap
	cuts  []span // of the gaps
}

// judgement is what was found in the record.
type judgement struct {
	said, whole, missed    int // sentences: all, those with their line, those (partly) unheard that a gap tells of
	lost, doubled, silent  []string
	owners, sessions, gone []string
}

// judge holds the record against what was said.
func (c *cluster) judge() (j judgement, rooms []room) {
	c.t.Helper()
	store, err := postgres.OpenReadOnly(c.t.Context(), c.server.DSN(database))
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	sessions, err := store.Sessions(c.t.Context(), models.SessionQuery{Limit: 1000})
	if err != nil {
		c.t.Fatal(err)
	}
	byRoom := map[string][]models.SessionInfo{}
	for _, s := range sessions {
		byRoom[s.Room] = append(byRoom[s.Room], s)
	}
	for _, name := range c.rooms {
		found := byRoom[c.id(name)]
		if len(found) != 1 {
			j.sessions = append(j.sessions, fmt.Sprintf("%s has %d sessions", name, len(found)))
			continue
		}
		r := room{id: c.id(name)}
		if r.lines, err = store.Utterances(c.t.Context(), found[0].ID); err != nil {
			c.t.Fatal(err)
		}
		if r.gaps, err = store.Gaps(c.t.Context(), found[0].ID); err != nil {
			c.t.Fatal(err)
		}
		for _, u := range r.lines {
			r.spans = append(r.spans, spanOf(found[0].Started, u.StartMS, u.EndMS))
		}
		for _, g := range r.gaps {
			r.cuts = append(r.cuts, spanOf(found[0].Started, g.StartMS, g.EndMS))
		}
		j.hear(r, c.lounge.heard(name))
		rooms = append(rooms, r)
	}
	j.witnessed(c)
	return j, rooms
}

func spanOf(began time.Time, fromMS, toMS int64) span {
	return span{began.Add(time.Duration(fromMS) * time.Millisecond), began.Add(time.Duration(toMS) * time.Millisecond)}
}

// hear holds the lines of a room against the sentences that were said there since the bot was in it.
func (j *judgement) hear(r room, said []sentence) {
	if len(r.spans) == 0 {
		j.lost = append(j.lost, r.id+" has no line")
		return
	}
	first := slices.MinFunc(r.spans, func(a, b span) int { return a.from.Compare(b.from) }).from
	for _, s := range said {
		if s.from.Before(first.Add(-unheard)) {
			continue
		}
		j.said++
		var lines []int
		for i, u := range r.lines {
			if wrong, words := fixture.WER(s.text, u.Text); 3*wrong <= words && r.spans[i].from.Sub(s.from).Abs() < nearby {
				lines = append(lines, i)
			}
		}
		where := fmt.Sprintf("%s at %s", r.id, s.from.UTC().Format(time.TimeOnly+".000"))
		switch {
		case len(lines) > 1:
			j.doubled = append(j.doubled, where)
		case len(lines) == 1:
			j.whole++
		case uncovered(s, slices.Concat(r.spans, r.cuts)) > unheard:
			j.silent = append(j.silent, fmt.Sprintf("%s: %v of %v", where, uncovered(s, slices.Concat(r.spans, r.cuts)), s.to.Sub(s.from)))
		default:
			j.missed++
		}
	}
	for i, u := range r.lines {
		for k := range i {
			if v := r.lines[k]; u.SpeakerID == v.SpeakerID && 2*overlap(r.spans[i], r.spans[k]) > min(length(r.spans[i]), length(r.spans[k])) {
				j.doubled = append(j.doubled, fmt.Sprintf("%v and %v are of the same time", u.Key, v.Key))
			}
		}
	}
}

// uncovered is the longest stretch of a sentence that nothing on record tells of.
func uncovered(s sentence, by []span) (longest time.Duration) {
	slices.SortFunc(by, func(a, b span) int { return cmp.Or(a.from.Compare(b.from), a.to.Compare(b.to)) })
	at := s.from
	for _, x := range by {
		if x.from.After(s.to) {
			break
		}
		longest = max(longest, x.from.Sub(at))
		if x.to.After(at) {
			at = x.to
		}
	}
	return max(longest, s.to.Sub(at))
}

func length(s span) time.Duration { return s.to.Sub(s.from) }

func overlap(a, b span) time.Duration {
	from, to := a.from, a.to
	if b.from.After(from) {
		from = b.from
	}
	if b.to.Before(to) {
		to = b.to
	}
	return to.Sub(from)
}

// witnessed asks what the database itself has noted.
func (j *judgement) witnessed(c *cluster) {
	c.t.Helper()
	const key, same = "w.session || ' ' || w.epoch || ' ' || w.track || ' ' || w.seq", "u.session = w.session AND u.epoch = w.epoch AND " +
		"u.track = w.track AND u.seq = w.seq"
	for query, into := range map[string]*[]string{
		"SELECT room || ' ' || epoch FROM witness.owners GROUP BY room, epoch HAVING count(DISTINCT owner) > 1":                        &j.owners,
		"SELECT " + key + " FROM witness.clips w WHERE NOT EXISTS (SELECT 1 FROM utterances u WHERE " + same + ")":                     &j.gone,
		"SELECT " + key + " FROM witness.lines w WHERE NOT EXISTS (SELECT 1 FROM utterances u WHERE " + same + " AND u.text = w.text)": &j.lost,
	} {
		found, ok := c.ask(query)
		if !ok {
			c.t.Fatal("the database does not answer")
		}
		*into = append(*into, found...)
	}
}

// again are how long the rooms of a fault were unheard after it, the shortest first.
func (f *fault) again(rooms []room) (out []time.Duration) {
	for _, r := range rooms {
		if !slices.Contains(f.rooms, r.id) {
			continue
		}
		unheard := time.Duration(0)
		for i, cut := range r.cuts {
			if c := r.gaps[i].Cause; (c == models.GapRestart || c == models.GapCut) && cut.to.After(f.at) && cut.to.Before(f.over) {
				unheard = max(unheard, cut.to.Sub(f.at))
			}
		}
		out = append(out, unheard)
	}
	slices.Sort(out)
	return out
}

// report fails the test where the record is not as it must be, and prints the figures.
func (c *cluster) report() {
	c.t.Helper()
	j, rooms := c.judge()
	for what, found := range map[string][]string{
		"lines lost": j.lost, "clips lost": j.gone, "doubled": j.doubled, "unheard without a gap": j.silent,
		"epochs with two owners": j.owners, "rooms whose session did not go on": j.sessions,
	} {
		if len(found) > 0 {
			c.t.Errorf("%d %s:\n%s", len(found), what, strings.Join(found, "\n"))
		}
	}
	if c.t.Failed() {
		c.tell(rooms)
	}
	if j.whole == 0 {
		c.t.Error("nothing was heard whole: this proves nothing")
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\n%-58s %5s  %7s  %7s  %7s\n", "seconds until heard again", "rooms", "p50", "p95", "most")
	for _, f := range c.faults {
		again := f.again(rooms)
		at := func(q float64) float64 { return again[min(len(again)-1, int(q*float64(len(again))))].Seconds() }
		if len(again) > 0 {
			fmt.Fprintf(&b, "%-58s %5d  %7.1f  %7.1f  %7.1f\n", f.what, len(again), at(0.5), at(0.95), at(1))
		}
	}
	fmt.Fprintf(&b, "%d sentences said: %d written down whole, %d partly or not heard, of which gaps tell\n", j.said, j.whole, j.missed)
	fmt.Fprintf(&b, "%d lines lost, %d clips lost, %d lines doubled, %d unheard without a gap, %d epochs with two owners",
		len(j.lost), len(j.gone), len(j.doubled), len(j.silent), len(j.owners))
	c.t.Log(b.String())
}

// tell shows what a failure can be understood by: when what was said, stored and missed, and the logs.
func (c *cluster) tell(rooms []room) {
	c.t.Helper()
	var b strings.Builder
	clock := func(s span) string {
		return s.from.UTC().Format(time.TimeOnly+".000") + "-" + s.to.UTC().Format("05.000")
	}
	for _, f := range c.faults {
		fmt.Fprintln(&b, clock(span{f.at, f.over}), f.what)
	}
	for i, r := range rooms {
		for _, s := range c.lounge.heard(c.rooms[i]) {
			fmt.Fprintln(&b, clock(span{s.from, s.to}), r.id, "said")
		}
		for i, u := range r.lines {
			fmt.Fprintln(&b, clock(r.spans[i]), r.id, "line", u.Key, u.State)
		}
		for i, g := range r.gaps {
			fmt.Fprintln(&b, clock(r.cuts[i]), r.id, "gap", g.Cause)
		}
	}
	for _, m := range c.members {
		fmt.Fprintf(&b, "%s:\n%s\n", m.name, m.log)
	}
	c.t.Log(b.String())
}

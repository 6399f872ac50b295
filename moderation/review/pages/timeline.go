package pages

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"earshot/models"
)

// timeline shows who spoke when: one strip per speaker on a common scale, which ends where the session does, or at a round time
// while it is live.
type timeline struct {
	ScaleMS int64
	Ticks   []tick
	Strips  []*strip
}

// tick is a labelled position on the scale; X is in percent. Anchor is the class of a label that would overflow at an edge.
type tick struct{ X, Label, Anchor string }

// strip is one speaker's row. Positions are in ms, the drawing's own unit.
type strip struct {
	stamp
	Who     *person
	ScaleMS int64
	Blocks  []block
	Marks   []mark
	Gaps    []block
	TalkMS  int64
	Percent int64 // share of all talk
	Lines   int
	perRow  int64 // how many links lead from the row to what was said
}

// Spoke is the path of all blocks, and Holes that of all gaps: one element each, however long the session is.
func (r *strip) Spoke() string { return blockPath(r.Blocks, 6, 8) }

// Spots lead to what the speaker said: at most perRow links side by side, each to the first line of its part of the row.
func (r *strip) Spots() (out []block) {
	part := r.ScaleMS/max(r.perRow, 1) + 1
	for _, b := range r.Blocks {
		for x := b.X / part * part; x < b.X+max(b.W, 1); x += part {
			if n := len(out); n == 0 || out[n-1].X < x {
				out = append(out, block{X: x, W: part, LineID: b.LineID})
			}
		}
	}
	return out
}

// Points are the flags in a row, those that are drawn upon each other as one.
func (r *strip) Points() (out []point) {
	for _, m := range r.Marks {
		n := len(out)
		if n == 0 || m.X > out[n-1].X+r.ScaleMS/600 {
			out = append(out, point{mark: m})
			n++
		}
		p := &out[n-1]
		if models.Level(m.Level).Rank() > models.Level(p.Level).Rank() {
			p.Level = m.Level
		}
		if !slices.Contains(p.titles, m.Title) {
			p.titles = append(p.titles, m.Title)
		}
		p.Path += fmt.Sprintf("M%d 2v16", m.X)
		p.flags++
	}
	return out
}

// point is one or more flags at one place. It leads to the first of them.
type point struct {
	mark
	Path   string
	titles []string
	flags  int
}

// Label says what the flags are.
func (p point) Label() string {
	const named = 3
	label := strings.Join(p.titles[:min(len(p.titles), named)], ", ")
	if p.flags > 1 {
		label = models.Count(p.flags, "flag") + ": " + label
	}
	if len(p.titles) > named {
		label += "…"
	}
	return label
}

// Holes is the path of the gaps.
func (r *strip) Holes() string { return blockPath(r.Gaps, 0, 20) }

// blockPath draws blocks as rectangles of a height at a y.
func blockPath(blocks []block, y, height int64) string {
	var b strings.Builder
	for _, x := range blocks {
		fmt.Fprintf(&b, "M%d %dh%dv%dh-%dz", x.X, y, x.W, height, x.W)
	}
	return b.String()
}

// levelMarks are the flags of one level in a strip.
type levelMarks struct{ Level, Path string }

// Levels has one path per level for the strip's flags, with the most severe last, on top.
func (r *strip) Levels() (out []levelMarks) {
	for _, level := range []models.Level{models.LevelInfo, models.LevelLow, models.LevelMedium, models.LevelHigh} {
		var b strings.Builder
		for _, m := range r.Marks {
			if m.Level == string(level) {
				fmt.Fprintf(&b, "M%d 3v14", m.X)
			}
		}
		if b.Len() > 0 {
			out = append(out, levelMarks{string(level), b.String()})
		}
	}
	return out
}

type block struct {
	X, W   int64
	LineID string
}

type mark struct {
	X             int64
	Level, LineID string
	Title         string
}

// steps between ticks, in ms; the smallest one that needs at most six ticks is used.
var steps = []int64{5e3, 10e3, 15e3, 30e3, 60e3, 120e3, 300e3, 600e3, 900e3, 1800e3, 3600e3, 7200e3, 14400e3}

// scale rounds a duration in ms up to a whole number of steps.
func scale(ms int64) (end, step int64) {
	step = steps[len(steps)-1]
	for _, s := range steps {
		if ms <= 6*s {
			step = s
			break
		}
	}
	return max(step, (ms+step-1)/step*step), step
}

func newTimeline(c *cast, items []item, lengthMS int64, live bool) timeline {
	for _, it := range items {
		if it.Line != nil {
			lengthMS = max(lengthMS, it.Line.EndMS)
		}
	}
	end, step := scale(lengthMS)
	if !live {
		end = max(lengthMS, 1000)
	}
	t := timeline{ScaleMS: end}
	for x := int64(0); x <= end; x += step {
		at := tick{X: share(x, end), Label: clock(x)}
		if end-x < end/30 {
			at.Anchor = "end"
		}
		t.Ticks = append(t.Ticks, at)
	}
	rows := make(map[*person]*strip, len(c.order))
	for _, p := range c.order {
		r := &strip{Who: p, ScaleMS: end, perRow: max(4, min(60, int64(480/len(c.order))))}
		rows[p] = r
		t.Strips = append(t.Strips, r)
	}
	for _, it := range items {
		t.draw(rows, it)
	}
	t.share()
	return t
}

// share formats a share as a percentage for drawings.
func share(part, whole int64) string {
	return fmt.Sprintf("%.3f%%", 100*float64(part)/float64(max(whole, 1)))
}

func (t *timeline) draw(rows map[*person]*strip, it item) {
	if g := it.Gap; g != nil {
		for _, r := range t.Strips {
			if g.Who == nil || g.Who == r.Who {
				r.Gaps = append(r.Gaps, block{X: g.At.MS, W: g.EndMS - g.At.MS})
			}
		}
		return
	}
	l := it.Line
	r := rows[l.Who]
	r.Lines++
	r.TalkMS += l.TalkMS
	r.block(l)
	for _, f := range l.Flags {
		r.Marks = append(r.Marks, mark{X: l.At.MS, Level: f.Level, LineID: l.ID, Title: f.Title})
	}
}

// block adds a line, merged with the previous one if the gap would be invisible: a long session stays small.
func (r *strip) block(l *lineView) {
	w := max(l.EndMS-l.At.MS, 0)
	if n := len(r.Blocks); n > 0 {
		last := &r.Blocks[n-1]
		if l.At.MS <= last.X+last.W+r.ScaleMS/600 {
			last.W = max(last.W, l.At.MS+w-last.X)
			return
		}
	}
	r.Blocks = append(r.Blocks, block{X: l.At.MS, W: w, LineID: l.ID})
}

func (t *timeline) share() {
	var all int64
	for _, r := range t.Strips {
		all += r.TalkMS
	}
	for _, r := range t.Strips {
		r.Percent = percent(r.TalkMS, all)
	}
}

func percent(part, all int64) int64 {
	if all == 0 {
		return 0
	}
	return (200*part + all) / (2 * all)
}

// flagList lists every flag of a session for the column next to the transcript: newest first while the room is live, in order of
// time afterwards.
func flagList(p *painter, flags []models.Flag) []flagView {
	flags = slices.Clone(flags)
	slices.SortStableFunc(flags, func(a, b models.Flag) int {
		c := cmp.Or(cmp.Compare(a.StartMS, b.StartMS), cmp.Compare(a.ID, b.ID))
		if p.ses.Live() {
			return -c
		}
		return c
	})
	out := make([]flagView, len(flags))
	for i, f := range flags {
		out[i] = p.flag(f)
	}
	return out
}

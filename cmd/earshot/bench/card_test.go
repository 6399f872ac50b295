package bench

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"earshot/cmd/earshot/playback"
	"earshot/models"
)

// player stores what a test says of each line, after this time.
type player struct {
	late func(speakers int) time.Duration
	lose int // so many lines of everybody
	err  error
	seen []int
}

func (p *player) Play(_ context.Context, parts []playback.Speech) (lines []models.Utterance, memoryMB int64, err error) {
	p.seen = append(p.seen, len(parts))
	for _, part := range parts {
		for _, l := range part.Lines[min(p.lose, len(part.Lines)):] {
			lines = append(lines, models.Utterance{
				SpeakerName: part.Name, Text: l.Text, State: models.UtteranceOK, LateMS: p.late(len(parts)).Milliseconds(),
			})
		}
	}
	return lines, 300, p.err
}

// TestClimb doubles the speakers until the text is late, a line is missing, or there are enough of them.
func TestClimb(t *testing.T) {
	t.Parallel()
	spoken, err := playback.Lines()
	if err != nil {
		t.Fatal(err)
	}
	always := func(d time.Duration) func(int) time.Duration { return func(int) time.Duration { return d } }
	broken := errors.New("the room fell down")
	for name, tt := range map[string]struct {
		p        player
		speakers int
		limited  bool
		tried    string
		err      error
	}{
		"all in time": {player{late: always(time.Second)}, 8, false, "[1 2 4 8]", nil},
		"late from four on": {
			player{late: func(n int) time.Duration { return time.Duration(n) * 900 * time.Millisecond }},
			2, true, "[1 2 4]", nil,
		},
		"just in time": {player{late: always(gate)}, 8, false, "[1 2 4 8]", nil},
		"lost":         {player{late: always(time.Second), lose: 1}, 0, true, "[1]", nil},
		"broken":       {player{late: always(time.Second), err: broken}, 0, false, "[1]", broken},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := Card{When: time.Now()}
			err := c.climb(t.Context(), Options{Most: 8, length: time.Second, Progress: func(string) {}, Player: &tt.p}, spoken)
			if !errors.Is(err, tt.err) || c.Speakers != tt.speakers || c.Limited != tt.limited || fmt.Sprint(tt.p.seen) != tt.tried {
				t.Errorf("tried %v, %d speakers, limited %v, %v", tt.p.seen, c.Speakers, c.Limited, err)
			}
			for i, s := range c.Steps {
				if s.Speakers != 1<<i || s.RSSMB != 300 || tt.p.lose == 0 && s.WER != 0 {
					t.Errorf("step %+v", s)
				}
			}
		})
	}
}

// printer keeps what is printed.
type printer struct{ strings.Builder }

func (*printer) Bold(s string) string { return "*" + s + "*" }

func (p *printer) Table(rows [][]string) error {
	for _, r := range rows {
		p.WriteString(strings.Join(r, "|") + "\n")
	}
	return nil
}

// TestCardIsPrintedAndDrawn in words and as a drawing, whatever it holds.
func TestCardIsPrintedAndDrawn(t *testing.T) {
	t.Parallel()
	for _, c := range []Card{
		{GateMS: 3000},
		{
			Version: "1", Model: "<tiny>", Weights: true, Cores: 2, GateMS: 3000, Speakers: 1, Limited: true,
			Steps: []Step{{Speakers: 1, Lines: 3, FinalP50MS: 400, FinalP95MS: 900, RSSMB: 300, WER: 0.125}, {Speakers: 2, FinalP95MS: 9000}},
		},
	} {
		var out printer
		if err := c.Print(&out); err != nil {
			t.Fatal(err)
		}
		want := []string{"*Earshot", "SPEAKERS|LINES", c.verdict()}
		if len(c.Steps) > 0 {
			want = append(want, "1|3|0.40 s|0.90 s|0|300 MB|12.5 %", "listens to 1 speaker who")
		} else {
			want = append(want, "no weights", "at least 0 speakers")
		}
		for _, w := range want {
			if !strings.Contains(out.String(), w) {
				t.Errorf("no %q in\n%s", w, out.String())
			}
		}
		svg := c.SVG()
		for d := xml.NewDecoder(strings.NewReader(svg)); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%v in\n%s", err, svg)
			}
		}
		if got := strings.Count(svg, "<rect"); got != 2*len(c.Steps) {
			t.Errorf("%d bars for %d steps", got, len(c.Steps))
		}
	}
}

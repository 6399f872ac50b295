//go:build !race

package condition

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"earshot/moderation/rules"
)

// kind is an empty condition of a kind, with what holds where nothing is written.
func kind[T rules.Condition](name string) T {
	for _, k := range Kinds {
		if k.Name == name {
			return k.New().(T)
		}
	}
	panic("no kind " + name)
}

// TestReferenceTellsDefaultsAndLimits: the numbers in the reference are those that hold.
func TestReferenceTellsDefaultsAndLimits(t *testing.T) {
	page, err := os.ReadFile("../../../docs/rules.md")
	if err != nil {
		t.Fatal(err)
	}
	s := func(ms int64) string {
		switch {
		case ms%3600_000 == 0:
			return fmt.Sprintf("%d h", ms/3600_000)
		case ms%60_000 == 0:
			return fmt.Sprintf("%d min", ms/60_000)
		}
		return strings.TrimSuffix(strings.TrimSuffix(fmt.Sprintf("%.1f", float64(ms)/1000), "0"), ".") + " s"
	}
	floor, said, again := kind[*takesFloor]("floor"), kind[*heard]("heard"), kind[*repeats]("repeats")
	for _, row := range [][2]string{
		{"`floor`", fmt.Sprintf("`of` or `within` %s (at most %s), `min_speakers` %d, `gap` %s",
			s(floor.Of), s(maxFloor), floor.MinSpeakers, s(longestPause))},
		{"a turn", fmt.Sprintf(
			"continues across pauses shorter than `gap` in which nobody else talks for %s; lasts at least %s", s(backchannel),
			s(backchannel),
		)},
		{"an interruption", fmt.Sprintf("begins %s into a turn; both speak for %s; the other stops within %s; the first continues for %s",
			s(insideTurn), s(leastOverlap), s(yieldWithin), s(holdsFloorFor))},
		{"a share", fmt.Sprintf(
			"of everyone's talk, once the session is as old as `of` and people have talked for a fifth of it; a speaker counts after %s",
			s(countsFrom),
		)},
		{"overlap", fmt.Sprintf(
			"the share of a person's own talk during which others talk, once that is a twentieth of the window; "+
				"sounds shorter than %s are ignored",
			s(backchannel),
		)},
		{"`heard`", fmt.Sprintf("`for` %s (at most %s)", s(said.For), s(maxSound))},
		{"`room`", fmt.Sprintf("`within` %s (at most %s), `silence` at most %s",
			s(kind[*inRoom]("room").Within), s(maxRoomWindow), s(maxSilence))},
		{"`repeats`", fmt.Sprintf("`times` %d (2 to 50, at most %d a second), `within` %s (at most %s), "+
			"`similar` %.0f%% (50%% at least), `by: person`",
			again.Times, fastestChant, s(again.Within), s(maxRepeats), 100*again.Similar)},
		{"`spoken_language`", fmt.Sprintf("`sure` %g, `vote_over` %s of speech (at most 10 min)",
			kind[*spokenLanguage]("spoken_language").Sure, s(NewSettings().VoteOver))},
		{"a phrase with lists", fmt.Sprintf("stands for at most %d 000 phrases, with a `gap` %d", maxFilled/1000, maxFilledGap)},
		{"`said`, `not_said`", fmt.Sprintf("`by: person`; `last` and `within` at most %s", s(maxSaid))},
	} {
		if want := "| " + row[0] + " | " + row[1] + " |"; !strings.Contains(string(page), want) {
			t.Errorf("the reference has no row\n%s", want)
		}
	}
}

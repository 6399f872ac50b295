package imports

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"earshot/models"
	"earshot/moderation/match"
)

// maxOffset is the latest start of a track.
const maxOffset = 24 * time.Hour

// track returns the index of the track that a user refers to, or an error if there is none or more than one.
func (p *Plan) track(flag, word string) (int, error) {
	found, err := p.named(flag, word)
	if err == nil && len(found) > 1 {
		err = models.WithHint(fmt.Errorf("%s %q matches %d tracks", flag, word, len(found)), "use the file's name")
	}
	if err != nil {
		return 0, err
	}
	return found[0], nil
}

// named returns the indexes of the tracks that a user refers to: one track, or all tracks of one speaker.
func (p *Plan) named(flag, word string) ([]int, error) {
	is := func(fits func(i int, t Track) bool) (found []int) {
		for i, t := range p.Tracks {
			if fits(i, t) {
				found = append(found, i)
			}
		}
		return found
	}
	for _, found := range [][]int{
		is(func(_ int, t Track) bool { return t.File == word || path.Base(t.File) == word || stem(t.File) == word }),
		is(func(_ int, t Track) bool { return strings.EqualFold(t.Speaker, word) || t.SpeakerID == word }),
		is(func(i int, _ Track) bool { return strconv.Itoa(i+1) == word }),
	} {
		if len(found) > 0 {
			one := p.Tracks[found[0]]
			for _, i := range found[1:] {
				if t := p.Tracks[i]; !one.known || t.SpeakerID != one.SpeakerID {
					return nil, models.WithHint(fmt.Errorf("%s %q matches %d tracks", flag, word, len(found)), "use the file's name")
				}
			}
			return found, nil
		}
	}
	var names []string
	for _, t := range p.Tracks {
		names = append(names, path.Base(t.File))
	}
	return nil, models.WithHint(fmt.Errorf("%s: there is no track %q", flag, word), "the tracks are "+strings.Join(names, ", "))
}

// name sets the names that the user gave for tracks. Tracks with the same name belong to the same person.
func (p *Plan) name(names map[string]string) error {
	var errs []error
	given := map[int]string{}
	for _, word := range slices.Sorted(maps.Keys(names)) {
		found, err := p.named("--names", word)
		if err == nil && strings.TrimSpace(names[word]) == "" {
			err = models.WithHint(fmt.Errorf("--names %s: the name is empty", word), "write --names "+word+"=Ana")
		}
		if errs = append(errs, err); err == nil {
			for _, i := range found {
				given[i] = strings.TrimSpace(names[word])
			}
		}
	}
	one := map[string]string{} // the id of a name that was given
	for _, i := range slices.Sorted(maps.Keys(given)) {
		t := &p.Tracks[i]
		t.Speaker, t.Mixed, t.known = given[i], false, true
		if id, ok := one[t.Speaker]; ok {
			t.SpeakerID = id
		}
		one[t.Speaker] = t.SpeakerID
	}
	return errors.Join(errs...)
}

// noteUnnamed adds a note about Janus recordings, which contain no names, that the user did not name either.
func (p *Plan) noteUnnamed() {
	if p.From != "Janus" {
		return
	}
	var ids []string
	for _, t := range p.Tracks {
		if t.Speaker == unnamed+t.SpeakerID && !slices.Contains(ids, t.SpeakerID) {
			ids = append(ids, t.SpeakerID)
		}
	}
	if len(ids) > 0 {
		p.note("recordings of Janus have no names: --names %s=NAME names who spoke", strings.Join(ids, "=NAME,"))
	}
}

// offset sets the starts that the user gave for tracks.
func (p *Plan) offset(offsets map[string]time.Duration) error {
	var errs []error
	for _, word := range slices.Sorted(maps.Keys(offsets)) {
		i, err := p.track("--offset", word)
		if d := offsets[word]; err == nil && (d < 0 || d > maxOffset) {
			err = fmt.Errorf("--offset %s: %v is not between 0 and %v", word, d, maxOffset)
		}
		if errs = append(errs, err); err == nil {
			p.Tracks[i].OffsetMS = offsets[word].Milliseconds()
		}
	}
	return errors.Join(errs...)
}

// collisions returns names of different people that could be mistaken for each other. Tracks with the same platform id, or to which the
// user gave the same name, belong to one person.
func (p *Plan) collisions() error {
	var errs []error
	looks := map[string]Track{}
	for _, t := range p.Tracks {
		look := match.Skeleton(t.Speaker)
		if o, seen := looks[look]; seen && (!o.known || !t.known || o.SpeakerID != t.SpeakerID) {
			errs = append(errs, models.WithHint(fmt.Errorf("%s and %s are both called %q", path.Base(o.File), path.Base(t.File), t.Speaker),
				"--names FILE=NAME tells them apart, or gives both the same name: then they are one person"))
		}
		looks[look] = t
	}
	return errors.Join(errs...)
}

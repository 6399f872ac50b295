//go:build !race

package audio

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

// TestOggWithOneFlaw: a damaged or missing part costs only what it contains, and is reported with its length; the rest is in its
// place. The recording lasts 6 s, in pages of 1 s; page 4 begins at 2 s of the packets.
func TestOggWithOneFlaw(t *testing.T) {
	pcm := noise(6000, -20, 5)
	whole := hearOgg(t, oggFile(t, pcm))
	if d := len(whole.PCM) - len(pcm); d < -2 || d > 2 || whole.Lost != 0 || len(whole.Notes) > 0 {
		t.Fatalf("the whole recording: %d samples of %d, lost %d, %q", len(whole.PCM), len(pcm), whole.Lost, whole.Notes)
	}
	for name, c := range map[string]struct {
		harm   func(ps []*oggPage) []byte
		lostMS int64 // missing
		moreMS int64 // longer than the recording
		silent bool  // nothing is told
	}{
		"a wrong checksum": {func(ps []*oggPage) []byte {
			b := joinPages(ps)
			b[bytes.Index(b, ps[4].body)+100] ^= 1
			return b
		}, 1000, 0, false},
		"a page missing":         {func(ps []*oggPage) []byte { return joinPages(slices.Delete(ps, 4, 5)) }, 1000, 0, false},
		"two pages missing":      {func(ps []*oggPage) []byte { return joinPages(slices.Delete(ps, 3, 5)) }, 2000, 0, false},
		"the first page missing": {func(ps []*oggPage) []byte { return joinPages(slices.Delete(ps, 2, 3)) }, 1000, 0, false},
		"the tags damaged": {
			func(ps []*oggPage) []byte { b := joinPages(ps); b[bytes.Index(b, []byte("OpusTags"))+9] ^= 1; return b }, 0, 0, false,
		},
		"the head's checksum":      {func(ps []*oggPage) []byte { b := joinPages(ps); b[22] ^= 1; return b }, 0, 0, true},
		"the last page damaged":    {func(ps []*oggPage) []byte { b := joinPages(ps); b[len(b)-5] ^= 1; return b }, 0, 0, false},
		"cut within the last page": {func(ps []*oggPage) []byte { b := joinPages(ps); return b[:len(b)-20] }, 0, 0, false},
		"cut within a page": {func(ps []*oggPage) []byte {
			b := joinPages(ps)
			return b[:bytes.Index(b, ps[6].body)+50]
		}, 1000, -1000, false},
		"bytes between pages": {func(ps []*oggPage) []byte {
			return append(append(joinPages(ps[:4]), "OggSrubbish and more OggS of it"...), joinPages(ps[4:])...)
		}, 0, 0, false},
		"bytes before the file": {func(ps []*oggPage) []byte { return append([]byte("rubbish"), joinPages(ps)...) }, 0, 0, true},
		"a page twice":          {func(ps []*oggPage) []byte { return joinPages(slices.Insert(ps, 4, ps[3])) }, 0, 0, true},
		"no numbers": {func(ps []*oggPage) []byte {
			for _, p := range ps {
				p.seq = 0
			}
			return joinPages(ps)
		}, 0, 0, true},
		"a malformed packet": {func(ps []*oggPage) []byte {
			ps[4].body[0] |= 3 // a count of frames that does not fit
			ps[4].body[1] = 0x3f
			return joinPages(ps)
		}, 20, 0, false},
		"a pause of 7 s":         {func(ps []*oggPage) []byte { return shifted(ps, 4, 7*48000) }, 0, 7000, true},
		"a jump of 100 h":        {func(ps []*oggPage) []byte { return shifted(ps, 4, 100*3600*48000) }, 0, 0, false},
		"a jump of one page":     {func(ps []*oggPage) []byte { ps[4].granule += 1 << 50; return joinPages(ps) }, 0, 0, false},
		"a jump back":            {func(ps []*oggPage) []byte { return shifted(ps, 4, -96000) }, 0, 0, true},
		"a broadcast":            {func(ps []*oggPage) []byte { return shifted(ps, 2, 9*3600*48000) }, 0, 0, true},
		"no position at the end": {func(ps []*oggPage) []byte { ps[len(ps)-1].granule = -1; return joinPages(ps) }, 0, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			got := hearOgg(t, c.harm(oggPagesOf(t, oggFile(t, pcm))))
			if d := got.Lost - c.lostMS; (d < -10 || d > 10) && !strings.Contains(name, "last page") {
				t.Errorf("%d ms lost, want %d", got.Lost, c.lostMS)
			}
			if d := int64(len(got.PCM)-len(pcm))/16 - c.moreMS; d < -30 || d > 30 {
				t.Errorf("%d ms long, want %d more than %d", len(got.PCM)/16, c.moreMS, len(pcm)/16)
			}
			if told := len(got.Notes) > 0 || got.Lost > 0; told == c.silent {
				t.Errorf("told %q", got.Notes)
			}
			n := 16000
			if r := correlation(got.PCM[n/2:n], whole.PCM[n/2:n]); r < 0.9 && c.lostMS != 2000 && !strings.Contains(name, "first page") {
				t.Errorf("the first second has a correlation of %.2f", r)
			}
			if c.moreMS < 0 {
				return
			}
			end := got.PCM[len(got.PCM)-24000:][:8000]
			if _, r := bestLag(whole.PCM[len(whole.PCM)-24000:][:8000], end, 400); r < 0.7 {
				t.Errorf("the end is not in its place: correlation %.2f", r)
			}
		})
	}
}

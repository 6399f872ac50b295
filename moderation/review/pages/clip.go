package pages

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"earshot/models"
)

// clipView is a flag's audio with its waveform.
type clipView struct {
	ID      string
	URL     string
	WAV     string // the address of the same audio for browsers that can't play Ogg Opus, or ""
	Length  string
	MS      int64
	StartMS int64  // in the session
	Wave    string // path of the waveform, 2 units wide for each peak, 24 high
	Width   int
	Expires string
}

func (p *painter) clip(k models.Key) *clipView {
	e, ok := p.clips[k]
	if !ok {
		return nil
	}
	d := time.Duration(e.EndMS-e.StartMS) * time.Millisecond
	v := &clipView{
		ID: e.ID, URL: "/evidence/" + e.ID + ".ogg", Length: clock(d.Round(time.Second).Milliseconds()), MS: d.Milliseconds(), StartMS: e.StartMS,
		Wave: wave(e.Peaks), Width: 2 * len(e.Peaks), Expires: day(e.Expires.In(p.s.Location), p.s.Now().In(p.s.Location)),
	}
	if p.s.WAV != nil {
		v.WAV = "/evidence/" + e.ID + ".wav"
	}
	return v
}

// keep adds clips to the painter.
func (p *painter) keep(clips ...models.Evidence) {
	for _, e := range clips {
		p.clips[e.Utterance] = e
	}
}

// wave draws peaks as vertical strokes around the middle.
func wave(peaks []byte) string {
	var b strings.Builder
	for i, p := range peaks {
		h := max(int(p)*22/255, 1)
		b.WriteByte('M')
		b.WriteString(strconv.Itoa(2*i + 1))
		b.WriteByte(' ')
		b.WriteString(strconv.Itoa(12 - h/2))
		b.WriteByte('v')
		b.WriteString(strconv.Itoa(h))
	}
	return b.String()
}

// wordTimes returns when each word of a line is heard in its clip, for the script, which highlights words while they are heard: the word's
// place and length in the text, in UTF-16 units, and its start and end in ms.
func wordTimes(u models.Utterance, e models.Evidence) string {
	var out []string
	done, at := 0, 0 // the text before the next word, in bytes and in units
	for _, w := range u.Words {
		word := strings.TrimSpace(w.Text)
		i := strings.Index(u.Text[done:], word)
		if word == "" || i < 0 {
			continue
		}
		at += units(u.Text[done : done+i])
		n := units(word)
		out = append(out, fmt.Sprintf("%d,%d,%d,%d", at, n, w.StartMS-e.StartMS, w.EndMS-e.StartMS))
		done, at = done+i+len(word), at+n
	}
	return strings.Join(out, " ")
}

func units(s string) int { return len(utf16.Encode([]rune(s))) }

// evidence serves a clip's audio, as stored or as a WAV file. It supports ranges, so that a browser can determine the length and
// seek. An error is a page for whoever follows a link, and JSON for players and programs.
func (s flagPages) evidence(w http.ResponseWriter, r *http.Request) {
	sound, kind, err := s.soundOf(r)
	switch {
	case err != nil && strings.Contains(r.Header.Get("Accept"), "text/html"):
		s.Fail(w, r, err)
		return
	case err != nil:
		s.Problem(w, r, err)
		return
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", "inline")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(sound))
}

// soundOf returns the audio that an address names, and its type.
func (s flagPages) soundOf(r *http.Request) (sound []byte, kind string, err error) {
	id, isOgg := strings.CutSuffix(r.PathValue("file"), ".ogg")
	id, isWAV := strings.CutSuffix(id, ".wav")
	if isOgg == isWAV || isWAV && s.WAV == nil {
		return nil, "", models.ErrNotFound
	}
	e, err := s.Record.Clip(r.Context(), id)
	if err != nil || isOgg {
		return e.Ogg, "audio/ogg", err
	}
	sound, err = s.WAV(e.Ogg)
	return sound, "audio/wav", err
}

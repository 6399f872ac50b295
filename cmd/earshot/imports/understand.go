package imports

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"earshot/cmd/earshot/recording"
)

// understand determines which program made a recording, who speaks in each track, and when the recording began.
func (p *Plan) understand(found entries) {
	for _, e := range found.files {
		p.Tracks = append(p.Tracks, Track{File: e.path, Format: e.format, Bytes: e.size})
	}
	p.Started = found.newest
	for _, recognise := range []func(entries) bool{p.craig, p.janus, p.liveKit, p.zoom, p.riverside} {
		if recognise(found) {
			break
		}
	}
	if len(p.Tracks) == 1 && p.From == "" {
		p.Tracks[0].Mixed = true
	}
	for i := range p.Tracks {
		t := &p.Tracks[i]
		if t.Speaker == "" {
			t.Speaker = stem(t.File)
		}
		if t.SpeakerID == "" {
			t.SpeakerID = strings.ToLower(t.Speaker)
		}
	}
}

// stem returns a file's name without folder and extension.
func stem(file string) string { return strings.TrimSuffix(path.Base(file), path.Ext(file)) }

var (
	craigFile   = regexp.MustCompile(`^([0-9]{1,3})-(.+)$`)
	craigPerson = regexp.MustCompile(`^(.*?)(?: \(([^()]*)\))? \(([0-9]{5,20})\)$`)
)

// craig reads recordings by Craig (https://craig.chat): tracks named "1-name.flac" that all begin at 0, and info.txt with the original
// names and the time.
func (p *Plan) craig(found entries) bool {
	info, err := fs.ReadFile(p.store, found.others["info.txt"])
	if err != nil || !bytes.HasPrefix(bytes.TrimPrefix(info, []byte("\ufeff")), []byte("Recording ")) {
		return false
	}
	p.From = "Craig"
	var people []string
	in := ""
	for line := range strings.SplitSeq(strings.ReplaceAll(string(info), "\r\n", "\n"), "\n") {
		switch key, value, ok := strings.Cut(line, ":"); {
		case strings.HasPrefix(line, "\t") && in == "Tracks":
			people = append(people, strings.TrimSpace(line))
		case !ok || strings.HasPrefix(line, "\t"):
		case key == "Start time":
			p.startAt(strings.TrimSpace(value))
		default:
			in = key
		}
	}
	for i := range p.Tracks {
		t := &p.Tracks[i]
		m := craigFile.FindStringSubmatch(stem(t.File))
		if m == nil {
			continue
		}
		t.Speaker = m[2]
		n, _ := strconv.Atoi(m[1])
		if n < 1 || n > len(people) {
			p.note("info.txt does not name track %d: it is taken for %q", n, t.Speaker)
			continue
		}
		if who := craigPerson.FindStringSubmatch(people[n-1]); who != nil {
			t.Speaker, t.SpeakerID = who[1], "discord:"+who[3]
			t.known = true
		} else {
			t.Speaker = people[n-1]
		}
	}
	return true
}

func (p *Plan) startAt(text string) {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		p.Started = at
	}
}

var janusFile = regexp.MustCompile(`^(videoroom|audiobridge)-(.+?)-user-(.+?)-([0-9]{10,20})(?:-audio)?(?:-[0-9]+)?$`)

// unnamed precedes the id of a person whose name is unknown.
const unnamed = "user "

// janus reads recordings of Janus rooms: a file per publication, whose header has the time of its first packet.
func (p *Plan) janus(found entries) bool {
	heads := make([]recording.MJRHead, len(found.files))
	first := int64(0)
	for i, e := range found.files {
		h, err := recording.ReadMJRHead(bytes.NewReader(e.head))
		if err != nil {
			return false
		}
		if h.First == 0 {
			h.First = h.Created
		}
		if heads[i] = h; first == 0 || h.First < first {
			first = h.First
		}
	}
	p.From, p.Started = "Janus", time.UnixMicro(first)
	for i := range p.Tracks {
		t := &p.Tracks[i]
		t.OffsetMS = (heads[i].First - first) / 1000
		if m := janusFile.FindStringSubmatch(stem(t.File)); m != nil {
			t.Speaker, t.SpeakerID, t.known = unnamed+m[3], m[3], true
		}
	}
	return true
}

// egress holds the fields that are needed from the JSON that LiveKit egress writes about a file.
type egress struct {
	Identity  string          `json:"publisher_identity"`
	Other     string          `json:"participant_identity"`
	StartedAt json.RawMessage `json:"started_at"`
	TrackID   string          `json:"track_id"`
}

// liveKit reads recordings by LiveKit's track egress: a file per track, with a .json file beside it.
func (p *Plan) liveKit(found entries) bool {
	starts := make([]time.Time, len(found.files))
	described := false
	for i, e := range found.files {
		for _, beside := range []string{strings.TrimSuffix(e.path, path.Ext(e.path)) + ".json", e.path + ".json"} {
			var m egress
			if b, err := fs.ReadFile(p.store, beside); err != nil || json.Unmarshal(b, &m) != nil || m.Identity+m.Other+m.TrackID == "" {
				continue
			}
			described = true
			if who := m.Identity + m.Other; who != "" {
				p.Tracks[i].Speaker, p.Tracks[i].SpeakerID, p.Tracks[i].known = who, who, true
			}
			starts[i] = moment(m.StartedAt)
		}
	}
	if !described {
		return false
	}
	p.From = "LiveKit"
	var first time.Time
	for _, at := range starts {
		if !at.IsZero() && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	for i, at := range starts {
		if at.IsZero() {
			p.note("%s does not say when it began: it is taken to begin with the others, unless --offset says more", p.Tracks[i].File)
		} else {
			p.Tracks[i].OffsetMS = at.Sub(first).Milliseconds()
		}
	}
	if !first.IsZero() {
		p.Started = first
	}
	return true
}

// moment parses a time: nanoseconds since 1970, as a number or a string, or RFC 3339.
func moment(raw json.RawMessage) time.Time {
	text := strings.Trim(string(raw), `"`)
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && n > 0 {
		return time.Unix(0, n)
	}
	at, _ := time.Parse(time.RFC3339Nano, text)
	return at
}

var zoomFile = regexp.MustCompile(`(?i)^audio(.+?)([0-9]{5,})$`)

// zoom reads the folder "Audio Record" of a meeting recorded by Zoom: a file per person, all starting at the beginning.
func (p *Plan) zoom(entries) bool {
	for _, t := range p.Tracks {
		if zoomFile.FindStringSubmatch(stem(t.File)) == nil || !strings.EqualFold(path.Ext(t.File), ".m4a") {
			return false
		}
	}
	p.From = "Zoom"
	for i := range p.Tracks {
		t := &p.Tracks[i]
		t.Speaker = spaced(zoomFile.FindStringSubmatch(stem(t.File))[1])
	}
	return true
}

// spaced restores the spaces that Zoom removes from names: AnaMaria.
func spaced(name string) string {
	var b strings.Builder
	before := ' '
	for _, r := range name {
		if unicode.IsUpper(r) && unicode.IsLower(before) {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
		before = r
	}
	return b.String()
}

// riverside recognises tracks of Riverside and Zencastr by their names. Raw tracks begin when their person joined, which is not recorded.
func (p *Plan) riverside(entries) bool {
	raw := false
	for _, t := range p.Tracks {
		name := strings.ToLower(t.File)
		switch {
		case strings.Contains(name, "riverside"):
			p.From = "Riverside"
			raw = raw || !strings.Contains(name, "aligned")
		case strings.Contains(name, "zencastr"):
			p.From, raw = "Zencastr", true
		}
	}
	if raw {
		p.note("tracks of %s begin when somebody joined, and do not say when: --offset NAME=12.5s puts one in its place", p.From)
	}
	return p.From != ""
}

package imports

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const tone = "RIFF\x24\x00\x00\x00WAVE" +
	"fmt \x10\x00\x00\x00\x01\x00\x01\x00\x80\x3e\x00\x00\x00\x7d\x00\x00\x02\x00\x10\x00data\x00\x00\x00\x00"

// janus is a recording of Janus without packets.
func janus(created, first int64) string {
	head := fmt.Sprintf(`{"t":"a","c":"opus","s":%d,"u":%d}`, created, first)
	return "MJR00002" + string(binary.BigEndian.AppendUint16(nil, uint16(len(head)))) + head //nolint:gosec // it is short
}

// folderOf writes files and returns their folder.
func folderOf(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "Talk 7")
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// zipOf writes files into a zip file.
func zipOf(t *testing.T, files map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range files {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write([]byte(text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "talk.zip")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// shown is what was understood, in one line a track.
func shown(p *Plan) (out []string) {
	for _, t := range p.Tracks {
		out = append(out, fmt.Sprintf("%s: %s/%s at %d %s", t.File, t.Speaker, t.SpeakerID, t.OffsetMS, t.Format))
	}
	return out
}

const craigInfo = "Recording abc123\r\n\r\nGuild:\t\tg (1)\r\nChannel:\tc (2)\r\nRequester:\tr (3)\r\n" +
	"Start time:\t2026-03-01T20:00:00.250Z\r\n\r\nTracks:\r\n\tAna María (ana_m) (81234567890123456)\r\n" +
	"\tБен (ben) (91234567890123456)\r\n\r\nNotes:\r\n\t0:01: a note\r\n"

// TestLook: who made a recording, whose each track is, and when it begins, is known of the files.
func TestLook(t *testing.T) {
	for name, tt := range map[string]struct {
		files   map[string]string
		options Options
		from    string
		started string
		want    string
	}{
		"Craig": {
			files: map[string]string{"info.txt": craigInfo, "raw.dat": "x", "1-ana_m.flac": "fLaC", "02-ben.flac": "fLaC"}, from: "Craig",
			started: "2026-03-01T20:00:00.25Z",
			want: "02-ben.flac: Бен/discord:91234567890123456 at 0 FLAC\n" +
				"1-ana_m.flac: Ana María/discord:81234567890123456 at 0 FLAC",
		},
		"Janus": {
			files: map[string]string{
				"videoroom-1234-user-77-1770000000000000-audio-0.mjr": janus(1_770_000_000_000_000, 1_770_000_001_000_000),
				"videoroom-1234-user-88-1770000002000000-audio-0.mjr": janus(1_770_000_002_000_000, 1_770_000_003_500_000),
			},
			options: Options{Names: map[string]string{"77": "Ana"}}, from: "Janus", started: "2026-02-02T02:40:01Z",
			want: "videoroom-1234-user-77-1770000000000000-audio-0.mjr: Ana/77 at 0 a recording of Janus\n" +
				"videoroom-1234-user-88-1770000002000000-audio-0.mjr: user 88/88 at 2500 a recording of Janus",
		},
		"Janus, twice one person": {
			files: map[string]string{
				"videoroom-1-user-77-1770000000000000-audio-0.mjr": janus(1_770_000_000_000_000, 1_770_000_001_000_000),
				"videoroom-1-user-77-1770000060000000-audio-0.mjr": janus(1_770_000_060_000_000, 1_770_000_061_000_000),
			},
			options: Options{Names: map[string]string{"77": "Ana"}}, from: "Janus", started: "2026-02-02T02:40:01Z",
			want: "videoroom-1-user-77-1770000000000000-audio-0.mjr: Ana/77 at 0 a recording of Janus\n" +
				"videoroom-1-user-77-1770000060000000-audio-0.mjr: Ana/77 at 60000 a recording of Janus",
		},
		"LiveKit": {
			files: map[string]string{
				"a.ogg": "OggS", "a.json": `{"publisher_identity":"ana","started_at":1770000000000000000}`,
				"b.ogg": "OggS", "b.ogg.json": `{"participant_identity":"ben","started_at":"2026-02-02T02:40:01.5Z"}`,
			},
			from: "LiveKit", started: "2026-02-02T02:40:00Z",
			want: "a.ogg: ana/ana at 0 Ogg, without Opus\nb.ogg: ben/ben at 1500 Ogg, without Opus",
		},
		"Zoom": {
			files: map[string]string{
				"Audio Record/audioAnaMaria21234567890.m4a": "\x00\x00\x00\x08ftyp", "Audio Record/audioben31234567890.m4a": "\x00\x00\x00\x08ftyp",
			},
			from: "Zoom", want: "Audio Record/audioAnaMaria21234567890.m4a: Ana Maria/ana maria at 0 MP4 (m4a, mp4, mov)\n" +
				"Audio Record/audioben31234567890.m4a: ben/ben at 0 MP4 (m4a, mp4, mov)",
		},
		"names and offsets": {
			files: map[string]string{"ana-raw.wav": tone, "ben.wav": tone, "ana 2.wav": tone, "._ben.wav": "x", "__MACOSX/x.wav": "x"},
			options: Options{
				Names: map[string]string{"ana-raw": "Ana", "1": "Ana"}, Offsets: map[string]time.Duration{"ben.wav": 1500 * time.Millisecond},
				Start: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
			},
			started: "2026-01-02T03:04:05Z",
			want:    "ana 2.wav: Ana/ana 2 at 0 WAV\nana-raw.wav: Ana/ana 2 at 0 WAV\nben.wav: ben/ben at 1500 WAV",
		},
	} {
		for how, path := range map[string]string{"folder": folderOf(t, tt.files), "zip": zipOf(t, tt.files)} {
			t.Run(name+" "+how, func(t *testing.T) {
				p, err := Look(path, tt.options)
				if err != nil {
					t.Fatal(err)
				}
				defer p.Close()
				if got := strings.Join(shown(p), "\n"); got != tt.want || p.From != tt.from {
					t.Errorf("from %q:\n%s\nwant\n%s", p.From, got, tt.want)
				}
				for _, track := range p.Tracks { // only who was not named is asked for
					asked := strings.Contains(strings.Join(p.Notes, "\n"), "--names "+track.SpeakerID+"=NAME")
					if want := strings.HasPrefix(track.Speaker, "user "); asked != want {
						t.Errorf("%q of %s", p.Notes, track.File)
					}
				}
				if got := p.Started.Format(time.RFC3339Nano); tt.started != "" && got != tt.started {
					t.Errorf("began %s, want %s", got, tt.started)
				}
			})
		}
	}
}

// TestLookRefuses: what is wrong with a recording is told before anything is decoded.
func TestLookRefuses(t *testing.T) {
	two := map[string]string{"ana.wav": tone, "ben.wav": tone}
	for want, path := range map[string]string{
		"no such file":                            filepath.Join(t.TempDir(), "gone"),
		"there is no recording in it":             folderOf(t, map[string]string{"notes.txt": "x"}),
		"b.wav is not a recording":                folderOf(t, map[string]string{"a.wav": tone, "b.wav": "words"}),
		`ana.wav and АNA.wav are both called`:     folderOf(t, map[string]string{"ana.wav": tone, "АNA.wav": tone}),
		"does not belong into it":                 zipOf(t, map[string]string{"../ana.wav": tone}),
		"does not belong into it: \"/etc/a.wav\"": zipOf(t, map[string]string{"/etc/a.wav": tone}),
		"two files of the name":                   zipOf(t, map[string]string{"ana.wav": tone, "ANA.wav": tone}),
		"nested.zip":                              zipOf(t, map[string]string{"nested.zip": "PK\x03\x04"}),
	} {
		p, err := Look(path, Options{})
		if err == nil {
			_ = p.Close()
		}
		if want == "nested.zip" { // it is not opened
			want = "there is no recording in it"
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	for want, o := range map[string]Options{
		`there is no track "dora"`: {Names: map[string]string{"dora": "Dora"}},
		"is not between":           {Offsets: map[string]time.Duration{"ana": -time.Second}},
		"the name is empty":        {Names: map[string]string{"ana": " "}},
		"are both called":          {Names: map[string]string{"ana": "Ben"}},
	} {
		p, err := Look(folderOf(t, two), o)
		if err == nil {
			_ = p.Close()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// TestZipBombs: what a zip file says of its size is bounded before anything is unpacked.
func TestZipBombs(t *testing.T) {
	entry := func(name string, packed, unpacked uint64) *zip.File {
		return &zip.File{FileHeader: zip.FileHeader{Name: name, CompressedSize64: packed, UncompressedSize64: unpacked}}
	}
	many := make([]*zip.File, maxEntries+1)
	for i := range many {
		many[i] = entry(fmt.Sprint(i), 1, 1)
	}
	var whole []*zip.File
	for i := range 10 {
		whole = append(whole, entry(fmt.Sprint(i), 7<<30, 7<<30))
	}
	for want, files := range map[string][]*zip.File{
		"and the limit is 2000":       many,
		"would take 9216 MB":          {entry("a.wav", 1<<30, 9<<30)},
		"would take 71680 MB":         whole,
		"would take 5120 MB unpacked": {entry("a.wav", 1<<20, 5<<30)},
		"is encrypted":                {{FileHeader: zip.FileHeader{Name: "a.wav", Flags: 1}}},
		"":                            {entry("silence.wav", 1<<20, 1<<30), entry("talk.wav", 5<<30, 7<<30)},
	} {
		err := checkZip(files)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// TestLyingZip: a zip file that holds more than it says is unpacked no further than that, and nothing of it is left.
func TestLyingZip(t *testing.T) {
	var packed, b bytes.Buffer
	c, err := flate.NewWriter(&packed, flate.BestCompression)
	if err == nil {
		_, err = c.Write(make([]byte, 8<<20))
	}
	if err = errors.Join(err, c.Close()); err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(&b)
	w, err := z.CreateRaw(&zip.FileHeader{
		Name: "ana.wav", Method: zip.Deflate, CompressedSize64: uint64(packed.Len()), UncompressedSize64: 1000, //nolint:gosec // it is short
	})
	if err == nil {
		_, err = w.Write(packed.Bytes())
	}
	if err = errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "talk.zip")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := openZip(path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	if _, _, err := s.file(filepath.Join(dir, "track-"), "ana.wav"); err == nil || !strings.Contains(err.Error(), "unpack ana.wav") {
		t.Errorf("%v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "track-*")); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

package recording

import (
	"bytes"
	"strings"
)

// kind is a recording's format, according to its first bytes.
type kind int

const (
	kindUnknown kind = iota
	kindWAV
	kindOpus
	kindMJR
	kindOther // a known format that ffmpeg has to read
)

// magic is how files of a format begin; "?" stands for any byte.
type magic struct{ start, name string }

// magics are the first bytes of formats that are not read here.
var magics = []magic{
	{"ID3", "MP3"},
	{"fLaC", "FLAC"},
	{"????ftyp", "MP4 (m4a, mp4, mov)"},
	{"\x1aE\xdf\xa3", "Matroska or WebM"},
	{"RIFF????AVI ", "AVI"},
	{"FORM????AIF", "AIFF"},
	{"caff", "Core Audio"},
	{"#!AMR", "AMR"},
	{".snd", "Sun audio"},
	{"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "Windows Media"},
	{"wvpk", "WavPack"},
	{"riff\x2e\x91\xcf\x11", "Wave64"},
	{"MAC ", "Monkey's Audio"},
	{"FLV\x01", "Flash video"},
	{"\x0b\x77", "AC-3"},
	{"TTA1", "True Audio"},
	{"????moov", "QuickTime"},
	{"????wide", "QuickTime"},
	{"????mdat", "QuickTime"},
	{"\x00\x00\x01\xba", "MPEG video"},
	{"NIST_1A", "NIST Sphere"},
	{"Creative Voice", "Creative Voice"},
}

func (m magic) fits(b []byte) bool {
	if len(b) < len(m.start) {
		return false
	}
	for i := range len(m.start) {
		if m.start[i] != '?' && m.start[i] != b[i] {
			return false
		}
	}
	return true
}

// identify returns a recording's format by its first bytes, how many bytes precede the recording itself, and the format's name if
// it has one.
func identify(b []byte) (k kind, skip int, name string) {
	for _, id := range []string{"RIFF????WAVE", "RIFX????WAVE", "RF64????WAVE", "BW64????WAVE"} {
		if (magic{start: id}).fits(b) {
			return kindWAV, 0, "WAV"
		}
	}
	if n := id3Size(b); n > 0 && n < len(b) && (magic{start: "RIFF????WAVE"}).fits(b[n:]) {
		return kindWAV, n, "WAV"
	}
	if i := bytes.Index(b, []byte("OggS")); i >= 0 && bytes.Contains(b[i:], []byte("OpusHead")) {
		return kindOpus, 0, "Ogg Opus"
	} else if i == 0 {
		return kindOther, 0, "Ogg, without Opus"
	}
	if bytes.HasPrefix(b, []byte(mjrMagic)) {
		return kindMJR, 0, "a recording of Janus"
	}
	for _, m := range magics {
		if m.fits(b) {
			return kindOther, 0, m.name
		}
	}
	switch {
	case len(b) > 1 && b[0] == 0xff && b[1]&0xf6 == 0xf0:
		return kindOther, 0, "AAC"
	case len(b) > 2 && b[0] == 0xff && b[1]&0xe0 == 0xe0 && b[1]&0x18 != 0x08 && b[1]&6 != 0 && b[1]&6 != 6 && b[2]&0xf0 != 0xf0:
		return kindOther, 0, "MPEG audio (MP3)"
	case len(b) > 188 && b[0] == 0x47 && b[188] == 0x47:
		return kindOther, 0, "MPEG transport stream"
	}
	return kindUnknown, 0, ""
}

// Format returns the name of a recording's format by its first bytes, of which 64 kB are enough; "" if it is unknown.
func Format(head []byte) string {
	_, _, name := identify(head)
	return name
}

// id3Size is the length of an ID3v2 tag at the beginning, 0 if there is none.
func id3Size(b []byte) int {
	if len(b) < 10 || string(b[:3]) != "ID3" {
		return 0
	}
	n := 10
	for _, x := range b[6:10] {
		if x > 127 {
			return 0
		}
	}
	return n + int(b[6])<<21 + int(b[7])<<14 + int(b[8])<<7 + int(b[9])
}

// quoted quotes a file name for a shell.
func quoted(name string) string {
	if name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("._/+:,@%-", r)
	}) && name[0] != '-' {
		return name
	}
	if strings.HasPrefix(name, "-") {
		name = "./" + name
	}
	return "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
}

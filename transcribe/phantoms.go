package transcribe

import (
	"embed"
	"path"
	"strings"
)

// invented holds the texts that Whisper models produce from audio without speech in one language, in plain form.
type invented struct {
	credits map[string]bool // caption lines that nobody says in conversation
	starts  []string        // beginnings of credits that name somebody
	// commonplaces are said by people too: they count only where the audio is doubtful as well.
	commonplaces map[string]bool
}

//go:embed phantoms/*.txt
var phantomFiles embed.FS

// phantoms holds the known invented texts by ISO 639-1 code.
var phantoms = readPhantoms()

// readPhantoms reads the embedded lists, phantoms/CODE.txt: under [credits], [starts] and [commonplaces] one text per line. A
// start ends with "…", preceded by a space where the word ends. It panics on a malformed list; a test reads them all.
func readPhantoms() map[string]invented {
	files, err := phantomFiles.ReadDir("phantoms")
	if err != nil {
		panic(err)
	}
	all := make(map[string]invented, len(files))
	for _, f := range files {
		data, err := phantomFiles.ReadFile("phantoms/" + f.Name())
		if err != nil {
			panic(err)
		}
		all[strings.TrimSuffix(f.Name(), path.Ext(f.Name()))] = parsePhantoms(string(data))
	}
	return all
}

func parsePhantoms(text string) invented {
	p := invented{credits: map[string]bool{}, commonplaces: map[string]bool{}}
	section := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case line == "":
		case strings.HasPrefix(line, "["):
			section = line
		case section == "[credits]":
			p.credits[line] = true
		case section == "[starts]":
			p.starts = append(p.starts, strings.TrimSuffix(line, "…"))
		case section == "[commonplaces]":
			p.commonplaces[line] = true
		default:
			panic("transcribe: a list of phantoms has a line outside of its sections: " + line)
		}
	}
	return p
}

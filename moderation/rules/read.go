package rules

import (
	"errors"
	"time"

	"earshot/configs/strict"
	"earshot/models"
)

// ParseDuration reads a duration as rule files have it: 500ms, 20s, 5m, 2h, 14d, 2w. It is at most about a year.
func ParseDuration(s string) (time.Duration, error) { return strict.ParseDuration(s) }

// Schema is the JSON Schema (draft 2020-12) of rule files, for editors. It knows every key and value that Load takes; what
// only whole sets can tell (unknown lists, repeated ids, patterns) is left to Load.
func Schema(lang Language) []byte {
	r := &reading{lang: lang, file: newFile("", "")}
	return strict.SchemaOf(r.shape(), "Earshot rule file")
}

// maxFileBytes bounds one file: a larger one needs more memory to parse than a reload may take.
const maxFileBytes = 256 << 10

// read reads the bytes of one rule file. It returns nil when they are not YAML.
func read(lang Language, name, pack string, data []byte, probs *Problems) *File {
	if len(data) > maxFileBytes {
		probs.Add(name, 1, "", "the file is larger than %d KiB; put long word lists into files of their own (words: {file: …})", maxFileBytes>>10)
		return nil
	}
	doc, err := strict.Parse(data)
	var broken *strict.SyntaxError
	switch {
	case errors.Is(err, strict.ErrEmpty):
		probs.Add(name, 1, "", "the file is empty; it must begin with schema: 1")
		return nil
	case errors.As(err, &broken):
		probs.Add(name, broken.Line, "", "not YAML: %s", broken.Message)
		return nil
	}
	r := &reading{lang: lang, file: newFile(name, pack)}
	doc.Read(r.shape(), func(line int, message string) { probs.Add(name, line, r.rule, "%s", message) })
	if doc.More > 0 {
		probs.Add(name, doc.More, "", "a rule file holds one document: everything after the second --- would be lost")
	}
	return r.file
}

// shape is how a rule file is written.
func (r *reading) shape() strict.Shape {
	f := r.file
	var about string
	return strict.After(strict.Mapping{
		What: "a rule file",
		Fields: []strict.Field{
			{Name: "schema", Shape: strict.Exactly(1, func(v strict.Value, got string) {
				v.Bad("schema %q is not known; this version reads schema 1", strict.Shorten(got))
			})},
			{Name: "profile", Shape: strict.Name("profile", &f.Profile)},
			{Name: "about", Shape: strict.String("about", &about)},
			{Name: "mode", Shape: mode(&f.Mode)},
			{Name: "use", Shape: strict.Texts("use", &f.Use)},
			{Name: "people", Shape: people(f)},
			{Name: "words", Shape: r.words(&f.Words)},
			{Name: "trust", Shape: trust(&f.Trust)},
			{Name: "rules", Shape: r.rules()},
			{Name: "zone", Shape: zone(&f.Zone)},
			{Name: "exempt", Shape: exempt(&f.Exempt)},
			{Name: "off", Shape: strict.Texts("off", &f.Off)},
			{Name: "languages", Shape: languages(f)},
			{Name: "ledger", Shape: ledgers(&f.Ledgers)},
			{Name: "automatic", Shape: strict.ManyOf("automatic", &f.Automatic, models.VerbRemove, models.VerbBan)},
			{Name: "checks", Shape: checks(&f.Checks)},
		},
		Marked: []string{"schema"},
	}, func(v strict.Value) {
		if v.IsMapping() && !v.Has("schema") {
			v.Bad(`"schema: 1" is missing`)
		}
	})
}

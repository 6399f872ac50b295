package rules

import (
	"errors"
	"time"

	"earshot/configs/strict"
	"earshot/models"
)

// ParseDuration parses a duration in a rule file: 500ms, 20s, 5m, 2h, 14d, 2w. The maximum is about a year.
func ParseDuration(s string) (time.Duration, error) { return strict.ParseDuration(s) }

// Schema is the JSON Schema (draft 2020-12) of rule files, for editors. It covers every key and value that Load accepts; errors that
// only show in whole sets (unknown lists, repeated ids, patterns) are left to Load.
func Schema(lang Language) []byte {
	r := &reading{lang: lang, file: newFile("", "")}
	return strict.SchemaOf(r.shape(), "Earshot rule file")
}

// maxFileBytes limits one file: a larger one needs more memory to parse than a reload may use.
const maxFileBytes = 256 << 10

// read parses one rule file. It returns nil if it is not YAML.
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

// shape defines the syntax of a rule file.
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
			{Name: "use", Shape: strict.Names("use", &f.Use)},
			{Name: "people", Shape: people(f)},
			{Name: "words", Shape: r.words(f)},
			{Name: "trust", Shape: trust(&f.Trust)},
			{Name: "conditions", Shape: r.conditions()},
			{Name: "rules", Shape: r.rules()},
			{Name: "zone", Shape: zone(&f.Zone)},
			{Name: "exempt", Shape: exempt(&f.Exempt)},
			{Name: "off", Shape: strict.Names("off", &f.Off)},
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

package rules

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"earshot/configs/strict"
	"earshot/models"
)

// maxBatch bounds the lines of one check and the steps of one rule. It keeps a hostile or broken file from costing more than a
// moment, as the other limits do.
const maxBatch = 200

// reading is the reading of one file.
type reading struct {
	lang Language
	file *File
	rule string // the id of the rule that is being read
}

func newFile(name, pack string) *File {
	return &File{Name: name, Pack: pack, People: map[models.Role][]string{}}
}

func mode(into *models.Mode) strict.Shape {
	return strict.OneOf("mode", into, models.ModeWatch, models.ModeSuggest, models.ModeAct)
}

func people(f *File) strict.Shape {
	return strict.Mapping{
		What:   "people",
		Fields: []strict.Field{{Name: "newcomer", Shape: newcomer(&f.Newcomer)}},
		Others: func(key strict.Value) (strict.Shape, func()) {
			var ids []strict.Text
			role := models.Role(key.Name("role"))
			if role == "" && key.Line() > 0 {
				return nil, nil
			}
			return strict.Texts("people."+string(role), &ids), func() {
				for _, t := range ids {
					f.People[role] = append(f.People[role], t.Text)
				}
			}
		},
	}
}

// newcomer is until when somebody counts as new.
func newcomer(into **Newcomer) strict.Shape {
	return strict.Lazy(func(strict.Value) strict.Shape {
		n := &Newcomer{}
		*into = n
		return strict.Mapping{
			What: "people.newcomer",
			Fields: []strict.Field{{Name: "until", Shape: strict.Mapping{What: "until", Fields: []strict.Field{
				{Name: "in_room", Shape: strict.Duration("in_room", &n.InRoom)},
				{Name: "clean_speech", Shape: strict.Duration("clean_speech", &n.CleanSpeech)},
			}}}},
			Required: []string{"until"},
		}
	})
}

// languages is which languages are spoken in the room.
func languages(f *File) strict.Shape {
	return strict.Mapping{What: "languages", Fields: []strict.Field{
		{Name: "allowed", Shape: LanguageCodes("allowed", &f.Languages)},
		{Name: "vote_over", Shape: strict.Duration("vote_over", &f.VoteOver)},
	}}
}

// LanguageCodes is one or several languages by their codes (ISO 639), kept in lower case; others are what else may be named.
func LanguageCodes(what string, into *[]string, others ...string) strict.Shape {
	return strict.CheckedTexts(what, "", func(v strict.Value, t strict.Text) {
		code := strings.ToLower(t.Text)
		if !slices.Contains(others, code) && !languageCode.MatchString(code) {
			v.Bad("%q is no language code%s", strict.Shorten(t.Text), codeOf(code))
			return
		}
		*into = append(*into, code)
	})
}

var languageCode = regexp.MustCompile(`^[a-z]{2,3}$`)

// codeOf tells the code of a language that is called by its English name.
func codeOf(name string) string {
	for _, tag := range display.Supported.Tags() {
		if base, _ := tag.Base(); strings.EqualFold(display.English.Languages().Name(language.Make(base.String())), name) {
			return ": write " + base.String()
		}
	}
	return ": write it as en, es or id (ISO 639)"
}

// ledgers are the ledgers, by name.
func ledgers(into *[]Ledger) strict.Shape {
	return strict.Entries("ledger", func(key strict.Value) (strict.Shape, func()) {
		l := &Ledger{Name: key.Name("ledger"), Per: "person", Across: "this_room"}
		shape := strict.Mapping{What: "a ledger", Fields: []strict.Field{
			{Name: "per", Shape: strict.OneOf("per", &l.Per, "person", "room")},
			{Name: "fade", Shape: strict.Rate("fade", &l.Fade)},
			{Name: "each", Shape: strict.Duration("each", &l.Each)},
			{Name: "reset", Shape: strict.OneOf("reset", &l.Reset, "daily", "weekly", "monthly", "yearly")},
			{Name: "across", Shape: strict.OneOf("across", &l.Across, "this_session", "this_room", "this_host")},
		}}
		return shape, func() {
			if l.Name != "" {
				*into = append(*into, *l)
			}
		}
	})
}

// words are the word lists, by name.
func (r *reading) words(into *[]List) strict.Shape {
	return strict.Entries("words", func(key strict.Value) (strict.Shape, func()) {
		l := &List{Name: key.Name("word list"), Mask: true, Language: "en"}
		short := strict.Texts("word list "+l.Name, &l.Words)
		return strict.Either(short, r.list(l), strict.Value.IsMapping), func() {
			if l.Name != "" {
				*into = append(*into, *l)
			}
		}
	})
}

// list is the long form of a word list. A file is noted as a reference here and read by the loader.
func (r *reading) list(l *List) strict.Shape {
	return strict.Mapping{
		What: "a word list",
		Fields: []strict.Field{
			{Name: "file", Shape: listFile(&l.Words)},
			{Name: "list", Shape: strict.Texts("list", &l.Words)},
			{Name: "never", Shape: strict.Either(strict.Texts("never", &l.Never), strict.Mapping{
				What: "never", Fields: []strict.Field{{Name: "file", Shape: listFile(&l.Never)}}, Required: []string{"file"},
			}, strict.Value.IsMapping)},
			{Name: "mask", Shape: strict.Bool("mask", &l.Mask)},
			{Name: "forms", Shape: strict.ManyOf("form", &l.Forms, r.lang.Forms...)},
			{Name: "language", Shape: strict.OneOf("language", &l.Language, r.lang.Stems...)},
		},
		Check: func(v strict.Value) {
			if !v.Has("file", "list") {
				v.Bad("word list %q holds nothing: give list: or file:", l.Name)
			}
		},
	}
}

// listFile is a reference to a list file.
func listFile(into *[]strict.Text) strict.Shape {
	return strict.Checked("file", "", func(_ strict.Value, t strict.Text) {
		*into = append(*into, strict.Text{File: t.Text, Line: t.Line})
	})
}

func trust(t *Trust) strict.Shape {
	return strict.Mapping{What: "trust", Fields: []strict.Field{
		{Name: "final", Shape: gates("trust.final", &t.Final)},
		{Name: "sound", Shape: wordGate("trust.sound", &t.Sound)},
		{Name: "floor", Shape: wordGate("trust.floor", &t.Floor)},
	}}
}

func gates(what string, g *Gates) strict.Shape {
	return strict.Lazy(func(v strict.Value) strict.Shape {
		g.Line = v.Line()
		return strict.Mapping{What: what, Fields: []strict.Field{
			{Name: "word_p", Shape: strict.SomeNumber("word_p", &g.WordP, 0, 1)},
			{Name: "logprob", Shape: strict.SomeNumber("logprob", &g.LogProb, -20, 0)},
			{Name: "voiced", Shape: strict.SomeNumber("voiced", &g.Voiced, 0, 1)},
			{Name: "loss_max", Shape: strict.SomeNumber("loss_max", &g.LossMax, 0, 1)},
			{Name: "attribution", Shape: strict.ManyOf("attribution", &g.Attribution,
				models.AttributionTrack, models.AttributionPlatform, models.AttributionUnknown)},
		}}
	})
}

// wordGate is a stage that has a limit for words only.
func wordGate(what string, g *Gates) strict.Shape {
	return strict.Lazy(func(v strict.Value) strict.Shape {
		g.Line = v.Line()
		return strict.Mapping{What: what, Fields: []strict.Field{{Name: "word_p", Shape: strict.SomeNumber("word_p", &g.WordP, 0, 1)}}}
	})
}

// zone is where the room is, for times of day.
func zone(into **time.Location) strict.Shape {
	return strict.Checked("zone", "", func(v strict.Value, t strict.Text) {
		loc, err := time.LoadLocation(t.Text)
		if err != nil || t.Text == "" || t.Text == "Local" {
			v.Bad("unknown zone %q: write it as Europe/Berlin or UTC (IANA)", strict.Shorten(t.Text))
			return
		}
		*into = loc
	})
}

// exempt is whom no rule is about.
func exempt(into *[]Exempt) strict.Shape {
	return strict.List("exempt", func(at strict.Value) (strict.Shape, func()) {
		e := &Exempt{Line: at.Line()}
		return strict.Mapping{
			What: "an entry of exempt",
			Fields: []strict.Field{
				{Name: "role", Shape: strict.Texts("role", &e.Roles)},
				{Name: "speaker", Shape: strict.Texts("speaker", &e.Speakers)},
				{Name: "packs", Shape: strict.Texts("packs", &e.Packs)},
			},
			NeedsOne: []string{"role", "speaker"},
		}, func() { *into = append(*into, *e) }
	})
}

package rules

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"earshot/configs/strict"
	"earshot/models"
)

// maxBatch limits the lines of one check and the steps of one rule, so that a malicious or broken file takes at most a moment.
const maxBatch = 200

// reading is the state of parsing one file.
type reading struct {
	lang Language
	file *File
	rule string // the id of the current rule
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
			return strict.Names("people."+string(role), &ids), func() {
				for _, t := range ids {
					f.People[role] = append(f.People[role], t.Text)
				}
			}
		},
	}
}

// newcomer parses until when somebody counts as new.
func newcomer(into **Newcomer) strict.Shape {
	return strict.Lazy(func(strict.Value) strict.Shape {
		n := &Newcomer{}
		*into = n
		return strict.Mapping{
			What: "people.newcomer",
			Fields: []strict.Field{{Name: "until", Shape: strict.Mapping{What: "until", Fields: []strict.Field{
				{Name: "in_room", Shape: strict.Seconds("in_room", &n.InRoom, maxSession*time.Millisecond)},
				{Name: "clean_speech", Shape: strict.Seconds("clean_speech", &n.CleanSpeech, maxSession*time.Millisecond)},
			}, Check: func(v strict.Value) {
				if len(v.Keys()) == 0 {
					v.Bad("until is empty: give in_room:, clean_speech: or both")
				}
			}}}},
			Required: []string{"until"},
		}
	})
}

// maxSession is how long a session may be expected to last, in ms.
const maxSession = 24 * 3600_000

// maxVote is how much speech a vote on the language may need, in ms.
const maxVote = 600_000

// languages parses the languages of the room.
func languages(f *File) strict.Shape {
	return strict.Mapping{What: "languages", Instead: strict.As("allowed"), Fields: []strict.Field{
		{Name: "allowed", Shape: LanguageCodes("allowed", &f.Languages)},
		{Name: "vote_over", Shape: strict.Seconds("vote_over", &f.VoteOver, maxVote*time.Millisecond)},
	}}
}

// LanguageCodes parses one or several language codes (ISO 639), converted to lower case; others are further accepted words.
func LanguageCodes(what string, into *[]string, others ...string) strict.Shape {
	return strict.CheckedTexts(what, "", func(v strict.Value, t strict.Text) {
		code := strings.ToLower(t.Text)
		if !slices.Contains(others, code) {
			if err := IsLanguageCode(code); err != nil && strings.Contains(code, ",") {
				v.Bad("%s: %q is one code: write [%s] for several", what, strict.Shorten(code), strict.Shorten(code))
				return
			} else if err != nil {
				v.Bad("%s", err)
				return
			}
		}
		*into = append(*into, code)
	})
}

// IsLanguageCode returns an error that says what to write unless a text is a language code (ISO 639) in lower case.
func IsLanguageCode(code string) error {
	if languageCode.MatchString(code) {
		if _, err := language.ParseBase(code); err == nil {
			return nil
		}
	}
	return fmt.Errorf("%q is not a language code%s", strict.Shorten(code), codeOf(code))
}

var languageCode = regexp.MustCompile(`^[a-z]{2,3}$`)

// codeOf suggests the code of a language given by its English name.
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
			{Name: "each", Shape: strict.Seconds("each", &l.Each)},
			{Name: "reset", Shape: strict.OneOf("reset", &l.Reset, "daily", "weekly", "monthly", "yearly")},
			{Name: "across", Shape: strict.OneOf("across", &l.Across, "this_session", "this_room", "this_host")},
		}, Check: func(v strict.Value) {
			if v.Has("each") && v.Has("fade") {
				v.Bad("each: and fade: are two ways for points to expire: write one of them")
			}
			if l.Fade > 1.0/1000 {
				v.Bad("fade: a point would last for less than 1s: write one such as 10/day")
			}
			if l.Across == "this_session" {
				l.outlasts(v)
			}
		}}
		return shape, func() {
			if l.Name != "" {
				*into = append(*into, *l)
			}
		}
	})
}

// outlasts reports points that last longer than the session whose ledger it is.
func (l *Ledger) outlasts(v strict.Value) {
	const instead = "longer than any session, and across: this_session forgets them before: write across: this_room or this_host"
	switch {
	case l.Each > maxSession:
		v.Bad("each: points last %s, %s", v.At("each").Text(), instead)
	case l.Fade > 0 && 1/l.Fade > maxSession:
		v.Bad("fade: a point lasts for days, %s", instead)
	case l.Reset != "" && l.Reset != "daily":
		v.Bad("reset: %s is %s", l.Reset, instead)
	}
}

// words parses the word lists, by name.
func (r *reading) words(f *File) strict.Shape {
	return strict.Entries("words", func(key strict.Value) (strict.Shape, func()) {
		l := &List{Name: key.Name("word list"), Line: key.Line(), Mask: true, Language: "en"}
		more := &List{Name: l.Name, Line: l.Line}
		short := entries("word list "+l.Name, &l.Words)
		long := strict.Either(r.list(l), additions(more), func(v strict.Value) bool { return v.Has("add") })
		return strict.Either(short, long, strict.Value.IsMapping), func() {
			switch {
			case l.Name == "":
			case len(more.Words) > 0:
				f.Added = append(f.Added, *more)
			default:
				f.Words = append(f.Words, *l)
			}
		}
	})
}

// additions parses what is added to a word list of a used file.
func additions(l *List) strict.Shape {
	return strict.Mapping{
		What: "an addition to a word list",
		Fields: []strict.Field{
			{Name: "add", Shape: entries("add", &l.Words)},
			{Name: "never", Shape: strict.Texts("never", &l.Never)},
		},
		Required: []string{"add"},
	}
}

// entries parses the words and phrases of a list. Whoever writes commas in one means several.
func entries(what string, into *[]strict.Text) strict.Shape {
	return strict.After(strict.Texts(what, into), func(v strict.Value) {
		for _, t := range *into {
			commas := strings.Count(t.Text, ",")
			if v.IsPlain() && commas > 0 {
				v.Bad("%s: %q is one entry: write [%s] for several", what, strict.Shorten(t.Text), strict.Shorten(t.Text))
			} else if commas > 1 {
				v.Bad("%s: %q is one entry: write what is between the commas as entries of their own", what, strict.Shorten(t.Text))
			}
		}
	})
}

// list parses the long form of a word list. A file is recorded as a reference and read by the loader.
func (r *reading) list(l *List) strict.Shape {
	return strict.Mapping{
		What: "a word list",
		Fields: []strict.Field{
			{Name: "file", Shape: listFile(&l.Words)},
			{Name: "list", Shape: entries("list", &l.Words)},
			{Name: "never", Shape: strict.Either(strict.Texts("never", &l.Never), strict.Mapping{
				What: "never", Fields: []strict.Field{{Name: "file", Shape: listFile(&l.Never)}}, Required: []string{"file"},
			}, strict.Value.IsMapping)},
			{Name: "mask", Shape: strict.Bool("mask", &l.Mask)},
			{Name: "forms", Shape: strict.ManyOf("form", &l.Forms, r.lang.Forms...)},
			{Name: "language", Shape: strict.OneOf("language", &l.Language, r.lang.Stems...)},
		},
		Check: func(v strict.Value) {
			if !v.Has("file", "list") {
				v.Bad("word list %q is empty: give list: or file:", l.Name)
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
		return strict.Mapping{What: what, Instead: strict.As("word_p"), Fields: []strict.Field{
			{Name: "word_p", Shape: strict.Excluding(strict.SomeNumber("word_p", &g.WordP, 0, 1), 1)},
			{Name: "logprob", Shape: strict.Excluding(strict.SomeNumber("logprob", &g.LogProb, -20, 0), 0)},
			{Name: "voiced", Shape: strict.SomeNumber("voiced", &g.Voiced, 0, 1)},
			{Name: "loss_max", Shape: strict.SomeNumber("loss_max", &g.LossMax, 0, 1)},
			{Name: "attribution", Shape: strict.ManyOf("attribution", &g.Attribution,
				models.AttributionTrack, models.AttributionPlatform, models.AttributionUnknown)},
		}, Check: func(v strict.Value) {
			switch {
			case g.WordP != nil && *g.WordP == 1:
				v.Bad("word_p: 1: no word is that certain, so nothing would pass: write a share such as 90%%")
			case g.LogProb != nil && *g.LogProb == 0:
				v.Bad("logprob: 0: no line is that certain, so nothing would pass: write one such as -0.3")
			}
		}}
	})
}

// wordGate is a stage with a limit for words only.
func wordGate(what string, g *Gates) strict.Shape {
	return strict.Lazy(func(v strict.Value) strict.Shape {
		g.Line = v.Line()
		return strict.Mapping{What: what, Fields: []strict.Field{{Name: "word_p", Shape: strict.SomeNumber("word_p", &g.WordP, 0, 1)}}}
	})
}

// zone parses the room's time zone, for times of day.
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

// AsRole says how a role is named where its bare name was written.
func AsRole(name string) string { return "write {role: " + name + "}" }

// exempt parses an exemption.
func exempt(into *[]Exempt) strict.Shape {
	return strict.List("exempt", func(at strict.Value) (strict.Shape, func()) {
		e := &Exempt{Line: at.Line()}
		return strict.Mapping{
			What: "an entry of exempt",
			Fields: []strict.Field{
				{Name: "role", Shape: strict.Names("role", &e.Roles)},
				{Name: "speaker", Shape: strict.Names("speaker", &e.Speakers)},
				{Name: "packs", Shape: strict.Names("packs", &e.Packs)},
			},
			NeedsOne: []string{"role", "speaker"},
			Instead:  AsRole,
		}, func() { *into = append(*into, *e) }
	})
}

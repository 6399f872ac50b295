package engine

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"

	"earshot/models"
	"earshot/moderation/match"

	"go.yaml.in/yaml/v3"
)

// nameShape is the shape of the names that hosts give: rule ids, lists, profiles, roles.
var nameShape = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)

// parse reads the bytes of one rule file. It returns nil when they are not YAML.
func parse(name, pack string, data []byte, probs *problems) *rawFile {
	d := &decoder{file: name, probs: probs, budget: maxNodes}
	if len(data) > maxFileBytes {
		probs.add(name, 1, "", "the file is larger than %d KiB; put long word lists into files of their own (words: {file: …})", maxFileBytes>>10)
		return nil
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc yaml.Node
	switch err := dec.Decode(&doc); {
	case errors.Is(err, io.EOF):
		probs.add(name, 1, "", "the file is empty; it must begin with schema: 1")
		return nil
	case err != nil:
		line, msg := yamlError(err, data)
		probs.add(name, line, "", "not YAML: %s", msg)
		return nil
	}
	f := newRawFile(name, pack)
	d.readFile(doc.Content[0], f)
	var second yaml.Node
	if err := dec.Decode(&second); !errors.Is(err, io.EOF) {
		probs.add(name, max(second.Line, 1), "", "a rule file holds one document: everything after the second --- would be lost")
	}
	return f
}

// yamlLine finds the line in the YAML reader's errors.
var yamlLine = regexp.MustCompile(`^line (\d+): (.*)$`)

// yamlError turns the YAML reader's error into a line and a message, with help for the usual slips.
func yamlError(err error, data []byte) (int, string) {
	msg := strings.TrimPrefix(err.Error(), "yaml: ")
	line := 1
	if m := yamlLine.FindStringSubmatch(msg); m != nil {
		line, _ = strconv.Atoi(m[1])
		msg = m[2]
	}
	if _, rest, ok := strings.Cut(msg, "unknown anchor '"); ok {
		anchor, _, _ := strings.Cut(rest, "'")
		if at := strings.Index(string(data), "*"+anchor); at >= 0 {
			line = 1 + strings.Count(string(data[:at]), "\n")
		}
		return line, "the anchor &" + shorten(anchor) + " is not defined above its use"
	}
	if at, ok := tabLine(data); ok && strings.Contains(msg, "cannot start any token") {
		return at, "a tab where YAML wants spaces; indent with spaces"
	}
	return line, msg
}

// tabLine finds the first line that is indented with a tab.
func tabLine(data []byte) (int, bool) {
	for i, line := range strings.Split(string(data), "\n") {
		if indent := line[:len(line)-len(strings.TrimLeft(line, " \t"))]; strings.Contains(indent, "\t") {
			return i + 1, true
		}
	}
	return 0, false
}

func (d *decoder) readFile(n *yaml.Node, f *rawFile) {
	schema := false
	known := []field{
		{"schema", func(n *yaml.Node) { schema = true; d.schema(n) }},
		{"profile", func(n *yaml.Node) { f.profile = d.name(n, "profile") }},
		{"about", func(n *yaml.Node) { d.text(n, "about") }},
		{"mode", func(n *yaml.Node) { f.mode, f.modeAt = d.mode(n), n.Line }},
		{"use", func(n *yaml.Node) { f.use = d.use(n) }},
		{"people", func(n *yaml.Node) { d.people(n, f) }},
		{"words", func(n *yaml.Node) { f.words = d.words(n) }},
		{"trust", func(n *yaml.Node) { f.trust = d.trust(n) }},
		{"rules", func(n *yaml.Node) { d.rules(n, f) }},
		{"off", func(n *yaml.Node) { f.off = d.texts(n, "off") }},
		{"languages", func(n *yaml.Node) { d.languages(n, f) }},
		{"ledger", func(n *yaml.Node) { d.ledgers(n, f) }},
		{"automatic", func(n *yaml.Node) { f.automatic = d.manyOf(n, "automatic", "remove", "ban") }},
		{"checks", func(n *yaml.Node) { d.each(n, "checks", func(c *yaml.Node) { d.check(c, f) }) }},
	}
	d.fields(n, "a rule file", known...)
	if d.shape != nil {
		d.shape.Required = []string{"schema"}
		return
	}
	if !schema && n.Kind == yaml.MappingNode {
		d.probs.add(d.file, n.Line, "", `"schema: 1" is missing`)
	}
}

func (d *decoder) schema(n *yaml.Node) {
	if d.shape != nil {
		d.shape.Const = 1
		return
	}
	if n = d.follow(n); n != nil && n.Value != "1" {
		d.bad(n, "schema %q is not known; this version reads schema 1", shorten(n.Value))
	}
}

// name reads a name in the common shape.
func (d *decoder) name(n *yaml.Node, what string) string {
	t, ok := d.text(n, what)
	if d.shape != nil {
		d.shape.Pattern = nameShape.String()
	}
	if !ok {
		return ""
	}
	if !nameShape.MatchString(t.Text) {
		d.bad(n, "%s %q must be lower-case letters, digits, dots, dashes and underscores (at most 64)", what, shorten(t.Text))
		return ""
	}
	return t.Text
}

func (d *decoder) mode(n *yaml.Node) models.Mode {
	return models.Mode(d.oneOf(n, "mode", string(models.ModeWatch), string(models.ModeSuggest), string(models.ModeAct)))
}

func (d *decoder) use(n *yaml.Node) []rawRef {
	var refs []rawRef
	for _, t := range d.texts(n, "use") {
		refs = append(refs, rawRef{t.Text, t.line})
	}
	return refs
}

func (d *decoder) people(n *yaml.Node, f *rawFile) {
	newcomer := func(n *yaml.Node) { f.newcomer = d.newcomer(n) }
	if d.shape != nil {
		d.fields(n, "people", field{"newcomer", newcomer})
		others := &shape{}
		others.oneOrMany((*shape).text)
		d.shape.Additional = others
		return
	}
	d.entries(n, "people", func(key, value *yaml.Node) {
		role := d.name(key, "role")
		switch role {
		case "":
		case "newcomer":
			newcomer(value)
		default:
			for _, t := range d.texts(value, "people."+role) {
				f.people[models.Role(role)] = append(f.people[models.Role(role)], t.Text)
			}
		}
	})
}

// newcomer reads until when somebody counts as new.
func (d *decoder) newcomer(n *yaml.Node) *rawNewcomer {
	out := &rawNewcomer{}
	d.fields(n, "people.newcomer", field{"until", func(n *yaml.Node) {
		d.fields(n, "until",
			field{"in_room", func(n *yaml.Node) { out.InRoom = d.duration(n, "in_room") }},
			field{"clean_speech", func(n *yaml.Node) { out.CleanSpeech = d.duration(n, "clean_speech") }},
		)
	}})
	d.required(n, "until")
	return out
}

// languages reads which languages are spoken in the room.
func (d *decoder) languages(n *yaml.Node, f *rawFile) {
	d.fields(n, "languages",
		field{"allowed", func(n *yaml.Node) {
			for _, t := range d.texts(n, "allowed") {
				f.languages = append(f.languages, strings.ToLower(t.Text))
			}
		}},
		field{"vote_over", func(n *yaml.Node) { f.voteOver = d.duration(n, "vote_over") }},
	)
}

// ledgers reads the ledgers, by name.
func (d *decoder) ledgers(n *yaml.Node, f *rawFile) {
	d.entries(n, "ledger", func(key, value *yaml.Node) {
		l := rawLedger{Per: "person", Across: "this_room", line: key.Line}
		if d.shape == nil {
			l.Name = d.name(key, "ledger")
		}
		d.fields(value, "a ledger",
			field{"per", func(n *yaml.Node) { l.Per = d.oneOf(n, "per", "person") }},
			field{"fade", func(n *yaml.Node) { l.Fade = d.rate(n, "fade") }},
			field{"across", func(n *yaml.Node) { l.Across = d.oneOf(n, "across", "this_session", "this_room", "this_host") }},
		)
		if l.Name != "" {
			f.ledgers = append(f.ledgers, l)
		}
	})
}

// entries reads a mapping whose keys are the host's own names.
func (d *decoder) entries(n *yaml.Node, what string, read func(key, value *yaml.Node)) {
	if d.shape != nil {
		d.shape.kind("object").Names = &shape{}
		item := &shape{}
		d.shape.Additional = item
		names := d.shape.Names
		d.describe(item, func() { read(blank(), blank()) })
		*names = shape{Type: "string", Pattern: nameShape.String()}
		return
	}
	if n = d.follow(n); n == nil {
		return
	}
	if n.Kind != yaml.MappingNode {
		d.bad(n, "%s must be a mapping (name: …), not %s", what, kindName(n))
		return
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if d.once(seen, n.Content[i]) {
			read(n.Content[i], n.Content[i+1])
		}
	}
}

func (d *decoder) words(n *yaml.Node) []rawList {
	var lists []rawList
	d.entries(n, "words", func(key, value *yaml.Node) {
		l := rawList{Mask: true, Language: "en", line: key.Line}
		if d.shape == nil {
			l.Name = d.name(key, "word list")
		}
		if v := d.follow(value); v != nil {
			d.either(v.Kind == yaml.MappingNode, func() { d.listOptions(v, &l) }, func() { l.Words = d.texts(v, "word list "+l.Name) })
		}
		if l.Name != "" {
			lists = append(lists, l)
		}
	})
	return lists
}

// listOptions reads the long form of a word list. A file is noted as a reference here and read by the loader.
func (d *decoder) listOptions(n *yaml.Node, l *rawList) {
	sources := 0
	known := []field{
		{"file", func(n *yaml.Node) {
			sources++
			if t, ok := d.text(n, "file"); ok {
				l.Words = append(l.Words, rawText{file: t.Text, line: t.line})
			}
		}},
		{"list", func(n *yaml.Node) { sources++; l.Words = append(l.Words, d.texts(n, "list")...) }},
		{"never", func(n *yaml.Node) { l.Never = d.texts(n, "never") }},
		{"mask", func(n *yaml.Node) { l.Mask = d.boolean(n, "mask") }},
	}
	known = append(known,
		field{"forms", func(n *yaml.Node) { l.Forms = d.manyOf(n, "form", hows...) }},
		field{"language", func(n *yaml.Node) { l.Language = d.oneOf(n, "language", match.StemLanguages...) }},
	)
	d.fields(n, "a word list", known...)
	if sources == 0 {
		d.bad(n, "word list %q holds nothing: give list: or file:", l.Name)
	}
}

func (d *decoder) trust(n *yaml.Node) rawTrust {
	t := rawTrust{line: n.Line}
	d.fields(n, "trust",
		field{"final", func(n *yaml.Node) { t.Final = d.gates(n, "trust.final") }},
		field{"sound", func(n *yaml.Node) { t.Sound = d.wordGate(n, "trust.sound") }},
		field{"floor", func(n *yaml.Node) { t.Floor = d.wordGate(n, "trust.floor") }},
	)
	return t
}

func (d *decoder) gates(n *yaml.Node, what string) rawGates {
	g := rawGates{line: n.Line}
	d.fields(n, what,
		field{"word_p", func(n *yaml.Node) { g.WordP = d.number(n, "word_p", 0, 1) }},
		field{"logprob", func(n *yaml.Node) { g.LogProb = d.number(n, "logprob", -20, 0) }},
		field{"voiced", func(n *yaml.Node) { g.Voiced = d.number(n, "voiced", 0, 1) }},
		field{"loss_max", func(n *yaml.Node) { g.LossMax = d.number(n, "loss_max", 0, 1) }},
		field{"attribution", func(n *yaml.Node) { g.Attribution = d.attributions(n) }},
	)
	return g
}

// wordGate reads the gates of a stage that has a limit for words only.
func (d *decoder) wordGate(n *yaml.Node, what string) rawGates {
	g := rawGates{line: n.Line}
	d.fields(n, what, field{"word_p", func(n *yaml.Node) { g.WordP = d.number(n, "word_p", 0, 1) }})
	return g
}

func (d *decoder) attributions(n *yaml.Node) []models.Attribution {
	var out []models.Attribution
	for _, a := range d.manyOf(
		n, "attribution", string(models.AttributionTrack), string(models.AttributionPlatform), string(models.AttributionUnknown),
	) {
		out = append(out, models.Attribution(a))
	}
	return out
}

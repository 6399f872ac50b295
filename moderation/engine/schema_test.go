//go:build !race

package engine

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"go.yaml.in/yaml/v3"

	"earshot/moderation/rules"
)

// wholeLanguage uses every part of the rule language.
const wholeLanguage = `schema: 1
profile: whole
use: [base.yaml, packs/harassment.en.yaml]
mode: suggest
off: [silencing]
automatic: [remove]
people:
  host: [id-1]
  cohost: [id-2, id-3]
  newcomer: {until: {in_room: 20m, clean_speech: 3m}}
languages: {allowed: [en, id], vote_over: 20s}
words:
  slurs: {file: lists/slurs.en.txt, forms: [exact, inflected, sound], never: [scunthorpe], mask: true}
  short: [one, two words]
trust:
  final: {word_p: 0.60, logprob: -0.8, voiced: 0.5, loss_max: 10%, attribution: [track]}
  sound: {word_p: 0.75}
  floor: {word_p: 0.40}
ledger:
  conduct: {per: person, fade: 10/day, across: this_host}
rules:
  - id: slur
    when: {any: [{says: {words: slurs}}, {says: {words: slurs, how: sound}}]}
    unless: {any: [{role: [host]}, {reported_speech: true}]}
    span: {last: 20s, gap: 4s}
    on: {partial: arm, final: decide}
    second_look: {model: small.en, must_agree: true}
    then:
      - flag: {level: high, title: "Slur: {{match}}", clip: {before: 8s, after: 4s, keep: 14d}}
      - ask: {who: [host, cohost], offer: [mute 60s, warn, dismiss], expires: 45s}
      - add: {to: conduct, points: 40}
    at_most: {once_per: 30s, by: person}
  - id: hogging
    when: {floor: {share_over: 60%, of: 5m, min_speakers: 3}}
    unless: {role: [host, keynote]}
    then: [nudge: {to: speaker, text: "Others are waiting, {{speaker}}"}, tell: {who: host}]
  - id: interrupts
    when: {floor: {interruptions: ">=4", within: 5m}}
    then: [nudge: {to: speaker}, add: {to: conduct, points: 5}]
  - id: noise
    when: {any: [{heard: {loudness_above: -9dBFS, for: 3s}}, {heard: {clipped: ">5%", for: 3s}}]}
    then: [mute: {for: 20s}]
  - id: personal-data
    when: {reveals: [phone, card, email]}
    then: [redact: {text: true, clip: beep}, warn: {to: speaker, via: private}]
  - id: language
    when: {spoken_language: {not_in: allowed, sure: 0.8}}
    then: [nudge: {to: speaker}]
  - id: raid
    when: {room: {joins: ">=10", within: 60s, and_unmutes: ">=4"}}
    then: [ask: {who: [host], offer: [newcomers_listen_only]}, tell: {webhook: mods}]
  - id: ladder
    when: {ledger: {conduct: ">=100"}}
    then: [ask: {who: [host], offer: [to_audience, remove, dismiss]}]
  - id: out
    automatic: yes
    when: {all: [{newcomer: true}, {speaker: [id-9]}, {none: [{if: "size(words) > 3"}]}, {repeats: {times: 3, within: 60s, similar: 80%}}]}
    then: [remove: {}]
checks:
  - {say: "in scunthorpe today", expect: none}
  - {say: {text: "good morning", by: host}, expect: none}
  - {say: "you are an idiot", by: guest, expect: {insult: suggest}}
  - {say: "you are an idiot", by: guest, word_p: 0.35, expect: {insult: watch}}
  - {say: ["badword", {text: "more", at: 4s, by: host, speaker: ann, word_p: 0.9}], expect: {slur: high}}
  - {wav: tests/threat.wav, expect: {targeted-threat: suggest}}
`

// wholeFS holds wholeLanguage and what it uses.
func wholeFS(t testing.TB) fstest.MapFS {
	t.Helper()
	disk := packFiles(t)
	disk["main.yaml"] = &fstest.MapFile{Data: []byte(wholeLanguage)}
	disk["lists/slurs.en.txt"] = &fstest.MapFile{Data: []byte("badword\n")}
	return disk
}

func TestWholeLanguage(t *testing.T) {
	results, err := RunChecks(LoadOptions{FS: wholeFS(t)}, true, "main")
	if err != nil {
		t.Fatal(err)
	}
	skipped := 0
	for _, r := range results {
		if r.Skipped != "" {
			skipped++
		}
		if len(r.Failures) > 0 {
			t.Errorf("%d: %s: %v", r.Line, r.Say, r.Failures)
		}
	}
	if skipped != 1 {
		t.Errorf("%d checks were left out, want that of the recording", skipped)
	}
}

// fits checks a value against a schema, as far as our schemas go. It returns the first violation.
func fits(root, s map[string]any, v any) error {
	if ref, ok := s["$ref"].(string); ok {
		return fits(root, root["$defs"].(map[string]any)[strings.TrimPrefix(ref, "#/$defs/")].(map[string]any), v)
	}
	if several, ok := s["anyOf"].([]any); ok {
		for _, one := range several {
			if fits(root, one.(map[string]any), v) == nil {
				return nil
			}
		}
		return fmt.Errorf("%v fits none of the alternatives", v)
	}
	if c, ok := s["const"]; ok && fmt.Sprint(c) != fmt.Sprint(v) {
		return fmt.Errorf("%v is not %v", v, c)
	}
	if !ofType(s["type"], v) {
		return fmt.Errorf("%v is not %v", v, s["type"])
	}
	if enum, ok := s["enum"].([]any); ok && !slices.Contains(enum, v) {
		return fmt.Errorf("%v is none of %v", v, enum)
	}
	if text, ok := v.(string); ok && s["pattern"] != nil && !regexp.MustCompile(s["pattern"].(string)).MatchString(text) {
		return fmt.Errorf("%q does not match %v", text, s["pattern"])
	}
	if list, ok := v.([]any); ok {
		for _, item := range list {
			if err := fits(root, s["items"].(map[string]any), item); err != nil {
				return err
			}
		}
	}
	if m, ok := v.(map[string]any); ok {
		return fitsObject(root, s, m)
	}
	return nil
}

func fitsObject(root, s, m map[string]any) error {
	for _, key := range asList(s["required"]) {
		if _, ok := m[key.(string)]; !ok {
			return fmt.Errorf("%v is missing", key)
		}
	}
	if most, ok := s["maxProperties"].(float64); ok && len(m) > int(most) {
		return fmt.Errorf("too many keys")
	}
	known, _ := s["properties"].(map[string]any)
	for key, value := range m {
		sub, ok := known[key].(map[string]any)
		if !ok {
			if sub, ok = s["additionalProperties"].(map[string]any); !ok {
				return fmt.Errorf("unknown key %s", key)
			}
		}
		if err := fits(root, sub, value); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	return nil
}

func asList(v any) []any {
	list, _ := v.([]any)
	return list
}

func ofType(want, v any) bool {
	if want == nil {
		return true
	}
	if list, ok := want.([]any); ok {
		return slices.ContainsFunc(list, func(w any) bool { return ofType(w, v) })
	}
	switch v.(type) {
	case map[string]any:
		return want == "object"
	case []any:
		return want == "array"
	case string:
		return want == "string"
	case bool:
		return want == "boolean"
	case int:
		return want == "number" || want == "integer"
	case float64:
		return want == "number"
	}
	return false
}

// TestSchemaAgreesWithLoader checks that the schema accepts what the loader accepts, key by key, and refuses what the loader refuses
// because of its shape.
func TestSchemaAgreesWithLoader(t *testing.T) {
	var root map[string]any
	if err := json.Unmarshal(Schema(), &root); err != nil {
		t.Fatal(err)
	}
	check := func(data []byte) error {
		var v any
		if err := yaml.Unmarshal(data, &v); err != nil {
			t.Fatal(err)
		}
		return fits(root, root, v)
	}
	if err := check([]byte(wholeLanguage)); err != nil {
		t.Error(err)
	}
	good, _ := filepath.Glob(packs + "/*.yaml")
	for _, file := range good {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := check(data); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
	for _, name := range []string{
		"unknown-key", "unknown-top", "no-id", "no-then", "no-when", "mode", "level", "rules-map", "two-conditions", "condition-list", "how",
		"verb",
		"reveals", "offer", "newcomer", "level-unit", "compare", "span", "gap", "schema-2", "schema-missing", "check-expect",
	} {
		data, err := os.ReadFile("testdata/bad-" + name + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		if check(data) == nil && name != "gap" {
			t.Errorf("bad-%s.yaml fits the schema", name)
		}
	}
}

// TestFormat checks that formatting keeps the meaning and the comments, and is stable.
func TestFormat(t *testing.T) {
	files, _ := filepath.Glob(packs + "/*.yaml")
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		once, err := rules.Format(data)
		if err != nil {
			t.Fatal(err)
		}
		twice, err := rules.Format(once)
		if err != nil || !bytes.Equal(once, twice) {
			t.Errorf("%s: formatting again changes it (%v)", file, err)
		}
		if got, want := bytes.Count(once, []byte("# ")), bytes.Count(data, []byte("# ")); got != want {
			t.Errorf("%s: %d comments of %d are left", file, got, want)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		before, err := Load(LoadOptions{FS: os.DirFS(packs)}, name)
		if err != nil {
			t.Fatal(err)
		}
		disk := packFiles(t)
		disk[filepath.Base(file)] = &fstest.MapFile{Data: once}
		after, err := Load(LoadOptions{FS: disk}, name)
		if err != nil || after.Hash() != before.Hash() {
			t.Errorf("%s: formatting changes what it means (%v)", file, err)
		}
	}
	out, err := rules.Format([]byte("rules:\n- then: [flag: {}]\n  # why\n  when: {role: host}\n  id: a\nschema: 1\n"))
	if want := "schema: 1\nrules:\n  - id: a\n    # why\n    when: {role: host}\n    then: [{flag: {}}]\n"; err != nil || string(out) != want {
		t.Errorf("%v\n%s", err, out)
	}
	for _, bad := range []string{"", "[1]", "a: [", "x"} {
		if _, err := rules.Format([]byte(bad)); err == nil {
			t.Errorf("%q was formatted", bad)
		}
	}
}

//go:build !race

package engine

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"earshot/models"
	"earshot/moderation/match/textmodel"
)

// TestTheTextModelOfAHostIsCheckedAndAsked: a set names the model that it uses, reloads it with its files, and is refused if the
// model is damaged.
func TestTheTextModelOfAHostIsCheckedAndAsked(t *testing.T) {
	dir := t.TempDir()
	rules, model := filepath.Join(dir, "mine.yaml"), filepath.Join(dir, "our.bin")
	text := "schema: 1\nrules:\n  - {id: insult, when: {means: {insult: \">=0.9\"}}, then: [flag: {}]}\n"
	if err := os.WriteFile(rules, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	shipped, err := Load(LoadOptions{}, rules)
	if err != nil {
		t.Fatal(err)
	}
	w, err := textmodel.ReadWeights(textmodel.ShippedFile())
	if err != nil {
		t.Fatal(err)
	}
	w.Name = "ours"
	data, err := w.File()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, want string
		data       []byte
	}{
		{"missing", "our.bin: the text model cannot be used: no such file", nil},
		{"damaged", "its checksum is wrong", data[:len(data)-1]},
		{"another file", "it is no text model; create it again with \"earshot text-model train\"", []byte(text)},
	} {
		if c.data != nil {
			if err := os.WriteFile(model, c.data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := Load(LoadOptions{TextModelFile: model}, rules); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if err := os.WriteFile(model, data, 0o600); err != nil {
		t.Fatal(err)
	}
	own, err := Load(LoadOptions{TextModelFile: model}, rules)
	if err != nil {
		t.Fatal(err)
	}
	if own.TextModel() == shipped.TextModel() || own.Hash() == shipped.Hash() || own.Disk()[len(own.Disk())-1] != model {
		t.Errorf("model %s, hash %s, files %v", own.TextModel(), own.Hash(), own.Disk())
	}
}

// TestEveryLanguageAsksTheModelThatKnowsIt: a host's model replaces the shipped one only for the languages that it knows.
func TestEveryLanguageAsksTheModelThatKnowsIt(t *testing.T) {
	w, err := textmodel.ReadWeights(textmodel.ShippedFile())
	if err != nil {
		t.Fatal(err)
	}
	w.Name, w.Languages = "ours", []string{"id"}
	for _, row := range w.Hashed { // ours takes every line for harmless
		for i := range row {
			row[i] = -1
		}
	}
	data, err := w.File()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	rules, model := filepath.Join(dir, "mine.yaml"), filepath.Join(dir, "our.bin")
	for path, content := range map[string][]byte{
		model: data,
		rules: []byte("schema: 1\nrules:\n  - {id: threat, when: {means: {threat: \">=0.9\"}}, then: [flag: {}]}\n"),
	} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	set, err := Load(LoadOptions{TextModelFile: model}, rules)
	if err != nil {
		t.Fatal(err)
	}
	if sums := strings.Split(set.TextModel(), "+"); len(sums) != 2 || sums[1] != textmodel.Shipped().Sum() {
		t.Errorf("models %v", sums)
	}
	s := NewSession(set, models.Session{ID: "s", Room: "r", Started: began})
	for language, want := range map[string]string{
		"en": "", "id": "it does not sound like a threat", "fr": `the text model does not know the language "fr"`,
	} {
		u := lineOf("I swear I will find you and kill you tonight", 1)
		u.Language = language
		why := s.Explain(u, false)[0]
		if why.WhyNot == "" != (want == "") || !strings.Contains(why.WhyNot, want) {
			t.Errorf("%s: %q, want %q", language, why.WhyNot, want)
		}
	}
}

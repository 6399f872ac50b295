package speech

import (
	"io/fs"
	"strings"
	"testing"

	"earshot/configs"
	"earshot/models"
	"earshot/moderation/engine"
)

func TestDecodeOptions(t *testing.T) {
	cfg, err := configs.Load(configs.Options{Environ: []string{"EARSHOT_DATA_DIR=" + t.TempDir()}})
	if err != nil {
		t.Fatal(err)
	}
	packs, err := fs.Sub(configs.Rules, "rules")
	if err != nil {
		t.Fatal(err)
	}
	rules, err := engine.Load(engine.LoadOptions{FS: packs}, cfg.Rules...)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Vocabulary = []string{"Ayu", "guaranteed profit", "red shift"}
	o, err := DecodeOptions(cfg, false, rules)
	if err != nil || o.Language != "en" || o.Languages != nil || o.Prompt != "Ayu, red shift." {
		t.Errorf("%+v, %v; want en, and no word that a rule looks for", o, err)
	}
	if o, _ := DecodeOptions(cfg, true, rules); o.Prompt != "" {
		t.Errorf("the practice model is told %q", o.Prompt)
	}
	cfg.Language = "id, en"
	if o, err := DecodeOptions(cfg, false, nil); err != nil || o.Language != "auto" || strings.Join(o.Languages, " ") != "id en" ||
		MainLanguage(cfg) != "id" {
		t.Errorf("%+v, %v", o, err)
	}
	cfg.Language = "auto"
	if o, err := DecodeOptions(cfg, false, nil); err != nil || o.Language != "auto" || o.Languages != nil {
		t.Errorf("%+v, %v", o, err)
	}
	cfg.Language = "en,xx"
	if _, err := DecodeOptions(cfg, false, nil); err == nil || models.Hint(err) == "" {
		t.Errorf("an unknown language: %v", err)
	}
}

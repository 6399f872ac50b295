package app

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"earshot/cmd/earshot/speech"
	"earshot/configs"
	"earshot/configs/strict"
	"earshot/models"
	"earshot/moderation/engine"
	"earshot/moderation/engine/draft"
	"earshot/moderation/live"
	"earshot/transcribe"
)

// profile is the settings of one profile with what is made of them.
type profile struct {
	name string
	cfg  configs.Config

	mu      sync.Mutex
	rules   *engine.Set // nil: none
	broken  error       // what is wrong with the files that were read last; nil: nothing
	options transcribe.Options
}

// Profiles are all profiles by name; "" is what holds outside of them.
type Profiles map[string]*profile

// openProfiles compiles the rules of every profile.
func openProfiles(cfg configs.Config) (Profiles, error) {
	out := Profiles{}
	var errs []error
	for _, name := range append([]string{""}, cfg.ProfileNames()...) {
		own, _ := cfg.For(name)
		rules, err := loadRules(own, name)
		if err != nil && name != "" {
			err = fmt.Errorf("profile %s: %w", name, err)
		}
		errs = append(errs, err)
		out[name] = &profile{name: name, cfg: own, rules: rules}
	}
	return out, errors.Join(errs...)
}

// of is the profile of a name; what holds outside of profiles for a name that is gone.
func (p Profiles) of(name string) *profile {
	if x, ok := p[name]; ok {
		return x
	}
	return p[""]
}

// speak sets what the decoder is told for each profile. practice says that the model was not made for prompts.
func (p Profiles) speak(practice bool) error {
	var errs []error
	for _, x := range p {
		errs = append(errs, models.BadInput(x.speak(practice)))
	}
	return errors.Join(errs...)
}

func (p *profile) speak(practice bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	o, err := speech.DecodeOptions(p.cfg, practice, p.rules)
	if err == nil {
		p.options = o
	}
	return err
}

// decoding is what the decoder is told of a clip.
func (p *profile) decoding() transcribe.Options {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.options
}

// mistakes are what is wrong with the rule files that were read last, while the previous rules stay in effect; by the name
// of the profile.
func (p Profiles) mistakes() map[string]error {
	out := map[string]error{}
	for name, x := range p {
		x.mu.Lock()
		if x.broken != nil {
			out[name] = x.broken
		}
		x.mu.Unlock()
	}
	return out
}

func (p *profile) set() *engine.Set {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.rules
}

// policies are the profiles as live sessions need them.
func (p Profiles) policies() map[string]live.Policy {
	out := map[string]live.Policy{}
	for name, x := range p {
		c := x.cfg.Captions
		out[name] = live.Policy{Rules: x.set(), Keep: keepOf(x.cfg), Captions: c.On() && c.Partials}
	}
	return out
}

// sources are the sets of rules in use with the files that they were read from.
func (p Profiles) sources() (out []draft.Source) {
	for _, name := range slices.Sorted(maps.Keys(p)) {
		x := p[name]
		out = append(out, draft.Source{Profile: name, Set: x.set(), Options: rulesOptionsOf(x.cfg, name), Paths: x.cfg.Rules})
	}
	return out
}

// sets are the rules in use by profile; a profile without rules has nil.
func (p Profiles) sets() map[string]*engine.Set {
	out := map[string]*engine.Set{}
	for name, x := range p {
		out[name] = x.set()
	}
	return out
}

// errNoProfile is the answer to an invitation under a profile that is not configured.
var errNoProfile = errors.New("no such profile")

// Check is an error for the name of a profile that is not there.
func (p Profiles) Check(name string, cfg configs.Config) error {
	if _, ok := p[name]; ok {
		return nil
	}
	hint := "the configuration has no profiles; define them under profiles"
	if names := cfg.ProfileNames(); len(names) > 0 {
		hint = "the configuration has " + strings.Join(names, ", ")
		if near := strict.Closest(name, names); near != "" {
			hint = fmt.Sprintf("did you mean %q? %s", near, hint)
		}
	}
	return models.WithHint(fmt.Errorf("profile %q: %w", name, errNoProfile), hint)
}

// RulesOptions finds the shipped packs.
func RulesOptions() engine.LoadOptions {
	packs, err := fs.Sub(configs.Rules, "rules")
	if err != nil {
		panic(err) // "rules" is a valid path
	}
	return engine.LoadOptions{FS: packs}
}

// loadRules compiles the configured rule files of a profile, and its own one; nil when none are configured.
func loadRules(cfg configs.Config, profile string) (*engine.Set, error) {
	if len(cfg.Rules) == 0 {
		return nil, nil
	}
	set, err := engine.Load(rulesOptionsOf(cfg, profile), cfg.Rules...)
	return set, models.BadInput(err)
}

// RulesOf compiles the rules of a profile, "" being what holds outside of profiles; nil when it has none.
func RulesOf(cfg configs.Config, profile string) (*engine.Set, error) {
	own, ok := cfg.For(profile)
	if !ok && profile != "" {
		return nil, models.WithHint(fmt.Errorf("no profile is named %q", profile), "profiles are defined under profiles: in the configuration")
	}
	return loadRules(own, profile)
}

// ownRules is the file for the rules that hosts write on the pages for rooms with a profile.
func ownRules(cfg configs.Config, profile string) string {
	name := filepath.Join(cfg.DataDir, "rules", cmp.Or(profile, "all-rooms")+".yaml")
	if abs, err := filepath.Abs(name); err == nil {
		return abs
	}
	return name
}

// rulesOptionsOf finds the shipped packs and a profile's own file, and says how far rules may go.
func rulesOptionsOf(cfg configs.Config, profile string) engine.LoadOptions {
	opts := RulesOptions()
	opts.Own = ownRules(cfg, profile)
	opts.Mode, opts.Confirm, opts.TextModelFile = cfg.Mode, !cfg.Automatic, cfg.TextModel
	return opts
}

// keepOf is how the sound of flagged lines is kept.
func keepOf(cfg configs.Config) live.Keep {
	return live.Keep{For: cfg.Evidence.Keep, Before: cfg.Evidence.Before, After: cfg.Evidence.After}
}

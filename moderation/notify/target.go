package notify

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"earshot/models"
)

// Kind is the form of what a target is sent.
type Kind string

// The kinds of targets.
const (
	KindWebhook Kind = "webhook" // JSON, signed as Standard Webhooks says
	KindSlack   Kind = "slack"   // an incoming webhook of Slack
	KindDiscord Kind = "discord" // a webhook of Discord
	KindMail    Kind = "mail"    // a digest by mail, once a day
)

// Target is one receiver of notices, as the file of targets describes it.
type Target struct {
	Name string `yaml:"name"`
	Kind Kind   `yaml:"kind"`
	// URL is a secret for Slack and Discord: whoever knows it can post.
	URL string `yaml:"url"`
	// Secret signs the webhooks: "whsec_" and base64 of 24 to 64 bytes.
	Secret string `yaml:"secret"`
	// Level is the mildest level of flags that are told; the default is medium.
	Level models.Level `yaml:"level"`
	// Rooms are the rooms whose flags are told; none means all.
	Rooms []string `yaml:"rooms"`
	// Quote tells the words that were said too. Without it they stay on this machine.
	Quote bool `yaml:"quote"`
	// Private allows an address inside a private network, and http without TLS.
	Private bool `yaml:"private"`
	// From, To and At are of mail: the sender, the receivers, and when, as "08:00"; the default is 08:00.
	From string   `yaml:"from"`
	To   []string `yaml:"to"`
	At   string   `yaml:"at"`
}

// ForStore is the target as the store needs to know it.
func (t Target) ForStore() models.NoticeTarget {
	mark := sha256.Sum256([]byte(t.URL))
	return models.NoticeTarget{Name: t.Name, Level: t.Level, Rooms: t.Rooms, Mark: hex.EncodeToString(mark[:8])}
}

// maxTargets and maxFile bound a file of targets.
const (
	maxTargets = 100
	maxFile    = 64 << 10
)

// ParseTargets reads a file of targets. It is strict; the error names every mistake, and never a secret.
func ParseTargets(r io.Reader) ([]Target, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read the targets: %w", err)
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("the file of targets has more than %d kB", maxFile>>10)
	}
	var file struct {
		Targets []Target `yaml:"targets"`
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(&file); err != nil && !errors.Is(err, io.EOF) {
		return nil, yamlError(err)
	}
	if len(file.Targets) > maxTargets {
		return nil, fmt.Errorf("there are %d targets; at most %d are allowed", len(file.Targets), maxTargets)
	}
	var errs []error
	seen := map[string]bool{}
	for i := range file.Targets {
		t := &file.Targets[i]
		if t.Level == "" {
			t.Level = models.LevelMedium
		}
		if t.Kind == KindMail && t.At == "" {
			t.At = "08:00"
		}
		for _, problem := range t.problems() {
			errs = append(errs, fmt.Errorf("target %d (%s): %s", i+1, t.shownName(), problem))
		}
		if seen[t.Name] {
			errs = append(errs, fmt.Errorf("target %d: the name %s is taken", i+1, t.shownName()))
		}
		seen[t.Name] = true
	}
	return file.Targets, errors.Join(errs...)
}

// yamlError keeps the lines and the keys of YAML's messages, and drops the values they repeat.
func yamlError(err error) error {
	var lines []string
	quoted := regexp.MustCompile("`[^`]*`")
	for l := range strings.Lines(strings.TrimPrefix(err.Error(), "yaml: ")) {
		if l = strings.TrimSpace(l); l != "unmarshal errors:" {
			lines = append(lines, quoted.ReplaceAllString(l, "…"))
		}
	}
	return fmt.Errorf("the targets are not as they should be: %s", strings.Join(lines, "; "))
}

func (t Target) shownName() string {
	if validName.MatchString(t.Name) {
		return t.Name
	}
	return "without a valid name"
}

var (
	validName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)
	validRoom = regexp.MustCompile(`^[a-z0-9._-]{1,128}$`)
)

// problems are the mistakes in one target, in words.
func (t Target) problems() (out []string) {
	if !validName.MatchString(t.Name) {
		out = append(out, "name: lower-case letters, digits, dot, dash and underscore, at most 64")
	}
	if !slices.Contains([]Kind{KindWebhook, KindSlack, KindDiscord, KindMail}, t.Kind) {
		out = append(out, "kind: one of webhook, slack, discord or mail")
	}
	if t.Level.Rank() < 0 {
		out = append(out, "level: one of info, low, medium or high")
	}
	for _, r := range t.Rooms {
		if _, err := models.ParseAddress(r); err != nil && !validRoom.MatchString(r) {
			out = append(out, "rooms: the addresses of rooms, or their names in lower case")
			break
		}
	}
	if t.Kind == KindMail {
		return append(out, t.mailProblems()...)
	}
	if t.From != "" || len(t.To) > 0 || t.At != "" {
		out = append(out, "from, to, at: only of mail")
	}
	if p := t.urlProblem(); p != "" {
		out = append(out, "url: "+p)
	}
	_, err := decodeSecret(t.Secret)
	switch {
	case t.Kind == KindWebhook && err != nil:
		out = append(out, "secret: whsec_ and base64 of 24 to 64 bytes; \"earshot notify secret\" makes one")
	case t.Kind != KindWebhook && t.Secret != "":
		out = append(out, "secret: only webhooks are signed")
	}
	return out
}

func (t Target) urlProblem() string {
	u, err := url.Parse(t.URL)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "":
		return "an address like https://host/path"
	case u.Scheme != "https" && u.Scheme != "http":
		return "only https addresses can be sent to"
	case u.Scheme == "http" && !t.Private:
		return "https is needed (http only with private: yes)"
	case u.User != nil:
		return "no user and password in the address"
	case u.Fragment != "":
		return "no # in the address"
	}
	return ""
}

// mailProblems are the mistakes in a target of kind mail.
func (t Target) mailProblems() (out []string) {
	u, err := url.Parse(t.URL)
	switch {
	case err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" || u.Path != "" || u.RawQuery != "":
		out = append(out, "url: an address like smtps://user@mail.example or smtp://mail.example:587")
	case u.User != nil && func() bool { _, has := u.User.Password(); return has }():
		out = append(out, "url: the password goes into secret")
	case u.User != nil && t.Secret == "":
		out = append(out, "secret: the password of the user in url")
	}
	if !isMailAddress(t.From) {
		out = append(out, "from: a mail address")
	}
	if len(t.To) == 0 || len(t.To) > 50 {
		out = append(out, "to: a list of mail addresses, at most 50")
	}
	for _, to := range t.To {
		if !isMailAddress(to) {
			out = append(out, "to: a list of mail addresses")
			break
		}
	}
	if _, err := time.Parse("15:04", t.At); err != nil {
		out = append(out, `at: a time like "08:00"`)
	}
	if t.Quote {
		out = append(out, "quote: a digest holds counts alone")
	}
	return out
}

func isMailAddress(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && !strings.ContainsAny(s, "\r\n")
}

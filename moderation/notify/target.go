package notify

import (
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

	"earshot/configs/strict"
	"earshot/models"
)

// Kind is the format of a target's notices.
type Kind string

// The kinds of targets.
const (
	KindWebhook Kind = "webhook" // JSON, signed according to Standard Webhooks
	KindSlack   Kind = "slack"   // an incoming webhook of Slack
	KindDiscord Kind = "discord" // a webhook of Discord
	KindMail    Kind = "mail"    // a digest by mail, once a day
)

// Target is one receiver of notices, as configured in the targets file.
type Target struct {
	Name string
	Kind Kind
	// URL is a secret for Slack and Discord: anyone who knows it can post.
	URL string
	// Secret signs the webhooks: "whsec_" and base64 of 24 to 64 bytes.
	Secret string
	// Level is the lowest level of flags sent; the default is medium.
	Level models.Level
	// Rooms are the rooms whose flags are sent; none means all.
	Rooms []string
	// Quote includes the words that were said. Without it they stay on this machine.
	Quote bool
	// Private allows an address inside a private network, and http without TLS.
	Private bool
	// From, To and At are for mail: the sender, the recipients, and the time of day; the default is 08:00.
	From string
	To   []string
	At   string
}

// ForStore returns the target in the form that the store needs.
func (t Target) ForStore() models.NoticeTarget {
	mark := sha256.Sum256([]byte(t.URL))
	return models.NoticeTarget{Name: t.Name, Level: t.Level, Rooms: t.Rooms, Mark: hex.EncodeToString(mark[:8])}
}

// maxTargets and maxFile limit a targets file.
const (
	maxTargets = 100
	maxFile    = 64 << 10
)

// ParseTargets parses a targets file strictly; the error lists every problem with its line, and never contains a secret.
func ParseTargets(r io.Reader) ([]Target, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read the targets: %w", err)
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("the targets file has more than %d kB", maxFile>>10)
	}
	doc, err := strict.Parse(data)
	var broken *strict.SyntaxError
	switch {
	case errors.Is(err, strict.ErrEmpty):
		return nil, nil
	case errors.As(err, &broken): // its message may repeat the file's contents
		return nil, fmt.Errorf("line %d: not valid YAML: check the indentation, and put values with : or # in quotes", broken.Line)
	case err != nil:
		return nil, err
	case doc.More > 0:
		return nil, fmt.Errorf("line %d: a second document; the targets file must contain only one", doc.More)
	}
	var f targetFile
	doc.Read(f.shape(), f.bad)
	if len(f.targets) > maxTargets {
		return nil, fmt.Errorf("there are %d targets; at most %d are allowed", len(f.targets), maxTargets)
	}
	return f.targets, errors.Join(f.errs...)
}

// targetFile is the state of parsing a targets file.
type targetFile struct {
	targets []Target
	errs    []error
}

func (f *targetFile) bad(line int, message string) {
	f.errs = append(f.errs, fmt.Errorf("line %d: %s", line, message))
}

func (f *targetFile) shape() strict.Shape {
	return strict.Mapping{What: "the targets file", Fields: []strict.Field{
		{Name: "targets", Shape: strict.Optional(strict.List("targets", f.target))},
	}}
}

// target is the shape of the next target. Its values are checked once it has been parsed.
func (f *targetFile) target(at strict.Value) (strict.Shape, func()) {
	t := Target{Level: models.LevelMedium}
	found := len(f.errs)
	return t.shape(), func() {
		if t.Kind == KindMail && t.At == "" {
			t.At = "08:00"
		}
		if len(f.errs) == found { // a value that can't be parsed is missing, which would be reported again
			for _, problem := range t.problems() {
				f.bad(at.Line(), fmt.Sprintf("target %d (%s): %s", len(f.targets)+1, t.shownName(), problem))
			}
		}
		if slices.ContainsFunc(f.targets, func(x Target) bool { return x.Name == t.Name }) {
			f.bad(at.Line(), fmt.Sprintf("target %d: the name %s is taken", len(f.targets)+1, t.shownName()))
		}
		f.targets = append(f.targets, t)
	}
}

// shape defines the syntax of a target.
func (t *Target) shape() strict.Shape {
	text := func(name string, into *string) strict.Field {
		return strict.Field{Name: name, Shape: strict.Optional(strict.String(name, into))}
	}
	texts := func(name string, into *[]string) strict.Field {
		return strict.Field{Name: name, Shape: strict.Optional(strict.List(name, func(strict.Value) (strict.Shape, func()) {
			item := ""
			return strict.String(name, &item), func() { *into = append(*into, item) }
		}))}
	}
	truth := func(name string, into *bool) strict.Field {
		return strict.Field{Name: name, Shape: strict.Optional(strict.Bool(name, into))}
	}
	return strict.Mapping{What: "a target", Fields: []strict.Field{
		text("name", &t.Name), text("kind", (*string)(&t.Kind)), text("url", &t.URL), text("secret", &t.Secret),
		text("level", (*string)(&t.Level)), texts("rooms", &t.Rooms), truth("quote", &t.Quote), truth("private", &t.Private),
		text("from", &t.From), texts("to", &t.To), text("at", &t.At),
	}}
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

// problems returns the problems of one target, in words.
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
		out = append(out, "from, to, at: only for mail")
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

// mailProblems returns the problems of a target of kind mail.
func (t Target) mailProblems() (out []string) {
	u, err := url.Parse(t.URL)
	switch {
	case err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" || u.Path != "" || u.RawQuery != "":
		out = append(out, "url: an address like smtps://user@mail.example or smtp://mail.example:587")
	case u.User != nil && func() bool { _, has := u.User.Password(); return has }():
		out = append(out, "url: put the password into secret")
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
		out = append(out, "quote: a digest contains only counts")
	}
	return out
}

func isMailAddress(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && !strings.ContainsAny(s, "\r\n")
}

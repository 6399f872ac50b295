package notify

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"earshot/models"
)

// The types of notices.
const (
	typeFlag   = "flag.raised"
	typeDeaf   = "room.deaf"
	typeSilent = "room.silent"
	typeTest   = "test"
)

// message is the content of a notice, independent of the target's format.
type message struct {
	Type    string       `json:"-"`
	At      time.Time    `json:"-"`
	Flag    string       `json:"flag,omitempty"`
	Rule    string       `json:"rule,omitempty"`
	Pack    string       `json:"pack,omitempty"`
	Level   models.Level `json:"level,omitempty"`
	Mode    models.Mode  `json:"mode,omitempty"`
	Session string       `json:"session,omitempty"`
	Room    string       `json:"room,omitempty"`
	Name    string       `json:"room_name,omitempty"`
	Person  string       `json:"speaker_id,omitempty"`
	Speaker string       `json:"speaker,omitempty"`
	StartMS int64        `json:"start_ms,omitempty"`
	// Title, Why and Words reveal what was said: only for targets with Quote.
	Title string `json:"title,omitempty"`
	Why   string `json:"why,omitempty"`
	Words string `json:"words,omitempty"`
	// Link is the flag's address on the review page.
	Link string `json:"link,omitempty"`
}

// messageOf creates the message for a flag.
func messageOf(f models.Flag, s models.Session, t Target, base string) message {
	m := message{
		Type: typeFlag, At: f.Created, Flag: f.ID, Rule: f.Rule, Pack: f.Pack, Level: f.Level, Mode: f.Mode,
		Session: f.Session, Room: s.Room, Name: s.Name, Person: f.SpeakerID, Speaker: f.SpeakerName, StartMS: f.StartMS,
		Link: flagLink(base, f.ID),
	}
	if t.Quote {
		var words []string
		for _, w := range f.Matched {
			words = append(words, w.Text)
		}
		m.Title, m.Why, m.Words = f.Title, f.Why, strings.Join(words, " ")
	}
	return m
}

// roomMessage creates the message for somebody who is shown as talking but not heard, or for a source that sends only silence.
func roomMessage(n models.Notice, s models.SessionInfo, base string) message {
	m := message{Type: typeDeaf, At: n.Created, Session: s.ID, Room: s.Room, Name: s.Name, Person: n.Flag, Link: link(base, s.ID)}
	if n.Kind == models.NoticeSilent {
		m.Type = typeSilent
	}
	for _, p := range s.Speakers {
		if p.ID == n.Flag {
			m.Speaker = p.Name
		}
	}
	return m
}

// flagLink returns the address that leads to a flag with its ask, wherever it is shown by then.
func flagLink(base, flag string) string {
	if base == "" {
		return ""
	}
	return strings.TrimRight(base, "/") + "/flags/" + url.PathEscape(flag)
}

func link(base, session string) string {
	if base == "" || session == "" {
		return ""
	}
	return strings.TrimRight(base, "/") + "/s/" + url.PathEscape(session)
}

// body formats the message for a target's kind.
func (m message) body(kind Kind) ([]byte, error) {
	switch kind {
	case KindSlack:
		return json.Marshal(m.slack())
	case KindDiscord:
		return json.Marshal(m.discord())
	}
	return json.Marshal(struct {
		Type string  `json:"type"`
		At   string  `json:"timestamp"`
		Data message `json:"data"`
	}{m.Type, m.At.UTC().Format(time.RFC3339), m})
}

// headline returns one line for people.
func (m message) headline(escape func(string) string) string {
	if m.Type == typeTest {
		return "Earshot can reach this channel."
	}
	if m.Type == typeDeaf {
		return fmt.Sprintf("Earshot does not hear %s in %s", escape(orUnknown(m.Speaker)), escape(orUnknown(m.room())))
	}
	if m.Type == typeSilent {
		return fmt.Sprintf("Only silence arrives from %s in %s", escape(orUnknown(m.Speaker)), escape(orUnknown(m.room())))
	}
	what := m.Rule
	if m.Title != "" {
		what = m.Title
	}
	return fmt.Sprintf("%s (%s): %s in %s", escape(what), m.Level, escape(orUnknown(m.Speaker)), escape(orUnknown(m.room())))
}

func (m message) room() string {
	if m.Name != "" {
		return m.Name
	}
	return m.Room
}

func orUnknown(s string) string {
	if s == "" {
		return "somebody"
	}
	return s
}

// place returns the time in the session at which it was said.
func (m message) place() string {
	s := m.StartMS / 1000
	return fmt.Sprintf("at %02d:%02d:%02d", s/3600, s/60%60, s%60)
}

// slack formats a Slack Block Kit message with a button.
func (m message) slack() map[string]any {
	text := "*" + m.headline(slackText) + "*"
	if m.Type == typeFlag {
		text += "\n" + slackText(m.Rule) + ", " + m.place()
	}
	if m.Words != "" {
		text += "\n> " + slackText(cut(m.Words, 300))
	}
	blocks := []any{map[string]any{"type": "section", "text": map[string]any{"type": "mrkdwn", "text": cut(text, 2900)}}}
	if m.Link != "" {
		blocks = append(blocks, map[string]any{"type": "actions", "elements": []any{map[string]any{
			"type": "button", "url": m.Link, "text": map[string]any{"type": "plain_text", "text": "Review"},
		}}})
	}
	return map[string]any{"text": m.headline(slackText), "blocks": blocks}
}

// discord formats a message with one embed. Nobody is mentioned, whatever a name contains.
func (m message) discord() map[string]any {
	colours := map[models.Level]int{models.LevelHigh: 0xC62828, models.LevelMedium: 0xEF6C00, models.LevelLow: 0xF9A825}
	embed := map[string]any{"title": cut(m.headline(discordText), 250), "color": colours[m.Level]}
	if m.Link != "" {
		embed["url"] = m.Link
	}
	if m.Type == typeFlag {
		text := discordText(m.Rule) + ", " + m.place()
		if m.Words != "" {
			text += "\n> " + discordText(cut(m.Words, 300))
		}
		embed["description"] = text
		embed["timestamp"] = m.At.UTC().Format(time.RFC3339)
	}
	return map[string]any{"embeds": []any{embed}, "allowed_mentions": map[string]any{"parse": []string{}}}
}

// slackText escapes Slack's markup; a name can neither mention anybody nor become a link.
func slackText(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "*", "∗", "_", "ˍ", "`", "ˋ", "~", "∼").Replace(oneLine(s))
}

// discordText escapes Discord's Markdown.
func discordText(s string) string {
	var b strings.Builder
	for _, r := range oneLine(s) {
		if strings.ContainsRune("\\*_~`|>#[]()<@:-", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// oneLine removes control characters and those that change the direction of text.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r):
			return ' '
		case unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// cut shortens a text to at most n bytes, between characters.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}

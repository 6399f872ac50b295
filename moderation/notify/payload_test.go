package notify

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"earshot/models"
)

// The example that Standard Webhooks publishes for implementations.
func TestSignatureOfTheStandard(t *testing.T) {
	key, err := decodeSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		t.Fatal(err)
	}
	got := sign(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestSecrets(t *testing.T) {
	a, b := NewSecret(), NewSecret()
	if _, err := decodeSecret(a); err != nil || a == b {
		t.Errorf("%q, %q: %v", a, b, err)
	}
	for _, bad := range []string{
		"", "whsec_", "whsec_c2hvcnQ=", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_not base64 at all, not base64 at all",
		"whsec_" + strings.Repeat("QUFB", 30),
	} {
		if _, err := decodeSecret(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

func flagged(t *testing.T) (models.Flag, models.Session) {
	t.Helper()
	o := outbox()
	f, err := o.Flag(t.Context(), "f1")
	if err != nil {
		t.Fatal(err)
	}
	s, err := o.Session(t.Context(), "s1")
	if err != nil {
		t.Fatal(err)
	}
	return f, s.Session
}

// Words leave this machine only for a target that asks for them.
func TestWordsOnlyWithQuote(t *testing.T) {
	f, s := flagged(t)
	for _, kind := range []Kind{KindWebhook, KindSlack, KindDiscord} {
		for _, quote := range []bool{false, true} {
			body, err := messageOf(f, s, Target{Kind: kind, Quote: quote}, "https://earshot.example").body(kind)
			if err != nil || !json.Valid(body) {
				t.Fatalf("%s: %v", kind, err)
			}
			if strings.Contains(string(body), "guaranteed profit") != quote {
				t.Errorf("%s with quote %v: %s", kind, quote, body)
			}
			for _, want := range []string{"Benjamin", "guaranteed", "https://earshot.example/flags/f1"} {
				if !strings.Contains(string(body), want) {
					t.Errorf("%s: no %q in %s", kind, want, body)
				}
			}
		}
	}
}

// A name cannot mention everybody, be a link or turn text around.
func TestNamesAreInert(t *testing.T) {
	f, s := flagged(t)
	f.SpeakerName = "<!channel> @everyone <https://evil.example|click> **b** \u202egnp\n# h"
	m := messageOf(f, s, Target{}, "")
	slack, _ := m.body(KindSlack)
	var text struct{ Text string }
	if err := json.Unmarshal(slack, &text); err != nil || strings.ContainsAny(text.Text, "<>*\u202e\n") {
		t.Errorf("slack: %q, %v", text.Text, err)
	}
	discord, _ := m.body(KindDiscord)
	var post struct {
		Embeds   []struct{ Title, URL string }
		Mentions struct{ Parse []string } `json:"allowed_mentions"`
	}
	if err := json.Unmarshal(discord, &post); err != nil || post.Mentions.Parse == nil || len(post.Mentions.Parse) != 0 {
		t.Errorf("discord mentions %s, %v", discord, err)
	}
	if title := post.Embeds[0].Title; strings.ContainsAny(title, "\u202e\n") || strings.Contains(title, " **b") ||
		strings.Contains(title, " @every") || !utf8.ValidString(title) {
		t.Errorf("discord title %q", title)
	}
}

func TestLongTextsAreCut(t *testing.T) {
	f, s := flagged(t)
	f.SpeakerName, f.Title = strings.Repeat("é", 5000), strings.Repeat("*", 5000)
	f.Matched = []models.Word{{Text: strings.Repeat("ö", 5000)}}
	m := messageOf(f, s, Target{Quote: true}, "")
	discord, _ := m.body(KindDiscord)
	var post struct {
		Embeds []struct{ Title, Description string }
	}
	if err := json.Unmarshal(discord, &post); err != nil || len([]rune(post.Embeds[0].Title)) > 256 ||
		len([]rune(post.Embeds[0].Description)) > 4096 {
		t.Errorf("discord is not cut: %v", err)
	}
}

func TestParseTargets(t *testing.T) {
	const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	good := "targets:\n- name: hosts\n  kind: slack\n  url: https://hooks.example/T0/hush\n- name: archive\n  kind: webhook\n" +
		"  url: http://10.0.0.5:9000/in\n  private: yes\n  secret: " + secret + "\n  level: low\n  rooms: [open-mic]\n  quote: true\n"
	targets, err := ParseTargets(strings.NewReader(good))
	if err != nil || len(targets) != 2 || targets[0].Level != models.LevelMedium || !targets[1].Quote || targets[1].Rooms[0] != "open-mic" {
		t.Errorf("%+v, %v", targets, err)
	}
	one := func(more string) string {
		return "targets:\n- name: a\n  kind: slack\n  url: https://h.example/hush\n" + more
	}
	for text, want := range map[string]string{
		one("  colour: red\n"): `line 5: unknown key "colour": known are name, kind`,
		one("  level: loud\n"): "line 2: target 1 (a): level: one of",
		one("- name: a\n  kind: slack\n  url: https://h.example/hush\n"): "the name a is taken",
		one("  rooms: [A B]\n"):               "rooms:",
		one("  secret: hush\n"):               "only webhooks are signed",
		"targets:\n- name: A!\n  kind: fax\n": "kind: one of webhook, slack, discord or mail",
		"targets:\n- name: a\n  kind: webhook\n  url: https://h.example/hush\n":   "secret: whsec_",
		"targets:\n- name: a\n  kind: slack\n  url: file:///etc/hush\n":           "url: an address like",
		"targets:\n- name: a\n  kind: slack\n  url: ftp://h.example/hush\n":       "only https",
		"targets:\n- name: a\n  kind: slack\n  url: http://h.example/hush\n":      "https is needed",
		"targets:\n- name: a\n  kind: slack\n  url: https://me:hush@h.example/\n": "no user and password",
		"targets:\n- name: a\n  kind: slack\n  url: [hush]\n":                     "line 4",
		"targets: [" + strings.Repeat("{name: a},", 101) + "]":                    "at most 100",
		"targets: &a [*a]": "",
		"targets:\n- name: a\n  kind: slack\n  url: hush: hush\n": "line 4: not valid YAML",
		one("  sekret: hush\n"):                                   `line 5: unknown key "sekret" (did you mean "secret"?)`,
		one("  quote: hush\n"):                                    "line 5: quote must be true or false",
		one("---\ntargets: []\n"):                                 "line 5: a second document",
		strings.Repeat("#", maxFile+1):                            "more than 64 kB",
		"\t":                                                      "",
	} {
		_, err := ParseTargets(strings.NewReader(text))
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hush") {
			t.Errorf("%.60q: %v, want %q", text, err, want)
		}
	}
}

func FuzzParseTargets(f *testing.F) {
	f.Add("targets:\n- name: hosts\n  kind: slack\n  url: https://hooks.example/T0\n")
	f.Add("targets: [{name: a, kind: webhook, url: 'http://[::1]/', secret: whsec_x, private: true}]")
	f.Fuzz(func(t *testing.T, text string) {
		targets, err := ParseTargets(strings.NewReader(text))
		if err != nil {
			return
		}
		for _, x := range targets {
			if p := x.problems(); len(p) > 0 {
				t.Errorf("%+v: %v", x, p)
			}
		}
	})
}

func TestDelay(t *testing.T) {
	for n, want := range map[int]time.Duration{
		1: 5 * time.Second, 2: 20 * time.Second, 3: 80 * time.Second, 8: 8 * time.Hour, 1000: 8 * time.Hour,
	} {
		if low, high := delay(n, 0), delay(n, 1); low != want*3/4 || high != want*5/4 {
			t.Errorf("after try %d: %v to %v, want about %v", n, low, high, want)
		}
	}
}

// A room that is deaf to somebody is told of in every form, and the name is as inert as in a flag.
func TestDeafMessage(t *testing.T) {
	n := models.Notice{Kind: models.NoticeDeaf, Flag: "u1", Session: "s1", Created: time.Unix(1, 0)}
	s := models.SessionInfo{Session: models.Session{ID: "s1", Room: "r", Name: "Open mic"}}
	s.Speakers = []models.SpeakerCounts{{Speaker: models.Speaker{ID: "u1", Name: "<!channel> @everyone"}}}
	for kind, want := range map[Kind]string{
		KindWebhook: `"type":"room.deaf"`, KindSlack: `Earshot does not hear \u0026lt;!channel\u0026gt;`,
		KindDiscord: `Earshot does not hear \\\u003c!channel`,
	} {
		body, err := roomMessage(n, s, "https://earshot.example").body(kind)
		if err != nil || !json.Valid(body) || !strings.Contains(string(body), want) ||
			!strings.Contains(string(body), "https://earshot.example/s/s1") {
			t.Errorf("%s: %v %s", kind, err, body)
		}
	}
	n.Kind = models.NoticeSilent
	for kind, want := range map[Kind]string{
		KindWebhook: `"type":"room.silent"`, KindSlack: `Only silence arrives from \u0026lt;!channel\u0026gt;`,
	} {
		if body, err := roomMessage(n, s, "").body(kind); err != nil || !json.Valid(body) || !strings.Contains(string(body), want) {
			t.Errorf("%s: %v %s", kind, err, body)
		}
	}
}

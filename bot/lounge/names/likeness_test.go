package names

import (
	"testing"
	"unicode/utf8"
)

func TestNamesThatPassForTheBotsOrAHosts(t *testing.T) {
	for _, tt := range []struct {
		name string
		bot  bool // looks like the bot "Earshot"
		ana  bool // looks like the host "Ana Maria"
		host bool // says that it is a host
	}{
		{name: "Earshot", bot: true},
		{name: "EARSHOT", bot: true},
		{name: "Ear shot", bot: true},
		{name: "E.a.r.s.h.o.t", bot: true},
		{name: "Earsh0t", bot: true},
		{name: "Ear$hot", bot: true},
		{name: "E\u0430rshot", bot: true},                               // Cyrillic a
		{name: "\u0435\u0430\u0433\u0455\u043d\u043e\u0442", bot: true}, // all Cyrillic
		{name: "Εarѕhοt", bot: true},
		{name: "Éärshöt", bot: true},
		{name: "Ｅａｒｓｈｏｔ", bot: true},
		{name: "𝔈𝔞𝔯𝔰𝔥𝔬𝔱", bot: true},
		{name: "🅴🅰🆁🆂🅷🅾🆃", bot: true},
		{name: "🇪🇦🇷🇸🇭🇴🇹", bot: true},
		{name: "ᴇᴀʀꜱʜᴏᴛ", bot: true},
		{name: "Ear\u3164shot", bot: true},
		{name: "Ear\ufe0fshot", bot: true},
		{name: "Earshot ✔", bot: true},
		{name: "Earshot (official)", bot: true},
		{name: "The Earshot Bot", bot: true},
		{name: "Earshot (paused)", bot: true},
		{name: "Ana Maria", ana: true},
		{name: "ana maria", ana: true},
		{name: "AnaMaria", ana: true},
		{name: "Maria Ana"},
		{name: "Аnа Маriа", ana: true},
		{name: "An4 M4ri4", ana: true},
		{name: "Ana Marla", ana: true}, // l for i
		{name: "Ana Maria ⭐", ana: true},
		{name: "@na Maria", ana: true},
		{name: "Ana Maria!", ana: true},
		{name: "Ana Maria (host)", ana: true, host: true},
		{name: "Official Ana Maria", ana: true},
		{name: "Host", host: true},
		{name: "h0st", host: true},
		{name: "H O S T", host: true},
		{name: "Нost", host: true}, // Cyrillic
		{name: "Ben [co-host]", host: true},
		{name: "moderator", host: true},
		{name: "Ana"},
		{name: "Maria"},
		{name: "Diana Maria"},
		{name: "Ben"},
		{name: "Guest 3fa"},
		{name: "Анна"},
		{name: "山田太郎"},
		{name: "Hosteen"},
		{name: "Ghost"},
		{name: "Modesto"},
		{name: "Ear"},
		{name: "Shot"},
		{name: ""},
		{name: "★"},
	} {
		if got := passesFor(tt.name, "Earshot"); got != tt.bot {
			t.Errorf("%q passes for the bot: %v, want %v (looks like %q)", tt.name, got, tt.bot, look(tt.name, true))
		}
		if got := alike(tt.name, "Ana Maria"); got != tt.ana {
			t.Errorf("%q passes for the host: %v, want %v (looks like %q)", tt.name, got, tt.ana, looks(tt.name))
		}
		if got := claims(tt.name); got != tt.host {
			t.Errorf("%q says that it is a host: %v, want %v", tt.name, got, tt.host)
		}
	}
	if alike("Анна", "Анна") != true || !alike("Aннa", "Анна") || alike("Анна", "Инна") {
		t.Error("a host's name in another alphabet is not told from other names")
	}
}

// FuzzLooks: a name passes for itself, whatever is in it, unless nothing of it can be seen.
func FuzzLooks(f *testing.F) {
	for _, s := range []string{"Ana", "Аnа", "e\u0301", "\U0001F130", "host", "\xff", "rn", "ⅷ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if l := look(s, false); !utf8.ValidString(l) || l != "" && !alike(s, s) {
			t.Errorf("%q looks like %q", s, l)
		}
		_ = claims(s)
	})
}

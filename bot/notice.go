package bot

import (
	"fmt"
	"strings"
)

// The chat messages by which a participant objects to being recorded, and withdraws the objection.
const (
	OptOut = "/optout"
	OptIn  = "/optin"
)

// Notice is the bot's disclosure of itself in a room.
type Notice struct {
	// Name is the bot's display name.
	Name string
	// Language is an ISO 639-1 code; "auto" and languages without a translation mean English.
	Language string
	// KeepDays is after how many days the record is deleted; 0 means when the host deletes it.
	KeepDays int
	// FlagsOnly reports that only what breaks a rule is stored.
	FlagsOnly bool
	// Words is the host's own text, which comes first; it may be empty.
	Words string
	// NoChat reports that the bot can read no chat in this kind of room: people object to the host instead.
	NoChat bool
}

// phrases are the sentences of a notice in one language: who the bot is, what it keeps, for how long (with and without a number
// of days), how to object, and the label in the display name. flags and guards replace keeps and label with FlagsOnly.
type phrases struct {
	who, keeps, flags, days, open, object, label, guards string

	// paused, resumed, optedOut and optedIn are chat messages; away is the label while paused; askHost replaces object with
	// NoChat.
	paused, resumed, optedOut, optedIn, away, askHost string
}

func phrasesOf(language string) phrases {
	switch language {
	case "id":
		return phrases{
			who: "Saya %s, bot pendengar yang diundang tuan rumah.",
			keeps: "Saya menuliskan apa yang dikatakan di sini dan memeriksanya menurut aturan ruang ini. Suara dihapus setelah ditulis, " +
				"kecuali potongan pendek yang menjadi bukti pelanggaran.",
			days: "Catatan dihapus setelah %d hari.",
			open: "Catatan disimpan sampai tuan rumah menghapusnya.",
			object: "Jika Anda keberatan, tulis " + OptOut + " di sini, atau katakan kepada tuan rumah: saya dapat dikeluarkan dan kata-kata " +
				"Anda dihapus.",
			label: "mendengarkan dan mencatat",
			flags: "Saya memeriksa apa yang dikatakan di sini menurut aturan ruang ini dan tidak menuliskannya; yang disimpan hanya kata-kata " +
				"yang melanggar aturan.",
			guards: "mendengarkan menurut aturan",

			paused:   "Saya berhenti mendengarkan untuk sementara, atas permintaan tuan rumah. Tidak ada yang ditulis.",
			resumed:  "Saya mendengarkan lagi.",
			optedOut: "Anda tidak lagi didengar dan tidak ditulis. Jika berubah pikiran, tulis " + OptIn + ".",
			optedIn:  "Anda ditulis lagi. Jika keberatan, tulis " + OptOut + ".",
			away:     "dijeda",
			askHost: "Jika Anda keberatan, katakan kepada tuan rumah: Anda tidak akan didengar dan ditulis lagi, kata-kata Anda dapat dihapus, " +
				"dan saya dapat dikeluarkan.",
		}
	case "de":
		return phrases{
			who: "Ich bin %s, ein Bot, der auf Einladung des Gastgebers zuhört.",
			keeps: "Ich schreibe mit, was hier gesagt wird, und prüfe es an den Regeln des Raums. Der Ton wird nach dem Mitschreiben gelöscht, " +
				"bis auf kurze Ausschnitte, die einen Verstoß belegen.",
			days: "Die Mitschrift wird nach %d Tagen gelöscht.",
			open: "Die Mitschrift bleibt, bis der Gastgeber sie löscht.",
			object: "Wer das nicht möchte, schreibe hier " + OptOut + " oder sage es dem Gastgeber: er kann mich hinausschicken und Gesagtes " +
				"löschen.",
			label: "hört zu und schreibt mit",
			flags: "Ich prüfe an den Regeln des Raums, was hier gesagt wird, und schreibe nicht mit: aufgehoben wird nur, was gegen eine Regel " +
				"verstößt.",
			guards: "hört auf die Regeln",

			paused:   "Auf Wunsch des Gastgebers höre ich eine Weile nicht zu. Nichts wird aufgeschrieben.",
			resumed:  "Ich höre wieder zu.",
			optedOut: "Sie werden nicht mehr gehört und nicht aufgeschrieben. Wer es sich anders überlegt, schreibt " + OptIn + ".",
			optedIn:  "Sie werden wieder aufgeschrieben. Wer das nicht möchte, schreibt " + OptOut + ".",
			away:     "pausiert",
			askHost: "Wer das nicht möchte, sage es dem Gastgeber: er kann dafür sorgen, dass ich nicht mehr zuhöre und mitschreibe, Gesagtes " +
				"löschen und mich hinausschicken.",
		}
	default:
		return phrases{
			who: "I am %s, a listening bot that the host invited.",
			keeps: "I transcribe what is said here and check it against the room's rules. Audio is deleted once it is transcribed, except for " +
				"short excerpts as evidence of broken rules.",
			days:   "The transcript is deleted after %d days.",
			open:   "The transcript is kept until the host deletes it.",
			object: "If you object, type " + OptOut + " here, or tell the host, who can remove me and delete your words.",
			label:  "listening and transcribing",
			flags:  "I check what is said here against the room's rules, and store only words that break a rule.",
			guards: "checking the rules",

			paused:   "A host asked me not to listen for a while. Nothing is recorded or transcribed.",
			resumed:  "I am listening again.",
			optedOut: "You are no longer heard or transcribed. If you change your mind, type " + OptIn + ".",
			optedIn:  "You are transcribed again. If you object, type " + OptOut + ".",
			away:     "paused",
			askHost:  "If you object, tell the host, who can stop me from hearing and transcribing you, delete your words, and remove me.",
		}
	}
}

// Text is the disclosure for the room's chat and for people to read beforehand: who the bot is, what it keeps, how to object.
func (n Notice) Text() string {
	p := phrasesOf(n.Language)
	keep := p.open
	if n.KeepDays > 0 {
		keep = fmt.Sprintf(p.days, n.KeepDays)
	}
	keeps := p.keeps
	if n.FlagsOnly {
		keeps = p.flags
	}
	if n.NoChat {
		p.object = p.askHost
	}
	return strings.TrimSpace(strings.Join([]string{n.Words, fmt.Sprintf(p.who, n.Name), keeps, keep, p.object}, " "))
}

// PausedLabel is the bot's display name while listening is paused: "Earshot (paused)".
func (n Notice) PausedLabel() string { return n.Name + " (" + phrasesOf(n.Language).away + ")" }

// Label is the bot's display name where a room has no chat: "Earshot (listening and transcribing)".
func (n Notice) Label() string {
	p := phrasesOf(n.Language)
	if n.FlagsOnly {
		p.label = p.guards
	}
	return n.Name + " (" + p.label + ")"
}

// PausedLine announces a pause.
func (n Notice) PausedLine() string { return phrasesOf(n.Language).paused }

// ResumedLine announces the end of a pause.
func (n Notice) ResumedLine() string { return phrasesOf(n.Language).resumed }

// OptedOutLine confirms an objection.
func (n Notice) OptedOutLine() string { return phrasesOf(n.Language).optedOut }

// OptedInLine confirms the withdrawal of an objection.
func (n Notice) OptedInLine() string { return phrasesOf(n.Language).optedIn }

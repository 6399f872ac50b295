// Package configs reads Earshot's settings: the embedded earshot.yaml with every default, then one file of the host's,
// then the environment, then flags; the later wins. It is strict: an unknown key, a wrong type or a value out of range
// is an error that names the file, the line, the key and what is allowed, and all errors are told at once.
//
// Load returns a plain Config; nothing here is kept in package variables, and nobody else reads settings.
package configs

import (
	_ "embed"
	"log/slog"
	"time"

	"earshot/models"
)

// defaults is the documentation and the lowest layer at once, so that they can't disagree.
//
//go:embed earshot.yaml
var defaults []byte

// Default returns the commented text of earshot.yaml, with every setting and its default. The caller owns it.
func Default() []byte { return append([]byte(nil), defaults...) }

// Config is every setting, checked and with its paths made absolute. It is a value: pass it on, don't share it.
type Config struct {
	// DataDir is the absolute folder of the record. Load does not make it.
	DataDir string `mapstructure:"data_dir"`
	// Database is the URL of a PostgreSQL database without a password; empty means SQLite in DataDir.
	Database string `mapstructure:"database"`
	// DatabasePasswordFile is the absolute path of a file with its password in the first line; empty: none, or as libpq finds it.
	DatabasePasswordFile string `mapstructure:"database_password_file"`
	// Node is what this process is called among others that share the database; empty means the machine's name.
	Node string `mapstructure:"node"`
	// Rebalance has rooms that are heard move to processes with fewer.
	Rebalance bool `mapstructure:"rebalance"`
	// Only is what this process does of all that there is: OnlyDecode or OnlyHear; empty means everything.
	Only string `mapstructure:"only"`
	// Listen is host:port for the review page and the lounge; port 0 is any free one.
	Listen string `mapstructure:"listen"`
	// Access is who need not log in: "here", "required" or "open".
	Access string `mapstructure:"access"`
	// Hosts are the DNS names under which the page may be asked for, besides localhost and addresses.
	Hosts []string `mapstructure:"hosts"`
	// Proxies are the addresses and networks (CIDR) of the proxies whose X-Forwarded-For is believed.
	Proxies []string `mapstructure:"proxies"`
	// Model is the absolute path of a ggml Whisper model; empty means the practice model inside the program.
	Model string `mapstructure:"model"`
	// FallbackModel is the absolute path of the model that takes over under backlog; empty for none.
	FallbackModel string `mapstructure:"fallback_model"`
	// VADModel is the absolute path of a ggml Silero model; empty means the one that was fetched into DataDir, or else the
	// energy detector.
	VADModel string `mapstructure:"vad_model"`
	// ModelMirror is the address below which models are fetched; empty means where their authors keep them.
	ModelMirror string `mapstructure:"model_mirror"`
	// Language is an ISO 639-1 code, several with commas between them (the main one first), or "auto".
	Language string `mapstructure:"language"`
	// Vocabulary is at most 64 names and words that the model is told of.
	Vocabulary []string `mapstructure:"vocabulary"`
	// Phantoms is the absolute path of a file of phrases that the model invents; empty for none but the known ones.
	Phantoms string `mapstructure:"phantoms"`
	// Confidence is what a line must have in percent (transcribe.Confidence) not to be doubted, 0 to 99; 0: the practice
	// model's own, and none for others.
	Confidence int `mapstructure:"confidence"`
	// Partials is how often unfinished lines are decoded, up to 30 s; 0 never.
	Partials time.Duration `mapstructure:"partials"`
	// SpoolMB bounds the sound that waits for decoding on disk, in MiB, 16 to 1048576.
	SpoolMB int `mapstructure:"spool_mb"`
	// Decoders is how many clips are decoded at once, 1 to 64; 0 means one for each core, or four with Decoder.URL.
	Decoders int `mapstructure:"decoders"`
	// Decoder is a server that decodes instead of this machine.
	Decoder Decoder `mapstructure:"decoder"`
	// Rules are names of shipped rule files ("open-mic") and absolute paths of others ("/…/mine.yaml"), in order.
	Rules []string `mapstructure:"rules"`
	// TextModel is the absolute path of the model that rules with means: ask in its languages; the one inside the program is asked in all
	// others, or in all if this is empty.
	TextModel string `mapstructure:"text_model"`
	// Mode is how far rules may go; empty means as the rule files say.
	Mode models.Mode `mapstructure:"mode"`
	// Automatic lets rules that say so remove and ban without asking; false: a person confirms, whatever rule files say.
	Automatic bool `mapstructure:"automatic"`
	// Announcement is what the bot says first when it announces itself; empty: nothing beyond what it always says.
	Announcement string `mapstructure:"announcement"`
	// ModerateOnly keeps no transcript: what is said is judged in memory, and only flags are stored.
	ModerateOnly bool `mapstructure:"moderate_only"`
	// Captions is what the room sees of the transcript.
	Captions Captions `mapstructure:"captions"`
	// Stay is when the bot leaves by itself.
	Stay Stay `mapstructure:"stay"`
	// Log is what is logged and how.
	Log Log `mapstructure:"log"`
	// Metrics is where they are served besides the page's address.
	Metrics Metrics `mapstructure:"metrics"`
	// Lounge is the embedded room.
	Lounge Lounge `mapstructure:"lounge"`
	// LiveKit is how the bot appears in LiveKit's rooms, and who invites it there.
	LiveKit LiveKit `mapstructure:"livekit"`
	// Jitsi is how the bot is in a Jitsi server's meetings.
	Jitsi Jitsi `mapstructure:"jitsi"`
	// Streams is how streams and sound devices are heard.
	Streams Streams `mapstructure:"streams"`
	// ICE is how media finds its way to room servers.
	ICE ICE `mapstructure:"ice"`
	// Evidence is the sound of flagged lines.
	Evidence Evidence `mapstructure:"evidence"`
	// Retention is how long the record is kept.
	Retention Retention `mapstructure:"retention"`
	// Notices is who is told of flags outside the page.
	Notices Notices `mapstructure:"notices"`
	// Summary is how sessions are summed up.
	Summary Summary `mapstructure:"summary"`
	// Opinion is who is asked before a verdict reaches anybody.
	Opinion Opinion `mapstructure:"opinion"`
	// Export is what is written to a folder when a session ends.
	Export Export `mapstructure:"export"`
	// Segment is how speech is cut.
	Segment Segment `mapstructure:"segment"`
	// Profiles are settings of their own for rooms of some sort.
	Profiles []Profile `mapstructure:"profiles"`
	// Servers are the room servers that secrets are given for, beside those in the environment.
	Servers []Server `mapstructure:"servers"`
	// Rooms are the rooms that "earshot serve" listens in.
	Rooms []Room `mapstructure:"rooms"`
}

// The values of Config.Only. What a process does not do, others with the same database do.
const (
	OnlyDecode = "decode"     // decode what others hear
	OnlyHear   = "rooms,page" // everything but decoding
)

// Decoder is a transcription server elsewhere.
type Decoder struct {
	// Backend is what this machine decodes on: auto, cpu, vulkan or cuda.
	Backend string `mapstructure:"backend"`
	// URL is the base of an API with OpenAI's /audio/transcriptions; empty: this machine decodes.
	URL string `mapstructure:"url"`
	// Model is the name the API knows the model by.
	Model string `mapstructure:"model"`
	// KeyFile is the absolute path of a file with the API's key in its first line; empty for none.
	KeyFile string `mapstructure:"key_file"`
}

// Log is what is logged and how.
type Log struct {
	// Level is debug, info, warn or error; in the file it is written as that word.
	Level slog.Level `mapstructure:"level"`
	// Format is "text" or "json".
	Format string `mapstructure:"format"`
}

// Metrics says where they are served.
type Metrics struct {
	// Listen is host:port of a listener of their own, which asks for no key; empty means none.
	Listen string `mapstructure:"listen"`
}

// Lounge holds the settings of the embedded room.
type Lounge struct {
	// UDPPort carries the lounge's media; 0 means a free port.
	UDPPort int `mapstructure:"udp_port"`
	// PerAddress is how many people may speak from one address; 0 means that addresses are not told apart.
	PerAddress int `mapstructure:"per_address"`
	// HostTokenFile is the absolute path of a file with the hosts' token in its first line; empty: a new one at each start.
	HostTokenFile string `mapstructure:"host_token_file"`
}

// Evidence is how the sound of flagged lines is kept.
type Evidence struct {
	// Keep is how long, up to 8760 h; 0 keeps none.
	Keep time.Duration `mapstructure:"keep"`
	// Before and After are how much around the words of a flag is kept where its rule does not say, up to 25 s.
	Before time.Duration `mapstructure:"before"`
	After  time.Duration `mapstructure:"after"`
	// Memory is how much of each speaker's latest sound is held in memory, up to 60 s; 0: none.
	Memory time.Duration `mapstructure:"memory"`
}

// Notices is who is told of flags outside the page.
type Notices struct {
	// Targets is the absolute path of the file that names them, with their secrets; empty means nobody.
	Targets string `mapstructure:"targets"`
	// Link is the address of the review page as hosts open it; empty means the address it listens on.
	Link string `mapstructure:"link"`
}

// Segment is how speech is cut into clips.
type Segment struct {
	// EndSilence is the silence that ends a clip, 300 ms to 3 s.
	EndSilence time.Duration `mapstructure:"end_silence"`
	// PreRoll is the sound kept from before the first speech, up to 1 s.
	PreRoll time.Duration `mapstructure:"pre_roll"`
	// Minimum is the least speech that makes a clip, up to 1 s.
	Minimum time.Duration `mapstructure:"minimum"`
	// Maximum is the length at which a clip is cut although speech goes on, 8 s to 25 s.
	Maximum time.Duration `mapstructure:"maximum"`
}

// Summary is how sessions are summed up.
type Summary struct {
	// URL is the base of an OpenAI-compatible API ("http://127.0.0.1:11434/v1"); empty: no language model is asked.
	URL string `mapstructure:"url"`
	// Model is the name the API knows the language model by.
	Model string `mapstructure:"model"`
}

// Opinion is who gives second opinions on verdicts.
type Opinion struct {
	// URL is the base of an OpenAI-compatible API; empty: nobody is asked.
	URL string `mapstructure:"url"`
	// Model is the name the API knows the model by.
	Model string `mapstructure:"model"`
	// Kind is "chat" or "moderation".
	Kind string `mapstructure:"kind"`
	// KeyFile is the absolute path of a file with the API's key in its first line; empty for none.
	KeyFile string `mapstructure:"key_file"`
	// Timeout is how long an answer is waited for, 100 ms to 30 s.
	Timeout time.Duration `mapstructure:"timeout"`
}

// Export is what is written to a folder when a session ends.
type Export struct {
	// Dir is the absolute folder; empty: nothing is written. Load does not make it.
	Dir string `mapstructure:"dir"`
	// Formats are the files to write: txt, md, html, json, srt, vtt, csv.
	Formats []string `mapstructure:"formats"`
	// Redact masks names, numbers and addresses in them.
	Redact bool `mapstructure:"redact"`
	// Sound puts the clips of flagged lines into the page, and beside the files as Ogg Opus; what Redact masks is beeped.
	Sound bool `mapstructure:"sound"`
}

// Profile is a set of settings with a name, for rooms of one sort.
type Profile struct {
	// Name is how rooms and invitations call it.
	Name string `mapstructure:"name"`
	// Config is every setting as it holds in rooms of this profile. Its own Profiles are empty.
	Config *Config `mapstructure:"-"`
	// Values are the same with where each comes from.
	Values []Value `mapstructure:"-"`
}

// Room is a room that is listened in for good, or by a timetable.
type Room struct {
	URL string `mapstructure:"url"`
	// Name is what people call it; empty: the last part of its address.
	Name string `mapstructure:"name"`
	// Profile names the profile in use; empty: the settings outside of profiles.
	Profile string `mapstructure:"profile"`
	// Schedule is when the bot is there, each like "fri 19:00-21:00" or "2026-12-24 20:00-22:00"; with none and no Calendar it always is.
	Schedule []string `mapstructure:"schedule"`
	// Calendar is an https address of an iCalendar file, or the absolute path of one, or of a file with the address in its
	// first line; empty: none. The bot is there during its events.
	Calendar string `mapstructure:"calendar"`
	// TimeZone is the IANA name of the zone of Schedule; empty: this machine's.
	TimeZone string `mapstructure:"time_zone"`
}

// Stay is when the bot leaves by itself.
type Stay struct {
	// MaxTime is the longest stay; 0: no limit.
	MaxTime time.Duration `mapstructure:"max_time"`
	// Alone is how long it stays in a room without people, and Silence in one where nobody speaks; 0: for ever. They hold
	// for rooms that it was invited to.
	Alone   time.Duration `mapstructure:"alone"`
	Silence time.Duration `mapstructure:"silence"`
}

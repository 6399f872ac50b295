package configs

import (
	"fmt"
	"net"
	"net/netip"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// given is a value as somebody wrote it, before it is understood.
type given struct {
	text string
	// tag is the YAML type of the text (!!str, !!int, …); empty for the environment and flags, where all is text.
	tag string
	// list holds the elements when a list was written; it is nil otherwise.
	list []given
	// entries holds the elements of a list of mappings, where the setting takes one.
	entries []layer
	from    Source
}

// kind is one sort of value: want says what is allowed, as the end of the sentence "x is not …", and read turns what
// was written into what viper decodes (a string, an int, a bool or a []string).
type kind struct {
	want string
	read func(given) (any, bool)
	// path says that the value names files, so that relative ones depend on where it is written.
	path bool
	// same is the one form of a value that may be written in several ways; nil: as it is written. It is given what was read.
	same func(string) string
	// fields are the keys of the mappings in a list of such; plain says that an element may be the first key's value alone.
	fields []setting
	plain  bool
}

// setting is one leaf of earshot.yaml.
type setting struct {
	key string // dotted, as in "log.level"
	kind
}

// settings is the table of everything that can be set, in the order of earshot.yaml.
func settings() []setting {
	table := plainSettings()
	name := setting{"name", matching(`^[a-z0-9][a-z0-9_-]{0,62}$`, "a name in lower-case letters, digits and dashes, at most 63")}
	profiles := entriesOf("a list of profiles, each with a name", false, append([]setting{name}, only(table, inProfiles()...)...)...)
	rooms := entriesOf("a list of rooms, each an address like lounge://127.0.0.1:8484/lounge or settings with a url", true, roomFields()...)
	servers := entriesOf("a list of room servers, each with a url", false, serverFields()...)
	return append(table, setting{"profiles", profiles}, setting{"servers", servers}, setting{"rooms", rooms})
}

// plainSettings are the settings that are no lists of mappings.
func plainSettings() []setting {
	serverAddress := matching(
		`^(livekit(\+wss?)?://[^\s/?#@]+(/[^\s?#]*)?)?$`, `the address of a server like "livekit://rooms.example", without a room, or empty`,
	)
	apiBase := matching(
		`^(https?://[^\s/?#@]+(/[^\s?#]*)?)?$`, `the base of an API like http://127.0.0.1:11434/v1, without a password in it`,
	)
	return []setting{
		{"data_dir", file("the path of a folder")},
		{"listen", address()},
		{"access", choice("here", "required", "open")},
		{"hosts", hostNames()},
		{"proxies", networks()},
		{"model", file("the path of a file")},
		{"fallback_model", file("the path of a file")},
		{"vad_model", file("the path of a file")},
		{"model_mirror", matching(`^(https?://[^\s?#@]+)?$`, `an address like "https://mirror.example/models", or empty`)},
		{"language", matching(`^([a-z]{2,3}( *, *[a-z]{2,3})*|auto)$`, `a language code like "en", several like "en,id", or "auto"`)},
		{"vocabulary", wordList()},
		{"phantoms", file("the path of a file")},
		{"confidence", number(0, 99)},
		{"partials", duration(0, 30*time.Second)},
		{"spool_mb", number(16, 1<<20)},
		{"decoders", number(0, 64)},
		{"rules", ruleFiles()},
		{"mode", choice("", "watch", "suggest", "act")},
		{"automatic", truth()},
		{"announcement", line(500)},
		{"moderate_only", truth()},
		{"stay.max_time", duration(0, 168*time.Hour)},
		{"stay.alone", duration(0, 24*time.Hour)},
		{"stay.silence", duration(0, 24*time.Hour)},
		{"log.level", choice("debug", "info", "warn", "error")},
		{"log.format", choice("text", "json")},
		{"lounge.udp_port", number(0, 65535)},
		{"lounge.per_address", number(0, 1024)},
		{"lounge.host_token_file", file("the path of a file")},
		{"livekit.hidden", truth()},
		{"livekit.url", serverAddress},
		{"livekit.dispatch", choice("named", "every", "none")},
		{"livekit.agent", matching(`^[A-Za-z0-9._-]{1,64}$`, "a name of letters, digits, dots, dashes and underscores")},
		{"livekit.load_threshold", share()},
		{"livekit.profile", matching(`^([a-z0-9][a-z0-9._-]{0,63})?$`, "the name of a profile, or empty")},
		{"livekit.webhook", webPath()},
		{"ice.servers", entriesOf(
			"a list of STUN and TURN servers, like [stun:stun.example:3478, turns:turn.example:5349?transport=tcp]", true, iceServerFields()...,
		)},
		{"ice.turn_user", oneWord(512)},
		{"ice.turn_password_file", file("the path of a file")},
		{"ice.ports", ports()},
		{"ice.relay_only", truth()},
		{"ice.interfaces", interfaces()},
		{"ice.ipv6", truth()},
		{"evidence.keep", duration(0, 8760*time.Hour)},
		{"evidence.before", duration(0, 25*time.Second)},
		{"evidence.after", duration(0, 25*time.Second)},
		{"evidence.memory", duration(0, time.Minute)},
		{"retention.clips", age()},
		{"retention.transcripts", age()},
		{"retention.flags", age()},
		{"notices.targets", file("the path of a file")},
		{"notices.link", matching(`^(https?://[^\s?#]+)?$`, `an address like "https://earshot.example", or empty`)},
		{"summary.url", apiBase},
		{"summary.model", matching(`^[^\s]*$`, "the name of a model, without spaces")},
		{"opinion.url", apiBase},
		{"opinion.model", matching(`^[^\s]*$`, "the name of a model, without spaces")},
		{"opinion.kind", choice("chat", "moderation")},
		{"opinion.key_file", file("the path of a file")},
		{"opinion.timeout", duration(100*time.Millisecond, 30*time.Second)},
		{"export.dir", file("the path of a folder")},
		{"export.formats", choices("txt", "md", "html", "json", "srt", "vtt", "csv")},
		{"export.redact", truth()},
		{"export.sound", truth()},
		{"segment.end_silence", duration(300*time.Millisecond, 3*time.Second)},
		{"segment.pre_roll", duration(0, time.Second)},
		{"segment.minimum", duration(0, time.Second)},
		{"segment.maximum", duration(8*time.Second, 25*time.Second)},
	}
}

// word is the text of a value that is not a list and, where it has a type, has this one.
func (g given) word(tag string) (string, bool) {
	return g.text, g.list == nil && (g.tag == "" || g.tag == tag)
}

// shown is the value as an error message repeats it.
func (g given) shown() string {
	switch {
	case g.list != nil:
		var words []string
		for _, e := range g.list {
			words = append(words, e.text)
		}
		return short("[" + strings.Join(words, ", ") + "]")
	case g.tag == "!!str" || g.tag == "":
		return strconv.Quote(short(g.text))
	default:
		return short(g.text)
	}
}

// password is what stands before the host in an address.
var password = regexp.MustCompile(`://[^/\s]*@`)

// short is a text cut to what fits into a message, without what may be a password in an address.
func short(s string) string {
	s = password.ReplaceAllString(s, "://…@")
	if len(s) > 80 {
		s = s[:80] + "…"
	}
	return strings.ToValidUTF8(s, "?")
}

func choice(words ...string) kind {
	names := slices.Clone(words)
	for i, w := range names {
		if w == "" {
			names[i] = "empty"
		}
	}
	last := len(names) - 1
	return kind{
		want: "one of " + strings.Join(names[:last], ", ") + " or " + names[last],
		read: func(g given) (any, bool) {
			s, ok := g.word("!!str")
			return s, ok && slices.Contains(words, s)
		},
	}
}

// choices is a list of some of the words.
func choices(words ...string) kind {
	return kind{
		want: "a list of some of " + strings.Join(words, ", "),
		read: func(g given) (any, bool) {
			out := []string{}
			for _, e := range g.elements() {
				s, ok := e.word("!!str")
				if !ok || !slices.Contains(words, s) || slices.Contains(out, s) {
					return nil, false
				}
				out = append(out, s)
			}
			return out, g.list != nil || g.tag == ""
		},
	}
}

func matching(pattern, want string) kind {
	re := regexp.MustCompile(pattern)
	return kind{want: want, read: func(g given) (any, bool) {
		s, ok := g.word("!!str")
		return s, ok && re.MatchString(s)
	}}
}

func truth() kind {
	return kind{
		want: "true or false",
		read: func(g given) (any, bool) {
			s, ok := g.word("!!bool")
			return s == "true", ok && (s == "true" || s == "false")
		},
	}
}

func number(low, high int) kind {
	return kind{
		want: fmt.Sprintf("a whole number from %d to %d", low, high),
		read: func(g given) (any, bool) {
			s, ok := g.word("!!int")
			n, err := strconv.Atoi(s)
			return n, ok && err == nil && n >= low && n <= high
		},
	}
}

func duration(low, high time.Duration) kind {
	return kind{
		want: fmt.Sprintf("a duration from %v to %v, with its unit (like 750ms or 1.5s)", low, high),
		read: func(g given) (any, bool) {
			s, ok := g.word("!!str")
			if s == "0" { // the one duration that needs no unit
				_, ok = g.word(g.tag)
			}
			d, err := time.ParseDuration(s)
			return d.String(), ok && err == nil && d >= low && d <= high
		},
	}
}

func address() kind {
	return kind{
		want: "an address like 127.0.0.1:8484 (host:port, port 0 to 65535)",
		read: func(g given) (any, bool) {
			s, ok := g.word("!!str")
			_, port, err := net.SplitHostPort(s)
			_, errPort := strconv.ParseUint(port, 10, 16)
			return s, ok && err == nil && errPort == nil
		},
	}
}

func file(want string) kind {
	return kind{want: want, path: true, read: func(g given) (any, bool) {
		s, ok := g.word("!!str")
		return s, ok && !strings.ContainsRune(s, 0)
	}}
}

func ruleFiles() kind {
	name := regexp.MustCompile(`^[a-z0-9][a-z0-9._-]*$`)
	return kind{
		want: "a list of rule files, like [open-mic, mine.yaml]: names of shipped ones, or paths that end in .yaml",
		path: true,
		read: func(g given) (any, bool) {
			out := []string{}
			for _, e := range g.elements() {
				s, ok := e.word("!!str")
				if !ok || strings.ContainsRune(s, 0) || !isRulePath(s) && !name.MatchString(s) {
					return nil, false
				}
				out = append(out, s)
			}
			return out, g.list != nil || g.tag == ""
		},
	}
}

func hostNames() kind {
	name := regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$`)
	return kind{
		want: "a list of DNS names in lower case and without a port, like [earshot.example]",
		read: func(g given) (any, bool) {
			out := []string{}
			for _, e := range g.elements() {
				s, ok := e.word("!!str")
				if !ok || len(s) > 253 || !name.MatchString(s) {
					return nil, false
				}
				out = append(out, s)
			}
			return out, g.list != nil || g.tag == ""
		},
	}
}

func networks() kind {
	return kind{
		want: "a list of addresses and networks, like [127.0.0.1, 10.0.0.0/8]",
		read: func(g given) (any, bool) {
			out := []string{}
			for _, e := range g.elements() {
				s, ok := e.word("!!str")
				_, errA := netip.ParseAddr(s)
				_, errP := netip.ParsePrefix(s)
				if !ok || errA != nil && errP != nil || strings.Contains(s, "%") {
					return nil, false
				}
				out = append(out, s)
			}
			return out, g.list != nil || g.tag == ""
		},
	}
}

func wordList() kind {
	return kind{
		want: "a list of names and words, like [Ayu, photosynthesis], each at most 64 letters",
		read: func(g given) (any, bool) {
			out := []string{}
			for _, e := range g.elements() {
				s := strings.TrimSpace(e.text)
				if e.list != nil || s == "" || len(s) > 64 || strings.ContainsFunc(s, unicode.IsControl) {
					return nil, false
				}
				out = append(out, s)
			}
			return out, (g.list != nil || g.tag == "") && len(out) <= 64
		},
	}
}

// elements are a list's elements; in the environment and in flags a list is written with commas.
func (g given) elements() []given {
	if g.list != nil || g.tag != "" || g.text == "" {
		return g.list
	}
	var out []given
	for s := range strings.SplitSeq(g.text, ",") {
		out = append(out, given{text: strings.TrimSpace(s), from: g.from})
	}
	return out
}

// isRulePath tells a rule file's path from the name of a shipped one.
func isRulePath(s string) bool {
	ext := path.Ext(s)
	return ext == ".yaml" || ext == ".yml"
}

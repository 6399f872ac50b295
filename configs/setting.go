package configs

import (
	"slices"
	"time"
)

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
	return slices.Concat([]setting{
		{"data_dir", file("the path of a folder")},
		{"database", postgres()},
		{"database_password_file", file("the path of a file")},
		{"node", line(64)},
		{"rebalance", truth()},
		{"only", choice("", OnlyDecode, OnlyHear)},
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
		{"decoder.backend", choice("auto", "cpu", "vulkan", "cuda")},
		{"decoder.url", apiBase()},
		{"decoder.model", matching(`^[^\s]*$`, "the name of a model, without spaces")},
		{"decoder.key_file", file("the path of a file")},
		{"rules", ruleFiles()},
		{"text_model", file("the path of a file")},
		{"mode", choice("", "watch", "suggest", "act")},
		{"automatic", truth()},
		{"announcement", line(500)},
		{"moderate_only", truth()},
		{"captions.to", choice("none", "room")},
		{"captions.partials", yesOrNo()},
		{"stay.max_time", duration(0, 168*time.Hour)},
		{"stay.alone", duration(0, 24*time.Hour)},
		{"stay.silence", duration(0, 24*time.Hour)},
		{"log.level", choice("debug", "info", "warn", "error")},
		{"log.format", choice("text", "json")},
		{"metrics.listen", addressOrNone()},
	}, loungeSettings(), liveKitSettings(), jitsiSettings(), []setting{
		{"streams.unseen", truth()},
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
		{"summary.url", apiBase()},
		{"summary.model", matching(`^[^\s]*$`, "the name of a model, without spaces")},
		{"opinion.url", apiBase()},
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
	})
}

func apiBase() kind {
	return matching(
		`^(https?://[^\s/?#@]+(/[^\s?#]*)?)?$`, `the base of an API like http://127.0.0.1:11434/v1, without a password in it`,
	)
}

func loungeSettings() []setting {
	return []setting{
		{"lounge.udp_port", number(0, 65535)},
		{"lounge.per_address", number(0, 1024)},
		{"lounge.host_token_file", file("the path of a file")},
	}
}

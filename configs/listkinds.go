package configs

import (
	"net/netip"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

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

// isRulePath tells a rule file's path from the name of a shipped one.
func isRulePath(s string) bool {
	ext := path.Ext(s)
	return ext == ".yaml" || ext == ".yml"
}

func interfaces() kind {
	name := regexp.MustCompile(`^[^\s/\x00]{1,32}$`)
	return kind{
		want: "a list of names of network interfaces, like [eth0, wg0]",
		read: func(g given) (any, bool) { return g.each(name.MatchString) },
	}
}

// each reads a list whose elements all fit.
func (g given) each(fits func(string) bool) (any, bool) {
	out := []string{}
	for _, e := range g.elements() {
		s, ok := e.word("!!str")
		if !ok || !fits(s) {
			return nil, false
		}
		out = append(out, s)
	}
	return out, g.list != nil || g.tag == ""
}

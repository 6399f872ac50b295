package configs

import (
	"fmt"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

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

func oneWord(most int) kind {
	return kind{
		want: fmt.Sprintf("a text of at most %d characters", most),
		read: func(g given) (any, bool) {
			s, ok := g.word("!!str")
			return s, ok && len(s) <= most && !strings.ContainsAny(s, "\x00\n")
		},
	}
}

// line is a text in one line, of at most so many bytes.
func line(most int) kind {
	k := oneWord(most)
	read := k.read
	k.read = func(g given) (any, bool) {
		v, ok := read(g)
		s, _ := v.(string)
		return strings.TrimSpace(s), ok && !strings.ContainsFunc(s, unicode.IsControl)
	}
	return k
}

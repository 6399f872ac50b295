package configs

import (
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"earshot/configs/strict"
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
		want:  "one of " + strings.Join(names[:last], ", ") + " or " + names[last],
		meant: func(text string) string { return closestChoice(text, words) },
		read: func(g given) (any, bool) {
			s, ok := g.word("!!str")
			return s, ok && slices.Contains(words, s)
		},
	}
}

// closestChoice is the one of some words that a text was meant to be; "" if none is close.
func closestChoice(text string, words []string) string {
	text = strings.ToLower(text)
	if word := strict.OtherWord(text, words); word != "" {
		return word
	}
	if slices.Contains(words, text) {
		return text
	}
	return strict.Closest(text, slices.DeleteFunc(slices.Clone(words), func(w string) bool { return w == "" }))
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

// yesOrNo is a truth that may also be written yes or no.
func yesOrNo() kind {
	words := map[string]bool{"yes": true, "true": true, "no": false, "false": false}
	return kind{
		want: "yes or no",
		read: func(g given) (any, bool) {
			v, ok := words[g.text]
			return v, ok && g.list == nil && (g.tag == "" || g.tag == "!!bool" || g.tag == "!!str")
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

func addressOrNone() kind {
	k := address()
	k.want += ", or empty"
	read := k.read
	k.read = func(g given) (any, bool) {
		if s, ok := g.word("!!str"); ok && s == "" {
			return s, true
		}
		return read(g)
	}
	return k
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

// postgres is the address of a PostgreSQL database, which people may see.
func postgres() kind {
	return kind{
		want: "an address like postgres://earshot@db.example/earshot, without a password, or empty",
		read: func(g given) (any, bool) {
			s, ok := g.word("!!str")
			if s == "" {
				return s, ok
			}
			u, err := url.Parse(s)
			if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" || u.Fragment != "" {
				return s, false
			}
			_, secret := u.User.Password()
			return s, ok && !secret && !u.Query().Has("password") && !u.Query().Has("sslpassword")
		},
	}
}

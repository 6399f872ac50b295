package match

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"earshot/models/confusables"
)

// readings returns the normal form of a token and its other readings.
func readings(text string) (string, []string) {
	ascii := true
	for i := 0; i < len(text) && ascii; i++ {
		ascii = text[i] < utf8.RuneSelf
	}
	var alts []string
	if !ascii {
		text, alts = latinised(text)
	}
	alts = append(alts, squeezed(text)...)
	alts = append(alts, unleet(text)...)
	return text, alts
}

// lookAlikes maps Cyrillic and Greek letters that look like Latin ones to these. There are fewer than confusables of names: an
// ordinary word in its own script must not be read as a Latin one because of one merely similar letter.
var lookAlikes = func() map[rune]rune {
	out := map[rune]rune{}
	for _, r := range "авсԁеһіјкмнорѕтѵԝхуαβεηικνορτυχ" {
		out[r], _ = utf8.DecodeRuneInString(confusables.Latin(r))
	}
	return out
}()

// Skeleton converts a name to a form in which names that look alike are equal: capitals, marks, spaces, symbols and look-alikes do
// not count (UTS #39, section 4, and coarser). It is only for comparison.
func Skeleton(name string) string {
	return strings.Map(func(r rune) rune {
		r = unicode.ToLower(r)
		if l, ok := lookAlikes[r]; ok {
			r = l
		}
		switch r {
		case '0':
			return 'o'
		case '1', 'i', 'ı':
			return 'l'
		}
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, norm.NFKD.String(name))
}

// latinised replaces look-alikes in a token that mixes scripts. A token consisting only of look-alikes may be an ordinary word in
// its own script, so the Latin reading is only added.
func latinised(text string) (string, []string) {
	latin, other, unlike := false, false, false
	var b strings.Builder
	for _, r := range text {
		if l, ok := lookAlikes[r]; ok {
			other = true
			b.WriteRune(l)
			continue
		}
		latin = latin || unicode.Is(unicode.Latin, r)
		unlike = unlike || unicode.In(r, unicode.Cyrillic, unicode.Greek)
		b.WriteRune(r)
	}
	switch {
	case other && latin && !unlike:
		return b.String(), nil
	case other && !unlike:
		return text, []string{b.String()}
	}
	return text, nil
}

// maxRuns limits the readings of one token: 2^runs.
const maxRuns = 3

// squeezed returns the readings of a token with drawn-out letters ("stuuupid", "gooood"): each run of three or more is read as one
// and as two letters. Tokens of a single letter only ("aaa", "kkk") are unchanged.
func squeezed(text string) []string {
	runs, distinct := longRuns(text)
	if len(runs) == 0 || distinct < 2 {
		return nil
	}
	var out []string
	for choice := range 1 << min(len(runs), maxRuns) {
		var b strings.Builder
		at := 0
		for i, run := range runs {
			b.WriteString(text[at : run[0]+run[2]])
			if choice>>min(i, maxRuns-1)&1 == 1 {
				b.WriteString(text[run[0] : run[0]+run[2]])
			}
			at = run[1]
		}
		b.WriteString(text[at:])
		out = append(out, b.String())
	}
	return out
}

// longRuns finds the runs of three or more equal letters as {start, end, bytes per letter}, and counts the runs of all
// lengths (two runs mean at least two letters).
func longRuns(text string) (runs [][3]int, distinct int) {
	for at := 0; at < len(text); distinct++ {
		r, size := utf8.DecodeRuneInString(text[at:])
		end := at + size
		for strings.HasPrefix(text[end:], text[at:at+size]) {
			end += size
		}
		if end-at >= 3*size && unicode.IsLetter(r) {
			runs = append(runs, [3]int{at, end, size})
		}
		at = end
	}
	return runs, distinct
}

// leet are the digits used as letters.
var leet = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t")

// unleet reads digits between letters as letters ("1d10t"). A one is an i or an l.
func unleet(text string) []string {
	letters, digits := 0, 0
	for _, r := range text {
		switch {
		case r >= 'a' && r <= 'z':
			letters++
		case r >= '0' && r <= '9':
			digits++
		}
	}
	if letters < 2 || digits == 0 {
		return nil
	}
	out := []string{leet.Replace(text)}
	if strings.Contains(text, "1") {
		out = append(out, leet.Replace(strings.ReplaceAll(text, "1", "l")))
	}
	return slices.Compact(out)
}

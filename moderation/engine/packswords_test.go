//go:build !race

package engine

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"earshot/models"
)

// The maximum length of a pattern that a host can read aloud, and the maximum number of alternatives in a group.
const (
	longestPattern   = 120
	mostAlternatives = 12
)

var (
	packPattern = regexp.MustCompile(`pattern: "((?:[^"\\]|\\.)*)"`)
	patternAlts = regexp.MustCompile(`\([^()]*\)`)
)

// TestPatternsOfPacksAreReadable limits the shipped packs to patterns that can be read aloud: longer ones belong in a list.
func TestPatternsOfPacksAreReadable(t *testing.T) {
	for _, name := range readablePacks {
		data, err := os.ReadFile(packs + "/" + name + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(data), "\n") {
			for _, m := range packPattern.FindAllStringSubmatch(line, -1) {
				if len(m[1]) > longestPattern {
					t.Errorf("%s:%d: a pattern of %d signs, more than %d: %s", name, i+1, len(m[1]), longestPattern, m[1])
				}
				for _, group := range patternAlts.FindAllString(m[1], -1) {
					if n := strings.Count(group, "|") + 1; n > mostAlternatives {
						t.Errorf("%s:%d: %d alternatives, more than %d: %s", name, i+1, n, mostAlternatives, group)
					}
				}
			}
			if strings.Contains(line, "pattern: ") && !packPattern.MatchString(line) {
				t.Errorf("%s:%d: a pattern without quotes", name, i+1)
			}
		}
	}
}

var readablePacks = []string{
	"base", "harassment.en", "scams.en", "personal-data", "harassment.id", "floor", "sound", "open-mic", "strict", "lenient",
}

// groupsOf are names of groups of people, by kind.
var groupsOf = [][]string{
	{"muslims", "jews", "christians", "hindus", "sikhs", "catholics"},
	{"mexicans", "germans", "somalis", "turks", "nigerians", "russians", "poles"},
	{"gay people", "lesbian people", "trans people", "bisexual people"},
	{"black people", "white people", "asian people", "hispanic people"},
	{"disabled people", "deaf people", "blind people", "autistic people"},
	{"immigrants", "refugees", "migrants", "foreigners"},
}

// flagged returns the rules that flag a line, with their modes.
func flagged(t *testing.T, set *Set, say string) string {
	t.Helper()
	vs, err := set.Try(Example{Say: []string{say}, WordP: 1})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, v := range vs {
		if v.Fired {
			out = append(out, v.Rule+" "+string(v.Mode))
		}
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

func TestNamingAGroupNeverFlags(t *testing.T) {
	set := mustLoadPacks(t, "open-mic")
	for _, kind := range groupsOf {
		for _, g := range kind {
			for _, say := range []string{"*", "the *", "we talked about *", "* live in this street", "hello *", "some of my friends are *"} {
				say = strings.Replace(say, "*", g, 1)
				if got := flagged(t, set, say); got != "" {
					t.Errorf("%q is flagged: %s", say, got)
				}
			}
		}
	}
}

func TestTheGroupThatIsNamedNeverChangesAVerdict(t *testing.T) {
	set := mustLoadPacks(t, "open-mic")
	lines := []string{
		"* are filth and vermin", "i think that * should all be shot", "send all * back where they came from", "* are ruining this country",
		"why are * so lazy", "my neighbours are * and we cook together", "nobody should be beaten because they are *",
		"* have the right to vote", "he said that * are vermin and i told him to stop", "i hate * they disgust me",
	}
	some := 0
	for _, kind := range groupsOf {
		for _, line := range lines {
			first := flagged(t, set, strings.Replace(line, "*", kind[0], 1))
			if first != "" {
				some++
			}
			for _, g := range kind[1:] {
				if got := flagged(t, set, strings.Replace(line, "*", g, 1)); got != first {
					t.Errorf("%q with %q: %q, with %q: %q", line, g, got, kind[0], first)
				}
			}
		}
	}
	if some < len(groupsOf)*3 {
		t.Errorf("only %d of the lines are flagged: this test looks at nothing", some)
	}
}

// TestWhatAGroupDeserves: nobody is asked about a line that wants something good for a group, and still about one that wants harm.
func TestWhatAGroupDeserves(t *testing.T) {
	set := mustLoadPacks(t, "open-mic")
	good := strings.Split("the same care|care|respect|love|safety|help|good doctors|a safe home|protection|dignity", "|")
	frames := []string{
		"* deserve !", "* need !", "* have the right to !", "* have a right to !", "* are entitled to !", "all * deserve !",
		"i think * deserve ! like everybody else", "our * need ! and we will fight for it", "everyone knows that * should get !",
		"why should * not have !", "we want * to have !", "give * ! please", "* deserve ! as much as you and me",
	}
	wants := func(frame, what string, asked bool) {
		for _, kind := range groupsOf {
			for _, g := range kind {
				say := strings.NewReplacer("*", g, "!", what).Replace(frame)
				if got := flagged(t, set, say); strings.Contains(got, string(models.ModeSuggest)) != asked {
					t.Errorf("%q: %q, asked is to be %t", say, got, asked)
				}
			}
		}
	}
	for _, frame := range frames {
		for _, what := range good {
			wants(frame, what, false)
		}
	}
	for _, frame := range []string{
		"* deserve to be !", "all * deserve to be !", "* like you deserve to be !", "i think * ought to be ! for what they are",
	} {
		for _, what := range []string{"beaten", "shot", "hanged", "locked up and forgotten"} {
			wants(frame, what, true)
		}
	}
}

func mustLoadPacks(t *testing.T, names ...string) *Set {
	t.Helper()
	set, err := Load(LoadOptions{FS: os.DirFS(packs)}, names...)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// TestIdiomsAreNotAsked judges with the shipped profile harmless lines that sound like something else.
func TestIdiomsAreNotAsked(t *testing.T) {
	set := mustLoadPacks(t, "open-mic")
	data, err := os.ReadFile("testdata/idioms.txt")
	if err != nil {
		t.Fatal(err)
	}
	asked, lines := 0, strings.Split(strings.TrimSpace(string(data)), "\n")
	for _, line := range lines {
		if got := flagged(t, set, line); strings.Contains(got, string(models.ModeSuggest)) {
			asked++
			t.Logf("%q: %s", line, got)
		}
	}
	if len(lines) < 80 || asked > 2 {
		t.Errorf("a host is asked about %d of %d harmless lines", asked, len(lines))
	}
}

// TestUnseenLinesAreJudged judges with the shipped profile lines of kinds that word lists cannot tell apart: groups in praise or in
// numbers, violence that is technical, hatred that is denied; contempt that is implied or says no. The text model was not trained on
// them. The bounds are what is reached.
func TestUnseenLinesAreJudged(t *testing.T) {
	set := mustLoadPacks(t, "open-mic")
	data, err := os.ReadFile("testdata/unseen.tsv")
	if err != nil {
		t.Fatal(err)
	}
	asked, lines := map[string]int{}, map[string]int{}
	for line := range strings.Lines(string(data)) {
		parts := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if strings.HasPrefix(line, "#") {
			continue
		}
		kind := "harmful"
		if parts[1] == "none" {
			kind = "harmless"
		}
		lines[kind]++
		if strings.Contains(flagged(t, set, parts[2]), string(models.ModeSuggest)) {
			asked[kind]++
		}
	}
	t.Logf("a host is asked about %v of %v", asked, lines)
	if lines["harmless"] < 100 || asked["harmless"] > 7 {
		t.Errorf("a host is asked about %d of %d harmless lines", asked["harmless"], lines["harmless"])
	}
	if lines["harmful"] < 60 || asked["harmful"] < 26 {
		t.Errorf("a host is asked about %d of %d harmful lines", asked["harmful"], lines["harmful"])
	}
}

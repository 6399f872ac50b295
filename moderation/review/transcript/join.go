package transcript

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Minutes introduce people once: "Hon. Ana Lee (Minister of Health)", "The Chair (Hon. Ana Lee (North Bay, Lib.))". Afterwards they have
// "Hon. Ana Lee" and "The Chair". Whoever has both kinds of name side by side, or a name that several have, may be two people.

// join takes people for one whom the file introduces once by a fuller name: no line with that name follows one with the shorter name, and
// nobody else has a fuller name that contains it. They are shown by the fuller name.
func (t *Transcript) join() {
	fuller := map[string][]int{} // shorter name -> people
	for i, p := range t.people {
		for _, short := range shorter(p.name) {
			fuller[short] = append(fuller[short], i)
		}
	}
	if len(fuller) == 0 {
		return
	}
	first, last := make([]int, len(t.people)), make([]int, len(t.people))
	for i := range t.people {
		first[i] = len(t.lines)
	}
	for n, l := range t.lines {
		first[l.who], last[l.who] = min(first[l.who], n), n
	}
	order, same := make([]int, len(t.people)), make([]int, len(t.people))
	for i := range t.people {
		order[i], same[i] = i, i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(len(t.people[b].name), len(t.people[a].name)) })
	for _, i := range order {
		all := fuller[t.people[i].name]
		if len(all) == 0 || slices.ContainsFunc(all, func(j int) bool { return same[j] != same[all[0]] }) {
			continue
		}
		if who := same[all[0]]; last[who] < first[i] {
			same[i] = who
		}
	}
	for n := range t.lines {
		t.lines[n].who = same[t.lines[n].who]
	}
}

// shorter returns the names by which somebody may be called whom a name with parentheses introduces. Those of "The Chair (Ana Lee (Bay))"
// are "The Chair", "The Chair (Ana Lee)", "Ana Lee (Bay)" and "Ana Lee". What is in parentheses is an office or a place, which is written
// with a capital; "(2)", "(guest)" and "(Interpreter)" tell people apart.
func shorter(name string) []string {
	head, aside := parted(name)
	if aside == "" || strings.Contains(aside, "nterpret") || strings.Contains(aside, "ranslat") {
		return nil
	}
	var out []string
	if len(strings.Fields(head)) > 1 {
		out = append(out, head)
	}
	if !chairs(head) {
		return out
	}
	within, more := parted(aside)
	if more == "" {
		within = aside
	} else {
		out = append(out, aside, head+" ("+within+")")
	}
	if len(strings.Fields(within)) > 1 {
		out = append(out, within)
	}
	return out
}

// parted parts "name (aside)". An aside begins with a capital, or a letter of a script that has none.
func parted(name string) (head, aside string) {
	at := strings.Index(name, " (")
	if at < 0 || !strings.HasSuffix(name, ")") {
		return "", ""
	}
	aside = name[at+len(" (") : len(name)-len(")")]
	if r, _ := utf8.DecodeRuneInString(aside); !unicode.IsLetter(r) || unicode.IsLower(r) {
		return "", ""
	}
	return name[:at], aside
}

// chairs reports whether a name is the office of whoever leads a meeting, in English: the name is in parentheses then.
func chairs(head string) bool {
	switch office := strings.ToLower(head[strings.LastIndexAny(head, " -")+1:]); office {
	case "chair", "chairman", "chairwoman", "chairperson", "speaker", "president":
		return true
	}
	return false
}

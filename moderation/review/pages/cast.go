package pages

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/rivo/uniseg"

	"earshot/models"
	"earshot/moderation/review/web"
)

// colours is how many speaker colours the stylesheet has; further speakers get them again in outline.
const colours = 8

// person is a speaker as the pages show one: always a colour and initials together.
type person struct {
	Key      string // stands in element ids
	Name     string
	Initials string
	Class    string // the colour's class names
	Role     string
	URL      string // the person's page, or ""
}

// cast gives every speaker of one session a colour and initials. The order of arrival decides, so that a stream and a
// reload agree.
type cast struct {
	people map[string]*person // by speaker id
	order  []*person
	room   string            // "" where people have no page
	names  map[string]string // that hosts gave, by speaker id
	taken  map[string]bool   // initials
}

func newCast(speakers []models.Speaker) *cast { return newCastOf("", nil, speakers) }

// newCastOf is the cast of a session in a room whose people have pages, and perhaps names that hosts gave them.
func newCastOf(room string, names map[string]string, speakers []models.Speaker) *cast {
	c := &cast{people: map[string]*person{}, taken: map[string]bool{}, room: room, names: names}
	speakers = slices.Clone(speakers)
	slices.SortStableFunc(speakers, func(a, b models.Speaker) int {
		return cmp.Or(cmp.Compare(a.FirstMS, b.FirstMS), cmp.Compare(a.ID, b.ID))
	})
	for _, s := range speakers {
		c.put(s)
	}
	return c
}

// put takes in a speaker, or a new name or role of a known one.
func (c *cast) put(s models.Speaker) *person {
	p, _ := c.find(s.ID, s.Name)
	if name := web.CleanName(cmp.Or(c.names[s.ID], s.Name)); name != "" && name != p.Name {
		p.Name = name
		p.Initials = c.initials(name)
	}
	if s.Role != "" && s.Role != models.RoleSpeaker {
		p.Role = web.CleanName(string(s.Role))
	}
	return p
}

// find returns the person with the id and whether it was known before. A line may come from somebody who was never
// announced.
func (c *cast) find(id, name string) (p *person, known bool) {
	if p, ok := c.people[id]; ok {
		return p, true
	}
	if name = web.CleanName(cmp.Or(c.names[id], name)); name == "" {
		name = "Unknown"
	}
	n := len(c.order)
	p = &person{Key: elementID("s", id), Name: name, Initials: c.initials(name), Class: fmt.Sprintf("c%d", n%colours)}
	if c.room != "" {
		p.URL = personURL(c.room, id)
	}
	if n/colours%2 == 1 {
		p.Class += " outline"
	}
	c.people[id] = p
	c.order = append(c.order, p)
	return p, false
}

// initials are the first letters of the first and last word, or the end of its number; a single word gives its first
// letter, or the first two when
// somebody has that one.
func (c *cast) initials(name string) string {
	words := strings.FieldsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || r == '_' || r == '.' || r == '-' })
	if len(words) == 0 {
		return "?"
	}
	in := firstLetters(words[0], 1)
	if last := words[len(words)-1]; len(words) > 1 && strings.Trim(last, "0123456789") == "" {
		in += last[max(0, len(last)-2):] // Guest 12 is not Guest 1
	} else if len(words) > 1 {
		in += firstLetters(last, 1)
	} else if c.taken[in] {
		in = firstLetters(words[0], 2)
	}
	c.taken[in] = true
	return in
}

// firstLetters takes n characters as people count them, the first one in upper case.
func firstLetters(s string, n int) string {
	var b strings.Builder
	for i := 0; i < n && s != ""; i++ {
		var g string
		g, s, _, _ = uniseg.FirstGraphemeClusterInString(s, -1)
		if len(g) > 32 { // a pile of combining marks
			g = string([]rune(g)[:1])
		}
		if i == 0 {
			g = strings.ToUpper(g)
		}
		b.WriteString(g)
	}
	return b.String()
}

// elementID makes a safe element id from any text. It is a strong hash, so that nobody can choose a name that takes
// another's place in the page.
func elementID(kind, s string) string {
	sum := sha256.Sum256([]byte(s))
	return kind + "-" + base64.RawURLEncoding.EncodeToString(sum[:9])
}

package pages

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/rivo/uniseg"

	"earshot/models"
	"earshot/moderation/review/web"
)

// colours is the number of speaker colours in the stylesheet; further speakers get them again in outline.
const colours = 8

// person is a speaker as displayed: always with a colour and initials.
type person struct {
	Key      string // used in element ids
	Name     string
	Initials string
	Class    string // the colour's class names
	Role     string
	URL      string // the person's page, or ""
	Menu     string // what can be done about them in their session, or ""
	LeftOut  bool   // is not transcribed, at their own request
}

// cast gives every speaker of a session a colour and initials. The order of arrival decides, so that a stream and a reload agree.
type cast struct {
	people map[string]*person // by speaker id
	order  []*person
	room   string            // "" if people have no page
	ses    string            // the session whose pages it is for, or ""
	names  map[string]string // that hosts gave, by speaker id
	taken  map[string]bool   // initials
}

func newCast(speakers []models.Speaker) *cast { return newCastOf("", nil, speakers) }

// newCastOf returns the cast of a session in a room whose people have pages, and perhaps names given by hosts.
func newCastOf(room string, names map[string]string, speakers []models.Speaker) *cast {
	return (&cast{room: room, names: names}).of(speakers)
}

// of fills an empty cast.
func (c *cast) of(speakers []models.Speaker) *cast {
	c.people, c.taken = map[string]*person{}, map[string]bool{}
	speakers = slices.Clone(speakers)
	slices.SortStableFunc(speakers, func(a, b models.Speaker) int {
		return cmp.Or(cmp.Compare(a.FirstMS, b.FirstMS), cmp.Compare(a.ID, b.ID))
	})
	for _, s := range speakers {
		c.put(s)
	}
	return c
}

// personURL returns the address of a person's page.
func personURL(room, speaker string) string {
	return "/people/" + url.PathEscape(cmp.Or(room, "-")) + "/" + url.PathEscape(speaker)
}

// speakerURL returns the address for actions on a person in a session.
func speakerURL(session, speaker string) string {
	return "/s/" + url.PathEscape(session) + "/speakers/" + url.PathEscape(speaker)
}

// put adds a speaker, or a new name or role of a known one.
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

// find returns the person with the id and whether they were already known. A line may come from somebody who was never announced.
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
	if c.ses != "" {
		p.Menu = speakerURL(c.ses, id)
	}
	if n/colours%2 == 1 {
		p.Class += " outline"
	}
	c.people[id] = p
	c.order = append(c.order, p)
	return p, false
}

// initials returns the first letters of the first and last word, or the end of its number; a single word gives its first letter, or
// the first two if somebody already has that one.
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

// firstLetters returns the first n user-perceived characters, the first one in upper case.
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

// elementID returns a safe element id for any text. It is a strong hash, so that no name can be chosen to take over another's
// element.
func elementID(kind, s string) string {
	sum := sha256.Sum256([]byte(s))
	return kind + "-" + base64.RawURLEncoding.EncodeToString(sum[:9])
}

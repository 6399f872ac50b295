package export

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/csv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"earshot/models"
)

func summarised() Transcript {
	t := sample()
	t.Session = &models.Session{ID: "s", Name: "Open *mic* <1>", Model: "tiny.en", Rules: "open-mic@1"}
	k := t.Utterances[0].Key
	t.Summary = &models.Summary{
		Headline: "Ana talked about *coffee*.", Chapters: []models.Chapter{{Title: "Coffee & tea", StartMS: 12_000, Cites: []models.Key{k}}},
		Decisions: []models.SummaryItem{{Text: "We decided <b>", SpeakerID: "a", StartMS: 12_000, Cites: []models.Key{k}}},
		Talk:      []models.TalkShare{{SpeakerID: "a", SpeakerName: "Ana", TalkMS: 60_000, Turns: 2}}, Lines: 200, LeftOut: 12, Flagged: 1,
	}
	return t
}

func TestMarkdown(t *testing.T) {
	want := `# Open \*mic\* &lt;1&gt;

- 0001\-01\-01 00:00 UTC
- Transcribed automatically \(tiny.en\); words may be wrong
- Rules: open\-mic\@1

## Summary

Ana talked about \*coffee\*.

### Chapters

- 00:12 Coffee &amp; tea

### Decisions

- 00:12 Ana: We decided &lt;b&gt;

From 200 lines, made without any language model. Left out as doubtful: 12 \(6 %\). Left out as flagged: 1 \(less than 1 %\).

## Transcript

**00:12 Ana** Welcome everyone. *(doubtful: low voice)*

*00:13 — 2.1 s not heard from Cem \(packet loss\)*

**00:15 Benjamin** Buy &lt;now&gt; &amp; win \-\-&gt; it **▲ scam high**

`
	in := summarised()
	in.Utterances = in.Utterances[:2]
	if d := cmp.Diff(want, asText(t, FormatMD, in)); d != "" {
		t.Error(d)
	}
}

func TestCSV(t *testing.T) {
	in := sample()
	in.Flags[0] = models.Flag{
		ID: "f1", Utterance: in.Utterances[1].Key, SpeakerName: "=cmd|' /C calc'!A0", Rule: "scam", Level: models.LevelHigh,
		Status:  models.FlagOpen,
		Matched: words(0, "\t＝1+1 win"), StartMS: 15_500, EndMS: 17_800, Why: "-2\r\n+3, \"quoted\"",
	}
	want := strings.Join(csvHeader, ",") + "\r\n" +
		`00:15,15500,17800,'=cmd|' /C calc'!A0,scam,,high,,open,,,'＝1+1 win,Buy <now> & win --> it,"'-2 +3, ""quoted""",f1` + "\r\n"
	if d := cmp.Diff(want, asText(t, FormatCSV, in)); d != "" {
		t.Error(d)
	}
}

// checkPage demands that a page has no script, loads nothing, leads nowhere and says so in its policy.
func checkPage(t *testing.T, page string) *html.Node {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	tags := map[string]bool{}
	for _, w := range strings.Fields(
		"html head meta title style body header h1 h2 h3 bdi ul ol li main section p a time b i strong span table tbody tr th td meter",
	) {
		tags[w] = true
	}
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && !tags[n.Data] {
			t.Errorf("element <%s>", n.Data)
		}
		for _, a := range n.Attr {
			bad := strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "src" || a.Key == "href" && !strings.HasPrefix(a.Val, "#")
			if bad {
				t.Errorf("<%s %s=%q>", n.Data, a.Key, a.Val)
			}
		}
	}
	return doc
}

func TestHTML(t *testing.T) {
	in := summarised()
	in.Utterances[1].Text = `<script>alert(1)</script><img src=x onerror=alert(2)> </style> {{.Title}} javascript:alert(3)` + "\u202e"
	page := asText(t, FormatHTML, in)
	doc := checkPage(t, page)
	style, policy := "", ""
	for n := range doc.Descendants() {
		switch {
		case n.Type == html.ElementNode && n.Data == "style":
			style = n.FirstChild.Data
		case n.Type == html.ElementNode && n.Data == "meta" && strings.Contains(n.Attr[len(n.Attr)-1].Val, "default-src"):
			policy = n.Attr[len(n.Attr)-1].Val
		}
	}
	sum := sha256.Sum256([]byte(style))
	if !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "sha256-"+base64.StdEncoding.EncodeToString(sum[:])) {
		t.Errorf("the policy %q does not fit the style", policy)
	}
	collapsed := strings.Join(strings.Fields(page), " ") // as a browser does
	for _, want := range []string{
		`href="#l1"`, "&lt;script&gt;", "not heard from Cem", "doubtful: low voice", "12 (6 %)", "▲ scam high", "Coffee &amp; tea",
	} {
		if !strings.Contains(collapsed, want) {
			t.Errorf("%q is not in the page", want)
		}
	}
	if strings.Contains(page, "\u202e") {
		t.Error("a bidirectional override is in the page")
	}
	checkPage(t, asText(t, FormatHTML, Transcript{}))
}

// FuzzHTML: whatever people are called and say, the page stays the same elements and can do nothing.
func FuzzHTML(f *testing.F) {
	f.Add("Ana", "</p><script>x</script>", "'\"><a href=http://x>")
	f.Add("<!--", "-->", "]]>\x00")
	f.Fuzz(func(t *testing.T, name, text, rule string) {
		in := summarised()
		in.Utterances[0].SpeakerName, in.Utterances[0].Text, in.Flags[0].Rule = name, text, rule
		in.Summary.Headline, in.Summary.Chapters[0].Title, in.Summary.Talk[0].SpeakerName = text, name, name
		in.Session.Name, in.Session.Model = text, rule
		checkPage(t, asText(t, FormatHTML, in))
	})
}

// FuzzCSV: every table is read back with all its rows, and no cell begins like a formula.
func FuzzCSV(f *testing.F) {
	f.Add("=1+1", "a,b\n\"c\"", "\u200b@x")
	f.Add("\t-1", "\r\n+1", "\uff1d1")
	f.Fuzz(func(t *testing.T, who, text, why string) {
		in := sample()
		in.Utterances[1].Text = text
		in.Flags[0].SpeakerName, in.Flags[0].Why, in.Flags[0].Rule = who, why, text
		r := csv.NewReader(strings.NewReader(asText(t, FormatCSV, in)))
		rows, err := r.ReadAll()
		if err != nil || len(rows) != 2 || len(rows[1]) != len(csvHeader) {
			t.Fatalf("%d rows, %v", len(rows), err)
		}
		for _, c := range rows[1] {
			if first, _ := utf8.DecodeRuneInString(c); c != "" && (strings.ContainsRune("=+-@|%＝＋－＠", first) || unicode.IsControl(first)) {
				t.Errorf("cell %q", c)
			}
		}
	})
}

// FuzzMarkdown: a line of others never begins a block of its own and holds no raw markup.
func FuzzMarkdown(f *testing.F) {
	f.Add("# x\n\n- y", "<b>[a](http://x)")
	f.Add("1. one", "```\n$x$")
	f.Fuzz(func(t *testing.T, a, b string) {
		for _, s := range []string{md(a), md(b)} {
			if strings.ContainsAny(s, "\n\r<") || strings.HasPrefix(s, "#") || strings.HasPrefix(s, "- ") {
				t.Errorf("%q", s)
			}
			for i, r := range s {
				if strings.ContainsRune("`*_[]!|~", r) && (i == 0 || s[i-1] != '\\') {
					t.Errorf("%q: a bare %q", s, r)
				}
			}
		}
	})
}

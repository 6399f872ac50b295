package export

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"earshot/models"
)

// writeMarkdown writes the summary and the transcript as Markdown (CommonMark). What was said can't become markup.
func writeMarkdown(w io.Writer, t Transcript) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "# %s\n\n", md(t.title()))
	for _, f := range t.facts() {
		fmt.Fprintf(out, "- %s\n", md(f))
	}
	if t.Summary != nil {
		fmt.Fprint(out, "\n## Summary\n\n")
		markdownSummary(out, *t.Summary, "###")
	}
	fmt.Fprint(out, "\n## Transcript\n\n")
	for _, e := range t.entries() {
		fmt.Fprint(out, markdownEntry(e))
	}
	return out.Flush()
}

// markdownEntry formats a line or a gap as a paragraph. A space before the closing asterisks of bold text would make them literal.
func markdownEntry(e entry) string {
	if e.gap != nil {
		return "*" + md(GapLine(*e.gap)) + "*\n\n"
	}
	head := strings.TrimSpace(Clock(e.line.StartMS) + " " + md(e.line.SpeakerName))
	return "**" + head + "** " + md(spoken(*e.line)) + markdownMarks(e) + "\n\n"
}

func markdownMarks(e entry) string {
	var b strings.Builder
	if len(e.line.Doubt) > 0 {
		b.WriteString(" *(doubtful: " + md(doubts(e.line.Doubt)) + ")*")
	}
	for _, f := range e.flags {
		b.WriteString(" **▲ " + md(flagMark(f)) + "**")
	}
	return b.String()
}

// WriteSummary writes a summary by itself as Markdown.
func WriteSummary(w io.Writer, s models.Summary) error {
	out := bufio.NewWriter(w)
	fmt.Fprint(out, "# Summary\n\n")
	markdownSummary(out, s, "##")
	return out.Flush()
}

// markdownSummary writes what follows the title of a summary; level is the mark of its headings.
func markdownSummary(w io.Writer, s models.Summary, level string) {
	fmt.Fprintf(w, "%s\n", md(s.Headline))
	if len(s.Chapters) > 0 {
		fmt.Fprintf(w, "\n%s Chapters\n\n", level)
		for _, c := range s.Chapters {
			fmt.Fprintf(w, "- %s %s\n", Clock(c.StartMS), md(c.Title))
		}
	}
	for _, l := range summaryLists(s) {
		if len(l.Items) == 0 {
			continue
		}
		fmt.Fprintf(w, "\n%s %s\n\n", level, l.Title)
		for _, it := range l.Items {
			fmt.Fprintf(w, "- %s %s\n", Clock(it.StartMS), md(speakerPrefix(s, it.SpeakerID)+it.Text+taskSuffix(it)))
		}
	}
	fmt.Fprintf(w, "\n%s\n", md(SummaryNote(s)))
}

// mdEscape escapes every character that can have a meaning in Markdown, and & and <.
var mdEscape = strings.NewReplacer(
	"\\", "\\\\", "`", "\\`", "*", "\\*", "_", "\\_", "{", "\\{", "}", "\\}", "[", "\\[", "]", "\\]", "(", "\\(", ")", "\\)",
	"#", "\\#", "+", "\\+", "-", "\\-", "!", "\\!", "|", "\\|", "~", "\\~", ">", "&gt;", "<", "&lt;", "&", "&amp;", "://", "\\://",
	"=", "\\=", "@", "\\@",
)

// md returns text from others as Markdown: one line without markup. A number and a full stop at its beginning do not start a list.
func md(s string) string {
	s = mdEscape.Replace(shown(s))
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	if i > 0 && i < len(s) && s[i] == '.' {
		s = s[:i] + "\\" + s[i:]
	}
	return s
}

package mumble

import (
	"context"
	"html"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

const (
	// usualLength is the message limit, in characters, of a server that announces none; Mumble's default.
	usualLength = 5000
	// burst and refill follow Mumble's defaults (messageburst 5, messagelimit 1 per second) with one message to spare: the server
	// silently drops whatever exceeds them, and changes of the bot's own state count as well.
	burst  = 4
	refill = 1100 * time.Millisecond
	// readAtMost limits how many bytes of a chat line are read: the bot's commands are short.
	readAtMost = 2000
)

// bucket is a token bucket for a server's message limit. Its methods may be called from any goroutine.
type bucket struct {
	mu   sync.Mutex
	full time.Time // when all of the burst will be there again
}

// take waits until another message may be sent.
func (b *bucket) take(ctx context.Context) error {
	b.mu.Lock()
	now := time.Now()
	if b.full.Before(now) {
		b.full = now
	}
	wait := b.full.Add(-(burst - 1) * refill).Sub(now)
	b.full = b.full.Add(refill)
	b.mu.Unlock()
	if wait <= 0 {
		return nil
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		b.mu.Lock()
		b.full = b.full.Add(-refill)
		b.mu.Unlock()
		return context.Cause(ctx)
	}
}

// asHTML escapes text for Mumble's chat and splits it into pieces of at most the given number of characters, between words if possible.
func asHTML(text string, most int) (pieces []string) {
	most = max(most, 64)
	piece, length := strings.Builder{}, 0
	flush := func() {
		if length > 0 {
			pieces = append(pieces, strings.TrimSpace(piece.String()))
		}
		piece.Reset()
		length = 0
	}
	for _, word := range strings.SplitAfter(text, " ") {
		if n := utf8.RuneCountInString(escaped(word)); length > 0 && length+n > most {
			flush()
		}
		for _, r := range word {
			s := escaped(string(r))
			if n := utf8.RuneCountInString(s); length+n > most {
				flush()
			}
			piece.WriteString(s)
			length += utf8.RuneCountInString(s)
		}
	}
	flush()
	return pieces
}

func escaped(s string) string { return strings.ReplaceAll(html.EscapeString(s), "\n", "<br>") }

// plain returns the text of a chat line without its HTML.
func plain(markup string) string {
	markup = markup[:min(len(markup), readAtMost)]
	var out strings.Builder
	for {
		text, rest, tag := strings.Cut(markup, "<")
		out.WriteString(text)
		if !tag {
			break
		}
		out.WriteByte(' ')
		if _, markup, tag = strings.Cut(rest, ">"); !tag {
			break
		}
	}
	return strings.Join(strings.Fields(strings.ToValidUTF8(html.UnescapeString(out.String()), "")), " ")
}

package bench

import (
	"fmt"
	"html"
	"io"
	"strings"
	"time"

	"earshot/models"
)

// Printer prints a card. The first row of a Table is its heading.
type Printer interface {
	io.Writer
	Bold(string) string
	Table(rows [][]string) error
}

// Print prints the card for people.
func (c Card) Print(w Printer) error {
	fmt.Fprintf(w, "%s\n", w.Bold(fmt.Sprintf("Earshot %s · %s · %d cores", c.Version, c.Model, c.Cores)))
	if !c.Weights {
		fmt.Fprintln(w, "this model has no weights: it costs as much as a real one, but its text is meaningless")
	}
	if c.Elsewhere {
		fmt.Fprintln(w, "a server decodes: what that costs there is not measured")
	} else {
		c.printCosts(w)
	}
	if err := c.printSteps(w); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\n%s\n", c.verdict())
	return err
}

// printCosts prints the cost of a second of speech.
func (c Card) printCosts(w io.Writer) {
	fmt.Fprintf(w, "\nCPU per second of speech   %.1f ms: Whisper %.1f, Opus %.1f, voice detection %.1f\n",
		c.CPUMSPerSpeechS, c.WhisperMSPerSpeechS, c.DecodeMSPerSpeechS, c.VADMSPerSpeechS)
	fmt.Fprintf(w, "relative to decoding only  %.2f times\n", c.OfflineRatio)
	fmt.Fprintf(w, "windows of 30 s cost       %.1f times as much every 3 s, %.0f times every 0.5 s\n",
		c.StreamDefaultRatio, c.Stream500Ratio)
	if c.StockStreamDefaultRatio > 0 {
		fmt.Fprintf(w, "the same without BLAS      %.1f times, %.0f times\n", c.StockStreamDefaultRatio, c.StockStream500Ratio)
	}
	fmt.Fprintf(w, "with partial text          %.1f ms; windows of 30 s cost %.1f and %.0f times as much\n\n",
		c.PartialsCPUMSPerSpeechS, c.PartialsStreamDefaultRatio, c.PartialsStream500Ratio)
}

// printSteps prints the latency for each number of speakers.
func (c Card) printSteps(w Printer) error {
	rows := [][]string{{"SPEAKERS", "LINES", "P50", "P95", "LOST", "MEMORY", "WORDS WRONG"}}
	for _, s := range c.Steps {
		wer := fmt.Sprintf("%.1f %%", 100*s.WER)
		if !c.Weights {
			wer = "-"
		}
		rows = append(rows, []string{
			fmt.Sprint(s.Speakers), fmt.Sprint(s.Lines), seconds(s.FinalP50MS), seconds(s.FinalP95MS),
			fmt.Sprint(s.FinalsLost), fmt.Sprintf("%d MB", s.RSSMB), wer,
		})
	}
	return w.Table(rows)
}

// verdict sums the card up in a sentence.
func (c Card) verdict() string {
	gate := seconds(int64(c.GateMS))
	if c.Limited {
		return fmt.Sprintf(
			"This machine listens to %s who talk %.0f %% of the time, with the text within %s (95 of 100 lines).",
			models.Count(c.Speakers, "speaker"), 100*talkShare, gate,
		)
	}
	return fmt.Sprintf(
		"This machine listens to at least %s who talk %.0f %% of the time, with the text within %s (95 of 100 lines).",
		models.Count(c.Speakers, "speaker"), 100*talkShare, gate,
	)
}

func seconds(ms int64) string { return fmt.Sprintf("%.2f s", float64(ms)/1000) }

// SVG plots latency against the number of speakers, with the gate as a line.
func (c Card) SVG() string {
	const width, height, left, bottom = 640, 260, 60, 40
	most := int64(c.GateMS)
	for _, s := range c.Steps {
		most = max(most, s.FinalP95MS)
	}
	y := func(ms int64) float64 { return 20 + (height-20-bottom)*(1-float64(ms)/float64(most)) }
	var b strings.Builder
	fmt.Fprintf(
		&b,
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" font-family="system-ui,sans-serif" font-size="12">`+"\n",
		width, height,
	)
	fmt.Fprintf(&b, "<title>%s</title>\n", html.EscapeString(c.verdict()))
	b.WriteString("<style>text{fill:#555}@media (prefers-color-scheme:dark){text{fill:#bbb}}</style>\n")
	fmt.Fprintf(&b, `<line x1="%d" x2="%d" y1="%.1f" y2="%.1f" stroke="#c22" stroke-dasharray="4 3"/><text x="%d" y="%.1f">%s</text>`+"\n",
		left, width-10, y(int64(c.GateMS)), y(int64(c.GateMS)), 8, y(int64(c.GateMS))+4, seconds(int64(c.GateMS)))
	slot := float64(width-left-10) / float64(max(1, len(c.Steps)))
	for i, s := range c.Steps {
		x := float64(left) + slot*(float64(i)+0.25)
		for j, bar := range []struct {
			ms   int64
			fill string
		}{{s.FinalP50MS, "#7aa7d9"}, {s.FinalP95MS, "#2f5f9e"}} {
			fmt.Fprintf(&b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>`+"\n",
				x+float64(j)*slot/4, y(bar.ms), slot/4-2, height-bottom-y(bar.ms), bar.fill)
		}
		fmt.Fprintf(&b, `<text x="%.1f" y="%d" text-anchor="middle">%d</text>`+"\n", x+slot/4, height-bottom+16, s.Speakers)
	}
	fmt.Fprintf(&b, `<text x="%d" y="%d">speakers · end of speech to stored line, median and 95 of 100 · %s, %d cores</text>`+"\n</svg>\n",
		left, height-8, html.EscapeString(c.Model), c.Cores)
	return b.String()
}

// Card is the capacity card: the result of a measurement.
type Card struct {
	Version string `json:"version"`
	Model   string `json:"model"`
	Weights bool   `json:"weights"` // false: a test model, whose words mean nothing
	// Elsewhere means that a server decoded: Costs are unknown, and Cores are those of the listening machine.
	Elsewhere bool      `json:"elsewhere,omitempty"`
	Cores     int       `json:"cores"`
	When      time.Time `json:"when"`
	Costs
	Steps []Step `json:"steps"`
	// Speakers is the largest number of speakers within the gate, 0 for none; Limited means that the gate was not reached.
	Speakers int  `json:"speakers"`
	Limited  bool `json:"limited"`
	GateMS   int  `json:"gate_ms"`
}

// Costs is the cost of a second of speech, in CPU time of one thread, with comparisons.
type Costs struct {
	// CPUMSPerSpeechS is the whole path per second of speech, finals only; the next three are its parts.
	CPUMSPerSpeechS     float64 `json:"cpu_ms_per_speech_s"`
	DecodeMSPerSpeechS  float64 `json:"opus_ms_per_speech_s"`
	VADMSPerSpeechS     float64 `json:"vad_ms_per_speech_s"`
	WhisperMSPerSpeechS float64 `json:"whisper_ms_per_speech_s"`
	// PartialsCPUMSPerSpeechS is the whole path with partial text at the configured interval.
	PartialsCPUMSPerSpeechS float64 `json:"partials_cpu_ms_per_speech_s"`
	// OfflineRatio compares the whole path with decoding the same clips alone: 1 is perfect.
	OfflineRatio float64 `json:"offline_ratio"`
	// StreamDefaultRatio and Stream500Ratio are how many times more it costs to encode 30 s windows repeatedly as whisper.cpp's
	// stream example does: the last 10 s every 3 s (its defaults), or the last 5 s every 0.5 s.
	StreamDefaultRatio float64 `json:"stream_default_ratio"`
	Stream500Ratio     float64 `json:"stream_500_ratio"`
	// The same, compared with the path with partial text, which the example always shows.
	PartialsStreamDefaultRatio float64 `json:"partials_stream_default_ratio"`
	PartialsStream500Ratio     float64 `json:"partials_stream_500_ratio"`
	// The same as the first two, with the example on the library's own CPU backend, without BLAS: omitted where this can't be
	// measured, and from a quick measurement without time left.
	StockStreamDefaultRatio float64 `json:"stock_stream_default_ratio,omitempty"`
	StockStream500Ratio     float64 `json:"stock_stream_500_ratio,omitempty"`

	pathCost float64 // ms of CPU time per second of audio on the whole path
}

// WindowCosts is the CPU time of decoding each kind of window of whisper.cpp's stream example once, in ms.
type WindowCosts struct {
	// Default is a window of 10 s, encoded every 3 s by default; Fast is one of 5 s, every 0.5 s.
	Default float64 `json:"default_ms"`
	Fast    float64 `json:"fast_ms"`
}

// perSecond returns the cost of a second of audio with each.
func (s WindowCosts) perSecond() (byDefault, fast float64) { return s.Default / 3, s.Fast / 0.5 }

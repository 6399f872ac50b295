package terminal

import "testing"

func TestFold(t *testing.T) {
	red := Palette{on: true}.Alert
	for name, c := range map[string]struct {
		text  string
		width int
		want  string
	}{
		"no terminal":            {"one two three four", 0, "one two three four"},
		"fits":                   {"one two\n  three", 7, "one two\n  three"},
		"between words":          {"one two three four\nfive", 9, "one two\nthree\nfour\nfive"},
		"an indent goes on":      {"  one two three", 9, "  one two\n  three"},
		"a column goes on":       {"  add   Give a person access", 20, "  add   Give a\n        person\n        access"},
		"the last column left":   {"00:12  Ana  Buy my crypto coin  ▲ scam", 30, "00:12  Ana  Buy my crypto coin\n            ▲ scam"},
		"a mark stays":           {"00:12  Ana  Buy it now  " + red("▲ scam"), 25, "00:12  Ana  Buy it now\n            " + red("▲ scam")},
		"a column too far right": {"  --configuration FILE   the file", 24, "  --configuration FILE\n  the file"},
		"a mark goes on":         {"▲ scam fires: matched coin", 16, "▲ scam fires:\n  matched coin"},
		"a number goes on":       {"1. scam: raise it to 3", 14, "1. scam: raise\n   it to 3"},
		"a word stays whole":     {"see http://127.0.0.1:8484/s/1 there", 12, "see\nhttp://127.0.0.1:8484/s/1\nthere"},
		"colours take no room":   {red("one") + " two three", 7, red("one") + " two\nthree"},
		"wide characters":        {"日本 日本 日本", 9, "日本 日本\n日本"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := (Palette{width: c.width}).Fold(c.text); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestFoldParagraphs(t *testing.T) {
	const text = "Lists the flags that wait, newest\nfirst. It reads.\n\n  earshot flags\n  earshot queue\n"
	if got, want := (Palette{width: 20}).FoldParagraphs(text),
		"Lists the flags that\nwait, newest first.\nIt reads.\n\n  earshot flags\n  earshot queue\n"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for _, width := range []int{0, 40} {
		if got := (Palette{width: width}).FoldParagraphs(text); got != text {
			t.Errorf("where it fits it is\n%s", got)
		}
	}
}

func TestLabelled(t *testing.T) {
	const text = "no such file\ncheck the path"
	for width, want := range map[int]string{
		0:  "error: no such file\n       check the path\n",
		30: "error: no such file\n       check the path\n",
		10: "error: no such file\n       check the path\n", // no narrower than what can be read
		28: "error: no such file\n       check the path\n",
	} {
		if got := (Palette{width: width}).Labelled("error: ", text); got != want {
			t.Errorf("width %d: %q, want %q", width, got, want)
		}
	}
	got := (Palette{width: 30}).Labelled("error: ", "there is no folder in which it could lie")
	if want := "error: there is no folder in\n       which it could lie\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestWithoutReasons(t *testing.T) {
	for text, want := range map[string]string{
		"failed:server: lounge: 127.0.0.1:1 cannot be reached": "lounge: 127.0.0.1:1 cannot be reached",
		"whep: failed:ice: no media path":                      "whep: no media path",
		"the file notfailed:server: x":                         "the file notfailed:server: x",
	} {
		if got := WithoutReasons(text); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

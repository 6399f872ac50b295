package textmodel

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/binary"
	"encoding/json"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"
)

//go:embed testdata/golden.jsonl
var golden []byte

// example is a line with what the program that trained the model says of it.
type example struct {
	Text   string
	Tokens []string
	Raw    []float64
	Scores map[string]float64
}

func examples(t testing.TB) []example {
	t.Helper()
	var out []example
	s := bufio.NewScanner(bytes.NewReader(golden))
	for s.Scan() {
		var e example
		if err := json.Unmarshal(s.Bytes(), &e); err != nil {
			t.Fatal(err)
		}
		out = append(out, e)
	}
	if len(out) < 100 {
		t.Fatalf("only %d examples", len(out))
	}
	return out
}

func TestScoresAreThoseOfTheTraining(t *testing.T) {
	m := Shipped()
	for _, e := range examples(t) {
		spoken := strings.Fields(e.Text)
		var tokens []string
		for _, w := range m.read(spoken) {
			tokens = append(tokens, w.text)
		}
		if !slices.Equal(tokens, e.Tokens) {
			t.Errorf("%q is read as %q, not %q", e.Text, tokens, e.Tokens)
		}
		for k, z := range NewScorer(m).raw(m.read(spoken)) {
			if math.Abs(z-e.Raw[k]) > 0.001*max(1, math.Abs(e.Raw[k])) {
				t.Errorf("%q: raw value of %s is %.5f, not %.5f", e.Text, m.Labels[k], z, e.Raw[k])
			}
		}
		for k, score := range m.Text(e.Text) {
			if want := e.Scores[m.Labels[k]]; math.Abs(score-want) > 0.001 {
				t.Errorf("%q: score of %s is %.5f, not %.5f", e.Text, m.Labels[k], score, want)
			}
		}
	}
}

func TestGroupsOfAKindScoreTheSame(t *testing.T) {
	m := Shipped()
	for _, kinds := range [][]string{
		{"muslims", "jews", "christians", "hindus", "sikhs"},
		{"mexicans", "germans", "somalis", "turks"},
		{"gay people", "lesbian people", "trans people"},
		{"black people", "white people", "asian people"},
	} {
		for _, line := range []string{"i hate * they are vermin", "we had dinner with * from the school", "* should be shot"} {
			var first Scores
			for _, g := range kinds {
				got := m.Text(strings.Replace(line, "*", g, 1))
				if first == nil {
					first = got
				}
				if !slices.Equal(first, got) {
					t.Errorf("%q with %q scores %v, with %q %v", line, g, got, kinds[0], first)
				}
			}
		}
	}
}

func TestExplainNamesTheWordsThatCount(t *testing.T) {
	m := Shipped()
	spoken := strings.Fields("Well, I swear I will kill you when I see you tonight.")
	threat := slices.Index(m.Labels, "threat")
	counted := NewScorer(m).Explain(spoken, threat)
	if len(counted) == 0 || len(counted) > mostWords {
		t.Fatalf("%d words counted", len(counted))
	}
	if !slices.ContainsFunc(counted, func(c Counted) bool { return spoken[c.Word] == "kill" }) {
		t.Errorf("kill does not count: %v", counted)
	}
	for i, c := range counted {
		if c.Share <= 0 || c.Share > 1 || i > 0 && c.Share > counted[i-1].Share {
			t.Errorf("shares do not fall: %v", counted)
		}
	}
	if got := NewScorer(m).Explain(nil, threat); got != nil {
		t.Errorf("of no words %v counted", got)
	}
	if got := NewScorer(m).Explain([]string{"die"}, threat); len(got) != 1 || got[0] != (Counted{0, 1}) {
		t.Errorf("of one word %v counted", got)
	}
}

func TestExplainOfALongLineLooksAtOneWindow(t *testing.T) {
	m := Shipped()
	spoken := append(strings.Fields(strings.Repeat("and then we talked about the weather ", 40)), "you", "are", "such", "an", "idiot")
	counted := NewScorer(m).Explain(spoken, slices.Index(m.Labels, "insult"))
	if len(counted) == 0 || counted[0].Word < len(spoken)-m.Window {
		t.Errorf("counted: %v of %d words", counted, len(spoken))
	}
}

// TestFalseAlarmsAreMeasured: the shipped file counts them for each label and score, and the labels differ.
func TestFalseAlarmsAreMeasured(t *testing.T) {
	m := Shipped()
	for _, label := range m.Labels {
		last := 0
		for score := 0.99; score > 0.005; score -= 0.01 {
			reached, lines := m.FalseAlarms(label, score)
			if lines < 10000 || reached < last || reached > lines {
				t.Errorf("%s: %d of %d lines reach %.2f, %d a higher score", label, reached, lines, score, last)
			}
			last = reached
		}
		for _, c := range []struct{ score, least, most float64 }{{0.5, 3, 6}, {0.9, 0.7, 1.8}} {
			reached, lines := m.FalseAlarms(label, c.score)
			if rate := 1000 * float64(reached) / float64(lines); rate < c.least || rate > c.most {
				t.Errorf("%s: %.2f of 1,000 lines reach %.1f", label, rate, c.score)
			}
		}
	}
	if hate, _ := m.FalseAlarms("hate", 0.9); hate == 0 {
		t.Error("no ordinary line reaches 0.9 for hate")
	} else if insult, _ := m.FalseAlarms("insult", 0.9); insult <= hate {
		t.Errorf("%d lines reach 0.9 for insult, %d for hate", insult, hate)
	}
	for _, c := range []struct {
		label string
		score float64
	}{{"love", 0.9}, {"hate", 0}} {
		if _, lines := m.FalseAlarms(c.label, c.score); lines != 0 {
			t.Errorf("%s at %v is measured", c.label, c.score)
		}
	}
}

func TestMeasureAlarms(t *testing.T) {
	m := Shipped()
	insult := slices.Index(m.Labels, "insult")
	lines := [][]string{strings.Fields("you are such an idiot"), strings.Fields("how are you today"), nil}
	a := MeasureAlarms(m, lines)
	if err := a.check(len(m.Labels)); err != nil || a.Lines != 3 {
		t.Errorf("%d lines, %v", a.Lines, err)
	}
	if got := a.Reached[insult][89]; got != 1 {
		t.Errorf("%d lines reach 0.90", got)
	}
	for _, bad := range []*Alarms{
		{Lines: 0, Reached: a.Reached},
		{Lines: 3, Reached: a.Reached[1:]},
		{Lines: 3, Reached: [][]int{{1}, {1}, {1}, {1}, {1}}},
		{Lines: -1, Reached: a.Reached},
	} {
		if bad.check(len(m.Labels)) == nil {
			t.Errorf("%+v passes", bad)
		}
	}
}

// sealed is a file with its checksum made right.
func sealed(body []byte) []byte {
	sum := sha256.Sum256(body)
	return append(slices.Clip(body), sum[:]...)
}

// withHeader is the shipped file with something in its header replaced.
func withHeader(old, now string) []byte {
	n := binary.LittleEndian.Uint32(shipped[len(magic):])
	rest := shipped[len(magic)+4:]
	h := bytes.Replace(rest[:n], []byte(old), []byte(now), 1)
	out := binary.LittleEndian.AppendUint32([]byte(magic), uint32(len(h)))
	return sealed(slices.Concat(out, h, rest[n:len(rest)-sha256.Size]))
}

func TestReadRefusesWhatIsNoModel(t *testing.T) {
	damaged := slices.Clone(shipped)
	damaged[len(damaged)/2] ^= 1
	whole := shipped[:len(shipped)-sha256.Size]
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"nothing", nil, "no text model"},
		{"something else", []byte("GGUF and so on and so on and so on and so on"), "no text model"},
		{"the first version", append([]byte("ESHTXT01"), shipped[8:]...), "another version"},
		{"the magic alone", []byte(magic), "cut short"},
		{"a bit", damaged, "checksum"},
		{"half of it", shipped[:len(shipped)/2], "checksum"},
		{"half of its tables", sealed(whole[:len(whole)/2]), "tables are"},
		{"more than its tables", sealed(append(slices.Clone(whole), 0)), "tables are"},
		{"a long header", sealed(append([]byte(magic), 255, 255, 255, 255)), "header would be"},
		{"no JSON", sealed(append([]byte(magic), 2, 0, 0, 0, '{', '{')), "no JSON"},
		{"no labels", withHeader(`"labels":["hate","insult","threat","sexual","scam"]`, `"labels":[]`), "for labels"},
		{"a label of its own", withHeader(`"labels":["hate"`, `"labels":["love"`), "label"},
		{"a hash too wide", withHeader(`"bits":21`, `"bits":60`), "linear.bits"},
		{"a vocabulary too large", withHeader(`"vocab":`, `"vocab":9`), "tables are"},
		{"a stride of none", withHeader(`"stride":16`, `"stride":0`), "stride"},
		{"buckets of no power", withHeader(`"char_buckets":8192`, `"char_buckets":8191`), "power of two"},
	} {
		if _, err := Read(c.data); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, not %q", c.name, err, c.want)
		}
	}
}

func TestReadKeepsTheFileAndLittleElse(t *testing.T) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	m, err := Read(shipped)
	if err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 6<<20 {
		t.Errorf("reading a file of %d bytes took %d bytes of memory", len(shipped), got)
	}
	line := strings.Repeat("you are all so terribly wrong about that ", 1000)
	long := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			m.Text(line)
		}
	})
	if per := long.AllocedBytesPerOp() / 8000; per > 3000 {
		t.Errorf("scoring takes %d bytes of memory a word", per)
	}
}

func FuzzScore(f *testing.F) {
	for _, s := range []string{"", "You are an idiot.", "1,200 İstanbul ʼn'", "black people women jews", "ſſſſſ", strings.Repeat("a ", 100)} {
		f.Add(s)
	}
	m := Shipped()
	f.Fuzz(func(t *testing.T, s string) {
		spoken := strings.Fields(s)
		for k, score := range NewScorer(m).Score(spoken) {
			if !(score >= 0 && score <= 1) {
				t.Errorf("score %v of label %d", score, k)
			}
		}
		if len(spoken) > 40 {
			return
		}
		for _, c := range NewScorer(m).Explain(spoken, 0) {
			if c.Word < 0 || c.Word >= len(spoken) || !(c.Share > 0 && c.Share <= 1) {
				t.Errorf("%+v counted of %d words", c, len(spoken))
			}
		}
	})
}

// FuzzRead reads small files whose checksum is right, so that what is behind it is reached.
func FuzzRead(f *testing.F) {
	small := `{"name":"s","labels":["hate"],"languages":["en"],"window":4,"stride":2,"max_token":8,` +
		`"linear":{"bits":1,"scale":[1],"bias":[0],"char_min":3,"char_max":4,"word_max":2,"skip_max":2},` +
		`"rnn":{"dim":1,"hidden":1,"vocab":1,"char_buckets":2,"char_min":3,"char_max":3,"max_tokens":4,"categories":["c"]},` +
		`"mix":{"linear":[1],"rnn":[1]},"calibration":{"a":[1],"b":[0]},"groups_bytes":6,"vocab_bytes":2}`
	tables := append([]byte("a\tn\tc\n?\n"), make([]byte, 3+4*(3+1+2*9+4+1)+2)...)
	f.Add([]byte(small), tables)
	f.Add([]byte("{}"), []byte{})
	f.Fuzz(func(_ *testing.T, head, tables []byte) {
		data := binary.LittleEndian.AppendUint32([]byte(magic), uint32(len(head)))
		m, err := Read(sealed(slices.Concat(data, head, tables)))
		if err != nil {
			return
		}
		m.Text("a you are the one a 12 people")
		NewScorer(m).Explain([]string{"a", "you", "are"}, 0)
	})
}

func BenchmarkScore(b *testing.B) {
	s := NewScorer(Shipped())
	var lines [][]string // one after the other, so that no line is like the one before
	for _, e := range examples(b) {
		lines = append(lines, strings.Fields(e.Text))
	}
	for i := 0; b.Loop(); i++ {
		s.Score(lines[i%len(lines)])
	}
}

// BenchmarkExplain explains lines of a whole window, scored before.
func BenchmarkExplain(b *testing.B) {
	m := Shipped()
	s := NewScorer(m)
	var spoken []string
	for _, e := range examples(b) {
		spoken = append(spoken, strings.Fields(e.Text)...)
	}
	for i := 0; b.Loop(); i++ {
		line := spoken[i*7%(len(spoken)-m.Window):][:m.Window]
		s.Score(line)
		s.Explain(line, i%len(m.Labels))
	}
}

func BenchmarkRead(b *testing.B) {
	for b.Loop() {
		if _, err := Read(shipped); err != nil {
			b.Fatal(err)
		}
	}
}

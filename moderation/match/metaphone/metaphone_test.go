package metaphone_test

import (
	"fmt"
	"strings"
	"testing"

	"earshot/moderation/match/metaphone"
)

// TestEncode has the words that Philips' paper and the comments of his program explain themselves with.
func TestEncode(t *testing.T) {
	for _, tt := range []struct{ word, primary, alternate string }{
		{"", "", ""},
		{"smith", "SM0", "XMT"},
		{"schmidt", "XMT", "SMT"},
		{"snider", "SNTR", "XNTR"},
		{"schneider", "XNTR", "SNTR"},
		{"Thomas", "TMS", "TMS"},
		{"thumb", "0M", "TM"},
		{"knight", "NT", "NT"},
		{"gnome", "NM", "NM"},
		{"pneumonia", "NMN", "NMN"},
		{"psalm", "SLM", "SLM"},
		{"wrack", "RK", "RK"},
		{"xavier", "SF", "SFR"},
		{"caesar", "SSR", "SSR"},
		{"chianti", "KNT", "KNT"},
		{"michael", "MKL", "MXL"},
		{"charisma", "KRSM", "KRSM"},
		{"chore", "XR", "XR"},
		{"orchestra", "ARKS", "ARKS"},
		{"architect", "ARKT", "ARKT"},
		{"bacher", "PKR", "PKR"},
		{"bach", "PK", "PK"},
		{"church", "XRX", "XRK"},
		{"mchugh", "MK", "MK"},
		{"mcclellan", "MKLL", "MKLL"},
		{"czerny", "SRN", "XRN"},
		{"focaccia", "FKX", "FKX"},
		{"accident", "AKST", "AKST"},
		{"success", "SKSS", "SKSS"},
		{"bacchus", "PKS", "PKS"},
		{"bertucci", "PRTX", "PRTX"},
		{"edge", "AJ", "AJ"},
		{"edgar", "ATKR", "ATKR"},
		{"ghislane", "JLN", "JLN"},
		{"hugh", "H", "H"},
		{"bough", "P", "P"},
		{"broughton", "PRTN", "PRTN"},
		{"laugh", "LF", "LF"},
		{"rough", "RF", "RF"},
		{"tagliaro", "TKLR", "TLR"},
		{"cagney", "KKN", "KKN"},
		{"danger", "TNJR", "TNKR"},
		{"biaggi", "PJ", "PK"},
		{"jose", "HS", "HS"},
		{"jankelowicz", "JNKL", "ANKL"},
		{"bajador", "PJTR", "PHTR"},
		{"raj", "RJ", "R"},
		{"cabrillo", "KPRL", "KPR"},
		{"gallegos", "KLKS", "KKS"},
		{"campbell", "KMPL", "KMPL"},
		{"rogier", "RJ", "RJR"},
		{"hochmeier", "HKMR", "HKMR"},
		{"island", "ALNT", "ALNT"},
		{"sugar", "XKR", "SKR"},
		{"school", "SKL", "SKL"},
		{"schenker", "XNKR", "SKNK"},
		{"science", "SNS", "SNS"},
		{"resnais", "RSN", "RSNS"},
		{"nation", "NXN", "NXN"},
		{"wasserman", "ASRM", "FSRM"},
		{"arnow", "ARN", "ARNF"},
		{"filipowicz", "FLPT", "FLPF"},
		{"breaux", "PR", "PR"},
		{"zhao", "J", "J"},
		{"pizza", "PS", "PTS"},
	} {
		if p, a := metaphone.Encode(tt.word); p != tt.primary || a != tt.alternate {
			t.Errorf("Encode(%q) = %q, %q, want %q, %q", tt.word, p, a, tt.primary, tt.alternate)
		}
	}
}

func FuzzEncode(f *testing.F) {
	f.Add("schwarzenegger")
	f.Add("x\xff ÿ\x00ghgh")
	f.Fuzz(func(t *testing.T, word string) {
		p, a := metaphone.Encode(word)
		for _, code := range []string{p, a} {
			if len(code) > 4 || strings.Trim(code, "AFHJKLMNPRSTX0") != "" {
				t.Errorf("Encode(%q) = %q, %q", word, p, a)
			}
		}
		if q, b := metaphone.Encode(strings.ToLower(word)); len(word) > 0 && isASCII(word) && (p != q || a != b) {
			t.Errorf("%q sounds like %q, %q, and in small letters like %q, %q", word, p, a, q, b)
		}
	})
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > 127 }) < 0
}

func BenchmarkEncode(b *testing.B) {
	for b.Loop() {
		metaphone.Encode("international")
	}
}

func Example() {
	fmt.Println(metaphone.Encode("night"))
	fmt.Println(metaphone.Encode("knight"))
	// Output:
	// NT NT
	// NT NT
}

//go:build !race

package summary

import "testing"

// TestGuessOfALanguage: a transcript that names no language is taken for the one it is in.
func TestGuessOfALanguage(t *testing.T) {
	for want, lines := range map[string][]string{
		"en": {"So the stage is free, but we have to fetch it ourselves.", "I don't think that this will work."},
		"id": {"Selokan di depan pasar mampet lagi sejak hujan minggu lalu.", "Saya akan kirim undangan ke semua warga besok, ya."},
		"ja": {"消火体験は消防署に頼めますか？"}, "zh": {"我们可以在学校招募学生志愿者。"}, "ko": {"새 건물은 시장 옆에 있고 주차장이 넓습니다."},
		"th": {"ร้านอาหารปีที่แล้วมียี่สิบร้าน"},
		"":   {"Die Bühne der Feuerwehr ist frei, aber wir müssen sie selbst holen.", "Das Amt hat noch nicht geantwortet, glaube ich."},
	} {
		if got := guess(lines); got != want {
			t.Errorf("%q: guessed %q, want %q", lines, got, want)
		}
	}
	if guess([]string{"Ja."}) != "en" || guess([]string{"Привет, как дела сегодня у вас?"}) != "" || guess(nil) != "en" {
		t.Error("a word, or another script, is guessed wrong")
	}
}

// TestKoreanKeepsItsShortWords: words of a syllable are broken off only in English.
func TestKoreanKeepsItsShortWords(t *testing.T) {
	for _, english := range []bool{true, false} {
		if got := clean("도서관 건물이 너무 낡아서 비가 샙니다.", english); got != "도서관 건물이 너무 낡아서 비가 샙니다." {
			t.Errorf("english %v: %q", english, got)
		}
	}
}

//go:build !race

package match_test

import (
	"fmt"

	"earshot/models"
	"earshot/moderation/match"
	"earshot/moderation/match/pii"
)

func ExamplePhrase() {
	fmt.Println(match.Phrase("You're a $tupid I-D-I-O-T, aren't you?"))
	fmt.Println(match.Phrase("Straße №5, naïve Łódź"))
	// Output:
	// [you are a stupid idiot are not you]
	// [strasse no5 naive lodz]
}

func ExampleTokenise() {
	for _, t := range match.Tokenise([]models.Word{{Text: "Stuuupid"}, {Text: "1d10t!"}}) {
		fmt.Println(t.Text, t.Alts, t.Word, t.Start, t.End)
	}
	// Output:
	// stuuupid [stupid stuupid] 0 0 8
	// 1d10t [idiot ldlot] 1 0 5
}

func ExampleScanner() {
	b := match.NewBuilder()
	rude, bank, phone := b.Source(), b.Source(), b.Personal(pii.Phone)
	for _, err := range []error{
		b.Phrase(rude, "stupid", match.Near, "en", 0),
		b.Phrase(rude, "piece of work", match.Exact, "en", 1), // one word may stand between
		b.Pattern(bank, `(my|your) (bank )?account`),
	} {
		if err != nil {
			fmt.Println(err)
		}
	}
	s := match.NewScanner(b.Build())
	line := models.Utterance{Text: "What a piece of lazy work. A stupied man gave him my bank account " +
		"call five five five zero one two three."}
	s.Scan(nil, match.Utterance{Of: line, Words: match.WordsOf(line)})
	for name, source := range map[string]int{"rude": rude, "bank": bank, "phone": phone} {
		for _, m := range s.Found(source) {
			var words []string
			for _, i := range m.Words {
				words = append(words, s.Window.Words[i].Text)
			}
			fmt.Printf("%s: %q\n", name, words)
		}
	}
	// Unordered output:
	// rude: ["piece" "of" "work."]
	// rude: ["stupied"]
	// bank: ["my" "bank" "account"]
	// phone: ["five" "five" "five" "zero" "one" "two" "three."]
}

func ExampleSimilarity() {
	a := match.Tokenise([]models.Word{{Text: "join"}, {Text: "my"}, {Text: "channel"}})
	b := match.Tokenise([]models.Word{{Text: "Join"}, {Text: "our"}, {Text: "channel!"}})
	fmt.Printf("%.2f\n", match.Similarity(a, b))
	// Output: 0.67
}

func ExampleSkeleton() {
	fmt.Println(match.Skeleton("Раураl Support"), match.Skeleton("paypai-support"))
	// Output: paypalsupport paypalsupport
}

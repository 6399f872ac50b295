//go:build !race

package pii

import (
	"strings"
	"testing"

	"earshot/models"
)

// TestInnocentNumbers: numbers that are no personal data, and some that are.
func TestInnocentNumbers(t *testing.T) {
	for say, want := range map[string]string{
		"two two two two two two two two two":                                    "",
		"five six seven eight and five six seven eight and five six seven eight": "",
		"one two three one two three one two three one two three":                "",
		"the 2 0 2 4 2 0 2 5 season":                                             "",
		"the temperature was 72 68 75 81 and 90":                                 "",
		"it is 10 to 4 and 5 to 6":                                               "",
		"from 1914 to 1918 and 1939 to 1945":                                     "",
		"we won 3 2 4 1 2 0 5 3":                                                 "",
		"they paid 1500 2500 3500 a month":                                       "",
		"model number 5 5 7 8 2 1 3":                                             "",
		"wifi password is 8 8 6 2 1 4 5 7":                                       "",
		"the ratio is 16 to 9 and 4 to 3 and 21 to 9":                            "",
		"set one six four six two three six seven five":                          "",
		"my digits are for one five five five five to six seven won":             "phone",
		"call me on five five five oh one two three":                             "phone",
		"seven one eight five five five oh one one two":                          "phone",
		"555-0123": "phone",
		"my card is four one one one hang on one one one one one one one one one one one one": "card",
		"come to us at 7 elm street":                                         "address",
		"pick me up at 45 north main street":                                 "address",
		"i live on fifth avenue number 350":                                  "address",
		"i live at 9 the crescent":                                           "address",
		"alamatnya jalan sudirman nomor dua belas":                           "address",
		"rumahku di jalan merdeka nomor lima belas":                          "address",
		"it was the fourth street on the left":                               "",
		"the bus leaves at 7 15 7 35 7 55 and 8 15":                          "",
		"lap times 1 23 4 1 23 1 and 1 22 9":                                 "",
		"three point one four one five nine two six five three five":         "",
		"the fibonacci numbers one one two three five eight thirteen twenty": "",
		"one zero one one zero zero one zero one one":                        "",
		"send it to 5 hill lane":                                             "address",
		"they sent 12 supreme court papers to the office":                    "",
		"kirim ke jalan gatot subroto nomor 21":                              "address",
		"email ku siti di gmail titik com":                                   "email",
		"lihat di gmail titik com":                                           "",
		"meet me at the street at five":                                      "",
		"at 5 the road was closed":                                           "",
		"we are at two hundred and five north main street":                   "address",
		"it's nine hundred and ninety nine lake shore drive apartment four":  "address",
		"our place is 4 privet drive":                                        "address",
		"j'habite rue de la paix numero cinq":                                "address",
		"j'habite 12 bis rue victor hugo":                                    "address",
		"mon adresse est cinq avenue de la republique":                       "address",
		"vivo en la calle mayor 12":                                          "address",
		"mi casa esta en avenida de la independencia numero ocho":            "address",
		"ich wohne in der Hauptstraße 5":                                     "address",
		"meine adresse ist berliner strasse nummer 17":                       "address",
		"ich wohne goethestrasse fünf":                                       "address",
		"abito in via roma numero dieci":                                     "address",
		"moro na rua augusta 200":                                            "address",
		"i live on the rue de rivoli number 14":                              "address",
		"i live on 42nd street":                                              "",
		"i live at 12 42nd street":                                           "address",
		"vivo en esta calle desde hace dos años":                             "",
		"ich wohne in der hauptstrasse 5 minuten vom bahnhof":                "",
		"ich wohne seit 5 jahren hier":                                       "",
		"saya tinggal di jalan ini 5 tahun":                                  "",
		"j'habite cette rue depuis dix ans":                                  "",
		"la calle mayor tiene 12 tiendas":                                    "",
		"my address came via email at 10":                                    "",
		"too many to have been there at some point in her life":              "",
		"it was his idea at that point me too":                               "",
		"they talked about the noise at her concert.it is loud":              "",
		"anna at nowhere dot it":                                             "email",
		"email me at anna at my little shop dot it":                          "email",
		"anna at my company dot com":                                         "email",
		"mail anna at nowhere point it":                                      "email",
		"the house on the avenue has 5 floors":                               "",
		"we moved one hundred and twelve people from elm street":             "",
	} {
		var words []models.Word
		for _, w := range strings.Fields(say) {
			words = append(words, models.Word{Text: w})
		}
		var got []string
		for _, f := range Find(words, func(string) bool { return true }) {
			got = append(got, f.Kind)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %v, want %q", say, got, want)
		}
	}
}

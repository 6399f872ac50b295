package metaphone

// c has the most sounds of all letters.
func (e *encoder) c() {
	switch {
	case e.pos > 1 && !e.vowel(-2) && e.at(-1, "ACH") && !e.oneOf(2, "I") && (!e.oneOf(2, "E") || e.at(-2, "BACHER", "MACHER")):
		e.sound("K", 2) // Bacher, macher
	case e.first() && e.at(0, "CAESAR"):
		e.sound("S", 2)
	case e.at(0, "CH"):
		e.ch()
	case e.at(0, "CZ") && !e.at(-2, "WICZ"): // Czerny
		e.sounds("S", "X", 2)
	case e.at(1, "CIA"): // focaccia
		e.sound("X", 3)
	case e.at(0, "CC") && (e.pos != 1 || e.word[0] != 'M'): // but not McClellan
		e.cc()
	case e.at(0, "CK", "CG", "CQ"):
		e.sound("K", 2)
	case e.at(0, "CIO", "CIE", "CIA"): // Italian or English
		e.sounds("S", "X", 2)
	case e.at(0, "CI", "CE", "CY"):
		e.sound("S", 2)
	case e.oneOf(1, "CKQ") && !e.at(1, "CE", "CI"):
		e.sound("K", 2)
	default:
		e.sound("K", 1)
	}
}

func (e *encoder) ch() {
	greek := e.first() && e.at(1, "HARAC", "HARIS", "HOR", "HYM", "HIA", "HEM") && !e.begins("CHORE")
	end := e.pos+2 == len(e.word)
	hard := e.begins("SCH") || e.at(-2, "ORCHES", "ARCHIT", "ORCHID") || e.oneOf(2, "TS") ||
		(e.oneOf(-1, "AOUE") || e.first()) && (end || e.oneOf(2, "LRNMBHFVW"))
	switch {
	case e.at(0, "CHIA"): // Chianti
		e.sound("K", 2)
	case !e.first() && e.at(0, "CHAE"): // Michael
		e.sounds("K", "X", 2)
	case greek || hard: // character; orchestra, Bach
		e.sound("K", 2)
	case e.first():
		e.sound("X", 2)
	case e.begins("MC"): // McHugh
		e.sound("K", 2)
	default:
		e.sounds("X", "K", 2)
	}
}

func (e *encoder) cc() {
	switch {
	case !e.oneOf(2, "IEH") || e.at(2, "HU"): // bacchus
		e.sound("K", 2)
	case e.pos == 1 && e.oneOf(-1, "A"), e.at(-1, "UCCEE", "UCCES"): // accident, success
		e.sound("KS", 3)
	default: // bertucci
		e.sound("X", 3)
	}
}

func (e *encoder) g() {
	switch {
	case e.oneOf(1, "H"):
		e.gh()
	case e.oneOf(1, "N"):
		e.gn()
	case e.at(1, "LI") && !e.germanic: // tagliaro
		e.sounds("KL", "L", 2)
	case e.first() && e.at(1, "Y", "ES", "EP", "EB", "EL", "EY", "IB", "IL", "IN", "IE", "EI", "ER"):
		e.sounds("K", "J", 2)
	case e.at(1, "ER", "Y") && !e.begins("DANGER", "RANGER", "MANGER") && !e.oneOf(-1, "EI") && !e.at(-1, "RGY", "OGY"):
		e.sounds("K", "J", 2)
	case e.oneOf(1, "EIY") || e.at(-1, "AGGI", "OGGI"):
		switch {
		case e.begins("SCH") || e.at(1, "ET"):
			e.sound("K", 2)
		case e.at(1, "IER") && e.pos+4 == len(e.word):
			e.sound("J", 2)
		default: // biaggi
			e.sounds("J", "K", 2)
		}
	default:
		e.sound("K", e.run("G"))
	}
}

func (e *encoder) gh() {
	switch {
	case !e.first() && !e.vowel(-1):
		e.sound("K", 2)
	case e.first() && e.oneOf(2, "I"): // Ghislane
		e.sound("J", 2)
	case e.first():
		e.sound("K", 2)
	case e.oneOf(-2, "BHD"), e.oneOf(-3, "BHD"), e.oneOf(-4, "BH"): // Hugh, bough, broughton
		e.pos += 2
	case e.pos > 2 && e.oneOf(-1, "U") && e.oneOf(-3, "CGLRT"): // laugh, cough, tough
		e.sound("F", 2)
	case !e.oneOf(-1, "I"):
		e.sound("K", 2)
	default: // night
		e.pos += 2
	}
}

func (e *encoder) gn() {
	switch {
	case e.germanic || e.at(2, "EY"): // Cagney
		e.sound("KN", 2)
	case e.pos == 1 && e.vowel(-1):
		e.sounds("KN", "N", 2)
	default:
		e.sounds("N", "KN", 2)
	}
}

func (e *encoder) s() {
	switch {
	case e.at(-1, "ISL", "YSL"): // island, Carlysle
		e.pos++
	case e.first() && e.at(0, "SUGAR"):
		e.sounds("X", "S", 1)
	case e.at(1, "HEIM", "HOEK", "HOLM", "HOLZ"):
		e.sound("S", 2)
	case e.oneOf(1, "H"):
		e.sound("X", 2)
	case e.at(0, "SIO", "SIA") && e.germanic:
		e.sound("S", 3)
	case e.at(0, "SIO", "SIA"): // Italian or Armenian
		e.sounds("S", "X", 3)
	case e.oneOf(1, "Z"), e.first() && e.oneOf(1, "MNLW"): // Smith and Schmidt, snider and Schneider
		e.sounds("S", "X", e.run("Z"))
	case e.oneOf(1, "C"):
		e.sc()
	case e.last() && e.at(-2, "AI", "OI"): // resnais, artois
		e.sounds("", "S", 1)
	default:
		e.sound("S", e.run("SZ"))
	}
}

func (e *encoder) sc() {
	switch {
	case e.oneOf(2, "H") && e.at(3, "ER", "EN"): // Schermerhorn, Schenker
		e.sounds("X", "SK", 3)
	case e.oneOf(2, "H") && e.at(3, "OO", "UY", "ED", "EM"): // school, schooner
		e.sound("SK", 3)
	case e.oneOf(2, "H") && e.first() && !e.vowel(3) && !e.oneOf(3, "W"): // Schmidt
		e.sounds("X", "S", 3)
	case e.oneOf(2, "H"):
		e.sound("X", 3)
	case e.oneOf(2, "IEY"): // science
		e.sound("S", 3)
	default:
		e.sound("SK", 3)
	}
}

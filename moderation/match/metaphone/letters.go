package metaphone

func (e *encoder) d() {
	switch {
	case e.at(1, "GE", "GI", "GY"): // edge
		e.sound("J", 3)
	case e.at(1, "G"): // Edgar
		e.sound("TK", 2)
	default:
		e.sound("T", e.run("TD"))
	}
}

// h is heard between vowels and before one at the beginning.
func (e *encoder) h() {
	if (e.first() || e.vowel(-1)) && e.vowel(1) {
		e.sound("H", 2)
		return
	}
	e.pos++
}

func (e *encoder) j() {
	step := e.run("J")
	switch {
	case e.at(0, "JOSE") && e.first() && len(e.word) == 4:
		e.sound("H", step)
	case e.at(0, "JOSE"):
		e.sounds("J", "H", step)
	case e.first(): // Yankelovich or Jankelowicz
		e.sounds("J", "A", step)
	case e.vowel(-1) && !e.germanic && e.oneOf(1, "AO"): // bajador
		e.sounds("J", "H", step)
	case e.last():
		e.sounds("J", "", step)
	case !e.oneOf(1, "LTKSNMBZ") && !e.oneOf(-1, "SKL"):
		e.sound("J", step)
	default:
		e.pos += step
	}
}

// l is silent to Spanish ears in cabrillo and gallegos.
func (e *encoder) l() {
	if !e.oneOf(1, "L") {
		e.sound("L", 1)
		return
	}
	n := len(e.word)
	ending := e.has(n-2, "AS", "OS") || e.has(n-1, "A", "O")
	if e.pos == n-3 && e.at(-1, "ILLO", "ILLA", "ALLE") || ending && e.at(-1, "ALLE") {
		e.sounds("L", "", 2)
		return
	}
	e.sound("L", 2)
}

// m takes the silent b of dumb and thumber with it.
func (e *encoder) m() {
	if e.at(-1, "UMB") && (e.pos+1 == len(e.word)-1 || e.at(2, "ER")) {
		e.sound("M", 2)
		return
	}
	e.sound("M", e.run("M"))
}

func (e *encoder) p() {
	if e.oneOf(1, "H") {
		e.sound("F", 2)
		return
	}
	e.sound("P", e.run("PB")) // Campbell
}

// r is silent at the end of French words like rogier, but not in hochmeier.
func (e *encoder) r() {
	if e.last() && !e.germanic && e.at(-2, "IE") && !e.at(-4, "ME", "MA") {
		e.sounds("", "R", 1)
		return
	}
	e.sound("R", e.run("R"))
}

func (e *encoder) t() {
	switch {
	case e.at(0, "TION", "TIA", "TCH"):
		e.sound("X", 3)
	case e.at(0, "TH", "TTH") && (e.at(2, "OM", "AM") || e.begins("SCH")): // Thomas
		e.sound("T", 2)
	case e.at(0, "TH", "TTH"):
		e.sounds("0", "T", 2)
	default:
		e.sound("T", e.run("TD"))
	}
}

func (e *encoder) w() {
	switch {
	case e.oneOf(1, "R"):
		e.sound("R", 2)
		return
	case e.first() && e.vowel(1): // Wasserman or Vasserman
		e.sounds("A", "F", 0)
	case e.first() && e.at(0, "WH"):
		e.sound("A", 0)
	}
	switch {
	case e.last() && e.vowel(-1), e.at(-1, "EWSKI", "EWSKY", "OWSKI", "OWSKY"), e.begins("SCH"): // Arnow or Arnoff
		e.sounds("", "F", 1)
	case e.at(0, "WICZ", "WITZ"): // Filipowicz
		e.sounds("TS", "FX", 4)
	default:
		e.pos++
	}
}

// x is silent at the end of French words like breaux.
func (e *encoder) x() {
	step := e.run("CX")
	if e.last() && (e.at(-3, "IAU", "EAU") || e.at(-2, "AU", "OU")) {
		e.pos += step
		return
	}
	e.sound("KS", step)
}

func (e *encoder) z() {
	step := e.run("Z")
	switch {
	case e.oneOf(1, "H"): // Zhao
		e.sound("J", 2)
	case e.at(1, "ZO", "ZI", "ZA") || e.germanic && !e.first() && !e.oneOf(-1, "T"): // pizza
		e.sounds("S", "TS", step)
	default:
		e.sound("S", step)
	}
}

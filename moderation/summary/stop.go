package summary

import "strings"

func setOf(words string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(words) {
		out[w] = true
	}
	return out
}

// stopWords carry no topic: the grammar of English, and what spoken English is padded with.
var stopWords = setOf(`a about above absolutely actually after again against ago all almost along already alright also although always am
an and another any anybody anyone anything anyway are around as ask asked asking at away back basically be because become been before
being below between big bit both but by bye call called came can cannot come comes coming could couldn course day days definitely did
didn different do does doesn doing don done down during each eight either else enough er even evening ever every everybody everyone
everything exactly far feel few first five for forward four from front full further gave get gets getting give given gives glad go goes
going gone gonna good got gotta great guess guy guys had half happen happened happens happy has hasn have haven having he hear heard
hello help her here hers herself hey hi him himself his hmm honest honestly how however hundred i idea if im in instead into is isn it its
itself just keep kept kind knew know known knows last later least less let like likely listen listening literally little ll long look
looked looking lot lots love made make makes making many matter matters may maybe me mean means might mine minute minutes moment month
months more morning most much must my myself name need needs neither never new next nice night nine no nobody none nor not nothing now of
off often oh ok okay old on once one ones only onto or other others ought our ours out over own part people perhaps person please point
possible probably put question questions quick quite ran rather re real really reason right room said same saw say saying says second see
seem seemed seems seen sense seven several shall she should shouldn show side simply since six so some somebody somehow someone something
sometimes somewhere soon sorry sort speak speaking stage start started still stop stuff such suddenly sure take taken takes taking talk
talked talking tell telling ten than thank thanks that the their theirs them themselves then there these they thing things think thinking
third this those though thought thousand three through time times to today together told tomorrow tonight too took topic totally toward
tried true truly try trying turn two uh um under understand unless until up upon us use used uses using usually ve very wait wanna want
wanted wants was wasn way ways we week weeks welcome well went were weren what whatever when where whether which while who whole whom
whose why will wish with within without won wonder wondering word words work worked works would wouldn wow wrong yeah year years yep yes
yesterday yet you your yours yourself yourselves
decided decide decides decision decisions agree agrees agreed link links
important interesting beautiful amazing special nice wonderful terrible main whole general simple easy hard clear agreeable funny cool fine weird huge tiny small large young older newer better best worse worst
january february march april june july august september october november december monday tuesday wednesday thursday friday saturday sunday`)

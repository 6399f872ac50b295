package transcribe

// The bounds beyond which a transcript is doubted. Doubt never removes text; it keeps rules from acting on it.
const (
	// minVoicedMS and minVoicedShare: a segment with less speech than this is a click or a breath. A single short word
	// between its pre-roll and trailing silence is well above both.
	minVoicedMS    = 100
	minVoicedShare = 0.15
	// maxCharsPerSecond of voiced sound: fast speakers reach 25.
	maxCharsPerSecond = 40
	// minLevelDBFS: a segment whose voiced part is quieter is room noise or another participant's loudspeaker.
	minLevelDBFS = -65
	// minLogProb and maxCompression are the thresholds at which Whisper's authors consider a decode failed (Radford et al.
	// 2022, section 4.5). minLogProbSilent counts as one of the signs in lowConfidence.
	minLogProb       = -1.0
	minLogProbSilent = -0.5
	// minLogProbUnsure and minWordTrust (the mean word probability): the text that the practice model produced from an hour
	// of noise and music is below both, its text for speech above.
	minLogProbUnsure = -0.6
	minWordTrust     = 0.6
	// Voiced sound of minSparseMS or more should yield at least minCharsPerSecond; less is a text that was cut off.
	minSparseMS       = 4000
	minCharsPerSecond = 2
	maxNoSpeech       = 0.6
	maxCompression    = 2.4
	// maxWordsPerSecond of voiced sound in a repetitive text; people who chant reach 4.
	maxWordsPerSecond = 4.5
	// At most maxConcealedShare of a segment, and maxConcealedMS, may be audio that the Opus decoder concealed.
	maxConcealedShare = 0.2
	maxConcealedMS    = 1500
)

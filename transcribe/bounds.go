package transcribe

// The bounds beyond which a transcript is doubted. None of them removes text: they keep rules from acting on it.
const (
	// minVoicedMS and minVoicedShare: a segment of which less is speech holds a click or a breath, not words. One short
	// word between its pre-roll and the silence behind it stays well above.
	minVoicedMS    = 100
	minVoicedShare = 0.15
	// maxCharsPerSecond of voiced sound: quick talkers reach 25.
	maxCharsPerSecond = 40
	// minLevelDBFS: a segment whose voiced part is fainter is the room's noise or somebody else's loudspeaker.
	minLevelDBFS = -65
	// minLogProb and maxCompression are the limits at which Whisper's authors call a decode failed (Radford et al. 2022,
	// section 4.5); minLogProbSilent applies when the model also holds the sound for silence.
	minLogProb       = -1.0
	minLogProbSilent = -0.5
	// minLogProbUnsure with a mean probability of the words below minWordTrust: what the practice model made of an hour of
	// noise and music lies below both, what it makes of speech above.
	minLogProbUnsure = -0.6
	minWordTrust     = 0.6
	// minSparseMS of voiced sound should have more than minCharsPerSecond letters.
	minSparseMS    = 4000
	maxNoSpeech    = 0.6
	maxCompression = 2.4
	// maxWordsPerSecond of voiced sound in a text that repeats itself; people reach 4 when they chant.
	maxWordsPerSecond = 4.5
	// maxConcealedShare of a segment, and maxConcealedMS of it, may be made up by the Opus decoder.
	maxConcealedShare = 0.2
	maxConcealedMS    = 1500
)

const (
	// minCharsPerSecond of voiced sound: less text, of speech that lasts, is a text that broke off.
	minCharsPerSecond = 2
)

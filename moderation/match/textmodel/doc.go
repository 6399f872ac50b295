// Package textmodel tells what a line of talk means: for each of a few labels (contempt for a group, an insult, a threat, a
// sexual remark, a scam) a score between 0 and 1, and the words that it comes from.
//
// A Model is two small networks whose values are added: a linear one over hashed words, word pairs and parts of words, and a
// recurrent one (two gated recurrent units, Cho et al. 2014, one in each direction) over word vectors. Names of groups are
// replaced by a mark before either sees them, so that a line scores the same whichever group of a kind it names.
//
// Scores are not probabilities. They are set by false alarms on ordinary talk: about 5 of 1,000 ordinary lines reach 0.5, and
// about 1 of 1,000 reaches 0.9, for each label (see FalseAlarms). docs/text-model.md describes the file, the training, what the
// model can do and where it fails.
//
// A Model never changes and may be shared by goroutines.
package textmodel

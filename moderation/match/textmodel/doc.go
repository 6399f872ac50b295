// Package textmodel classifies what a line of talk means: for each of a few labels (hate, insult, threat, sexual remark, scam) it
// returns a score between 0 and 1, and the words that caused it.
//
// A Model is the sum of two small networks: a linear one over hashed words, word pairs and subwords, and a recurrent one (gated
// recurrent units, Cho et al. 2014, in each direction) over word vectors. Names of groups are replaced by a mark before either,
// so that a line scores the same whichever group of a category it names.
//
// Scores are not probabilities. They are calibrated by false alarms on ordinary talk: 3.5 to 5 of 1,000 ordinary lines reach 0.5, and
// 0.8 to 1.5 reach 0.9, depending on the label; the file has the counts (see FalseAlarms). docs/text-model.md describes the file format,
// the training, the accuracy and the limitations.
//
// A Model can be shared by goroutines. A Scorer is used by one: it scores one line after another, and recomputes only what differs
// from the previous one.
package textmodel

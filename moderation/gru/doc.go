// Package gru computes gated recurrent units (K. Cho et al., EMNLP 2014) in either direction over a sequence of vectors, and the maxima
// and sums of their states. The numbers are float32, and on every processor the same to the bit.
package gru

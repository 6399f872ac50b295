// Package readable estimates how likely a sentence of spoken English reads badly where nothing that was said around it is shown: because
// its speaker began anew or broke off, because its beginning or its end is missing, or because it is about something that only the
// sentences before it name.
//
// A network of gated recurrent units (package gru) reads the sentence in both directions. It was trained on sentences of meetings that
// were judged by reading them; docs/summaries.md says how.
package readable

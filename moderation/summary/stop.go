package summary

// stopWords carry no topic: the grammar of English, and what spoken English is padded with.
var stopWords = englishWords.set("stopWords")

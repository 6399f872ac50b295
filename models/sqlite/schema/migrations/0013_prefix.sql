-- The index also holds the first two and three letters of words, so that a search for a short beginning of words need not
-- join the lists of all words that begin so.
DROP TABLE utterances_fts;
CREATE VIRTUAL TABLE utterances_fts USING fts5 (
  text, facets,
  content = 'utterances', content_rowid = 'id', prefix = '2 3',
  tokenize = "unicode61 remove_diacritics 2 categories 'L* M* N* Co'"
);
INSERT INTO utterances_fts (utterances_fts, rank) VALUES ('secure-delete', 1);
INSERT INTO utterances_fts (utterances_fts) VALUES ('rebuild');

// Package rules is what hosts write: rule files in YAML become a tree of typed values, each with the line where it stands.
//
// Load reads files and everything they use, strictly, and collects every mistake: with file, line and the id of the rule.
// Which conditions and steps there are, the package is told by a Language, so that each is written in one place, with its
// meaning. Lists, roles and ledgers are names here; what they stand for, and whether they exist, is for those to say who
// compile the tree. The package knows nothing of speech or of verdicts.
//
// Schema describes rule files for editors, from the tables by which they are read. Format puts a file into the usual form.
package rules

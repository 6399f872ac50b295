// Package rules parses the rule files that hosts write: YAML becomes a tree of typed values, each with its line.
//
// Load reads files and everything they use, strictly, and collects every problem, with file, line and rule id. A Language tells the
// package which conditions and steps there are, so that each is defined in one place together with its meaning. Lists, roles and
// ledgers are names here; what they refer to, and whether they exist, is checked when the tree is compiled. The package knows
// nothing of speech or of verdicts.
//
// Schema describes rule files for editors, derived from the tables used for parsing. Format formats a file.
package rules

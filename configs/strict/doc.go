// Package strict reads the YAML that people write: rule files, settings, lists of targets.
//
// How a value is written is told by a Shape, and shapes are made of shapes: a mapping has fields, a field has a shape, which
// knows where the value belongs. One table of shapes serves both sides: Read fills in the values and reports every mistake at
// once, each with its line, and SchemaOf describes the same table as JSON Schema for editors. Unknown and repeated keys, merge
// keys and values of the wrong kind are mistakes; aliases are followed, and what a file may expand to is bounded.
//
// YAML's own types do not leave this package, and it knows nothing of what is read.
package strict

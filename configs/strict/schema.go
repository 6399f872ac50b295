package strict

// Schema is a part of a JSON Schema (draft 2020-12).
type Schema struct {
	Schema     string             `json:"$schema,omitempty"`
	Title      string             `json:"title,omitempty"`
	Ref        string             `json:"$ref,omitempty"`
	Type       any                `json:"type,omitempty"`
	Enum       []string           `json:"enum,omitempty"`
	Const      any                `json:"const,omitempty"`
	Pattern    string             `json:"pattern,omitempty"`
	Minimum    *float64           `json:"minimum,omitempty"`
	Maximum    *float64           `json:"maximum,omitempty"`
	Above      *float64           `json:"exclusiveMinimum,omitempty"`
	Below      *float64           `json:"exclusiveMaximum,omitempty"`
	MaxLength  int                `json:"maxLength,omitempty"`
	Items      *Schema            `json:"items,omitempty"`
	MinItems   int                `json:"minItems,omitempty"`
	MaxItems   int                `json:"maxItems,omitempty"`
	Properties map[string]*Schema `json:"properties,omitempty"`
	Names      *Schema            `json:"propertyNames,omitempty"`
	Additional any                `json:"additionalProperties,omitempty"`
	Required   []string           `json:"required,omitempty"`
	MinProps   int                `json:"minProperties,omitempty"`
	MaxProps   int                `json:"maxProperties,omitempty"`
	AnyOf      []*Schema          `json:"anyOf,omitempty"`
	Deprecated bool               `json:"deprecated,omitempty"`
	Defs       map[string]*Schema `json:"$defs,omitempty"`
}

// schemas are the definitions of a schema in the making: the parts that may hold themselves.
type schemas struct{ defs map[string]*Schema }

// object is a mapping with closed keys.
func object(properties map[string]*Schema) *Schema {
	return &Schema{Type: "object", Properties: properties, Additional: false}
}

func oneOrMany(item *Schema) *Schema {
	return &Schema{AnyOf: []*Schema{item, {Type: "array", Items: item, MinItems: 1}}}
}

// anyOf joins alternatives; those of an alternative are as good as its own.
func anyOf(all ...*Schema) *Schema {
	out := &Schema{}
	for _, s := range all {
		if len(s.AnyOf) > 0 && s.Type == nil {
			out.AnyOf = append(out.AnyOf, s.AnyOf...)
			continue
		}
		out.AnyOf = append(out.AnyOf, s)
	}
	return out
}

// described is a shape of which the schema says more.
type described struct {
	Shape
	change func(*Schema)
}

func (s described) describe(all *schemas) *Schema {
	out := *s.Shape.describe(all)
	s.change(&out)
	return &out
}

// AtMost is a list of at most so many items, or a text of at most so many characters, of which whoever reads it takes care.
func AtMost(s Shape, most int) Shape {
	return described{s, func(out *Schema) {
		if out.Type == "array" {
			out.MaxItems = most
			return
		}
		out.MaxLength = most
	}}
}

// Deprecated is a shape whose value is still read, but which nobody should write.
func Deprecated(s Shape) Shape { return described{s, func(out *Schema) { out.Deprecated = true }} }

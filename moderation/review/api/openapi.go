package api

import (
	"cmp"
	"reflect"
	"strings"
	"time"
)

// schemas collects the types used in the API's document, by name.
type schemas map[string]any

// document describes the API as OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.0). Types are described as encoding/json
// writes them.
func document(routes []operation, version string) map[string]any {
	types := schemas{}
	paths := map[string]any{}
	for _, r := range routes {
		if paths[r.path] == nil {
			paths[r.path] = map[string]any{}
		}
		paths[r.path].(map[string]any)[strings.ToLower(r.method)] = types.operation(r) //nolint:forcetypeassert // made above
	}
	return map[string]any{
		"openapi": "3.1.0",
		"info": map[string]any{
			"title": "Earshot", "version": cmp.Or(version, "dev"),
			"description": "Transcripts of rooms, the flags that rules raised, and the decisions people made about them.",
		},
		"paths": paths,
		"components": map[string]any{
			"schemas": types, "securitySchemes": map[string]any{"key": map[string]any{"type": "http", "scheme": "bearer"}},
		},
		"security": []any{map[string]any{"key": []string{}}, map[string]any{}},
	}
}

func (t schemas) operation(r operation) map[string]any {
	params := []any{}
	for _, p := range r.params {
		in := "query"
		if strings.Contains(r.path, "{"+p.name+"}") {
			in = "path"
		}
		params = append(params, map[string]any{
			"name": p.name, "in": in, "required": in == "path", "description": p.about, "schema": map[string]any{"type": "string"},
		})
	}
	fine := map[string]any{"description": "success"}
	switch {
	case r.answer != nil:
		fine["content"] = map[string]any{"application/json": map[string]any{"schema": t.of(reflect.TypeOf(r.answer))}}
	case r.media != "":
		fine["content"] = map[string]any{r.media: map[string]any{}}
	}
	op := map[string]any{
		"summary": r.summary, "parameters": params,
		"responses": map[string]any{"200": fine, "default": map[string]any{
			"description": "error",
			"content":     map[string]any{"application/json": map[string]any{"schema": t.of(reflect.TypeFor[problemJSON]())}},
		}},
	}
	if r.body != nil {
		op["requestBody"] = map[string]any{"required": true, "content": map[string]any{
			"application/json": map[string]any{"schema": t.of(reflect.TypeOf(r.body))},
		}}
	}
	return op
}

// of returns the schema of a type; structs become named schemas.
func (t schemas) of(x reflect.Type) map[string]any {
	switch x.Kind() { //nolint:exhaustive // the API has no others
	case reflect.Pointer:
		return t.of(x.Elem())
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Int, reflect.Int64, reflect.Uint64:
		return map[string]any{"type": "integer"}
	case reflect.Float32, reflect.Float64:
		return map[string]any{"type": "number"}
	case reflect.Slice:
		if x.Elem().Kind() == reflect.Uint8 {
			return map[string]any{"type": "string", "contentEncoding": "base64"}
		}
		return map[string]any{"type": []string{"array", "null"}, "items": t.of(x.Elem())}
	case reflect.Array:
		return map[string]any{"type": "array", "items": t.of(x.Elem()), "minItems": x.Len(), "maxItems": x.Len()}
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": t.of(x.Elem())}
	case reflect.Struct:
		if x == reflect.TypeFor[time.Time]() {
			return map[string]any{"type": "string", "format": "date-time"}
		}
		return t.object(x)
	}
	return map[string]any{"type": "string"}
}

func (t schemas) object(x reflect.Type) map[string]any {
	name := strings.ToUpper(x.Name()[:1]) + x.Name()[1:]
	if own, ok := strings.CutSuffix(name, "JSON"); ok { // the vocabulary may have one of that name
		name = own + "Answer"
	}
	ref := map[string]any{"$ref": "#/components/schemas/" + name}
	if _, ok := t[name]; ok {
		return ref
	}
	properties := map[string]any{}
	t[name] = map[string]any{"type": "object", "properties": properties} // before its fields, which may hold it again
	for _, f := range reflect.VisibleFields(x) {
		key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous || !f.IsExported() || key == "-" {
			continue
		}
		properties[cmp.Or(key, f.Name)] = t.of(f.Type)
	}
	return ref
}

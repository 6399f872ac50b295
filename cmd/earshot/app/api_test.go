package app

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"earshot/cmd/earshot/internal/programtest"
)

var update = flag.Bool("update", false, "write docs/api.md anew")

const apiPage = "../../../docs/api.md"

const apiHead = `# The API

Everything that the pages show is also available as JSON, at the same address. This page is generated from the document that the program
itself serves at ` + "`/api/openapi.json`" + ` (OpenAPI 3.1), which also describes every field.

An owner creates keys on the page *Access*, with ` + "`earshot access key`" + ` or with ` + "`POST /api/keys`" + `. Send a key as
` + "`Authorization: Bearer KEY`" + `; on this machine none is needed until there is an owner. A key gives access to all rooms or to
some. Errors are JSON too:
` + "`{\"error\":{\"message\":\"…\",\"hint\":\"…\"}}`" + `, with 400 for an invalid request, 401 without a key, 403 for what the key does
not allow, 404 for what does not exist or is not visible to this key, and 429 for a wrong key after too many attempts.

    curl -H "Authorization: Bearer $KEY" http://127.0.0.1:8484/api/flags?status=open

In addition to the API, ` + "`/metrics`" + ` has metrics for Prometheus ([metrics.md](metrics.md)),
and ` + "`/healthz`" + ` and ` + "`/readyz`" + ` report the state of the program.
`

// TestAPIReferenceIsTheProgram: docs/api.md matches the description that the program serves. To update it, run go test -run
// APIReference -update ./cmd/earshot/app.
func TestAPIReferenceIsTheProgram(t *testing.T) {
	s, l := openTestApp(t, t.TempDir())
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	s.invited("") // as for "earshot serve"
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1/api/openapi.json", http.NoBody)
	r.RemoteAddr = "127.0.0.1:4711"
	w := httptest.NewRecorder()
	s.handler(l).ServeHTTP(w, r)
	var doc apiDocument
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
		t.Fatalf("%v: %s", err, w.Body)
	}
	want := []byte(doc.page())
	if *update {
		programtest.Write(t, apiPage, string(want))
	}
	if got, err := os.ReadFile(apiPage); err != nil || !bytes.Equal(got, want) {
		t.Errorf("docs/api.md is not what the program says (%v): run this test with -update", err)
	}
	if len(doc.Paths) < 10 {
		t.Errorf("only %d paths", len(doc.Paths))
	}
}

// apiDocument is the part of an OpenAPI document that the page shows.
type apiDocument struct {
	Paths      map[string]map[string]apiOperation `json:"paths"`
	Components struct {
		Schemas map[string]apiSchema `json:"schemas"`
	} `json:"components"`
}

type apiOperation struct {
	Summary    string `json:"summary"`
	Parameters []struct {
		Name, In, Description string
	} `json:"parameters"`
	RequestBody apiBody            `json:"requestBody"`
	Responses   map[string]apiBody `json:"responses"`
}

type apiBody struct {
	Content map[string]struct{ Schema apiSchema } `json:"content"`
}

type apiSchema struct {
	Ref        string               `json:"$ref"`
	Type       any                  `json:"type"`
	Format     string               `json:"format"`
	Items      *apiSchema           `json:"items"`
	Properties map[string]apiSchema `json:"properties"`
	More       *apiSchema           `json:"additionalProperties"`
}

func (d apiDocument) page() string {
	var b strings.Builder
	b.WriteString(apiHead)
	for _, path := range slices.Sorted(maps.Keys(d.Paths)) {
		for _, method := range slices.Sorted(maps.Keys(d.Paths[path])) {
			d.Paths[path][method].write(&b, strings.ToUpper(method)+" "+path)
		}
	}
	b.WriteString("\n## Types\n")
	for _, name := range slices.Sorted(maps.Keys(d.Components.Schemas)) {
		fmt.Fprintf(&b, "\n### %s\n\n| field | type |\n|---|---|\n", name)
		properties := d.Components.Schemas[name].Properties
		for _, field := range slices.Sorted(maps.Keys(properties)) {
			fmt.Fprintf(&b, "| `%s` | %s |\n", field, properties[field])
		}
	}
	return b.String()
}

func (o apiOperation) write(b *strings.Builder, call string) {
	fmt.Fprintf(b, "\n## `%s`\n\n%s.\n", call, o.Summary)
	if len(o.Parameters) > 0 {
		b.WriteString("\n| parameter | in | |\n|---|---|---|\n")
	}
	for _, p := range o.Parameters {
		fmt.Fprintf(b, "| `%s` | %s | %s |\n", p.Name, p.In, strings.ReplaceAll(p.Description, "|", `\|`))
	}
	b.WriteString("\n")
	for _, media := range slices.Sorted(maps.Keys(o.RequestBody.Content)) {
		fmt.Fprintf(b, "Request: %s (`%s`).\n", o.RequestBody.Content[media].Schema, media)
	}
	for _, media := range slices.Sorted(maps.Keys(o.Responses["200"].Content)) {
		what := o.Responses["200"].Content[media].Schema.String()
		if what == "" {
			what = "a document"
		}
		fmt.Fprintf(b, "Response: %s (`%s`).\n", what, media)
	}
}

// String describes a type in words.
func (s apiSchema) String() string {
	switch {
	case s.Ref != "":
		name := s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]
		return fmt.Sprintf("[%s](#%s)", name, strings.ToLower(name))
	case s.Items != nil:
		return "list of " + s.Items.String()
	case s.More != nil:
		return "object of " + s.More.String()
	case s.Format != "":
		return s.Format
	case s.Type == nil:
		return ""
	default:
		return fmt.Sprint(s.Type)
	}
}

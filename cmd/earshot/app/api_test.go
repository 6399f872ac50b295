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

Everything that the pages show can be asked for as JSON, on the address of the page. This page is made from the document that
the program itself gives at ` + "`/api/openapi.json`" + ` (OpenAPI 3.1), which also describes every field.

An owner makes keys under Access in the page, with ` + "`earshot access key`" + ` or by ` + "`POST /api/keys`" + `. Send one as
` + "`Authorization: Bearer KEY`" + `; at this machine none is needed until there is an owner. A key sees what its owner
allowed: everything, or some rooms. Errors are JSON too:
` + "`{\"error\":{\"message\":\"…\",\"hint\":\"…\"}}`" + `, with 400 for what can't be asked, 401 without a key, 403 for what the key may
not do, 404 for what is not there or not for this key, 429 for a wrong key after too many.

    curl -H "Authorization: Bearer $KEY" http://127.0.0.1:8484/api/flags?status=open

Beside the API, ` + "`/metrics`" + ` has figures for Prometheus ([metrics.md](metrics.md)),
` + "`/healthz`" + ` and ` + "`/readyz`" + ` tell how the program is.
`

// TestAPIReferenceIsTheProgram: docs/api.md says what the program says of itself. go test -run APIReference -update ./cmd/earshot/app
// writes it anew.
func TestAPIReferenceIsTheProgram(t *testing.T) {
	s, l := openTestApp(t, t.TempDir())
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	s.invited("") // as "earshot serve" has it
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
		fmt.Fprintf(b, "Takes %s (`%s`).\n", o.RequestBody.Content[media].Schema, media)
	}
	for _, media := range slices.Sorted(maps.Keys(o.Responses["200"].Content)) {
		what := o.Responses["200"].Content[media].Schema.String()
		if what == "" {
			what = "a document"
		}
		fmt.Fprintf(b, "Gives %s (`%s`).\n", what, media)
	}
}

// String is a type in words.
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

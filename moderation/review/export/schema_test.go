package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"earshot/models"
)

// schema is the part of JSON Schema (2020-12) that docs/export.schema.json uses. Anything else in it is an error here.
type schema struct {
	Schema, Title, Description string
	Ref                        string            `json:"$ref"`
	Defs                       map[string]schema `json:"$defs"`
	Type                       any
	Properties                 map[string]schema
	Required                   []string
	AdditionalProperties       any
	Items                      *schema
	MinItems                   int
	Enum                       []any
	Minimum, Maximum           *float64
	Format                     string
}

func readSchema(t *testing.T) *schema {
	t.Helper()
	data, err := os.ReadFile("../../../docs/export.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	data = bytes.Replace(data, []byte(`"$schema"`), []byte(`"schema"`), 1)
	var s schema
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		t.Fatal(err)
	}
	return &s
}

// check lists what of v the schema does not allow.
func (root *schema) check(s schema, at string, v any) []string {
	if name, ok := strings.CutPrefix(s.Ref, "#/$defs/"); ok {
		def, known := root.Defs[name]
		if !known {
			return []string{at + ": no definition " + name}
		}
		return root.check(def, at, v)
	}
	var out []string
	kind := map[bool]string{true: "null"}[v == nil]
	switch x := v.(type) {
	case string:
		kind = "string"
		if _, err := time.Parse(time.RFC3339Nano, x); s.Format == "date-time" && err != nil {
			out = append(out, at+": no time")
		}
	case bool:
		kind = "boolean"
	case float64:
		kind = "number"
		if x == float64(int64(x)) && allows(s.Type, "integer") {
			kind = "integer"
		}
		if s.Minimum != nil && x < *s.Minimum || s.Maximum != nil && x > *s.Maximum {
			out = append(out, at+": out of range")
		}
	case []any:
		kind = "array"
		if len(x) < s.MinItems {
			out = append(out, at+": too short")
		}
		for i, e := range x {
			out = append(out, root.check(*s.Items, fmt.Sprintf("%s[%d]", at, i), e)...)
		}
	case map[string]any:
		kind = "object"
		out = append(out, root.checkObject(s, at, x)...)
	}
	if !allows(s.Type, kind) {
		out = append(out, fmt.Sprintf("%s: %s, want %v", at, kind, s.Type))
	}
	if s.Enum != nil && !slices.Contains(s.Enum, v) {
		out = append(out, fmt.Sprintf("%s: %v is none of %v", at, v, s.Enum))
	}
	return out
}

func (root *schema) checkObject(s schema, at string, x map[string]any) []string {
	var out []string
	for _, k := range slices.Sorted(maps.Keys(x)) {
		p, ok := s.Properties[k]
		rest, isSchema := s.AdditionalProperties.(map[string]any)
		switch {
		case ok:
			out = append(out, root.check(p, at+"."+k, x[k])...)
		case isSchema:
			out = append(out, root.check(schema{Type: rest["type"]}, at+"."+k, x[k])...)
		default:
			out = append(out, at+"."+k+": not described")
		}
	}
	for _, k := range s.Required {
		if _, ok := x[k]; !ok {
			out = append(out, at+"."+k+": missing")
		}
	}
	return out
}

func allows(types any, kind string) bool {
	list, ok := types.([]any)
	return types == kind || ok && slices.Contains(list, any(kind))
}

// full is a transcript with every field set.
func full() Transcript {
	t := secret()
	now := time.Date(2026, 3, 1, 20, 0, 0, 0, time.UTC)
	t.Session.Started, t.Session.Ended, t.Session.Reason, t.Session.Epoch, t.Session.Model, t.Session.Rules = now, now, models.EndLeft, 1,
		"m", "r"
	u := &t.Utterances[0]
	u.Language, u.Degraded, u.Committed, u.Doubt = "en", true, now, []models.Doubt{models.DoubtLoss}
	t.Flags[0].Decided, t.Speakers[0].Role = now, models.RoleHost
	t.Gaps[0].SpeakerID = "c"
	t.Gaps[1].Cause = models.GapCut
	s := t.Summary
	s.Kind, s.Model, s.SinceMS, s.Created, s.Basis = models.SummarySession, "m", 5, now, "b"
	s.Highlights, s.Actions, s.Questions = s.Decisions, s.Decisions, s.Decisions
	s.Digest = models.ModerationDigest{ByRule: map[string]int{"a": 1}, Actions: map[models.Verb]int{models.VerbMute: 1}}
	return t
}

func TestJSONFollowsItsSchema(t *testing.T) {
	root := readSchema(t)
	for name, tr := range map[string]Transcript{
		"full": full(), "redacted": Redact(full()), "recording": {Source: "a.wav"}, "sample": sample(),
	} {
		var v any
		if err := json.Unmarshal([]byte(asText(t, FormatJSON, tr)), &v); err != nil {
			t.Fatal(err)
		}
		for _, problem := range root.check(*root, name, v) {
			t.Error(problem)
		}
	}
	// The check itself finds what is wrong.
	for _, bad := range []string{
		`{}`, `{"version":2,"utterances":[]}`, `{"version":1,"utterances":{}}`, `{"version":1,"utterances":[],"x":1}`,
		`{"version":1,"utterances":[{"text":1}]}`,
		`{"version":1,"utterances":[],"gaps":[{"session":"s","start_ms":1.5,"end_ms":2,"lost_ms":1,"cause":"loss"}]}`,
		`{"version":1,"utterances":[],"speakers":[{"session":"s","id":"a","name":"b","first_ms":"1"}]}`,
	} {
		var v any
		if err := json.Unmarshal([]byte(bad), &v); err != nil {
			t.Fatal(err)
		}
		if len(root.check(*root, "bad", v)) == 0 {
			t.Errorf("accepted: %s", bad)
		}
	}
}

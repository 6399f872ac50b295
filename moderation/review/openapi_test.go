package review

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"earshot/models"
	"earshot/moderation/review/web"
)

// fits fails if an answer contains what the schema does not describe.
func fits(t *testing.T, doc map[string]any, where string, schema map[string]any, v any) {
	t.Helper()
	if ref, ok := schema["$ref"].(string); ok {
		name := strings.TrimPrefix(ref, "#/components/schemas/")
		schema, ok = doc["components"].(map[string]any)["schemas"].(map[string]any)[name].(map[string]any)
		if !ok {
			t.Fatalf("%s: %s is not described", where, ref)
		}
	}
	kind, _ := schema["type"].(string)
	switch x := v.(type) {
	case map[string]any:
		properties, _ := schema["properties"].(map[string]any)
		if more, ok := schema["additionalProperties"].(map[string]any); ok {
			for k, y := range x {
				fits(t, doc, where+"."+k, more, y)
			}
			return
		}
		for k, y := range x {
			p, ok := properties[k].(map[string]any)
			if !ok {
				t.Errorf("%s.%s is not described", where, k)
				continue
			}
			fits(t, doc, where+"."+k, p, y)
		}
	case []any:
		items, ok := schema["items"].(map[string]any)
		if !ok {
			t.Errorf("%s is a list, and described as %v", where, schema)
			return
		}
		for _, y := range x {
			fits(t, doc, where+"[]", items, y)
		}
	case string:
		if kind != "string" {
			t.Errorf("%s is a string, and described as %v", where, schema)
		}
	case float64:
		if kind != "integer" && kind != "number" || kind == "integer" && x != float64(int64(x)) {
			t.Errorf("%s is %v, and described as %v", where, x, schema)
		}
	case bool:
		if kind != "boolean" {
			t.Errorf("%s is a bool, and described as %v", where, schema)
		}
	}
}

func TestDocumentDescribesWhatHandlersAnswer(t *testing.T) {
	m := heardRoom()
	m.lines[0].Words[0].P = 0.5
	m.summary = models.Summary{
		Headline: "x", Chapters: []models.Chapter{{Title: "c"}}, Digest: models.ModerationDigest{ByRule: map[string]int{"a": 1}},
	}
	m.ledger = []models.Consent{{Session: "s1", What: models.ConsentTold}}
	m.decisions = []models.Decision{
		{ID: "d1", Session: "s1", Flag: "f1", Why: "because", Gates: []models.Gate{{Name: "word_p"}}, Matched: []models.Word{}},
	}
	m.actions = []models.Action{{ID: "a1", Session: "s1", Decision: "d1", Verb: models.VerbMute, State: models.ActionSeen}}
	s := serve(t, m, func(c *Config) {
		desk := &fakeDesk{}
		c.Inviter, c.Links, c.Servers, c.Listener, c.States = desk, desk, desk, desk, desk.rooms
		c.Rules, c.Tuner, c.Actor = &primer{}, &primer{}, &hand{can: []models.Verb{models.VerbMute}}
		c.Conditions, c.Summaries = conditionsOf(models.Condition{OK: true, Text: "Well."}), &minutes{m: m}
	})
	var doc map[string]any
	if err := json.Unmarshal(ask(t, s, "GET", "/api/openapi.json").Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	if doc["openapi"] != "3.1.0" {
		t.Errorf("%v", doc["openapi"])
	}
	queries := map[string]string{"/api/search": "?q=coin", "/api/sessions/{id}/export": "?format=json"}
	bodies := map[string]string{
		"/api/rooms": `{"url":"lounge://a/b"}`, "/api/invitations": `{"url":"lounge://a/b"}`,
		"/api/sessions/{id}/people/{speaker}/objection":                `{"objects":true}`,
		"/api/sessions/{id}/people/{speaker}/action":                   `{"verb":"mute"}`,
		"/api/sessions/{id}/utterances/{epoch}/{seq}/{track}/decision": `{"flags":["f1"],"status":"dismissed"}`,
		"/api/servers":   `{"server":"lounge://a"}`,
		"/api/rules/try": `{"text":["buy my coin"],"word_p":0.4}`, "/api/rules/replay": `{}`,
		"/api/rules/tune": `{}`, "/api/rules/take": `{"proposal":"a1"}`,
		"/api/sessions/{id}/utterances/{epoch}/{seq}/{track}/redaction": `{"words":[4,5]}`,
	}
	paths := doc["paths"].(map[string]any)
	k := m.lines[0].Key
	operations := 0
	for _, pattern := range s.Routes() {
		method, path, _ := strings.Cut(pattern, " ")
		if !strings.HasPrefix(path, "/api/") || path == "/api/" {
			continue
		}
		operations++
		methods, _ := paths[path].(map[string]any)
		op, ok := methods[strings.ToLower(method)].(map[string]any)
		if !ok || op["summary"] == "" {
			t.Errorf("%s is not described", pattern)
			continue
		}
		content, _ := op["responses"].(map[string]any)["200"].(map[string]any)["content"].(map[string]any)
		if content["text/event-stream"] != nil { // does not end
			continue
		}
		target := strings.NewReplacer(
			"sessions/{id}", "sessions/s1", "flags/{id}", "flags/f1", "rooms/{id}", "rooms/stage", "{speaker}", m.speakers[0].ID,
			"{epoch}", strconv.Itoa(k.Epoch), "{seq}", strconv.Itoa(k.Seq), "{track}", k.Track,
		).Replace(path) + queries[path]
		req := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(cmp.Or(bodies[path], `{"status":"dismissed"}`)))
		req.Host = "127.0.0.1"
		w := httptest.NewRecorder()
		s.ServeHTTP(w, req)
		if w.Code != http.StatusOK {
			t.Errorf("%s %s: %d %s", method, target, w.Code, w.Body)
			continue
		}
		described, _ := content["application/json"].(map[string]any)
		if described["schema"] == nil {
			continue
		}
		var answer any
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
			t.Fatal(err)
		}
		fits(t, doc, target, described["schema"].(map[string]any), answer)
	}
	if operations < 25 || len(paths) > operations {
		t.Errorf("%d operations, and %d paths described", operations, len(paths))
	}
	if m.flags[0].Status != models.FlagDismissed {
		t.Errorf("the flag is %s", m.flags[0].Status)
	}
}

func TestAPIRefusesWhatMakesNoSense(t *testing.T) {
	s := serve(t, heardRoom(), nil)
	for path, want := range map[string]int{
		"/api/flags?status=maybe": 400, "/api/flags?limit=0": 400, "/api/sessions/s1/export?format=exe": 400,
		"/api/sessions/none/export?format=txt": 404,
		"/api/sessions/none/decisions":         404, "/api/sessions/s1/summary": 404, "/api/sessions/none/evidence": 404,
	} {
		if w := ask(t, s, "GET", path); w.Code != want || !strings.Contains(w.Body.String(), `{"error":{"message":`) {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	for body, want := range map[string]int{
		`{"status":"perhaps"}`: 400, `{"status":"open","more":1}`: 400, `[]`: 400, ``: 400, `{"status":"open"}{}`: 400,
		strings.Repeat("[", 60_000): 400, `{"status":"` + strings.Repeat("x", web.MaxBody) + `"}`: 413,
	} {
		r := httptest.NewRequestWithContext(t.Context(), "POST", "/api/flags/f1", strings.NewReader(body))
		r.Host = "localhost"
		w := httptest.NewRecorder()
		if s.ServeHTTP(w, r); w.Code != want {
			t.Errorf("%.30q: %d, want %d", body, w.Code, want)
		}
	}
}

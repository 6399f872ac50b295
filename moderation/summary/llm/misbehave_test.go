package llm

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"earshot/moderation/summary"
)

// figures is a talk in which numbers and negations matter.
func figures() summary.Input {
	in := talk()
	for i, text := range []string{
		"The festival has 40 volunteers and 12 tents this summer.",
		"We decided not to sell beer at the festival. The cake is sold by the school.",
		"We decided to rent the roof from Zoltan for 300 euros.",
		"I will call Zoltan tomorrow about the price of the roof.",
		"The parking place is closed and nobody may drive on the grass.",
		"We agreed that the music ends at eleven in the evening.",
	} {
		in.Utterances[i].Text = text
	}
	return in
}

// What a model changes is dropped and counted, sentence by sentence; what it leaves as it was stays.
func TestWhatAModelChangesIsDroppedAndCounted(t *testing.T) {
	in := figures()
	plain := summary.Make(in)
	for name, tt := range map[string]struct {
		text, cites string
		stays       bool
	}{
		"as it was said":          {"We decided to rent the roof from Zoltan.", `"L3"`, true},
		"in other words":          {"The roof is rented from Zoltan for 300 euros.", `"L3"`, true},
		"denied as it was":        {"We do not sell beer at the festival.", `"L2"`, true},
		"denied in one of two":    {"No beer is sold at the festival. The school sells the cake.", `"L2"`, true},
		"numbers as they were":    {"The festival has 12 tents and 40 volunteers.", `"L1"`, true},
		"time as it was":          {"The music ends at eleven.", `"L6"`, true},
		"negation dropped":        {"We decided to sell beer at the festival.", `"L2"`, false},
		"negation added":          {"We decided not to rent the roof from Zoltan.", `"L3"`, false},
		"negation on the other":   {"Beer is sold at the festival. The school does not sell the cake.", `"L2"`, false},
		"nobody becomes all":      {"The parking place is closed and all may drive on the grass.", `"L5"`, false},
		"numbers swapped":         {"The festival has 12 volunteers and 40 tents.", `"L1"`, false},
		"number of another line":  {"We decided to rent the roof for 40 euros.", `"L3"`, false},
		"number of another cited": {"We decided to rent the roof from Zoltan for 40 euros.", `"L1", "L3"`, false},
		"number in words":         {"The music ends at twelve.", `"L6"`, false},
		"a sentence of its own":   {"We decided to rent the roof. The mayor resigned yesterday evening.", `"L3"`, false},
		"another name":            {"We decided to rent the roof from Petra.", `"L3"`, false},
		"invented citation":       {"We decided to rent the roof from Zoltan.", `"L77"`, false},
	} {
		point, err := json.Marshal(tt.text)
		if err != nil {
			t.Fatal(err)
		}
		other := `{"kind": "action", "text": "Cem will call Zoltan about the price.", "cites": ["L4"]}`
		c, _ := server(t, `{"title": "", "points": [`+other+`, {"kind": "decision", "text": `+string(point)+`, "cites": [`+tt.cites+`]}]}`, `{}`)
		got, err := c.Rewrite(t.Context(), plain, in)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		has := false
		for _, d := range got.Decisions {
			has = has || d.Text == tt.text && len(d.Cites) > 0
		}
		if dropped := 1 - count(tt.stays); has != tt.stays || got.Dropped != dropped {
			t.Errorf("%s: kept %v, %d dropped; want kept %v", name, has, got.Dropped, tt.stays)
		}
	}
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

// A server that answers badly leaves the summary as it was, in time, and says what is wrong without a word of the talk.
func TestServerThatMisbehaves(t *testing.T) {
	in := figures()
	plain := summary.Make(in)
	content := func(s string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			_ = json.NewEncoder(w).Encode(map[string]any{"choices": []any{map[string]any{"message": map[string]string{"content": s}}}})
		}
	}
	for name, tt := range map[string]struct {
		handler http.HandlerFunc
		want    string
	}{
		"slow": {func(_ http.ResponseWriter, r *http.Request) { hang(r) }, "Client.Timeout"},
		"drips": {func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusOK)
			_, _ = w.Write([]byte(`{"choices": [`))
			w.(http.Flusher).Flush()
			hang(r)
		}, "Client.Timeout"},
		"cuts the connection": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write([]byte(`{"choices": [{"message": {"content": "`))
			panic(http.ErrAbortHandler)
		}, "EOF"},
		"cuts the answer":  {content(good[:len(good)/2]), errNothing.Error()},
		"answers in prose": {content("Sure! Here is the summary: the roof is rented."), errNothing.Error()},
		"another shape":    {content(`{"title": ["a"], "points": "none"}`), errNothing.Error()},
		"null":             {content(`null`), errNothing.Error()},
		"no point":         {content(`{"points": []}`), errNothing.Error()},
		"ten thousand points": {content(`{"points": [` + strings.Repeat(`{"kind": "decision", "text": "We sell beer.", "cites": ["L2"]},`, 9999) +
			`{}]}`), errNothing.Error()},
		"huge": {content(strings.Repeat("the roof ", maxAnswer/4)), "longer than"},
	} {
		t.Run(name, func(t *testing.T) {
			s := httptest.NewServer(tt.handler)
			defer s.Close()
			timeout := 20 * time.Second
			if tt.want == "Client.Timeout" {
				timeout = 300 * time.Millisecond
			}
			c, err := New(Config{URL: s.URL, Model: "m", Timeout: timeout})
			if err != nil {
				t.Fatal(err)
			}
			defer c.api.Close()
			got, err := c.Rewrite(t.Context(), plain, in)
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "festival") {
				t.Errorf("error %v, want %q and nothing of the talk", err, tt.want)
			}
			if d := cmp.Diff(plain, got); d != "" {
				t.Error(d)
			}
		})
	}
}

// A point that is dropped is counted also when it comes with thousands; the summary says how many.
func TestDroppedAreCounted(t *testing.T) {
	in := figures()
	bad := strings.Repeat(`{"kind": "decision", "text": "We decided to sell beer at the festival.", "cites": ["L2"]},`, 40)
	c, _ := server(t, `{"points": [`+bad+`{"kind": "action", "text": "Cem will call Zoltan about the price.", "cites": ["L4"]}]}`, `{}`)
	got, err := c.Rewrite(t.Context(), summary.Make(in), in)
	if err != nil || got.Dropped != 40 || len(got.Actions) != 1 {
		t.Errorf("%d dropped, %d actions, %v", got.Dropped, len(got.Actions), err)
	}
	for _, d := range got.Decisions {
		if strings.HasPrefix(d.Text, "We decided to sell") {
			t.Errorf("%+v", d)
		}
	}
}

// hang keeps a request until its client goes, which is noticed once the question is read.
func hang(r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

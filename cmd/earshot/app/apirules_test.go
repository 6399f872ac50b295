package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"earshot/cmd/earshot/internal/programtest"
	"earshot/models"
	"earshot/models/filetest"
)

// TestAPIAnswersAsTheCommandsDo: trying and replaying rules through the API returns what the commands print, byte for byte except
// for line breaks, and redacting a line redacts it in the database.
func TestAPIAnswersAsTheCommandsDo(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	t.Parallel()
	dir := t.TempDir()
	if err := programtest.WriteSample(dir); err != nil {
		t.Fatal(err)
	}
	rules := filepath.Join(dir, "house.yaml")
	programtest.Write(
		t, rules,
		"schema: 1\nprofile: house\nuse: [scams.en, harassment.en]\nrules:\n  - {id: welcome, when: {says: {phrase: welcome everyone}}, "+
			"then: [flag: {level: low, title: Hello}]}\n",
	)
	s, l := openTestAppWith(
		t, dir, "EARSHOT_RULES="+rules, "EARSHOT_RETENTION_TRANSCRIPTS=forever", "EARSHOT_RETENTION_FLAGS=forever",
		"EARSHOT_RETENTION_CLIPS=forever",
	)
	said := programtest.SayANumber(t, s.Store)
	base := "http://" + l.Addr().String()
	err := s.Run(t.Context(), l, func(ctx context.Context) error {
		for _, tt := range []struct {
			path, body string
			args       []string
		}{
			{
				"/api/rules/try", `{"text":["Welcome everyone, you idiot","guaranteed profit"],"word_p":0.7}`,
				[]string{"try", rules, "--json", "--text", "Welcome everyone, you idiot", "--text", "guaranteed profit", "--word-p", "0.7"},
			},
			{"/api/rules/try", `{"text":["hello"],"by":"host"}`, []string{"try", rules, "--json", "--text", "hello", "--by", "host"}},
			{"/api/rules/replay", `{"since":"all"}`, []string{"replay", "--data-dir", dir, "--since", "all", "--json", rules}},
			{
				"/api/rules/replay", `{"since":"all","room":"book"}`,
				[]string{"replay", "--data-dir", dir, "--since", "all", "--room", "book", "--json", rules},
			},
		} {
			out, code := programtest.Client(append(os.Environ(), "HOME="+dir), append([]string{"rules"}, tt.args...)...)
			if code != 0 {
				t.Errorf("%v: exit code %d", tt.args, code)
			}
			var flat, want bytes.Buffer
			if err := json.Compact(&flat, []byte(out)); err != nil {
				return err
			}
			json.HTMLEscape(&want, flat.Bytes())
			got, code := sent(ctx, t, base+tt.path, tt.body)
			if code != http.StatusOK || strings.TrimSpace(got) != strings.TrimSpace(want.String()) {
				t.Errorf("%s %s: %d\n%s\nwant\n%s", tt.path, tt.body, code, got, want.String())
			}
			if strings.Contains(tt.body, `"all"}`) && !strings.Contains(got, `"rule":"welcome","pack":"house","fired":1`) {
				t.Errorf("the replay found nothing: %s", got)
			}
		}
		line := fmt.Sprintf("/api/sessions/%s/utterances/%d/%d/%s/redaction", said.Session, said.Epoch, said.Seq, said.Track)
		var u models.Utterance
		text, code := sent(ctx, t, base+line, `{"words":[4]}`)
		if err := json.Unmarshal([]byte(text), &u); err != nil || code != http.StatusOK {
			t.Errorf("redact: %d %s %v", code, text, err)
		}
		if found, err := filetest.With(dir, said.Words[4].Text); !strings.HasPrefix(u.Text, "please call me on ▮") || len(found) > 0 ||
			err != nil {
			t.Errorf("redacted: %q, still in %v, %v", u.Text, found, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// sent posts JSON and returns the answer.
func sent(ctx context.Context, t *testing.T, url, body string) (string, int) {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text), res.StatusCode
}

package openai

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

const secret = "what was said"

// TestAskJSON asks a real server on the loopback: what comes back is one text or an error that holds nothing of it.
func TestAskJSON(t *testing.T) {
	one := func(text string) string { return `{"choices": [{"message": {"content": "` + text + `"}}]}` }
	for name, c := range map[string]struct {
		status       int
		answer, want string
		fails        string
	}{
		"plain":    {200, one(`{\"a\": 1}`), `{"a": 1}`, ""},
		"fenced":   {200, one("```json\\n{}\\n```"), "\n{}\n", ""},
		"500":      {500, one(secret), "", "the server answered 500"},
		"redirect": {307, one(secret), "", "the server answered 307"},
		"too long": {200, one(strings.Repeat(secret, 1000)), "", "the answer is longer than 1 KiB"},
		"two":      {200, `{"choices": [{}, {}]}`, "", errNoChat.Error()},
		"garbage":  {200, secret + "\x00\xff", "", errNoChat.Error()},
	} {
		t.Run(name, func(t *testing.T) {
			calls := 0
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				calls++
				body, _ := io.ReadAll(r.Body)
				if r.URL.Path != "/v1/chat/completions" || r.Header.Get("Authorization") != "Bearer k" || !strings.Contains(string(body), secret) {
					t.Errorf("%s with %q was sent %s", r.URL.Path, r.Header.Get("Authorization"), body)
				}
				w.Header().Set("Location", "/elsewhere")
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.answer)
			}))
			defer server.Close()
			client, err := New(Config{Setting: "x", URL: server.URL + "/v1/", Model: "m", Key: "k", Timeout: 20 * time.Second, MaxAnswer: 1 << 10})
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			got, err := client.AskJSON(t.Context(), "answer", map[string]string{"text": secret}, 16)
			if got != c.want || (err == nil) != (c.fails == "") || err != nil && err.Error() != c.fails || calls != 1 {
				t.Errorf("%q, %v after %d calls", got, err, calls)
			}
		})
	}
}

func TestNew(t *testing.T) {
	for url, local := range map[string]bool{
		"http://127.0.0.1:1/v1": true, "http://localhost:1/v1": true, "http://[::1]:1/v1": true, "https://api.example/v1": false,
		"http://localhost.example/v1": false,
	} {
		if c, err := New(Config{URL: url}); err != nil || c.Local() != local || c.NeedModel() == nil {
			t.Errorf("%s: %v, local %v", url, err, local)
		}
	}
	for _, url := range []string{"", "ftp://x/v1", "http://u:p@x/v1", "http://", "::"} {
		if _, err := New(Config{Setting: "x", URL: url}); err == nil || models.Hint(err) == "" || !strings.Contains(err.Error(), "x.url") {
			t.Errorf("%q: %v", url, err)
		}
	}
}

func FuzzChatText(f *testing.F) {
	f.Add([]byte(`{"choices": [{"message": {"content": "{}"}}]}`))
	f.Fuzz(func(t *testing.T, answer []byte) {
		if text, err := chatText(answer); err != nil && text != "" {
			t.Errorf("%q with %v", text, err)
		}
	})
}

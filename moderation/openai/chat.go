package openai

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
)

// Message is a chat message. Roles are those of the API: system, user, assistant.
type Message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

// Chat is a request to the chat completions API for a JSON object.
type Chat struct {
	Model       string            `json:"model"`
	Messages    []Message         `json:"messages"`
	Temperature float64           `json:"temperature"`
	Seed        int               `json:"seed"`
	MaxTokens   int               `json:"max_tokens"`
	Format      map[string]string `json:"response_format"`
	Stream      bool              `json:"stream"`
}

// errNoChat means that the response is not a chat completion.
var errNoChat = errors.New("the answer is not that of a chat completions API")

// AskJSON sends data as JSON under instructions, and returns the text of the answer without a code fence. What was said must go into
// data, never into instructions. The answer has at most maxTokens tokens, and is as reproducible as the server allows.
func (c *Client) AskJSON(ctx context.Context, instructions string, data any, maxTokens int) (string, error) {
	evidence, err := json.Marshal(data)
	if err != nil {
		return "", errors.New("the question cannot be written as JSON")
	}
	answer, err := c.Post(ctx, "/chat/completions", Chat{
		Model: c.cfg.Model, Seed: 1, MaxTokens: maxTokens, Format: map[string]string{"type": "json_object"},
		Messages: []Message{{"system", instructions}, {"user", string(evidence)}},
	})
	if err != nil {
		return "", err
	}
	return chatText(answer)
}

// chatText returns the text of a response.
func chatText(answer []byte) (string, error) {
	var r struct {
		Choices []struct {
			Message Message `json:"message"`
		} `json:"choices"`
	}
	if json.Unmarshal(answer, &r) != nil || len(r.Choices) != 1 {
		return "", errNoChat
	}
	return unfenced(r.Choices[0].Message.Content), nil
}

// unfenced removes the code fence in which models often wrap JSON.
func unfenced(text string) string {
	text = strings.TrimSpace(text)
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(text, "```json"), "```"), "```")
}

package openai

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
)

// Message is one message of a chat. Roles are those of the API: system, user, assistant.
type Message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

// Chat is a question to the chat completions API, answered by a JSON object.
type Chat struct {
	Model       string            `json:"model"`
	Messages    []Message         `json:"messages"`
	Temperature float64           `json:"temperature"`
	Seed        int               `json:"seed"`
	MaxTokens   int               `json:"max_tokens"`
	Format      map[string]string `json:"response_format"`
	Stream      bool              `json:"stream"`
}

// errNoChat is an answer of something else.
var errNoChat = errors.New("the answer is not that of a chat completions API")

// AskJSON puts data before the model, as JSON under instructions, and returns the text of its answer without a fence of
// backquotes. What was said is data, never instruction: it must go into data. The answer is at most maxTokens long, and as
// repeatable as the server can make it.
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

// chatText reads the one text of an answer.
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

// unfenced takes a text out of a fence of backquotes, in which models like to put JSON.
func unfenced(text string) string {
	text = strings.TrimSpace(text)
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(text, "```json"), "```"), "```")
}

package livekit

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"earshot/models"
)

// Credentials let the bot into rooms: an API key and its secret, which sign a token for each join and each action, or
// a ready-made token, or both: the bot then joins with the token and acts with the key. They never print.
type Credentials struct {
	Key, Secret string
	// Token is used as it is, and renewed by the server while it is in use.
	Token string
}

// String hides the credentials.
func (Credentials) String() string { return "(hidden)" }

// GoString hides the credentials.
func (Credentials) GoString() string { return "(hidden)" }

// LogValue hides the credentials.
func (Credentials) LogValue() slog.Value { return slog.StringValue("(hidden)") }

func (c Credentials) check() error {
	const hint = "set LIVEKIT_API_KEY and LIVEKIT_API_SECRET, or EARSHOT_TOKEN to a token that lets the bot join"
	switch {
	case c.Key != "" && c.Secret == "":
		return models.WithHint(errors.New("livekit: there is an API key but no secret"), hint)
	case c.Key == "" && c.Token == "":
		return models.WithHint(errors.New("livekit: no credentials for this server"), hint)
	}
	return nil
}

const (
	// joinFor is how long a join token is valid; the server renews it for as long as the connection lasts.
	joinFor = 10 * time.Minute
	// actFor is how long the token of a single action is valid.
	actFor = time.Minute
	// skew is how far two machines' clocks may differ.
	skew = 10 * time.Second
)

// Grant is what a token allows, by the field names of LiveKit's access tokens.
type Grant struct {
	Room           string `json:"room,omitempty"`
	RoomJoin       bool   `json:"roomJoin,omitempty"`
	RoomAdmin      bool   `json:"roomAdmin,omitempty"`
	RoomCreate     bool   `json:"roomCreate,omitempty"`
	RoomList       bool   `json:"roomList,omitempty"`
	CanPublish     *bool  `json:"canPublish,omitempty"`
	CanSubscribe   *bool  `json:"canSubscribe,omitempty"`
	CanPublishData *bool  `json:"canPublishData,omitempty"`
	// CanUpdateOwnMetadata lets a participant change its own name.
	CanUpdateOwnMetadata *bool `json:"canUpdateOwnMetadata,omitempty"`
	Hidden               bool  `json:"hidden,omitempty"`
	Recorder             bool  `json:"recorder,omitempty"`
	Agent                bool  `json:"agent,omitempty"`
}

// Claims are the contents of an access token (RFC 7519 with LiveKit's own claims).
type Claims struct {
	Issuer     string            `json:"iss,omitempty"`
	Identity   string            `json:"sub,omitempty"`
	Name       string            `json:"name,omitempty"`
	NotBefore  int64             `json:"nbf,omitempty"`
	Expires    int64             `json:"exp,omitempty"`
	Kind       string            `json:"kind,omitempty"`
	Attributes map[string]string `json:"attributes,omitempty"`
	Video      *Grant            `json:"video,omitempty"`
	SHA256     string            `json:"sha256,omitempty"`
}

var rawURL = base64.RawURLEncoding

// Sign makes a token (HS256) that is valid for the given time. The issuer is the key.
func (c Credentials) Sign(claims Claims, now time.Time, holds time.Duration) (string, error) {
	claims.Issuer, claims.NotBefore, claims.Expires = c.Key, now.Add(-skew).Unix(), now.Add(holds).Unix()
	body, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("livekit: token: %w", err)
	}
	signed := rawURL.EncodeToString([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + rawURL.EncodeToString(body)
	return signed + "." + rawURL.EncodeToString(signature(c.Secret, signed)), nil
}

func signature(secret, signed string) []byte {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(signed))
	return mac.Sum(nil)
}

// errToken says that a token is malformed, not ours, or outside its time.
var errToken = errors.New("livekit: the token is invalid")

// verify checks a token's signature and time and returns its claims.
func (c Credentials) verify(token string, now time.Time) (Claims, error) {
	i := strings.LastIndexByte(token, '.')
	if i < 0 {
		return Claims{}, fmt.Errorf("%w: it is no JWT", errToken)
	}
	claims, err := readClaims(token)
	if err != nil {
		return Claims{}, err
	}
	mac, err := rawURL.DecodeString(token[i+1:])
	if err != nil || !hmac.Equal(mac, signature(c.Secret, token[:i])) || c.Secret == "" || claims.Issuer != c.Key {
		return Claims{}, fmt.Errorf("%w: it was signed with another key", errToken)
	}
	if now.Unix() > claims.Expires+int64(skew/time.Second) || now.Unix()+int64(skew/time.Second) < claims.NotBefore {
		return Claims{}, fmt.Errorf("%w: it has expired or is not valid yet", errToken)
	}
	return claims, nil
}

// readClaims reads a token that the server will verify: its signature is not checked here.
func readClaims(token string) (Claims, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 || len(token) > 16<<10 {
		return Claims{}, fmt.Errorf("%w: it is no JWT", errToken)
	}
	var header struct{ Alg string }
	var c Claims
	for i, into := range []any{&header, &c} {
		b, err := rawURL.DecodeString(parts[i])
		if err != nil || json.Unmarshal(b, into) != nil {
			return Claims{}, fmt.Errorf("%w: it is no JWT", errToken)
		}
	}
	if header.Alg != "HS256" {
		return Claims{}, fmt.Errorf("%w: it is not signed with HS256", errToken)
	}
	return c, nil
}

package models

import (
	"slices"
	"strings"
	"time"
)

// Gate is a condition that a match must meet before it may be enforced, with its outcome.
type Gate struct {
	// Name is the gate as the rule file writes it: word_p, logprob, voiced, loss_max, attribution, late, doubt.
	Name string `json:"name"`
	// Need and Got are the requirement and the actual value ("0.60", "10%", "track").
	Need   string `json:"need"`
	Got    string `json:"got"`
	Passed bool   `json:"passed"`
}

// SecondLook is the result of decoding the flagged clip again, at full context or by another model.
type SecondLook struct {
	Model string `json:"model"`
	// Text is the text of the second decode. The first remains that of the utterance.
	Text string `json:"text"`
	// Agreed reports that the rule matched in the second text too.
	Agreed bool `json:"agreed"`
	// Failed reports that the second look failed; Agreed is false then.
	Failed bool `json:"failed,omitempty"`
}

// OpinionState is the state of a second opinion. The list is closed.
type OpinionState string

// The states of a second opinion.
const (
	OpinionAsked     OpinionState = "asked"     // waits for the answer; the words may have been sent
	OpinionAgreed    OpinionState = "agreed"    // it finds the same, or worse
	OpinionDisagreed OpinionState = "disagreed" // the verdict was lowered: from acting to asking, or from asking to recording
	OpinionNone      OpinionState = "none"      // no answer that could be used: nothing changed
	OpinionUnasked   OpinionState = "unasked"   // nothing was sent: nothing changed
)

// Opinion is a language or moderation model's opinion of a match. It can only lower a verdict.
type Opinion struct {
	// By names the model and the host that it was asked at.
	By    string       `json:"by,omitempty"`
	State OpinionState `json:"state"`
}

// Verdict is the outcome of a flag's gates and mode. The list is closed.
type Verdict string

// The verdicts, weakest first.
const (
	VerdictLogged   Verdict = "logged"   // recorded, and nothing else
	VerdictWithheld Verdict = "withheld" // the rule wanted more; a gate, the text's age or doubt forbade it
	VerdictAsked    Verdict = "asked"    // the host was asked
	VerdictEnforced Verdict = "enforced" // done without asking
	VerdictPending  Verdict = "pending"  // waits for a second look at the sound, or for a second opinion
)

// AskState is the state of an ask to the host. The list is closed.
type AskState string

// The states of an ask. It leaves AskOpen once.
const (
	AskNone      AskState = ""          // nobody was asked
	AskOpen      AskState = "open"      // waits for a host
	AskConfirmed AskState = "confirmed" // a host chose an action
	AskDismissed AskState = "dismissed" // a host said no
	AskExpired   AskState = "expired"   // nobody answered in time
)

// Decision is the full record of a verdict: its reasons, who decided, and its outcome. Its actions are stored separately.
type Decision struct {
	// ID is derived from the flag's id, so that judging the same words again, after a restart or a retry, finds the same decision.
	ID          string `json:"id"`
	Session     string `json:"session"`
	Flag        string `json:"flag"`
	Utterance   Key    `json:"utterance"`
	SpeakerID   string `json:"speaker_id"`
	SpeakerName string `json:"speaker"`
	Rule        string `json:"rule"`
	Pack        string `json:"pack"`
	// Hash is the short content hash of the rule as it was.
	Hash string `json:"hash"`
	Mode Mode   `json:"mode"`
	// Matched are the words that matched, with their times and probabilities.
	Matched    []Word      `json:"matched"`
	Gates      []Gate      `json:"gates"`
	SecondLook *SecondLook `json:"second_look,omitempty"`
	// Opinion is nil if none was requested.
	Opinion *Opinion `json:"opinion,omitempty"`
	Verdict Verdict  `json:"verdict"`
	// Why is one sentence for the host.
	Why string   `json:"why"`
	Ask AskState `json:"ask,omitempty"`
	// Offer lists what the host may choose ("mute 60s", "warn", "dismiss"), and AskedOf who may choose.
	Offer   []string `json:"offer,omitempty"`
	AskedOf []Role   `json:"asked_of,omitempty"`
	// Expires is when an open ask lapses.
	Expires time.Time `json:"expires,omitzero"`
	// DecidedBy names the person who confirmed or dismissed, or "rule" for what was enforced without asking.
	DecidedBy string    `json:"decided_by,omitempty"`
	Decided   time.Time `json:"decided,omitzero"`
	// Said is when the words ended that led to the verdict; zero if there were none.
	Said    time.Time `json:"said,omitzero"`
	Created time.Time `json:"created"`
	// Done is the verb that was carried out in the room without asking, or empty.
	Done Verb `json:"done,omitempty"`
	// Points are what the rule adds to ledgers: at once, or once a host confirms when the host was asked.
	Points []Points `json:"points,omitempty"`
}

// Points are strikes in one ledger.
type Points struct {
	Ledger string  `json:"ledger"`
	Points float64 `json:"points"`
}

// Verb is what an action does. The list is closed.
type Verb string

// The verbs, mildest first.
const (
	VerbTell       Verb = "tell"        // notify the hosts, by page, webhook or mail
	VerbRedact     Verb = "redact"      // mask words in the record
	VerbNudge      Verb = "nudge"       // a friendly line to the speaker
	VerbMessage    Verb = "message"     // a line to the room
	VerbWarn       Verb = "warn"        // a formal warning to the speaker
	VerbMute       Verb = "mute"        // silence a track
	VerbUnmute     Verb = "unmute"      // undo of mute, where the platform has it
	VerbToAudience Verb = "to_audience" // take away the right to publish
	VerbRemove     Verb = "remove"      // send out of the room
	VerbBan        Verb = "ban"         // keep out of the room

	VerbNewcomersListen Verb = "newcomers_listen_only" // newcomers may listen and not speak
	VerbToStage         Verb = "to_stage"              // undo of to_audience
	VerbUnban           Verb = "unban"                 // undo of ban
)

// Rank orders verbs by severity: a harsher verb has a higher rank; one that affects nobody, or is unknown, has 0.
func (v Verb) Rank() int {
	return 1 + slices.Index([]Verb{
		VerbNudge, VerbMessage, VerbWarn, VerbMute, VerbToAudience, VerbNewcomersListen, VerbRemove, VerbBan,
	}, v)
}

// ActionState is the state of an action. The list is closed.
type ActionState string

// The states of an action. An action is done when its effect has been observed, not when it was sent.
const (
	ActionPlanned ActionState = "planned" // stored, not yet sent; resumed after a restart
	ActionSent    ActionState = "sent"    // the platform accepted the request
	ActionSeen    ActionState = "seen"    // its effect was observed
	ActionFailed  ActionState = "failed"  // refused, or without effect after all attempts
	ActionUndone  ActionState = "undone"  // taken back
)

// Action is an action that results from a decision, or that a host takes.
type Action struct {
	// ID is the idempotency key: derived from the decision and the verb, or generated for a host's click. A stored id is never
	// carried out twice.
	ID      string `json:"id"`
	Session string `json:"session"`
	// Decision is empty for an action that a host took without a flag.
	Decision   string `json:"decision,omitempty"`
	Verb       Verb   `json:"verb"`
	TargetID   string `json:"target_id,omitempty"` // speaker; empty: the room
	TargetName string `json:"target,omitempty"`
	// ForMS is how long it lasts; 0: until it is undone.
	ForMS int64 `json:"for_ms,omitempty"`
	// Text is the message to send, for verbs that send one.
	Text string `json:"text,omitempty"`
	// Via is how a message is delivered ("private", "chat", "voice"; empty or "auto": as the connector can).
	Via string `json:"via,omitempty"`
	// Who are the roles that are told, and Webhook the name of the webhook, for the verb tell.
	Who     []Role      `json:"who,omitempty"`
	Webhook string      `json:"webhook,omitempty"`
	State   ActionState `json:"state"`
	// Attempts counts the attempts, including escalation.
	Attempts int `json:"attempts"`
	// Error is why it failed, in words for the host.
	Error string `json:"error,omitempty"`
	// By names the person, or "rule".
	By      string    `json:"by"`
	Created time.Time `json:"created"`
	// Sent and Seen are when the platform accepted the request and when the effect was observed; zero before.
	Sent time.Time `json:"sent,omitzero"`
	Seen time.Time `json:"seen,omitzero"`
}

// LedgerEntry is a strike, or its withdrawal. A balance is the sum of the entries after decay, so entries are never changed.
type LedgerEntry struct {
	// ID is derived from the flag and the ledger's name, so that a flag never counts twice.
	ID string `json:"id"`
	// Ledger is the name in the rule file ("conduct").
	Ledger string `json:"ledger"`
	// Person is the platform identity; Scope is what it counts in: a room's id, or "" for all rooms of this host.
	Person  string `json:"person"`
	Scope   string `json:"scope,omitempty"`
	Session string `json:"session"`
	Flag    string `json:"flag,omitempty"`
	// Points are added to the balance; a correction is a negative entry.
	Points float64 `json:"points"`
	// Pending reports that the points count only once a host confirms the flag.
	Pending bool      `json:"pending,omitempty"`
	By      string    `json:"by"` // a person, or "rule"
	At      time.Time `json:"at"`
}

// SeenBy is how long it may take until the effect of an action is seen, including all attempts and escalation.
const SeenBy = time.Minute

// Outcome says what became of an action, in words for a host.
type Outcome struct {
	Sign string // ✓ seen, ✕ failed, ↩ taken back, … on its way, ? without an effect
	Text string // "mute for 60 s, seen after 0.5 s"
	// An action that was sent reads Then from Late on, unless its effect has been seen; zero: it stays as it is.
	Late time.Time
	Then string
}

// Outcome says what became of an action as of now. target is the name of whom it concerns, or "" to leave it out.
func (a Action) Outcome(target string, now time.Time) Outcome {
	what := strings.TrimSpace(a.Verb.Words() + " " + target)
	if a.ForMS > 0 {
		what += " for " + Length(time.Duration(a.ForMS)*time.Millisecond)
	}
	switch a.State {
	case ActionSeen:
		if took := a.Seen.Sub(a.Sent); !a.Sent.IsZero() && took >= 100*time.Millisecond {
			return Outcome{Sign: "✓", Text: what + ", seen after " + Length(took)}
		}
		return Outcome{Sign: "✓", Text: what}
	case ActionUndone:
		if a.Verb.Undoes() != "" { // the end of a restriction that was undone, or replaced by a longer one
			return Outcome{Sign: "↩", Text: what + " no longer needed"}
		}
		return Outcome{Sign: "↩", Text: what + " taken back"}
	case ActionSent:
		late, then := a.Sent.Add(SeenBy), what+" was sent, but no effect was seen"
		if !late.After(now) {
			return Outcome{Sign: "?", Text: then}
		}
		return Outcome{Sign: "…", Text: what + " sent, its effect is not seen yet", Late: late, Then: then}
	case ActionFailed:
		if a.Error != "" {
			return Outcome{Sign: "✕", Text: what + " failed: " + a.Error}
		}
		return Outcome{Sign: "✕", Text: what + " failed"}
	}
	return Outcome{Sign: "…", Text: what + " planned, not sent yet"}
}

// Words returns a verb as it reads in a sentence: "move to audience".
func (v Verb) Words() string {
	switch v {
	case VerbToAudience:
		return "move to audience"
	case VerbTell:
		return "notify the hosts"
	}
	return strings.ReplaceAll(string(v), "_", " ")
}

package engine

import (
	"earshot/models"
	"earshot/moderation/match"
	"earshot/moderation/rules"
)

// language is what rules may be made of.
var language = rules.Language{Conditions: conditions, Steps: steps, Forms: formNames(), Stems: match.StemLanguages}

// conditions are all kinds of conditions. A new one is a file of its own and a line here.
var conditions = []rules.ConditionKind{
	{Name: "any", New: func() rules.Condition { return &anyOf{} }},
	{Name: "all", New: func() rules.Condition { return &allOf{} }},
	{Name: "none", New: func() rules.Condition { return &noneOf{} }},
	{Name: "role", New: func() rules.Condition { return &role{} }},
	{Name: "speaker", New: func() rules.Condition { return &speaker{} }},
	{Name: "newcomer", New: func() rules.Condition { return &newcomer{} }},
	{Name: "says", New: func() rules.Condition { return &says{} }},
	{Name: "reveals", New: func() rules.Condition { return &reveals{} }},
	{Name: "repeats", New: func() rules.Condition { return &repeats{Times: 3, Within: 60_000, Similar: 0.9} }},
	{Name: "reported_speech", New: func() rules.Condition { return &reportedSpeech{} }},
	{Name: "floor", New: func() rules.Condition { return &takesFloor{Of: 300_000, MinSpeakers: 2} }},
	{Name: "heard", New: func() rules.Condition { return &heard{For: 1000} }},
	{Name: "spoken_language", New: func() rules.Condition { return &spokenLanguage{Sure: 0.8} }},
	{Name: "room", New: func() rules.Condition { return &inRoom{Within: 60_000} }},
	{Name: "ledger", New: func() rules.Condition { return &balances{} }},
	{Name: "if", New: func() rules.Condition { return &expression{} }},
}

// steps are all kinds of steps.
var steps = []rules.StepKind{
	{Name: "ask", New: func() rules.StepContent { return &ask{Who: []models.Role{models.RoleHost}, Expires: 60_000} }},
	{Name: "add", New: func() rules.StepContent { return &add{} }},
	{Name: "tell", New: func() rules.StepContent { return &tell{} }},
	{Name: "redact", New: func() rules.StepContent { return &redact{RedactText: true} }},
	{Name: "nudge", New: func() rules.StepContent { return newMessage(models.VerbNudge) }},
	{Name: "warn", New: func() rules.StepContent { return newMessage(models.VerbWarn) }},
	{Name: "mute", New: func() rules.StepContent { return &restrict{verb: models.VerbMute} }},
	{Name: "to_audience", New: func() rules.StepContent { return &restrict{verb: models.VerbToAudience} }},
	{Name: "remove", New: func() rules.StepContent { return &restrict{verb: models.VerbRemove} }},
	{Name: "ban", New: func() rules.StepContent { return &restrict{verb: models.VerbBan} }},
}

func formNames() []string {
	out := make([]string, len(match.Forms))
	for i, f := range match.Forms {
		out[i] = string(f)
	}
	return out
}

// Schema is the JSON Schema (draft 2020-12) of rule files, for editors.
func Schema() []byte { return rules.Schema(language) }

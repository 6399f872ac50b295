package condition

import "earshot/moderation/rules"

// Kinds lists all kinds of conditions. To add one, write a file for it and add a line here.
var Kinds = []rules.ConditionKind{
	{Name: "any", New: func() rules.Condition { return &anyOf{} }},
	{Name: "all", New: func() rules.Condition { return &allOf{} }},
	{Name: "none", New: func() rules.Condition { return &noneOf{} }},
	{Name: "condition", New: func() rules.Condition { return &named{} }},
	{Name: "role", New: func() rules.Condition { return &role{} }},
	{Name: "speaker", New: func() rules.Condition { return &speaker{} }},
	{Name: "newcomer", New: func() rules.Condition { return &newcomer{} }},
	{Name: "says", New: func() rules.Condition { return &says{} }},
	{Name: "means", New: func() rules.Condition { return &means{} }},
	{Name: "reveals", New: func() rules.Condition { return &reveals{} }},
	{Name: "repeats", New: func() rules.Condition { return &repeats{Times: 3, Within: 60_000, Similar: 0.9} }},
	{Name: "reported_speech", New: func() rules.Condition { return &reportedSpeech{} }},
	{Name: "floor", New: func() rules.Condition { return &takesFloor{Of: 300_000, MinSpeakers: 2} }},
	{Name: "heard", New: func() rules.Condition { return &heard{For: 1000} }},
	{Name: "spoken_language", New: func() rules.Condition { return &spokenLanguage{Sure: 0.8} }},
	{Name: "room", New: func() rules.Condition { return &inRoom{Within: 60_000} }},
	{Name: "ledger", New: func() rules.Condition { return &balances{} }},
	{Name: "said", New: func() rules.Condition { return &said{By: "person"} }},
	{Name: "not_said", New: func() rules.Condition { return &notSaid{By: "person"} }},
	{Name: "present", New: func() rules.Condition { return &present{want: true} }},
	{Name: "absent", New: func() rules.Condition { return &present{} }},
	{Name: "at", New: func() rules.Condition { return &clock{} }},
	{Name: "if", New: func() rules.Condition { return &expression{} }},
}

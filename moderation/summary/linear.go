package summary

import (
	"embed"
	"encoding/json"
	"fmt"
)

// Linear is a weighted sum of named features, trained on meetings that people summed up. docs/summaries.md says what the
// features are and where the weights come from.
type Linear struct {
	Features []string  `json:"features"`
	Weights  []float64 `json:"weights"`
	Bias     float64   `json:"bias"`
}

// score is the weighted sum of features, which are in the order of Features.
func (l Linear) score(features []float64) float64 {
	s := l.Bias
	for i, w := range l.Weights {
		s += w * features[i]
	}
	return s
}

// Weights are what a summary is made with. A language of which nothing but its spaces is known has weights that use no
// list of words.
type Weights struct {
	Source        string     `json:"source"`
	Sentences     Linear     `json:"sentences"`
	Vocabulary    Vocabulary `json:"vocabulary"`
	Choice        Choice     `json:"choice"`
	Gaps          Linear     `json:"gaps"`
	AnySentences  Linear     `json:"any_sentences"`
	AnyVocabulary Vocabulary `json:"any_vocabulary"`
	AnyChoice     Choice     `json:"any_choice"`
	AnyGaps       Linear     `json:"any_gaps"`
	Lists         Lists      `json:"-"` // has a file of its own
}

// Lists are the weights that decide whether a sentence that reads like a decision or an action is listed. Without them, its cues do.
type Lists struct {
	Source    string `json:"source"`
	Decisions Linear `json:"decisions"`
	Actions   Linear `json:"actions"`
	// DecisionFrom and ActionFrom are how likely an item is one at least.
	DecisionFrom float64 `json:"decision_from"`
	ActionFrom   float64 `json:"action_from"`
}

//go:embed weights.json lists.json
var weightsFile embed.FS

// trained are the weights that the program was built with. The files are embedded and a test reads them: they can't fail.
var trained = func() Weights {
	var w Weights
	readWeights("weights.json", &w)
	readWeights("lists.json", &w.Lists)
	return w
}()

func readWeights(name string, into any) {
	data, err := weightsFile.ReadFile(name)
	if err == nil {
		err = json.Unmarshal(data, into)
	}
	if err != nil {
		panic(fmt.Sprintf("summary: %s: %v", name, err))
	}
}

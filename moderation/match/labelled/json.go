package labelled

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// jsonLine reads one line of JSON.
func jsonLine(raw []byte) (Line, error) {
	var in struct {
		Text   *string         `json:"text"`
		Label  json.RawMessage `json:"label"`
		Labels json.RawMessage `json:"labels"`
	}
	if err := json.Unmarshal(raw, &in); err != nil {
		return Line{}, fmt.Errorf(`it is not a JSON object such as {"text": "…", "labels": ["insult"]}: %w`, plain(err))
	}
	var l Line
	if in.Text != nil {
		l.Text = *in.Text
	}
	if err := l.check(); err != nil {
		return l, err
	}
	switch {
	case in.Label != nil && in.Labels != nil:
		return l, errors.New(`it has both "label" and "labels"`)
	case in.Labels == nil:
		in.Labels = in.Label
	}
	if in.Labels == nil || string(in.Labels) == "null" {
		return l, nil
	}
	return l, l.takeJSON(in.Labels)
}

// takeJSON enters labels: a string, a list of strings, or an object that says of each whether it holds.
func (l *Line) takeJSON(raw json.RawMessage) error {
	var one string
	var many []string
	var each map[string]bool
	switch {
	case json.Unmarshal(raw, &one) == nil:
		if one == "" {
			return l.take()
		}
		return l.take(one)
	case json.Unmarshal(raw, &many) == nil:
		return l.take(many...)
	case json.Unmarshal(raw, &each) != nil:
		return errors.New(`labels are a list (["insult"]), one string, or say of each whether it holds ({"insult": true})`)
	}
	for name, holds := range each {
		if err := checkLabel(name); err != nil {
			return err
		}
		if holds {
			l.Yes = append(l.Yes, name)
		} else {
			l.No = append(l.No, name)
		}
	}
	slices.Sort(l.Yes)
	slices.Sort(l.No)
	if l.Labelled = len(each) > 0; len(each) > mostHere {
		return fmt.Errorf("it has %d labels; at most %d", len(each), mostHere)
	}
	return nil
}

// plain is an error of the JSON reader without what it had read, which people said.
func plain(err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("a mistake at byte %d", syntax.Offset)
	case errors.As(err, &kind):
		return fmt.Errorf("%q has another type", kind.Field)
	}
	return errors.New("it cannot be read")
}

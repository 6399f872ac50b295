package engine

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"earshot/configs/strict"
	"earshot/models"
)

// offerVerbs are what a host may be offered.
var offerVerbs = []string{"warn", "nudge", "mute", "to_audience", "remove", "ban", "redact", "newcomers_listen_only", "dismiss"}

// offerPattern is an offer: a verb, and for some how long.
const offerPattern = `^(warn|nudge|redact|remove|newcomers_listen_only|dismiss|(mute|to_audience|ban)( [0-9]+(ms|s|m|h|d|w))?)$`

// choice is an offer taken apart.
type choice struct {
	verb  models.Verb
	forMS int64
}

// parseOffer reads "mute 60s", "warn", "dismiss".
func parseOffer(text string) (choice, error) {
	verb, length, timed := strings.Cut(text, " ")
	if !slices.Contains(offerVerbs, verb) {
		return choice{}, fmt.Errorf("unknown offer %q: one of %s", strict.Shorten(text), strings.Join(offerVerbs, ", "))
	}
	c := choice{verb: models.Verb(verb)}
	if !timed {
		return c, nil
	}
	if c.verb != models.VerbMute && c.verb != models.VerbToAudience && c.verb != models.VerbBan {
		return choice{}, fmt.Errorf("offer %q: %s does not last", strict.Shorten(text), verb)
	}
	d, err := strict.ParseDuration(length)
	if err != nil || d < time.Millisecond {
		return choice{}, fmt.Errorf("offer %q: how long must be a duration such as 60s", strict.Shorten(text))
	}
	c.forMS = d.Milliseconds()
	return c, nil
}

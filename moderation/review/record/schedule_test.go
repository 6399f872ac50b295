package record

import (
	"errors"
	"strings"
	"testing"
	"time"

	"earshot/models"
)

// TestTimeForm: what people get wrong is said, with what to write; what they mean is read.
func TestTimeForm(t *testing.T) {
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	good := TimeForm{URL: "lounge://h/a", Days: []string{"4"}, At: "20:00", Minutes: "120", Zone: "Europe/Berlin"}
	for name, c := range map[string]struct {
		change func(*TimeForm)
		says   string
	}{
		"no room":       {func(f *TimeForm) { f.URL = " " }, "choose a room"},
		"no day":        {func(f *TimeForm) { f.Days = nil }, "choose the weekdays"},
		"no such day":   {func(f *TimeForm) { f.Days = []string{"7"} }, "not a weekday"},
		"both":          {func(f *TimeForm) { f.Date = "2026-12-03" }, "not both"},
		"no time":       {func(f *TimeForm) { f.At = "" }, "like 20:00"},
		"an hour":       {func(f *TimeForm) { f.At = "20" }, "not a time of day"},
		"hour 25":       {func(f *TimeForm) { f.At = "25:00" }, "not a time of day"},
		"no length":     {func(f *TimeForm) { f.Minutes = "" }, "how long"},
		"a day long":    {func(f *TimeForm) { f.Minutes = "1440" }, "how long"},
		"no zone":       {func(f *TimeForm) { f.Zone = "" }, "type the time zone"},
		"a city":        {func(f *TimeForm) { f.Zone = "berlin" }, "did you mean Europe/Berlin"},
		"summer time":   {func(f *TimeForm) { f.Zone = "CEST" }, "a continent and a city"},
		"this machine":  {func(f *TimeForm) { f.Zone = "Local" }, "is not known"},
		"no date":       {func(f *TimeForm) { f.Days, f.Date = nil, "Thursday" }, "not a date like 2026-12-06"},
		"a past date":   {func(f *TimeForm) { f.Days, f.Date = nil, "2026-11-28" }, "has passed"},
		"just past":     {func(f *TimeForm) { f.Days, f.Date, f.At = nil, "2026-11-29", "13:00" }, "has passed"},
		"years ahead":   {func(f *TimeForm) { f.Days, f.Date = nil, "2036-11-28" }, "two years"},
		"good":          {func(*TimeForm) {}, ""},
		"in words":      {func(f *TimeForm) { f.At, f.Zone = " 8 PM", "europe/berlin" }, ""},
		"with a point":  {func(f *TimeForm) { f.At = "20.00" }, ""},
		"a date ahead":  {func(f *TimeForm) { f.Days, f.Date = nil, "2026-12-03" }, ""},
		"a day twice":   {func(f *TimeForm) { f.Days = []string{"4", "4"} }, ""},
		"a little zone": {func(f *TimeForm) { f.Zone = "Europe/Busingen" }, ""},
	} {
		f := good
		c.change(&f)
		got, err := f.Read(now)
		switch {
		case c.says != "" && (!errors.Is(err, models.ErrInvalid) || !strings.Contains(err.Error(), c.says)):
			t.Errorf("%s: %v", name, err)
		case c.says == "" && (err != nil || got.From != 20*60 || got.Minutes != 120 || len(got.Days)+len(got.Date) == 0 || len(got.Days) > 1):
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	got, err := FormOf(models.ScheduledTime{URL: "lounge://h/a", Date: "2026-12-03", From: 65, Minutes: 75, Zone: "UTC"}).Read(now)
	if err != nil || got.From != 65 || got.Minutes != 75 || !got.Until.Equal(time.Date(2026, 12, 3, 2, 20, 0, 0, time.UTC)) {
		t.Errorf("%+v, %v", got, err)
	}
}

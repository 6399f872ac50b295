package export

import (
	"encoding/csv"
	"io"
	"time"

	"earshot/models"
)

// WriteConsents writes the consent ledger as CSV, in the given order.
func WriteConsents(w io.Writer, entries []models.Consent) error {
	out := csv.NewWriter(w)
	rows := [][]string{{"at", "session", "room", "speaker_id", "speaker", "what", "how", "by"}}
	for _, c := range entries {
		rows = append(rows, []string{
			c.At.UTC().Format(time.RFC3339), c.Session, safeCell(c.Room), safeCell(c.SpeakerID), safeCell(c.SpeakerName), string(c.What),
			safeCell(c.How), safeCell(c.By),
		})
	}
	return out.WriteAll(rows)
}

package afterwards

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// TestOutlasting: what comes after a session goes on for a while when the program ends, and not for ever.
func TestOutlasting(t *testing.T) {
	for name, c := range map[string]struct{ ends, lasts, want time.Duration }{
		"the program goes on":    {time.Hour, time.Minute, time.Minute},
		"the program ends":       {20 * time.Second, time.Minute, 20*time.Second + EndTime},
		"it ends just before":    {55 * time.Second, time.Minute, time.Minute},
		"it ended before it all": {0, time.Minute, EndTime},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				program, end := context.WithTimeout(t.Context(), c.ends)
				defer end()
				began := time.Now()
				ctx, cancel := outlasting(program, c.lasts)
				defer cancel()
				<-ctx.Done()
				if took := time.Since(began); took != c.want {
					t.Errorf("it lasted %v, want %v", took, c.want)
				}
			})
		})
	}
}

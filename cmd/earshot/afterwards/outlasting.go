package afterwards

import (
	"context"
	"time"
)

const (
	// SummaryTime is how long a summary may take, with a language model that thinks slowly.
	SummaryTime = 2 * time.Minute
	// modelTime is how much of it the language model may take.
	modelTime = 100 * time.Second
	// EndTime is how long a summary, and then the files, may take when the program ends.
	EndTime = 10 * time.Second
)

// outlasting is a context that lasts for some time, and when ctx ends before, for EndTime from then on.
func outlasting(ctx context.Context, lasts time.Duration) (context.Context, context.CancelFunc) {
	out, cancel := context.WithTimeout(context.WithoutCancel(ctx), lasts)
	forget := context.AfterFunc(ctx, func() {
		t := time.AfterFunc(EndTime, cancel)
		context.AfterFunc(out, func() { t.Stop() })
	})
	return out, func() { forget(); cancel() }
}

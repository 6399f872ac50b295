package afterwards

import (
	"context"
	"time"
)

const (
	// SummaryTime limits how long a summary may take, including a slow language model.
	SummaryTime = 2 * time.Minute
	// modelTime limits how much of that the language model may use.
	modelTime = 100 * time.Second
	// EndTime limits how long a summary and its export may take once the program is ending.
	EndTime = 10 * time.Second
)

// outlasting is a context that ends after a given time; if ctx ends first, it lasts for EndTime from then on.
func outlasting(ctx context.Context, lasts time.Duration) (context.Context, context.CancelFunc) {
	out, cancel := context.WithTimeout(context.WithoutCancel(ctx), lasts)
	forget := context.AfterFunc(ctx, func() {
		t := time.AfterFunc(EndTime, cancel)
		context.AfterFunc(out, func() { t.Stop() })
	})
	return out, func() { forget(); cancel() }
}

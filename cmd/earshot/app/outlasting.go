package app

import (
	"context"
	"time"
)

const (
	// summaryTime is how long a summary may take, with a language model that thinks slowly.
	summaryTime = 2 * time.Minute
	// modelTime is how much of it the language model may take.
	modelTime = 100 * time.Second
	// afterEnd is how long a summary, and then the files, may take when the program ends.
	afterEnd = 10 * time.Second
)

// outlasting is a context that lasts for some time, and when ctx ends before, for afterEnd from then on.
func outlasting(ctx context.Context, lasts time.Duration) (context.Context, context.CancelFunc) {
	out, cancel := context.WithTimeout(context.WithoutCancel(ctx), lasts)
	forget := context.AfterFunc(ctx, func() {
		t := time.AfterFunc(afterEnd, cancel)
		context.AfterFunc(out, func() { t.Stop() })
	})
	return out, func() { forget(); cancel() }
}

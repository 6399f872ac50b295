package transcribe

import (
	"context"
	"sync"

	"earshot/models"
)

// again is a clip queued for a second look.
type again struct {
	clip models.Clip
	done func(models.Utterance)
	late bool
}

// slot holds one worker's decoders; small may be nil. A slot that has left takes no new task.
type slot struct {
	decoder, small Decoder
	left           bool // guarded by the Service's lock
}

// with is the work of the slot's goroutine.
func (e *slot) with(
	work func(ctx context.Context, all *sync.WaitGroup, e *slot),
) func(context.Context, *sync.WaitGroup) {
	return func(ctx context.Context, all *sync.WaitGroup) { work(ctx, all, e) }
}

// task is what a worker does next: a final, the preview of an open segment, or a second look.
type task struct {
	job
	preview bool
	again   *again // the second look; nil otherwise
	rung    Rung
}

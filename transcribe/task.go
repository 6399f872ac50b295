package transcribe

import "earshot/models"

// again is a clip that is to be decoded a second time.
type again struct {
	clip models.Clip
	done func(models.Utterance)
	late bool
}

// slot is one worker's decoders; small may be nil. A slot that left takes nothing new.
type slot struct {
	decoder, small Decoder
	left           bool // guarded by the Service's lock
}

// task is what a worker does next: a final, or the preview of an open stretch.
type task struct {
	job
	preview bool
	again   *again // a second look, and nothing else
	rung    Rung
}

package whisper

/*
#include <stdlib.h>
#include <string.h>
#include <ggml-backend.h>
#include <whisper.h>

// A model file in memory, for the library's loader: contexts are created while people speak, which must not wait for a disk.
typedef struct { const char * data; size_t size, at; } es_memory;

static size_t es_memory_read(void * ctx, void * out, size_t n) {
	es_memory * m = ctx;
	if (n > m->size - m->at) n = m->size - m->at;
	memcpy(out, m->data + m->at, n);
	m->at += n;
	return n;
}

static bool es_memory_eof(void * ctx) { es_memory * m = ctx; return m->at >= m->size; }

static void es_memory_close(void * ctx) { (void) ctx; }

// es_vad_init creates a context and clears the recurrent state, which the library leaves uninitialised.
static struct whisper_vad_context * es_vad_init(const char * data, size_t size) {
	es_memory m = { data, size, 0 };
	struct whisper_model_loader loader = { &m, es_memory_read, es_memory_eof, es_memory_close };
	struct whisper_vad_context_params p = whisper_vad_default_context_params();
	p.n_threads = 1;
	p.use_gpu = false;
	struct whisper_vad_context * c = whisper_vad_init_with_params(&loader, p);
	if (c != NULL) whisper_vad_reset_state(c);
	return c;
}

// es_vad_speech returns the probability of the last block of n samples, or -1.
static float es_vad_speech(struct whisper_vad_context * c, const float * samples, int n) {
	if (!whisper_vad_detect_speech_no_reset(c, samples, n)) return -1;
	int k = whisper_vad_n_probs(c);
	return k > 0 ? whisper_vad_probs(c)[k - 1] : -1;
}
*/
import "C"

import "unsafe"

type cVAD = C.struct_whisper_vad_context

// vadMemory is a model file in C memory.
type vadMemory struct {
	data unsafe.Pointer
	size C.size_t
}

func newVADMemory(raw []byte) vadMemory { return vadMemory{C.CBytes(raw), C.size_t(len(raw))} }

func (m vadMemory) free() { C.free(m.data) }

func (m vadMemory) newVAD() *cVAD { return C.es_vad_init((*C.char)(m.data), m.size) }

func resetVAD(c *cVAD) { C.whisper_vad_reset_state(c) }

func freeVAD(c *cVAD) { C.whisper_vad_free(c) }

// vadSpeech processes whole blocks and returns the probability of the last; negative if the library failed.
func vadSpeech(c *cVAD, pcm []float32) float32 {
	return float32(C.es_vad_speech(c, (*C.float)(unsafe.Pointer(&pcm[0])), C.int(len(pcm))))
}

package whisper

/*
#cgo LDFLAGS: -ldl
#cgo CFLAGS: -D_GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <ggml-backend.h>
#include <whisper.h>

// The last error that the library logged, kept because its functions only return NULL. All other log output is discarded.
static pthread_mutex_t es_log_lock = PTHREAD_MUTEX_INITIALIZER;
static char es_log_text[256];

static void es_log(enum ggml_log_level level, const char * text, void * user) {
	(void) user;
	if (level != GGML_LOG_LEVEL_ERROR || text == NULL) return;
	pthread_mutex_lock(&es_log_lock);
	strncpy(es_log_text, text, sizeof es_log_text - 1);
	pthread_mutex_unlock(&es_log_lock);
}

static void es_quiet(void) {
	whisper_log_set(es_log, NULL);
	ggml_log_set(es_log, NULL);
}

// es_take_log copies the last error into out (n bytes) and forgets it.
static void es_take_log(char * out, size_t n) {
	pthread_mutex_lock(&es_log_lock);
	strncpy(out, es_log_text, n - 1);
	out[n - 1] = 0;
	es_log_text[0] = 0;
	pthread_mutex_unlock(&es_log_lock);
}

// es_libggml is the path from which the ggml library was loaded, or NULL.
static const char * es_libggml(void) {
	Dl_info info;
	return dladdr((const void *) ggml_backend_load_all, &info) != 0 ? info.dli_fname : NULL;
}

// es_init loads a model onto the gpu-th device that is a graphics processor, or onto the processor if gpu is negative.
static struct whisper_context * es_init(const char * path, bool flash_attn, int gpu) {
	struct whisper_context_params p = whisper_context_default_params();
	p.use_gpu = gpu >= 0;
	p.gpu_device = gpu < 0 ? 0 : gpu;
	p.flash_attn = flash_attn;
	return whisper_init_from_file_with_params_no_state(path, p);
}

// es_flag aborts a running decode. It lives in C memory because the library reads it from its own threads.
typedef struct { atomic_int v; } es_flag;

static es_flag * es_new_flag(void) {
	es_flag * f = malloc(sizeof *f);
	if (f != NULL) atomic_init(&f->v, 0);
	return f;
}

static void es_set_flag(es_flag * f, int v) { atomic_store(&f->v, v); }

static bool es_aborted(void * f) { return atomic_load(&((es_flag *) f)->v) != 0; }

// es_full decodes samples with one state. It uses a copy of the parameters without the bindings' three callbacks, which access
// maps shared by all goroutines, and sets what the bindings have no setter for. Results that the model considers silence are
// kept (no_speech_thold): Filter decides whether to trust them.
static int es_full(struct whisper_context * ctx, struct whisper_state * state, const struct whisper_full_params * from,
                   const float * samples, int n, const char * prompt, bool no_timestamps, es_flag * abort) {
	struct whisper_full_params p = *from;
	p.new_segment_callback = NULL;
	p.progress_callback = NULL;
	p.encoder_begin_callback = NULL;
	p.abort_callback = es_aborted;
	p.abort_callback_user_data = abort;
	p.initial_prompt = prompt;
	p.no_timestamps = no_timestamps;
	p.suppress_blank = true;
	p.greedy.best_of = 1;
	p.no_speech_thold = 2.0f;
	return whisper_full_with_state(ctx, state, p, samples, n);
}

static bool es_stop(struct whisper_context * ctx, struct whisper_state * state, void * user) {
	(void) ctx; (void) state; (void) user;
	return false;
}

// es_languages fills probs with the probability of each language. The library's own detection encodes with the window of the
// previous call, or with the longest one on a new state. Therefore the window is set first, by a decode that stops before its
// encoder begins.
static int es_languages(struct whisper_context * ctx, struct whisper_state * state, const struct whisper_full_params * from,
                        const float * samples, int n, float * probs) {
	struct whisper_full_params p = *from;
	p.new_segment_callback = NULL;
	p.progress_callback = NULL;
	p.encoder_begin_callback = es_stop;
	p.language = "en";
	p.detect_language = false;
	int code = whisper_full_with_state(ctx, state, p, samples, n);
	if (code != 0) return code;
	return whisper_lang_auto_detect_with_state(ctx, state, 0, 1, probs) < 0 ? -1 : 0;
}
*/
import "C"

import (
	"os"
	"strings"
	"unsafe"

	bindings "github.com/ggerganov/whisper.cpp/bindings/go"
)

// The bindings' types and this file's are the same C structs under two Go names; a compile error here means that they were
// compiled against different headers.
const (
	_ = uint(unsafe.Sizeof(bindings.Params{}) - unsafe.Sizeof(C.struct_whisper_full_params{}))
	_ = uint(unsafe.Sizeof(C.struct_whisper_full_params{}) - unsafe.Sizeof(bindings.Params{}))
)

type (
	cContext = C.struct_whisper_context
	cState   = C.struct_whisper_state
	cFlag    = C.es_flag
)

// token is one decoded token of a segment.
type token struct {
	text   string // the token's bytes; a character may span several tokens
	t0, t1 int64  // in steps of 10 ms from the start of the sound
	p      float32
	plog   float32
	isText bool // not a timestamp or another special token
	first  bool // of its segment
}

// setBLASThreads must run before the BLAS backend is loaded: a multithreaded BLAS collapses when several states decode at
// once. A value set by the user is kept.
func setBLASThreads() error {
	if os.Getenv("OPENBLAS_NUM_THREADS") != "" {
		return nil
	}
	return os.Setenv("OPENBLAS_NUM_THREADS", "1") // with cgo this reaches the C environment too
}

func silence() { C.es_quiet() }

func lastLog() string {
	var buf [256]C.char
	C.es_take_log(&buf[0], C.size_t(len(buf)))
	return strings.TrimSpace(C.GoString(&buf[0]))
}

func libggmlPath() string {
	p := C.es_libggml()
	if p == nil {
		return ""
	}
	return C.GoString(p)
}

// loadBackendsFrom loads every backend of a folder; with "" the library searches its own places.
func loadBackendsFrom(dir string) {
	if dir == "" {
		C.ggml_backend_load_all()
		return
	}
	c := C.CString(dir)
	defer C.free(unsafe.Pointer(c))
	C.ggml_backend_load_all_from_path(c)
}

// devices lists the devices of the loaded backends; cpu reports whether one of them is a CPU, which is required.
func devices() (names []string, cpu bool) {
	for i := range C.ggml_backend_dev_count() {
		d := C.ggml_backend_dev_get(i)
		names = append(names, C.GoString(C.ggml_backend_dev_name(d)))
		cpu = cpu || C.ggml_backend_dev_type(d) == C.GGML_BACKEND_DEVICE_TYPE_CPU
	}
	return names, cpu
}

// Device is a graphics processor that ggml can compute on.
type Device struct {
	// Name is the library's ("Vulkan0"), Description the driver's, Backend that of the code that drives it ("Vulkan", "CUDA").
	Name, Description, Backend string
	// MemoryBytes is the memory that it has, or shares with the processor; 0 if unknown.
	MemoryBytes int64
}

// graphics lists the devices that are graphics processors, in the library's order.
func graphics() (out []device) {
	for i := range C.ggml_backend_dev_count() {
		d := C.ggml_backend_dev_get(i)
		if t := C.ggml_backend_dev_type(d); t != C.GGML_BACKEND_DEVICE_TYPE_GPU && t != C.GGML_BACKEND_DEVICE_TYPE_IGPU {
			continue
		}
		var free, total C.size_t
		C.ggml_backend_dev_memory(d, &free, &total)
		out = append(out, device{d, Device{
			Name: C.GoString(C.ggml_backend_dev_name(d)), Description: C.GoString(C.ggml_backend_dev_description(d)),
			Backend:     C.GoString(C.ggml_backend_reg_name(C.ggml_backend_dev_backend_reg(d))),
			MemoryBytes: int64(total), //nolint:gosec // a size
		}})
	}
	return out
}

// device is a graphics processor as the library knows it.
type device struct {
	dev C.ggml_backend_dev_t
	Device
}

// open initialises a device and reports whether it can be used. The library keeps what it made for later.
func (d device) open() bool {
	b := C.ggml_backend_dev_init(d.dev, nil)
	if b == nil {
		return false
	}
	C.ggml_backend_free(b)
	return true
}

func initContext(path string, flashAttention bool, gpu int) *bindings.Context {
	c := C.CString(path)
	defer C.free(unsafe.Pointer(c))
	return (*bindings.Context)(unsafe.Pointer(C.es_init(c, C.bool(flashAttention), C.int(gpu))))
}

func initState(ctx *bindings.Context) *cState { return C.whisper_init_state(rawContext(ctx)) }

func freeState(s *cState) { C.whisper_free_state(s) }

func rawContext(ctx *bindings.Context) *cContext { return (*cContext)(unsafe.Pointer(ctx)) }

func newFlag() *cFlag { return C.es_new_flag() }

func setFlag(f *cFlag, v int) { C.es_set_flag(f, C.int(v)) }

func freeFlag(f *cFlag) { C.free(unsafe.Pointer(f)) }

// langID returns the library's number of a language, or -1. The bindings' own function leaks its argument.
func langID(lang string) int {
	c := C.CString(lang)
	defer C.free(unsafe.Pointer(c))
	return int(C.whisper_lang_id(c))
}

// full decodes pcm and returns the library's code; 0 is success.
func full(ctx *bindings.Context, s *cState, p *bindings.Params, pcm []float32, prompt string, noTimestamps bool, abort *cFlag) int {
	var c *C.char
	if prompt != "" {
		c = C.CString(prompt)
		defer C.free(unsafe.Pointer(c))
	}
	return int(C.es_full(rawContext(ctx), s, (*C.struct_whisper_full_params)(unsafe.Pointer(p)),
		(*C.float)(unsafe.Pointer(&pcm[0])), C.int(len(pcm)), c, C.bool(noTimestamps), abort))
}

// languages returns the probability of each language by the library's number.
func languages(ctx *bindings.Context, s *cState, p *bindings.Params, pcm []float32) ([]float32, bool) {
	probs := make([]float32, int(C.whisper_lang_max_id())+1)
	code := C.es_languages(rawContext(ctx), s, (*C.struct_whisper_full_params)(unsafe.Pointer(p)),
		(*C.float)(unsafe.Pointer(&pcm[0])), C.int(len(pcm)), (*C.float)(unsafe.Pointer(&probs[0])))
	return probs, code == 0
}

// tokens copies the decoded tokens out of the state, with the mean no-speech probability of its segments.
func tokens(ctx *bindings.Context, s *cState) (ts []token, noSpeech float64) {
	eot := C.whisper_token(ctx.Whisper_token_eot())
	n := C.whisper_full_n_segments_from_state(s)
	for i := range n {
		noSpeech += float64(C.whisper_full_get_segment_no_speech_prob_from_state(s, i)) / float64(n)
		for j := range C.whisper_full_n_tokens_from_state(s, i) {
			d := C.whisper_full_get_token_data_from_state(s, i, j)
			t := token{p: float32(d.p), plog: float32(d.plog), t0: int64(d.t0), t1: int64(d.t1), isText: d.id < eot, first: j == 0}
			if t.isText {
				t.text = C.GoString(C.whisper_full_get_token_text_from_state(rawContext(ctx), s, i, j))
			}
			ts = append(ts, t)
		}
	}
	return ts, noSpeech
}

func stateLanguage(s *cState) string {
	return bindings.Whisper_lang_str(int(C.whisper_full_lang_id_from_state(s)))
}

package decoder

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"earshot/models"
	"earshot/models/leaktest"
	"earshot/transcribe"
)

// TestMain makes this test binary a decoder when a pool starts it as one: a real process with an engine that does what
// its clips say.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "decoder" {
		if err := Serve(actor(os.Getenv("ACTOR"))); err != nil {
			fmt.Fprintln(os.Stderr, "error:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	leaktest.Main(m)
}

// What a clip's first sample makes the engine do.
const (
	speak = iota
	hang
	crash
	segfault
	abort
	overflow
	garbage
	lie
	half
	wait
	tooLong
	complain
	shout
	pry
)

// act is a clip of this length for the actor.
func act(what int, length time.Duration) []float32 {
	pcm := make([]float32, int(length.Seconds()*models.SampleRate))
	pcm[0] = float32(what)
	return pcm
}

var spoken = transcribe.Result{
	Text: "Hello there.", Words: []models.Word{
		{Text: "Hello", StartMS: 10, EndMS: 40, P: 0.9}, {Text: "there.", StartMS: 40, EndMS: 50, P: 0.8},
	},
	Language: "en", LogProb: -0.25, NoSpeech: 0.01, Tokens: 3, AudioCtx: 256,
}

// actor is a library whose engine plays parts; its role is what loading does.
func actor(role string) Library {
	return Library{
		Prepare: func(string) error {
			if role != "late" {
				return nil
			}
			gate, err := os.Open(os.Getenv("GATE")) // a named pipe: it waits until the test opens the other end
			if err != nil {
				return err
			}
			return gate.Close()
		},
		Load: func(s Setup) ([]transcribe.Decoder, error) {
			switch role {
			case "no load":
				return nil, models.WithHint(fmt.Errorf("model %s: no backend", s.Model), "install one")
			case "crash":
				end(syscall.SIGKILL)
			}
			if data, err := os.ReadFile(s.Model); err != nil || string(data) != "the model" {
				return nil, fmt.Errorf("model: %q, %w", data, err)
			}
			var out []transcribe.Decoder
			for range s.States {
				out = append(out, player{})
			}
			return out, nil
		},
	}
}

type player struct{}

func (player) Decode(ctx context.Context, sound transcribe.Sound, o transcribe.Options) (transcribe.Result, error) {
	pcm := sound.PCM
	r := spoken
	switch int(pcm[0]) {
	case hang:
		select {}
	case crash:
		end(syscall.SIGKILL)
	case segfault:
		r.Text = string(forbidden()[:1])
	case abort:
		fmt.Fprintln(os.Stderr, "somebody said: nonsense")
		fmt.Fprintln(os.Stderr, "GGML_ASSERT(n > 0) failed")
		end(syscall.SIGABRT)
	case overflow:
		var kept [][]byte
		for {
			kept = append(kept, make([]byte, 64<<20))
			kept[len(kept)-1][0] = 1
		}
	case garbage:
		blurt([]byte("Segmentation fault, or so"))
		select {}
	case lie:
		r.Words = []models.Word{{Text: "later", StartMS: 10, EndMS: 10_000_000}}
	case half:
		blurt(newFrame(kindResult, 1, 0)[:7])
		end(syscall.SIGKILL)
	case wait:
		<-ctx.Done()
		return r, ctx.Err()
	case tooLong:
		return r, fmt.Errorf("%w: so long", transcribe.ErrTooLong)
	case complain:
		return r, models.WithHint(errors.New("code -7\x1b[31m"), "try again")
	case shout:
		for range 10_000 {
			os.Stdout.WriteString(strings.Repeat("loud ", 100))
		}
	case pry:
		r.Text = strings.Join(opened(), " ")
	default:
		r.Text = o.Prompt
	}
	return r, nil
}

// end ends this process by a signal.
func end(s syscall.Signal) {
	if err := syscall.Kill(os.Getpid(), s); err != nil {
		panic(err)
	}
	select {}
}

// forbidden is memory that may not be read: whoever does gets a real SIGSEGV.
func forbidden() []byte {
	b, err := syscall.Mmap(-1, 0, os.Getpagesize(), syscall.PROT_NONE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		panic(err)
	}
	return b
}

// blurt writes to the parent behind the protocol's back.
func blurt(b []byte) {
	if _, err := os.NewFile(4, "answers").Write(b); err != nil {
		panic(err)
	}
}

// deathSignal is what the kernel sends this process when its parent dies. It belongs to the main thread, which runs this
// and then, perhaps, nothing of ours.
var deathSignal = func() (sig uintptr) {
	_, _, _ = syscall.RawSyscall(syscall.SYS_PRCTL, syscall.PR_GET_PDEATHSIG, uintptr(unsafe.Pointer(&sig)), 0)
	return sig
}()

// opened tries what a decoder has no need of, and lists what it could do.
func opened() (out []string) {
	if _, err := os.ReadFile("/etc/passwd"); err == nil {
		out = append(out, "read")
	}
	if _, err := os.Create(os.TempDir() + "/earshot-decoder-test"); err == nil {
		out = append(out, "write")
	}
	for _, network := range []string{"tcp", "udp"} {
		if c, err := net.DialTimeout(network, "127.0.0.1:9", time.Second); err == nil || errors.Is(err, syscall.ECONNREFUSED) {
			out = append(out, network)
			_ = c
		}
	}
	if _, err := os.StartProcess("/bin/true", []string{"true"}, &os.ProcAttr{}); err == nil {
		out = append(out, "exec")
	}
	if os.Getenv("EARSHOT_TOKEN") != "" {
		out = append(out, "secrets")
	}
	if deathSignal != uintptr(syscall.SIGKILL) {
		out = append(out, "outlive its parent")
	}
	var core syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_CORE, &core) != nil || core.Max != 0 {
		out = append(out, "core")
	}
	return out
}

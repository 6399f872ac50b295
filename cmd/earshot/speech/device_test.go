package speech

import (
	"context"
	"fmt"
	"os"
	"slices"
	"testing"

	"golang.org/x/sync/errgroup"

	"earshot/bot/audio/wav"
	"earshot/configs"
	"earshot/models"
	"earshot/transcribe"
	"earshot/transcribe/decoder"
)

// TestMain makes this test binary serve as a decoder, and list devices as one does.
func TestMain(m *testing.M) {
	if len(os.Args) < 2 || os.Args[1] != "decoder" {
		os.Exit(m.Run())
	}
	var err error
	if slices.Contains(os.Args, decoder.ListDevices) {
		var list []decoder.Device
		if list, err = Devices(); err == nil {
			err = decoder.PrintDevices(os.Stdout, list)
		}
	} else {
		err = decoder.Serve(DecoderLibrary())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// Sentences are heard on a device as on the processor, two at once, by one process that may open nothing else. A machine without a graphics
// processor may have a program for one: VK_DRIVER_FILES names Mesa's, and GGML_VK_VISIBLE_DEVICES=0 lets ggml use it; it takes minutes.
// docs/decoders.md has the commands.
func TestDecodesOnADevice(t *testing.T) {
	list, err := decoder.Devices(t.Context(), decoder.Command{})
	if err != nil {
		t.Fatal(err)
	}
	if len(list) == 0 {
		t.Skip("no graphics processor that a backend of ggml can use here")
	}
	clips := [][]float32{sentence(t, "05.wav"), sentence(t, "10.wav")}
	var texts [][]string
	for _, backend := range []string{decoder.BackendCPU, list[0].Backend} {
		s, err := Open(configs.Config{DataDir: t.TempDir(), Decoders: 2, Decoder: configs.Decoder{Backend: backend}}, nil, Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		err = s.During(t.Context(), func(ctx context.Context) error {
			heard, err := together(ctx, s.Engines, clips)
			texts = append(texts, heard)
			processes := s.Stats().Processes
			if onDevice := backend != decoder.BackendCPU; onDevice != (s.Device != nil) || onDevice && len(processes) != 1 || len(s.Engines) != 2 {
				t.Errorf("%s: on %v with %d decoders in %+v", backend, s.Device, len(s.Engines), processes)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if texts[0][0] == "" || texts[0][1] == "" || !slices.Equal(texts[0], texts[1]) {
		t.Errorf("%q on the processor, %q on %v", texts[0], texts[1], list[0])
	}
}

// sentence is a recording of the practice model's.
func sentence(t *testing.T, file string) []float32 {
	t.Helper()
	f, err := os.Open("../../../transcribe/fixture/eval/" + file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	pcm, err := wav.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return pcm
}

// together has each decoder decode a clip of its own, all at once.
func together(ctx context.Context, engines []transcribe.Decoder, clips [][]float32) ([]string, error) {
	texts := make([]string, len(clips))
	group, ctx := errgroup.WithContext(ctx)
	for i, pcm := range clips {
		group.Go(func() error {
			r, err := engines[i].Decode(ctx, transcribe.Sound{PCM: pcm}, transcribe.Options{})
			texts[i] = r.Text
			return err
		})
	}
	return texts, group.Wait()
}

// What a machine does not have is told with what to do; auto makes do with the processor.
func TestBackendThatIsNotThere(t *testing.T) {
	open := func(backend string) (*Model, error) {
		return Open(configs.Config{DataDir: t.TempDir(), Decoders: 1, Decoder: configs.Decoder{Backend: backend}}, nil, Options{})
	}
	if s, err := open(decoder.BackendCUDA); err == nil {
		s.Close()
		t.Skip("this machine has CUDA")
	} else if models.Hint(err) == "" {
		t.Errorf("%v: no advice", err)
	}
	s, err := open(decoder.BackendAuto)
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
}

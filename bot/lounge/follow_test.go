package lounge

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestReadEvents(t *testing.T) {
	var got []string
	in := ": hello\n\nretry: 1000\n\ndata: {\"a\":1}\n\nevent: x\ndata:one\ndata: two\n\ndata: cut off"
	err := readEvents(strings.NewReader(in), func(b []byte) error { got = append(got, string(b)); return nil })
	if want := `["" "{\"a\":1}" "one\ntwo"]`; fmt.Sprintf("%q", got) != want || !errors.Is(err, errBroken) {
		t.Errorf("read %q, %v, want %s", got, err, want)
	}
	stop := errors.New("stop")
	if err := readEvents(strings.NewReader(in), func([]byte) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("the handler's error became %v", err)
	}
	if err := readEvents(strings.NewReader("data: "+strings.Repeat("x", maxEvent+10)), func([]byte) error { return nil }); err == nil {
		t.Error("an endless event was read")
	}
}

func FuzzReadEvents(f *testing.F) {
	f.Add("data: {}\n\n: x\n")
	f.Fuzz(func(t *testing.T, in string) {
		n := 0
		if err := readEvents(strings.NewReader(in), func(b []byte) error { n += len(b); return nil }); err == nil || n > len(in) {
			t.Errorf("%d bytes of %d, %v", n, len(in), err)
		}
	})
}

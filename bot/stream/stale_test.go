package stream_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"earshot/models"
	"earshot/models/waittest"
)

// TestNothingIsHeardTwice: when its encoder is gone, an HLS server keeps serving the last segments, whether or not the encoder ended the
// playlist. A bot that returns hears none of them again, but hears what is new once the encoder is back.
func TestNothingIsHeardTwice(t *testing.T) {
	for name, end := range map[string]os.Signal{"killed": os.Kill, "over": os.Interrupt} {
		t.Run(name, func(t *testing.T) {
			launcher(t)
			t.Parallel()
			dir := t.TempDir()
			list := filepath.Join(dir, "live.m3u8")
			start := func() *exec.Cmd {
				return encoder(t, "-c:a", "aac", "-f", "hls", "-hls_time", "1", "-hls_list_size", "5", "-hls_flags", "delete_segments", list)
			}
			first := start()
			waittest.Until(t, "the first piece", func() bool { _, err := os.Stat(list); return err == nil })
			web := httptest.NewServer(http.FileServer(http.Dir(dir)))
			t.Cleanup(web.Close)
			c := connect(t, "hls+"+web.URL+"/live.m3u8", "")
			e, _, over := attend(t, c)
			e.hears(t)
			err := first.Process.Signal(end)
			if err != nil {
				t.Fatal(err)
			}
			if err := over(); !ends(err, models.EndFailedServer, true) && !ends(err, models.EndRoomClosed, true) {
				t.Errorf("its encoder is gone: %v", err)
			}
			for range 2 {
				if e, err = endOf(t, c); !ends(err, models.EndRoomClosed, true) || e.joined > 0 || len(e.packets) > 0 {
					t.Errorf("nothing is new: %d joins, %d packets, %v", e.joined, len(e.packets), err)
				}
			}
			start()
			for heard := false; !heard; { // until the encoder is running
				e = newListener()
				leave, _ := e.listen(t, c)
				heard = e.orOver(t, func() bool { return e.loud > 0 })
				_ = leave()
			}
		})
	}
}

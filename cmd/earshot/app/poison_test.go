package app

import (
	"context"
	"slices"
	"syscall"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/waittest"
)

// Fault 17, with everything real: a clip that crashes the decoder with a SIGSEGV is tried once more; then it is stored as failed,
// its audio is kept, and the clips behind it are decoded. The next start does not try it again.
func TestFault17PoisonFailsAfterItsRetry(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	t.Parallel()
	dir := t.TempDir()
	s, l := openTestApp(t, dir)
	poison := models.Key{Session: "s", Epoch: 1, Track: "poison", Seq: 1}
	all := sentences(t)
	err := s.Run(t.Context(), l, func(ctx context.Context) error {
		if _, err := s.Store.StartSession(ctx, models.Session{ID: "s", Room: "r", Started: time.Now().UTC()}); err != nil {
			return err
		}
		long := all[0]
		for _, u := range all[1:4] { // so that there is time to kill its decoder
			long.PCM = append(slices.Clone(long.PCM), u.PCM...)
		}
		readyDecoders(ctx, t, s)
		submit(ctx, t, s, poison, long)
		pid, over := 0, func() bool { return s.text.Stats().Failed+s.text.Stats().Decoded > 0 }
		ticks := 0 // one more each time: a decoder that dies while it is still given the clip has not tried it
		waittest.Holds(ctx, func() bool {
			now := s.decoders.main.Stats().Processes
			if len(now) == 1 && now[0].Ready && now[0].PID != pid && s.text.Stats().Working == 1 {
				pid = now[0].PID
				ticks++
				intoDecode(ctx, t, pid, ticks, over)
				if !over() {
					sendTo(t, pid, syscall.SIGSEGV)
				}
			}
			return over()
		})
		for i, u := range all[:3] {
			submit(ctx, t, s, models.Key{Session: "s", Epoch: 1, Track: "other", Seq: i + 1}, u)
		}
		if err := s.text.Drain(ctx); err != nil {
			return err
		}
		if st := s.text.Stats(); st.Retried != 1 || st.Failed != 1 || st.Decoded != 3 {
			t.Errorf("%+v", st)
		}
		return s.Store.EndSession(ctx, "s", models.EndLeft, time.Now())
	})
	if err != nil {
		t.Fatal(err)
	}
	us := lines(t, s, "s")
	for _, u := range us {
		if failed := u.Key == poison; failed != (u.State == models.UtteranceFailed) || failed != (u.Text == "") {
			t.Errorf("%v is %s, with %d letters", u.Key, u.State, len(u.Text))
		}
	}
	if c, err := s.Store.Clip(t.Context(), poison); err != nil || len(c.Opus) == 0 || len(us) != 4 {
		t.Errorf("%d lines; the sound of the failed one: %d bytes, %v", len(us), len(c.Opus), err)
	}
	pending, err := s.Store.PendingKeys(t.Context())
	if err != nil || slices.Contains(pending, poison) {
		t.Errorf("the next start would try %v again, %v", pending, err)
	}
}

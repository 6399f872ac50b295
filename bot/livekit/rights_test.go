package livekit

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	lk "github.com/livekit/protocol/livekit"
	"github.com/twitchtv/twirp"
)

// TestRightsAfterAMomentaryFailure: the server answers 503 to the first question whether the bot is a moderator, and is well
// again a moment later.
func TestRightsAfterAMomentaryFailure(t *testing.T) {
	var asked atomic.Int32
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if asked.Add(1) == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Type", "application/protobuf")
	}))
	defer web.Close()
	defer web.Client().CloseIdleConnections()
	c := withAdmin(lk.NewRoomServiceProtobufClient(web.URL, web.Client()))
	if moderator, known := c.rights(t.Context()); !moderator || !known || asked.Load() != 2 {
		t.Errorf("asked %d times, the bot may not mute, warn by name or remove", asked.Load())
	}
}

func withAdmin(a lk.RoomService) *Connector {
	key := Credentials{Key: "k", Secret: "a-secret-for-tests-only-0123456789abcdef"}
	return &Connector{cfg: Config{Auth: key}, log: slog.New(slog.DiscardHandler), admin: a}
}

// failing is a server that fails for a time and then says this.
type failing struct {
	lk.RoomService // the rest is not asked for
	began          time.Time
	until          time.Duration
	then           error
}

func (f failing) ListParticipants(context.Context, *lk.ListParticipantsRequest) (*lk.ListParticipantsResponse, error) {
	if time.Since(f.began) < f.until {
		return nil, twirp.NewError(twirp.Unavailable, "busy")
	}
	return &lk.ListParticipantsResponse{}, f.then
}

// TestRightsAreLearntLate: the join does not wait for a server that fails, and what it says later counts.
func TestRightsAreLearntLate(t *testing.T) {
	no := twirp.NewError(twirp.PermissionDenied, "no")
	for name, tt := range map[string]struct {
		until time.Duration
		then  error
		first bool // what the join hears
		late  bool // whether it is told afterwards that the bot may
	}{
		"at once":               {0, nil, true, false},
		"refused":               {0, no, false, false},
		"within the time":       {time.Second, nil, true, false},
		"after an hour":         {time.Hour, nil, false, true},
		"refused after an hour": {time.Hour, no, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newStay(withAdmin(failing{began: time.Now(), until: tt.until, then: tt.then}), nil, nil)
				over := make(chan struct{})
				began := time.Now()
				go func() { defer close(over); s.learnRights(t.Context()) }()
				if yes := <-s.can; yes != tt.first || time.Since(began) > rightsWithin {
					t.Errorf("at the join: %v after %v", yes, time.Since(began))
				}
				late := false
				select {
				case late = <-s.can:
				case <-over:
				}
				if late != tt.late || time.Since(began) > tt.until+rightsSeldom+rightsWithin {
					t.Errorf("later: %v after %v", late, time.Since(began))
				}
				<-over
			})
		})
	}
}

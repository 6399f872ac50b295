package livekit_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	lk "github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"earshot/bot"
	"earshot/bot/livekit"
	"earshot/models"
	"earshot/models/waittest"
)

// fields are the fields of a message: the last of each number, and all attributes ("key=value") of a header.
func fields(b []byte) (out map[protowire.Number]string, attributes []string) {
	out = map[protowire.Number]string{}
	for len(b) > 0 {
		field, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			return out, attributes
		}
		b = b[n:]
		if kind != protowire.BytesType {
			n = protowire.ConsumeFieldValue(field, kind, b)
		} else {
			var v []byte
			if v, n = protowire.ConsumeBytes(b); n >= 0 {
				out[field] = string(v)
				if a, _ := fields(v); field == 8 {
					attributes = append(attributes, a[1]+"="+a[2])
				}
			}
		}
		if n < 0 {
			return out, attributes
		}
		b = b[n:]
	}
	return out, attributes
}

// reader is a participant who reads captions as old and as new clients do.
type reader struct {
	mu       sync.Mutex
	old      []string
	streams  map[string]string // header and text, by stream
	finished []string
}

func (r *reader) take(packet []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var d lk.DataPacket
	if proto.Unmarshal(packet, &d) == nil && d.GetTranscription() != nil {
		t := d.GetTranscription()
		for _, s := range t.GetSegments() {
			r.old = append(r.old, fmt.Sprintf(
				"%s/%s %s %v %s", t.GetTranscribedParticipantIdentity(), t.GetTrackId(), s.GetId(), s.GetFinal(), s.GetText(),
			))
		}
	}
	all, _ := fields(packet)
	switch {
	case all[13] != "":
		h, attributes := fields([]byte(all[13]))
		slices.Sort(attributes)
		r.streams[h[1]] = all[4] + " " + h[3] + " " + h[4] + " " + strings.Join(attributes, " ") + ": "
	case all[14] != "":
		c, _ := fields([]byte(all[14]))
		r.streams[c[1]] += c[3]
	case all[15] != "":
		c, _ := fields([]byte(all[15]))
		r.finished = append(r.finished, r.streams[c[1]])
	}
}

func (r *reader) seen() (old, finished []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.old), slices.Clone(r.finished)
}

// TestCaptions: a participant of a real server sees each caption in both forms, as the speaker's, an update in place of what it
// replaces; a bot that may not send data says so.
func TestCaptions(t *testing.T) {
	s := server(t, "")
	x := &reader{streams: map[string]string{}}
	enter(t, livekit.PublishConfig{URL: s.URL("captions"), Identity: "ana", Name: "Ana", Packet: x.take})
	r := newRoom()
	c := connector(t, livekit.Config{URL: s.URL("captions")})
	if err := c.Caption(t.Context(), bot.Caption{Line: "l1"}); err == nil {
		t.Error("a caption before the join has no error")
	}
	listen(t, c, r)
	r.until(t, "Ana's sound", r.hears("ana"))
	r.mu.Lock()
	track := r.tracks["ana"].info.Track
	r.mu.Unlock()
	line := bot.Caption{Line: "l1", SpeakerID: "ana", SpeakerName: "Ana", Track: track, Attribution: models.AttributionTrack, Text: "good"}
	long := line
	line.Text, line.Final = "good evening", true
	long.Line, long.Text, long.Final = "l2", strings.Repeat("long ", 3100), true
	mix := bot.Caption{Line: "l3", SpeakerID: "mix", Text: "all at once", Final: true, Attribution: models.AttributionUnknown}
	first := line
	first.Text, first.Final = "good", false
	waittest.Until(t, "a channel", func() bool { return c.Caption(t.Context(), first) == nil }) // on a busy machine it opens late
	for _, caption := range []bot.Caption{line, long, mix} {
		if err := c.Caption(t.Context(), caption); err != nil {
			t.Fatal(err)
		}
	}
	r.until(t, "the captions", func() bool { old, fresh := x.seen(); return len(old) >= 4 && len(fresh) >= 4 })
	old, fresh := x.seen()
	who := "ana/" + track
	wantOld := []string{who + " l1 false good", who + " l1 true good evening", who + " l2 true " + long.Text}
	if got := old[:3]; !slices.Equal(got, wantOld) {
		t.Errorf("the old form: %.300q", got)
	}
	if old[3] != "/ l3 true all at once" {
		t.Errorf("a mix in the old form: %q", old[3])
	}
	head := func(id, final string) string {
		return fmt.Sprintf(
			"ana lk.transcription text/plain lk.segment_id=%s lk.transcribed_track_id=%s lk.transcription_final=%s: ", id, track, final,
		)
	}
	wantNew := []string{head("l1", "false") + "good", head("l1", "true") + "good evening", head("l2", "true") + long.Text}
	if got := fresh[:3]; !slices.Equal(got, wantNew) {
		t.Errorf("the new form: %.300q", got)
	}
}

// TestNoCaptionsWithoutTheRight: a token without canPublishData is a refusal, which the host is told.
func TestNoCaptionsWithoutTheRight(t *testing.T) {
	s := server(t, "")
	yes, no := true, false
	token, err := keys.Sign(livekit.Claims{
		Identity: "bot", Video: &livekit.Grant{Room: "silent", RoomJoin: true, CanPublish: &no, CanSubscribe: &yes, CanPublishData: &no},
	}, time.Now(), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	c := connector(t, livekit.Config{URL: s.URL("silent"), Auth: livekit.Credentials{Token: token}})
	listen(t, c, newRoom())
	var refused *bot.RefusalError
	if err := c.Caption(t.Context(), bot.Caption{Line: "l1", Text: "x"}); !errors.As(err, &refused) {
		t.Errorf("%v", err)
	}
}

package janus

import (
	"encoding/binary"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"earshot/bot"
	"earshot/models"
)

// dealt is a RoomHandler that keeps who was given the packets that came at which time.
type dealt map[string][]time.Duration

func (dealt) Joined(bot.Capabilities) {}
func (dealt) Speaker(models.Speaker)  {}
func (dealt) Left(string)             {}
func (dealt) Talking(string, bool)    {}

func (d dealt) Track(i bot.TrackInfo) bot.TrackSink { return share{d, i.SpeakerID} }

type share struct {
	d  dealt
	id string
}

func (s share) Packet(raw []byte, _ uint8) {
	s.d[s.id] = append(s.d[s.id], time.Duration(binary.BigEndian.Uint64(raw)))
}

func (share) End() {}

// word is what the server says of somebody.
type word struct {
	at   time.Duration
	id   string
	talk bool
}

// play lets 8 s of packets come while the server has its say, and returns who was given the sound of which seconds.
func play(words []word) dealt {
	out := dealt{}
	m := newMix(out)
	for at := time.Duration(0); at < 12*time.Second; at += mixLook {
		for _, w := range words {
			if w.at == at {
				m.talking(w.id, w.talk)
			}
		}
		if at < 8*time.Second {
			m.Packet(binary.BigEndian.AppendUint64(nil, uint64(at)), 0)
		}
		m.deal(time.Now())
		time.Sleep(mixLook)
	}
	m.close()
	return out
}

// TestTheMixGoesToWhomItMayBe: the server says late who talks, and at once who has stopped: what came before that word is theirs
// still, if it can be nobody else's.
func TestTheMixGoesToWhomItMayBe(t *testing.T) {
	type span struct {
		id       string
		from, to time.Duration
	}
	const s = time.Second
	for name, tt := range map[string]struct {
		words []word
		want  []span
	}{
		"to its end": {
			[]word{{2 * s, "ana", true}, {4 * s, "ana", false}},
			[]span{{"ana", 0, 4 * s}, {severalID, 4*s + mixLook, 8*s - mixLook}},
		},
		"through a pause": {
			[]word{{2 * s, "ana", true}, {4 * s, "ana", false}, {6 * s, "ana", true}},
			[]span{{"ana", 0, 8*s - mixLook}},
		},
		"an answer": {
			[]word{{2 * s, "ana", true}, {4 * s, "ana", false}, {5 * s, "ben", true}},
			[]span{{"ana", 0, 3*s - mixLook}, {severalID, 3 * s, 4 * s}, {"ben", 4*s + mixLook, 8*s - mixLook}},
		},
		"two at once": {
			[]word{{2 * s, "ana", true}, {3 * s, "ben", true}, {4 * s, "ana", false}, {5 * s, "ben", false}},
			[]span{{"ana", 0, 1*s - mixLook}, {severalID, 1 * s, 4 * s}, {"ben", 4*s + mixLook, 5 * s}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got := play(tt.words)
				for _, w := range tt.want {
					for at := w.from; at <= w.to; at += mixLook {
						if !slices.Contains(got[w.id], at) {
							t.Fatalf("the sound of %v is not %s's: %s has %v", at, w.id, w.id, ends(got[w.id]))
						}
					}
				}
				if n := len(got["ana"]) + len(got["ben"]) + len(got[severalID]); n != int(8*s/mixLook) {
					t.Errorf("%d packets were dealt", n)
				}
			})
		})
	}
}

// ends are the first and the last of times.
func ends(all []time.Duration) []time.Duration {
	if len(all) < 2 {
		return all
	}
	return []time.Duration{all[0], all[len(all)-1]}
}

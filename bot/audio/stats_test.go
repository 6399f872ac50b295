//go:build !race

package audio

import (
	"reflect"
	"testing"
	"time"
)

// Every counter is added, including new ones.
func TestStatsAdd(t *testing.T) {
	var a, b Stats
	for i := range reflect.TypeFor[Stats]().NumField() {
		if f := reflect.ValueOf(&b).Elem().Field(i); f.CanInt() {
			f.SetInt(int64(i) + 1)
		}
	}
	a.Add(b)
	a.Add(b)
	for i := range reflect.TypeFor[Stats]().NumField() {
		if f := reflect.ValueOf(a).Field(i); f.CanInt() && f.Int() != 2*(int64(i)+1) {
			t.Errorf("%s is not added", reflect.TypeFor[Stats]().Field(i).Name)
		}
	}
}

// A track reports that it decodes only while somebody may be speaking.
func TestStatsTellWhoIsDecoded(t *testing.T) {
	packets := encode(t, append(silence(500), append(evalWAVs(t)[0], silence(4000)...)...), speech24)
	tr, _ := newTestTrack(t, nil)
	if tr.Stats().Decoding {
		t.Error("decoding without a packet")
	}
	speaking, now := false, time.Duration(0)
	for _, p := range packets {
		now = p.at
		p.Level, p.HasLevel = 30, true
		if now > 5*time.Second {
			p.Level = 127
		}
		tr.Push(p.Packet, now)
		speaking = speaking || tr.Stats().Speaking && tr.Stats().Decoding
	}
	if !speaking || tr.Stats().Decoding {
		t.Errorf("decoding in speech %v, after it %v", speaking, tr.Stats().Decoding)
	}
	tr.Close(now)
}

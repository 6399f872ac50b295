package server_test

import (
	"context"
	"sync/atomic"
	"testing"

	"earshot/bot/audio"
	"earshot/bot/bottest"
	"earshot/bot/lounge"
	"earshot/bot/lounge/server"
)

// TestTalkingByLevel: who plays a recording is shown as talking while there is a voice in it, not in its silence, although
// that is sent too.
func TestTalkingByLevel(t *testing.T) {
	base, _ := open(t, server.Config{})
	enc, err := audio.NewEncoder(audio.EncoderConfig{})
	if err != nil {
		t.Fatal(err)
	}
	var shown atomic.Bool
	loud, n := newTone(t), 0
	src := source(func() (lounge.Frame, error) {
		f, err := loud.Next()
		n++
		if shown.Load() { // hiss of the kind that a microphone makes
			pcm := make([]float32, 960)
			for i := range pcm {
				pcm[i] = float32((n*960+i)*7919%2001-1000) / 1e6
			}
			f.Opus, err = enc.Encode(pcm)
		}
		return f, err
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = lounge.Publish(ctx, lounge.PublishConfig{BaseURL: base, Room: "lounge", Name: "Ana", Source: src, Peer: bottest.Factory(t)})
	}()
	defer func() { cancel(); <-ended }()
	for e := range stream(t, base) {
		switch {
		case e.Type == lounge.EventTalking && e.Talking:
			shown.Store(true)
		case e.Type == lounge.EventTalking && shown.Load():
			return
		}
	}
	t.Errorf("shown as talking: %v; no longer shown when only hiss came: false", shown.Load())
}

type source func() (lounge.Frame, error)

func (s source) Next() (lounge.Frame, error) { return s() }

// TestTalkingAlready: who talks without a pause since before the bot came is shown to it as talking: only so is it noticed
// when nothing of it arrives.
func TestTalkingAlready(t *testing.T) {
	base, _ := open(t, server.Config{})
	talk(t, base, "Ana")
	for e := range stream(t, base) {
		if e.Type == lounge.EventTalking && e.Talking || len(e.People) == 1 && e.People[0].Talking {
			break
		}
	}
	e, _ := listen(t, base, "lounge")
	e.until(t, "Ana talks", func() bool { return e.has("talking Ana true") })
}

package server_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"earshot/bot"
	"earshot/bot/bottest"
	"earshot/bot/lounge"
	"earshot/bot/lounge/server"
)

// chatEar hears the chat too.
type chatEar struct {
	*recorder
	lines chan string
}

func (e chatEar) Said(id, text string) { e.lines <- id + " " + text }

// TestChatIsHeard: a line that somebody writes reaches the bot under their id.
func TestChatIsHeard(t *testing.T) {
	base, _ := open(t, server.Config{})
	var _ bot.ChatHandler = chatEar{}
	c, err := lounge.NewClient(lounge.ClientConfig{URL: "lounge" + strings.TrimPrefix(base, "http") + "/lounge", Peer: bottest.Factory(t)})
	if err != nil {
		t.Fatal(err)
	}
	e := chatEar{newRecorder(), make(chan string, 10)}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = c.Run(ctx, e) }()
	t.Cleanup(func() { cancel(); <-ended })
	e.until(t, "joined", func() bool { return len(e.recorder.said) > 0 })
	for x := range stream(t, base) {
		if x.Type == lounge.EventRoom {
			//nolint:bodyclose // post closes it
			if code := post(t, base+"/rooms/lounge/chat", "", x.You, `{"text":"/optout","name":"Dia"}`).StatusCode; code != 201 {
				t.Fatalf("chat: %d", code)
			}
		}
		if x.Type == lounge.EventChat {
			select {
			case got := <-e.lines:
				if want := x.Chat.From + " /optout"; got != want || x.Chat.From == "" {
					t.Errorf("heard %q, want %q", got, want)
				}
			case <-time.After(patience):
				t.Error("the bot heard nothing")
			}
			break
		}
	}
}

package stream

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"earshot/bot"
	"earshot/bot/ffmpeg"
	"earshot/bot/peer"
	"earshot/models"
)

// Config configures a Connector.
type Config struct {
	// URL is hls+https://…, icecast+https://…, rtmp://…, rtmp+listen://:1935/app/key, rtsp://…, srt://…, file:///… or device://NAME.
	URL string
	// Name is the name of the only speaker; "" means the address without its scheme.
	Name string
	// Password is user:password for HTTP, RTSP and RTMP, the passphrase for SRT, or the key with which others publish to rtmp+listen. It is
	// sent only to the address's own server.
	Password string
	// Unseen says that somebody has decided that the bot may listen where nobody can see it.
	Unseen bool
	// FFmpeg starts ffmpeg; nil means that there is none.
	FFmpeg *ffmpeg.Launcher
	// Peer dials. Its reach also limits what the address's server may refer to.
	Peer *peer.Factory
	Log  *slog.Logger
}

// Connector listens to one address.
type Connector struct {
	cfg    Config
	source source
	pieces pieces
	log    *slog.Logger
}

// speakerID is the id of a stream's only speaker and of its track; it is the same in every session.
const speakerID = "stream"

// New validates the address. It opens nothing yet.
func New(c Config) (*Connector, error) {
	s, err := parse(c.URL, c.Password)
	if err != nil {
		return nil, fmt.Errorf("stream: %w", err)
	}
	if s.hidden() && !c.Unseen {
		return nil, models.WithHint(errors.New("stream: people there can't see that Earshot is listening"),
			"tell the people; then say so with --unseen, or with streams.unseen in the configuration")
	}
	if !s.guarded() && !c.Peer.Anywhere() {
		return nil, models.WithHint(errors.New(
			"stream: by invitation the bot hears hls+ and icecast+ alone, of which Earshot sees every address",
		),
			"whoever runs Earshot can name it under rooms or servers in the configuration, or use earshot join")
	}
	if c.Name == "" {
		c.Name = s.name
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Connector{cfg: c, source: s, log: c.Log}, nil
}

// errNoFFmpeg means that ffmpeg is not installed.
var errNoFFmpeg = models.WithHint(errors.New("there is no ffmpeg on this machine"), ffmpeg.InstallHint)

// Run listens to the address until the context ends or the sound is over. If others publish to this machine, it then waits for the next
// one.
func (c *Connector) Run(ctx context.Context, h bot.RoomHandler) error {
	if c.cfg.FFmpeg == nil {
		return bot.End(models.EndFailedServer, fmt.Errorf("stream: %w", errNoFFmpeg))
	}
	v := &visit{Connector: c, handler: h}
	for {
		err := v.once(ctx)
		if cause := context.Cause(ctx); cause != nil {
			return cause
		}
		err = c.source.reason(err)
		if !c.source.listening || final(err) {
			return err
		}
		c.log.Info("nobody publishes any more; waiting for the next", "address", c.source.shown, "err", err)
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// pause is how long a port stays closed after somebody has published.
const pause = 200 * time.Millisecond

// final reports whether there is no point in waiting for somebody else to publish.
func final(err error) bool {
	var end *bot.EndError
	return errors.As(err, &end) && !end.Retry && end.Reason == models.EndFailedServer
}

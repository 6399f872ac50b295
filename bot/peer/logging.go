package peer

import (
	"fmt"
	"log/slog"

	"github.com/pion/logging"
)

// slogFactory logs pion's messages with slog at debug level: what matters to people is reported as errors, and pion's messages may contain
// addresses.
type slogFactory struct{ log *slog.Logger }

// NewLogger implements logging.LoggerFactory.
func (f slogFactory) NewLogger(scope string) logging.LeveledLogger {
	if f.log == nil {
		return pionLogger{slog.New(slog.DiscardHandler)}
	}
	return pionLogger{f.log.With("pion", scope)}
}

type pionLogger struct{ log *slog.Logger }

func (l pionLogger) Trace(string)          {}
func (l pionLogger) Tracef(string, ...any) {}
func (l pionLogger) Debug(string)          {}
func (l pionLogger) Debugf(string, ...any) {}
func (l pionLogger) Info(string)           {}
func (l pionLogger) Infof(string, ...any)  {}
func (l pionLogger) Warn(m string)         { l.log.Debug(m) } //nolint:sloglint // pion's own words
func (l pionLogger) Warnf(f string, a ...any) {
	l.log.Debug(fmt.Sprintf(f, a...)) //nolint:sloglint // pion's own words
}
func (l pionLogger) Error(m string) { l.log.Debug(m) } //nolint:sloglint // pion's own words
func (l pionLogger) Errorf(f string, a ...any) {
	l.log.Debug(fmt.Sprintf(f, a...)) //nolint:sloglint // pion's own words
}

package hashiraft

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/hashicorp/go-hclog"
)

// logger hands the library's log on. Failed messages are everyday news where
// links are cut on purpose, so its errors are warnings here and the rest detail.
type logger struct {
	hclog.Logger // the null logger, for what the library does not use
	to           *slog.Logger
}

func newLogger(to *slog.Logger) hclog.Logger { return logger{hclog.NewNullLogger(), to} }

func (l logger) Trace(msg string, args ...any) { l.write(slog.LevelDebug, msg, args) }
func (l logger) Debug(msg string, args ...any) { l.write(slog.LevelDebug, msg, args) }
func (l logger) Info(msg string, args ...any)  { l.write(slog.LevelDebug, msg, args) }
func (l logger) Warn(msg string, args ...any)  { l.write(slog.LevelDebug, msg, args) }
func (l logger) Error(msg string, args ...any) { l.write(slog.LevelWarn, msg, args) }

func (l logger) Log(level hclog.Level, msg string, args ...any) {
	if level >= hclog.Error {
		l.write(slog.LevelWarn, msg, args)
	} else {
		l.write(slog.LevelDebug, msg, args)
	}
}

// With keeps what the library says about its snapshots.
func (l logger) With(args ...any) hclog.Logger {
	if !l.to.Enabled(context.Background(), slog.LevelWarn) {
		return l
	}
	return logger{l.Logger, l.to.With(printable(args)...)}
}

func (l logger) write(level slog.Level, msg string, args []any) {
	if l.to.Enabled(context.Background(), level) {
		l.to.Log(context.Background(), level, msg, printable(args)...)
	}
}

// printable renders the values that a handler would take apart, such as the
// whole node.
func printable(args []any) []any {
	out := make([]any, len(args))
	for i, a := range args {
		switch v := a.(type) {
		case hclog.Format:
			if f, ok := v[0].(string); ok {
				out[i] = fmt.Sprintf(f, v[1:]...)
			}
		case fmt.Stringer:
			out[i] = v.String()
		case error:
			out[i] = v.Error()
		default:
			out[i] = a
		}
	}
	return out
}

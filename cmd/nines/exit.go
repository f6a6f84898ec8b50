package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"

	"nines/analysis"
	"nines/bench/scenario"
	"nines/results"
)

// Exit codes.
const (
	exitFine        = 0
	exitIllegal     = 1 // a history was not correct
	exitWorse       = 1 // a condition of a comparison was broken
	exitBadInput    = 2 // or a place that cannot be written to
	exitInternal    = 3
	exitInvalid     = 4 // a trial cannot be believed, or its verdict is unknown
	exitInterrupted = 130
)

// badInput marks an error as the user's to mend.
type badInput struct{ error }

func (e badInput) Unwrap() error { return e.error }

// complaints are lines that each say themselves where they belong, such as the
// errors of a scenario.
type complaints []string

func (c complaints) Error() string { return strings.Join(c, "\n") }

// ended ends the command with an exit code whose reason was shown already.
type ended int

func (e ended) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// exitCode prints err and classes it.
func exitCode(err error, w io.Writer) int {
	if err == nil {
		return exitFine
	}
	if code := ended(0); errors.As(err, &code) {
		return int(code)
	}
	if lines := complaints(nil); errors.As(err, &lines) {
		fmt.Fprintln(w, lines)
		return exitBadInput
	}
	fmt.Fprintf(w, "nines: %v\n", err)
	var (
		bad    badInput
		errs   scenario.Errors
		format *results.FormatError
	)
	switch {
	case errors.Is(err, errInterrupted), errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.As(err, &bad), errors.As(err, &errs), errors.As(err, &format), outside(err):
		return exitBadInput
	}
	return exitInternal
}

// outside reports whether err comes from a place that cannot be written to: a
// full disk, a missing right, a file where a folder should be.
func outside(err error) bool {
	for _, cause := range []syscall.Errno{
		syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG, syscall.EROFS,
		syscall.EACCES, syscall.EPERM, syscall.ENOTDIR, syscall.ENAMETOOLONG,
	} {
		if errors.Is(err, cause) {
			return true
		}
	}
	return false
}

// verdict is the exit code that the summaries deserve.
func verdict(all []analysis.Summary) error {
	code := exitFine
	for _, s := range all {
		switch {
		case s.Facts.Expect != "" && string(s.Verdict) != s.Facts.Expect:
			return ended(exitIllegal) // a checker is wrong, or a control; the report says which
		case s.Facts.Expect != "" && s.Valid:
		case s.Verdict == analysis.VerdictIllegal:
			return ended(exitIllegal)
		case !s.Valid || s.Verdict == analysis.VerdictUnknown:
			code = exitInvalid
		}
	}
	if code != exitFine {
		return ended(code)
	}
	return nil
}

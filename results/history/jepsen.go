package history

import (
	"bufio"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"nines/bench"
	"nines/results/history/edn"
)

// A history of Jepsen is a list of operations, of which each is there when it was
// invoked and when it was completed: by its process, which does one at a time.
// Operations of processes that are no numbers are those of the nemesis.

// jepsen reads the maps of such a history.
type jepsen struct {
	*builder
	open    map[string]invoked // by process
	count   int
	nemesis nemesis
}

// invoked is an operation that has not been completed.
type invoked struct {
	sample int
	f      string
	line   int
}

// untimedStep is what lies between two positions of a history without times.
const untimedStep = time.Microsecond

func (b *builder) readEDN(in *bufio.Reader) error {
	j := &jepsen{builder: b, open: map[string]invoked{}}
	err := edn.NewReader(in).Each(func(v *edn.Value) error {
		if err := j.op(v); err != nil {
			j.complain(v, err)
		}
		j.count++
		if b.book.enough(j.count) {
			return b.book.err()
		}
		return nil
	})
	var syntax *edn.SyntaxError
	if errors.As(err, &syntax) {
		b.book.add(syntax.Line, syntax.Col, "", "%s", syntax.Text)
	} else if err != nil {
		return err
	}
	b.faults = append(b.faults, j.nemesis.all(b)...)
	if len(j.open) > 0 {
		b.note("%d operations were never completed: their outcome is unknown", len(j.open))
	}
	if b.untimed {
		b.note("operations have no :time, so positions stand for it: the verdict counts, and no figure does")
	}
	b.hasDue = b.hasDue && len(b.samples) > 0
	return b.book.err()
}

func (j *jepsen) complain(v *edn.Value, err error) {
	at := v
	if w := (*wrong)(nil); errors.As(err, &w) && w.at != nil && w.at.Line > 0 {
		at = w.at
	}
	j.book.add(at.Line, at.Col, "", "%v", err)
}

// op takes one map of the history.
func (j *jepsen) op(v *edn.Value) error {
	if v.Kind != edn.Map {
		return wrongf(v, "%s is no operation: want a map such as {:type :invoke, :process 0, :f :read, :value nil, :time 0}", what(v))
	}
	process, ok := v.Get("process")
	if !ok {
		return wrongf(v, "the operation has no :process: want the number of who performed it")
	}
	kind, ok := v.Get("type")
	if !ok || kind.Kind != edn.Keyword && kind.Kind != edn.String {
		return wrongf(v, "the operation has no :type: want :invoke, :ok, :fail or :info")
	}
	at, err := j.time(v)
	if err != nil {
		return err
	}
	f := ""
	if word, ok := v.Get("f"); ok {
		f = word.Text
	}
	if process.Kind != edn.Number {
		j.nemesis.op(f, v, at)
		return nil
	}
	if kind.Text == "invoke" {
		return j.invoke(v, process.Text, f, at)
	}
	outcome, why := outcomeWords.find([]byte(kind.Text))
	if why != "" || outcome == bench.Dropped {
		return wrongf(kind, "unknown :type :%s: there are :invoke, :ok, :fail, :info", kind.Text)
	}
	return j.complete(v, process.Text, f, outcome, at)
}

// time is that of an operation. Either all have one or none has.
func (j *jepsen) time(v *edn.Value) (time.Duration, error) {
	at, ok := v.Get("time")
	if j.count == 0 {
		j.untimed = !ok
	}
	switch {
	case ok == j.untimed:
		return 0, wrongf(v, "some operations have a :time, and others have none: want it of all or of none")
	case j.untimed:
		return time.Duration(j.count) * untimedStep, nil
	}
	ns, err := strconv.ParseInt(at.Text, 10, 64)
	if err != nil || at.Kind != edn.Number || ns > math.MaxInt64/2 || ns < math.MinInt64/2 {
		return 0, wrongf(at, "%s is no :time: want whole nanoseconds", what(at))
	}
	return time.Duration(ns), nil
}

func (j *jepsen) invoke(v *edn.Value, process, f string, at time.Duration) error {
	if before, ok := j.open[process]; ok {
		return wrongf(v, "process %s invokes an operation, and that of line %d is not completed: want its :ok, :fail or :info first, or another process", process, before.line)
	}
	s := bench.Sample{Due: at, Sent: at, Done: bench.Never, Outcome: bench.Unknown, Class: bench.Main, Session: j.sessions.number([]byte(process))}
	s.User = j.users.number([]byte(process))
	node := []byte("all")
	if n, ok := v.Get("node"); ok {
		node = scalar(n)
	}
	s.Node, _ = j.nodes.number(node)
	if f == drain {
		s.Class = bench.Final
	}
	if err := j.more(v, &s); err != nil {
		return err
	}
	value, ok := v.Get("value")
	if !ok {
		value = &edn.Value{Line: v.Line, Col: v.Col}
	}
	if err := j.asked(&s, f, value); err != nil {
		return err
	}
	j.open[process] = invoked{len(j.samples), f, v.Line}
	j.samples = append(j.samples, s)
	return nil
}

// more takes what exports of ours say beside.
func (j *jepsen) more(v *edn.Value, s *bench.Sample) error {
	if class, ok := v.Get("class"); ok {
		c, why := classWords.find([]byte(class.Text))
		if why != "" {
			return wrongf(class, "%s", why)
		}
		s.Class = c
	}
	if user, ok := v.Get("user"); ok {
		s.User, j.hasUser = j.users.number(scalar(user)), true
	}
	if object, ok := v.Get("object"); ok {
		o, why := objectWords.find([]byte(object.Text))
		if why != "" {
			return wrongf(object, "%s", why)
		}
		if err := j.holds(o); err != nil {
			return wrongf(object, "%v", err)
		}
	}
	if due, ok := v.Get("due"); ok {
		ns, err := strconv.ParseInt(due.Text, 10, 64)
		if err != nil || time.Duration(ns) > s.Sent {
			return wrongf(due, "%s is no :due: want whole nanoseconds, and not after :time", what(due))
		}
		s.Due, j.hasDue = time.Duration(ns), true
	}
	return nil
}

func (j *jepsen) complete(v *edn.Value, process, f string, outcome bench.Outcome, at time.Duration) error {
	was, ok := j.open[process]
	if !ok {
		return wrongf(v, "process %s completes an operation that it did not invoke: want its :invoke before", process)
	}
	delete(j.open, process)
	s := &j.samples[was.sample]
	if f != was.f && f != "" {
		return wrongf(v, "process %s completes :%s, and invoked :%s in line %d", process, f, was.f, was.line)
	}
	if at < s.Sent {
		return wrongf(v, "the operation is completed at %d ns, before it was invoked at %d ns", at, s.Sent)
	}
	value, ok := v.Get("value")
	if !ok {
		value = &edn.Value{Line: v.Line, Col: v.Col}
	}
	found, told := v.Get("found")
	if !told {
		found = nil
	}
	if told && outcome == bench.Rejected && (was.f == "cas" || was.f == dequeue) {
		outcome = bench.OK // it was answered, and could not do what it was to
	}
	s.Outcome, s.Done = outcome, at
	if outcome != bench.OK {
		return nil
	}
	return j.answered(s, was.f, value, found)
}

// asked takes what an operation asks for: of a single register or, as an
// independent tuple, of one of many.
func (j *jepsen) asked(s *bench.Sample, f string, v *edn.Value) error {
	if step := stepOf(f); step != nil {
		return j.askedStep(s, step, v)
	}
	var kinds = map[string]bench.Kind{"read": bench.Read, "r": bench.Read, "write": bench.Write, "w": bench.Write, "cas": bench.CAS, "txn": bench.Transact}
	s.Kind = kinds[f]
	switch s.Kind {
	case bench.Transact:
		t, err := j.ask(v)
		if err != nil {
			return err
		}
		s.Key, s.Arg = t.Micros[0].Key, j.add(t)
		return nil
	case bench.CAS:
		if v.Sequence() && len(v.Items) == 2 && v.Items[1].Sequence() {
			s.Key = j.keys.number(scalar(&v.Items[0]))
			v = &v.Items[1]
		}
		if !v.Sequence() || len(v.Items) != 2 {
			return wrongf(v, "%s is no value of a :cas: want [old new] or [key [old new]]", what(v))
		}
		s.Expect, s.Arg = j.value(scalar(&v.Items[0])), j.writes(scalar(&v.Items[1]))
		return nil
	case bench.Read, bench.Write:
		if v.Sequence() {
			if len(v.Items) != 2 {
				return wrongf(v, "%s of %d items is no value of a :%s: want a value or [key value]", v.Kind, len(v.Items), f)
			}
			s.Key = j.keys.number(scalar(&v.Items[0]))
			v = &v.Items[1]
		}
		if s.Kind == bench.Write {
			s.Arg = j.writes(scalar(v))
		}
		return nil
	}
	return wrongf(v, "an operation :f :%s is none that is checked: want :read, :write, :cas, :txn, :add, :enqueue, :dequeue or :drain", f)
}

// answered takes what an operation found; found is what is told of that beside its
// value, or nil.
func (j *jepsen) answered(s *bench.Sample, f string, v, found *edn.Value) (err error) {
	switch s.Kind {
	case bench.Transact:
		r := &j.txns[s.Arg-1]
		if stepOf(f) != nil {
			r.Reply, err = j.answeredStep(&r.Txn.Micros[0], v, found)
		} else {
			r.Reply, err = j.found(r.Txn, v)
		}
		return err
	case bench.CAS:
		if s.Result = s.Expect; found != nil {
			s.Result = j.value(scalar(found))
		}
	case bench.Read:
		if v.Sequence() {
			if len(v.Items) != 2 {
				return wrongf(v, "%s of %d items is nothing that a :read finds: want a value or [key value]", v.Kind, len(v.Items))
			}
			v = &v.Items[1]
		}
		s.Result = j.value(scalar(v))
	}
	return nil
}

func describe(f string, v *edn.Value) string {
	if value, ok := v.Get("value"); ok && value.Kind == edn.String {
		return value.Text
	}
	return fmt.Sprintf("nemesis %s", f)
}

package bench

// Tee returns a Recorder that gives every batch to each of the recorders in
// turn, until one fails.
func Tee(recorders ...Recorder) Recorder { return tee(recorders) }

type tee []Recorder

func (t tee) Record(batch []Sample) error {
	for _, r := range t {
		if err := r.Record(batch); err != nil {
			return err
		}
	}
	return nil
}

package disk

import "math/rand/v2"

// armed returns a fault that is to tear the next write. d.mu is held.
func (d *Disk) armed() *fault {
	for _, y := range d.faults {
		if y.Tear != 0 && !y.spent {
			return y
		}
	}
	return nil
}

// cutPower reports whether a fault cuts the power now that s has written to its
// log and not forced it. Then s is about to be dead.
func (d *Disk) cutPower(s *Store) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	y := d.armed()
	if y == nil || y.cut != nil || d.store != s {
		return false
	}
	y.harm.Failed++
	y.cut = make(chan struct{})
	d.cuts.Go(func() { // since it waits for s, which waits here
		defer close(y.cut)
		if err := d.crash(ErrPower); err != nil {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.cutErr = err
		}
	})
	return true
}

// reached is what a crash leaves of the bytes of a file that were not synced. A
// file of which nothing was synced has not become part of the disk yet.
func (d *Disk) reached(at int64, tail []byte) []byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	y := d.armed()
	if y == nil || at == 0 {
		return nil
	}
	y.spent = true
	kept := torn(rand.New(rand.NewPCG(y.Tear, 0)), int(at), tail)
	y.harm.Torn += uint64(len(tail))
	y.harm.Kept += uint64(len(kept))
	return kept
}

// torn is what reaches the disk of tail, whole records that begin at offset at of
// their segment, when the power fails before they are forced:
//
//   - as many of its bytes as chance will have, from none to all;
//   - or its first sectors, and zeros for the others, as when the length of a file
//     is written before its bytes;
//   - or whole records, the data of the last one wrong.
//
// Recovery has to find the whole records before the damage, and nothing else.
func torn(r *rand.Rand, at int, tail []byte) []byte {
	kept := append([]byte(nil), tail...)
	switch r.IntN(3) {
	case 0:
		const sector = 512
		first := at/sector + 1 // the first sector that begins in tail
		if n := (at+len(tail)-1)/sector - first + 1; n > 0 {
			clear(kept[(first+r.IntN(n))*sector-at:])
			return kept
		}
	case 1:
		var data [][2]int // where the data of each record begins and ends
		for end := 0; end < len(tail); {
			rec, size, err := parseRecord(tail[end:])
			if err != nil {
				break
			}
			end += size
			if len(rec.Data) > 0 {
				data = append(data, [2]int{end - len(rec.Data), end})
			}
		}
		if len(data) > 0 {
			d := data[r.IntN(len(data))]
			kept[d[0]+r.IntN(d[1]-d[0])] ^= byte(1 + r.IntN(255))
			return kept[:d[1]]
		}
	}
	return kept[:r.IntN(len(tail)+1)]
}

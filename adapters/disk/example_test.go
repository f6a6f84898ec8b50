package disk_test

import (
	"fmt"

	"nines/adapters/disk"
)

// A node appends two entries, syncs one of them, and is killed.
func Example() {
	d, err := disk.New(disk.Config{}) // in memory; with a Dir, in real files
	if err != nil {
		panic(err)
	}
	defer d.Close()

	store, _ := d.Open()
	store.Append(disk.Record{Kind: 'e', Index: 1, Data: []byte("promised")})
	store.Sync()
	store.Append(disk.Record{Kind: 'e', Index: 2, Data: []byte("not yet")})
	d.Crash()
	fmt.Println(store.Sync())

	store, _ = d.Open() // the node starts again
	err = store.Replay(func(r disk.Record) error {
		fmt.Printf("%c %d %s\n", r.Kind, r.Index, r.Data)
		return nil
	})
	fmt.Println(err)
	// Output:
	// disk: syncing: the node has crashed
	// e 1 promised
	// <nil>
}

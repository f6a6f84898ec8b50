package results

import (
	"fmt"
	"path/filepath"
	"syscall"
)

// filesystem names the kind of filesystem that holds dir or, if there is no dir
// yet, the nearest folder above it: forced writes cost nothing on tmpfs.
func filesystem(dir string) string {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return ""
	}
	var st syscall.Statfs_t
	for syscall.Statfs(dir, &st) != nil {
		up := filepath.Dir(dir)
		if up == dir {
			return ""
		}
		dir = up
	}
	names := map[int64]string{ // statfs(2)
		0xef53: "ext4", 0x58465342: "xfs", 0x9123683e: "btrfs", 0x01021994: "tmpfs", 0x2fc12fc1: "zfs",
		0x794c7630: "overlayfs", 0x6969: "nfs", 0x65735546: "fuse", 0xf2f52010: "f2fs", 0x01021997: "9p",
	}
	if name, ok := names[int64(st.Type)]; ok {
		return name
	}
	return fmt.Sprintf("%#x", int64(st.Type))
}

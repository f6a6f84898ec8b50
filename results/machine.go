package results

import (
	"os"
	"runtime"
	"strconv"
	"strings"
)

// Machine is where a run was made. What the system does not tell is empty.
type Machine struct {
	Host       string     `json:"host"`
	OS         string     `json:"os"`
	Arch       string     `json:"arch"`
	Kernel     string     `json:"kernel,omitempty"`
	CPU        string     `json:"cpu,omitempty"`
	Cores      int        `json:"cores"`
	GoMaxProcs int        `json:"gomaxprocs"`
	Memory     uint64     `json:"memory_bytes,omitempty"`
	Load       [3]float64 `json:"load_average"`         // over 1, 5 and 15 minutes, before the run
	Filesystem string     `json:"filesystem,omitempty"` // of the results folder
}

// ThisMachine describes the machine; dir is where results go, and need not
// exist yet.
func ThisMachine(dir string) Machine {
	host, _ := os.Hostname()
	m := Machine{
		Host: host, OS: runtime.GOOS, Arch: runtime.GOARCH,
		Cores: runtime.NumCPU(), GoMaxProcs: runtime.GOMAXPROCS(0),
		Kernel:     firstLine("/proc/sys/kernel/osrelease"),
		CPU:        procField("/proc/cpuinfo", "model name"),
		Filesystem: filesystem(dir),
	}
	if kb, ok := strings.CutSuffix(procField("/proc/meminfo", "MemTotal"), " kB"); ok {
		n, _ := strconv.ParseUint(kb, 10, 64)
		m.Memory = n << 10
	}
	for i, f := range strings.Fields(firstLine("/proc/loadavg")) {
		if i < len(m.Load) {
			m.Load[i], _ = strconv.ParseFloat(f, 64)
		}
	}
	return m
}

func firstLine(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(b), "\n")
	return line
}

// procField finds "name : value" in one of the kernel's tables.
func procField(path, name string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(b)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

package bench

// Object is what the keys of a workload hold. It tells which checks its history
// is held against.
type Object string

// The objects. Probes have registers of their own beside whichever it is.
const (
	Registers Object = "registers" // values, each read and written whole; also the empty Object
	Accounts  Object = "accounts"  // numbers whose sum no transaction changes
	Lists     Object = "lists"     // of elements that are appended and stay
	Counters  Object = "counters"  // numbers to which one is added at a time
	Queues    Object = "queues"    // lists from whose other end elements are taken
	Locks     Object = "locks"     // registers that say who holds a lock
	Ranges    Object = "ranges"    // registers that are also read many at once, in the order of their keys
)

// Held reports whether a value of a lock says that somebody holds it. Such a value
// is a fencing token: higher than every earlier one of the lock, and of one
// acquisition alone. The value 0, of a lock that nobody ever held, is none.
func Held(token uint64) bool { return token&1 == 1 }

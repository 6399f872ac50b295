package doctor

import "golang.org/x/sys/unix"

// Linux is the machine the program runs on.
type Linux struct{}

// Space asks the file system. One that reports 0 files doesn't count them: then files equals bytes.
func (Linux) Space(dir string) (bytes, files uint64, err error) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return 0, 0, err
	}
	bytes = st.Bavail * uint64(st.Bsize)
	if files = st.Ffree; st.Files == 0 {
		files = bytes
	}
	return bytes, files, nil
}

// unsynchronised is what adjtimex(2) returns when the clock is not synchronised (TIME_ERROR).
const unsynchronised = 5

// ClockKept asks adjtimex(2).
func (Linux) ClockKept() (bool, error) {
	var t unix.Timex
	state, err := unix.Adjtimex(&t)
	return state != unsynchronised, err
}

package app

import "os/user"

// Operator is who runs this command, for the list of removals.
func Operator() string {
	if u, err := user.Current(); err == nil {
		return "cli:" + u.Username
	}
	return "cli"
}

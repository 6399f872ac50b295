package secrets

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"earshot/models"
)

// Environ is the environment of a process, as os.Environ gives it.
type Environ []string

// Get is the value of a variable, or "". The last of several counts.
func (e Environ) Get(name string) string {
	for i := len(e) - 1; i >= 0; i-- {
		if v, ok := strings.CutPrefix(e[i], name+"="); ok {
			return v
		}
	}
	return ""
}

// maxSecret bounds a secret's file, in bytes.
const maxSecret = 64 << 10

// secret is the value of an environment variable, or the first line of the file that the variable with _FILE behind its
// name names; "" when neither is set.
func (e Environ) secret(variable string) (string, error) {
	if v := e.Get(variable); v != "" {
		return v, nil
	}
	name := e.Get(variable + "_FILE")
	if name == "" {
		return "", nil
	}
	v, err := File(name)
	if err != nil {
		return "", fmt.Errorf("%s_FILE: %w", variable, err)
	}
	return v, nil
}

// mounted is where container managers put secrets, readable by everybody in the container.
const mounted = "/run/secrets/"

// File reads a secret, the first line of a small file. A file that everybody on the machine may read holds none.
func File(name string) (string, error) {
	info, err := os.Stat(name)
	if err == nil && (!info.Mode().IsRegular() || info.Size() > maxSecret) {
		err = errors.New("not a small file")
	}
	if err == nil && info.Mode().Perm()&0o007 != 0 && !strings.HasPrefix(name, mounted) {
		return "", models.WithHint(
			fmt.Errorf("everybody on this machine may read the secret in %s (mode %03o)", name, info.Mode().Perm()), "chmod 600 "+name,
		)
	}
	var data []byte
	if err == nil {
		data, err = os.ReadFile(name)
	}
	if err != nil {
		return "", models.WithHint(fmt.Errorf("the secret cannot be read: %w", err), "name a file that holds the secret in its first line")
	}
	line, _, _ := strings.Cut(string(data), "\n")
	return strings.TrimSpace(line), nil
}

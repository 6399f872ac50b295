package app

// InputError is an error that is the fault of what was given: settings, rules, addresses or files.
type InputError struct{ error }

// Unwrap gives what is wrong.
func (e InputError) Unwrap() error { return e.error }

// BadInput marks an error as the fault of what was given. nil stays nil.
func BadInput(err error) error {
	if err == nil {
		return nil
	}
	return InputError{err}
}

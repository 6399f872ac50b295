package sqlite_test

func childMain(path, what string) error { return nil }

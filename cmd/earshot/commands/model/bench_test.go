package model

import (
	"os"
	"testing"

	"earshot/configs"
)

// What is measured must stay out of the configured database, whichever that is.
func TestBenchHasADatabaseOfItsOwn(t *testing.T) {
	cfg, err := benchConfig(configs.Config{Database: "postgres://db.example/earshot", DataDir: "/srv/earshot"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(cfg.DataDir) })
	if cfg.Database != "" || cfg.DataDir == "/srv/earshot" {
		t.Errorf("%q, %q", cfg.Database, cfg.DataDir)
	}
}

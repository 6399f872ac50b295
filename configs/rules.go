package configs

import "embed"

// Rules holds the shipped rule packs and profiles under "rules/".
//
//go:embed rules
var Rules embed.FS

package configs

// Captions is what the room itself sees of the transcript.
type Captions struct {
	// To is where lines are shown: "room" for everybody in the room, "none" for nobody.
	To string `mapstructure:"to"`
	// Partials shows lines that are still being spoken too.
	Partials bool `mapstructure:"partials"`
}

// On reports whether a room sees captions.
func (c Captions) On() bool { return c.To == "room" }

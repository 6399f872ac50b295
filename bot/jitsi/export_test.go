package jitsi

// Visit returns a separate connector for a meeting whose bridge has dialled in, in the room with the given name.
func (e *Endpoint) Visit(id, room string, c Config) (*Connector, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return &Connector{cfg: c, meeting: e.meetings[id], room: room + "@" + c.MUC}, nil
}

// Has reports whether a meeting is being heard.
func (e *Endpoint) Has(id string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.meetings[id] != nil
}

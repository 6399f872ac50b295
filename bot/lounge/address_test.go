package lounge

import "testing"

func TestValidRoom(t *testing.T) {
	for name, want := range map[string]bool{"lounge": true, "a-1_b.c": true, "": false, "A": false, "..": false, "a/b": false, "a b": false} {
		if ValidRoom(name) != want {
			t.Errorf("ValidRoom(%q) = %v", name, !want)
		}
	}
}

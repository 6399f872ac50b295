package pages

import "testing"

func TestTheWayAfterTheLoginStaysHere(t *testing.T) {
	for next, want := range map[string]string{
		"/queue": "/queue", "/s/s1?edit=1": "/s/s1?edit=1", "/search?q=caf%C3%A9": "/search?q=caf%C3%A9",
		"/people/open-mic/Ayşe": "/people/open-mic/Ayşe", "": "/", "queue": "/", "//evil.example": "/", `/\evil.example`: "/",
		"https://evil.example": "/", "/\t/evil.example": "/", "/\n/evil.example": "/", "/\r/evil.example": "/", "/\x00/evil": "/",
		"/\x0b/evil.example": "/", "/\x7f/evil.example": "/", "/\u0085/evil.example": "/", "/\u200b/evil.example": "/", "/\u202e/evil": "/",
		"/\u2028/evil.example": "/", "/ /evil.example": "/", "/\u00a0/evil": "/", "/\xff/evil": "/",
	} {
		if got := localPath(next); got != want {
			t.Errorf("%q leads to %q, want %q", next, got, want)
		}
	}
}

package auth

import (
	"net/http"
	"net/url"
)

// PageAddress returns the pages' address as the visitor reaches them, without a trailing slash.
func PageAddress(r *http.Request) string {
	if encrypted(r) {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// LoginLink returns the address at which a link's token logs in, for pages at an address without a trailing slash.
func LoginLink(base, token string) string {
	return base + "/login?" + url.Values{"link": {token}}.Encode()
}

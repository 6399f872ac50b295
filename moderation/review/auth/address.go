package auth

import (
	"net/http"
	"net/url"
)

// LoginAddress is where a link's token logs in, as the visitor reaches the pages.
func LoginAddress(r *http.Request, token string) string {
	scheme := "http://"
	if encrypted(r) {
		scheme = "https://"
	}
	return scheme + r.Host + "/login?" + url.Values{"link": {token}}.Encode()
}

package peer

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"

	"earshot/models"
)

// Hints of Unreachable.
const (
	hintAuthority = "give the server a certificate of an authority that this machine trusts, or name the certificate of your own authority " +
		"in the environment variable SSL_CERT_FILE"
	hintName  = "write the server's name in the address as its certificate has it"
	hintDates = "renew the server's certificate, or set the clock of whichever machine has it wrong"
	hintPlain = "check the port; the address of a server without encryption begins with livekit+ws://, janus+ws://, whep+http:// or " +
		"lounge:// (in jitsi.xmpp with ws://)"
	hintOther = "check the port: another program answers there, or one that wants encryption (livekit+wss://, janus+wss://, whep+https://, " +
		"lounge+https://)"
	hintSilent = "check the port: something takes connections there and says nothing"
	hintDial   = "check the host and port in the URL, and that no firewall is in between"
	hintReach  = "an owner can allow the server with private addresses, or the configuration can name it"
	hintHost   = "check how the host is written in the URL"
)

// Unreachable explains why a server's signalling could not be reached, with a hint at what to do. usual is the hint for a server about
// which nothing is known except that it did not respond. The error contains no URL, whose query may hold a secret. If err already has a
// hint, that one is kept.
func Unreachable(err error, usual string) error {
	var ue *url.Error
	if errors.As(err, &ue) {
		err = ue.Err
	}
	if errors.Is(err, context.Canceled) || models.Hint(err) != "" {
		return err
	}
	text, hint := unreachable(err)
	if text != "" {
		err = unreachableError{text, err}
	}
	if hint == "" {
		hint = usual
	}
	return models.WithHint(err, hint)
}

// unreachableError is a reworded error.
type unreachableError struct {
	text  string
	cause error
}

// Error returns the new text.
func (e unreachableError) Error() string { return e.text }

// Unwrap returns the original error.
func (e unreachableError) Unwrap() error { return e.cause }

// unreachable returns a text for an error and a hint at what to do. They are empty if the error is clear by itself or nothing is known
// about it.
func unreachable(err error) (text, hint string) {
	if text, hint = badCertificate(err); hint != "" {
		return text, hint
	}
	var record tls.RecordHeaderError
	var dns *net.DNSError
	var op *net.OpError
	var timeout net.Error
	dialling := errors.As(err, &op) && op.Op == "dial"
	switch {
	case errors.Is(err, ErrOutOfReach):
		return "", hintReach
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		return "it does not speak TLS", hintPlain
	case errors.As(err, &dns) && dns.IsNotFound:
		return fmt.Sprintf("there is no host %s", dns.Name), hintHost
	case errors.As(err, &dns):
		return fmt.Sprintf("the host %s can't be looked up", dns.Name), "check this machine's network, and the name server that it asks"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "", ""
	case errors.As(err, &timeout) && timeout.Timeout():
		if dialling {
			return "", hintDial
		}
		return "it takes the connection and says nothing", hintSilent
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "", hintDial
	case strings.Contains(err.Error(), "malformed HTTP"):
		return "it does not speak HTTP", hintOther
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "it hangs up at once", hintOther
	}
	return "", ""
}

// badCertificate returns what is wrong with a server's certificate, and what to do; both are empty if err is not about the certificate.
func badCertificate(err error) (text, hint string) {
	var authority x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &authority):
		return "its certificate is signed by nobody whom this machine trusts", hintAuthority
	case errors.As(err, &host):
		return "its certificate is another server's: " + strings.TrimPrefix(host.Error(), "x509: "), hintName
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "its certificate is too old, or not valid yet: " + strings.TrimPrefix(invalid.Error(), "x509: "), hintDates
	case errors.As(err, &invalid):
		return "its certificate can't be used: " + strings.TrimPrefix(invalid.Error(), "x509: "), hintAuthority
	}
	return "", ""
}

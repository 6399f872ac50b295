package mumble

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"earshot/bot"
	"earshot/models"
)

// byAuthority is stored instead of a fingerprint for a server whose certificate is signed by a trusted authority: such a certificate may
// be renewed every few months, but must never be replaced by an untrusted one.
const byAuthority = "authority"

var errNoCertificate = errors.New("mumble: the server showed no certificate")

// known checks a server's certificate. One that is signed by an authority that this system trusts is accepted; a self-signed one, as is
// usual with Mumble, is stored at the first join and must stay the same from then on (trust on first use).
func (s *Store) known(server, host string, state tls.ConnectionState) error {
	if len(state.PeerCertificates) == 0 {
		return errNoCertificate
	}
	cert := state.PeerCertificates[0]
	others := x509.NewCertPool()
	for _, c := range state.PeerCertificates[1:] {
		others.AddCert(c)
	}
	_, untrusted := cert.Verify(x509.VerifyOptions{DNSName: host, Intermediates: others})
	sum := sha256.Sum256(cert.Raw)
	now := hex.EncodeToString(sum[:])
	mark := now
	if untrusted == nil {
		mark = byAuthority
	}
	path := s.file(server, ".cert")
	data, err := s.kept(path, func() ([]byte, error) { return []byte(mark + "\n"), nil })
	if err != nil {
		return fmt.Errorf("mumble: the server's certificate of before: %w", err)
	}
	if untrusted == nil {
		return nil
	}
	switch before := strings.TrimSpace(string(data)); before {
	case now:
		return nil
	case byAuthority:
		return changed(path, "the server used to show a certificate that an authority vouches for, and shows now one that nobody does: "+now)
	default:
		return changed(path, fmt.Sprintf("the server's certificate has changed: its SHA-256 was %s and is %s", before, now))
	}
}

// changed is the error for a server that may not be the one that was pinned.
func changed(path, what string) error {
	return models.WithHint(bot.End(models.EndFailedAuth, errors.New("mumble: "+what)),
		"somebody may be listening in between: ask the server's administrator whether the certificate is new; if it is, remove "+path)
}

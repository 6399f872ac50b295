package mumble

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"math/big"
	"time"

	"earshot/models"
)

// certificateFor is the lifetime of the bot's certificates. Servers look only at the fingerprint.
const certificateFor = 20 * 365 * 24 * time.Hour

// identity returns the certificate that identifies the bot in the room at an address, creating it on the first join. Each room has its
// own because a server admits a registered certificate only once at a time.
func (s *Store) identity(room, name string) (tls.Certificate, error) {
	sum := sha256.Sum256([]byte(room))
	path := s.file("identity-"+hex.EncodeToString(sum[:8]), ".pem")
	data, err := s.kept(path, func() ([]byte, error) { return newIdentity(name) })
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("mumble: the bot's certificate: %w", err)
	}
	cert, err := tls.X509KeyPair(data, data)
	if err != nil {
		return cert, models.WithHint(fmt.Errorf("mumble: the bot's certificate in %s: %w", path, err),
			"bring the file back from a backup; without it the server takes the bot for somebody new, without rights")
	}
	return cert, nil
}

// newIdentity creates a key and a self-signed certificate, both as PEM.
func newIdentity(name string) ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("a key: %w", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, fmt.Errorf("a serial number: %w", err)
	}
	now := time.Now()
	made := x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name}, NotBefore: now.Add(-24 * time.Hour), NotAfter: now.Add(certificateFor),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	cert, err := x509.CreateCertificate(rand.Reader, &made, &made, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("a certificate: %w", err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("a key: %w", err)
	}
	return append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})...), nil
}

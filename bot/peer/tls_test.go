package peer

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// certificate writes a self-signed certificate for this machine, and its key.
func certificate(t *testing.T) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "turn of a test"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"localhost"}, IPAddresses: []net.IP{
			net.IPv4(127, 0, 0, 1),
		},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for name, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: raw}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

const tlsPort = "PEER_TEST_TURNS_PORT"

// TestRelayTLS: media flows over a TURN server with TLS if its certificate is trusted through SSL_CERT_FILE, and not if it is untrusted. A
// process reads that variable only once, so the test runs itself again.
func TestRelayTLS(t *testing.T) {
	if port := os.Getenv(tlsPort); port != "" {
		server := ICEServer{URLs: []string{"turns:127.0.0.1:" + port + "?transport=tcp"}, Username: "bot", Credential: "s3cret"}
		f, err := New(Config{RelayOnly: true, ICEServers: []ICEServer{server}})
		if err != nil {
			t.Fatal(err)
		}
		offer, err := connect(t, f)
		if err != nil || !strings.Contains(offer, " typ relay") {
			t.Errorf("not connected: %v", err)
		}
		return
	}
	cert, key := certificate(t)
	port := turn(t, "--cert", cert, "--pkey", key)
	for name, trusts := range map[string]bool{cert: true, "/dev/null": false} {
		again := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestRelayTLS$")
		again.Env = append(os.Environ(), tlsPort+"="+fmt.Sprint(port), "SSL_CERT_FILE="+name, "SSL_CERT_DIR="+t.TempDir())
		out, err := again.CombinedOutput()
		if (err == nil) != trusts {
			t.Errorf("with the certificates of %s: %v\n%s", name, err, out)
		}
	}
}

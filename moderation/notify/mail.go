package notify

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"net/smtp"
	"net/textproto"
	"net/url"
	"strings"
	"time"

	"earshot/models"
)

// mailTime limits one delivery.
const mailTime = 60 * time.Second

// mail delivers a message to a target's mail server (RFC 5321). Without "private", nothing is sent without TLS.
func (n *Notifier) mail(ctx context.Context, t Target, subject, body string, now time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, mailTime)
	defer cancel()
	u, err := url.Parse(t.URL)
	if err != nil {
		return errors.New("its address is not valid")
	}
	host, port := u.Hostname(), u.Port()
	if port == "" {
		port = map[string]string{"smtps": "465", "smtp": "587"}[u.Scheme]
	}
	conn, err := n.dialer(t)(ctx, "tcp", net.JoinHostPort(host, port))
	if err != nil {
		return cause(err)
	}
	defer conn.Close()
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline)
	}
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	security := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12, RootCAs: n.roots}
	if u.Scheme == "smtps" {
		conn = tls.Client(conn, security)
	}
	if err := deliver(conn, host, u, t, security, letter(t, subject, body, now)); err != nil {
		return mailCause(err)
	}
	return nil
}

var errNoTLS = models.WithHint(errors.New("it offers no TLS (STARTTLS)"),
	"write private: yes for the target if the server is yours and the network between is safe")

// deliver speaks SMTP.
func deliver(conn net.Conn, host string, u *url.URL, t Target, security *tls.Config, data []byte) error {
	c, err := smtp.NewClient(conn, host)
	if err != nil {
		return err
	}
	defer c.Close()
	if u.Scheme == "smtp" {
		if ok, _ := c.Extension("STARTTLS"); ok {
			if err := c.StartTLS(security); err != nil {
				return err
			}
		} else if !t.Private {
			return errNoTLS
		}
	}
	if u.User != nil {
		if err := c.Auth(smtp.PlainAuth("", u.User.Username(), t.Secret, host)); err != nil {
			return err
		}
	}
	if err := c.Mail(t.From); err != nil {
		return err
	}
	for _, to := range t.To {
		if err := c.Rcpt(to); err != nil {
			return err
		}
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(data); err != nil {
		return err
	}
	if err := w.Close(); err != nil { // after this the server has accepted the message, or not
		return err
	}
	_ = c.Quit()
	return nil
}

// letter is a message of RFC 5322.
func letter(t Target, subject, body string, now time.Time) []byte {
	var b bytes.Buffer
	_, domain, _ := strings.Cut(t.From, "@")
	for _, h := range [][2]string{
		{"From", (&mail.Address{Name: "Earshot", Address: t.From}).String()},
		{"To", strings.Join(t.To, ", ")},
		{"Subject", mime.QEncoding.Encode("utf-8", oneLine(subject))},
		{"Date", now.Format(time.RFC1123Z)},
		{"Message-ID", "<" + rand.Text() + "@" + domain + ">"},
		{"Auto-Submitted", "auto-generated"},
		{"MIME-Version", "1.0"},
		{"Content-Type", "text/plain; charset=utf-8"},
		{"Content-Transfer-Encoding", "quoted-printable"},
	} {
		b.WriteString(h[0] + ": " + h[1] + "\r\n")
	}
	b.WriteString("\r\n")
	w := quotedprintable.NewWriter(&b)
	_, _ = w.Write([]byte(strings.ReplaceAll(body, "\n", "\r\n"))) // a buffer: never fails
	_ = w.Close()
	return b.Bytes()
}

// mailCause returns why a delivery failed, without addresses, which servers repeat.
func mailCause(err error) error {
	var answer *textproto.Error
	var certificate *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	switch {
	case errors.Is(err, errNoTLS):
		return err
	case errors.As(err, &answer):
		return fmt.Errorf("it answered %d", answer.Code)
	case errors.As(err, &certificate), errors.As(err, &authority):
		return errors.New("its certificate is not trusted")
	}
	return cause(err)
}

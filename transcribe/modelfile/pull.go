package modelfile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"

	"earshot/models"
	"earshot/models/wholefile"
)

const (
	// stallAfter is how long a transfer may receive nothing before it is aborted and resumed.
	stallAfter = 30 * time.Second
	// maxStalls is the number of consecutive requests without a new byte after which Pull gives up.
	maxStalls           = 4
	firstWait, lastWait = time.Second, 15 * time.Second // between requests
)

// PullOptions are the options of Pull. The zero value downloads from the model's Mirror.
type PullOptions struct {
	// Mirror is the URL below which the files are.
	Mirror string
	// Client makes the requests; nil means http.DefaultClient. It must have no overall timeout.
	Client *http.Client
	// Progress, if set, is called on Pull's goroutine with the bytes received and expected.
	Progress func(done, total int64)
	// Check, if set, inspects the complete file before it is renamed; an error discards the file.
	Check func(path string) error
}

// errRefused marks failures that a retry would not change.
var errRefused = errors.New("the server does not give the model")

// Pull downloads a model into dir, which is created if need be, and returns the file's path. An existing file that verifies
// is not downloaded again. An interrupted transfer leaves a .part file, which the next Pull resumes; it is renamed once it is
// complete and verified. A concurrent Pull of the same file is an error.
func Pull(ctx context.Context, m Model, dir string, o PullOptions) (string, error) {
	path := m.Path(dir)
	if m.Verify(path) == nil {
		return path, nil
	}
	if o.Mirror == "" {
		o.Mirror = m.Mirror()
	}
	if o.Client == nil {
		o.Client = http.DefaultClient
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("fetch model %s: %w", m.Name, err)
	}
	part, err := openPart(path + ".part")
	if err != nil {
		return "", fmt.Errorf("fetch model %s: %w", m.Name, err)
	}
	p := &pull{model: m, o: o, url: strings.TrimRight(o.Mirror, "/") + "/" + m.FileName(), part: part}
	err = p.run(ctx, path)
	err = errors.Join(err, part.Close())
	wholefile.KeepOwner(dir, path, part.Name())
	if err != nil {
		return "", fmt.Errorf("fetch model %s: %w", m.Name, err)
	}
	return path, nil
}

// openPart opens and locks the file of a transfer.
func openPart(name string) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(models.WithHint(fmt.Errorf("%s is being fetched by another process", name), "wait for it, or end it"), f.Close())
	}
	return f, nil
}

// pull is one transfer.
type pull struct {
	model Model
	o     PullOptions
	url   string
	part  *os.File
	have  int64 // bytes in part
}

func (p *pull) run(ctx context.Context, path string) error {
	if err := p.fetch(ctx); err != nil {
		return err
	}
	err := p.part.Sync()
	if err == nil {
		err = p.model.Verify(p.part.Name())
	}
	if err == nil && p.o.Check != nil {
		err = p.o.Check(p.part.Name())
	}
	if err != nil {
		return errors.Join(err, os.Remove(p.part.Name()))
	}
	return os.Rename(p.part.Name(), path)
}

// fetch requests the file until it is complete. Every new byte resets the count of stalls.
func (p *pull) fetch(ctx context.Context) error {
	st, err := p.part.Stat()
	if err != nil {
		return err
	}
	p.have = st.Size()
	if p.have > p.model.Bytes {
		p.have = 0
	}
	stalls, wait := 0, firstWait
	for p.have < p.model.Bytes {
		before := p.have
		err := p.request(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if errors.Is(err, errRefused) {
			return err
		}
		if p.have > before {
			stalls, wait = 0, firstWait
			continue
		}
		if stalls++; stalls >= maxStalls {
			return models.WithHint(
				fmt.Errorf("no answer from the server: %w", err),
				"check the network, or name another server with --mirror; run the command again to resume",
			)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
		wait = min(2*wait, lastWait)
	}
	return nil
}

// request requests what is missing and writes what arrives, until the connection ends or stalls.
func (p *pull) request(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stall := time.AfterFunc(stallAfter, func() { cancel(fmt.Errorf("nothing came for %v", stallAfter)) })
	defer stall.Stop()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url, nil)
	if err != nil {
		return models.WithHint(fmt.Errorf("%w: %w", errRefused, err), "--mirror takes an address such as "+DefaultMirror)
	}
	if p.have > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", p.have))
	}
	resp, err := p.o.Client.Do(req)
	if err != nil {
		return cause(ctx, err)
	}
	defer resp.Body.Close()
	if err := p.accept(resp); err != nil {
		return err
	}
	return cause(ctx, p.copy(resp.Body, stall))
}

// cause returns the cause of ctx's end, if it has ended, instead of err.
func cause(ctx context.Context, err error) error {
	if err != nil && context.Cause(ctx) != nil {
		return context.Cause(ctx)
	}
	return err
}

// accept checks the response's header and sets the offset at which its body begins.
func (p *pull) accept(resp *http.Response) error {
	total := resp.ContentLength
	switch resp.StatusCode {
	case http.StatusOK: // from the start, whatever was asked for
		p.have = 0
	case http.StatusPartialContent:
		var from, to int64
		if _, err := fmt.Sscanf(resp.Header.Get("Content-Range"), "bytes %d-%d/%d", &from, &to, &total); err != nil || from != p.have {
			p.have = 0
			return fmt.Errorf("a part that was not asked for: %q", resp.Header.Get("Content-Range"))
		}
	case http.StatusRequestedRangeNotSatisfiable:
		p.have = 0
		return errors.New("the server has less than what is here")
	case http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable,
		http.StatusGatewayTimeout:
		return fmt.Errorf("%s answers %s", p.url, resp.Status)
	default:
		return models.WithHint(
			fmt.Errorf("%w: %s answers %s", errRefused, p.url, resp.Status),
			"is --mirror the address of the folder in which "+p.model.FileName()+" lies?",
		)
	}
	if total >= 0 && total != p.model.Bytes {
		return models.WithHint(
			fmt.Errorf("%w: %s has %d bytes, the model %d", errRefused, p.url, total, p.model.Bytes),
			"the mirror has another file under this name; try another --mirror",
		)
	}
	return nil
}

// copy appends the body to the .part file and counts the bytes written.
func (p *pull) copy(body io.Reader, stall *time.Timer) error {
	if err := p.part.Truncate(p.have); err != nil {
		return err
	}
	buf := make([]byte, 128<<10)
	for {
		n, err := body.Read(buf)
		n = int(min(int64(n), p.model.Bytes-p.have))
		if n > 0 {
			stall.Reset(stallAfter)
			if _, err := p.part.WriteAt(buf[:n], p.have); err != nil {
				return fmt.Errorf("%w: %w", errRefused, err)
			}
			p.have += int64(n)
			if p.o.Progress != nil {
				p.o.Progress(p.have, p.model.Bytes)
			}
		}
		if err != nil || p.have == p.model.Bytes {
			return err
		}
	}
}

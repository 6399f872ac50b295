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
)

const (
	// stallAfter without a byte, a transfer is given up and resumed.
	stallAfter = 30 * time.Second
	// maxStalls in a row without a single new byte end the attempt to fetch a file.
	maxStalls = 4
	// Waits between them.
	firstWait, lastWait = time.Second, 15 * time.Second
)

// PullOptions say how to fetch. The zero value fetches from DefaultMirror.
type PullOptions struct {
	// Mirror is the address below which the files lie.
	Mirror string
	// Client does the requests; nil means http.DefaultClient. It must have no overall time limit.
	Client *http.Client
	// Progress is told, from the goroutine of Pull, how many bytes are there of how many.
	Progress func(done, total int64)
	// Check looks at the complete file before it gets its name; an error discards the file. It may be nil.
	Check func(path string) error
}

// errRefused marks answers that asking again will not change.
var errRefused = errors.New("the server does not give the model")

// Pull fetches a model into dir, which is made if need be, and returns the file's path. A file that is there already
// and verifies is not fetched again. An interrupted transfer leaves a .part file and is resumed by the next Pull; the
// file gets its name only when it is complete and verified. A second Pull of the same file at the same time is an error.
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
	if err != nil {
		return "", fmt.Errorf("fetch model %s: %w", m.Name, err)
	}
	return path, nil
}

// openPart opens the file of a running transfer, alone.
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

// fetch asks until all bytes are there. Every new byte earns new patience.
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
				"check the network and --mirror; what is there already is kept, run it again to resume",
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

// request asks for what is missing and writes what comes, until the connection ends or stalls.
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

// cause prefers the reason for which a context was ended.
func cause(ctx context.Context, err error) error {
	if err != nil && context.Cause(ctx) != nil {
		return context.Cause(ctx)
	}
	return err
}

// accept looks at the answer's head and sets the place at which its body begins.
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

// copy appends the body to the part, and counts every byte that is safely there.
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

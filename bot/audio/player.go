package audio

// maxConceal bounds how much lost sound in a row the decoder makes up: 100 ms, in samples at 48 kHz. Beyond it the
// decoder fades out anyway, and what is missing is said to be missing.
const maxConceal = 4800

// concealGrain is the unit of concealment, 2.5 ms at 48 kHz.
const concealGrain = 120

// listener takes what a player decodes, in order and without holes. The slice is valid during the call.
type listener interface {
	// heard gets decoded sound; concealed sound was made up for lost packets.
	heard(pcm []float32, concealed bool)
	// silent gets n samples of silence; lost says that it stands for packets that never came.
	silent(n int64, lost bool)
}

// player turns packets in order into a continuous line of PCM at 16 kHz whose position follows the RTP timestamps.
// It is the one place that knows loss from silence: consecutive sequence numbers with a jump in time are DTX, a jump
// in the sequence numbers is loss. Clips that are read back go through it as well, so they sound as they did live.
type player struct {
	to    listener
	stats *Stats
	dec   *Decoder

	started bool
	seq     int64
	first   int64 // timestamp of position 0
	end     int64 // timestamp after the last packet
	dur     int64 // duration of the last packet
	pos     int64 // samples given to the listener
	buf     [maxFrame16]float32
}

// at is the position, in samples at 16 kHz, of a timestamp.
func (p *player) at(ts int64) int64 { return (ts - p.first) / 3 }

// begin sets position 0 at the first packet.
func (p *player) begin(seq, ts int64) {
	p.started, p.seq, p.first, p.end, p.dur = true, seq-1, ts, ts, 960
}

// filler accounts for a packet without sound: its sequence number was not lost.
func (p *player) filler(seq int64) {
	if p.started && seq == p.seq+1 {
		p.seq = seq
	}
}

// play decodes the packet with what is missing before it.
func (p *player) play(seq, ts int64, payload []byte) error {
	if !p.started {
		p.begin(seq, ts)
	}
	if p.dec == nil {
		dec, err := NewDecoder()
		if err != nil {
			return err
		}
		p.dec = dec
	}
	dur, err := PacketDuration(payload)
	p.bridge(seq, ts, payload, err == nil)
	if err != nil {
		dur = int(p.dur)
	}
	p.decode(ts, payload, int64(dur), err == nil)
	p.advance(seq, ts, int64(dur))
	return nil
}

// skip passes over a packet that is known to be silent without decoding it, with what is missing before it.
func (p *player) skip(seq, ts int64, payload []byte) {
	if !p.started {
		p.begin(seq, ts)
	}
	dur, err := PacketDuration(payload)
	if err != nil {
		dur = int(p.dur)
		p.stats.BadOpus++
	}
	missing := p.missing(seq, ts)
	if beyond := missing - maxConceal; beyond > 0 {
		p.silence(p.at(p.end+beyond), true)
	}
	p.stats.SkippedMS += p.silence(max(p.pos, p.at(ts+int64(dur))), false)
	p.advance(seq, ts, int64(dur))
}

// advance moves on past the packet. The end never moves back: a packet that claims too much time is answered by
// trimming the next one.
func (p *player) advance(seq, ts, dur int64) {
	p.seq, p.dur = seq, dur
	p.end = max(p.end, ts+dur)
}

// missing is the media time that lost packets before this one held, in samples at 48 kHz.
func (p *player) missing(seq, ts int64) int64 {
	lost := max(0, seq-p.seq-1)
	p.stats.Lost += lost
	return max(0, min(ts-p.end, lost*p.dur))
}

// bridge fills the time between the last packet and this one.
func (p *player) bridge(seq, ts int64, payload []byte, sound bool) {
	missing := p.missing(seq, ts)
	if missing > 0 {
		var fec int64
		if sound && hasFEC(payload) {
			if d := int64(frameDuration(payload[0])); missing >= d {
				fec = d
			}
		}
		p.conceal(min(missing-fec, maxConceal))
		p.silence(p.at(p.end+missing-fec), true)
		p.dtx(ts - fec)
		p.recover(payload, fec)
	}
	p.dtx(ts)
}

// dtx is silence up to the timestamp: the sender had nothing to send.
func (p *player) dtx(ts int64) { p.stats.DTXMS += p.silence(p.at(ts), false) }

// silence gives silence up to the position and returns its milliseconds.
func (p *player) silence(to int64, lost bool) int64 {
	n := to - p.pos
	if n <= 0 {
		return 0
	}
	p.to.silent(n, lost)
	p.pos = to
	if lost {
		p.stats.LostMS += n / 16
	}
	return n / 16
}

// conceal makes up n samples (48 kHz) of lost sound, rounded down to what libopus can.
func (p *player) conceal(n int64) {
	for n -= n % concealGrain; n > 0; {
		chunk := min(n, 960)
		pcm := p.buf[:chunk/3]
		if _, err := p.dec.Conceal(pcm); err != nil {
			clear(pcm)
		}
		p.give(pcm, true)
		p.stats.ConcealedMS += chunk / 48
		n -= chunk
	}
}

// recover decodes the copy of the lost frame before the packet.
func (p *player) recover(payload []byte, n int64) {
	if n == 0 {
		return
	}
	pcm := p.buf[:n/3]
	if _, err := p.dec.DecodeFEC(payload, pcm); err != nil {
		clear(pcm)
	}
	p.give(pcm, false)
	p.stats.RecoveredMS += n / 48
}

// decode gives the packet's own sound, without the part that was already played.
func (p *player) decode(ts int64, payload []byte, dur int64, sound bool) {
	if sound && isDTX(payload) {
		p.dtx(ts + dur)
		return
	}
	var n int
	err := ErrOpusPacket
	if sound {
		n, err = p.dec.Decode(payload, p.buf[:])
	}
	if err != nil || n == 0 {
		p.stats.BadOpus++
		p.conceal(ts + dur - max(p.end, ts))
		return
	}
	p.stats.DecodedMS += int64(n) / 16
	from := min(int64(n), max(0, p.pos-p.at(ts)))
	p.give(p.buf[from:n], false)
}

func (p *player) give(pcm []float32, concealed bool) {
	if len(pcm) == 0 {
		return
	}
	p.to.heard(pcm, concealed)
	p.pos += int64(len(pcm))
}

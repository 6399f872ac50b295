package audio

// maxConceal bounds the concealment of consecutive loss: 100 ms, in samples at 48 kHz. Beyond it, when the decoder has faded out
// anyway, the audio is reported as missing.
const maxConceal = 4800

// concealGrain is the unit of concealment, 2.5 ms at 48 kHz.
const concealGrain = 120

// listener receives a player's output, in order and without holes. Slices are valid during the call.
type listener interface {
	// heard receives decoded PCM; concealed PCM was synthesised in place of lost packets.
	heard(pcm []float32, concealed bool)
	// silent receives n samples of silence; lost reports that they replace packets that never arrived.
	silent(n int64, lost bool)
}

// player decodes packets, given in order, to a continuous stream of PCM at 16 kHz whose position follows the RTP timestamps. It
// alone distinguishes loss from silence: consecutive sequence numbers with a jump of the timestamp are DTX, a jump of the
// sequence number is loss. Clips from the spool use it too, and therefore decode as they did live.
type player struct {
	to    listener
	stats *Stats
	dec   *Decoder

	started bool
	seq     int64
	first   int64 // timestamp of position 0
	end     int64 // timestamp after the last packet
	dur     int64 // duration of the last packet
	pos     int64 // samples passed to the listener
	buf     [maxFrame16]float32
}

// at converts a timestamp to a position in samples at 16 kHz.
func (p *player) at(ts int64) int64 { return (ts - p.first) / 3 }

// begin sets position 0 at the first packet.
func (p *player) begin(seq, ts int64) {
	p.started, p.seq, p.first, p.end, p.dur = true, seq-1, ts, ts, 960
}

// filler accounts for a packet without payload, so that its sequence number does not count as lost.
func (p *player) filler(seq int64) {
	if p.started && seq == p.seq+1 {
		p.seq = seq
	}
}

// play fills the time before a packet and decodes it.
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

// skip replaces a packet that is known to be silent, and the time before it, by silence without decoding.
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

// advance moves past the packet. The end never moves back: if a packet is too long, the next one is trimmed.
func (p *player) advance(seq, ts, dur int64) {
	p.seq, p.dur = seq, dur
	p.end = max(p.end, ts+dur)
}

// missing returns the media time of lost packets before this one, in samples at 48 kHz.
func (p *player) missing(seq, ts int64) int64 {
	lost := max(0, seq-p.seq-1)
	p.stats.Lost += lost
	return max(0, min(ts-p.end, lost*p.dur))
}

// bridge fills the time between the previous packet and this one.
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

// dtx outputs silence up to the timestamp: the sender had nothing to send.
func (p *player) dtx(ts int64) { p.stats.DTXMS += p.silence(p.at(ts), false) }

// silence outputs silence up to the position and returns its length in ms.
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

// conceal synthesises n samples (at 48 kHz) of lost audio, rounded down to concealGrain.
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

// recover decodes the FEC copy of the lost frame before the packet.
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

// decode outputs the packet's audio without the part whose time has been filled already.
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

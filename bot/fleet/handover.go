package fleet

import "context"

// heirTime is how long a stopping process waits for others to come forward: a full one looks only every claimFull.
const heirTime = 2 * claimFull

// Drain makes other processes take over the rooms while on is true, during which this one accepts none. It does not wait: rooms that nobody
// takes are still heard here. Rooms whose handover is under way when it is turned off may still go. It is for fleets that share rooms.
func (f *Fleet) Drain(on bool) { f.leases.setOffers(on, on) }

// Takes reports whether the fleet accepts rooms, or will when it runs, which it does not while it hands over those it has.
func (f *Fleet) Takes() bool { return f.leases == nil || !f.leases.isClosed() }

// HandOver makes other processes, if there are any, take over the rooms and waits until they have, for at most HandOverTime. No more rooms
// are accepted. Rooms that nobody took are still heard here.
func (f *Fleet) HandOver(ctx context.Context) error {
	l := f.leases
	if l == nil {
		return nil
	}
	if _, others := l.processes(ctx); len(others) == 0 {
		return nil
	}
	l.setOffers(true, true)
	waiting, cancel := context.WithTimeout(ctx, HandOverTime)
	defer cancel()
	if n := l.movable(true); n > 0 {
		f.log.Info("other processes are to take the rooms", "rooms", n)
	}
	for began := l.now(); l.movable(l.now().Sub(began) < heirTime) > 0; {
		f.renew(ctx) // which takes its own time: a renewal that was cut short would count as trouble with the store
		if !sleep(waiting, handOverPoll) {
			break
		}
	}
	if left := l.movable(true); left > 0 {
		f.log.Warn("nobody took some of the rooms", "rooms", left)
		l.setOffers(true, false)
		return l.offer(context.WithoutCancel(ctx))
	}
	return nil
}

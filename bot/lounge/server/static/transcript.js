// The live transcript: server-sent events, each with one utterance, partial, flag, gap or session.
import { $, colour, clock } from './people.js';

const maxLines = 500;
const causes = { loss: 'packet loss', cut: 'connection lost', overload: 'this machine is overloaded', restart: 'restarted' };

export class Transcript {
  constructor(url) {
    this.lines = $('lines');
    this.rows = new Map(); // key -> li
    this.flags = new Map(); // key -> flags that came before their line
    this.unseen = 0;
    $('newer').addEventListener('click', () => { this.lines.scrollTop = this.lines.scrollHeight; });
    this.lines.addEventListener('scroll', () => { if (this.atEnd()) this.seen(); });
    if (!url) {
      $('no-lines').textContent = 'No transcript is shown here: nobody writes this room down.';
      return;
    }
    const events = new EventSource(url);
    const take = (m) => { try { this.take(JSON.parse(m.data)); } catch { /* a malformed event loses only its own line */ } };
    for (const type of ['message', 'utterance', 'partial', 'flag', 'gap', 'session']) events.addEventListener(type, take);
    events.onopen = () => { $('script-state').textContent = ''; };
    events.onerror = () => { $('script-state').textContent = 'reconnecting…'; };
  }

  take(e) {
    if (e.utterance) this.utterance(e.utterance);
    else if (e.partial) this.partial(e.partial);
    else if (e.flag) this.flag(e.flag);
    else if (e.gap) this.gap(e.gap);
    else if (e.session && e.session.ended) $('script-state').textContent = 'the session has ended';
  }

  atEnd() { return this.lines.scrollHeight - this.lines.scrollTop - this.lines.clientHeight < 60; }

  seen() { this.unseen = 0; $('newer').hidden = true; }

  // place inserts a row in order of time: lines of people who talk at once arrive out of order.
  place(li, ms) {
    const follow = this.atEnd();
    li.dataset.ms = ms;
    let before = null;
    for (let x = this.lines.lastElementChild; x && Number(x.dataset.ms) > ms; x = x.previousElementSibling) before = x;
    this.lines.insertBefore(li, before);
    $('no-lines').hidden = true;
    while (this.lines.childElementCount > maxLines) this.drop(this.lines.firstElementChild);
    if (follow) this.lines.scrollTop = this.lines.scrollHeight;
    else {
      this.unseen++;
      $('newer').textContent = this.unseen === 1 ? '1 new line' : this.unseen + ' new lines';
      $('newer').hidden = false;
    }
  }

  drop(li) {
    this.rows.delete(li.dataset.key);
    li.remove();
  }

  row(key, speaker, name, ms) {
    let li = this.rows.get(key);
    if (!li) {
      li = document.createElement('li');
      for (const [tag, cls] of [['time', ''], ['span', 'by'], ['span', 'said']]) {
        const x = document.createElement(tag);
        x.className = cls;
        li.append(x);
      }
      li.dataset.key = key;
      this.rows.set(key, li);
      this.place(li, ms);
    }
    li.className = 's' + colour(speaker);
    li.children[0].textContent = clock(ms);
    li.children[1].textContent = name;
    li.children[1].title = name;
    return li;
  }

  utterance(u) {
    const key = name(u);
    if (!u.text && u.state !== 'failed') {
      const li = this.rows.get(key);
      if (li) this.drop(li);
      return;
    }
    const li = this.row(key, u.speaker_id, u.speaker, u.start_ms);
    li.classList.toggle('doubt', !!(u.doubt && u.doubt.length));
    if (u.doubt && u.doubt.length) li.title = 'unsure: ' + u.doubt.join(', ').replaceAll('_', ' ');
    li.children[2].textContent = u.state === 'failed' ? '(could not be transcribed)' : u.text;
    for (const f of this.flags.get(key) || []) this.mark(li, f);
    this.flags.delete(key);
  }

  partial(p) {
    const li = this.row(name(p.key), p.speaker_id, p.speaker, p.start_ms);
    li.classList.add('partial');
    li.children[2].textContent = [p.stable, p.tail].filter(Boolean).join(' ') + ' …';
  }

  flag(f) {
    if (f.status === 'dismissed') return;
    const key = name(f.utterance);
    const li = this.rows.get(key);
    if (li) this.mark(li, f);
    else if (this.flags.size < maxLines) this.flags.set(key, [...(this.flags.get(key) || []), f]);
  }

  mark(li, f) {
    if ([...li.querySelectorAll('.flag')].some((x) => x.dataset.id === f.id)) return;
    const mark = document.createElement('span');
    mark.className = 'flag';
    mark.dataset.id = f.id;
    mark.textContent = `▲ ${f.rule} (${f.level})`;
    li.append(mark);
    li.classList.add('flagged');
    if (f.level === 'high') li.classList.add('high');
  }

  gap(g) {
    const li = document.createElement('li');
    li.className = 'lost';
    const at = document.createElement('time');
    at.textContent = clock(g.start_ms);
    const what = document.createElement('span');
    const from = g.speaker ? ` from ${g.speaker}` : '';
    what.textContent = `— ${(g.lost_ms / 1000).toFixed(1)} s not heard${from} (${causes[g.cause] || g.cause})`;
    li.append(at, what);
    this.place(li, g.start_ms);
  }
}

function name(k) { return [k.session, k.epoch, k.track, k.seq].join('/'); }

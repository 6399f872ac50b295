// Captions of what is said, sent by a bot of this room's host. A line is shown for a short time; texts are inserted as text only.
import { $, colour } from './people.js';

const maxLines = 4;
const shownFor = 20_000; // ms after a line's latest text

export class Captions {
  constructor() {
    this.lines = new Map(); // id -> { li, timer }
  }

  take(c) {
    if (!c.text) {
      this.drop(c.id);
      return;
    }
    let line = this.lines.get(c.id);
    if (!line) {
      const li = document.createElement('li');
      li.append(document.createElement('b'), document.createElement('span'));
      line = { li };
      this.lines.set(c.id, line);
      $('captions').append(li);
    }
    const [by, text] = line.li.children;
    line.li.className = 's' + colour(c.person);
    by.textContent = c.name;
    text.textContent = c.final ? c.text : c.text + ' …';
    text.className = c.final ? '' : 'guess';
    clearTimeout(line.timer);
    line.timer = setTimeout(() => this.drop(c.id), shownFor);
    if (this.lines.size > maxLines) this.drop(this.lines.keys().next().value);
    $('captions-part').hidden = false;
  }

  drop(id) {
    const line = this.lines.get(id);
    if (!line) return;
    clearTimeout(line.timer);
    line.li.remove();
    this.lines.delete(id);
  }
}

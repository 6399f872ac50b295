// The room's chat: messages to everybody, and those that a host writes to one person. Texts are inserted as text only.
import { $, colour } from './people.js';

const maxLines = 200;

export class Chat {
  // send(text) delivers a message and resolves to '' or to the reason for its refusal.
  constructor(send) {
    this.lines = $('chat-lines');
    $('chat').addEventListener('submit', async (e) => {
      e.preventDefault();
      const field = $('chat-text');
      const text = field.value.trim();
      if (!text) return;
      $('chat-send').disabled = true;
      const why = await send(text);
      $('chat-send').disabled = false;
      $('chat-problem').textContent = why;
      $('chat-problem').hidden = !why;
      if (!why) field.value = '';
      field.focus();
    });
  }

  take(c) {
    const follow = this.lines.scrollHeight - this.lines.scrollTop - this.lines.clientHeight < 40;
    const li = document.createElement('li');
    li.className = 's' + colour(c.from) + (c.to ? ' private' : '');
    const by = document.createElement('b');
    by.textContent = c.name;
    if (c.bot || c.role === 'host') { // the server vouches for it: a name alone says nothing
      const tag = document.createElement('span');
      tag.className = 'tag host';
      tag.textContent = c.bot ? 'bot' : 'host';
      by.append(' ', tag);
    }
    const text = document.createElement('span');
    text.textContent = c.text;
    li.append(by, text);
    if (c.to) {
      const mark = document.createElement('i');
      mark.textContent = 'only to you';
      li.append(mark);
    }
    this.lines.append(li);
    $('no-chat').hidden = true;
    while (this.lines.childElementCount > maxLines) this.lines.firstElementChild.remove();
    if (follow) this.lines.scrollTop = this.lines.scrollHeight;
  }
}

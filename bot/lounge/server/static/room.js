// The lounge's page: publishes the microphone by WHIP, plays the others by WHEP, and shows who is here and what is said.
// Names and words are inserted as text only, never as HTML.
import { Transcript } from './transcript.js';
import { publish, hear } from './media.js';
import { Captions } from './captions.js';
import { Chat } from './chat.js';
import { follow } from './events.js';
import { hostToken, forgetHost, buttons, onStage, inAudience } from './host.js';
import { colour, initials, $ } from './people.js';

const room = decodeURIComponent(location.pathname.split('/').pop());
const base = new URL('..', location.href);
const query = new URLSearchParams(location.search);

const people = new Map(); // id -> {person, row}
const hearing = new Map(); // track -> {stop}
let mine = null; // own publication: {id, url, stream, stop}
let muted = false;
let watcher = ''; // this page's secret of the event stream
let bot = 'Earshot';
let me = ''; // own person id, once this page has spoken
let audience = []; // those whom a host moved there
let events = null;
let token = hostToken();
let kept = false; // the room could not be followed, and why is shown
const asHost = token ? { Authorization: 'Bearer ' + token } : {};

$('room').textContent = room;
document.title = room + ' · lounge';
$('name').value = query.get('name') || stored('earshot-name') || '';

function stored(key, value) {
  try {
    if (value === undefined) return localStorage.getItem(key);
    localStorage.setItem(key, value);
  } catch { /* storage may be disabled: the page works without it */ }
  return null;
}

// key identifies this browser tab as the same person when it rejoins.
function key() {
  let k = null;
  try { k = sessionStorage.getItem('earshot-key'); } catch { /* as above */ }
  if (!k) {
    k = Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('');
    try { sessionStorage.setItem('earshot-key', k); } catch { /* as above */ }
  }
  return k;
}

function problem(text) {
  $('problem').textContent = text;
  $('problem').hidden = !text;
}

// --- the microphone ---

function showMic() {
  const b = $('mic');
  const state = mine ? (muted ? 'muted' : 'on') : 'off';
  b.dataset.state = state;
  const held = mine && people.get(mine.id)?.person.held;
  const text = held ? 'A host has muted you' :
    {
      off: listening() ? 'You are in the audience' : 'Join with your microphone',
      on: 'You are live. Press to mute',
      muted: 'Muted. Press to speak',
    }[state];
  $('mic-text').textContent = text;
  $('mic-label').textContent = text;
  if (mine) b.setAttribute('aria-pressed', String(!muted)); else b.removeAttribute('aria-pressed');
  $('leave').hidden = !mine;
}

async function join() {
  problem('');
  $('mic').disabled = true;
  $('mic-text').textContent = 'Joining…';
  const name = $('name').value.trim();
  stored('earshot-name', name);
  try {
    const whip = new URL('whip/' + encodeURIComponent(room), base);
    whip.search = new URLSearchParams({ name, watcher });
    mine = await publish(whip, { 'Earshot-Key': key(), ...asHost }, lost);
    me = mine.id;
    muted = false;
    for (const p of people.values()) listenTo(p.person);
  } catch (e) {
    problem(e.message);
  }
  $('mic').disabled = false;
  showMic();
  showPeople();
}

function lost() {
  leave();
  problem('The connection to the room was lost. Press the microphone to join again.');
}

// listening shows that a host moved this page's person to the audience: they still hear the others.
function listening() { return !mine && audience.some((a) => a.id === me); }

function leave(stay) {
  mine?.stop();
  mine = null;
  if (stay !== true) {
    for (const h of hearing.values()) h.stop();
    hearing.clear();
  }
  showMic();
  showPeople();
}

async function change(what) {
  if (!mine) return;
  const headers = { 'Content-Type': 'application/json' };
  const answer = await fetch(mine.url, { method: 'PUT', headers, body: JSON.stringify(what) }).catch(() => null);
  if (!answer || answer.ok) return;
  const { title } = await answer.json().catch(() => ({}));
  problem('The room refused: ' + (title || 'HTTP ' + answer.status) + '.');
}

$('join').addEventListener('submit', (e) => {
  e.preventDefault();
  if (!mine) { join(); return; }
  muted = !muted;
  mine.mute(muted);
  change({ muted });
  showMic();
});
$('leave').addEventListener('click', () => { problem(''); leave(); $('mic').focus(); });
$('name').addEventListener('change', () => {
  const name = $('name').value.trim();
  problem('');
  stored('earshot-name', name);
  change({ name });
});
addEventListener('pagehide', () => mine?.stop());

// --- who is here ---

function row(p) {
  const li = document.createElement('li');
  const face = document.createElement('span');
  face.className = 'face';
  face.setAttribute('aria-hidden', 'true');
  const who = document.createElement('span');
  who.className = 'who';
  const host = document.createElement('span');
  host.className = 'tag host';
  host.textContent = 'host';
  const tag = document.createElement('span');
  tag.className = 'tag';
  li.append(face, who, host, tag);
  li.dataset.id = p.id;
  li.dataset.powers = '';
  return li;
}

function showPerson(entry) {
  const { person: p, row: li } = entry;
  li.className = 's' + colour(p.id) + (p.talking ? ' talking' : '');
  li.children[0].textContent = initials(p.name);
  li.children[1].textContent = p.name + (mine?.id === p.id ? ' (you)' : '');
  li.children[1].title = p.name;
  li.children[2].hidden = p.role !== 'host';
  const tag = li.children[3];
  tag.textContent = p.held ? 'muted by a host' : p.muted ? 'muted' : p.talking ? 'talking' : '';
  tag.className = 'tag' + (p.muted || p.held ? ' muted' : p.talking ? ' on' : '');
  tag.hidden = !tag.textContent;
  const powers = token && mine?.id !== p.id ? p.name + (p.held ? ' held' : ' free') : '';
  if (li.dataset.powers !== powers) { // a button that has the focus stays while nothing changes
    const verb = li.querySelector('.powers button:focus')?.dataset.verb;
    li.querySelector('.powers')?.remove();
    if (powers) li.append(buttons(p, onStage(p), (v) => decide(p.id, v)));
    if (verb) (li.querySelector(`.powers button[data-verb=${verb}]`) || li.querySelector('.powers button'))?.focus();
    li.dataset.powers = powers;
  }
  if (mine?.id === p.id) $('mic').dataset.talking = String(!!p.talking);
}

function showPeople() {
  if (!mine) $('mic').dataset.talking = 'false';
  for (const entry of people.values()) showPerson(entry);
  $('count').textContent = people.size;
  $('nobody').hidden = people.size > 0;
}

function present(p) {
  let entry = people.get(p.id);
  if (!entry) {
    entry = { person: p, row: row(p) };
    people.set(p.id, entry);
    $('people').append(entry.row);
  }
  entry.person = p;
  listenTo(p);
  showPeople();
}

function gone(id, track) {
  hearing.get(track)?.stop(true);
  hearing.delete(track);
  const entry = people.get(id);
  if (!entry || (track && entry.person.track !== track)) return;
  entry.row.remove();
  people.delete(id);
  showPeople();
}

// --- what hosts decide ---

async function post(path, body, headers) {
  try {
    const url = new URL(`rooms/${encodeURIComponent(room)}/${path}`, base);
    const answer = await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body });
    if (answer.ok) return '';
    const problem = await answer.json().catch(() => ({}));
    return problem.title || 'HTTP ' + answer.status;
  } catch { return 'the room cannot be reached'; }
}

async function decide(id, verb) {
  const why = await post(`people/${encodeURIComponent(id)}/${verb}`, '', asHost);
  problem(why && 'That was not done: ' + why + '.');
}

const captions = new Captions();
const chat = new Chat((text) => {
  const line = JSON.stringify({ text, name: $('name').value.trim() });
  return post('chat', line, { 'Earshot-Watcher': watcher, ...asHost });
});

function showAudience(list) {
  audience = list || [];
  $('audience-part').hidden = audience.length === 0;
  $('audience').replaceChildren(...audience.map((a) => {
    const li = row(a);
    li.className = 's' + colour(a.id);
    li.children[0].textContent = initials(a.name);
    li.children[1].textContent = a.name + (a.id === me ? ' (you)' : '');
    li.children[2].hidden = li.children[3].hidden = true;
    if (token) li.append(buttons(a, inAudience, (v) => decide(a.id, v)));
    return li;
  }));
  if (mine && audience.some((a) => a.id === mine.id)) {
    leave(true);
    problem('A host moved you to the audience. You can still hear the room.');
  }
  showMic();
}

function sentOut(e) {
  if (!me || e.id !== me) return;
  leave();
  problem(e.banned ? 'A host has banned you from this room.' : 'A host has sent you out of this room.');
  live('lost', 'left');
  events.stop();
}

function listenTo(p) {
  if (!(mine || listening()) || mine?.id === p.id || hearing.has(p.track)) return;
  const whep = new URL(`whep/${encodeURIComponent(room)}/${encodeURIComponent(p.id)}`, base);
  whep.search = new URLSearchParams({ watcher, name: $('name').value.trim() });
  hearing.set(p.track, hear(whep, asHost, $('sound')));
}

function listeners(list) {
  const names = (list || []).map((l) => l.name);
  const ours = (list || []).filter((l) => l.bot).map((l) => l.name); // the server vouches for them
  const bots = ours.filter((n) => n === bot);
  const away = ours.filter((n) => n !== bot); // "Earshot (paused)"
  const others = names.length - ours.length;
  let text = bots.length ? `${bot} is listening and transcribing` : away[0] || '';
  if (others) text += (text ? ', ' : '') + (others === 1 ? '1 listener' : `${others} listeners`);
  $('ears').textContent = text;
  $('ears').title = names.join(', ');
  $('ears').classList.toggle('on', bots.length > 0);
}

// --- the room's events ---

function live(state, text) {
  $('live').dataset.state = state;
  $('live-text').textContent = text;
}

function followRoom(first) {
  const take = (e) => {
    if (e.type === 'room') {
      watcher = e.you;
      live('on', 'live');
      if (kept) problem('');
      kept = false;
      const here = new Set((e.people || []).map((p) => p.id));
      for (const id of [...people.keys()]) if (!here.has(id)) gone(id, people.get(id).person.track);
      for (const p of e.people || []) present(p);
      listeners(e.listeners);
      showAudience(e.audience);
      showPeople();
      first();
      first = () => {};
    } else if (e.type === 'person') {
      present(e.person);
      if (e.person.id === mine?.id) showMic();
    } else if (e.type === 'chat') chat.take(e.chat);
    else if (e.type === 'caption') captions.take(e.caption);
    else if (e.type === 'audience') showAudience(e.audience);
    else if (e.type === 'removed') sentOut(e);
    else if (e.type === 'left') gone(e.id, e.track);
    else if (e.type === 'talking') {
      const entry = people.get(e.id);
      if (entry) { entry.person.talking = !!e.talking; showPerson(entry); }
    } else if (e.type === 'listeners') listeners(e.listeners);
    else if (e.type === 'closed') {
      live('lost', 'closed');
      leave();
      if (e.idle) events.stop();
      problem('The room was closed' + (e.idle ? ', since nobody has spoken in it for long. Load this page again to come back.' : '.'));
    }
  };
  events = follow(new URL(`rooms/${encodeURIComponent(room)}/events`, base), asHost, {
    event: take,
    lost: keptOut,
  });
}

function keptOut(why, status) {
  live('lost', why ? 'not let in' : 'reconnecting');
  if (status === 401 && token) { // an old link: go on as a guest
    token = '';
    delete asHost.Authorization;
    forgetHost();
    problem('Your link no longer makes you a host of this lounge. You are here as a guest.');
  } else if (why) {
    kept = true;
    problem('You cannot follow the room now: ' + why + '.');
  }
}

async function start() {
  showMic();
  if (!window.isSecureContext) problem('Browsers give out the microphone only over https or on localhost.');
  const info = await fetch(new URL('rooms/' + encodeURIComponent(room), base)).then((r) => r.json()).catch(() => ({}));
  bot = info.bot || bot;
  new Transcript(info.transcript ? new URL(info.transcript, location.href) : null);
  followRoom(() => { if (query.get('auto') === '1' && $('name').value) join(); });
}

start();

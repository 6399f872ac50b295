// --- pages that reload when something has changed: rooms, the queue, a person, health ---
const box = document.querySelector("[data-refresh]"), queue = $("queue");
// soon reloads the page, once for everything that happens at the same time. While a decision is being carried out, its changes arrive
// one by one, so the page reloads after the response and the last of its events, or after a second if a room or the network is slow.
let planned = 0, sending = 0, awaited = ""; // awaited: the id of an own event that has not come yet
let answered = 0; // decisions of this page
const told = []; // the ids of the latest events
const soon = (ms = sending || awaited ? 1000 : queue ? 250 : 500) => {
  if (!box) return;
  planned ||= setTimeout(() => {
    planned = 0;
    awaited = "";
    renew();
  }, ms);
};
const now = () => {
  clearTimeout(planned);
  planned = 0;
  awaited = "";
  soon(0);
};
// touched notes an event.
const touched = (data, source, id) => {
  told.push(id);
  if (told.length > 100) told.shift();
  if (id && id === awaited) now();
  else soon();
};
// sent posts a decision and returns what ask returns.
const sent = async (url, body) => {
  sending++;
  let own = "";
  const text = await ask(url, { method: "POST", body }, (headers) => { own = headers.get("X-Earshot-Event") || ""; })
    .finally(() => { sending--; });
  answered++;
  if (!own || told.includes(own)) now(); // also after a failure: what is there now is shown
  else awaited = own;
  soon();
  return text;
};
// Elements stay as they are if the server leaves them out because the page has them, if they look the same as before, or if they contain
// something that somebody is trying out here.
const same = (old, el) => "same" in el.dataset || "stays" in old.dataset ||
  !!el.dataset.content && old.dataset.content === el.dataset.content;
// morph makes an element's children equal to another's. Those that stay are not moved: a clip plays on, an open "why" stays open.
const morph = (old, fresh) => {
  const known = new Map([...old.children].filter((c) => c.id).map((c) => [c.id, c])), wanted = [...fresh.children];
  const ids = new Set(wanted.map((c) => c.id));
  for (const c of [...old.childNodes]) if (!c.id || !ids.has(c.id)) c.remove();
  let place = old.firstElementChild;
  for (const c of wanted) {
    const had = c.id && known.get(c.id);
    let el = c;
    if (had && same(had, c)) el = had;
    else if (had && c.querySelector("[data-content], [data-same]")) {
      for (const a of c.attributes) had.setAttribute(a.name, a.value);
      morph(had, c);
      el = had;
    } else if (had) adopt(had, c);
    if (el === place) place = place.nextElementSibling;
    else {
      old.insertBefore(el, place);
      if (had && el !== had) {
        carry(had, el);
        if (had === place) place = place.nextElementSibling;
        had.remove();
      }
    }
  }
};
// adopt opens the details in a new element that are open in the old one.
const adopt = (old, el) => {
  for (const d of old.querySelectorAll("details[open]")) {
    const twin = [...el.querySelectorAll("details")].find((x) => x.id === d.id);
    if (twin) twin.open = true;
  }
};
// busy keeps forms that somebody is filling in, in place of their new versions.
const busy = (fresh) => {
  for (const form of box.querySelectorAll("form[action]")) {
    const fields = [...form.querySelectorAll("input:not([type=hidden]), textarea")];
    if (!fields.some((f) => f === document.activeElement || f.value !== f.defaultValue)) continue;
    [...fresh.querySelectorAll("form[action]")].find((f) => f.getAttribute("action") === form.getAttribute("action"))?.replaceWith(form);
  }
};
// What is under the thumb stays where it is: the card that has the focus or was pressed last, or else the first visible one.
const underThumb = () => document.activeElement?.closest(".ask") || $(cursor) ||
  [...document.querySelectorAll(".asks > li")].find((el) => el.getBoundingClientRect().bottom > 60);
// stay keeps the places of visible cards that somebody else has decided, so that nothing moves under the thumb.
const stay = (fresh) => {
  const cards = [...document.querySelectorAll("#asks > li")];
  let list = fresh.querySelector("#asks"), before = null;
  for (const card of cards) {
    const r = card.getBoundingClientRect(), twin = list?.querySelector("#" + CSS.escape(card.id));
    if (twin) before = twin;
    if (twin || r.bottom < 0 || r.top > innerHeight) continue;
    if (!list) {
      list = $("asks").cloneNode();
      fresh.querySelector("#queue-count").parentElement.insertBefore(list, fresh.querySelector("#clear, #decided"));
    }
    const place = document.createElement("li");
    place.id = card.id;
    place.dataset.same = "";
    if (before) before.after(place);
    else list.prepend(place);
    before = place;
    over(card, fresh.querySelector("#d-" + CSS.escape(card.id) + " .by"));
  }
};
const over = (card, by) => {
  const form = card.querySelector(".decide");
  if (!form) return;
  const note = document.createElement("p");
  note.className = "by gone";
  note.textContent = by ? `${by.textContent.trim().replace(/\s+/g, " ")}.` : "It is no longer waiting.";
  note.style.minHeight = `${form.offsetHeight}px`;
  form.replaceWith(note);
  card.classList.add("elsewhere");
  card.removeAttribute("data-content");
  card.removeAttribute("data-asks");
};
// lay replaces what is shown by a reloaded page, which names what the page has by its place in the list of that.
const lay = (all, have) => {
  const fresh = all.getElementById(box.id);
  if (!fresh) return;
  document.title = all.title;
  $("waiting").replaceWith(all.getElementById("waiting"));
  for (const el of fresh.querySelectorAll('[data-same]:not([data-same=""])')) {
    const old = box.querySelector(`[data-content="${CSS.escape(have[el.dataset.same])}"]`);
    if (!old) { // it has gone since it was asked for
      el.remove();
      continue;
    }
    el.id = old.id;
    const tonight = el.dataset.tonight && old.querySelector(".tonight");
    if (tonight) tonight.textContent = el.dataset.tonight;
  }
  const steady = underThumb(), before = steady?.getBoundingClientRect().top;
  const asks = new Set([...box.querySelectorAll("[data-asks]")].map((el) => el.id));
  if (queue) stay(fresh);
  busy(fresh);
  morph(box, fresh);
  dress(box);
  if (whole) redrawn();
  pick(cursor);
  if (steady?.id && $(steady.id)) document.scrollingElement.scrollTop += $(steady.id).getBoundingClientRect().top - before;
  if (queue) called([...box.querySelectorAll("[data-asks]")].filter((el) => !asks.has(el.id)));
};
const read = async () => {
  const began = Date.now(), have = [...box.querySelectorAll("[data-content]")].map((el) => el.dataset.content), before = answered;
  const text = await ask(location.href, { background: true, headers: { ...PIECE, "X-Earshot-Have": have.join(" ") } });
  if (before !== answered) renew(); // perhaps it tells of the time before a decision that was answered meanwhile
  else if (text !== null) {
    lay(parse(text), have);
    settle(began);
    if (untold && untold.at < Infinity) setTimeout(soon, SURE);
  } else if (!out) setTimeout(soon, RETRY);
};
const renew = oneAtATime(read);

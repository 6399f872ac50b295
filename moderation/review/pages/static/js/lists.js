// --- lists that are read anew when something changed: rooms, the queue ---
const box = document.querySelector("[data-refresh]");
// An element of a keyed list stays as it is while what it shows is the same: a clip in it plays on, an open "why" stays open.
const merge = (list, fresh) => {
  const known = new Map([...list.children].map((c) => [c.id, c]));
  list.replaceChildren(...[...fresh.children].map((c) => {
    const old = known.get(c.id);
    return old && old.dataset.content === c.dataset.content ? old : c;
  }));
};
const renew = async () => {
  const text = await ask(location.href, { headers: {} });
  const all = text && parse(text), fresh = all?.getElementById(box.id);
  if (!fresh) return;
  document.title = all.title;
  const nav = document.querySelector(".top nav");
  if (nav.innerHTML !== all.querySelector(".top nav").innerHTML) nav.replaceWith(all.querySelector(".top nav"));
  const steady = $(cursor) || document.querySelector(".asks > li"); // what the thumb is over stays where it is
  const before = steady?.getBoundingClientRect().top;
  const focus = box.contains(document.activeElement) && document.activeElement.getAttribute("href");
  for (const list of fresh.querySelectorAll("[data-keyed]")) {
    const old = $(list.id);
    if (!old) continue;
    merge(old, list);
    list.replaceWith(old);
  }
  box.replaceChildren(...fresh.childNodes);
  dress(box);
  if (focus) for (const a of box.querySelectorAll("a")) if (a.getAttribute("href") === focus) a.focus();
  pick(cursor);
  if (steady?.isConnected) document.scrollingElement.scrollTop += steady.getBoundingClientRect().top - before;
};

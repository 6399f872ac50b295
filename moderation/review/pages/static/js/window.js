// --- the loaded part of a transcript: scrolling loads more, and what is far away is removed ---
const session = $("session"), log = $("log"), pill = $("pill");
const HELD = 240; // lines that the page holds at most
const lineList = () => $("lines");
const scroller = () => (getComputedStyle(log).overflowY === "auto" ? log : document.scrollingElement);
const atEnd = () => {
  const s = scroller();
  return s.scrollHeight - s.scrollTop - s.clientHeight < 60;
};
const tail = () => $("later").hidden; // the last line is on the page
const toEnd = () => { scroller().scrollTop = scroller().scrollHeight; };
// keepPlace changes the list without moving what the reader is looking at.
const keepPlace = (anchor, change) => {
  const before = anchor?.getBoundingClientRect().top;
  change();
  if (anchor?.isConnected) scroller().scrollTop += anchor.getBoundingClientRect().top - before;
};
const address = (query) => `/s/${session.dataset.id}?${new URLSearchParams(query)}`;
const mark = (place, item, key) => {
  $(place).hidden = false;
  $(place).querySelector("a").href = address({ [key]: item.id }) + "#lines-h";
};
// Pieces that arrive while a part of the page is loading may be newer than that part: they are inserted again after it.
const reads = new Set();
const reading = async (ask) => {
  const came = [];
  reads.add(came);
  const text = await ask().finally(() => reads.delete(came));
  return [text, () => came.forEach(receive)];
};
// known contains the ids of all lines and gaps seen so far: one that is redrawn is not counted again.
const known = new Set();
const know = (items) => {
  for (const el of items) if (!el.classList.contains("partial")) known.add(el.id);
};
// trim removes the excess at one end.
const trim = (end) => {
  const list = lineList(), far = end === "later" ? "lastElementChild" : "firstElementChild";
  if (list.children.length <= HELD) return;
  while (list.children.length > HELD) list[far].remove();
  mark(end, list[far], end === "later" ? "after" : "before");
};
// extend adds the piece before or after the loaded lines.
let extending = false;
const extend = async (place) => {
  if (extending || $(place).hidden) return;
  extending = true;
  let read = false;
  try {
    const list = lineList(), [text, catchUp] = await reading(() => ask($(place).querySelector("a").href, { background: true }));
    if (text !== null && list === lineList()) { // else another part was brought meanwhile
      attach(place, list, parse(text));
      catchUp();
    }
    read = text !== null;
  } finally {
    extending = false;
    if (read) sight();
    else if (!out) setTimeout(sight, RETRY);
  }
};
const attach = (place, list, fresh) => {
  const up = place === "earlier", items = [...fresh.getElementById("lines").children].filter((el) => !list.contains($(el.id)));
  keepPlace(up ? list.firstElementChild : list.lastElementChild, () => {
    list[up ? "prepend" : "append"](...items);
    know(items);
    $(place).replaceWith(fresh.getElementById(place));
    dress(...items);
    regroup(up ? items.at(-1)?.nextElementSibling : items[0]);
    trim(up ? "later" : "earlier");
  });
};
// show loads a part of the transcript unless it is loaded: around a line ({at}), a time in ms ({t}) or the end ({end}).
let showing = 0; // of several that are asked for, the last one is shown
const show = async (query) => {
  const there = query.at && $(query.at), turn = ++showing;
  if (!there) {
    const [text, catchUp] = await reading(() => ask(address({ ...query, ...(session.querySelector(".edit") ? { edit: 1 } : {}) })));
    if (!text || turn !== showing) return;
    const fresh = parse(text);
    for (const id of ["earlier", "lines", "later"]) $(id).replaceWith(fresh.getElementById(id));
    know(lineList().children);
    dress(lineList());
    catchUp();
    sight();
  }
  if (query.end) return toEnd();
  const at = query.at ? $(query.at) : [...lineList().children].find((c) => +c.dataset.at >= query.t) || lineList().lastElementChild;
  if (!at) return;
  panel("live");
  at.scrollIntoView({ block: "center" });
  pick(at.id);
  return at;
};
// lead shows a line and makes it the page's :target.
const lead = async (at) => {
  if (await show({ at })) location.replace("#" + at);
};
let watcher;
const sight = () => {
  watcher ||= new IntersectionObserver((seen) => {
    for (const s of seen) if (s.isIntersecting) extend(s.target.id);
  }, { root: null, rootMargin: "600px 0px" });
  watcher.disconnect();
  for (const id of ["earlier", "later"]) watcher.observe($(id));
};
// A link to a line of this session loads that line.
if (session) {
  addEventListener("click", (e) => {
    const a = e.target.closest("a[href]");
    if (!a || e.ctrlKey || e.metaKey || e.shiftKey || a.pathname !== location.pathname || a.closest(".piece")) return;
    const at = new URL(a.href).searchParams.get("at");
    if (!at) return;
    e.preventDefault();
    lead(at);
  });
  $("more-flags")?.parentElement.addEventListener("click", async (e) => {
    const a = e.target.closest("#more-flags a, #which-flags a");
    if (!a) return;
    e.preventDefault();
    const which = a.closest("#which-flags"), to = new URL(a.href);
    if (which) to.searchParams.set("flags", "");
    const [text, catchUp] = await reading(() => ask(to)), fresh = text && parse(text);
    if (!fresh) return;
    if (which) {
      for (const id of ["which-flags", "flags", "more-flags"]) $(id).replaceWith(fresh.getElementById(id));
      dress($("flags"));
      catchUp();
      $("which-flags").querySelector("a").focus();
      return;
    }
    const items = [...fresh.getElementById("flags").children];
    $("flags").append(...items.filter((el) => !$(el.id)));
    $("more-flags").replaceWith(fresh.getElementById("more-flags"));
    catchUp();
    items[0]?.querySelector("a").focus();
  });
}

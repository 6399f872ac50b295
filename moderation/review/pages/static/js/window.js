// --- the part of a transcript that the page holds: pieces come as one scrolls, and what is far away goes ---
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
// keepPlace runs a change of the list and leaves what the reader looks at where it was.
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
// trim takes what is too many away from one end.
const trim = (end) => {
  const list = lineList(), far = end === "later" ? "lastElementChild" : "firstElementChild";
  if (list.children.length <= HELD) return;
  while (list.children.length > HELD) list[far].remove();
  mark(end, list[far], end === "later" ? "after" : "before");
};
// extend puts the piece before or after the lines that are held.
let extending = false;
const extend = async (place) => {
  if (extending || $(place).hidden) return;
  extending = true;
  const list = lineList(), text = await ask($(place).querySelector("a").href);
  const fresh = text && parse(text);
  if (fresh && list === lineList()) { // else another part was brought meanwhile
    const up = place === "earlier", items = [...fresh.getElementById("lines").children];
    keepPlace(up ? list.firstElementChild : list.lastElementChild, () => {
      list[up ? "prepend" : "append"](...items);
      $(place).replaceWith(fresh.getElementById(place));
      for (const el of items) dress(el);
      regroup(up ? items.at(-1)?.nextElementSibling : items[0]);
      trim(up ? "later" : "earlier");
    });
    sight();
  }
  extending = false;
};
// show brings a part of the transcript to the page, unless it is there: around a line ({at}), a time in ms ({t}) or the end ({end}).
let showing = 0; // of several that are asked for, the last one is shown
const show = async (query) => {
  const there = query.at && $(query.at), turn = ++showing;
  if (!there) {
    const text = await ask(address({ ...query, ...(session.querySelector(".edit") ? { edit: 1 } : {}) }));
    if (!text || turn !== showing) return;
    const fresh = parse(text);
    for (const id of ["earlier", "lines", "later"]) $(id).replaceWith(fresh.getElementById(id));
    dress(lineList());
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
// lead shows a line and makes it the page's target.
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
// A link to a line of this session brings the line to the page.
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
    const a = e.target.closest("#more-flags a");
    if (!a) return;
    e.preventDefault();
    const text = await ask(a.href), fresh = text && parse(text);
    if (!fresh) return;
    const items = [...fresh.getElementById("flags").children];
    $("flags").append(...items.filter((el) => !$(el.id)));
    $("more-flags").replaceWith(fresh.getElementById("more-flags"));
    items[0]?.querySelector("a").focus();
  });
}

// --- one session ---
let unseen = 0;
const showPill = () => {
  pill.hidden = unseen === 0;
  pill.textContent = `${unseen} new ${unseen === 1 ? "line" : "lines"} ↓`;
};
const seen = () => {
  if (unseen && tail() && atEnd()) {
    unseen = 0;
    showPill();
  }
};
const tally = (id, by) => {
  const el = $(id), n = +el.textContent + by;
  el.textContent = n;
  return n;
};

// regroup hides the name of a line that continues the one above.
const regroup = (el) => {
  if (!el?.classList.contains("line")) return;
  const before = el.previousElementSibling;
  el.classList.toggle("cont", !!before?.classList.contains("line") && before.dataset.who === el.dataset.who &&
    el.dataset.at - before.dataset.end < 20000);
};

const waiting = new Map(); // place id -> elements that came before their place
const place = (el) => {
  const box = $(el.dataset.in);
  if (!box) {
    if (waiting.size < 200) waiting.set(el.dataset.in, [...(waiting.get(el.dataset.in) || []), el]);
    return;
  }
  let next = null;
  if (el.dataset.at !== undefined) {
    const desc = box.dataset.order === "desc", at = +el.dataset.at;
    if (desc) {
      next = [...box.children].find((c) => +c.dataset.at <= at) || null;
    } else {
      for (let c = box.lastElementChild; c && +c.dataset.at > at; c = c.previousElementSibling) next = c;
    }
  } else if (el.id === "head") {
    next = box.firstElementChild;
  }
  box.insertBefore(el, next);
};
const replace = (old, el) => {
  if (el.dataset.keep) { // only a part is new: the rest has grown here
    old.querySelector("." + el.dataset.keep).replaceWith(el.querySelector("." + el.dataset.keep));
    return;
  }
  if (old.dataset.in !== el.dataset.in) { // an ask that was answered goes among the flags
    old.remove();
    place(el);
    return;
  }
  if (old.open) el.open = true;
  const slot = el.querySelector(".inflags"), kept = old.querySelector(".inflags");
  if (slot && kept && !slot.children.length) slot.append(...kept.children);
  for (const d of old.querySelectorAll("details[open]")) {
    const same = [...el.querySelectorAll("details")].find((x) => x.id === d.id);
    if (same) same.open = true;
  }
  const focus = old.contains(document.activeElement) && document.activeElement.closest("[id]")?.id;
  old.replaceWith(el);
  if (focus) ($(focus)?.querySelector("summary, button, a") || el.querySelector("summary, button, a"))?.focus({ preventScroll: true });
};

// elsewhere says that a line belongs into a part of the transcript that the page does not hold: it is counted, and comes as one scrolls.
const elsewhere = (el) => el.dataset.in === "lines" && !tail() && !$(el.id) &&
  +el.dataset.at > +(lineList().lastElementChild?.dataset.at || 0);

// put brings one piece of the page to its place and keeps the sums right. Pieces may come twice.
const put = (el) => {
  const old = $(el.id), wasFinal = !!old && !old.classList.contains("partial"), d = el.dataset;
  if (d.gone) {
    const next = old?.nextElementSibling;
    old?.remove();
    regroup(next);
    return;
  }
  const away = elsewhere(el);
  if (old) replace(old, el);
  else if (!away) place(el);
  dress(el);
  for (const child of el.querySelectorAll("[id]")) {
    for (const late of waiting.get(child.id) || []) put(late);
    waiting.delete(child.id);
  }
  if (el.classList.contains("strip")) rescale(0);
  else if (el.classList.contains("line")) putLine(el, old, wasFinal, away);
  else if (el.classList.contains("gap") && !old) {
    rescale(+d.end);
    hole(el);
  } else if (el.classList.contains("flag")) putFlag(el, old);
};
const putLine = (el, old, wasFinal, away) => {
  const d = el.dataset;
  regroup(el);
  regroup(el.nextElementSibling);
  if (el.classList.contains("partial")) return;
  if (away && counted.has(el.id)) return;
  rescale(+d.end);
  addTalk(d.who, +d.talk - (wasFinal ? +old.dataset.talk : 0));
  if (wasFinal) return;
  if (away) counted.add(el.id);
  draw(d.who, "spoke", bar(d.at, d.end, 6, 8));
  $("n-lines").nextElementSibling.textContent = tally("n-lines", 1) === 1 ? "line" : "lines";
  unseen++;
};
const counted = new Set(); // lines that came while the page held another part
const putFlag = (el, old) => {
  const d = el.dataset;
  const open = tally("n-flags", !!d.open - !!old?.dataset.open);
  $("n-open").classList.toggle("open", open > 0);
  if (old) return;
  draw(d.who, "mark " + d.level, `M${d.at} 3v14`);
  const flagged = $("transcript").dataset;
  flagged.flagged = [...flagged.flagged.split(" ").filter(Boolean), `${d.at}:${d.line}`].join(" ");
};

const receive = (html) => {
  const follow = tail() && atEnd();
  const parsed = document.createElement("template");
  parsed.innerHTML = html; // made by the server's templates, and inert: the page's policy runs no inline code
  for (const el of [...parsed.content.children]) put(el);
  if (follow) {
    unseen = 0;
    trim("earlier");
    toEnd();
  }
  showPill();
};
const connected = (ok) => {
  const link = $("link");
  if (!link) return;
  link.textContent = ok ? link.dataset.ok : "reconnecting…";
  link.parentElement.classList.toggle("lost", !ok);
  if (!ok) for (const p of lineList().querySelectorAll(".partial")) p.remove();
};

// On a phone one part of the session is shown at a time.
const panel = (name) => {
  session.dataset.panel = name;
  for (const a of session.querySelectorAll(".thumbs a")) {
    if (a.dataset.panel === name) a.setAttribute("aria-current", "true");
    else a.removeAttribute("aria-current");
  }
};

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

// regroup hides the name on a line by the same speaker as the one above.
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
// keepSaid keeps what was said, and the lines around it, on a card that was redrawn without them: the stream remembers the last lines.
const keepSaid = (old, el) => {
  const said = old.querySelector(".said"), all = [...old.querySelectorAll(":scope > .beside-line, :scope > .said")], i = all.indexOf(said);
  const here = el.querySelector(".said");
  here.before(...all.slice(0, i));
  here.after(...all.slice(i + 1));
  here.replaceWith(said);
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
  if (old.matches(".ask") && !("whole" in el.dataset)) keepSaid(old, el);
  if (old.open) el.open = true;
  const slot = el.querySelector(".inflags"), kept = old.querySelector(".inflags");
  if (slot && kept && !slot.children.length) slot.append(...kept.children);
  for (const d of old.querySelectorAll("details[open]")) {
    const same = [...el.querySelectorAll("details")].find((x) => x.id === d.id);
    if (same) same.open = true;
  }
  const focus = old.contains(document.activeElement) && document.activeElement.closest("[id]")?.id;
  old.before(el);
  carry(old, el);
  keepForm(old, el);
  old.remove();
  if (focus) ($(focus)?.querySelector("summary, button, a") || el.querySelector("summary, button, a"))?.focus({ preventScroll: true });
};

// elsewhere reports whether a line belongs to a part of the transcript that is not loaded: it is counted, and appears on scrolling.
const elsewhere = (el) => {
  if (el.dataset.in !== "lines" || $(el.id)) return false;
  const { firstElementChild: first, lastElementChild: last } = lineList(), at = +el.dataset.at;
  return !tail() && at > +(last?.dataset.at || 0) || !$("earlier").hidden && at < +(first?.dataset.at || 0);
};

// put inserts one piece of the page in its place and updates the totals. Pieces may arrive twice.
const put = (el) => {
  const old = $(el.id), d = el.dataset;
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
  else if (el.classList.contains("line")) putLine(el, old);
  else if (el.classList.contains("gap") && !known.has(el.id)) {
    known.add(el.id);
    rescale(+d.end);
    hole(el);
  } else if (el.classList.contains("flag")) putFlag(el, old);
};
const putLine = (el, old) => {
  const d = el.dataset;
  regroup(el);
  regroup(el.nextElementSibling);
  if (el.classList.contains("partial")) return;
  const was = known.has(el.id) || el.querySelector(".edited"); // who corrected it saw it
  known.add(el.id);
  if (was) {
    if (old?.dataset.talk && !old.matches(".partial")) addTalk(d.who, +d.talk - +old.dataset.talk);
    return;
  }
  rescale(+d.end);
  addTalk(d.who, +d.talk);
  draw(d.who, "spoke", bar(d.at, d.end, 6, 8));
  $("n-lines").nextElementSibling.textContent = tally("n-lines", 1) === 1 ? "line" : "lines";
  unseen++;
};
const putFlag = (el, old) => {
  const d = el.dataset;
  recountSoon();
  const open = tally("n-flags", !!d.open - !!old?.dataset.open);
  $("n-open").classList.toggle("open", open > 0);
  const flagged = $("transcript").dataset, waits = document.querySelector(`#flags > [data-line="${CSS.escape(d.line)}"][data-open="1"]`);
  const others = flagged.flagged.split(" ").filter((x) => x && x.split(":")[1] !== d.line);
  flagged.flagged = [...others, `${d.at}:${d.line}${waits ? ":open" : ""}`].join(" ");
  if (!old) draw(d.who, "mark " + d.level, `M${d.at} 3v14`);
};

const receive = (html) => {
  for (const came of reads) came.push(html);
  const follow = tail() && atEnd();
  const parsed = document.createElement("template");
  parsed.innerHTML = html; // made by the server's templates, and inert: the page's policy runs no inline code
  for (const el of [...parsed.content.children]) {
    try {
      put(el);
    } catch (err) {
      reportError(err); // what else came is put all the same
    }
  }
  if (follow) {
    unseen = 0;
    trim("earlier");
    toEnd();
  }
  showPill();
};
// again reloads a part of the page for which no pieces are sent, such as the summary.
const parts = {};
const again = (id) => {
  parts[id] ||= oneAtATime(async () => {
    const text = await ask(address({ [id]: 1 }), { background: true }), fresh = text && parse(text).getElementById(id);
    if (text === null && !out) setTimeout(parts[id], RETRY);
    if (!fresh || !$(id) || $(id).querySelector(".asked")) return; // a recap that somebody asked for stays
    dress(fresh);
    replace($(id), fresh);
  });
  parts[id]();
};
const connected = (ok) => {
  const link = $("link");
  if (!link) return;
  link.textContent = ok ? link.dataset.ok : "reconnecting…";
  link.parentElement.classList.toggle("lost", !ok);
  if (!ok) for (const p of lineList().querySelectorAll(".partial")) p.remove();
};

// Listening is paused, resumed or ended without leaving the page; the answer is the changed pieces.
addEventListener("submit", async (e) => {
  const form = e.target, button = e.submitter;
  if (!session || e.defaultPrevented || !form.matches("#listening, #pausing")) return;
  e.preventDefault();
  const body = new URLSearchParams(new FormData(form, button));
  button.disabled = true;
  const [text, catchUp] = await reading(() => ask(form.getAttribute("action"), { method: "POST", body }));
  button.disabled = false;
  if (text === null) return;
  receive(text);
  catchUp();
});

// On a phone, one part of the session is shown at a time.
const panel = (name) => {
  session.dataset.panel = name;
  for (const a of session.querySelectorAll(".thumbs a")) {
    if (a.dataset.panel === name) a.setAttribute("aria-current", "true");
    else a.removeAttribute("aria-current");
  }
};

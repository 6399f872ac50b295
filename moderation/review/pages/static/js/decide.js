// --- decisions ---
let last = ""; // address of the flag decided last
let moved = 0; // when the cards moved up because one was decided here
// A decision's form is sent without leaving the page; the response contains the changed pieces.
const send = async (form, button) => {
  const inMenu = form.closest("#who");
  const body = new URLSearchParams(new FormData(form)), card = form.closest(".ask"), url = form.getAttribute("action");
  if (button) body.set(button.name, button.value);
  if (button?.matches("[data-grave]")) body.set("sure", "1"); // it was pressed twice
  const buttons = [...form.querySelectorAll("button")];
  for (const b of buttons) b.disabled = true;
  const [text, catchUp] = await reading(() => sent(url, body));
  for (const b of buttons) b.disabled = false;
  if (text === null) return;
  if (inMenu) return fill(text);
  moved = Date.now();
  const undone = body.get("status") === "open";
  if (session) {
    receive(text);
    catchUp();
  } else decided(card);
  offerUndo(undone ? null : button, url, body);
};
// In the queue the card disappears, and the next one takes its place under the thumb.
const decided = (was) => {
  const card = was && ($(was.id) || was); // it may have been written anew while the decision was under way
  const next = queue && card && $(nearby(card));
  const top = next?.getBoundingClientRect().top, old = card?.getBoundingClientRect().top;
  if (queue && card) {
    for (const gone of document.querySelectorAll(".asks > .elsewhere")) gone.remove();
    card.remove();
  }
  if (!next) {
    if (queue) $("queue-count").focus({ preventScroll: true });
    return;
  }
  if (cursor === card.id) pick(next.id);
  next.focus({ preventScroll: true });
  if (top > old && next.getBoundingClientRect().top > innerHeight - 120) next.scrollIntoView({ block: "nearest" });
};
// All flags of a rule that the list shows are dismissed at once, and can be taken back at once.
addEventListener("submit", async (e) => {
  if (e.target.id !== "alike" || e.defaultPrevented) return;
  e.preventDefault();
  const form = e.target, button = e.submitter, body = new URLSearchParams(new FormData(form));
  button.disabled = true;
  const text = await sent(form.getAttribute("action"), body);
  button.disabled = false;
  if (text === null) return;
  const gone = new Set(body.getAll("flag"));
  for (const card of document.querySelectorAll("#asks > li")) {
    const own = [...card.querySelectorAll('input[name="flag"]')];
    if (own.length && own.every((x) => gone.has(x.value))) card.remove();
  }
  $("queue-count").focus({ preventScroll: true });
  offerUndo(button, form.getAttribute("action"), body);
});
let undoUntil;
const offerUndo = (button, url, fields) => {
  const bar = $("undo");
  clearTimeout(undoUntil);
  bar.hidden = !button;
  if (!button) return;
  bar.querySelector("span").textContent = (button.dataset.done || button.firstChild.data.trim()) + ".";
  bar.dataset.url = url;
  for (const name of ["verb", "choice", "sure"]) fields.delete(name);
  fields.set("status", "open");
  bar.dataset.body = fields;
  undoUntil = setTimeout(() => { bar.hidden = true; }, 8000);
};
$("undo")?.querySelector("button").addEventListener("click", async () => {
  const bar = $("undo");
  bar.hidden = true;
  const [text, catchUp] = await reading(() => sent(bar.dataset.url, new URLSearchParams(bar.dataset.body)));
  if (text === null || !session) return;
  receive(text);
  catchUp();
});

// Removing somebody takes a second press to confirm; a double tap does not count as one. The button keeps its size.
let armed = null, since = 0;
const confirmed = (button) => {
  if (!button?.matches("[data-grave]")) return true;
  if (armed === button) return Date.now() - since > 500;
  [armed, since] = [button, Date.now()];
  const words = [...button.childNodes], note = `${button.textContent.trim().replace(/\s+/g, " ")}: press again to confirm.`;
  button.style.minWidth = `${button.getBoundingClientRect().width}px`;
  button.dataset.done ||= words[0].data.trim();
  button.replaceChildren("Sure?");
  tell(note);
  setTimeout(() => {
    if (armed === button) armed = null;
    untell(note);
    button.replaceChildren(...words);
  }, 4000);
  return false;
};
// sure tells the server that a button was pressed twice, so that it does not ask again.
const sure = () => Object.assign(document.createElement("input"), { type: "hidden", name: "sure", value: "1" });
const TWICE = 300; // ms within which a second press is a double tap, meant for the card that was there before
addEventListener("submit", (e) => {
  const decides = e.target.matches(".decide");
  if (e.target.closest(".ask") && Date.now() - moved < TWICE || !confirmed(e.submitter)) {
    e.preventDefault();
    return;
  }
  if (!decides || !session && !box) {
    if (e.submitter?.matches("[data-grave]")) e.target.append(sure()); // it leaves the page
    return;
  }
  e.preventDefault();
  last = e.target.getAttribute("action");
  send(e.target, e.submitter);
});

// Details are fetched when they are opened.
const load = async (details) => {
  const body = details.querySelector(".body");
  if (!body || details.dataset.loaded) return;
  details.dataset.loaded = "1";
  const text = await ask(details.dataset.body);
  if (text === null) {
    delete details.dataset.loaded;
    return;
  }
  body.innerHTML = text; // made by the server's templates, and inert
  dress(body);
};
addEventListener("toggle", (e) => {
  if (e.target.open && e.target.dataset?.body) load(e.target);
}, true);

// The response to a form with data-swap replaces that part of the page.
// A response that a later one has overtaken is dropped.
const asked = {};
const swap = async (form, button, id = form.dataset.swap, quiet = false) => {
  const query = new URLSearchParams(new FormData(form, button)), post = form.method === "post";
  const to = new URL(form.action);
  if (!post) to.search = query;
  const part = $(id), turn = asked[part.id] = (asked[part.id] || 0) + 1;
  part.setAttribute("aria-busy", "true");
  const text = await ask(to, post ? { method: "POST", body: query, headers: {}, signal: null } : { headers: {} });
  if (asked[part.id] !== turn) return;
  part.removeAttribute("aria-busy");
  const fresh = text && parse(text).getElementById(part.id);
  if (!fresh) return;
  if (fresh.matches("details")) fresh.open = true;
  ($(id) || part).replaceWith(fresh); // the page may have been read anew meanwhile
  dress(fresh);
  if (!quiet) (fresh.querySelector(".scroll, textarea") || fresh).focus({ preventScroll: true });
};
addEventListener("submit", (e) => {
  if (!e.target.dataset.swap) return;
  e.preventDefault();
  swap(e.target, e.submitter);
});

// A form with data-check is checked while somebody types: the response replaces that part of the page, and the focus stays.
let typing;
addEventListener("input", (e) => {
  const form = e.target.form;
  if (!form?.dataset.check) return;
  clearTimeout(typing);
  typing = setTimeout(() => swap(form, null, form.dataset.check, true), 700);
});

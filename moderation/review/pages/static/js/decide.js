// --- decisions ---
let last = ""; // address of the flag decided last

// A form of a decision is sent without leaving the page; the answer is the changed pieces.
const send = async (form, button) => {
  const body = new URLSearchParams(new FormData(form)), card = form.closest(".ask"), url = form.getAttribute("action");
  if (button) body.set(button.name, button.value);
  const buttons = [...form.querySelectorAll("button")];
  for (const b of buttons) b.disabled = true;
  const text = await ask(url, { method: "POST", body });
  for (const b of buttons) b.disabled = false;
  if (text === null) return;
  tell("");
  const undone = body.get("status") === "open";
  if (session) receive(text);
  else decided(card);
  offerUndo(undone ? null : button, url);
};
// In the queue the card goes and the next one is under the thumb, where this one was.
const decided = (card) => {
  const next = card && ($(nearby(card)));
  const top = next?.getBoundingClientRect().top, old = card?.getBoundingClientRect().top;
  card?.remove();
  renew();
  if (!next) return;
  if (cursor === card.id) pick(next.id);
  next.focus({ preventScroll: true });
  if (top > old && next.getBoundingClientRect().top > innerHeight - 120) next.scrollIntoView({ block: "nearest" });
};
let undoUntil;
const offerUndo = (button, url) => {
  const bar = $("undo");
  clearTimeout(undoUntil);
  bar.hidden = !button;
  if (!button) return;
  bar.querySelector("span").textContent = (button.dataset.done || button.firstChild.data.trim()) + ".";
  bar.dataset.url = url;
  undoUntil = setTimeout(() => { bar.hidden = true; }, 8000);
};
$("undo")?.querySelector("button").addEventListener("click", async () => {
  const bar = $("undo");
  bar.hidden = true;
  const text = await ask(bar.dataset.url, { method: "POST", body: new URLSearchParams({ status: "open" }) });
  if (text === null) return;
  if (session) receive(text);
  else renew();
});

// What sends somebody out is asked for twice.
let armed = null;
const confirmed = (button) => {
  if (!button?.matches("[data-grave]") || armed === button) return true;
  armed = button;
  const words = button.textContent;
  button.textContent = `Really ${words.toLowerCase()}?`;
  setTimeout(() => {
    if (armed === button) armed = null;
    button.textContent = words;
  }, 4000);
  return false;
};
addEventListener("submit", (e) => {
  if (!e.target.matches(".decide")) return;
  if (!confirmed(e.submitter)) {
    e.preventDefault();
    return;
  }
  if (!session && !box) return;
  e.preventDefault();
  last = e.target.getAttribute("action");
  send(e.target, e.submitter);
});

// What is shown on demand is fetched when it is opened.
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

// A form with data-swap has its answer put in place of that part of the page.
// An answer that was overtaken by another is dropped.
const asked = {};
const swap = async (form, button) => {
  const query = new URLSearchParams(new FormData(form, button)), post = form.method === "post";
  const to = new URL(form.action);
  if (!post) to.search = query;
  const part = $(form.dataset.swap), turn = asked[part.id] = (asked[part.id] || 0) + 1;
  part.setAttribute("aria-busy", "true");
  const text = await ask(to, post ? { method: "POST", body: query, headers: {}, signal: null } : { headers: {} });
  if (asked[part.id] !== turn) return;
  part.removeAttribute("aria-busy");
  const fresh = text && parse(text).getElementById(part.id);
  if (!fresh) return;
  if (fresh.matches("details")) fresh.open = true;
  part.replaceWith(fresh);
  dress(fresh);
  (fresh.querySelector(".scroll, textarea") || fresh).focus({ preventScroll: true });
};
addEventListener("submit", (e) => {
  if (!e.target.dataset.swap) return;
  e.preventDefault();
  swap(e.target, e.submitter);
});

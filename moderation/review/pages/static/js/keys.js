// --- the keyboard ---

const stops = () => [...document.querySelectorAll(session ? "#lines .line:not(.partial)" : ".ask")];
// nearby returns the id of the next card, or else the previous one, that nobody else is looking at.
const nearby = (card) => {
  const all = stops().filter((el) => el === card || !el.matches(".elsewhere, .claimed")), i = all.indexOf(card);
  return (all[i + 1] || all[i - 1])?.id || "";
};
const pick = (id, show) => {
  for (const el of document.querySelectorAll(".current")) el.classList.remove("current");
  const el = $(id);
  cursor = el ? id : "";
  if (!el) return;
  el.classList.add("current");
  if (!show) return;
  el.scrollIntoView({ block: "nearest" });
  (el.matches("[tabindex]") ? el : el.querySelector("a, button"))?.focus({ preventScroll: true });
};
const step = (by) => {
  const all = stops();
  if (!all.length) return;
  const i = all.findIndex((el) => el.id === cursor);
  pick(all[i < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(i + by, 0), all.length - 1)].id, true);
};
const here = () => $(cursor) || (session ? null : stops()[0]);
// press presses a button of the selected card or line; details that are loaded on demand are fetched first.
const press = (value) => {
  const el = here(), find = () => el?.querySelector(`.decide button[value="${value}"], .decide button[data-key="${value}"]`);
  const closed = el?.querySelector(":not(.foot) > details[data-body]:not([data-loaded])");
  if (find() || !closed) {
    find()?.click();
    return !!find();
  }
  closed.open = true;
  load(closed).then(() => find()?.click());
};
const undo = () => {
  if (!$("undo").hidden) {
    $("undo").querySelector("button").click();
    return;
  }
  const forms = [...document.querySelectorAll(".decide")].filter((f) => f.querySelector('[value="open"]'));
  const form = forms.find((f) => f.getAttribute("action") === last) || (session ? here()?.querySelector(".decide") : forms[0]);
  form?.querySelector('[value="open"]')?.click();
};
const play = () => {
  const clip = sounding && !sounding.paused ? sounding.closest(".clip") : here()?.querySelector(".clip");
  clip?.querySelector(".play").click();
  return !!clip;
};
const keys = {
  j: () => step(1),
  k: () => step(-1),
  c: () => press("confirmed"),
  d: () => press("dismissed"),
  m: () => press("mute"),
  w: () => press("warn"),
  x: () => here()?.querySelector('[data-key="redact"]')?.click(),
  n: () => (whole ? flagBy(1) : toFlag(1)),
  p: () => (whole ? flagBy(-1) : toFlag(-1)),
  b: () => $("blur")?.click(),
  u: undo, " ": play, "?": () => $("keys").showModal(), "/": () => $("q").focus(),
  e: () => session && correct($(cursor)) !== false,
  s: () => session && copyLine($(cursor)) !== false,
  f: () => ($("within") ? $("within").focus() : false),
};
const REPEATS = ["j", "k", "n", "p"]; // a key that is held goes on, but decides nothing more than once
let leading = false; // "g" was pressed
addEventListener("keydown", (e) => {
  if (e.ctrlKey || e.metaKey || e.altKey || e.target.closest("input, textarea, select") || $("keys").open) return;
  if (e.repeat && !REPEATS.includes(e.key)) return;
  if (e.key === " " && e.target.closest("a, button, summary, audio")) return;
  if (leading && (e.key === "r" || e.key === "a")) {
    location.assign(e.key === "r" ? "/" : "/queue");
    return;
  }
  leading = e.key === "g";
  const act = Object.hasOwn(keys, e.key) && keys[e.key];
  if (act && act() !== false) e.preventDefault();
});

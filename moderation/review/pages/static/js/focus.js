// --- the focus: when the focused element disappears, focus moves to what takes its place, and is never lost ---
const FOCUSABLE = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]";
const kind = (el) => [el.tagName, el.name, el.tagName === "BUTTON" && el.value, el.getAttribute("href"), el.className].join("|");
const usable = (el) => el?.isConnected && !el.disabled && el.matches(FOCUSABLE) && el.checkVisibility();
let focused = null; // what had the focus last, what it is like, and the ids of what it stands in, the nearest first
const around = (el) => {
  const ids = [];
  for (let x = el; x && x.id !== "main"; x = x.parentElement) if (x.id) ids.push(x.id);
  return ids;
};
addEventListener("focusin", (e) => { focused = { el: e.target, kind: kind(e.target), ids: around(e.target) }; });
// A press on something that cannot have the focus gives it up on purpose.
addEventListener("pointerdown", (e) => { if (!e.target.closest(FOCUSABLE + ", label")) focused = null; });
const heir = ({ el, kind: like, ids }) => {
  if (usable(el)) return el;
  for (const id of ids) {
    const all = [...$(id)?.querySelectorAll(FOCUSABLE) || []].filter(usable);
    const to = all.find((x) => kind(x) === like) || (usable($(id)) ? $(id) : all[0]);
    if (to) return to;
  }
  return $("main");
};
let refocusing = false; // the page moves the focus, and nobody need be there
new MutationObserver(() => {
  if (!focused || document.activeElement && document.activeElement !== document.body) return;
  refocusing = true;
  heir(focused).focus({ preventScroll: true });
  refocusing = false;
}).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["disabled", "hidden", "open"] });

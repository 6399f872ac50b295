// --- the large timeline: zoom, pan, from flag to flag. The unit is the ms. ---
const whole = $("timeline");
let from = 0, span = whole ? +whole.dataset.scale : 0, full = true; // full: all of it is in view, also when it grows
const CLOSEST = 5000; // ms that the closest view shows
const axisOf = (step) => {
  const ticks = [];
  for (let x = Math.ceil(from / step) * step; x <= from + span; x += step) {
    const at = `${(100 * (x - from)) / span}%`, label = svg("text", { x: at, y: 10 });
    if (from + span - x < span / 30) label.setAttribute("class", "end");
    label.textContent = clock(x);
    ticks.push(svg("line", { x1: at, x2: at, y1: 13, y2: 17 }), label);
  }
  return ticks;
};
const lookAt = (start, length) => {
  const scale = +whole.dataset.scale;
  span = Math.min(scale, Math.max(Math.min(CLOSEST, scale), length));
  from = Math.min(scale - span, Math.max(0, start));
  full = span >= scale;
  for (const row of whole.querySelectorAll("svg.span")) row.setAttribute("viewBox", `${from} 0 ${span} 20`);
  for (const c of whole.querySelectorAll(".chapter")) {
    c.setAttribute("x", `${(100 * (c.dataset.x - from)) / span}%`);
    c.setAttribute("width", `${(100 * c.dataset.w) / span}%`);
  }
  $("axis").replaceChildren(...axisOf([1000, 2000, ...steps].find((s) => span <= 6 * s) || steps.at(-1)));
  $("shown").textContent = span < scale ? `${clock(from)} to ${clock(from + span)}` : "";
  playhead();
};
// zoomAt zooms around a position, 0 to 1 from the left, which stays in place.
const zoomAt = (factor, place = 0.5) => lookAt(from + place * span * (1 - factor), span * factor);
const moves = {
  in: () => zoomAt(0.5), out: () => zoomAt(2), left: () => lookAt(from - span / 3, span), right: () => lookAt(from + span / 3, span),
  all: () => lookAt(0, Infinity),
};
const flagBy = (by) => {
  const all = [...whole.querySelectorAll(".at-flag")].sort((a, b) => a.dataset.x - b.dataset.x);
  if (!all.length) return;
  const i = all.indexOf(document.activeElement), next = all[i < 0 ? (by > 0 ? 0 : all.length - 1) : i + by];
  if (!next) return;
  const x = +next.dataset.x;
  if (x < from || x > from + span) lookAt(x - span / 2, span);
  for (const f of all) f.tabIndex = f === next ? 0 : -1;
  next.focus({ preventScroll: true });
  next.closest("li").scrollIntoView({ block: "nearest" });
  $("shown").textContent = next.getAttribute("aria-label");
};
// redrawn is called after the page was reloaded. One flag can be reached with Tab; n and p move to the others.
const redrawn = () => {
  const all = [...whole.querySelectorAll(".at-flag")], stop = all.includes(document.activeElement) ? document.activeElement : all[0];
  for (const f of all) f.tabIndex = f === stop ? 0 : -1;
  lookAt(from, full ? Infinity : span);
};
if (whole) {
  whole.querySelector(".zoom").hidden = false;
  redrawn();
  whole.addEventListener("click", (e) => moves[e.target.dataset?.zoom]?.());
  const drawn = () => whole.querySelector("svg.span").getBoundingClientRect();
  const placeOf = (x) => {
    const r = drawn();
    return Math.min(1, Math.max(0, (x - r.left) / r.width));
  };
  whole.addEventListener("wheel", (e) => {
    if (e.ctrlKey) zoomAt(1.0015 ** e.deltaY, placeOf(e.clientX));
    else if (e.shiftKey || Math.abs(e.deltaX) > Math.abs(e.deltaY)) lookAt(from + ((e.deltaX || e.deltaY) * span) / 1000, span);
    else return;
    e.preventDefault();
  }, { passive: false });
  // One finger or the mouse pans, two fingers zoom; a drag is not a click.
  const held = new Map();
  let moved = false;
  const spread = () => {
    const xs = [...held.values()];
    return xs.length > 1 ? Math.abs(xs[0] - xs[1]) : 0;
  };
  whole.addEventListener("pointerdown", (e) => {
    if (!e.target.closest("svg.span, .chapters svg, #axis")) return;
    held.set(e.pointerId, e.clientX);
    moved = false;
  });
  addEventListener("pointermove", (e) => {
    if (!held.has(e.pointerId)) return;
    const before = spread(), by = e.clientX - held.get(e.pointerId);
    if (!moved && Math.abs(by) < 5) return;
    moved = true;
    held.set(e.pointerId, e.clientX);
    if (held.size > 1) {
      const xs = [...held.values()];
      zoomAt(Math.max(10, before) / Math.max(10, spread()), placeOf((xs[0] + xs[1]) / 2));
    } else {
      lookAt(from - (by * span) / drawn().width, span);
    }
  });
  for (const end of ["pointerup", "pointercancel"]) addEventListener(end, (e) => held.delete(e.pointerId));
  whole.addEventListener("click", (e) => {
    if (moved) e.preventDefault();
    moved = false;
  }, true);
  // A click on a row leads to what was said at that time. The links in it lead to the beginnings of larger parts, where no script runs.
  whole.addEventListener("click", (e) => {
    const row = e.target.closest("svg.span");
    if (!row || e.defaultPrevented || e.target.closest(".at-flag") || e.ctrlKey || e.metaKey || e.shiftKey) return;
    e.preventDefault();
    location.href = `${whole.dataset.session}?t=${Math.round(from + placeOf(e.clientX) * span)}`;
  });
  whole.addEventListener("pointerover", (e) => {
    const flag = e.target.closest(".at-flag");
    if (flag && !flag.querySelector("title")) flag.append(svg("title"));
    if (flag) flag.querySelector("title").textContent = flag.getAttribute("aria-label");
  });
  whole.addEventListener("dragstart", (e) => e.preventDefault());
  addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || e.target.closest("input, textarea, select")) return;
    const move = { "+": "in", "=": "in", "-": "out", "0": "all", ArrowLeft: "left", ArrowRight: "right" }[e.key];
    if (!move || e.target.closest(".wave")) return;
    moves[move]();
    e.preventDefault();
  });
}

// --- a session's timeline, in ms; while the room is live, the scale ends at a round time, as on the server ---
const strips = $("strips");
const steps = [5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400].map((s) => s * 1000);
const rescale = (ms) => {
  if (ms > +strips.dataset.scale) {
    const step = steps.find((s) => ms <= 6 * s) || steps[steps.length - 1];
    const end = Math.max(step, Math.ceil(ms / step) * step);
    strips.dataset.scale = end;
    const ticks = [];
    for (let x = 0; x <= end; x += step) {
      const at = `${(100 * x) / end}%`, label = svg("text", { x: at, y: 10 });
      if (end - x < end / 30) label.setAttribute("class", "end");
      label.textContent = clock(x);
      ticks.push(svg("line", { x1: at, x2: at, y1: 13, y2: 17 }), label);
    }
    $("axis").replaceChildren(...ticks);
  }
  for (const s of strips.querySelectorAll("svg:not(.bar)")) s.setAttribute("viewBox", `0 0 ${strips.dataset.scale} 20`);
  $("time").hidden = false;
};
const draw = (who, kind, d) => {
  const drawing = $("t-" + who)?.querySelector("svg");
  if (!drawing) return;
  let path = drawing.querySelector("." + kind.replace(" ", "."));
  if (!path) drawing.append(path = svg("path", { class: kind }));
  path.setAttribute("d", (path.getAttribute("d") || "") + d);
};
const bar = (at, end, y, height) => `M${at} ${y}h${end - at}v${height}h-${end - at}z`;
const hole = (gap) => {
  const { at, end, who } = gap.dataset;
  for (const row of who ? [$("t-" + who)] : [...strips.children]) if (row) draw(row.id.slice(2), "hole", bar(at, end, 0, 20));
};
const addTalk = (who, ms) => {
  const row = $("t-" + who);
  if (!row || !ms) return;
  row.dataset.talk = +row.dataset.talk + ms;
  let all = 0;
  for (const r of strips.children) all += +r.dataset.talk;
  for (const r of strips.children) {
    const percent = all ? Math.round((100 * r.dataset.talk) / all) : 0;
    r.querySelector(".bar rect").setAttribute("width", percent);
    r.querySelector(".talk b").textContent = clock(+r.dataset.talk);
    r.querySelector(".share").textContent = percent + "%";
  }
};
// The playhead marks the playback position: a line across all rows.
let headAt = -1; // ms, or -1 while nothing is heard
const playhead = (ms = headAt) => {
  const axis = $("axis"), start = whole ? from : 0, width = whole ? span : +strips?.dataset.scale;
  headAt = ms;
  if (!axis || !strips) return;
  let head = axis.querySelector(".playhead");
  if (ms < start || ms > start + width) {
    head?.remove();
    return;
  }
  if (!head) axis.append(head = svg("line", { class: "playhead", y1: 10 }));
  const at = `${(100 * (ms - start)) / width}%`;
  const down = strips.getBoundingClientRect().bottom - axis.getBoundingClientRect().top;
  for (const [k, v] of [["x1", at], ["x2", at], ["y2", down]]) head.setAttribute(k, v);
};
// A click on a row leads to what was said at that time.
strips?.addEventListener("click", (e) => {
  if (whole) return; // its blocks are links
  const drawing = e.target.closest("svg:not(.bar)");
  if (!drawing) return;
  const r = drawing.getBoundingClientRect();
  show({ t: Math.round(((e.clientX - r.left) / r.width) * strips.dataset.scale) });
});

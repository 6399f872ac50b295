// --- times of day: in the browser's time zone, with the server's as a tooltip ---
const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const midnight = (t) => new Date(t.getFullYear(), t.getMonth(), t.getDate()).getTime();
const dayOf = (t) => {
  const ago = Math.round((midnight(new Date()) - midnight(t)) / 86400000);
  if (ago <= 0) return "Today";
  if (ago === 1) return "Yesterday";
  const date = `${t.getDate()} ${months[t.getMonth()]}`;
  return t.getFullYear() === new Date().getFullYear() ? `${days[t.getDay()]} ${date}` : `${date} ${t.getFullYear()}`;
};
const clockOf = (t, seconds) => [t.getHours(), t.getMinutes(), ...(seconds ? [t.getSeconds()] : [])]
  .map((n) => String(n).padStart(2, "0")).join(":");
const walls = {
  time: (t) => clockOf(t), second: (t) => clockOf(t, true), day: dayOf,
  both: (t) => `${dayOf(t)} ${clockOf(t)}`,
};
const localise = (within) => {
  for (const el of within.querySelectorAll("time[data-wall]")) {
    const own = walls[el.dataset.wall](new Date(el.dateTime)), server = el.textContent;
    delete el.dataset.wall;
    if (own.endsWith(server.slice(-5))) continue; // the same clock
    el.title = `${server} ${document.body.dataset.zone} on the server`;
    el.textContent = own;
  }
};
// The time of day of a moment within a session is computed only when needed: there are many of them.
addEventListener("pointerover", (e) => {
  const el = e.target.closest?.("time[title]:not([data-local])");
  if (!el || !el.dateTime) return;
  el.dataset.local = "1";
  const t = new Date(el.dateTime), clock = clockOf(t, true);
  if (el.textContent !== clock && !el.title.includes(clock)) el.title = `${dayOf(t)} ${clock} here; ${el.title} on the server`;
});

// The browser's time zone is offered where one is asked for.
for (const el of document.querySelectorAll("input[data-own-zone]")) {
  el.value = Intl.DateTimeFormat().resolvedOptions().timeZone || el.value;
}

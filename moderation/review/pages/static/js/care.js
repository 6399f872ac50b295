// --- severe words: blurred on request, and a count of the clips with them played this evening; both stored in this browser only ---
const keep = (key, value) => {
  try {
    if (value === undefined) return JSON.parse(localStorage.getItem(key));
    localStorage.setItem(key, JSON.stringify(value));
  } catch { /* storage may be disabled */ }
  return null;
};
const TONIGHT = 12 * 3600 * 1000;
const graveHeard = () => (keep("grave-heard") || []).filter(([, at]) => Date.now() - at < TONIGHT);
const tellGrave = () => {
  const n = graveHeard().length, note = $("heard-grave");
  note.hidden = false;
  note.textContent = `${n || "No"} severe ${n === 1 ? "clip" : "clips"} heard in the last 12 hours.`;
  $("grave-count").hidden = n === 0;
  $("grave-count").textContent = n;
  $("grave-count").title = note.textContent;
};
const hearGrave = (clip) => {
  const id = clip.querySelector("audio").dataset.clip, all = graveHeard();
  if (!clip.closest(".high") || all.some(([x]) => x === id)) return;
  keep("grave-heard", [...all, [id, Date.now()]]);
  tellGrave();
};
const blur = (on) => {
  document.body.classList.toggle("blurred", on);
  $("blur").checked = on;
  keep("blur-grave", on);
};
if ($("blur")) {
  $("me").hidden = $("blur").closest("label").hidden = false;
  blur(!!keep("blur-grave"));
  tellGrave();
  $("blur").addEventListener("change", (e) => blur(e.target.checked));
  addEventListener("click", (e) => { if (!e.target.closest("#me")) $("me").open = false; });
  addEventListener("storage", tellGrave);
}

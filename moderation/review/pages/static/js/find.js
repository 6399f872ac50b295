// --- search within a session, and moving from flag to flag ---
let finding = 0; // of several words that are looked for, the last ones are shown
const found = (by) => {
  const all = [...$("found").querySelectorAll("li a")];
  if (!all.length) return;
  const i = all.findIndex((a) => a.classList.contains("here"));
  const next = all[(i + by + all.length) % all.length];
  all[i]?.classList.remove("here");
  next.classList.add("here");
  next.scrollIntoView({ block: "nearest" });
  show({ at: new URL(next.href).searchParams.get("at") });
};
session?.querySelector(".within").addEventListener("submit", async (e) => {
  e.preventDefault();
  const field = $("within");
  if (field.value.trim() === $("found").dataset.query) return found(1); // again: the next one
  const query = field.value.trim(), turn = ++finding;
  const text = await ask(address({ find: query })), fresh = text && parse(text).getElementById("found");
  if (!fresh || turn !== finding) return;
  fresh.dataset.query = query;
  $("found").replaceWith(fresh);
});
session?.querySelector("#within").addEventListener("keydown", (e) => {
  if (e.key === "Escape") {
    e.target.value = "";
    $("found").hidden = true;
  } else if (e.key === "Enter" && e.shiftKey) {
    e.preventDefault();
    found(-1);
  }
});
// toFlag moves to the next or previous line with a flag, even if the page has not loaded it.
const toFlag = (by) => {
  if (!session) return false;
  const only = $("flags").matches(".only-open");
  const all = $("transcript").dataset.flagged.split(" ").map((x) => x.split(":")).filter((x) => x[1] && (!only || x[2]))
    .map(([ms, id]) => [+ms, id]);
  if (!all.length) return false;
  all.sort((a, b) => a[0] - b[0]);
  const here = $(cursor), i = all.findIndex((f) => f[1] === cursor), at = here ? +here.dataset.at : by > 0 ? -1 : Infinity;
  const next = i >= 0 ? all[i + by] : by > 0 ? all.find((f) => f[0] > at) : all.findLast((f) => f[0] < at);
  if (next) show({ at: next[1] }).then((line) => line && pick(line.id, true)); // Tab goes on from there
};

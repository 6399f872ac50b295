// --- finding within a session, and going from flag to flag ---
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
  const text = await ask(address({ find: field.value })), fresh = text && parse(text).getElementById("found");
  if (!fresh) return;
  fresh.dataset.query = field.value.trim();
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
// toFlag leads to the next or the previous line with a flag, also where the page does not hold it.
const toFlag = (by) => {
  if (!session) return false;
  const all = $("transcript").dataset.flagged.split(" ").filter(Boolean).map((x) => [+x.split(":")[0], x.slice(x.indexOf(":") + 1)]);
  if (!all.length) return false;
  all.sort((a, b) => a[0] - b[0]);
  const here = $(cursor), i = all.findIndex((f) => f[1] === cursor), at = here ? +here.dataset.at : by > 0 ? -1 : Infinity;
  const next = i >= 0 ? all[i + by] : by > 0 ? all.find((f) => f[0] > at) : all.findLast((f) => f[0] < at);
  if (next) show({ at: next[1] });
};

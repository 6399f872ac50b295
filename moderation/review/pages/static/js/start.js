// --- small helpers, and initialisation ---
for (const b of document.querySelectorAll("[data-opens]")) {
  b.hidden = false;
  b.addEventListener("click", () => $(b.dataset.opens).showModal());
}

// Open asks count down; an expired one is reloaded.
const tick = () => {
  for (const t of document.querySelectorAll("[data-until]")) {
    const left = Math.ceil((new Date(t.dataset.until) - Date.now()) / 1000);
    t.parentElement.firstChild.data = left > 0 ? "lapses in " : "lapsed ";
    t.textContent = left > 0 ? clock(1000 * left) : "";
    t.parentElement.classList.toggle("soon", left <= 10);
    if (left <= -1 && left > -3) soon(); // what can still be done
  }
  for (const d of document.querySelectorAll("[data-late]")) {
    if (new Date(d.dataset.late) < Date.now()) d.lastChild.data = ` ${d.dataset.then}`;
  }
  showClaims();
};
setInterval(tick, 1000);

const copyButtons = () => {
  if (!navigator.clipboard) return;
  for (const box of document.querySelectorAll(".command:not(:has(button))")) {
    const b = document.createElement("button");
    b.type = "button";
    b.textContent = "Copy";
    b.addEventListener("click", async () => {
      await navigator.clipboard.writeText(box.querySelector("code").textContent);
      b.textContent = "Copied";
      setTimeout(() => { b.textContent = "Copy"; }, 2000);
    });
    box.append(b);
  }
};
const dress = (...parts) => {
  for (const within of parts) {
    for (const clip of within.querySelectorAll(".clip")) dressClip(clip);
    localise(within);
  }
  copyButtons();
  tick();
  settle();
};
dress(document);

if (box) {
  const claims = (page) => { if (page !== own) soon(); };
  const reset = (why) => (why === "access" ? location.reload() : soon());
  watch(box.dataset.refresh, { touch: touched, claim: claims, reset }, () => {}, !queue);
}
if (session) {
  know(lineList().children);
  panel("live");
  $("about").open = false;
  session.querySelector(".thumbs").addEventListener("click", (e) => {
    const a = e.target.closest("a");
    if (!a) return;
    e.preventDefault();
    panel(a.dataset.panel);
    if (a.dataset.panel === "summary") $("summary").open = true;
    if (a.dataset.panel === "more") $("about").open = true;
    if (a.dataset.panel === "live" && $("head").dataset.live && tail()) toEnd();
  });
  const part = new URL(location.href).searchParams;
  const linked = part.get("at") || (location.hash.startsWith("#u-") && location.hash.slice(1));
  if (linked) lead(linked);
  else if (part.has("t")) show({ t: +part.get("t") });
  else if ($("head").dataset.live && scroller() === log) toEnd();
  sight();
}
if (session) {
  pill.addEventListener("click", async () => {
    if (!tail()) await show({ end: 1 });
    unseen = 0;
    showPill();
    toEnd();
    log.focus({ preventScroll: true });
  });
  log.addEventListener("scroll", seen, { passive: true });
  addEventListener("scroll", seen, { passive: true });
  watch(session.dataset.watch, {
    message: receive,
    again,
    reset: (why, source) => {
      source.close();
      setTimeout(() => location.reload(), why === "access" ? 0 : Math.random() * 500);
    },
  }, connected);
}

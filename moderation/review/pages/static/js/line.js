// --- one line: its name and time open the speaker, actions on them, the line's link, and a form to correct it in place ---
const menu = $("who");
let menuLine = null;
const addressOf = (line) => new URL(`/s/${session.dataset.id}?at=${line.id}#${line.id}`, location.href).href;
const fill = (html) => {
  menu.innerHTML = html; // made by the server's templates, and inert
  const tools = $("linetools").content.cloneNode(true);
  tools.querySelector("a").href = addressOf(menuLine);
  tools.querySelector("[data-line=share]").hidden = !navigator.share;
  tools.querySelector("[data-line=copy]").hidden = !navigator.clipboard;
  menu.append(tools);
};
let opening = 0; // of several that are pressed, the last one opens
const openMenu = async (line, link) => {
  const turn = ++opening, text = await ask(line.querySelector(".name").href);
  if (text === null || turn !== opening) return;
  line = $(line.id); // it may have been drawn anew
  if (!line) return;
  if (!link.isConnected) link = line.querySelector("a.name");
  menuLine = line;
  fill(text);
  menu.showPopover();
  const r = link.getBoundingClientRect(), h = menu.offsetHeight;
  menu.style.left = `${Math.max(8, Math.min(r.left, innerWidth - menu.offsetWidth - 8))}px`;
  menu.style.top = `${r.bottom + h > innerHeight ? Math.max(8, r.top - h) : r.bottom}px`;
  menu.focus({ preventScroll: true });
};
const copyLine = async (line) => {
  if (!line?.dataset.address || !navigator.clipboard) return false;
  await navigator.clipboard.writeText(addressOf(line));
  const note = "The line's link is copied.";
  tell(note);
  setTimeout(() => untell(note), 3000);
};
// correct replaces a line's text by a form.
const correct = async (line) => {
  const may = $("linetools").content.querySelector("[data-line=correct]");
  if (!may || !line?.dataset.address || line.querySelector(".correcting")) return false;
  const text = await ask(line.dataset.address), form = text && parse(text).querySelector("form");
  line = $(line.id); // it may have been drawn anew
  if (!form || !line || line.querySelector(".correcting")) return;
  const field = form.querySelector("textarea");
  form.querySelector("label").htmlFor = field.id = `t-${line.id}`;
  field.rows = 2;
  const old = line.querySelector(".text");
  old.hidden = true;
  old.after(form);
  field.focus();
  field.select();
};
const endCorrecting = (form) => {
  const line = form.closest(".line");
  form.remove();
  if (!line) return;
  line.querySelector(".text").hidden = false;
  line.querySelector("a")?.focus({ preventScroll: true });
};
// keepForm moves a correction in progress into a line that was redrawn.
const keepForm = (old, el) => {
  const form = old.querySelector(".correcting"), text = el.querySelector(".text");
  if (!form || !text) return;
  text.hidden = true;
  text.after(form);
};
if (menu?.showPopover) {
  addEventListener("click", (e) => {
    const link = e.target.closest("#lines .line a.name, #lines .line a.at");
    if (!link || e.ctrlKey || e.metaKey || e.shiftKey) return;
    const line = link.closest(".line");
    if (!line.querySelector("a.name")) return;
    e.preventDefault();
    openMenu(line, link);
  });
  menu.addEventListener("click", (e) => {
    if (e.target.closest("a")) return menu.hidePopover();
    const what = e.target.dataset.line;
    if (!what) return;
    menu.hidePopover();
    if (what === "copy") copyLine(menuLine);
    else if (what === "correct") correct($(menuLine.id));
    else navigator.share({ url: addressOf(menuLine) }).catch(() => {});
  });
}
addEventListener("submit", async (e) => {
  const form = e.target;
  if (!session || !form.matches(".line .correcting")) return;
  e.preventDefault();
  const body = new URLSearchParams(new FormData(form));
  const [text, catchUp] = await reading(() => ask(form.getAttribute("action"), { method: "POST", body }));
  if (text === null) return;
  endCorrecting(form);
  receive(text);
  catchUp();
});
addEventListener("keydown", (e) => {
  const form = e.target.closest?.(".line .correcting");
  if (!form) return;
  if (e.key === "Escape") endCorrecting(form);
  else if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) form.requestSubmit();
});
addEventListener("click", (e) => {
  const link = e.target.closest("#lines a.edit");
  if (!link || e.ctrlKey || e.metaKey || e.shiftKey) return;
  e.preventDefault();
  correct(link.closest(".line"));
});

// --- the queue: who is looking at a card, and alerts for new asks ---
// Each page has its own id, which distinguishes its claims from those of other pages, including the same person's.
const own = queue && (sessionStorage.page ||= crypto.getRandomValues(new Uint32Array(2)).join("-"));
const LOOKS = 1500; // who stays with a card for so long looks at it; who presses at once decides it
let claimed = ["", 0], looking;
const claim = (url) => {
  if (claimed[0] === url && Date.now() - claimed[1] < 120000) return;
  claimed = [url, Date.now()];
  fetch(url.replace(/decide$/, "claim"), { method: "POST", body: new URLSearchParams({ page: own }), headers: PIECE }).catch(() => {});
};
if (queue) {
  for (const kind of ["pointerdown", "focusin", "toggle", "play"]) {
    addEventListener(kind, (e) => {
      if (refocusing) return; // else whoever has gone would look at a card for ever
      const url = e.target.closest?.(".ask")?.dataset.claim;
      clearTimeout(looking);
      if (url) looking = setTimeout(() => claim(url), LOOKS);
    }, true);
  }
}
// A claim expires, and is not shown on the page that made it.
const showClaims = () => {
  for (const note of document.querySelectorAll(".claim")) {
    const theirs = note.dataset.page !== own && new Date(note.dataset.over) > Date.now();
    note.hidden = !theirs;
    note.closest(".ask").classList.toggle("claimed", theirs);
  }
};
// called announces new asks in the ways chosen in this browser.
const called = (cards) => {
  if (!cards.length) return;
  const above = cards.filter((c) => c.getBoundingClientRect().bottom < 60);
  if (above.length) {
    $("newasks").hidden = false;
    $("newasks").textContent = `${above.length} new ${above.length === 1 ? "ask" : "asks"} ↑`;
  }
  if (localStorage.ring) beep();
  if (localStorage.notify && self.Notification?.permission === "granted" && document.hidden) {
    const note = new Notification("Earshot asks", { body: "A decision is needed. See the queue.", tag: "ask" }); // no words of anybody
    note.onclick = () => focus();
  }
};
let speaker = null;
const beep = () => {
  speaker ||= new AudioContext();
  const tone = speaker.createOscillator(), level = speaker.createGain();
  tone.frequency.value = 660;
  level.gain.setValueAtTime(0.2, speaker.currentTime);
  level.gain.exponentialRampToValueAtTime(0.001, speaker.currentTime + 0.4);
  tone.connect(level).connect(speaker.destination);
  tone.start();
  tone.stop(speaker.currentTime + 0.4);
};
const choose = (id, on) => {
  if (on) localStorage[id] = "1";
  else localStorage.removeItem(id);
  $(id).setAttribute("aria-pressed", String(on));
};
if (queue) {
  $("call").hidden = false;
  $("notify").hidden = !self.Notification;
  for (const id of ["ring", "notify"]) $(id).setAttribute("aria-pressed", String(!!localStorage[id]));
  $("ring").addEventListener("click", () => {
    choose("ring", !localStorage.ring);
    if (localStorage.ring) beep();
  });
  $("notify").addEventListener("click", async () => {
    if (localStorage.notify) return choose("notify", false);
    const may = await Notification.requestPermission();
    choose("notify", may === "granted");
    if (may !== "granted") tell("Notifications are blocked in this browser.");
  });
  $("newasks").addEventListener("click", () => {
    $("newasks").hidden = true;
    document.querySelector(".asks > [data-asks]")?.scrollIntoView({ block: "start" });
  });
}

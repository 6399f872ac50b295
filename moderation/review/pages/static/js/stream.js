// --- the event stream ---
// watch follows a stream. The browser reconnects by itself after an interruption; after a refusal, watch has to start again. The server
// sends a heartbeat at least every 10 s: a page that has received none for 20 s says so, even if the connection seems open. A hidden page
// that may pause closes its connection, since a browser has six for all its tabs, and catches up afterwards.
const SILENT = 20000;
// recount shows how many flags are waiting.
const recount = oneAtATime(async () => {
  const answer = await fetch("/queue/waiting", { headers: PIECE, signal: AbortSignal.timeout(12000) }).catch(() => null);
  if (answer && refused(answer)) return;
  const count = answer?.ok && parse(await answer.text().catch(() => "")).getElementById("waiting");
  if (!count) {
    if (!out) setTimeout(recountSoon, RETRY);
    return;
  }
  loggedIn();
  $("waiting").replaceWith(count);
  document.title = (count.hidden ? "" : `(${count.textContent}) `) + document.title.replace(/^\(\d+\) /, "");
});
let counting = 0;
const recountSoon = () => {
  counting ||= setTimeout(() => {
    counting = 0;
    recount();
  }, 250);
};
const watch = (url, handlers, renewed, rests) => {
  let last = "", source, heard = Date.now(), lost = false;
  const resting = () => rests && document.hidden;
  const state = () => {
    if (resting()) return;
    const silent = Date.now() - heard;
    const now = silent > SILENT;
    const note = $("lost");
    note.hidden = !now;
    if (now) note.textContent = `Not connected for ${Math.round(silent / 1000)} s. This page may be out of date.`;
    if (now === lost) return;
    lost = now;
    document.body.classList.toggle("lost", lost);
    if (lost) begin(); // a connection that only seems open is given up
  };
  const beat = () => {
    heard = Date.now();
    state();
    if (!box) settle(heard); // others are right when they are read
  };
  const begin = () => {
    source?.close();
    if (resting()) return;
    const u = new URL(url, location.href);
    u.searchParams.set("after", last || document.body.dataset.after);
    const own = source = new EventSource(u);
    own.onopen = () => {
      loggedIn();
      beat();
      renewed(true);
    };
    own.onerror = () => {
      renewed(false);
      if (own.readyState !== EventSource.CLOSED || own !== source) return;
      recountSoon(); // it tells whether the stream was refused because this page's session has ended
      setTimeout(() => own === source && begin(), 4000 + Math.random() * 4000);
    };
    own.addEventListener("beat", beat);
    own.addEventListener("alarm", (e) => {
      const alarm = $("alarm");
      [alarm.textContent, alarm.hidden] = [e.data, !e.data];
    });
    own.addEventListener("waiting", recountSoon);
    for (const name in handlers) {
      own.addEventListener(name, (e) => {
        beat();
        last = e.lastEventId || last;
        handlers[name](e.data, own, e.lastEventId);
      });
    }
  };
  begin();
  setInterval(state, 1000);
  if (!rests) return;
  addEventListener("visibilitychange", () => {
    heard = Date.now();
    begin();
  });
};

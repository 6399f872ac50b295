// --- the event stream ---
// watch follows a stream, and connects again after an interruption, sooner than the browser would by itself. The server sends a heartbeat
// at least every 10 s: a page that has received none for 20 s says so, even if the connection seems open, and one whose connection is
// broken says so after 2 s. A hidden page that may pause closes its connection, since a browser has six for all its tabs, and catches up
// afterwards.
const SILENT = 20000, BROKEN = 2000;
// A stream that breaks is asked for again after up to FIRST ms, and after more each time if it is refused.
const FIRST = 500, LATEST = 8000;
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
  let last = "", source, heard = Date.now(), broke = 0, lost = false, wait = FIRST;
  const resting = () => rests && document.hidden;
  const state = () => {
    if (resting()) return;
    const silent = Date.now() - (broke || heard);
    const now = silent > (broke ? BROKEN : SILENT);
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
    broke = 0;
    state();
    if (!box) settle(heard); // others are right when they are read
  };
  const hears = {
    beat: () => {},
    alarm: (text) => {
      const alarm = $("alarm");
      [alarm.textContent, alarm.hidden] = [text, !text];
    },
    waiting: recountSoon,
    ...handlers,
  };
  const begin = () => {
    source?.close();
    if (resting()) return;
    const u = new URL(url, location.href);
    u.searchParams.set("after", last || document.body.dataset.after);
    const own = source = new EventSource(u);
    own.onopen = () => {
      loggedIn();
      wait = FIRST;
      beat();
      renewed(true);
    };
    own.onerror = () => {
      renewed(false);
      broke ||= lost ? heard : Date.now();
      if (own !== source) return;
      const refused = own.readyState === EventSource.CLOSED;
      if (refused) recountSoon(); // it tells whether that was because this page's session has ended
      own.close();
      setTimeout(() => own === source && begin(), wait * (1 + Math.random()) / 2);
      if (refused) wait = Math.min(2 * wait, LATEST);
    };
    for (const name in hears) {
      own.addEventListener(name, (e) => {
        beat();
        last = e.lastEventId || last;
        hears[name](e.data, own, e.lastEventId);
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

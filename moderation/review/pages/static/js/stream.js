// --- the event stream ---
// watch follows a stream. The browser resumes by itself after a cut; after a refusal it has to be begun again. The server sends a
// beat at least every 10 s: a page that has had none for 20 s says so, also when the connection seems open.
const SILENT = 20000;
const watch = (url, handlers, renewed) => {
  let last = "", source, heard = Date.now(), lost = false;
  const state = () => {
    const silent = Date.now() - heard;
    const now = silent > SILENT;
    const note = $("lost");
    note.hidden = !now;
    if (now) note.textContent = `Not connected for ${Math.round(silent / 1000)} s. What you see may no longer be so.`;
    if (now === lost) return;
    lost = now;
    document.body.classList.toggle("lost", lost);
    if (lost) begin(); // a connection that only seems open is given up
  };
  const beat = () => {
    heard = Date.now();
    state();
  };
  const begin = () => {
    source?.close();
    const u = new URL(url, location.href);
    if (last) u.searchParams.set("after", last);
    const own = source = new EventSource(u);
    own.onopen = () => {
      beat();
      renewed(true);
    };
    own.onerror = () => {
      renewed(false);
      if (own.readyState === EventSource.CLOSED && own === source) setTimeout(() => own === source && begin(), 4000 + Math.random() * 4000);
    };
    own.addEventListener("beat", beat);
    own.addEventListener("alarm", (e) => {
      const alarm = $("alarm");
      [alarm.textContent, alarm.hidden] = [e.data, !e.data];
    });
    for (const name in handlers) {
      own.addEventListener(name, (e) => {
        beat();
        last = e.lastEventId || last;
        handlers[name](e.data, own);
      });
    }
  };
  begin();
  setInterval(state, 1000);
};

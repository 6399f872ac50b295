// A room's events, read with fetch: unlike an EventSource it can send the host's token, and learns why it was refused.

const longest = 10000; // ms between attempts
const quiet = 15000; // ms: the server says something every 5 s

// follow calls on.event with each event, and on.lost whenever the stream breaks or is refused (with the reason and the HTTP status).
// It reconnects until stop is called.
export function follow(url, headers, on) {
  const over = new AbortController();
  (async () => {
    for (let pause = 1000; !over.signal.aborted; pause = Math.min(2 * pause, longest)) {
      const { why, status } = await once(url, headers, over.signal, (e) => { pause = 500; on.event(e); });
      if (over.signal.aborted) return;
      on.lost(why, status);
      await new Promise((r) => { setTimeout(r, pause); });
    }
  })();
  return { stop: () => over.abort() };
}

// once reads one stream until it ends, and returns the reason if it was refused.
async function once(url, headers, signal, event) {
  const mine = new AbortController();
  const end = () => mine.abort();
  let watchdog = setTimeout(end, quiet);
  signal.addEventListener('abort', end);
  try {
    const answer = await fetch(url, { headers, signal: mine.signal, cache: 'no-store' });
    if (!answer.ok) {
      const problem = await answer.json().catch(() => ({}));
      return { why: problem.title || 'HTTP ' + answer.status, status: answer.status };
    }
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return {};
      clearTimeout(watchdog);
      watchdog = setTimeout(end, quiet);
      const lines = (rest + value).split('\n');
      rest = lines.pop();
      for (const l of lines) if (l.startsWith('data: ')) event(JSON.parse(l.slice(6)));
    }
  } catch { return {}; } finally {
    clearTimeout(watchdog);
    signal.removeEventListener('abort', end);
    mine.abort();
  }
}

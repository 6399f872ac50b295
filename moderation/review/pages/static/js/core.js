// Earshot's pages work without this script. It adds: live lines and lists, a player, decisions in place, shortcuts.
// The parts are served as one file, wrapped in one function.
const $ = (id) => document.getElementById(id);
const svg = (name, attrs) => {
  const el = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const k in attrs) el.setAttribute(k, attrs[k]);
  return el;
};
const clock = (ms) => {
  const s = Math.floor(ms / 1000), two = (n) => String(n).padStart(2, "0");
  return s < 3600 ? `${Math.floor(s / 60)}:${two(s % 60)}` : `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
};
// parse parses a page or a fragment of one; its scripts do not run.
const parse = (html) => new DOMParser().parseFromString(html, "text/html");
// tell shows a note at the foot of the page. What became of a press stays until the next one is answered: nothing that the page reads by
// itself replaces it, or speaks while an answer is due.
let due = 0, pressed = false; // presses without an answer; whether the note is about one
let out = false; // whether this page's session has ended
const tell = (text, press = true) => {
  if (out || !press && (due > 0 || pressed)) return;
  pressed = press && text !== "";
  if (press) untold = null;
  $("tell").textContent = text;
  $("tell").hidden = !text;
};
// untell takes a note away, if it is still there.
const untell = (text) => { if ($("tell").textContent === text) tell(""); };

// ask sends a request with a time limit of 12 s, and returns the response's text, or null after showing what went wrong. It passes
// on the response's headers first. What the page asks for by itself is marked as background: it is asked for again.
const PIECE = { "X-Earshot-Piece": "1" };
const STALE = "This page may be out of date: Earshot can't be reached. It is read again every few seconds.";
const UNTOLD = " It may have been done all the same: the page shows it when it is.";
const LOST = "The last press did not get through: the flag is still open. Press again.";
const BACK = "Earshot can be reached again. If this page does not show what was pressed, press again.";
// untold is the last press if nobody has said what became of it: the note, since when, and what selects its flag while that is open.
let untold = null;
const SURE = 2000; // ms after which a press that was given up is not carried out any more by a service that answers
// openFlags selects what the page shows of a flag, or of those of a line, as long as it is open, by the address that decides it.
const openFlags = (url) => {
  const form = `.decide[action="${CSS.escape(url)}"]`, card = `[data-body="${CSS.escape(url + "/card")}"]`;
  const line = document.querySelector(form)?.closest(".ask")?.id.replace(/^c-/, ""); // an ask that lapses goes, and its flags stay
  return [`${form} [value="dismissed"]`, `.open ${card}`, `.open${card}`, `#flags > .open[data-line="${line}"]`].join();
};
// settle says what became of such a press as soon as the page shows it. asOf is the time of which the page tells for sure.
const settle = (asOf = 0) => {
  if (!untold) return;
  const { note, at, open } = untold;
  if (open && !document.querySelector(open)) {
    untell(note);
    untold = null;
  } else if (asOf > at + SURE) {
    tell(open ? LOST : BACK);
    untold = open ? { note: LOST, at: Infinity, open } : null;
  }
};
const failed = (err, press) => {
  if (!press) return "Earshot can't be reached. Try again.";
  const why = err.name === "TimeoutError" ? "No answer within 12 seconds." : "The connection broke before there was an answer.";
  return why + UNTOLD;
};
// refused reports whether an answer came in place of another because nobody is logged in here any more.
const refused = (answer) => {
  const gone = answer.status === 401 || answer.redirected && new URL(answer.url).pathname === "/login";
  if (gone) loggedOut();
  return gone;
};
const ask = async (url, { background = false, ...options } = {}, headers = () => {}) => {
  const post = options.method === "POST", press = post && !background, open = press && openFlags(String(url));
  if (press) due++;
  try {
    const answer = await fetch(url, { headers: PIECE, signal: AbortSignal.timeout(12000), ...options });
    if (refused(answer)) return null;
    headers(answer.headers);
    const text = await answer.text().catch((err) => {
      if (press && answer.ok) return ""; // it was done
      throw err;
    });
    if (!answer.ok) {
      const said = parse(text).querySelector(".trouble p, .problem");
      tell(background && !post ? STALE : said ? said.textContent : "The request failed. Try again.", press);
      return null;
    }
    loggedIn();
    tell("", press);
    return text;
  } catch (err) {
    const note = background && !post ? STALE : failed(err, press);
    tell(note, press);
    if (press) {
      untold = { note, at: Date.now(), open: document.querySelector(open) ? open : "" };
      if (box) setTimeout(soon, SURE + 500);
    }
    return null;
  } finally {
    if (press) due--;
  }
};
// oneAtATime returns a function that runs an asynchronous one, and once more if called meanwhile: what was read last is shown last.
const oneAtATime = (run) => {
  let running = false, again = false;
  return async () => {
    again = true;
    if (running) return;
    running = true;
    try {
      while (again) {
        again = false;
        await run();
      }
    } finally {
      running = false;
    }
  };
};
const RETRY = 5000; // ms after which what could not be read is read again
const loggedOut = () => {
  out = true;
  const link = document.createElement("a");
  link.href = "/login?" + new URLSearchParams({ next: location.pathname + location.search + location.hash });
  link.textContent = "Log in";
  $("tell").replaceChildren("You were logged out. ", link);
  $("tell").hidden = false;
};
const loggedIn = () => { // again, in another tab
  if (!out) return;
  out = false;
  tell("");
};
let cursor = ""; // id of the element that keys are about

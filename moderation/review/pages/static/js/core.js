// Earshot's pages work without this script. It adds: live lines and lists, a player, decisions in place, shortcuts.
// Its parts are served as one file, inside one function.
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
// parse reads a page or a piece of one, which stays inert.
const parse = (html) => new DOMParser().parseFromString(html, "text/html");
const tell = (text) => {
  $("tell").textContent = text;
  $("tell").hidden = !text;
};

// ask sends a request that ends within 12 s, and returns the answer's text, or null after saying what became of it.
const PIECE = { "X-Earshot-Piece": "1" };
const ask = async (url, options = {}) => {
  const post = options.method === "POST";
  let answer;
  try {
    answer = await fetch(url, { headers: PIECE, signal: AbortSignal.timeout(12000), ...options });
  } catch (err) {
    const late = err.name === "TimeoutError";
    tell(late && post ? "No answer within 12 seconds. It may have been done all the same: the page shows it when it is."
      : "That did not get through: Earshot can't be reached. Try again.");
    return null;
  }
  if (answer.status === 401 || answer.redirected && new URL(answer.url).pathname === "/login") {
    loggedOut();
    return null;
  }
  const text = await answer.text().catch(() => "");
  if (!answer.ok) {
    const said = parse(text).querySelector(".trouble p");
    tell(said ? said.textContent : "That did not get through. Try again.");
    return null;
  }
  return text;
};
const loggedOut = () => {
  const link = document.createElement("a");
  link.href = "/login?" + new URLSearchParams({ next: location.pathname + location.search + location.hash });
  link.textContent = "Log in";
  $("tell").replaceChildren("You were logged out. ", link);
  $("tell").hidden = false;
};
let cursor = ""; // id of the element that keys are about

// --- sound ---
let sounding = null; // the audio element that is heard
const halt = () => sounding?.pause();
const follow = (audio, clip, words) => {
  const ms = audio.currentTime * 1000, done = clip.querySelector(".done"), wave = clip.querySelector(".wave");
  done.setAttribute("width", (wave.viewBox.baseVal.width * ms) / (1000 * audio.duration || +audio.dataset.ms));
  for (const w of words()) w.classList.toggle("on", !audio.ended && ms >= +w.dataset.s && ms < +w.dataset.e);
  playhead(audio.paused && sounding === audio ? -1 : +audio.dataset.at + ms);
  if (!audio.paused) requestAnimationFrame(() => follow(audio, clip, words));
};
// split gives the words of a line elements of their own, to be highlighted while they are heard.
const split = (line) => {
  const text = line.textContent, hits = [], parts = [];
  let at = 0, done = 0;
  for (const node of line.childNodes) {
    if (node.nodeName === "MARK") hits.push([at, at + node.textContent.length]);
    at += node.textContent.length;
  }
  for (const word of line.dataset.words.split(" ")) {
    const [from, length, start, end] = word.split(",").map(Number), to = from + length;
    const el = document.createElement(hits.some(([a, b]) => a <= from && to <= b) ? "mark" : "span");
    [el.dataset.s, el.dataset.e, el.textContent] = [start, end, text.slice(from, to)];
    parts.push(text.slice(done, from), el);
    done = to;
  }
  line.replaceChildren(...parts, text.slice(done));
  delete line.dataset.words;
};
// carry moves an element's clips into the one that replaces it, so that playback continues. Both are in the document.
const carry = (old, el) => {
  for (const audio of el.querySelectorAll("audio[data-clip]")) {
    const had = old.querySelector(`audio[data-clip="${CSS.escape(audio.dataset.clip)}"]`);
    if (had) audio.closest(".clip").replaceWith(had.closest(".clip"));
  }
};
// The playback speed; unclear clips can be played more slowly.
const RATES = [1, 1.25, 1.5, 2, 0.75];
let rate = 1;
const tellPace = (button) => {
  button.textContent = rate + "×";
  button.setAttribute("aria-label", `Speed: ${rate} times`);
};
const dressClip = (clip) => {
  const audio = clip.querySelector("audio"), button = clip.querySelector(".play"), wave = clip.querySelector(".wave");
  if (!audio.controls) return; // dressed before
  audio.controls = false;
  button.hidden = false;
  clip.classList.add("dressed");
  const words = () => {
    const own = clip.closest(".ask, .line") || (clip.closest(".flag") && $(clip.closest(".flag").dataset.line));
    for (const line of own?.querySelectorAll("[data-words]") || []) split(line);
    return own ? [...own.querySelectorAll("[data-s]")] : [];
  };
  button.addEventListener("click", () => (audio.paused ? audio.play().catch(() => {}) : audio.pause()));
  audio.addEventListener("play", () => {
    if (sounding !== audio) halt();
    sounding = audio;
    hearGrave(clip);
    clip.classList.add("playing");
    button.setAttribute("aria-label", "Pause");
    follow(audio, clip, words);
  });
  for (const end of ["pause", "ended"]) {
    audio.addEventListener(end, () => {
      clip.classList.remove("playing");
      button.setAttribute("aria-label", "Play what was said");
      follow(audio, clip, words);
    });
  }
  // When the last source fails, either the audio has been deleted or the browser supports none of its formats.
  const sources = audio.querySelectorAll("source"), gone = async () => {
    const answer = await fetch(sources[0].src, { method: "HEAD" }).catch(() => null);
    clip.querySelector(".long").textContent = !answer ? "Earshot can't be reached"
      : answer.status === 404 ? "no longer kept" : "your browser can't play this";
  };
  sources[sources.length - 1].addEventListener("error", gone);
  audio.addEventListener("error", gone); // while it is read
  const length = () => (Number.isFinite(audio.duration) ? audio.duration : +audio.dataset.ms / 1000);
  const at = (s) => {
    audio.currentTime = Math.min(length(), Math.max(0, s));
    tellPlace();
    if (audio.paused) follow(audio, clip, words);
  };
  const tellPlace = () => {
    wave.setAttribute("aria-valuenow", Math.round(audio.currentTime));
    wave.setAttribute("aria-valuetext", `${clock(1000 * audio.currentTime)} of ${clock(1000 * length())}`);
  };
  for (const [k, v] of [["role", "slider"], ["tabindex", 0], ["aria-label", "Place in the sound"], ["aria-valuemin", 0],
    ["aria-valuemax", Math.round(audio.dataset.ms / 1000)]]) wave.setAttribute(k, v);
  wave.removeAttribute("aria-hidden");
  tellPlace();
  audio.addEventListener("timeupdate", tellPlace);
  wave.addEventListener("click", (e) => {
    const r = wave.getBoundingClientRect();
    at(((e.clientX - r.left) / r.width) * length());
    audio.play().catch(() => {});
  });
  wave.addEventListener("keydown", (e) => {
    const to = {
      ArrowLeft: audio.currentTime - 1, ArrowDown: audio.currentTime - 1, ArrowRight: audio.currentTime + 1, ArrowUp: audio.currentTime + 1,
      Home: 0, End: length(),
    }[e.key];
    if (to === undefined) return;
    e.preventDefault();
    e.stopPropagation();
    at(to);
  });
  const pace = clip.querySelector(".pace");
  pace.hidden = false;
  pace.addEventListener("click", () => {
    rate = RATES[(RATES.indexOf(rate) + 1) % RATES.length];
    for (const p of document.querySelectorAll(".clip .pace")) tellPace(p);
    if (sounding) sounding.playbackRate = rate;
  });
  tellPace(pace);
  audio.addEventListener("play", () => { audio.playbackRate = rate; });
};

// --- sound ---
let sounding = null; // the audio element that is heard
const halt = () => sounding?.pause();
const follow = (audio, clip, words) => {
  const ms = audio.currentTime * 1000, done = clip.querySelector(".done"), wave = clip.querySelector(".wave");
  done.setAttribute("width", (wave.viewBox.baseVal.width * ms) / (1000 * audio.duration || +audio.dataset.ms));
  for (const w of words) w.classList.toggle("on", !audio.ended && ms >= +w.dataset.s && ms < +w.dataset.e);
  if (!audio.paused) requestAnimationFrame(() => follow(audio, clip, words));
};
const dressClip = (clip) => {
  const audio = clip.querySelector("audio"), button = clip.querySelector(".play"), wave = clip.querySelector(".wave");
  if (!audio.controls) return; // dressed before
  audio.controls = false;
  button.hidden = false;
  clip.classList.add("dressed");
  const words = () => {
    const own = clip.closest(".ask, .line") || (clip.closest(".flag") && $(clip.closest(".flag").dataset.line));
    return own ? [...own.querySelectorAll("[data-s]")] : [];
  };
  button.addEventListener("click", () => (audio.paused ? audio.play().catch(() => {}) : audio.pause()));
  audio.addEventListener("play", () => {
    if (sounding !== audio) halt();
    sounding = audio;
    clip.classList.add("playing");
    button.setAttribute("aria-label", "Pause");
    follow(audio, clip, words());
  });
  for (const end of ["pause", "ended"]) {
    audio.addEventListener(end, () => {
      clip.classList.remove("playing");
      button.setAttribute("aria-label", "Play what was said");
      follow(audio, clip, words());
    });
  }
  audio.addEventListener("error", () => { clip.querySelector(".long").textContent = "no longer kept"; });
  wave.addEventListener("click", (e) => {
    const r = wave.getBoundingClientRect();
    audio.currentTime = ((e.clientX - r.left) / r.width) * (audio.duration || +audio.dataset.ms / 1000);
    audio.play().catch(() => {});
  });
};

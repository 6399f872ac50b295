// Earshot's pages work without this script. It adds: live lines and lists, a player, decisions in place, shortcuts.
"use strict";
(() => {
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

  // watch follows a stream. The browser resumes by itself after a cut; after a refusal it has to be begun again.
  const watch = (url, handlers, state) => {
    let last = "", source;
    const begin = () => {
      const u = new URL(url, location.href);
      if (last) u.searchParams.set("after", last);
      source = new EventSource(u);
      source.onopen = () => state(true);
      source.onerror = () => {
        state(false);
        if (source.readyState === EventSource.CLOSED) setTimeout(begin, 8000 + Math.random() * 4000);
      };
      source.addEventListener("alarm", (e) => {
        const alarm = $("alarm");
        [alarm.textContent, alarm.hidden] = [e.data, !e.data];
      });
      for (const name in handlers) {
        source.addEventListener(name, (e) => {
          last = e.lastEventId || last;
          handlers[name](e.data, source);
        });
      }
    };
    begin();
  };

  // --- lists that are read anew when something changed: rooms, the queue ---
  const box = document.querySelector("[data-refresh]");
  // An element of a keyed list stays as it is while its status does: a clip in it plays on, an open "why" stays open.
  const merge = (list, fresh) => {
    const known = new Map([...list.children].map((c) => [c.id, c]));
    list.replaceChildren(...[...fresh.children].map((c) => {
      const old = known.get(c.id);
      return old && old.dataset.status === c.dataset.status ? old : c;
    }));
  };
  const renew = async () => {
    const answer = await fetch(location.href).catch(() => null);
    if (answer && (answer.redirected || answer.status === 401 || answer.status === 403)) location.reload(); // no access any more
    if (!answer || !answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(box.id);
    if (!fresh) return;
    const focus = box.contains(document.activeElement) && document.activeElement.getAttribute("href");
    for (const list of fresh.querySelectorAll("[data-keyed]")) {
      const old = $(list.id);
      if (!old) continue;
      merge(old, list);
      list.replaceWith(old);
    }
    box.replaceChildren(...fresh.childNodes);
    dress(box);
    if (focus) for (const a of box.querySelectorAll("a")) if (a.getAttribute("href") === focus) a.focus();
    pick(cursor);
  };
  if (box) {
    let due = false;
    const soon = () => {
      if (due) return;
      due = true;
      setTimeout(() => { due = false; renew(); }, box.dataset.keys ? 400 : 1500);
    };
    watch(box.dataset.refresh, { touch: soon, reset: (why) => (why === "access" ? location.reload() : soon()) }, () => {});
  }

  // --- one session ---
  const session = $("session"), lines = $("lines"), log = $("log"), strips = $("strips"), pill = $("pill");
  let unseen = 0;
  const scroller = () => (getComputedStyle(log).overflowY === "auto" ? log : document.scrollingElement);
  const atEnd = () => {
    const s = scroller();
    return s.scrollHeight - s.scrollTop - s.clientHeight < 60;
  };
  // Lines off screen are measured as they come into view, so the end moves until all that are in view are measured.
  const toEnd = (tries = 8) => {
    const s = scroller();
    s.scrollTop = s.scrollHeight;
    requestAnimationFrame(() => {
      if (tries > 0 && s.scrollHeight - s.scrollTop - s.clientHeight > 1) toEnd(tries - 1);
    });
  };
  const showPill = () => {
    pill.hidden = unseen === 0;
    pill.textContent = `${unseen} new ${unseen === 1 ? "line" : "lines"} ↓`;
  };
  const seen = () => {
    if (unseen && atEnd()) {
      unseen = 0;
      showPill();
    }
  };

  // The timeline. Its unit is the ms; the scale ends at a round time, as the server draws it.
  const steps = [5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400].map((s) => s * 1000);
  const rescale = (ms) => {
    if (ms > +strips.dataset.scale) {
      const step = steps.find((s) => ms <= 6 * s) || steps[steps.length - 1];
      const end = Math.max(step, Math.ceil(ms / step) * step);
      strips.dataset.scale = end;
      const ticks = [];
      for (let x = 0; x <= end; x += step) {
        const at = `${(100 * x) / end}%`, label = svg("text", { x: at, y: 10 });
        label.textContent = clock(x);
        ticks.push(svg("line", { x1: at, x2: at, y1: 13, y2: 17 }), label);
      }
      $("axis").replaceChildren(...ticks);
    }
    for (const s of strips.querySelectorAll("svg:not(.bar)")) s.setAttribute("viewBox", `0 0 ${strips.dataset.scale} 20`);
    strips.closest("section").hidden = false;
  };
  const onStrip = (who, shape, line) => {
    const row = $("t-" + who);
    if (!row) return;
    const a = svg("a", { href: "#" + line, tabindex: "-1" });
    a.append(shape);
    row.querySelector("svg").append(a);
  };
  const hole = (gap) => {
    const all = gap.dataset.who ? [$("t-" + gap.dataset.who)] : [...strips.children];
    const at = gap.dataset.at, width = gap.dataset.end - at;
    for (const row of all) row?.querySelector("svg").prepend(svg("rect", { class: "hole", x: at, y: 0, width, height: 20 }));
  };
  const addTalk = (who, ms) => {
    const row = $("t-" + who);
    if (!row || !ms) return;
    row.dataset.talk = +row.dataset.talk + ms;
    let all = 0;
    for (const r of strips.children) all += +r.dataset.talk;
    for (const r of strips.children) {
      const percent = all ? Math.round((100 * r.dataset.talk) / all) : 0;
      r.querySelector(".bar rect").setAttribute("width", percent);
      r.querySelector(".talk b").textContent = clock(+r.dataset.talk);
      r.querySelector(".share").textContent = percent + "%";
    }
  };
  const tally = (id, by) => {
    const el = $(id), n = +el.textContent + by;
    el.textContent = n;
    return n;
  };

  // regroup hides the name of a line that continues the one above.
  const regroup = (el) => {
    if (!el?.classList.contains("line")) return;
    const before = el.previousElementSibling;
    el.classList.toggle("cont", !!before?.classList.contains("line") && before.dataset.who === el.dataset.who &&
      el.dataset.at - before.dataset.end < 20000);
  };

  const waiting = new Map(); // place id -> elements that came before their place
  const place = (el) => {
    const box = $(el.dataset.in);
    if (!box) {
      if (waiting.size < 200) waiting.set(el.dataset.in, [...(waiting.get(el.dataset.in) || []), el]);
      return;
    }
    let next = null;
    if (el.dataset.at !== undefined) {
      const desc = box.dataset.order === "desc", at = +el.dataset.at;
      if (desc) {
        next = [...box.children].find((c) => +c.dataset.at <= at) || null;
      } else {
        for (let c = box.lastElementChild; c && +c.dataset.at > at; c = c.previousElementSibling) next = c;
      }
    }
    box.insertBefore(el, next);
  };
  const replace = (old, el) => {
    if (el.dataset.keep) { // only a part is new: the rest has grown here
      old.querySelector("." + el.dataset.keep).replaceWith(el.querySelector("." + el.dataset.keep));
      return;
    }
    if (old.open) el.open = true;
    const slot = el.querySelector(".inflags"), kept = old.querySelector(".inflags");
    if (slot && kept && !slot.children.length) slot.append(...kept.children);
    for (const d of old.querySelectorAll("details[open]")) {
      const same = [...el.querySelectorAll("details")].find((x) => x.id === d.id);
      if (same) same.open = true;
    }
    old.replaceWith(el);
  };

  // put brings one piece of the page to its place and keeps the sums right. Pieces may come twice.
  const put = (el) => {
    const old = $(el.id), wasFinal = !!old && !old.classList.contains("partial");
    if (el.dataset.gone) {
      const next = old?.nextElementSibling;
      old?.remove();
      regroup(next);
      return;
    }
    if (old) replace(old, el);
    else place(el);
    dress(el);
    for (const child of el.querySelectorAll("[id]")) {
      for (const late of waiting.get(child.id) || []) put(late);
      waiting.delete(child.id);
    }
    const d = el.dataset;
    if (el.classList.contains("strip")) {
      rescale(0);
    } else if (el.classList.contains("line")) {
      regroup(el);
      regroup(el.nextElementSibling);
      if (el.classList.contains("partial")) return;
      rescale(+d.end);
      addTalk(d.who, +d.talk - (wasFinal ? +old.dataset.talk : 0));
      if (wasFinal) return;
      onStrip(d.who, svg("rect", { x: d.at, y: 6, width: d.end - d.at, height: 8 }), el.id);
      const count = $("n-lines");
      count.nextElementSibling.textContent = tally("n-lines", 1) === 1 ? "line" : "lines";
      unseen++;
    } else if (el.classList.contains("gap") && !old) {
      rescale(+d.end);
      hole(el);
    } else if (el.classList.contains("flag")) {
      const open = tally("n-flags", !!d.open - !!old?.dataset.open);
      $("n-open").classList.toggle("open", open > 0);
      if (old) return;
      const mark = svg("path", { class: "mark " + d.level, d: `M${d.at} 3v14` });
      mark.append(svg("title", {}));
      mark.firstChild.textContent = el.querySelector(".what").textContent;
      onStrip(d.who, mark, d.line);
    }
  };

  const receive = (html) => {
    const follow = atEnd();
    const parsed = document.createElement("template");
    parsed.innerHTML = html; // made by the server's templates, and inert: the page's policy runs no inline code
    for (const el of [...parsed.content.children]) put(el);
    if (follow) {
      unseen = 0;
      toEnd();
    }
    showPill();
  };
  const connected = (ok) => {
    const link = $("link");
    if (!link) return;
    link.textContent = ok ? "live" : "reconnecting…";
    link.parentElement.classList.toggle("lost", !ok);
    if (!ok) for (const p of lines.querySelectorAll(".partial")) p.remove();
  };
  if (session && $("head").dataset.live) {
    if (!location.hash && scroller() === log) toEnd();
    pill.addEventListener("click", () => {
      unseen = 0;
      showPill();
      toEnd();
      log.focus({ preventScroll: true });
    });
    log.addEventListener("scroll", seen, { passive: true });
    addEventListener("scroll", seen, { passive: true });
    watch(session.dataset.watch, {
      message: receive,
      reset: (why, source) => {
        source.close();
        setTimeout(() => location.reload(), why === "access" ? 0 : Math.random() * 2000);
      },
    }, connected);
  }

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

  // --- decisions ---
  // A form of a decision is sent without leaving the page; the answer is the changed pieces.
  const send = async (form, button) => {
    const body = new URLSearchParams(new FormData(form));
    if (button) body.set(button.name, button.value);
    for (const b of form.querySelectorAll("button")) b.disabled = true;
    const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Earshot-Piece": "1" } }).catch(() => null);
    for (const b of form.querySelectorAll("button")) b.disabled = false;
    if (!answer || !answer.ok) {
      const said = answer && new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".trouble p");
      tell(said ? said.textContent : "That did not get through. Try again.");
      return;
    }
    if (session) receive(await answer.text());
    else await renew();
    tell("");
  };
  const tell = (text) => {
    $("tell").textContent = text;
    $("tell").hidden = !text;
  };
  addEventListener("submit", (e) => {
    if (!e.target.matches(".decide") || !(session || box)) return;
    e.preventDefault();
    const card = e.target.closest(".ask");
    if (card && cursor === card.id) cursor = nearby(card);
    last = e.target.getAttribute("action");
    send(e.target, e.submitter);
  });

  // A form with data-swap has its answer put in place of that part of the page.
  // An answer that was overtaken by another is dropped.
  const asked = {};
  const swap = async (form, button) => {
    const query = new URLSearchParams(new FormData(form, button)), post = form.method === "post";
    const to = new URL(form.action);
    if (!post) to.search = query;
    const part = $(form.dataset.swap), turn = asked[part.id] = (asked[part.id] || 0) + 1;
    part.setAttribute("aria-busy", "true");
    const answer = await fetch(to, post ? { method: "POST", body: query } : {}).catch(() => null);
    if (asked[part.id] !== turn) return;
    part.removeAttribute("aria-busy");
    const said = answer && new DOMParser().parseFromString(await answer.text(), "text/html"), fresh = said?.getElementById(part.id);
    if (asked[part.id] !== turn) return;
    if (!fresh) {
      tell(said?.querySelector(".trouble p")?.textContent || "That did not get through. Try again.");
      return;
    }
    if (fresh.matches("details")) fresh.open = true;
    part.replaceWith(fresh);
    dress(fresh);
    (fresh.querySelector(".scroll, textarea") || fresh).focus({ preventScroll: true });
  };
  addEventListener("submit", (e) => {
    if (!e.target.dataset.swap) return;
    e.preventDefault();
    swap(e.target, e.submitter);
  });

  // --- the keyboard ---
  let cursor = "", last = ""; // id of the element that keys are about; address of the flag decided last
  const stops = () => [...document.querySelectorAll(session ? "#lines .line:not(.partial)" : ".ask")];
  const nearby = (card) => (card.nextElementSibling || card.previousElementSibling)?.id || "";
  const pick = (id, show) => {
    for (const el of document.querySelectorAll(".current")) el.classList.remove("current");
    const el = $(id);
    cursor = el ? id : "";
    if (!el) return;
    el.classList.add("current");
    if (!show) return;
    el.scrollIntoView({ block: "nearest" });
    (el.matches("[tabindex]") ? el : el.querySelector("a, button"))?.focus({ preventScroll: true });
  };
  const step = (by) => {
    const all = stops();
    if (!all.length) return;
    const i = all.findIndex((el) => el.id === cursor);
    pick(all[i < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(i + by, 0), all.length - 1)].id, true);
  };
  const here = () => $(cursor) || (session ? null : stops()[0]);
  const press = (value) => {
    const b = here()?.querySelector(`.decide button[value="${value}"], .decide button[data-key="${value}"]`);
    if (!b) return false;
    b.click();
    return true;
  };
  const undo = () => {
    const forms = [...document.querySelectorAll(".decide")].filter((f) => f.querySelector('[value="open"]'));
    const form = forms.find((f) => f.getAttribute("action") === last) || (session ? here()?.querySelector(".decide") : forms[0]);
    form?.querySelector('[value="open"]')?.click();
  };
  const play = () => {
    const clip = sounding && !sounding.paused ? sounding.closest(".clip") : here()?.querySelector(".clip");
    clip?.querySelector(".play").click();
    return !!clip;
  };
  const keys = {
    j: () => step(1),
    k: () => step(-1),
    c: () => press("confirmed"),
    d: () => press("dismissed"),
    m: () => press("mute"),
    w: () => press("warn"),
    x: () => here()?.querySelector('[data-key="redact"]')?.click(),
    u: undo, " ": play, "?": () => $("keys").showModal(), "/": () => $("q").focus(),
  };
  let leading = false; // "g" was pressed
  addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || e.target.closest("input, textarea, select") || $("keys").open) return;
    if (e.key === " " && e.target.closest("a, button, summary, audio")) return;
    if (leading && (e.key === "r" || e.key === "a")) {
      location.assign(e.key === "r" ? "/" : "/queue");
      return;
    }
    leading = e.key === "g";
    const act = Object.hasOwn(keys, e.key) && keys[e.key];
    if (act && act() !== false) e.preventDefault();
  });
  for (const b of document.querySelectorAll("[data-opens]")) {
    b.hidden = false;
    b.addEventListener("click", () => $(b.dataset.opens).showModal());
  }

  // Open asks count down; one that is over is read anew.
  const tick = () => {
    for (const t of document.querySelectorAll("[data-until]")) {
      const left = Math.ceil((new Date(t.dataset.until) - Date.now()) / 1000);
      t.parentElement.firstChild.data = left > 0 ? "lapses in " : "lapsed ";
      t.textContent = left > 0 ? clock(1000 * left) : "";
      t.parentElement.classList.toggle("soon", left <= 10);
    }
  };
  setInterval(tick, 1000);

  // --- small helps ---
  function copyButtons() {
    if (!navigator.clipboard) return;
    for (const box of document.querySelectorAll(".command:not(:has(button))")) {
      const b = document.createElement("button");
      b.type = "button";
      b.textContent = "Copy";
      b.addEventListener("click", async () => {
        await navigator.clipboard.writeText(box.querySelector("code").textContent);
        b.textContent = "Copied";
        setTimeout(() => { b.textContent = "Copy"; }, 2000);
      });
      box.append(b);
    }
  }
  function dress(within) {
    for (const clip of within.querySelectorAll(".clip")) dressClip(clip);
    copyButtons();
    tick();
  }
  dress(document);
})();

// Earshot's pages read without this script. It adds: live lines, a live list of rooms, copy buttons, the key "/".
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
      for (const name in handlers) {
        source.addEventListener(name, (e) => {
          last = e.lastEventId || last;
          handlers[name](e.data, source);
        });
      }
    };
    begin();
  };

  // --- the list of rooms ---
  const rooms = $("rooms");
  if (rooms) {
    let due = false;
    const refresh = async () => {
      due = false;
      const answer = await fetch(location.href).catch(() => null);
      if (!answer || !answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("rooms");
      if (!fresh) return;
      const focus = rooms.contains(document.activeElement) && document.activeElement.getAttribute("href");
      rooms.replaceChildren(...fresh.childNodes);
      copyButtons();
      if (focus) for (const a of rooms.querySelectorAll("a")) if (a.getAttribute("href") === focus) a.focus();
    };
    const soon = () => {
      if (due) return;
      due = true;
      setTimeout(refresh, 1500);
    };
    watch(rooms.dataset.watch, { touch: soon, reset: soon }, () => {});
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
      reset: (_, source) => {
        source.close();
        setTimeout(() => location.reload(), Math.random() * 2000);
      },
    }, connected);
  }

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
  copyButtons();
  addEventListener("keydown", (e) => {
    if (e.key !== "/" || e.ctrlKey || e.metaKey || e.altKey || e.target.closest("input, textarea, select")) return;
    e.preventDefault();
    $("q").focus();
  });
})();

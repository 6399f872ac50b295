// Puts every state of the pages on the screen and lets axe look at it.
import assert from "node:assert/strict";
import { axe, base, more, newContext, phone, publish, run, shots, tell } from "./browser.mjs";

const [size] = more; // desk or phone
// look fails for whatever axe finds in the part of the page: WCAG 2.2 AA and best practice. Colours, which are all that differs in the
// dark, are looked at in both schemes by faint, which takes much less time than axe.
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const look = async (page, where, within) => {
  if (!await page.evaluate(() => "axe" in window)) await page.evaluate(axe);
  const found = await page.evaluate(async ([within, values, colours]) => {
    const { violations } = await axe.run(within ? { include: [within] } : document, {
      resultTypes: ["violations"], runOnly: { type: "tag", values }, rules: { "color-contrast": { enabled: colours } },
    });
    return violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target} ${n.failureSummary.replace(/\s+/g, " ")}`));
  }, [within, rules, size === "desk"]);
  assert.deepEqual(found.slice(0, 4), [], where);
  await contrast(page, where, within);
};
// inBoth does something in the dark and in the light.
const inBoth = async (page, work) => {
  for (const colorScheme of ["dark", "light"]) {
    await page.emulateMedia({ colorScheme });
    await work(colorScheme);
  }
};
// contrast fails for text that is hard to read in one of the schemes; colours do not depend on the size of the screen.
const contrast = (page, where, within = "body") => size === "desk" && inBoth(page, async (scheme) => {
  const short = await page.locator(within).evaluateAll((all) => all.flatMap((el) => faint(el)));
  assert.deepEqual(short.slice(0, 4), [], `${where}, ${scheme}`);
});
const shoot = (page, name) => shots ? page.screenshot({ path: `${shots}/${name}.png` }) : undefined;

// faint measures the contrast of all text in an element against what is painted under it (WCAG 2.2, 1.4.3), and returns what falls
// short. It runs in the pages.
const faint = (el) => {
  const pen = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
  // Most texts have the colours of others: what was found once is kept.
  const kept = (of, key, find) => of.get(key) ?? of.set(key, find()).get(key);
  const lights = new Map(), grounds = new Map();
  const light = (...colours) => kept(lights, colours.join(), () => { // of colours painted one over the other
    for (const c of colours) { pen.fillStyle = c; pen.fillRect(0, 0, 1, 1); }
    const [r, g, b] = [...pen.getImageData(0, 0, 1, 1).data].map((x) => (x /= 255) <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  });
  const behind = (x) => x ? kept(grounds, x, () => {
    const { under, opacity } = behind(x.parentElement), own = getComputedStyle(x);
    return { under: own.backgroundColor === "rgba(0, 0, 0, 0)" ? under : [...under, own.backgroundColor], opacity: opacity * own.opacity };
  }) : { under: ["white"], opacity: 1 };
  const short = [], texts = document.createTreeWalker(el, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const own = texts.currentNode.parentElement, style = getComputedStyle(own);
    if (!texts.currentNode.data.trim() || own.closest("svg, .hide, select, audio") || !own.checkVisibility()) continue;
    const { under, opacity } = behind(own), ground = light(...under), ink = light(...under, style.color), size = parseFloat(style.fontSize);
    const ratio = 1 + (((Math.max(ground, ink) + 0.05) / (Math.min(ground, ink) + 0.05)) - 1) * opacity;
    const enough = size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
    if (ratio < enough) short.push(`${own.tagName}.${own.className} in ${el.className}: ${ratio.toFixed(2)}, not ${enough}`);
  }
  return short;
};

// sweep looks at each kind of thing one can press or follow, those of earlier pages aside, while the pointer is over it
// and it has the focus.
const sweep = async (page, where, known) => {
  const kinds = await page.evaluate((known) => {
    const found = [];
    for (const el of document.querySelectorAll("a, button, summary, input, select, textarea, .line, .room, [tabindex]")) {
      // The page replaces the links to earlier and later lines by the lines, as soon as they come near.
      if (!el.checkVisibility() || el.closest("dialog, #earlier, #later")) continue;
      const kind = [el.tagName, el.className, el.closest("li, section, nav, form")?.className].join("|");
      if (known.includes(kind)) continue;
      el.dataset.kind = found.push(kind) - 1;
      known.push(kind);
    }
    return found;
  }, [...known]);
  for (const kind of kinds) known.add(kind);
  await inBoth(page, async (scheme) => {
    for (const [i, kind] of kinds.entries()) {
      const spot = await page.evaluate((i) => {
        const el = document.querySelector(`[data-kind="${i}"]`);
        el?.scrollIntoView({ block: "nearest" });
        el?.focus({ preventScroll: true });
        const r = el?.getBoundingClientRect();
        return r?.width && { x: r.x + Math.min(r.width / 2, 40), y: r.y + r.height / 2 };
      }, i);
      if (!spot) continue;
      await page.mouse.move(spot.x, spot.y);
      // It may be gone now.
      const short = await page.evaluate((i) => [...document.querySelectorAll(`[data-kind="${i}"]`)].flatMap(faint), i);
      assert.deepEqual(short, [], `${where}, ${scheme}: over ${kind}`);
    }
  });
  await page.mouse.move(0, 0);
  return kinds.length;
};

const key = (seq, track = "t-Ana") => ({ session: "s1", epoch: 1, track, seq });
let seq = 100;
const states = {
  "a partial line with a tail": async (page) => {
    await publish({ session_id: "s1", partial: { ...key(++seq), speaker_id: "Ana", speaker: "Ana", start_ms: 110_000,
      stable: "please mute", tail: " him now" } });
    await page.locator(".partial .tail", { hasText: "him now" }).waitFor();
    await look(page, "partial", ".partial");
    assert.equal(await page.locator(".partial a, .partial button").count(), 0, "a partial line holds something to press");
  },
  "a row under the pointer, with the focus, chosen by j, led to by an address": async (page) => {
    await page.locator(".partial").first().hover();
    await contrast(page, "partial, hover", ".partial");
    await page.locator(".line.doubt").first().hover();
    await contrast(page, "doubt, hover", ".line.doubt");
    for (let i = 0; i < 3; i++) await page.keyboard.press("j");
    await contrast(page, "current", ".current");
    await page.evaluate(() => { location.hash = document.querySelector(".line:has(.face.outline)").id; });
    await contrast(page, "target", ".line:target");
  },
  "every reason is open": async (page) => {
    await page.evaluate(() => { for (const d of document.querySelectorAll("details")) d.open = true; });
    await page.waitForFunction(() => {
      const left = [...document.querySelectorAll("details[data-body]")].filter((d) => d.querySelector(".body:not(:has(.reason))"));
      for (const d of left) d.dispatchEvent(new Event("toggle")); // what was not answered in 12 s is asked for again
      return left.length === 0;
    }, null, { polling: 500 });
    await look(page, "open details");
  },
  "words light up": async (page) => {
    await page.evaluate(() => {
      for (const audio of document.querySelectorAll("audio")) audio.dispatchEvent(new Event("pause")); // the words get their elements
      for (const [i, w] of [...document.querySelectorAll("[data-s]")].entries()) w.classList.toggle("on", i % 2);
      for (const c of document.querySelectorAll(".clip")) c.classList.add("playing");
    });
    await contrast(page, "heard words");
  },
  "the note at the foot, the count of new lines, a cut connection": async (page) => {
    await page.evaluate(() => {
      const lost = document.getElementById("lost").cloneNode(); // the page hides its own again while it is connected
      Object.assign(lost, { id: "lost-shown", hidden: false, textContent: "Not connected for 21 s. This page may be out of date." });
      document.getElementById("lost").after(lost);
      const show = (id, text) => { const el = document.getElementById(id); if (el) { el.hidden = false; el.textContent = text; } };
      show("tell", "The request failed. Try again.");
      show("pill", "12 new lines ↓");
      show("link", "reconnecting…");
      document.getElementById("undo").hidden = false;
      document.getElementById("link")?.parentElement.classList.add("lost");
      for (const b of document.querySelectorAll(".decide button")) b.disabled = true;
    });
    await look(page, "note, pill, lost");
  },
  "the list of shortcuts": async (page) => {
    await page.evaluate(() => document.getElementById("keys").showModal());
    await look(page, "shortcuts", "#keys");
    await page.evaluate(() => document.getElementById("keys").close());
  },
};
const pages = ["/", "/s/s1?last=0", "/queue", "/s/s1/timeline", "/s/s1?edit=1", "/s/s1/line/1/2/t-Ben", "/s/s1/speakers/Ben",
  "/s/s1/consent", "/s/old", "/rules", "/rules/scam.guaranteed", "/people/open-mic/Ben",
  "/health", "/search", "/search?q=name", "/search?q=nobodysaidthis", "/access", "/setup", "/login", "/nowhere", "/s/nowhere"];
const evening = ["/s/long", "/s/long/timeline", "/queue"]; // two hours, and all its flags

const onADesk = async () => {
  const context = await newContext({ viewport: { width: 1280, height: 2400 }, bypassCSP: true, reducedMotion: "reduce" });
  await context.addInitScript(`window.faint = ${faint}`);
  const page = await context.newPage(), known = new Set();
  await publish({ session_id: "s1", partial: { ...key(++seq, "t-Ben"), speaker_id: "Ben", speaker: "Ben", start_ms: 108_000,
    stable: "before", tail: " it began" } });
  await page.goto(base + "/s/s1");
  await page.locator("#link", { hasText: "live" }).waitFor();
  const early = page.locator(".partial .tail", { hasText: "it began" });
  await early.waitFor();
  await page.evaluate(() => { // it is gone for a moment only
    const spoken = document.querySelector(".partial");
    window.went = new Promise((done) => {
      new MutationObserver(() => spoken.isConnected || done()).observe(document.getElementById("lines"), { childList: true });
    });
  });
  await tell("cut");
  await page.evaluate(() => window.went);
  await early.waitFor();
  console.log("ok words that were being spoken before the page opened, and again after a cut");
  for (const [name, show] of Object.entries(states)) {
    await show(page);
    console.log("ok", name, process.uptime().toFixed(1));
  }
  await page.setViewportSize({ width: 1280, height: 720 });
  const over = await page.evaluate(() => document.documentElement.scrollHeight - innerHeight);
  assert.ok(over <= 0, `the page of a session is ${over} px higher than the window, in which its parts scroll`);
  await page.setViewportSize({ width: 1280, height: 2400 });
  await inBoth(page, (scheme) => shoot(page, `states-${scheme}`));
  await page.goto(base + "/queue");
  await page.evaluate(() => { for (const u of document.querySelectorAll(".until")) u.classList.add("soon"); });
  await look(page, "an ask that lapses soon", ".asks");
  for (const words of ["my coin", "hello"]) {
    await page.goto(base + "/rules");
    await page.fill("#say", words);
    await page.getByRole("button", { name: "Try", exact: true }).click();
    await page.locator(".tried").waitFor();
    await look(page, "tried " + words, "#try");
  }
  await page.getByRole("button", { name: "Replay" }).click();
  await page.locator("#replay table").waitFor();
  await look(page, "replayed", "#replay");
  console.log("ok asks, words that were tried, a replay");
  for (const path of ["/s/s1", ...pages, "/s/long"]) {
    await page.goto(base + path);
    await look(page, path);
    const n = await sweep(page, path, known);
    console.log("ok", path, process.uptime().toFixed(1), n, "new kinds under the pointer and with the focus");
    if (shots) await inBoth(page, (scheme) => shoot(page, `page-${scheme}${path.replaceAll(/[^a-z0-9]+/g, "-")}`));
  }
};

// On a phone other things are shown, and are small; colours are the same.
const onAPhone = async () => {
  const small = await newContext({ ...phone, bypassCSP: true, reducedMotion: "reduce" });
  const page = await small.newPage();
  for (const path of ["/s/s1", ...pages, ...evening]) {
    await page.goto(base + path);
    await look(page, `${path} on a phone`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${path} is ${wide} px wider than a phone`);
    await shoot(page, `page-phone${path.replaceAll(/[^a-z0-9]+/g, "-")}`);
  }
  // Where thousands of flags wait, and somebody with the longest name has heard many grave clips, the top of the page takes two rows.
  for (const path of ["/queue", "/s/long"]) {
    await page.goto(base + path);
    await page.evaluate(() => {
      Object.assign(document.getElementById("waiting"), { hidden: false, textContent: "8888" });
      const me = document.getElementById("me");
      me.hidden = false;
      me.querySelector("summary").innerHTML = `<span class="face">WW</span><span class="who"><bdi>${"Wilhelmina ".repeat(11)}</bdi>
        <span class="dim">reviewer</span></span><span class="count">888</span>`;
    });
    for (const width of [430, 390, 360, 320]) {
      await page.setViewportSize({ width, height: 844 });
      const { high, lines } = await page.locator(".top").evaluate((el) => ({
        high: el.offsetHeight, lines: Math.max(...[...el.querySelectorAll("nav a")].map((a) => Math.round(a.offsetHeight / 44))),
      }));
      assert.ok(high <= 16 + 52 * 2 && lines === 1,
        `${path}: the top of the page is ${high} px high at ${width} px, ${lines} lines of a link`);
      const file = `${shots}/top-${width}${path.replaceAll("/", "-")}.png`;
      if (shots) await page.screenshot({ path: file, clip: { x: 0, y: 0, width, height: 200 } });
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(over <= 0, `${path} is ${over} px wider than ${width} px`);
    }
  }
  console.log("ok a phone shows every page whole");
};

await run(async () => {
  await (size === "phone" ? onAPhone() : onADesk());
});

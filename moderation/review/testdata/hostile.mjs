// Shows hostile text to a real browser and attacks from another site.
import assert from "node:assert/strict";
import { base, desk, newContext, run } from "./browser.mjs";

const step = async (name, work) => {
  await work();
  console.log("ok", name);
};
const pages = ["/", "/queue", "/s/s1", "/s/s1?edit=1", "/s/s1?last=0", "/s/s1/timeline", "/s/s1/line/1/2/t-Ben", "/rules",
  "/rules/scam.guaranteed", "/people/open-mic/Ben", "/health", "/search?q=hit", "/search?q=%3Cscript%3Ehit()%3C/script%3E",
  "/s/%3Cscript%3E", "/%22onload=hit()"];

await run(async () => {
  const context = await newContext(desk);
  const page = await context.newPage();
  const said = [];
  await page.exposeFunction("hit", () => said.push("a payload ran"));
  page.on("dialog", (d) => { said.push("a dialog: " + d.message()); d.dismiss(); });
  page.on("console", (m) => { if (/Content Security Policy/.test(m.text())) said.push("tried: " + m.text()); });
  page.on("request", (r) => { if (!r.url().startsWith(base) && !r.url().startsWith("data:")) said.push("asked " + r.url()); });
  const fine = (where) => assert.deepEqual(said, [], where);

  await step("hostile text on every page is text", async () => {
    for (const path of pages) {
      await page.goto(base + path);
      await page.evaluate(() => {
        for (const d of document.querySelectorAll("details")) d.open = true;
        for (const el of document.querySelectorAll("bdi, .text, .what, mark, input, a")) {
          el.dispatchEvent(new Event("mouseover"));
          el.focus?.();
        }
      });
      const made = await page.evaluate(() =>
        [...document.querySelectorAll("script, iframe, base, style, img, meta[http-equiv], [onload], [onerror], [onfocus], [onmouseover]")]
        .filter((x) => !(x.matches("script") && x.src.includes("/static/app.js"))).map((x) => x.outerHTML.slice(0, 80)));
      assert.deepEqual(made, [], path);
      const links = await page.evaluate(() => [...document.querySelectorAll("a[href], form[action], button[formaction]")]
        .map((x) => new URL(x.getAttribute("href") ?? x.getAttribute("action") ?? x.getAttribute("formaction"), location).href)
        .filter((u) => !u.startsWith(location.origin + "/")));
      assert.deepEqual(links, [], path);
      fine(path);
    }
  });
  await step("hostile text over the stream is text", async () => {
    await page.goto(base + "/s/s1");
    await page.locator("#link", { hasText: "live" }).waitFor();
    const before = await page.locator(".line").count();
    await fetch(base + "/test/storm", { method: "POST" });
    await page.waitForFunction((n) => document.querySelectorAll(".line:not(.partial)").length >= n + 10, before);
    for (const key of ["j", "k", "?", "Escape"]) await page.keyboard.press(key);
    fine("stream");
    assert.equal(await page.evaluate(() => document.querySelectorAll("#session script, #session iframe, #session img").length), 0);
  });
  await step("a name that turns the direction of text turns its own alone", async () => {
    const loose = await page.evaluate(() => {
      const out = [], texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (texts.nextNode()) {
        const t = texts.currentNode, style = getComputedStyle(t.parentElement);
        const kept = style.display !== "inline" || /isolate|plaintext/.test(style.unicodeBidi) ||
          t.parentElement.closest("bdi, [dir=auto], textarea, title, option, script");
        if (/[\u202a-\u202e\u2066-\u2069]/.test(t.data) && !kept) out.push(t.parentElement.outerHTML.slice(0, 100));
      }
      return out;
    });
    assert.deepEqual(loose.slice(0, 8), []);
  });
  await step("forms and requests of another site change nothing", async () => {
    const was = await (await fetch(base + "/test/decided")).text();
    const other = await newContext({ bypassCSP: true });
    const evil = await other.newPage();
    const answers = [];
    evil.on("response", (r) => { if (r.request().method() === "POST") answers.push(r.status()); });
    const address = await page.evaluate(() => location.origin);
    const site = address.replace("127.0.0.1", "localhost"); // the same server by another name is another site
    for (const [path, fields] of [["/flags/f1", { status: "confirmed" }], ["/flags/f1", { verb: "mute" }],
      ["/people/open-mic/Ben/erase", { name: "x" }],
      ["/s/s1/line/1/2/t-Ben/redact", { all: "1", sure: "1" }], ["/s/s1/summary", {}]]) {
      await evil.goto(site + "/nowhere");
      await Promise.all([evil.waitForNavigation(), evil.evaluate(([to, fields]) => {
        const f = document.createElement("form");
        f.method = "post";
        f.action = to;
        for (const k in fields) f.append(Object.assign(document.createElement("input"), { name: k, value: fields[k] }));
        document.body.append(f);
        f.submit();
      }, [address + path, fields])]);
      await evil.goto(site + "/nowhere");
      await evil.evaluate(([to, fields]) => fetch(to, { method: "POST", mode: "no-cors", credentials: "include",
        body: new URLSearchParams(fields) }).catch(() => {}), [address + path, fields]);
    }
    assert.ok(answers.length >= 5, `only ${answers.length} answers`);
    assert.ok(answers.every((a) => a === 403), `answered ${answers}`);
    assert.equal(await (await fetch(base + "/test/decided")).text(), was, "something was changed from another site");
    await evil.goto(site + "/nowhere");
    const framed = await evil.evaluate((to) => new Promise((done) => {
      const f = document.createElement("iframe");
      f.onload = () => { try { done(f.contentDocument?.title || "blocked"); } catch { done("blocked"); } };
      f.src = to;
      document.body.append(f);
    }), address + "/queue");
    assert.equal(framed, "blocked");
  });
});

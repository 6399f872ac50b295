// Drives the review pages in a real browser while a demo talks: node review.mjs MODULES CHROMIUM BASE SESSION SHOTS
// Every step is one line on the standard output; the first that fails ends the run.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import assert from "node:assert/strict";

const [modules, executablePath, base, session, shots] = process.argv.slice(2);
const require = createRequire(modules + "/");
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"] });
const failures = [];
const open = async (options = {}) => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  context.setDefaultTimeout(120_000); // a busy machine is slow
  const page = await context.newPage();
  page.on("pageerror", (e) => failures.push(e.message));
  page.on("console", (m) => { if (m.type() === "error") failures.push(m.text()); });
  return page;
};
const step = async (name, work) => {
  await work();
  console.log("ok", name);
};
const shoot = (page, name) => shots ? page.screenshot({ path: `${shots}/${name}.png` }) : undefined;
const paths = ["/", "/queue", `/s/${session}`, `/s/${session}/timeline`, `/s/${session}?edit=1`, "/rules", "/health", "/search?q=coin",
  "/access"];

try {
  const page = await open();
  await step("a flag appears on the queue by itself", async () => {
    await page.goto(base + "/queue");
    await page.waitForSelector(".ask .play");
  });
  await step("its clip plays, and words light up as they are heard", async () => {
    await page.keyboard.press("j");
    const lit = page.evaluate(() => new Promise((done) => {
      const words = new Set();
      const look = () => {
        for (const w of document.querySelectorAll(".ask.current .on")) words.add(w.textContent);
        const audio = document.querySelector(".ask.current audio");
        if (audio?.ended) done({ words: [...words], duration: audio.duration });
        else requestAnimationFrame(look);
      };
      look();
    }));
    await page.keyboard.press("Space");
    const { words, duration } = await lit;
    assert.ok(duration > 1 && duration < 15, `a clip of ${duration} s`);
    assert.ok(words.length >= 3, `only ${words.length} words lit up`);
    await shoot(page, "queue");
  });
  await step("c confirms the flag, u takes it back, without leaving the page", async () => {
    const id = await page.getAttribute(".ask.current", "id");
    await page.keyboard.press("c");
    await page.waitForSelector(`#d-${id}.confirmed`);
    assert.equal(await page.locator(`#${id}`).count(), 0, "the card is still there");
    await page.keyboard.press("u");
    await page.waitForSelector(`.ask#${id}`);
    await page.waitForSelector(`#d-${id}`, { state: "detached" });
  });
  await step("? shows the shortcuts", async () => {
    await page.keyboard.press("?");
    assert.ok(await page.locator("#keys").isVisible());
    await page.keyboard.press("Escape");
  });
  await step("a decision on the session's page shows in line and list", async () => {
    await page.goto(`${base}/s/${session}`);
    const flag = page.locator(".flag.open").first();
    await flag.locator("details > summary").click();
    await flag.locator(".decide [value=confirmed]").first().click();
    await page.locator(".flag.confirmed .status", { hasText: "confirmed by" }).first().waitFor();
    await page.waitForSelector(".inflag.confirmed");
    assert.ok(await page.locator("#head").isVisible(), "the page was left");
    await shoot(page, "session");
  });
  await step("what was missed is told beside the transcript, and each item leads to its line", async () => {
    await page.locator("#summary > summary").click();
    const swapped = () => page.waitForFunction(() => document.activeElement?.matches("#summary .scroll"));
    await page.getByRole("button", { name: "everything" }).click();
    await page.locator("#summary", { hasText: "From 0:00 to" }).waitFor();
    await swapped();
    await page.fill("#summary [name=since]", "0:00");
    await page.locator("#summary [name=since]").press("Enter");
    await swapped();
    await page.locator("#summary", { hasText: "From 0:00 to" }).waitFor();
    const first = page.locator("#summary .points a").first();
    await first.waitFor();
    assert.match(await page.locator("#summary").innerText(), /From \d+ lines, made without any language model/);
    await first.click();
    await page.waitForSelector(".line:target");
    await page.getByRole("button", { name: "Make it again" }).click();
    await page.locator("#summary", { hasText: "Up to" }).waitFor();
    await shoot(page, "summary");
  });
  await step("search finds the line and leads to it", async () => {
    await page.keyboard.press("/");
    await page.keyboard.type("crypto");
    await page.keyboard.press("Enter");
    await page.waitForSelector(".hits mark");
    await page.locator(".hits a").first().click();
    await page.waitForSelector(".line:target");
  });
  await step("a line is corrected, what was heard stays", async () => {
    await page.goto(`${base}/s/${session}?edit=1`);
    await page.locator("a.edit").first().click();
    await page.fill("textarea", "Corrected <i>by hand</i>.");
    await page.getByRole("button", { name: "Save" }).click();
    const corrected = page.locator(".line", { hasText: "Corrected <i>by hand</i>." });
    await corrected.getByText("corrected by host").waitFor();
  });
  await step("without the script decisions work by form", async () => {
    const plain = await open({ javaScriptEnabled: false });
    do await plain.goto(base + "/queue"); while (await plain.locator(".ask audio[controls]").count() === 0); // it comes after the flag
    const id = await plain.locator(".ask").first().getAttribute("id");
    await plain.locator(`.ask#${id} [value=dismissed]`).first().click();
    assert.equal(new URL(plain.url()).pathname, "/queue");
    assert.equal(await plain.locator(`.ask#${id}`).count(), 0, "the card is still there");
    await plain.goto(`${base}/s/${session}`);
    await plain.locator("#summary > summary").click();
    await plain.getByRole("button", { name: "15 min" }).click();
    assert.ok(await plain.locator("#summary[open] .points a").count() > 0, "no summary without the script");
    await plain.locator("#summary").getByRole("button", { name: /Make/ }).click();
    assert.match(plain.url(), /#summary$/);
    await plain.context().close();
  });
  await step("on a phone nothing is wider than the screen, and buttons are 44 px", async () => {
    const phone = await open({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, colorScheme: "dark" });
    for (const path of paths) {
      await phone.goto(base + path);
      const wide = await phone.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `${path} is ${wide} px too wide`);
    }
    await phone.goto(base + "/queue");
    for (const b of await phone.locator(".decide button").all()) assert.ok((await b.boundingBox()).height >= 44, "a small button");
    await shoot(phone, "phone");
    await phone.context().close();
  });
  for (const colorScheme of ["light", "dark"]) {
    await step(`axe finds nothing serious (${colorScheme})`, async () => {
      const p = await open({ colorScheme, bypassCSP: true });
      for (const path of paths) {
        await p.goto(base + path);
        await p.evaluate(axe);
        const { violations } = await p.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
        const grave = violations.filter((v) => v.impact === "serious" || v.impact === "critical");
        assert.deepEqual(grave.map((v) => `${path} ${v.id}: ${v.nodes[0].target} ${v.nodes[0].failureSummary}`), []);
      }
      await p.context().close();
    });
  }
  assert.deepEqual(failures, [], "the browser complained");
  console.log("ok the browser had nothing to complain about");
} catch (e) {
  console.log("FAILED", e.message, failures.join("; "));
  process.exitCode = 1;
} finally {
  await browser.close();
}

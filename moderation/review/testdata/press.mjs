// Presses what is pressed by mistake, twice, or into a network that fails.
import assert from "node:assert/strict";
import { base, becomes, desk, newContext, phone, publish, run, stopClock } from "./browser.mjs";

const UNTOLD = "The connection broke before there was an answer. It may have been done all the same";
const decision = (r) => r.method() === "POST" && /decide$|\/dismiss$/.test(new URL(r.url()).pathname);
const flags = async () => (await (await fetch(base + "/api/flags?limit=1000")).json()).flags.map((f) => f.flag);

await run(async () => {
  const context = await newContext(desk), page = await context.newPage(), sent = [];
  page.on("request", (r) => { if (decision(r)) sent.push(new URLSearchParams(r.postData())); });
  await page.goto(base + "/queue");
  const first = page.locator(".ask").first(), note = page.locator("#tell");
  const touch = { session_id: "s1", session: { id: "s1", room: "open-mic" } };

  // The page's own reads fail, and then a press does.
  let failed = 0;
  const isRead = (url) => url.pathname === "/queue";
  await page.route(isRead, (route) => { failed++; return route.abort(); });
  await publish(touch);
  await note.filter({ hasText: "This page may be out of date" }).waitFor();
  await page.route(/decide$/, async (route) => { // the answer is lost, not the press
    await route.fetch();
    await route.abort("connectionreset");
  }, { times: 1 });
  const id = await first.getAttribute("id");
  await first.getByRole("button", { name: /^Confirm/ }).click();
  await note.filter({ hasText: UNTOLD }).waitFor();
  const before = failed;
  await publish(touch);
  while (failed < before + 2) await page.waitForEvent("requestfailed");
  assert.match(await note.textContent(), new RegExp(UNTOLD), "a failed read speaks over what became of a press");
  console.log("ok what became of a press stays in sight while reads fail");
  await page.unroute(isRead);
  await publish(touch);
  await page.locator(`#${id} .decide`).waitFor({ state: "detached" });
  await note.waitFor({ state: "hidden" });
  console.log("ok and goes when the page shows it");

  // A key that is held, and a second tap.
  await page.clock.install();
  await page.reload();
  await stopClock(page);
  const settled = () => page.waitForFunction(() => document.activeElement.matches(".ask") && !document.getElementById("undo").hidden, null,
    { polling: 50 });
  sent.length = 0;
  await page.keyboard.press("j");
  for (let i = 0; i < 5; i++) await page.keyboard.down("d"); // it repeats from the second on
  await page.keyboard.up("d");
  await settled();
  await page.keyboard.press("d");
  await page.locator(".ask").first().getByRole("button", { name: /^Dismiss/ }).click();
  assert.equal(sent.length, 1, "a held key or a second tap decides another card");
  await page.clock.runFor(400);
  const second = await page.locator(".ask").first().getAttribute("id");
  await page.locator(`#${second}`).getByRole("button", { name: /^Dismiss/ }).click();
  await page.locator(`#${second}`).waitFor({ state: "detached" }); // it was answered
  await page.waitForFunction(() => document.activeElement.matches(".ask"), null, { polling: 50 });
  assert.equal(sent.length, 2);
  console.log("ok a held key and a double tap decide one card");

  // Somebody is removed once.
  await page.clock.runFor(400);
  const remove = page.locator(".ask:has([data-key=remove])").first().locator("[data-key=remove]");
  const { width } = await remove.boundingBox();
  const card = await page.locator(".ask:has([data-key=remove])").first().getAttribute("id");
  sent.length = 0;
  let answer;
  const held = new Promise((done) => { answer = done; });
  await page.route(/decide$/, async (route) => {
    await held;
    await route.continue();
  }, { times: 1 });
  await remove.dblclick();
  await becomes(() => remove.textContent(), "Sure?", "the button");
  assert.equal((await remove.boundingBox()).width, width);
  assert.match(await note.textContent(), /^Remove: press again to confirm/);
  assert.equal(sent.length, 0, "a double tap removes somebody");
  await page.clock.runFor(600);
  await remove.click();
  await page.waitForFunction((id) => document.querySelector(`#${id} [data-key=remove]`).disabled, card, { polling: 50 });
  await remove.click({ force: true }).catch(() => {});
  await page.keyboard.press("Enter");
  answer();
  await page.locator("#" + card).waitFor({ state: "detached" });
  assert.equal(sent.length, 1);
  assert.equal(sent[0].get("sure"), "1");
  assert.match(await page.locator("#undo").innerText(), /^Remove\./, "what can be undone");
  console.log("ok somebody is removed once, after a second press");
  await page.clock.runFor(4000);
  assert.ok(await note.isHidden());
  await page.clock.resume();

  // Words are removed for ever, so it takes two presses, and no page asks again.
  const address = await page.evaluate(async () => {
    const doc = new DOMParser().parseFromString(await (await fetch("/queue")).text(), "text/html");
    return doc.querySelector("[data-key=redact]").getAttribute("href");
  });
  await page.goto(base + address);
  const posts = [];
  page.on("request", (r) => { if (r.url().endsWith("/redact")) posts.push(new URLSearchParams(r.postData())); });
  const redact = page.locator("#redact button", { hasText: "Redact selected words" });
  const place = await redact.evaluate((el) => [...document.querySelectorAll("#redact button")].indexOf(el));
  await page.clock.pauseAt(await page.evaluate(() => Date.now() + 1000));
  await redact.dblclick();
  await note.filter({ hasText: "Redact selected words: press again to confirm" }).waitFor();
  assert.deepEqual(posts, [], "a double tap redacts");
  const again = page.locator("#redact button").nth(place);
  await page.clock.runFor(600);
  await again.click();
  await page.clock.resume();
  await page.waitForURL(/[?]at=u-/);
  assert.deepEqual(posts.map((x) => x.get("sure")), ["1"]);
  await page.locator("#lines .text", { hasText: "▮" }).first().waitFor();
  console.log("ok words are redacted after a second press");

  // All flags of a rule.
  await page.goto(base + "/queue?rule=rule.0");
  const alike = page.getByRole("button", { name: /^Dismiss all \d+ flags of this rule/ }), n = +(await alike.textContent()).match(/\d+/)[0];
  const dismissed = async () => (await flags()).filter((f) => f.rule === "rule.0" && f.status === "dismissed").length;
  const was = await dismissed();
  await stopClock(page); // Undo is offered for 8 s
  await alike.click();
  await page.locator("#undo", { hasText: `${n} flags dismissed.` }).waitFor();
  assert.equal(await dismissed(), was + n);
  assert.equal(await page.locator("#asks > li").count(), 0);
  await page.locator("#undo button").click();
  await page.clock.resume();
  await page.locator("#asks > li").first().waitFor();
  assert.equal(await dismissed(), was);
  await alike.filter({ hasText: `all ${n} flags` }).waitFor();
  console.log("ok all flags of a rule are dismissed and reopened at once");

  // Listening is paused without leaving the page.
  const small = await (await newContext(phone)).newPage();
  await small.goto(base + "/s/s1");
  await small.evaluate(() => { window.stayed = true; });
  await small.locator("#pausing button").tap();
  await small.locator("#head", { hasText: "paused" }).waitFor();
  await small.locator("#pausing button", { hasText: "Resume" }).tap();
  await small.locator("#link", { hasText: "live" }).waitFor();
  await small.locator("#pausing button", { hasText: "Pause" }).waitFor();
  assert.ok(await small.evaluate(() => window.stayed), "the page was left");
  console.log("ok listening is paused in place");

  // A line's address is shared where the device can.
  await small.addInitScript(() => { navigator.share = async (what) => { window.shared = what; }; });
  await small.reload();
  const line = small.locator("#lines .line:has(a.name)").last(), lineID = await line.getAttribute("id");
  await line.locator("a.at").tap();
  await small.locator("#who").getByRole("button", { name: "Share…" }).tap();
  const shared = await small.waitForFunction(() => window.shared);
  assert.equal(new URL((await shared.jsonValue()).url).hash, "#" + lineID);
  console.log("ok a line's address is shared");
});

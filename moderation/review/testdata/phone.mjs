// Answers ten asks in a row on a phone, as a host does.
import assert from "node:assert/strict";
import { base, newContext, phone, run, stopClock, think } from "./browser.mjs";

// at is where something is seen; a card that is just then written anew has no place for a moment.
const at = async (what) => {
  for (;;) {
    const box = await what.boundingBox();
    if (box) return box;
  }
};
await run(async () => {
  const context = await newContext(phone);
  const page = await context.newPage(), net = await context.newCDPSession(page);
  let moved = 0, taps = 0, scrolls = 0;
  await net.send("Network.enable");
  const fetched = new Set(); // what the script asks for: the page's own parts came before
  net.on("Network.requestWillBeSent", ({ requestId, type, request }) => {
    if (type !== "Fetch") return;
    fetched.add(requestId);
    moved += JSON.stringify(request.headers).length + (request.postData?.length || 0);
  });
  net.on("Network.loadingFinished", (e) => { if (fetched.has(e.requestId)) moved += e.encodedDataLength; });
  await context.grantPermissions(["notifications"], { origin: base });
  await page.addInitScript(() => { // the sounds and the notifications are real, and counted
    window.alerts = { sounds: 0, notes: [] };
    const oscillator = AudioContext.prototype.createOscillator;
    AudioContext.prototype.createOscillator = function () {
      window.alerts.sounds++;
      return oscillator.call(this);
    };
    window.Notification = class extends Notification {
      constructor(title, options) {
        super(title, options);
        window.alerts.notes.push(`${title}: ${options.body}`);
      }
    };
  });
  await page.clock.install();
  await page.goto(base + "/queue");
  const tools = page.locator("#tools > summary");
  await tools.tap();
  for (const id of ["ring", "notify"]) {
    await page.locator("#" + id).tap();
    await page.locator(`#${id}[aria-pressed=true]`).waitFor();
  }
  assert.equal(await page.evaluate(() => alerts.sounds), 1, "who turns the sound on hears it");
  await tools.tap();
  await page.locator("#ring").waitFor({ state: "hidden" });
  const first = page.locator(".ask").first(), top = await first.boundingBox();
  assert.ok(top.y < 500, `the first card begins at ${top.y}`);
  const bytes = [], times = [];
  let place = null, tenth = "";
  for (let i = 0; i < 10; i++) {
    if (i === 9) await stopClock(page); // Undo is offered for 8 s
    const id = await page.locator(".ask[data-asks]").first().getAttribute("id"), button = page.locator(`#${id} [data-key="mute"]`);
    const seen = await at(button);
    if (seen.y < 0 || seen.y + seen.height > 844) scrolls++;
    await page.evaluate((id) => document.querySelector(`#${id} [data-key="mute"]`).scrollIntoView({ block: "nearest" }), id);
    const box = await at(button), began = performance.now(), before = moved;
    if (place) assert.ok(Math.abs(box.x - place.x) < 2, "the button is at another place across");
    place = box;
    await button.tap();
    taps++;
    const then = await page.waitForFunction((id) => !document.getElementById(id) &&
      { undo: !document.getElementById("undo").hidden, next: document.activeElement.matches(".ask") }, id);
    times.push(performance.now() - began);
    assert.deepEqual(await then.jsonValue(), { undo: true, next: true }, "Undo is offered, and the next card has the focus");
    tenth = id;
    if (i === 9) break; // the list is read when the clock goes on
    await page.waitForFunction((n) => +document.getElementById("waiting").textContent === n, 20 - 1 - i);
    bytes.push(moved - before);
    await think(page);
  }
  times.sort((a, b) => a - b);
  console.log("ok", taps, "taps and", scrolls, "times of scrolling for 10 asks;", Math.round(times[5]),
    "ms from a tap to the next card, at most", Math.round(times.at(-1)));
  bytes.sort((a, b) => a - b);
  console.log("ok", bytes[2], "bytes for a decision, both ways, at most", bytes.at(-1));
  // On a busy machine the news of earlier decisions, such as a mute that is seen, come between: the page reads the queue for those too.
  assert.ok(bytes[2] <= 5 * 1024, `${bytes} bytes`);
  await page.evaluate(() => Object.defineProperty(document, "hidden", { value: true }));
  await page.locator("#undo button").tap();
  await page.clock.resume();
  await page.locator(`#${tenth}[data-asks]`).waitFor();
  await page.waitForFunction(() => +document.getElementById("waiting").textContent === 11);
  console.log("ok undo");
  await page.waitForFunction(() => alerts.sounds === 2 && alerts.notes.length === 1);
  assert.deepEqual(await page.evaluate(() => alerts.notes), ["Earshot asks: A decision is needed. See the queue."]);
  console.log("ok an ask that comes, also while nobody sees the page, is heard and notified");
  const tallies = await page.locator("#asks .tonight").allTextContents();
  assert.ok(tallies.some((t) => /\d+ confirmed/.test(t)), `${tallies}`);
  await page.reload();
  assert.deepEqual(await page.locator("#asks .tonight").allTextContents(), tallies, "a card that stayed tells of another evening");
  console.log("ok the cards that stayed count what was decided");
  await page.close();

  // However late its own news come, a decision has the queue read once. The test's clock stands still meanwhile.
  const slow = await (await newContext(phone)).newPage();
  await slow.clock.install();
  await slow.addInitScript(() => {
    const listen = EventSource.prototype.addEventListener;
    window.held = [];
    EventSource.prototype.addEventListener = function (name, then) {
      listen.call(this, name, name === "touch" ? (e) => window.held.push({ id: e.lastEventId, tell: () => then(e) }) : then);
    };
  });
  let reads = 0;
  slow.on("request", (r) => { reads += r.resourceType() === "fetch" && r.method() === "GET" && r.url().endsWith("/queue"); });
  await slow.goto(base + "/queue");
  await stopClock(slow);
  await slow.clock.runFor(2000); // what was begun is over
  const before = reads, answer = slow.waitForResponse((r) => r.request().method() === "POST" && r.url().endsWith("/decide"));
  await slow.locator(".ask").first().locator('[data-key="mute"]').click();
  const own = (await answer).headers()["x-earshot-event"];
  await slow.waitForFunction((own) => held.some((x) => x.id === own), own, { polling: 50 });
  await slow.waitForFunction(() => !document.getElementById("undo").hidden, null, { polling: 50 });
  await slow.clock.runFor(500);
  assert.equal(reads - before, 0, "the queue is read before the decision's own news");
  const read = slow.waitForRequest((r) => r.method() === "GET" && r.url().endsWith("/queue"));
  await slow.evaluate(() => held.splice(0).forEach((x) => x.tell()));
  await slow.clock.runFor(10);
  await (await (await read).response()).finished();
  await slow.clock.runFor(3000);
  assert.equal(reads - before, 1, "times that the queue was read");
  assert.ok(await slow.locator("#undo").isVisible());
  await slow.clock.runFor(5000);
  assert.ok(await slow.locator("#undo").isHidden(), "Undo is offered for ever");
  console.log("ok a decision has the queue read once");
  await slow.close();

  // A read of the queue that was on its way when its card was decided here brings the card back in no form, and the page goes on.
  const other = await newContext(phone);
  const late = await other.newPage(), elsewhere = await other.newPage();
  for (const p of [late, elsewhere]) await p.goto(base + "/queue");
  const waiting = () => late.evaluate(() => +document.getElementById("waiting").textContent), all = await waiting();
  const decide = (p, card) => p.locator(".ask").nth(card).locator('[data-key="mute"]').tap();
  let release;
  const released = new Promise((done) => { release = done; });
  let done;
  const arrived = new Promise((then) => { done = then; });
  await late.route("**/queue", async (route) => {
    const response = await route.fetch();
    done();
    await released;
    await route.fulfill({ response });
  }, { times: 1 });
  await decide(elsewhere, 2);
  await arrived;
  const pressed = await late.locator(".ask").first().getAttribute("id");
  await decide(late, 0);
  await late.locator("#" + pressed).waitFor({ state: "detached" });
  release();
  await late.waitForFunction((n) => +document.getElementById("waiting").textContent === n, all - 2);
  await think(elsewhere);
  assert.equal(await late.locator("#" + pressed).count(), 0, "a card that was decided here is back");
  assert.equal(await late.locator("#asks > li:not([id])").count(), 0, "a place without a card");
  await decide(elsewhere, 2);
  await late.waitForFunction((n) => +document.getElementById("waiting").textContent === n, all - 3);
  console.log("ok a read that was on its way when a card was decided");
});

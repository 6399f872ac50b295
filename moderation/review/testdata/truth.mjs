// Changes things elsewhere while the pages are open in two browsers.
import assert from "node:assert/strict";
import { base, desk, newContext, phone, run, stopClock, tell } from "./browser.mjs";

const change = (name) => tell("change?name=" + encodeURIComponent(name));
// shows waits until the text of a part of a page has some words, or has them no more, and returns after how many ms.
const shows = async (page, part, words, gone) => {
  const began = performance.now();
  await page.waitForFunction(({ part, words, gone }) => {
    const el = document.querySelector(part), has = !!el && el.textContent.replace(/\s+/g, " ").includes(words);
    return gone ? !has : has;
  }, { part, words, gone }, { polling: 50 });
  return performance.now() - began;
};

await run(async () => {
  const open = {}, mine = {};
  const contexts = [await newContext(desk), await newContext(phone)];
  const errors = [], third = await newContext(desk);
  for (const [i, pages] of [mine, open].entries()) {
    await contexts[i].clock.install({ time: new Date("2026-03-01T20:15:00Z") }); // the time of the service
    for (const [name, path] of Object.entries({ queue: "/queue", session: "/s/s1", rooms: "/", person: "/people/open-mic/Ben",
      consent: "/s/s1/consent", timeline: "/s/s1/timeline", search: "/search?q=coin" })) {
      const context = name === "timeline" || name === "search" ? third : contexts[i]; // a browser has six connections
      if (i === 0 && name !== "queue" && name !== "session") continue;
      const page = pages[name] = await context.newPage();
      page.on("pageerror", (e) => errors.push(`${name}: ${e.message}`));
      const stream = page.waitForResponse((r) => new URL(r.url()).pathname.startsWith("/events"));
      await page.goto(base + path);
      await stream;
    }
  }
  // What is changed, by whom, and what each page shows then. A part that begins with "-" does not have the words any more.
  const card = "#asks";
  const table = [
    ["muted and seen", () => change("muted and seen"), {
      queue: ["#asks", "mute for 60 s, seen after 0.5 s"], session: ["#flags", "seen after 0.5 s"] }],
    ["dismissed at another desk", async () => {
      await stopClock(mine.queue); // Undo is offered for 8 s: it is pressed however long the other pages take
      await mine.queue.locator('.ask button[value="dismissed"]').first().click();
    }, {
      queue: ["#asks", "dismissed by host"], session: ["#flags", "dismissed by host"], timeline: ["#flagged", "dismissed"],
      person: ["#person", "dismissed by host"], rooms: ["#rooms", "1 open"] }],
    ["taken back there", async () => {
      await mine.queue.clock.runFor(7900);
      await mine.queue.locator("#undo button").click();
      await mine.queue.clock.resume();
    }, {
      queue: ["#asks", "Mute 60s"], session: [card, "Mute 60s"], person: ["-#person", "dismissed by host"], rooms: ["#rooms", "3 open"] }],
    ["answered in the room", () => change("answered in the room"), {
      queue: ["-#asks", "Rule scam.guaranteed"], session: ["#flags", "confirmed by Ana"], person: ["#person", "confirmed by Ana"],
      rooms: ["#rooms", "2 open"] }],
    ["a new flag", () => change("a new flag"), { queue: ["#asks", "And one more coin."], session: ["#flags", "Rule coin"],
      rooms: ["#rooms", "3 open"],
      timeline: ["#flagged", "Rule coin"] }],
    ["paused", () => change("paused"), { session: ["#head", "paused"] }],
    ["resumed", () => change("resumed"), { session: ["#head", "live"] }],
    ["opted out", () => change("opted out"), { session: ["#strips", "not transcribed"], consent: ["#consent", "objected"] }],
    ["unreachable", () => change("unreachable"), { session: ["#head", "not in the room: no route to the server"] }],
    ["reachable", () => change("reachable"), { session: ["-#head", "not in the room"] }],
  ];
  let slowest = 0;
  const check = async (name, act, pages) => {
    await act();
    for (const [page, [part, words]] of Object.entries(pages)) {
      const gone = part.startsWith("-"), ms = await shows(open[page], gone ? part.slice(1) : part, words, gone).catch(async (e) => {
        const text = await open[page].locator("main").innerText();
        throw new Error(`${name}: ${page} does not show it: ${e.message.slice(0, 80)}\n${text.slice(0, 1500)}`);
      });
      slowest = Math.max(slowest, ms);
    }
    console.log("ok", name, Object.keys(pages).join(", "));
  };
  await open.timeline.locator("#timeline").getByRole("button", { name: "Zoom in" }).click();
  await open.search.locator("[name=flagged]").check();
  const hide = (hidden) => open.search.evaluate((hidden) => {
    Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  }, hidden);
  await hide(true);
  const zoomed = () => open.timeline.locator("#strips svg.span")
    .evaluateAll((all) => [...new Set(all.map((el) => el.getAttribute("viewBox")))]);
  const zoom = await zoomed();
  const place = () => open.queue.locator(".ask").nth(1).evaluate((el) => el.getBoundingClientRect().top);
  const layout = () => open.queue.evaluate(() => [...document.querySelectorAll("#queue > *, #asks > li > *")].map((el) => {
    const r = el.getBoundingClientRect();
    return `${el.closest("li")?.id ?? ""} ${el.tagName}.${el.className} ${r.top}+${r.height}`;
  }).join("\n"));
  for (const row of table) {
    const was = await place(), before = await layout();
    await check(...row);
    if (row[0] === "dismissed at another desk" && Math.abs(await place() - was) >= 1) { // the card above was decided, and stays
      assert.fail(`the card under the thumb has moved from ${was} to ${await place()}:\n${before}\nis now\n${await layout()}`);
    }
  }
  assert.equal(zoom.length, 1);
  assert.deepEqual(await zoomed(), zoom, "what is seen of the timeline has moved");
  assert.equal(await open.search.locator("#results", { hasText: "And one more coin." }).count(), 0, "a page that nobody sees reads on");
  await hide(false);
  await shows(open.search, "#results", "And one more coin.");
  assert.ok(await open.search.locator("[name=flagged]").isChecked(), "a filter that somebody is about to set was reset");
  await open.queue.waitForFunction(() => document.title.startsWith("(3)"));
  await shows(open.session, "#waiting", "3");
  assert.equal(await open.session.evaluate(() => document.title.slice(0, 3)), "(3)");
  console.log("ok the count in the title; the slowest page took", Math.round(slowest), "ms");

  // Somebody looks at a card; the other browser says so, the own does not. A claim holds for 4 minutes from the service's time, which
  // stands still.
  const setClocks = async (time) => { for (const context of contexts) await context.clock.setSystemTime(new Date(time)); };
  await tell("clock?by=3m"); // a page renews its claim after 2 minutes at the soonest
  await setClocks("2026-03-01T20:18:00Z");
  const isClaim = (r) => r.url().endsWith("/claim"), claimed = ".ask.claimed .claim:not([hidden])";
  const firstClaim = mine.queue.waitForResponse(isClaim);
  await mine.queue.locator("#queue-count").focus();
  await mine.queue.locator("#asks > .ask").last().focus();
  await firstClaim;
  await shows(open.queue, "#asks > .ask:last-child .claim:not([hidden])", "is looking at this");
  assert.equal(await mine.queue.locator(".claim:not([hidden])").count(), 0);
  console.log("ok who looks at a card");

  // After 4 minutes it is offered again, to those who have the page open and to those who open it. A page on which it has the focus, and
  // nobody does anything, does not claim it again. Whoever looks at it then has it.
  const later = "2026-03-01T20:22:01Z";
  const offered = (page) => page.waitForFunction((claimed) => !document.querySelector(claimed), claimed, { polling: 50 });
  await tell("clock?by=4m1s");
  await setClocks(later);
  await offered(open.queue);
  let again = 0;
  mine.queue.on("request", (r) => { if (isClaim(r)) again++; });
  await change("resumed"); // the card is written anew, without the claim
  await mine.queue.waitForFunction(() => !document.querySelector("#asks .claim"), null, { polling: 50 });
  await mine.queue.clock.runFor(5000);
  assert.equal(again, 0, "a page claims a card again where nobody is");
  await open.queue.reload();
  await setClocks(later);
  await offered(open.queue);
  await open.queue.locator("#asks > .ask").last().focus();
  await shows(mine.queue, claimed, "is looking at this");
  console.log("ok a card is offered again after 4 minutes");

  // A network that freezes: the page says what became of a press, and that it is cut off; then it goes on.
  const lines = () => open.session.locator("#lines .line", { hasText: "Line while away." }).count();
  await change("a line");
  await shows(open.session, "#lines", "Line while away.");
  const flag = mine.session.locator("#flags > .open").first();
  await flag.locator("summary").click();
  await flag.getByRole("button", { name: /^Dismiss/ }).waitFor();
  await tell("freeze");
  await open.queue.getByRole("button", { name: /^Confirm/ }).first().click();
  await flag.getByRole("button", { name: /^Dismiss/ }).click();
  await open.session.locator("#pausing button").click();
  for (let i = 0; i < 3; i++) await change("a line");
  await shows(open.queue, "#tell", "No answer within 12 seconds. It may have been done all the same");
  await shows(mine.session, "#tell", "No answer within 12 seconds. It may have been done all the same");
  console.log("ok a press into a network that is gone");
  await open.session.waitForFunction(() => !document.getElementById("lost").hidden);
  await open.queue.waitForFunction(() => !document.getElementById("lost").hidden);
  assert.match(await open.session.textContent("#lost"), /^Not connected for \d+ s/);
  assert.equal(await lines(), 1);
  await tell("thaw");
  await open.session.waitForFunction(() => document.getElementById("lost").hidden);
  await open.session.waitForFunction(() => [...document.querySelectorAll("#lines .line")]
    .filter((l) => l.textContent.includes("Line while away.")).length >= 4);
  assert.equal(await lines(), 4, "lines after the network came back");
  assert.equal(await open.session.locator("#n-lines").textContent(), String(await open.session.locator("#lines .line").count()));
  const flags = await (await fetch(base + "/test/flags")).json();
  const waits = flags.filter((f) => f.status === "open").length;
  await open.queue.waitForFunction((n) => +document.getElementById("waiting").textContent === n, waits);
  console.log("ok back from a frozen network, without loss or doubles;", waits, "flags are waiting");
  for (const page of [open.queue, mine.session]) await shows(page, "#tell", "did not get through: the flag is still open. Press again.");
  await shows(open.session, "#tell", "If this page does not show what was pressed, press again.");
  console.log("ok a press that did not get through");

  // A service that is gone: every page says so, and that it is there again.
  const all = Object.entries({ ...open, "another session": mine.session, "another queue": mine.queue });
  const told = (gone) => Promise.all(all.map(([name, page]) => page.waitForFunction((gone) => {
    const lost = document.getElementById("lost");
    return gone ? /^Not connected for \d+ s/.test(lost.textContent) && !lost.hidden : lost.hidden;
  }, gone, { polling: 50 }).catch((e) => { throw new Error(`${name}: ${gone ? "gone" : "back"}: ${e.message}`); })));
  await tell("leave");
  await told(true);
  await tell("return");
  const returned = performance.now();
  await told(false);
  console.log("ok every page says that the service is gone; all were back", Math.round(performance.now() - returned), "ms after it");

  // A service that restarts.
  await tell("restart");
  await change("ended");
  await check("a restarted service: ended", () => 0, { session: ["#head", "ended"], rooms: ["#rooms", "Earshot was stopped"] });
  await check("the session that follows", () => change("begun again"), { session: ["#head", "The next session in this room"] });
  assert.equal(await open.session.locator("#head a").getAttribute("href"), "/s/s2");
  await check("a summary", () => change("summed up"), { session: ["#summary", "Ben sold coins."] });
  assert.deepEqual(errors, []);
});

// Goes through the large timeline and the player.
import assert from "node:assert/strict";
import { base, becomes, desk, newContext, phone, run } from "./browser.mjs";

const near = (a, b, by) => Math.abs(a - b) <= by;
const close = (a, b, by, what) => assert.ok(near(a, b, by), `${what}: ${a}, not ${b}`);

await run(async () => {
  const context = await newContext({ ...desk, reducedMotion: "reduce", timezoneId: "Asia/Jakarta" });
  const page = await context.newPage();
  const box = (p = page) => p.locator("#strips svg.span").first().evaluate((el) => el.getAttribute("viewBox").split(" ").map(Number));
  await page.goto(base + "/s/s1/timeline");
  const [, , scale] = await box();
  await page.locator("#timeline").getByRole("button", { name: "Zoom in" }).click();
  let [from, , span] = await box();
  close(span, scale / 2, 1, "half of it");
  close(from, scale / 4, 1, "the middle");
  await page.keyboard.press("ArrowRight");
  close((await box())[0], from + span / 3, 1, "a third further");
  await page.keyboard.press("-");
  assert.deepEqual(await box(), [0, 0, scale, 20]);
  console.log("ok buttons and keys zoom and move");

  const drawn = await page.locator("#strips svg.span").first().boundingBox(), y = drawn.y + 3, at = (x) => drawn.x + x * drawn.width;
  await page.mouse.move(at(0.25), y);
  await page.keyboard.down("Control");
  await page.mouse.wheel(0, -400);
  await page.keyboard.up("Control");
  await page.waitForFunction((s) => +document.querySelector("#strips svg.span").getAttribute("viewBox").split(" ")[2] < s, scale);
  [from, , span] = await box();
  close(from + span / 4, scale / 4, scale / 500, "what is under the pointer stays there");
  await page.mouse.move(at(0.5), y);
  await page.mouse.down();
  await page.mouse.move(at(0.4), y, { steps: 4 });
  await page.mouse.up();
  close((await box())[0], Math.min(scale - span, from + span / 10), scale / 500, "the drawing follows the pointer");
  assert.match(page.url(), /timeline$/, "a move was taken for a click");
  await page.keyboard.press("0");
  console.log("ok the wheel zooms at the pointer, and the pointer moves the drawing");

  const flag = () => page.evaluate(() => document.activeElement.getAttribute("aria-label"));
  await page.keyboard.press("n");
  assert.match(await flag(), /scam\.guaranteed, Ben, 0:15/);
  await page.keyboard.press("n");
  assert.match(await flag(), /rule\.info\.open, Ben, 1:00/);
  await page.keyboard.press("p");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/s\/s1\?at=/);
  console.log("ok keys go from flag to flag, and lead to the line");

  await page.goto(base + "/s/s1/timeline");
  const clip = page.locator(".flagged .clip").first(), wave = clip.locator(".wave");
  assert.equal(await page.locator(".playhead").count(), 0);
  await clip.locator("audio").evaluate((el) => { el.loop = true; }); // however long it takes to look at the playhead
  await clip.locator(".play").click(); // its Ogg holds no sound, so that the WAV is taken
  await page.waitForFunction((el) => el.currentSrc.endsWith(".wav"), await clip.locator("audio").elementHandle());
  await page.locator(".playhead").waitFor({ state: "attached" }); // a line has no width
  const head = await page.locator(".playhead").evaluate((el) => el.getAttribute("x1"));
  assert.ok(parseFloat(head) > 5 && parseFloat(head) < 12, `the playhead stands at ${head}`);
  await clip.locator("audio").evaluate((el) => el.pause());
  await page.locator(".playhead").waitFor({ state: "detached" });
  await wave.focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowRight");
  assert.match(await wave.getAttribute("aria-valuetext"), /^0:01 of 0:02/);
  const paces = [];
  for (let i = 0; i < 5; i++) {
    await clip.locator(".pace").click();
    paces.push(await clip.locator(".pace").textContent());
  }
  assert.deepEqual(paces, ["1.25×", "1.5×", "2×", "0.75×", "1×"]);
  await page.route("**/evidence/*", (r) => r.fulfill({ status: r.request().method() === "HEAD" ? 200 : 415 }));
  await page.reload();
  await clip.locator(".play").click();
  await clip.locator(".long", { hasText: "your browser can't play this" }).waitFor();
  await page.unroute("**/evidence/*");
  await page.route("**/evidence/*", (r) => r.fulfill({ status: 404 }));
  await page.reload();
  await clip.locator(".play").click();
  await clip.locator(".long", { hasText: "no longer kept" }).waitFor();
  console.log("ok clips play from a place at a pace, the playhead follows, and what can't be played says why");

  // 600 flags of 40 people: a small page, in which each can be reached with keys alone.
  await page.goto(base + "/s/long/timeline");
  const nodes = await page.evaluate(() => {
    const all = document.createTreeWalker(document);
    let n = 0;
    while (all.nextNode()) n++;
    return n;
  });
  console.log(nodes, "nodes of a timeline with 600 flags");
  assert.ok(nodes <= 6000, `${nodes} nodes`);
  assert.ok(await page.locator("#timeline").evaluate((el) => el.scrollHeight - el.clientHeight) <= 0, "rows are cut off");
  const long = page.locator("#strips svg.span").first(), spread = await long.boundingBox();
  const all = +await page.locator("#timeline").getAttribute("data-scale");
  await page.mouse.click(spread.x + spread.width / 2, spread.y + 2);
  await page.waitForURL(/\/s\/long\?t=\d+$/);
  const middle = +new URL(page.url()).searchParams.get("t");
  close(middle, all / 2, 20_000, "the middle");
  await page.locator(".line.current").waitFor();
  const reached = +await page.locator(".line.current").getAttribute("data-at");
  assert.ok(reached >= middle && reached < middle + 10_000, `${reached} is shown for ${middle}`);
  console.log("ok a click leads to what was said then");

  const still = await (await newContext({ ...desk, javaScriptEnabled: false })).newPage(), listed = new Set();
  for (let address = base + "/s/long/timeline"; address; address = await still.locator("#flagged .button").evaluateAll(([a]) => a?.href)) {
    await still.goto(address);
    for (const id of await still.locator("#marks > li").evaluateAll((all) => all.map((li) => li.id))) listed.add(id);
  }
  assert.equal(listed.size, 600, "flags that are listed");
  const one = still.locator(".at-flag").first(), to = await one.getAttribute("href");
  await one.focus();
  await still.keyboard.press("Enter");
  await still.waitForURL(base + to);
  assert.equal(await still.locator(".line:target").count(), 1, "the flag's line");
  await still.goBack();
  await still.locator(".spot").nth(5).click();
  await still.waitForURL(/\/s\/long\?at=/);
  console.log("ok without the script, every flag is listed, and the drawing leads to the lines");

  const fingered = await newContext(phone);
  const small = await fingered.newPage(), fingers = await fingered.newCDPSession(small);
  await small.goto(base + "/s/s1/timeline");
  await small.locator("#zoom").waitFor();
  const row = await small.locator("#strips svg.span").first().boundingBox();
  const touch = (type, ...xs) => fingers.send("Input.dispatchTouchEvent", {
    type, touchPoints: xs.map((x, id) => ({ x: row.x + x * row.width, y: row.y + row.height / 2, id })),
  });
  await touch("touchStart", 0.4);
  await touch("touchStart", 0.4, 0.6);
  for (const d of [0.15, 0.2, 0.3, 0.4]) await touch("touchMove", 0.5 - d, 0.5 + d);
  await touch("touchEnd");
  const fourfold = ([left, , seen]) => near(seen, scale / 4, scale / 20) && near(left + seen / 2, scale / 2, scale / 20);
  const [left] = await becomes(() => box(small), fourfold, "four times as large, and what is between the fingers stays there");
  await touch("touchStart", 0.5);
  for (const x of [0.45, 0.4, 0.3]) await touch("touchMove", x);
  await touch("touchEnd");
  await becomes(() => box(small), ([now]) => now > left, "the drawing follows a finger");
  assert.match(small.url(), /timeline$/, "a gesture was taken for a tap");
  await fingered.close();
  console.log("ok two fingers zoom, and one moves");

  await page.goto(base + "/");
  const time = page.locator(".room", { hasText: "Open mic" }).locator("time");
  assert.equal(await time.textContent(), "03:14"); // 20:14 of the server
  assert.equal(await time.getAttribute("title"), "20:14 UTC on the server");
  await page.goto(base + "/s/s1/timeline");
  assert.match(await page.locator(".lead time").textContent(), /03:14$/);
  await page.goto(base + "/search?q=coin");
  assert.match(await page.locator("h2 time").first().textContent(), / 03:14$/);
  await page.goto(base + "/s/s1");
  const said = page.locator(".line time").first();
  await said.hover();
  await becomes(() => said.getAttribute("title"), (title) => /03:14:\d\d here; .* 20:14:\d\d UTC on the server/.test(title), "the title");
  console.log("ok times of day are those of the browser's zone");
});

// Goes through what makes the pages bearable and sure.
import assert from "node:assert/strict";
import { base, becomes, desk, newContext, publish, run } from "./browser.mjs";

const focus = (page) => page.evaluate(() => {
  const el = document.activeElement;
  return { tag: el.tagName, within: el.closest("[id]")?.id };
});

await run(async () => {
  const context = await newContext({ ...desk, reducedMotion: "reduce" });
  const page = await context.newPage();
  await page.goto(base + "/");
  for (const name of ["Open mic", "A whole evening"]) assert.ok(await page.getByRole("link", { name }).isVisible(), `no live room ${name}`);
  console.log("ok live rooms are listed");

  await page.goto(base + "/s/s1");
  await page.locator("#link", { hasText: "live" }).waitFor();
  const { utterances: said } = await (await fetch(base + "/api/sessions/s1/utterances")).json();
  const line = page.locator(".line:has(.inflag.high.open)").last(), words = await line.locator(".text").innerText();
  await line.locator(".inflag.high summary").focus();
  const held = await page.evaluate(() => {
    window.drawn = document.activeElement.closest(".line");
    return document.activeElement.parentElement.id;
  });
  await publish({ session_id: "s1", utterance: said.find((u) => u.seq === 49) });
  await page.waitForFunction((held) => !window.drawn.isConnected && document.activeElement.parentElement.id === held, held); // drawn anew
  assert.equal(await line.locator(".text").innerText(), words);
  await page.locator("#flags .flag summary").first().focus();
  await page.evaluate(() => { // as when somebody else's decision takes it away
    window.fallen = 0;
    const watch = () => { if (document.activeElement === document.body) window.fallen++; };
    new MutationObserver(() => setTimeout(watch)).observe(document.body, { childList: true, subtree: true });
    document.querySelector("#flags .flag").remove();
  });
  await page.waitForFunction(() => document.activeElement !== document.body);
  assert.deepEqual(await focus(page), { tag: "SUMMARY", within: await page.locator("#flags .flag details").first().getAttribute("id") });
  await page.evaluate(() => { document.querySelector("#flags").remove(); });
  await page.waitForFunction(() => document.activeElement !== document.body);
  assert.equal(await page.evaluate(() => window.fallen), 0);
  console.log("ok the focus passes on when what has it goes");

  await page.goto(base + "/queue");
  const grave = page.locator(".ask.high").first().locator(".text");
  const filter = () => grave.evaluate((el) => getComputedStyle(el).filter);
  assert.equal(await filter(), "none");
  await page.locator("#me > summary").click();
  await page.getByRole("checkbox", { name: /Blur severe language/ }).check();
  const blurred = (x) => /blur/.test(x);
  await page.mouse.move(0, 0);
  await becomes(filter, blurred, "severe words");
  await page.reload();
  await becomes(filter, blurred, "the choice is forgotten");
  await grave.hover();
  await becomes(filter, "none", "what is pointed at stays blurred");
  await page.keyboard.press("b");
  await page.mouse.move(0, 0);
  await becomes(filter, "none", "severe words that are not to be blurred");
  assert.ok(await page.locator("#grave-count").isHidden());
  for (let i = 0; i < 2; i++) await page.locator(".ask.high:has(.clip)").first().locator("audio").dispatchEvent("play");
  await page.locator("#grave-count", { hasText: /^1$/ }).waitFor();
  await page.locator(".ask.info:has(.clip), .ask.low:has(.clip)").first().locator("audio").dispatchEvent("play");
  await page.reload();
  assert.equal(await page.locator("#grave-count").textContent(), "1");
  console.log("ok grave words are blurred on request, and grave clips that were heard are counted");

  // moving counts what would move by itself or on its way: animations, transitions, smooth scrolling.
  const moving = (page) => page.evaluate(() => document.getAnimations().length + [...document.querySelectorAll("*")].filter((el) =>
    [null, "::before", "::after"].some((part) => {
      const { animationName, transitionDuration, scrollBehavior } = getComputedStyle(el, part);
      return animationName !== "none" || transitionDuration.split(", ").some((x) => parseFloat(x) > 0) || scrollBehavior !== "auto";
    })).length);
  for (const path of ["/", "/queue", "/s/s1", "/s/s1/timeline", "/rules", "/rules/scam.guaranteed", "/health", "/search?q=coin",
    "/invite"]) {
    await page.goto(base + path);
    await page.locator("#me").waitFor();
    assert.equal(await moving(page), 0, `${path} moves`);
  }
  await page.goto(base + "/s/s1");
  await page.emulateMedia({ reducedMotion: "no-preference" });
  assert.ok(await moving(page) > 0, "nothing is seen that moves where it may");
  await page.emulateMedia({ reducedMotion: "reduce" });
  console.log("ok nothing moves for those who don't want it");

  await page.goto(base + "/s/long");
  await page.locator("#link", { hasText: "live" }).waitFor();
  const held80 = await page.evaluate(() => {
    addEventListener("beforeprint", () => {
      const count = (what) => document.querySelectorAll("#lines " + what).length;
      window.printed = { lines: count("> li"), flags: count(".inflag") };
    });
    return document.querySelectorAll("#lines > li").length;
  });
  const pdf = (await page.pdf({ format: "A4" })).toString("latin1"), sheets = pdf.match(/\/Type\s*\/Page\b/g).length;
  assert.ok(sheets > 30 && sheets <= 65, `2000 lines with 300 flags are ${sheets} pages`);
  assert.deepEqual(await page.evaluate(() => window.printed), { lines: 2000, flags: 300 });
  const holds = () => page.evaluate(() => document.querySelectorAll("#lines > li").length);
  await becomes(holds, held80, "the page holds other lines than before");
  await page.emulateMedia({ media: "print" });
  for (const gone of [".top", "#time", ".beside", "#asks", ".talk-top"]) {
    assert.ok(await page.locator(gone).isHidden(), `${gone} is printed`);
  }
  const flag = page.locator("#lines .inflag").first();
  assert.ok(await flag.isVisible() && await page.locator("h1").isVisible(), "no flag or no name is printed");
  const day = await page.locator("#head time").evaluate((el) => [getComputedStyle(el).fontSize, getComputedStyle(el, "::after").content]);
  assert.equal(day[0], "0px", "a day is printed by its name");
  assert.match(day[1], /^"Sun 1 Mar 2026, 18:14 UTC"$/);
  console.log("ok a printed session is its whole transcript with the flags in place");
});

// Adds a time at which the bot is in a room, with the mistakes that a host would make.
import assert from "node:assert/strict";
import { axe, base, becomes, desk, newContext, phone, run, shots } from "./browser.mjs";

await run(async () => {
  const page = await (await newContext({ ...phone, timezoneId: "Europe/Berlin" })).newPage();
  const clean = async (on, name) => {
    if (shots) await on.screenshot({ path: `${shots}/${name}.png`, fullPage: true });
    await on.evaluate(axe);
    const found = await on.evaluate(async () => {
      const { violations } = await axe.run(document, { resultTypes: ["violations"] });
      return violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target} ${n.failureSummary}`));
    });
    assert.deepEqual(found, []);
    assert.ok(await on.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "wider than the window");
  };
  const show = async (on, says) => {
    await on.click("text=Show the change");
    await on.locator(".problem", { hasText: says }).waitFor();
  };
  await page.goto(base + "/");
  await page.click("text=Schedule");
  await becomes(() => page.inputValue("#zone"), "Europe/Berlin", "the browser's zone is offered");
  await page.selectOption("#room", { label: "Stage" });
  await show(page, "Choose the weekdays");
  await page.locator("label", { hasText: "Thursday" }).locator("input").check();
  await show(page, "Type the time");
  await page.fill("#at", "20:00");
  await page.fill("#zone", "Berlin");
  await show(page, "did you mean Europe/Berlin?");
  await clean(page, "schedule-problem-phone");
  console.log("ok what is missing or unknown is said, and what was filled in stays");

  await page.fill("#zone", "Europe/Berlin");
  await page.locator("label", { hasText: "Thursday" }).locator("input").uncheck();
  await page.fill("#date", "2020-01-02");
  await show(page, "has passed");
  console.log("ok a past date is refused");

  await page.fill("#date", "");
  await page.locator("label", { hasText: "Thursday" }).locator("input").check();
  await page.click("text=Show the change");
  await page.locator("form[aria-label='The change']", { hasText: "every Thursday, 20:00–22:00 (Europe/Berlin)" }).waitFor();
  await clean(page, "schedule-change-phone");
  await page.click("text=Save this time");
  await page.locator("text=Added: every Thursday").waitFor();
  console.log("ok every Thursday at 20:00");

  const big = await (await newContext({ ...desk, colorScheme: "dark", timezoneId: "Europe/Berlin" })).newPage();
  await big.goto(base + "/schedule");
  await big.selectOption("#room", { label: "Stage" });
  await big.locator("label", { hasText: "Thursday" }).locator("input").check();
  await big.fill("#at", "21:00");
  await show(big, "overlaps");
  await clean(big, "schedule-desk-dark");
  console.log("ok an overlap is refused");

  await page.click("text=Undo");
  await page.locator("text=Removed: every Thursday").waitFor();
  await clean(page, "schedule-removed-phone");
  console.log("ok undone");
  await page.locator("form", { has: page.locator("button", { hasText: "Undo" }) }).locator("button").click();
  await page.locator("text=Added: every Thursday").waitFor();
  console.log("ok and back");
});

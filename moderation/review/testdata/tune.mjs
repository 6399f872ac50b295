// Takes a proposal for a rule, with a mouse and by keys.
import assert from "node:assert/strict";
import { base, newContext, run } from "./browser.mjs";


await run(async () => {
  const page = await (await newContext({ viewport: { width: 390, height: 800 } })).newPage();
  const wrong = [];
  page.on("pageerror", (e) => wrong.push(e.message));
  await page.goto(base + "/rules/scam.guaranteed");
  await page.getByRole("button", { name: "Look for changes" }).click();
  await page.waitForSelector(".proposal");
  assert.match(await page.textContent(".proposal"), /It could be silent where somebody says/);
  assert.match(await page.textContent(".proposal .diff"), /\+new <b>/);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "it scrolls sideways on a phone");
  console.log("ok", "the proposals are shown");
  await page.getByRole("button", { name: "Apply" }).focus();
  await page.keyboard.press("Enter");
  await page.waitForSelector("#taken-h");
  assert.match(await page.textContent("main"), /mine\.yaml\.old1/);
  assert.deepEqual(wrong, []);
  console.log("ok", "one is applied");
});

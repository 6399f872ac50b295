// Changes a rule file as a host does.
import assert from "node:assert/strict";
import { axe, base, newContext, run, shots } from "./browser.mjs";

await run(async () => {
  const page = await (await newContext({ viewport: { width: 390, height: 800 } })).newPage();
  await page.goto(base + "/rules");
  await page.click("text=edit the text");
  const text = page.locator("#text"), told = page.locator("#rulecheck");

  await text.fill((await text.inputValue()).replace("phrase:", "phrsae:"));
  await told.locator("text=Line 5").first().waitFor();
  assert.equal(await told.locator("text=Save these changes").count(), 0, "what does not load can be saved");
  console.log("ok a mistake is told with its line while one types");

  await text.fill((await text.inputValue()).replace("phrsae: darn", "phrase: heck"));
  await page.fill("#say", "what the heck");
  await told.locator(".tried code", { hasText: "darn" }).waitFor();
  await told.locator(".diff .added", { hasText: "heck" }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), "say", "the focus went away");
  console.log("ok words are tried, and changes are shown, while one types");

  const clean = async (name) => {
    if (shots) await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true });
    await page.evaluate(axe);
    const found = await page.evaluate(async () => {
      const { violations } = await axe.run(document, { resultTypes: ["violations"] });
      return violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target} ${n.failureSummary}`));
    });
    assert.deepEqual(found, []);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "wider than the window");
  };
  await clean("rulefile-phone");
  console.log("ok nothing for axe to find");

  await told.locator("text=Save these changes").click();
  await page.locator("text=Saved.").waitFor();
  assert.match(await text.inputValue(), /phrase: heck/);
  console.log("ok saved");

  const change = page.locator("form[aria-label='The change']");
  for (const [look, size, fill, shown] of [
    ["phone", { width: 390, height: 800 }, () => page.click("section:has(#exempt-h) button"), "moderator"],
    ["desk", { width: 1280, height: 800 }, async () => {
      await page.fill("#word", "Blast it");
      await page.click("section:has(#word-h) button");
    }, "blast it"],
  ]) {
    await page.setViewportSize(size);
    await page.goto(base + "/rules");
    await page.click("text=change without YAML");
    await clean(`amend-${look}`);
    await fill();
    await change.locator(".diff .added", { hasText: shown }).waitFor();
    await clean(`amended-${look}`);
    await change.locator("text=Save these changes").click();
    await page.locator("text=Saved.").waitFor();
    console.log(`ok changed without YAML on a ${look}`);
  }
});

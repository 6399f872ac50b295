// Starts a rule file where only shipped rules are in use, adds a word, and undoes that.
import assert from "node:assert/strict";
import { axe, base, desk, newContext, phone, run, shots } from "./browser.mjs";

await run(async () => {
  for (const [look, how, word] of [["phone", phone, "blimey"], ["desk", { ...desk, colorScheme: "dark" }, "crikey"]]) {
    const page = await (await newContext(how)).newPage();
    const clean = async (name) => {
      if (shots) await page.screenshot({ path: `${shots}/${name}-${look}.png`, fullPage: true });
      await page.evaluate(axe);
      const found = await page.evaluate(async () => {
        const { violations } = await axe.run(document, { resultTypes: ["violations"] });
        return violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target} ${n.failureSummary}`));
      });
      assert.deepEqual(found, []);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "wider than the window");
    };
    const change = page.locator("form[aria-label='The change']");
    const save = async (said = "the previous version is kept") => {
      await change.locator("text=Save these changes").click();
      await page.locator("[role=status]", { hasText: said }).first().waitFor();
    };
    await page.goto(base + "/rules");
    await clean("ownfile-rules");
    if (look === "phone") {
      await page.click("button:has-text('Start a file of your own')");
      await change.locator(".diff .added", { hasText: "schema: 1" }).waitFor();
      await clean("ownfile-start");
      await save("Saved as a new file");
      assert.equal(await page.locator("text=previous version").count(), 0, "there is none yet");
    } else {
      await page.click("text=change without YAML");
    }
    await page.fill("#word", word);
    await page.click("section:has(#word-h) button");
    await change.locator(".diff .added", { hasText: word }).waitFor();
    await save();
    await clean("ownfile-saved");
    await page.click("text=Undo this change");
    await change.locator(".diff .removed", { hasText: word }).waitFor();
    await clean("ownfile-undo");
    await save();
    console.log(`ok started, changed and undone on a ${look}`);
  }
});

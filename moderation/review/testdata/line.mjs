// Goes through what can be done at one line.
import assert from "node:assert/strict";
import { base, becomes, newContext, phone, run } from "./browser.mjs";

await run(async () => {
  const context = await newContext({ viewport: phone.viewport, permissions: ["clipboard-read", "clipboard-write"] });
  const page = await context.newPage(), wrong = [];
  page.on("pageerror", (e) => wrong.push(e.message));
  await page.goto(base + "/s/s1");
  const line = page.locator("#lines .line", { hasText: "guaranteed profit" }), menu = page.locator("#who");
  await line.locator("a.name").click();
  await menu.getByRole("link", { name: "Everything about this person" }).waitFor();
  const box = await menu.boundingBox();
  assert.ok(box.x >= 0 && box.x + box.width <= 390 && box.y >= 0 && box.y + box.height <= 844, `the menu is at ${JSON.stringify(box)}`);
  await menu.getByRole("button", { name: "Mute" }).click();
  await menu.getByText("✓ mute for 60 s").waitFor();
  await menu.getByRole("button", { name: "Stop transcribing" }).click();
  await menu.getByText("✓ mute for 60 s").waitFor({ state: "detached" }); // it was answered
  console.log("ok a name leads to the person, a mute and the wish to be left out");
  await page.keyboard.press("Escape");
  await menu.waitFor({ state: "hidden" });

  await line.locator("a.at").click();
  await menu.getByRole("button", { name: "Copy the link" }).click();
  const address = "#" + await line.getAttribute("id"), clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  const copied = await becomes(clipboard, (text) => text.endsWith(address), "what was copied");
  const other = await context.newPage();
  await other.goto(copied);
  await other.locator(".line.current", { hasText: "guaranteed profit" }).waitFor();
  await other.close();
  console.log("ok a line's link leads to it");

  await line.locator("a.at").click();
  await menu.getByRole("button", { name: "Correct this line" }).click();
  const field = line.locator("textarea");
  await field.fill("");
  await page.keyboard.type("Buy my coin, guaranteed profit.");
  await page.keyboard.press("Escape");
  assert.ok(await line.locator(".text").isVisible() && await field.count() === 0);
  await page.evaluate((id) => document.getElementById(id).querySelector("a").focus(), await line.getAttribute("id"));
  await page.keyboard.press("j");
  while (!await line.evaluate((el) => el.matches(".current"))) await page.keyboard.press("j");
  await page.keyboard.press("e");
  await field.fill("Buy my coin, guaranteed profit.");
  await page.keyboard.press("Control+Enter");
  await line.getByText("corrected").waitFor();
  assert.match(await line.locator(".text").innerText(), /^Buy my coin, guaranteed profit\.$/);
  assert.ok(await line.locator(".inflag").count() > 0, "the flags of a corrected line are gone");
  console.log("ok a line is corrected in its place");

  await page.goto(base + "/s/s1");
  await page.locator(".thumbs a", { hasText: "Flags" }).click();
  const before = await page.locator("#flags > .flag").count();
  await page.getByRole("link", { name: "Open ones only" }).click();
  await page.getByRole("link", { name: "All flags" }).waitFor();
  const open = await page.locator("#flags > .flag").count();
  assert.ok(open > 0 && open < before, `${open} of ${before} flags are open`);
  assert.equal(await page.locator('#flags > [data-open=""]').count(), 0);
  await page.locator(".thumbs a").first().click();
  const seen = new Set();
  for (let i = 0; i < 6; i++) {
    await page.keyboard.press("n");
    await page.locator(".line.current:focus-within .inflag.open").first().waitFor();
    seen.add(await page.evaluate(() => document.querySelector(".line.current").id));
  }
  console.log("ok open flags alone are listed and gone through:", seen.size);
  assert.deepEqual(wrong, []);
});

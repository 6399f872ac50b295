// Ends somebody's login while their pages are open, as after a night with the lid closed.
import assert from "node:assert/strict";
import { base, newContext, run, tell } from "./browser.mjs";

const paths = ["/", "/queue", "/s/s1", "/s/s1/timeline", "/s/s1/consent", "/people/open-mic/Ben", "/health", "/search?q=coin"];

await run(async () => {
  const login = [{ name: "earshot", value: "kim", url: base }], open = [];
  for (const path of paths) { // each in a context of its own: a browser has six connections
    const context = await newContext();
    await context.addCookies(login);
    const page = await context.newPage(), stream = page.waitForResponse((r) => new URL(r.url()).pathname.startsWith("/events"));
    await page.goto(base + path);
    assert.equal(new URL(page.url()).pathname + new URL(page.url()).search, path);
    await stream;
    open.push(page);
  }
  await tell("expire");
  for (const [i, page] of open.entries()) {
    if (paths[i] === "/queue") await page.getByRole("button", { name: /^Confirm/ }).first().click();
    await page.locator("#tell", { hasText: "You were logged out. Log in" }).waitFor();
    const to = new URL(await page.locator("#tell a").getAttribute("href"), base);
    assert.equal(to.pathname + "?" + to.searchParams.get("next"), "/login?" + paths[i]);
  }
  await tell("login");
  for (const [i, page] of open.entries()) {
    await page.locator("#tell").waitFor({ state: "hidden" });
    console.log("ok", paths[i], "says that one was logged out, and goes on after the login");
  }
});

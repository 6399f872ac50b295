// Takes somebody's access away while their pages are open.
import assert from "node:assert/strict";
import { base, newContext, run, tell } from "./browser.mjs";

const paths = ["/", "/queue", "/s/s1"];

await run(async () => {
  const context = await newContext();
  await context.addCookies([{ name: "earshot", value: "lee", url: base }]);
  const open = [];
  for (const path of paths) {
    const page = await context.newPage();
    const stream = page.waitForRequest((r) => new URL(r.url()).pathname.startsWith("/events"));
    await page.goto(base + path);
    assert.equal(new URL(page.url()).pathname, path);
    assert.ok((await page.textContent("main")).includes("Open mic") || path === "/queue");
    await stream;
    open.push(page);
  }
  await tell("watched");
  await tell("remove");
  for (const [i, page] of open.entries()) {
    await page.waitForURL((u) => u.pathname === "/login");
    assert.ok(!(await page.content()).includes("Open mic"));
    console.log("ok", paths[i], "leads to the login");
  }
});

// Records the moving picture of the README: the demo plays, and a host answers on the page of its session.
//
//   node scripts/record-page.mjs build/browser/node_modules bin/earshot docs/earshot.gif
//
// Needs Chromium, ffmpeg and playwright-core (make test installs the first and the last). The page is the program's own, and so is
// what happens on it; a pointer is drawn, since a browser without a screen has none.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [modules, program, out] = process.argv.slice(2);
const { chromium } = createRequire(join(process.cwd(), modules) + "/")("playwright-core");
const SIZE = { width: 960, height: 740 };
const BEGIN = 7; // seconds into the play
const LENGTH = 18; // seconds
const work = mkdtempSync(join(tmpdir(), "earshot-page-"));

const demo = spawn(program, ["demo"], { env: { ...process.env, EARSHOT_DATA_DIR: join(work, "data") } });
const said = (pattern) =>
  new Promise((resolve, reject) => {
    let text = "";
    const read = (data) => {
      text += data;
      const found = text.match(pattern);
      if (found) resolve(found[1]);
    };
    demo.stdout.on("data", read);
    demo.stderr.on("data", read);
    demo.on("exit", (code) => reject(new Error(`the demo ended with ${code} before it said ${pattern}\n${text}`)));
  });

const pointer = () => {
  const p = document.createElement("div");
  p.id = "pointer";
  Object.assign(p.style, {
    position: "fixed", left: "60%", top: "70%", width: "22px", height: "22px", borderRadius: "50%", zIndex: 99, opacity: 0,
    background: "rgba(40, 90, 220, .35)", border: "2px solid rgba(40, 90, 220, .9)", transition: "left .7s, top .7s, opacity .3s",
    pointerEvents: "none", transform: "translate(-50%, -50%)",
  });
  document.body.append(p);
};

async function press(page, button) {
  await button.scrollIntoViewIfNeeded();
  const box = await button.boundingBox();
  await page.evaluate(([x, y]) => {
    Object.assign(document.getElementById("pointer").style, { left: `${x}px`, top: `${y}px`, opacity: 1 });
  }, [box.x + box.width / 2, box.y + box.height / 2]);
  await page.waitForTimeout(900);
  await button.click();
  await page.waitForTimeout(600);
  await page.evaluate(() => (document.getElementById("pointer").style.opacity = 0));
}

try {
  const listening = said(/(●) listening/);
  const address = await said(/review +(http\S+)/);
  const browser = await chromium.launch({ args: ["--no-sandbox"], executablePath: process.env.CHROMIUM || "/usr/bin/chromium" });
  const page = await (await browser.newContext({ viewport: SIZE, colorScheme: "light" })).newPage();
  await page.goto(address);
  await listening;
  const began = Date.now();
  await page.evaluate(pointer);
  const frames = [];
  const cdp = await page.context().newCDPSession(page);
  cdp.on("Page.screencastFrame", async ({ data, sessionId }) => {
    frames.push({ at: Date.now(), data });
    await cdp.send("Page.screencastFrameAck", { sessionId });
  });
  await page.waitForTimeout(Math.max(0, began + BEGIN * 1000 - Date.now()));
  await cdp.send("Page.startScreencast", { format: "png", maxWidth: SIZE.width, maxHeight: SIZE.height, everyNthFrame: 1 });
  const end = Date.now() + LENGTH * 1000;
  await press(page, page.getByRole("button", { name: /^Mute/ }).first());
  await page.waitForTimeout(Math.max(0, end - Date.now()));
  await cdp.send("Page.stopScreencast");
  await browser.close();

  const list = ["ffconcat version 1.0"];
  frames.forEach((frame, i) => {
    const name = `${String(i).padStart(5, "0")}.png`;
    writeFileSync(join(work, name), Buffer.from(frame.data, "base64"));
    list.push(`file ${name}`, `duration ${((frames[i + 1]?.at ?? end + 1500) - frame.at) / 1000}`);
  });
  writeFileSync(join(work, "list"), list.join("\n") + "\n");
  const filter = "fps=8,scale=880:-1:flags=lanczos,split[a][b];" +
    "[a]palettegen=max_colors=96:stats_mode=full[p];[b][p]paletteuse=dither=none:diff_mode=rectangle";
  const made = spawnSync("ffmpeg", ["-v", "error", "-y", "-f", "concat", "-i", join(work, "list"), "-vf", filter, "-loop", "0", out]);
  if (made.status !== 0) throw new Error(`ffmpeg: ${made.stderr}`);
  console.log(`${out}: ${frames.length} frames`);
} finally {
  demo.kill("SIGINT");
  await new Promise((resolve) => (demo.exitCode === null ? demo.on("exit", resolve) : resolve()));
  rmSync(work, { recursive: true, force: true });
}

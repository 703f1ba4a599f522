// The page under /docs/ in a real browser (the program KEPU_CHROMIUM) that reaches nothing but the server at
// KEPU_URL: it shows the committed document, the file KEPU_OPENAPI, and its operations can be tried.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';

const { KEPU_CHROMIUM, KEPU_OPENAPI, KEPU_URL } = process.env;
const document = JSON.parse(readFileSync(KEPU_OPENAPI));
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ path, method, ...operation })),
);
const DESK = { viewport: { width: 1280, height: 900 } };
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

let browser;
before(async () => {
  browser = await chromium.launch({
    executablePath: KEPU_CHROMIUM,
    timeout: 30_000,
    // Each launch has a profile of its own. It runs without its sandbox, which root may not have: it sees only our pages.
    chromiumSandbox: false,
    args: [
      ...['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
      ...['--disable-component-update', '--disable-sync', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'],
    ],
  });
});
after(() => browser?.close());

/** Opens the page as `device` has it, lets `visit` use it, and holds that nothing went wrong meanwhile. */
async function onPage(device, visit) {
  const context = await browser.newContext({ locale: 'zh-CN', ...device });
  const faults = [];
  await context.route('**', (route) => {
    const url = route.request().url();
    if (new URL(url).origin === KEPU_URL) return route.continue();
    faults.push(`asked for ${url}`);
    return route.abort();
  });
  await context.addInitScript(() =>
    addEventListener('securitypolicyviolation', (e) => console.error(`policy: ${e.violatedDirective} ${e.blockedURI}`)),
  );
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  page.on('console', (message) => message.type() === 'error' && faults.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => faults.push(`script: ${error.stack}`));
  page.on('crash', () => faults.push('the page crashed'));
  page.on('requestfailed', (request) => faults.push(`failed: ${request.url()} ${request.failure().errorText}`));
  page.on('response', (answer) => answer.status() >= 400 && faults.push(`${answer.status()}: ${answer.url()}`));
  try {
    await page.goto(`${KEPU_URL}/docs/`);
    await page.locator('.opblock-tag').first().waitFor();
    await visit(page);
  } catch (error) {
    throw faults.length ? new Error(`${error.message}\nbefore that: ${faults.join('\n')}`, { cause: error }) : error;
  } finally {
    await context.close();
  }
  assert.deepEqual(faults, []);
}

const operation = (page, { tags, operationId }) => page.locator(`[id="operations-${tags[0]}-${operationId}"]`);

/** Unfolds every tag, and gives method, path and summary of each operation in sight. */
async function unfold(page, press) {
  const folded = page.locator('.opblock-tag-section:not(.is-open) > .opblock-tag');
  while (await folded.count()) await folded.first()[press]();
  const shown = await page.locator('.opblock').evaluateAll((blocks) =>
    blocks
      .filter((block) => block.checkVisibility() && block.offsetHeight > 0)
      .map((block) => [
        block.querySelector('.opblock-summary-method').textContent.toLowerCase(),
        block.querySelector('[data-path]').dataset.path,
        block.querySelector('.opblock-summary-description').textContent,
      ]),
  );
  return shown.sort();
}
const everyOperation = operations.map(({ method, path, summary }) => [method, path, summary]).sort();

/** Holds that a part of the document has Chinese, and that every run of it stands in the text of a place on the page. */
async function chinese(part, place) {
  const text = await place.textContent();
  const runs = JSON.stringify(part).match(/\p{Script=Han}+/gu);
  assert.ok(runs);
  for (const run of new Set(runs)) assert.ok(text.includes(run), `${run} is not in: ${text.slice(0, 200)}`);
}

/** Puts `values` into an operation's fields and leaves the others as the page has them. */
async function fill(block, values) {
  for (const [name, value] of Object.entries(values)) {
    const field = block.locator(`tr[data-param-name="${name}"]`).locator('input, select');
    if ((await field.evaluate(({ tagName }) => tagName)) === 'SELECT') await field.selectOption(value);
    else await field.fill(value);
  }
}

/** Executes an opened operation, and gives status and body as the page shows them. */
async function execute(block, press) {
  await block.locator('.execute')[press]();
  const answer = block.locator('.live-responses-table .response');
  const status = (await answer.locator('.response-col_status').innerText()).trim();
  return { status, body: JSON.parse(await answer.locator('.highlight-code pre').first().textContent()) };
}

test('every operation is on the page, and every tag as the document describes it', () =>
  onPage(DESK, async (page) => {
    assert.deepEqual(await unfold(page, 'click'), everyOperation);
    await chinese(document.info.description, page.locator('.information-container'));
    for (const { name, description } of document.tags) {
      const heading = await page.locator(`.opblock-tag[data-tag="${name}"]`).textContent();
      assert.ok(heading.includes(description), `${description} is not in: ${heading}`);
    }
  }));

test('what is near Canton Tower this weekend, asked on the page', () =>
  onPage(DESK, async (page) => {
    const list = operations.find(({ path, method }) => path === '/v1/events' && method === 'get');
    await page.locator(`.opblock-tag[data-tag="${list.tags[0]}"]`).click();
    const block = operation(page, list);
    await block.locator('.opblock-summary-control').click();
    await chinese(list.responses[200].content['application/json'].example, block.locator('.responses-inner .example').first());
    // No other field is touched: what the page fills in by itself must not change the question.
    const question = { lat: '23.1066', lng: '113.3245', radius: '5000', when: 'weekend' };
    await fill(block, question);
    const { status, body } = await execute(block, 'click');
    const address = `${KEPU_URL}/v1/events?${new URLSearchParams(question)}`;
    assert.equal(await block.locator('.request-url pre').innerText(), address);
    assert.equal(status, '200');
    assert.ok(body.items.length > 0);
    assert.deepEqual(body.items, (await (await fetch(address, { headers: { 'Accept-Language': 'zh-CN' } })).json()).items);
  }));

test('on a phone: every operation, none wider than the page, and one tried by touch', () =>
  onPage(PHONE, async (page) => {
    assert.deepEqual(await unfold(page, 'tap'), everyOperation);
    const block = operation(page, operations.find(({ path }) => path === '/healthz'));
    await block.locator('.opblock-summary-control').tap();
    assert.equal((await execute(block, 'tap')).status, '200');
    // Not innerWidth: a page that is too wide makes that wider as well.
    const [wide, room] = [await page.evaluate(() => window.document.documentElement.scrollWidth), PHONE.viewport.width];
    const beyond = (room) =>
      [...document.querySelectorAll('#swagger-ui *')]
        .filter((element) => !element.children.length && element.getBoundingClientRect().right > room)
        .map((element) => element.textContent);
    assert.ok(wide <= room, `${wide} wide where there is room for ${room}: ${await page.evaluate(beyond, room)}`);
  }));

// A mini-program's main job against the server at KEPU_URL, whose clock stands at KEPU_NOW and whose committed
// document is the file KEPU_OPENAPI: what is near Canton Tower this weekend?
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { seen, wx } from './fake-wx.mjs';

globalThis.wx = wx;
const require = createRequire(import.meta.url);
const { weekendNear, nextStart, event, everyEvent } = require('./generated/js/src/weekend.js');
const { kepu, Refused } = require('./generated/js/src/request.js');
const { setBase } = require('./generated/js/src/umi-request.js');
const umi = Object.assign({}, ...Object.values(require('./generated/js/generated/umi/index.js').default));

const url = process.env.KEPU_URL;
const document = JSON.parse(readFileSync(process.env.KEPU_OPENAPI));
const CANTON_TOWER = [23.1066, 113.3245];
const DAY = 86_400_000;
const EAST_8 = 8 * 3_600_000;

/** This week's Saturday and Sunday at the venues, less what has passed, as [from, to) in milliseconds. */
function weekend(now) {
  const today = Math.floor((now + EAST_8) / DAY);
  const monday = today - ((today + 3) % 7); // 1 January 1970 was a Thursday
  return [Math.max(now, (monday + 5) * DAY - EAST_8), (monday + 7) * DAY - EAST_8];
}

/** Great circle in metres, on the sphere that the contract names. */
function metres([lat1, lng1], [lat2, lng2]) {
  const r = Math.PI / 180;
  const h = Math.sin(((lat2 - lat1) * r) / 2) ** 2 + Math.cos(lat1 * r) * Math.cos(lat2 * r) * Math.sin(((lng2 - lng1) * r) / 2) ** 2;
  return 2 * 6_371_008.8 * Math.asin(Math.sqrt(h));
}

/** `wx.request` as a promise of the raw answer. */
const raw = (path, options = {}) => new Promise((success, fail) => wx.request({ url: url + path, ...options, success, fail }));

test('near Canton Tower this weekend, through every page', async () => {
  const [from, to] = weekend(Date.parse(process.env.KEPU_NOW));
  const { total, items } = await weekendNear(url, ...CANTON_TOWER);
  assert.ok(total > 0, 'something is on near Canton Tower');
  assert.equal(items.length, total);
  assert.equal(new Set(items.map(({ id }) => id)).size, total, 'no event comes twice');
  items.forEach(({ id, distance, place, nextSession }, i) => {
    assert.match(id, /^[0-9a-z]{13}$/);
    assert.ok(distance <= 5000, `${id} is ${distance} m away`);
    assert.ok(i === 0 || distance >= items[i - 1].distance, `${id} is nearer than the one before it`);
    const true_ = metres(CANTON_TOWER, [place.lat, place.lng]);
    assert.ok(Math.abs(distance - true_) < 0.5, `${id}: ${distance} m told, ${true_} m true`);
    assert.ok(Date.parse(nextSession.start) < to && Date.parse(nextSession.end) > from, `${id} is on at ${nextSession.start}`);
  });
});

test('the first card, and ten details at once', async () => {
  assert.ok(Date.parse(await nextStart(url, ...CANTON_TOWER)));
  const { items } = await kepu(url).get('/v1/events', { limit: 10 });
  const details = await Promise.all(items.map(({ id }) => event(url, id)));
  details.forEach((detail, i) => assert.equal(detail.title, items[i].title));
  assert.equal(seen.most, items.length);
});

test('a box, and any of two topics', async () => {
  const bbox = [113.2, 23.0, 113.5, 23.2];
  const { items, total } = await everyEvent(url, { bbox, crs: 'wgs84', limit: 100 });
  assert.ok(total > 0 && items.length === total);
  for (const { place } of items) {
    assert.ok(place.lng >= bbox[0] && place.lng <= bbox[2] && place.lat >= bbox[1] && place.lat <= bbox[3]);
  }
  const [either, one, other] = await Promise.all(
    [['astronomy_space', 'ocean'], ['astronomy_space'], ['ocean']].map((topic) => everyEvent(url, { topic, limit: 100 })),
  );
  const ids = new Set([...one.items, ...other.items].map(({ id }) => id));
  assert.deepEqual(new Set(either.items.map(({ id }) => id)), ids);
  assert.ok(ids.size > 0);
});

test('the same list by way of the client that @umijs/openapi generated', async () => {
  setBase(url);
  const list = umi[document.paths['/v1/events'].get.operationId];
  const { total } = await everyEvent(url, { limit: 100 });
  assert.equal((await list({ limit: 1 })).total, total);
});

test('a refusal arrives as a problem that names the field', async () => {
  const refused = await kepu(url).get('/v1/events', { lat: 123, lng: 113 }).then(assert.fail, (error) => error);
  assert.ok(refused instanceof Refused);
  assert.equal(refused.problem.status, 400);
  assert.equal(refused.problem.errors[0].field, 'lat');
  const answer = await raw('/v1/events?topik=ocean');
  assert.equal(answer.statusCode, 400);
  assert.match(answer.header['content-type'], /^application\/problem\+json/);
  assert.equal(answer.data.errors[0].field, 'topik');
});

test('what has not changed is not sent again', async () => {
  const [{ id }] = (await kepu(url).get('/v1/events', { limit: 1 })).items;
  const first = await raw(`/v1/events/${id}`);
  const again = await raw(`/v1/events/${id}`, { header: { 'If-None-Match': first.header.etag } });
  assert.equal(again.statusCode, 304);
});

test('the server serves the document that is committed', async () => {
  assert.deepEqual((await raw('/openapi.json')).data, document);
});

test('no answer was a 5xx', () => {
  assert.deepEqual(Object.keys(seen.statuses).filter((status) => status >= 500), []);
});

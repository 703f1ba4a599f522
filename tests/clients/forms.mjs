// The other forms of the server at KEPU_URL, read by what reads them out there: calendars by Thunderbird's ical.js, which
// computes with the zone that a calendar brings along; linked data by types made from schema.org's own definitions.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import ICAL from 'ical.js';
import ts from 'typescript';

const url = process.env.KEPU_URL;
const get = async (path, accept) => {
  const answer = await fetch(url + path, { headers: { Accept: accept ?? '*/*' } });
  assert.equal(answer.status, 200, path);
  return answer;
};
const json = async (path) => (await get(path, 'application/json')).json();

/** The entries of a calendar, in a world that knows no zone but those in the calendar itself. */
async function entries(path) {
  ICAL.TimezoneService.reset();
  const calendar = new ICAL.Component(ICAL.parse(await (await get(path)).text()));
  for (const zone of calendar.getAllSubcomponents('vtimezone')) ICAL.TimezoneService.register(zone);
  return calendar.getAllSubcomponents('vevent').map((entry) => new ICAL.Event(entry));
}

test('the zone that a calendar brings along gives the instants that the API tells', async () => {
  const { items } = await json('/v1/events?limit=20');
  let compared = 0;
  for (const { id } of items) {
    const { sessions } = await json(`/v1/events/${id}`);
    const told = await entries(`/v1/events/${id}/calendar.ics`);
    sessions.forEach((session, i) => {
      assert.equal(told[i].uid, `${session.id}@kepu`);
      assert.equal(told[i].startDate.zone.component.name, 'vtimezone');
      assert.equal(told[i].startDate.toUnixTime() * 1000, Date.parse(session.start));
      assert.equal(told[i].endDate.toUnixTime() * 1000, Date.parse(session.end));
      compared += 1;
    });
  }
  assert.ok(compared > items.length);
});

test('a calendar of many events is read whole', async () => {
  const told = await entries('/v1/events.ics?when=month');
  const { items } = await json('/v1/events?when=month&limit=100&sort=start');
  assert.ok(told.length > 0 && told.length <= 500);
  assert.equal(told[0].startDate.toUnixTime() * 1000, Date.parse(items[0].nextSession.start));
});

/** What TypeScript says of these objects as schema.org's `Event`. */
function judged(events) {
  const name = 'linked.ts';
  const declared = events.map((event, i) => `export const event${i}: WithContext<Event> = ${JSON.stringify(event)};`);
  const source = ["import type { Event, WithContext } from 'schema-dts';", ...declared].join('\n');
  const options = { strict: true, noEmit: true, skipLibCheck: true, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, types: [] };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (file) => file.endsWith(name) || fileExists(file);
  host.getSourceFile = (file, ...rest) => (file.endsWith(name) ? ts.createSourceFile(file, source, ...rest) : getSourceFile(file, ...rest));
  const program = ts.createProgram([name], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

test('linked data says nothing that schema.org does not know', async () => {
  const { items } = await json('/v1/events?limit=100');
  const shapes = new Map();
  for (const { id } of items) {
    const event = await (await get(`/v1/events/${id}`, 'application/ld+json')).json();
    shapes.set(JSON.stringify([Object.keys(event), event.location.map((one) => one['@type']), event.eventStatus]), event);
  }
  const events = [...shapes.values()].slice(0, 12);
  assert.ok(events.length > 1);
  assert.deepEqual(judged(events), []);
  // The judge tells: a word that schema.org does not have, and a value that a word cannot take.
  const [event] = events;
  assert.notDeepEqual(judged([{ ...event, organiser: event.organizer }]), []);
  assert.notDeepEqual(judged([{ ...event, eventStatus: 'https://schema.org/EventMoved' }]), []);
});

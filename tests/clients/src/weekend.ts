// The main question, as a mini-program asks it: what science is near me this weekend?
import { kepu, type Answer, type Query } from './request';

export type Event = Answer<'/v1/events'>['items'][number];

/** All pages of a list of events, in order, and the total that the first page announced. */
export async function everyEvent(base: string, query: Query<'/v1/events'>): Promise<{ total: number; items: Event[] }> {
  const { get } = kepu(base);
  let page = await get('/v1/events', query);
  const { total, items } = page;
  while (page.nextCursor !== undefined) {
    page = await get('/v1/events', { ...query, cursor: page.nextCursor });
    items.push(...page.items);
  }
  return { total, items };
}

/** The coming weekend within 5 km of a WGS-84 position, nearest first. */
export const weekendNear = (base: string, lat: number, lng: number) =>
  everyEvent(base, { lat, lng, crs: 'wgs84', radius: 5000, when: 'weekend', limit: 5 });

/** When the first of them begins: what a card on the first screen shows. */
export async function nextStart(base: string, lat: number, lng: number): Promise<string | undefined> {
  const { items } = await kepu(base).get('/v1/events', { lat, lng, crs: 'wgs84', when: 'weekend' });
  return items[0]?.nextSession?.start;
}

/** One event in full. */
export const event = (base: string, id: string) => kepu(base).get('/v1/events/{id}', { crs: 'wgs84' }, { id });

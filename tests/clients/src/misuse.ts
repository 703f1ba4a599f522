// What the generated types must not let through. An unused expectation is an error of the compiler.
import type { Answer, Query } from './request';

// @ts-expect-error a misspelt filter
export const misspelt: Query<'/v1/events'> = { topics: 'ocean' };
// @ts-expect-error a position in words
export const words: Query<'/v1/events'> = { lat: 'north' };
// @ts-expect-error a coordinate system nobody has
export const crs: Query<'/v1/events'> = { crs: 'epsg4326' };
// @ts-expect-error a path that does not exist
export type Nowhere = Answer<'/v1/nowhere'>;
// @ts-expect-error an event may have no coming session
export const start = (page: Answer<'/v1/events'>): string => page.items[0]!.nextSession.start;

// A typed `wx.request`: the whole client that a mini-program needs beside the generated types.
import type { paths } from '../generated/schema';

type Json<R> = R extends { content: { 'application/json': infer Body } } ? Body : never;
type Get<P extends keyof paths> = NonNullable<paths[P]['get']>;
type Params<P extends keyof paths> = Get<P> extends { parameters: infer All } ? All : never;

/** The paths that answer a GET with JSON. */
export type Path = { [P in keyof paths]: Answer<P> extends never ? never : P }[keyof paths];
/** What `GET path` answers with 200. */
export type Answer<P extends keyof paths> = Get<P> extends { responses: { 200: infer Ok } } ? Json<Ok> : never;
/** The query that `GET path` takes. */
export type Query<P extends keyof paths> = Params<P> extends { query?: infer Q } ? Q : never;
/** What stands in the path's braces. */
export type InPath<P extends keyof paths> = Params<P> extends { path: infer I } ? I : undefined;
/** How `GET /v1/events` refuses, and every other operation with it. */
export type Problem = Get<'/v1/events'>['responses'][400]['content']['application/problem+json'];

/** A refusal: `problem.code` is stable, `problem.errors` names the fields. */
export class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(`${problem.status} ${problem.code}: ${problem.detail ?? problem.title}`);
  }
}

/** A query as `wx.request` can send it: it flattens an object into `k=v` and knows no lists, so they are joined by commas. */
export const flat = (query: unknown): WechatMiniprogram.IAnyObject =>
  Object.fromEntries(Object.entries(query ?? {}).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : value]));

/** A client of the Kepu at `base`, which has no slash at its end. */
export const kepu = (base: string) => ({
  get<P extends Path>(path: P, query?: Query<P>, inPath?: InPath<P>): Promise<Answer<P>> {
    const url = base + path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent((inPath as Record<string, string>)[name]));
    return new Promise((resolve, reject) =>
      wx.request({
        url,
        data: flat(query),
        // Every status arrives here; `fail` is for the network alone.
        success: ({ statusCode, data }) =>
          statusCode === 200 ? resolve(data as Answer<P>) : reject(new Refused(data as Problem)),
        fail: ({ errMsg }) => reject(new Error(errMsg)),
      }),
    );
  },
});

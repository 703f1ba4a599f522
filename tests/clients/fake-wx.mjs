// `wx.request` as WeChat documents it, over real HTTP, for a mini-program that runs in Node.js. What a
// phone would refuse is refused here: other methods, more than ten requests at once, a Referer of one's own.
import http from 'node:http';
import { gunzipSync } from 'node:zlib';

const METHODS = ['OPTIONS', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'TRACE', 'CONNECT'];
const MOST_AT_ONCE = 10;
const REFERER = 'https://servicewechat.com/wx0000000000000000/0/page-frame.html';

let running = 0;

/** What the client asked and was answered, for the tests: the highest concurrency, and statuses by count. */
export const seen = { most: 0, statuses: {} };

/** A GET's `data` is flattened into `k=v`: arrays and objects have no meaning there. */
function query(data) {
  const pairs = Object.entries(data ?? {}).filter(([, value]) => value !== undefined);
  const nested = pairs.find(([, value]) => typeof value === 'object');
  if (nested) throw new TypeError(`wx.request cannot send ${nested[0]} in a query`);
  return new URLSearchParams(pairs.map(([key, value]) => [key, String(value)])).toString();
}

function parsed(body, dataType) {
  if (dataType !== 'json') return body;
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

function request({ url, method = 'GET', data, header = {}, dataType = 'json', success, fail, complete }) {
  const done = (callback, result) => {
    callback?.(result);
    complete?.(result);
  };
  const refuse = (reason) => queueMicrotask(() => done(fail, { errMsg: `request:fail ${reason}` }));
  if (!METHODS.includes(method)) return refuse(`invalid method ${method}`);
  if (Object.keys(header).some((name) => name.toLowerCase() === 'referer')) return refuse('Referer cannot be set');
  if (running >= MOST_AT_ONCE) return refuse(`more than ${MOST_AT_ONCE} requests at once`);
  running += 1;
  seen.most = Math.max(seen.most, running);

  const inQuery = method === 'GET' ? query(data) : '';
  const target = inQuery ? `${url}${url.includes('?') ? '&' : '?'}${inQuery}` : url;
  const headers = { 'content-type': 'application/json', 'accept-encoding': 'gzip', ...header, referer: REFERER };
  const call = http.request(target, { method, headers, timeout: 60_000 }, (response) => {
    const parts = [];
    response.on('data', (part) => parts.push(part));
    response.on('end', () => {
      running -= 1;
      const bytes = Buffer.concat(parts);
      const body = (response.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString('utf8');
      const statusCode = response.statusCode;
      seen.statuses[statusCode] = (seen.statuses[statusCode] ?? 0) + 1;
      // Every status lands in `success`, 404 and 500 included.
      done(success, { statusCode, header: response.headers, data: parsed(body.replace(/^\uFEFF/, ''), dataType), errMsg: 'request:ok' });
    });
  });
  call.on('timeout', () => call.destroy(new Error('timeout')));
  call.on('error', ({ message }) => {
    running -= 1;
    done(fail, { errMsg: `request:fail ${message}` });
  });
  if (method !== 'GET' && data !== undefined) call.write(JSON.stringify(data));
  call.end();
}

export const wx = { request };
